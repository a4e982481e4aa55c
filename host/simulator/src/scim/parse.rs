//! Tokens made into a tree: parentheses bind first, then `and`, then `or`.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::token::{Token, tokens};
use super::{Operator, ScimError};

/// Choice [?]: Okta says that "overly complex or long" searches can fail and gives no number.
const MAX_DEPTH: usize = 32;

/// An expression as written; nothing is known yet about attributes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    /// All of these, at least two.
    And(Vec<Expression>),
    /// Any of these, at least two.
    Or(Vec<Expression>),
    /// One comparison.
    Compare {
        /// Dotted path, as written.
        attribute: String,
        operator: Operator,
        /// None for `pr` only.
        value: Option<Literal>,
    },
}

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64),
    Bool(bool),
}

/// The tree of `text`.
///
/// # Errors
/// [`ScimError::Syntax`] for text that is no expression, [`ScimError::Operator`] for `not`, which
/// Okta's grammar lacks.
pub(crate) fn parse(text: &str) -> Result<Expression, ScimError> {
    let mut parser = Parser {
        tokens: tokens(text)?.into_iter().peekable(),
    };
    let expression = parser.any(0)?;
    match parser.tokens.next() {
        None => Ok(expression),
        Some(_) => Err(ScimError::Syntax),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
}

impl Parser {
    /// `all (or all)*`
    fn any(&mut self, depth: usize) -> Result<Expression, ScimError> {
        let first = self.all(depth)?;
        let mut terms = vec![first];
        while self.keyword("or") {
            terms.push(self.all(depth)?);
        }
        Ok(joined(terms, Expression::Or))
    }

    /// `one (and one)*`
    fn all(&mut self, depth: usize) -> Result<Expression, ScimError> {
        let first = self.one(depth)?;
        let mut terms = vec![first];
        while self.keyword("and") {
            terms.push(self.one(depth)?);
        }
        Ok(joined(terms, Expression::And))
    }

    /// `( any )` or `attribute operator [value]`
    fn one(&mut self, depth: usize) -> Result<Expression, ScimError> {
        match self.tokens.next() {
            Some(Token::Open) if depth < MAX_DEPTH => {
                let inside = self.any(depth + 1)?;
                match self.tokens.next() {
                    Some(Token::Close) => Ok(inside),
                    _ => Err(ScimError::Syntax),
                }
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") => {
                Err(ScimError::Operator {
                    operator: "not",
                    attribute: String::new(),
                })
            }
            Some(Token::Word(attribute)) if is_attribute(&attribute) => self.comparison(attribute),
            _ => Err(ScimError::Syntax),
        }
    }

    fn comparison(&mut self, attribute: String) -> Result<Expression, ScimError> {
        let operator = match self.tokens.next() {
            Some(Token::Word(word)) => operator(&word).ok_or(ScimError::Syntax)?,
            _ => return Err(ScimError::Syntax),
        };
        let value = match operator {
            Operator::Present => None,
            _ => Some(self.literal()?),
        };
        Ok(Expression::Compare {
            attribute,
            operator,
            value,
        })
    }

    fn literal(&mut self) -> Result<Literal, ScimError> {
        match self.tokens.next() {
            Some(Token::Quoted(text)) => Ok(Literal::Text(text)),
            Some(Token::Word(word)) => match word.as_str() {
                "true" => Ok(Literal::Bool(true)),
                "false" => Ok(Literal::Bool(false)),
                number
                    if number.starts_with(|first: char| first.is_ascii_digit() || first == '-') =>
                {
                    number
                        .parse()
                        .map(Literal::Number)
                        .map_err(|_| ScimError::Syntax)
                }
                _ => Err(ScimError::Syntax),
            },
            _ => Err(ScimError::Syntax),
        }
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        self.tokens.next_if(found).is_some()
    }
}

fn joined(mut terms: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        Some(last) => {
            terms.push(last);
            join(terms)
        }
        None => join(terms),
    }
}

fn is_attribute(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic())
        && !["and", "or"]
            .iter()
            .any(|keyword| word.eq_ignore_ascii_case(keyword))
}

