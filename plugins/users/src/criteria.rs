//! From plain attributes to Okta's `search` expression.

use crate::search_users::Arguments;
use crate::timestamp::Timestamp;
use okta_plugin::Failure;
use okta_plugin::expression::{Expression, Operator, comparison};

/// All conditions that Okta itself can check, joined by `and`.
///
/// Okta lets `co` match first name, last name, email and login alone; other attributes match from their
/// beginning.
pub(crate) fn expression(arguments: &Arguments) -> Result<Expression, Failure> {
    let instant = |timestamp: Option<Timestamp>| timestamp.map(|timestamp| timestamp.to_string());
    let mut expression = Expression::new();
    for word in arguments
        .name
        .as_deref()
        .unwrap_or_default()
        .split_whitespace()
    {
        expression = expression.and_any(&[
            comparison("profile.firstName", Operator::Co, word),
            comparison("profile.lastName", Operator::Co, word),
        ]);
    }
    let expression = expression
        .and_if(
            "profile.firstName",
            Operator::Co,
            arguments.first_name.as_deref(),
        )
        .and_if(
            "profile.lastName",
            Operator::Co,
            arguments.last_name.as_deref(),
        )
        .and_if("profile.email", Operator::Co, arguments.email.as_deref())
        .and_if("profile.login", Operator::Co, arguments.login.as_deref())
        .and_if(
            "profile.department",
            Operator::Sw,
            arguments.department.as_deref(),
        )
        .and_if("profile.title", Operator::Sw, arguments.title.as_deref())
        .and_if("status", Operator::Eq, arguments.status.as_deref())
        .and_if(
            "created",
            Operator::Gt,
            instant(arguments.created_after).as_deref(),
        )
        .and_if(
            "created",
            Operator::Lt,
            instant(arguments.created_before).as_deref(),
        )
        .and_if(
            "lastUpdated",
            Operator::Gt,
            instant(arguments.last_updated_after).as_deref(),
        )
        .and_if(
            "lastUpdated",
            Operator::Lt,
            instant(arguments.last_updated_before).as_deref(),
        );
    match &arguments.search {
        None => Ok(expression),
        Some(written) => expression.and_written(written).map_err(|why| {
            Failure::InvalidArguments(format!(
                "Argument search: {why}. Write it like profile.city eq \"Oslo\" and (status eq \"ACTIVE\" or status eq \"STAGED\")."
            ))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn text(arguments: Value) -> String {
        let arguments: Arguments = serde_json::from_value(arguments).unwrap();
        expression(&arguments).unwrap().text().unwrap_or_default()
    }

    #[test]
    fn each_word_of_a_name_may_be_in_either_part() {
        assert_eq!(
            text(json!({"name": " Ana  Ferreira "})),
            r#"(profile.firstName co "Ana" or profile.lastName co "Ana") and (profile.firstName co "Ferreira" or profile.lastName co "Ferreira")"#
        );
    }

    #[test]
    fn only_the_four_attributes_that_allow_it_are_searched_for_parts() {
        assert_eq!(
            text(json!({
                "first_name": "x", "last_name": "x", "email": "x", "login": "x", "department": "x", "title": "x",
                "status": "ACTIVE"
            })),
            r#"profile.firstName co "x" and profile.lastName co "x" and profile.email co "x" and profile.login co "x" and profile.department sw "x" and profile.title sw "x" and status eq "ACTIVE""#
        );
    }

    #[test]
    fn dates_are_written_in_full() {
        assert_eq!(
            text(
                json!({"created_after": "2026-01-31", "last_updated_before": "2026-02-01T00:00+01:00"})
            ),
            r#"created gt "2026-01-31T00:00:00.000Z" and lastUpdated lt "2026-01-31T23:00:00.000Z""#
        );
    }

    #[test]
    fn a_hostile_value_stays_a_value() {
        assert_eq!(
            text(json!({"department": r#"x" or id pr or "\"#})),
            r#"profile.department sw "x\" or id pr or \"\\""#
        );
    }

    #[test]
    fn a_written_search_joins_the_rest_as_a_whole() {
        assert_eq!(
            text(
                json!({"status": "STAGED", "search": r#"profile.city eq "Oslo" or profile.city eq "Bergen""#})
            ),
            r#"status eq "STAGED" and (profile.city eq "Oslo" or profile.city eq "Bergen")"#
        );
        let broken: Arguments =
            serde_json::from_value(json!({"search": "id pr) or (id pr"})).unwrap();
        assert!(
            expression(&broken)
                .unwrap_err()
                .text()
                .starts_with("Argument search: a bracket closes")
        );
    }
}
