//! Okta's `search` and `filter`: SCIM expressions with restrictions that differ by resource.
//!
//! Text becomes tokens ([`token`]), tokens become a tree ([`parse`]), and a [`Dialect`] turns the
//! tree into a [`Query`]: it looks up each attribute, refuses what Okta refuses there, and converts
//! values to the attribute's type. A query then only has to compare.

pub(crate) mod dialect;
mod parse;
pub(crate) mod query;
mod token;

use thiserror::Error;

pub(crate) use dialect::Dialect;
pub(crate) use parse::{Expression, Literal, parse};
pub(crate) use query::Query;

/// Why an expression is refused. The text becomes an error cause in the answer.
///
/// Choice [?]: "Invalid search syntax." is reported, the other texts are our own.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ScimError {
    /// The text is no expression.
    #[error("Invalid search syntax.")]
    Syntax,
    /// The operator does not exist here, or not for this attribute.
    #[error("The operator '{operator}' is not supported{place}.", place = for_attribute(attribute))]
    Operator {
        /// As Okta spells it.
        operator: &'static str,
        /// Empty for operators that no attribute supports.
        attribute: String,
    },
    /// The attribute does not exist here.
    #[error("The attribute '{0}' is not supported.")]
    Attribute(String),
    /// The value's type is not the attribute's.
    #[error("The value for '{0}' has the wrong type.")]
    Value(String),
    /// A date that is not one.
    #[error("The value for '{0}' is not a date.")]
    Date(String),
}

fn for_attribute(attribute: &str) -> String {
    if attribute.is_empty() {
        String::new()
    } else {
        format!(" for the attribute '{attribute}'")
    }
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    StartsWith,
    Contains,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Present,
    NotEqual,
    EndsWith,
}

impl Operator {
    /// Okta's spelling.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Operator::Equal => "eq",
            Operator::StartsWith => "sw",
            Operator::Contains => "co",
            Operator::Greater => "gt",
            Operator::GreaterOrEqual => "ge",
            Operator::Less => "lt",
            Operator::LessOrEqual => "le",
            Operator::Present => "pr",
            Operator::NotEqual => "ne",
            Operator::EndsWith => "ew",
        }
    }

    /// Whether this operator asks for an order.
    pub(crate) fn is_ordering(self) -> bool {
        matches!(
            self,
            Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual
        )
    }
}