fn operator(word: &str) -> Option<Operator> {
    [
        Operator::Equal,
        Operator::StartsWith,
        Operator::Contains,
        Operator::Greater,
        Operator::GreaterOrEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Present,
        Operator::NotEqual,
        Operator::EndsWith,
    ]
    .into_iter()
    .find(|operator| word.eq_ignore_ascii_case(operator.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaf(name: &str) -> Expression {
        let value = Some(Literal::Text(name.to_owned()));
        Expression::Compare {
            attribute: name.to_owned(),
            operator: Operator::Equal,
            value,
        }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let parsed = parse(r#"a eq "a" or b eq "b" and c eq "c""#).unwrap();
        assert_eq!(
            parsed,
            Expression::Or(vec![leaf("a"), Expression::And(vec![leaf("b"), leaf("c")])])
        );
    }

    #[test]
    fn parentheses_bind_tightest() {
        let parsed = parse(r#"(a eq "a" OR b EQ "b") AND c eq "c""#).unwrap();
        assert_eq!(
            parsed,
            Expression::And(vec![Expression::Or(vec![leaf("a"), leaf("b")]), leaf("c")])
        );
    }

    #[test]
    fn a_quote_and_a_backslash_are_escaped_by_a_backslash() {
        let Expression::Compare { value, .. } = parse(r#"a eq "x\"y\\z""#).unwrap() else {
            panic!("no comparison")
        };
        assert_eq!(value, Some(Literal::Text(r#"x"y\z"#.to_owned())));
    }

    #[test]
    fn broken_expressions_are_syntax_errors() {
        for text in [
            "",
            "a",
            "a eq",
            "a eq b",
            "a eq \"b",
            "a eq \"b\" and",
            "(a pr",
            "a pr)",
            "a pr b pr",
            "and pr",
            "\"a\" eq \"b\"",
            "a xx \"b\"",
            "a eq 'b'",
            "a eq \"\\n\"",
            "a eq 1.2.3",
            "()",
        ] {
            assert_eq!(parse(text), Err(ScimError::Syntax), "{text}");
        }
        let deep = format!("{}a pr{}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(parse(&deep), Err(ScimError::Syntax));
    }

    /// A random tree, its text with the fewest parentheses that precedence allows, and its value
    /// under an assignment.
    #[derive(Clone, Debug)]
    enum Tree {
        Leaf(u8),
        And(Box<Tree>, Box<Tree>),
        Or(Box<Tree>, Box<Tree>),
    }

    impl Tree {
        fn text(&self) -> String {
            match self {
                Tree::Leaf(name) => format!("v{name} pr"),
                Tree::And(left, right) => {
                    let side = |tree: &Tree| match tree {
                        Tree::Or(..) => format!("({})", tree.text()),
                        _ => tree.text(),
                    };
                    format!("{} and {}", side(left), side(right))
                }
                Tree::Or(left, right) => format!("{} or {}", left.text(), right.text()),
            }
        }

        fn holds(&self, bits: u8) -> bool {
            match self {
                Tree::Leaf(name) => bits >> name & 1 == 1,
                Tree::And(left, right) => left.holds(bits) && right.holds(bits),
                Tree::Or(left, right) => left.holds(bits) || right.holds(bits),
            }
        }
    }

    fn holds(expression: &Expression, bits: u8) -> bool {
        match expression {
            Expression::And(terms) => terms.iter().all(|term| holds(term, bits)),
            Expression::Or(terms) => terms.iter().any(|term| holds(term, bits)),
            Expression::Compare { attribute, .. } => {
                let name: u8 = attribute.trim_start_matches('v').parse().unwrap();
                bits >> name & 1 == 1
            }
        }
    }

    fn tree() -> impl Strategy<Value = Tree> {
        (0u8..8)
            .prop_map(Tree::Leaf)
            .prop_recursive(5, 32, 2, |inner| {
                prop_oneof![
                    (inner.clone(), inner.clone())
                        .prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
                    (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
                ]
            })
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused_without_a_panic(text in ".{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn texts_close_to_the_grammar_never_panic(
            words in prop::collection::vec(
                prop_oneof!["and|or|not|pr|eq|co", "\\(|\\)|\"|\\\\", "[a-z]{1,3}(\\.[a-z]{1,3})?", "\"[ -~]{0,4}\"?"],
                0..20,
            )
        ) {
            let _ = parse(&words.join(" "));
        }

        #[test]
        fn precedence_is_parentheses_then_and_then_or(tree in tree(), bits: u8) {
            let parsed = parse(&tree.text()).unwrap();
            prop_assert_eq!(holds(&parsed, bits), tree.holds(bits));
        }
    }
}
