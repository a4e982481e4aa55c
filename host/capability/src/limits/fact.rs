//! One limit as a reviewer is told it: how much, and whose word it is.

use schemars::JsonSchema;
use serde::Serialize;

use super::unit::{Measure, Unit};

/// One limit, after all ceilings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct LimitFact {
    /// The limit as a number.
    pub value: u64,
    /// What the number counts.
    pub measure: Measure,
    /// The limit as a manifest writes it: `32 MiB`, `500 ms`, `50`.
    pub written: String,
    /// The host's default, as a manifest writes it.
    pub default: String,
    /// Whose word it is.
    pub set_by: SetBy,
}

/// Whose value is the least of the three, and so holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SetBy {
    /// The host's default.
    Host,
    /// The plugin's manifest.
    Manifest,
    /// The operator.
    Operator,
}

impl SetBy {
    /// For a reader.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "the host",
            Self::Manifest => "the manifest",
            Self::Operator => "the operator",
        }
    }
}

impl LimitFact {
    /// The least of the three; where two are alike, the one that was there first.
    pub(super) fn settled<U: Unit<Value: Copy + Ord>>(
        host: U::Value,
        manifest: Option<U::Value>,
        operator: Option<U::Value>,
    ) -> Self {
        let (mut least, mut set_by) = (host, SetBy::Host);
        for (value, who) in [(manifest, SetBy::Manifest), (operator, SetBy::Operator)] {
            if let Some(value) = value.filter(|value| *value < least) {
                (least, set_by) = (value, who);
            }
        }
        Self {
            value: U::number(least),
            measure: U::MEASURE,
            written: U::write(least),
            default: U::write(host),
            set_by,
        }
    }
}
