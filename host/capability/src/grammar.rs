//! The closed set of forms that a parameter's value can have.
//!
//! A manifest names one of these for each parameter; it can never bring a pattern of its own, so a
//! reviewer who knows this page knows every value that can reach Okta. This is the first of three
//! layers of the parameter defence (the others are in `address`).
//!
//! Path values are printable ASCII without `/ \ ? # % ;` and are never only dots. Query values may
//! be any text of up to three UTF-8 bytes a character, which is what Okta stores, without control
//! or direction characters.

mod within;

use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::field::FieldPath;

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

/// Logins are at most 100 characters in Okta's user schema.
const MAX_LOGIN: usize = 100;

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

fn is_id(value: &str) -> bool {
    (15..=36).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_login(value: &str) -> bool {
    (3..=MAX_LOGIN).contains(&value.len())
        && value.contains('@')
        && value.bytes().any(|b| b.is_ascii_alphanumeric())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-+'@!$&*=^~".contains(&b))
}

fn is_name(value: &str) -> bool {
    (1..=100).contains(&value.len())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_text(value: &str, limit: usize) -> bool {
    !value.is_empty()
        && value.len() <= limit
        && !value
            .chars()
            .any(|c| crate::text::is_hidden(c) || c.len_utf8() > 3)
}

/// Quotes close, parentheses match, and a backslash inside quotes takes the next character with it.
/// It does not judge the expression: Okta does, and says what is wrong with it.
fn is_balanced(value: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for character in value.chars() {
        match (quoted, escaped, character) {
            (true, true, _) => escaped = false,
            (true, false, '\\') => escaped = true,
            (_, false, '"') => quoted = !quoted,
            (false, _, '(') => depth += 1,
            (false, _, ')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    !quoted && depth == 0
}

/// `YYYY-MM-DDTHH:MM:SS[.fff]Z` with every part in range; whether the day exists is Okta's to say.
fn is_timestamp(value: &str) -> bool {
    let Some((date, time)) = value
        .strip_suffix('Z')
        .and_then(|rest| rest.split_once('T'))
    else {
        return false;
    };
    let (clock, fraction) = time
        .split_once('.')
        .map_or((time, None), |(a, b)| (a, Some(b)));
    let within = |part: Option<&str>, digits: usize, range: std::ops::RangeInclusive<u32>| {
        part.is_some_and(|text| {
            text.len() == digits
                && text.bytes().all(|b| b.is_ascii_digit())
                && text.parse().is_ok_and(|n| range.contains(&n))
        })
    };
    let (mut date, mut clock) = (date.split('-'), clock.split(':'));
    within(date.next(), 4, 1970..=9999)
        && within(date.next(), 2, 1..=12)
        && within(date.next(), 2, 1..=31)
        && date.next().is_none()
        && within(clock.next(), 2, 0..=23)
        && within(clock.next(), 2, 0..=59)
        && within(clock.next(), 2, 0..=60)
        && clock.next().is_none()
        && fraction.is_none_or(|text| {
            (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The values that made other URL builders read another endpoint.
    pub(crate) const HOSTILE: &[&str] = &[
        "..",
        ".",
        "...",
        "..\t",
        "\t..",
        ".\t.",
        "..\n",
        "..\r",
        "%2e%2e",
        "%2E%2e",
        ".%2e",
        "",
        "\t",
        "a/b",
        "a%2Fb",
        "a\\b",
        "a\r\nb",
        "a\tb",
        "a?b",
        "a#b",
        "..;",
        "a;b",
        "%",
        "%zz",
        "\0",
        "／",
        "．．",
        "é",
        "\u{202e}",
        "a b",
        "../groups/00g1engineerEfGh5f6x",
        "..%2fgroups",
        "me",
        "rules",
        "00u1/../..",
        "https://evil.example",
    ];

    const PATH_GRAMMARS: &[Grammar] = &[
        Grammar::OktaId,
        Grammar::OktaLogin,
        Grammar::OktaUser,
        Grammar::PolicyType,
    ];

    #[test]
    fn every_hostile_path_value_is_refused_by_every_path_grammar() {
        for value in HOSTILE {
            for grammar in PATH_GRAMMARS {
                assert!(!grammar.accepts(value), "{grammar:?} accepts {value:?}");
            }
        }
    }

    #[test]
    fn ids_and_logins_as_okta_makes_them_are_accepted() {
        assert!(Grammar::OktaId.accepts("00u11qxw8mzK7RtPd5f6"));
        assert!(Grammar::OktaId.accepts("IFIFAX2BIRGUSTQ"));
        for login in [
            "mara.lind@northwind.example.com",
            "o'brien+x@a.co",
            "a&b@c.d",
        ] {
            assert!(Grammar::OktaLogin.accepts(login), "{login}");
            assert!(Grammar::OktaUser.accepts(login), "{login}");
        }
        assert!(!Grammar::OktaUser.accepts("@.."));
    }

    #[test]
    fn lengths_are_limited_on_both_sides() {
        assert!(
            Grammar::OktaId.accepts(&"a".repeat(15)) && !Grammar::OktaId.accepts(&"a".repeat(14))
        );
        assert!(
            Grammar::OktaId.accepts(&"a".repeat(36)) && !Grammar::OktaId.accepts(&"a".repeat(37))
        );
        let login = |n: usize| format!("{}@b", "a".repeat(n - 2));
        assert!(
            Grammar::OktaLogin.accepts(&login(100)) && !Grammar::OktaLogin.accepts(&login(101))
        );
        assert!(Grammar::Text(4).accepts("abcd") && !Grammar::Text(4).accepts("abcde"));
    }

    #[test]
    fn a_number_has_one_spelling_and_keeps_its_bounds() {
        let grammar = Grammar::Integer { min: 0, max: 200 };
        for good in ["0", "1", "200"] {
            assert!(grammar.accepts(good));
        }
        for bad in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "201",
            "1.0",
            "1e2",
            "99999999999",
            "１",
        ] {
            assert!(!grammar.accepts(bad), "{bad:?}");
        }
    }

    #[test]
    fn an_expression_must_close_what_it_opens() {
        let grammar = Grammar::Expression {
            max: 200,
            names: vec![],
        };
        for good in [
            r#"status eq "ACTIVE""#,
            r#"profile.x eq "a \" b" and (id pr)"#,
            r#"profile.x eq ")(""#,
        ] {
            assert!(grammar.accepts(good), "{good}");
        }
        for bad in [
            r#"status eq "ACTIVE"#,
            "(id pr",
            "id pr)",
            ")(",
            "a\nb",
            r#"x eq "a\""#,
        ] {
            assert!(!grammar.accepts(bad), "{bad}");
        }
    }

    #[test]
    fn times_are_utc_and_complete() {
        for good in ["2026-01-31T00:00:00.000Z", "2026-01-31T23:59:59Z"] {
            assert!(Grammar::Timestamp.accepts(good));
        }
        for bad in [
            "2026-01-31",
            "2026-01-31T00:00:00",
            "2026-13-01T00:00:00Z",
            "2026-01-31T00:00:00+01:00",
            "26-1-3T0:0:0Z",
        ] {
            assert!(!Grammar::Timestamp.accepts(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_a_path_grammar_accepts_holds_no_delimiter_and_is_not_only_dots(value in "\\PC{0,60}|[A-Za-z0-9@.%/+-]{0,60}") {
            for grammar in PATH_GRAMMARS {
                if grammar.accepts(&value) {
                    prop_assert!(value.is_ascii() && !value.contains(['/', '\\', '?', '#', '%', ';', ' ']));
                    prop_assert!(value.bytes().any(|b| b != b'.'));
                }
            }
        }
    }
}
