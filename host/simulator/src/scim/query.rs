//! An expression that a dialect has accepted, ready to be compared with objects.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::dialect::Kind;
use super::parse::{Expression, Literal, parse};
use super::{Dialect, Operator, ScimError};
use crate::json::Json;

/// A condition on an object.
#[derive(Clone, Debug)]
pub(crate) enum Query {
    All(Vec<Query>),
    Any(Vec<Query>),
    Test {
        attribute: String,
        operator: Operator,
        operand: Operand,
    },
}

/// The value that an attribute is compared with, in the attribute's own type.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// For `pr`.
    Nothing,
    Text(String),
    /// In lower case; the attribute's value is lowered too.
    FoldedText(String),
    Time(Timestamp),
    Number(f64),
    Bool(bool),
}

impl Query {
    /// The condition that `text` expresses in `dialect`.
    ///
    /// # Errors
    /// Anything that the grammar or the dialect refuses.
    pub(crate) fn new(text: &str, dialect: &Dialect) -> Result<Query, ScimError> {
        compile(parse(text)?, dialect)
    }

    /// Whether `object` meets the condition. An attribute without a value meets none.
    pub(crate) fn matches(&self, object: &Json) -> bool {
        match self {
            Query::All(terms) => terms.iter().all(|term| term.matches(object)),
            Query::Any(terms) => terms.iter().any(|term| term.matches(object)),
            Query::Test {
                attribute,
                operator,
                operand,
            } => match object.at(attribute) {
                None | Some(Json::Null) => false,
                Some(Json::List(items)) => {
                    items.iter().any(|item| operand.accepts(*operator, item))
                }
                Some(value) => operand.accepts(*operator, value),
            },
        }
    }
}

fn compile(expression: Expression, dialect: &Dialect) -> Result<Query, ScimError> {
    let each = |terms: Vec<Expression>| -> Result<Vec<Query>, ScimError> {
        terms
            .into_iter()
            .map(|term| compile(term, dialect))
            .collect()
    };
    match expression {
        Expression::And(terms) => each(terms).map(Query::All),
        Expression::Or(terms) => each(terms).map(Query::Any),
        Expression::Compare {
            attribute,
            operator,
            value,
        } => {
            let kind = dialect.kind(&attribute)?;
            dialect.check(&attribute, kind, operator)?;
            let operand = operand(&attribute, kind, value, dialect.ignores_case)?;
            Ok(Query::Test {
                attribute,
                operator,
                operand,
            })
        }
    }
}

/// Choice [?]: a value whose type is not the attribute's is refused, never converted.
fn operand(
    attribute: &str,
    kind: Kind,
    value: Option<Literal>,
    fold: bool,
) -> Result<Operand, ScimError> {
    match (kind, value) {
        (_, None) => Ok(Operand::Nothing),
        (Kind::Text | Kind::TextList, Some(Literal::Text(text))) if fold => Ok(
            Operand::FoldedText(text.chars().flat_map(char::to_lowercase).collect()),
        ),
        (Kind::Text | Kind::TextList, Some(Literal::Text(text))) => Ok(Operand::Text(text)),
        (Kind::Time, Some(Literal::Text(text))) => text
            .parse()
            .map(Operand::Time)
            .map_err(|_| ScimError::Date(attribute.to_owned())),
        (Kind::Number, Some(Literal::Number(number))) => Ok(Operand::Number(number)),
        (Kind::Bool, Some(Literal::Bool(value))) => Ok(Operand::Bool(value)),
        _ => Err(ScimError::Value(attribute.to_owned())),
    }
}

impl Operand {
    fn accepts(&self, operator: Operator, value: &Json) -> bool {
        match (operator, self, value) {
            (Operator::Present, _, value) => *value != Json::Null,
            (Operator::StartsWith, Operand::Text(wanted), Json::Text(text)) => {
                text.starts_with(wanted.as_str())
            }
            (Operator::StartsWith, Operand::FoldedText(wanted), Json::Text(text)) => {
                starts_with_folded(text, wanted)
            }
            (Operator::Contains, Operand::Text(wanted), Json::Text(text)) => {
                text.contains(wanted.as_str())
            }
            (Operator::Contains, Operand::FoldedText(wanted), Json::Text(text)) => {
                folded(text).collect::<String>().contains(wanted.as_str())
            }
            (_, _, value) => self
                .order(value)
                .is_some_and(|order| agrees(operator, order)),
        }
    }

    /// How `value` stands to this operand; nothing when their types differ.
    fn order(&self, value: &Json) -> Option<Ordering> {
        match (self, value) {
            (Operand::Text(wanted), Json::Text(text)) => Some(text.as_ref().cmp(wanted.as_str())),
            (Operand::FoldedText(wanted), Json::Text(text)) => {
                Some(folded(text).cmp(wanted.chars()))
            }
            (Operand::Time(wanted), Json::Time(seconds)) => Timestamp::from_second(*seconds)
                .ok()
                .map(|moment| moment.cmp(wanted)),
            (Operand::Number(wanted), Json::Number(number)) => (*number as f64).partial_cmp(wanted),
            (Operand::Bool(wanted), Json::Bool(value)) => Some(value.cmp(wanted)),
            _ => None,
        }
    }
}

