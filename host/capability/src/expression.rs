//! What an Okta `search` or `filter` expression names, without judging the expression.
//!
//! A search is a way to read: whoever may ask `profile.ssn sw "1"` learns the number digit by digit. So a
//! field that the operator hides may not be named in an expression either, and not be sorted by. This
//! module finds the names; [`crate::grant`] compares them.

/// The words of `expression` outside its quoted strings: attribute names, operators and bare values.
fn words(expression: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = expression;
    while let Some(quote) = rest.find('"') {
        let (outside, inside) = rest.split_at(quote);
        split(outside, &mut words);
        rest = after_string(inside);
    }
    split(rest, &mut words);
    words
}

/// The words that are neither an operator nor a bare value: what is asked about.
pub(crate) fn attributes(expression: &str) -> Vec<&str> {
    /// SCIM's operators, in any letter case, and the bare values.
    const NO_NAMES: [&str; 16] = [
        "eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le", "and", "or", "not", "true",
        "false", "null",
    ];
    let is_name = |word: &&str| {
        let operator = NO_NAMES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word));
        let number = word
            .strip_prefix('-')
            .unwrap_or(word)
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.');
        !operator && !number
    };
    words(expression).into_iter().filter(is_name).collect()
}

fn split<'a>(text: &'a str, words: &mut Vec<&'a str>) {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ',');
    words.extend(text.split(is_gap).filter(|word| !word.is_empty()));
}

/// What follows the quoted string that `text` begins with.
fn after_string(text: &str) -> &str {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return text.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_wherever_they_stand_and_values_are_not() {
        assert_eq!(
            words(r#"(profile.ssn sw "1 \" profile.x" and[status eq "A"])or not(id pr)"#),
            [
                "profile.ssn",
                "sw",
                "and",
                "status",
                "eq",
                "or",
                "not",
                "id",
                "pr"
            ]
        );
        assert_eq!(
            words(r#"profile.a eq"x"or profile.b pr"#),
            ["profile.a", "eq", "or", "profile.b", "pr"]
        );
    }

    #[test]
    fn operators_and_bare_values_are_no_names() {
        assert_eq!(
            attributes(r#"profile.a GT 3.5 and profile.b eq true or -1 lt id"#),
            ["profile.a", "profile.b", "id"]
        );
    }

    proptest! {
        #[test]
        fn no_name_outside_quotes_is_missed(before in "[a-z (]{0,8}", value in "[^\"\\\\]{0,8}", after in "[) ]{0,3}") {
            let expression = format!("{before} profile.ssn sw \"{value}\"{after}");
            prop_assert!(attributes(&expression).contains(&"profile.ssn"));
        }

        #[test]
        fn any_text_is_taken(text in "\\PC{0,60}") {
            let _ = words(&text);
        }
    }
}
