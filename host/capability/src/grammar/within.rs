//! Which grammars accept no more than another: what makes a change of a parameter a widening.

use super::forms::MAX_LOGIN;
use super::{Grammar, POLICY_TYPES};

/// The longest id, name, policy type and timestamp, in bytes: see the forms in the parent module.
const LONGEST_ID: usize = 36;
const LONGEST_NAME: usize = 100;
const LONGEST_POLICY_TYPE: usize = 27;
const LONGEST_TIMESTAMP: usize = 24;
/// Digits of the greatest number.
const LONGEST_INTEGER: usize = 10;

impl Grammar {
    /// Whether `other` accepts every value that this grammar accepts.
    ///
    /// Decided by form, and on the safe side: where it cannot be told, the answer is no, and a reviewer
    /// looks. An expression is judged as one form: what it may name besides its `names` follows from the
    /// endpoint's fields.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        match (self, other) {
            (Self::OneOf(words), other) => words.iter().all(|word| other.accepts(word)),
            (Self::Boolean, Self::OneOf(_)) => other.accepts("true") && other.accepts("false"),
            (Self::PolicyType, Self::OneOf(_)) => POLICY_TYPES.iter().all(|t| other.accepts(t)),
            (Self::OktaId | Self::OktaLogin, Self::OktaUser) => true,
            (
                Self::OktaId | Self::PolicyType | Self::Boolean | Self::Integer { .. },
                Self::Name,
            ) => true,
            (
                Self::Integer { min, max },
                Self::Integer {
                    min: least,
                    max: most,
                },
            ) => least <= min && max <= most,
            (
                Self::Expression { max, names },
                Self::Expression {
                    max: most,
                    names: others,
                },
            ) => {
                max <= most
                    && names
                        .iter()
                        .all(|name| others.iter().any(|other| other.includes(name)))
            }
            // Text looks at no name in it: it is the wider form of the two.
            (own, Self::Text(most)) => own.longest().is_some_and(|longest| longest <= *most),
            _ => false,
        }
    }

    /// The longest value, in bytes.
    fn longest(&self) -> Option<usize> {
        Some(match self {
            Self::OktaId => LONGEST_ID,
            Self::OktaLogin | Self::OktaUser => MAX_LOGIN,
            Self::PolicyType => LONGEST_POLICY_TYPE,
            Self::Name => LONGEST_NAME,
            Self::Timestamp => LONGEST_TIMESTAMP,
            Self::Boolean => 5,
            Self::Integer { .. } => LONGEST_INTEGER,
            Self::OneOf(words) => words.iter().map(String::len).max()?,
            Self::Text(max) | Self::Expression { max, .. } => *max,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one_of(words: &[&str]) -> Grammar {
        Grammar::OneOf(words.iter().map(|word| (*word).to_owned()).collect())
    }

    fn expression(max: usize, names: &[&str]) -> Grammar {
        Grammar::Expression {
            max,
            names: names.iter().map(|name| name.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn a_narrower_form_is_within_a_wider_one_and_not_the_other_way_round() {
        for (narrow, wide) in [
            (Grammar::OktaId, Grammar::OktaUser),
            (Grammar::OktaLogin, Grammar::OktaUser),
            (Grammar::OktaId, Grammar::Text(36)),
            (Grammar::OktaUser, Grammar::Text(100)),
            (
                Grammar::Integer { min: 1, max: 50 },
                Grammar::Integer { min: 1, max: 200 },
            ),
            (one_of(&["a"]), one_of(&["a", "b"])),
            (one_of(&["ACTIVE"]), Grammar::Name),
            (Grammar::Text(10), Grammar::Text(11)),
            (expression(10, &[]), expression(10, &["user.id"])),
            (expression(10, &[]), Grammar::Text(10)),
            (one_of(&["MFA_ENROLL"]), Grammar::PolicyType),
        ] {
            assert!(narrow.is_within(&wide), "{narrow:?} {wide:?}");
            assert!(!wide.is_within(&narrow), "{wide:?} {narrow:?}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_a_widening() {
        assert!(!Grammar::Text(5).is_within(&expression(100, &[])));
        assert!(!Grammar::OktaId.is_within(&Grammar::Text(35)));
        assert!(!Grammar::Integer { min: 0, max: 1 }.is_within(&Grammar::Boolean));
    }

    fn grammars() -> impl Strategy<Value = Grammar> {
        prop_oneof![
            Just(Grammar::OktaId),
            Just(Grammar::OktaLogin),
            Just(Grammar::OktaUser),
            Just(Grammar::PolicyType),
            Just(Grammar::Name),
            Just(Grammar::Timestamp),
            Just(Grammar::Boolean),
            (0..300_u32, 0..300_u32).prop_map(|(min, max)| Grammar::Integer { min, max }),
            proptest::collection::vec("true|false|MFA_ENROLL|[a-z0-9]{1,20}", 1..4)
                .prop_map(Grammar::OneOf),
            (1..120_usize).prop_map(Grammar::Text),
            (1..120_usize).prop_map(|max| expression(max, &[])),
        ]
    }

    fn values() -> impl Strategy<Value = String> {
        prop_oneof![
            "[A-Za-z0-9]{1,40}",
            "[a-z0-9]{1,8}@[a-z]{1,8}\\.[a-z]{2,100}",
            "[0-9]{1,3}",
            "true|false|MFA_ENROLL|SESSION_VIOLATION_DETECTION",
            "2026-01-31T00:00:00(\\.000)?Z",
            "[a-z \"()]{1,30}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]
        #[test]
        fn whatever_is_within_accepts_no_more(a in grammars(), b in grammars(), value in values()) {
            if a.is_within(&b) && a.accepts(&value) {
                prop_assert!(b.accepts(&value), "{:?} within {:?}: {}", a, b, value);
            }
        }
    }
}