fn agrees(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        _ => false,
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Whether `text` begins with `prefix`, which is in lower case already.
pub(crate) fn starts_with_folded(text: &str, prefix: &str) -> bool {
    let mut characters = folded(text);
    prefix
        .chars()
        .all(|wanted| characters.next() == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::super::dialect::{GROUP_SEARCH, USER_FILTER, USER_SEARCH};
    use super::*;
    use crate::json::{list, object};

    fn user() -> Json {
        object! {
            "id": "00u1", "status": "ACTIVE", "created": Json::Time(1_780_300_800), "activated": Json::Null,
            "profile": object! {
                "login": "Mara@x.example", "lastName": "Żółć", "deskNumber": 7i64, "remote": false,
                "skills": list!["Welding", "rust"],
            },
        }
    }

    fn searched(text: &str) -> Result<bool, ScimError> {
        Query::new(text, &USER_SEARCH).map(|query| query.matches(&user()))
    }

    #[test]
    fn search_ignores_case_in_values_and_operators_and_keeps_accents() {
        assert_eq!(searched(r#"profile.login EQ "MARA@X.EXAMPLE""#), Ok(true));
        assert_eq!(searched(r#"profile.lastName sw "żÓŁ""#), Ok(true));
        assert_eq!(searched(r#"profile.lastName sw "zol""#), Ok(false));
        assert_eq!(searched(r#"profile.login co "RA@""#), Ok(true));
    }

    #[test]
    fn arrays_match_if_any_element_does() {
        assert_eq!(searched(r#"profile.skills eq "welding""#), Ok(true));
        assert_eq!(searched(r#"profile.skills sw "we""#), Ok(true));
        assert_eq!(searched(r#"profile.skills eq "cad""#), Ok(false));
    }

    #[test]
    fn values_have_the_type_of_their_attribute() {
        assert_eq!(searched("profile.deskNumber ge 7"), Ok(true));
        assert_eq!(searched("profile.deskNumber lt 6.5"), Ok(false));
        assert_eq!(searched("profile.remote eq false"), Ok(true));
        assert_eq!(
            searched(r#"created gt "2026-06-01T07:59:59.999Z""#),
            Ok(true)
        );
        assert_eq!(
            searched(r#"created eq "2026-06-01T10:00:00+02:00""#),
            Ok(true)
        );
        assert_eq!(
            searched(r#"profile.deskNumber eq "7""#),
            Err(ScimError::Value("profile.deskNumber".into()))
        );
        assert_eq!(
            searched(r#"created gt "yesterday""#),
            Err(ScimError::Date("created".into()))
        );
    }

    #[test]
    fn presence_means_a_value_that_is_not_null() {
        assert_eq!(searched("profile.remote pr"), Ok(true));
        assert_eq!(searched("activated pr"), Ok(false));
        assert_eq!(searched("profile.manager pr"), Ok(false));
    }

    #[test]
    fn operators_that_okta_lacks_are_refused() {
        for text in [
            r#"status ne "ACTIVE""#,
            r#"profile.login ew "x""#,
            r#"profile.title co "x""#,
            r#"status co "x""#,
            r#"not (status eq "ACTIVE")"#,
            r#"profile.remote gt true"#,
        ] {
            assert!(
                matches!(searched(text), Err(ScimError::Operator { .. })),
                "{text}"
            );
        }
        assert_eq!(
            searched(r#"profile.Login eq "x""#),
            Err(ScimError::Attribute("profile.Login".into()))
        );
    }

    #[test]
    fn filter_counts_case_in_values_and_knows_few_attributes() {
        let filtered = |text| Query::new(text, &USER_FILTER).map(|query| query.matches(&user()));
        assert_eq!(filtered(r#"status eq "ACTIVE""#), Ok(true));
        assert_eq!(filtered(r#"status eq "active""#), Ok(false));
        assert!(filtered(r#"profile.department eq "x""#).is_err());
        assert!(filtered(r#"profile.login sw "M""#).is_err());
        assert!(filtered(r#"created gt "2026-01-01T00:00:00Z""#).is_err());
    }

    #[test]
    fn group_search_orders_dates_only() {
        assert!(
            Query::new(
                r#"lastUpdated gt "2026-01-01T00:00:00.000Z""#,
                &GROUP_SEARCH
            )
            .is_ok()
        );
        assert!(Query::new(r#"profile.name gt "a""#, &GROUP_SEARCH).is_err());
    }
}
