//! The closed set of forms that a parameter's value can have.
//!
//! A manifest names one of these for each parameter; it can never bring a pattern of its own, so a
//! reviewer who knows this page knows every value that can reach Okta. This is the first of three
//! layers of the parameter defence (the others are in `address`).
//!
//! Path values are printable ASCII without `/ \ ? # % ;` and are never only dots. Query values may
//! be any text of up to three UTF-8 bytes a character, which is what Okta stores, without control
//! or direction characters.

mod forms;
#[cfg(test)]
mod tests;
mod within;

use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::field::FieldPath;

use forms::{is_balanced, is_id, is_login, is_name, is_text, is_timestamp};

/// The form of one parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grammar {
    /// An id that Okta made: 15 to 36 letters and digits (most have 20; role assignments differ).
    OktaId,
    /// A user's login: 1 to 100 characters, one of them `@`.
    OktaLogin,
    /// A user, by id or by login.
    OktaUser,
    /// One of the twelve policy types.
    PolicyType,
    /// A technical name, such as an e-mail template's: up to 100 letters, digits, `_` and `-`.
    Name,
    /// A moment: `2026-01-31T00:00:00.000Z`, with or without the fraction.
    Timestamp,
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds, both included.
    Integer {
        /// The least value accepted.
        min: u32,
        /// The greatest value accepted.
        max: u32,
    },
    /// One of a list of words.
    OneOf(Vec<String>),
    /// Free text of at most so many bytes.
    Text(usize),
    /// An Okta `search` or `filter` expression, with balanced quotes and parentheses. It may name the
    /// response fields that the endpoint declares, and `names` beside them.
    Expression {
        /// The longest text, in bytes.
        max: usize,
        /// Attributes that can be asked for and are no response fields: `user.id` in a filter of applications.
        names: Vec<FieldPath>,
    },
}

/// Where a parameter stands, which decides the grammars that are accepted for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// A value of the query.
    Query,
}

/// The types of policy that Okta knows.
/// [Okta: list policies](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/#tag/Policy/operation/listPolicies).
pub const POLICY_TYPES: [&str; 12] = [
    "ACCESS_POLICY",
    "CLIENT_UPDATE",
    "DEVICE_SIGNAL_COLLECTION",
    "ENTITY_RISK",
    "IDENTITY_CLAIM_SOURCING",
    "IDP_DISCOVERY",
    "MFA_ENROLL",
    "OKTA_SIGN_ON",
    "PASSWORD",
    "POST_AUTH_SESSION",
    "PROFILE_ENROLLMENT",
    "SESSION_VIOLATION_DETECTION",
];

/// The longest `text` or `expression` that a manifest can ask for, in bytes: what still fits a URL
/// that every server on the way accepts (8 KiB request lines) after percent-encoding.
pub const MAX_TEXT: usize = 2_500;

impl Grammar {
    /// The grammar that a manifest names by a single word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "okta-id" | "factor-id" => Self::OktaId,
            "okta-login" => Self::OktaLogin,
            "okta-user" => Self::OktaUser,
            "policy-type" => Self::PolicyType,
            "name" => Self::Name,
            "timestamp" => Self::Timestamp,
            "boolean" => Self::Boolean,
            _ => return None,
        })
    }

    /// The manifest's word for it, without its bounds: `okta-id`, `integer`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::OktaId => "okta-id",
            Self::OktaLogin => "okta-login",
            Self::OktaUser => "okta-user",
            Self::PolicyType => "policy-type",
            Self::Name => "name",
            Self::Timestamp => "timestamp",
            Self::Boolean => "boolean",
            Self::Integer { .. } => "integer",
            Self::OneOf(_) => "one-of",
            Self::Text(_) => "text",
            Self::Expression { .. } => "expression",
        }
    }

    /// What a manifest may write, for error messages.
    pub const ACCEPTED: &'static str = "okta-id, okta-login, okta-user, factor-id, policy-type, name, timestamp, boolean, \
         { integer = [min, max] }, { one-of = [..] }, { text = bytes }, { expression = bytes }, { expression = bytes, names = [..] }";

    /// Whether the grammar may stand at `place`: free text never stands in a path.
    #[must_use]
    pub fn fits(&self, place: Place) -> bool {
        match (self, place) {
            (_, Place::Query) => true,
            (Self::Text(_) | Self::Expression { .. }, Place::Path) => false,
            (Self::OneOf(words), Place::Path) => words.iter().all(|word| is_name(word)),
            (_, Place::Path) => true,
        }
    }

    /// Whether `value` has this form.
    #[must_use]
    pub fn accepts(&self, value: &str) -> bool {
        match self {
            Self::OktaId => is_id(value),
            Self::OktaLogin => is_login(value),
            Self::OktaUser => is_id(value) || is_login(value),
            Self::PolicyType => POLICY_TYPES.contains(&value),
            Self::Name => is_name(value),
            Self::Timestamp => is_timestamp(value),
            Self::Boolean => matches!(value, "true" | "false"),
            Self::Integer { min, max } => {
                // One spelling for one number: no sign, no leading zero, no blank.
                let plain = value == "0" || !value.starts_with('0');
                plain
                    && value.bytes().all(|b| b.is_ascii_digit())
                    && value
                        .parse::<u32>()
                        .is_ok_and(|n| (*min..=*max).contains(&n))
            }
            Self::OneOf(words) => words.iter().any(|word| word == value),
            Self::Text(limit) => is_text(value, *limit),
            Self::Expression { max, .. } => is_text(value, *max) && is_balanced(value),
        }
    }
}

/// As a manifest writes it.
impl Serialize for Grammar {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        let word = match self {
            Self::OktaId => "okta-id",
            Self::OktaLogin => "okta-login",
            Self::OktaUser => "okta-user",
            Self::PolicyType => "policy-type",
            Self::Name => "name",
            Self::Timestamp => "timestamp",
            Self::Boolean => "boolean",
            Self::Integer { min, max } => return one(writer, "integer", &[min, max]),
            Self::OneOf(words) => return one(writer, "one-of", words),
            Self::Text(max) => return one(writer, "text", max),
            Self::Expression { max, names } => {
                let mut map = writer.serialize_map(Some(1 + usize::from(!names.is_empty())))?;
                map.serialize_entry("expression", max)?;
                if !names.is_empty() {
                    map.serialize_entry("names", names)?;
                }
                return map.end();
            }
        };
        writer.serialize_str(word)
    }
}

fn one<S: Serializer, T: Serialize + ?Sized>(
    writer: S,
    key: &str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = writer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

/// What the reviewer and whoever sent a malformed value read.
impl fmt::Display for Grammar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OktaId => f.write_str("an Okta id (15 to 36 letters and digits)"),
            Self::OktaLogin => f.write_str("a login (up to 100 characters with an @)"),
            Self::OktaUser => f.write_str("a user's id (15 to 36 letters and digits) or login (up to 100 characters with an @)"),
            Self::PolicyType => write!(f, "a policy type ({})", POLICY_TYPES.join(", ")),
            Self::Name => f.write_str("a name (up to 100 letters, digits, _ and -)"),
            Self::Timestamp => f.write_str("a time such as 2026-01-31T00:00:00.000Z"),
            Self::Boolean => f.write_str("true or false"),
            Self::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::OneOf(words) => write!(f, "one of {}", words.join(", ")),
            Self::Text(limit) => write!(f, "text of at most {limit} bytes without control characters"),
            Self::Expression { max, .. } => write!(
                f,
                "an Okta expression of at most {max} bytes with balanced quotes and parentheses"
            ),
        }
    }
}
