//! Okta's `search` and `filter` expressions, built so that a value can never become syntax.
//!
//! A value is always put in double quotes with `"` and `\` escaped; attributes and operators are `'static`,
//! so nothing from outside can take their place. An expression that a caller wrote is let in as a whole, once
//! its quotes and brackets are seen to close, and then in brackets of its own: it cannot swallow, or be
//! swallowed by, the conditions beside it.

use std::fmt;

/// How an attribute is compared. Okta has no `ne`, `not` and `ew` here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Is equal.
    Eq,
    /// Begins with.
    Sw,
    /// Contains: on a few attributes only.
    Co,
    /// Is greater, or later.
    Gt,
    /// Is less, or earlier.
    Lt,
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Eq => "eq",
            Self::Sw => "sw",
            Self::Co => "co",
            Self::Gt => "gt",
            Self::Lt => "lt",
        })
    }
}

/// One comparison, such as `profile.department eq "Sales"`.
pub fn comparison(attribute: &'static str, operator: Operator, value: &str) -> String {
    format!("{attribute} {operator} {}", quoted(value))
}

/// A value as a string literal.
pub fn quoted(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal.push('"');
    literal
}

/// Conditions that must all hold.
#[derive(Debug, Clone, Default)]
pub struct Expression(Vec<String>);

impl Expression {
    /// No condition yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a comparison.
    pub fn and(mut self, attribute: &'static str, operator: Operator, value: &str) -> Self {
        self.0.push(comparison(attribute, operator, value));
        self
    }

    /// Adds a comparison where there is a value for it.
    #[inline(never)]
    pub fn and_if(self, attribute: &'static str, operator: Operator, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.and(attribute, operator, value),
            None => self,
        }
    }

    /// Adds a condition that holds where one of the comparisons does.
    pub fn and_any(mut self, comparisons: &[String]) -> Self {
        self.0.push(format!("({})", comparisons.join(" or ")));
        self
    }

    /// Adds an expression in Okta's own syntax. The error says why it cannot stand beside others.
    pub fn and_written(mut self, expression: &str) -> Result<Self, &'static str> {
        check_closed(expression)?;
        self.0.push(format!("({expression})"));
        Ok(self)
    }

    /// Whether there is no condition.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The expression's text; none without a condition.
    pub fn text(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.0.join(" and "))
    }
}

/// Sees that quotes and brackets close, and that something is there at all.
fn check_closed(expression: &str) -> Result<(), &'static str> {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    for character in expression.chars() {
        match (in_string, escaped, character) {
            (true, true, _) => escaped = false,
            (true, false, '\\') => escaped = true,
            (true, false, '"') => in_string = false,
            (false, _, '"') => in_string = true,
            (false, _, '(') => depth += 1,
            (false, _, ')') => {
                depth = depth
                    .checked_sub(1)
                    .ok_or("a bracket closes that was not opened")?
            }
            _ => {}
        }
    }
    if in_string {
        Err("a quote does not close")
    } else if depth > 0 {
        Err("a bracket does not close")
    } else if expression.trim().is_empty() {
        Err("it is empty")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text outside string literals: the expression's structure.
    fn structure(expression: &str) -> String {
        let (mut outside, mut in_string, mut escaped) = (String::new(), false, false);
        for character in expression.chars() {
            if in_string {
                (in_string, escaped) = (escaped || character != '"', !escaped && character == '\\');
            } else if character == '"' {
                in_string = true;
                outside.push('_');
            } else {
                outside.push(character);
            }
        }
        assert!(!in_string, "a literal does not close: {expression}");
        outside
    }

    /// Every string of up to `length` characters out of those that could matter.
    fn hostile_values(length: usize) -> Vec<String> {
        let mut values = vec![String::new()];
        let mut longest = values.clone();
        for _ in 0..length {
            longest = longest
                .iter()
                .flat_map(|value| {
                    ['"', '\\', '(', ')', ' ', 'a'].map(|character| format!("{value}{character}"))
                })
                .collect();
            values.extend(longest.iter().cloned());
        }
        values
    }

    #[test]
    fn no_value_changes_the_structure() {
        for value in hostile_values(5)
            .iter()
            .chain(&["\" or id pr or \"".into(), "\\\" or status pr".into()])
        {
            let text = Expression::new()
                .and("status", Operator::Eq, value)
                .and("profile.title", Operator::Sw, value)
                .text()
                .unwrap();
            assert_eq!(
                structure(&text),
                "status eq _ and profile.title sw _",
                "{value}"
            );
        }
    }

    #[test]
    fn values_can_be_read_back() {
        for value in hostile_values(5) {
            let read: String = serde_json::from_str(&quoted(&value)).unwrap();
            assert_eq!(read, value);
        }
    }

    #[test]
    fn a_written_expression_stands_in_brackets_of_its_own() {
        let text = Expression::new()
            .and("status", Operator::Eq, "ACTIVE")
            .and_written("profile.city eq \"a)\" or (id pr)")
            .unwrap()
            .text();
        assert_eq!(
            text.as_deref(),
            Some("status eq \"ACTIVE\" and (profile.city eq \"a)\" or (id pr))")
        );
    }

    #[test]
    fn a_written_expression_cannot_leave_its_brackets() {
        for hostile in [
            "id pr) or (id pr",
            "id eq \"x",
            "(id pr",
            "id eq \"x\\\"",
            ")(",
            " ",
        ] {
            assert!(Expression::new().and_written(hostile).is_err(), "{hostile}");
        }
    }

    #[test]
    fn without_a_condition_there_is_no_expression() {
        assert_eq!(
            Expression::new().and_if("id", Operator::Eq, None).text(),
            None
        );
    }
}
