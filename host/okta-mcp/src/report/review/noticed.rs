//! What was found in the texts that a plugin's tools show to the model, and what somebody decided about it.

use capability::surface::{Accepted, Finding, NotAccepted};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::sarif::Level;

/// One finding about a tool's name, texts or schemas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Noticed {
    /// Its id, by which it is accepted; another text has another.
    pub id: String,
    /// The kind of finding, such as `instruction`.
    pub category: &'static str,
    /// Why it is looked for.
    pub reason: &'static str,
    /// The tool; null where it is about the plugin's name.
    pub tool: Option<String>,
    /// Where in the tool: `name`, `title`, `description`, or a JSON Pointer into one of its schemas.
    pub place: String,
    /// What was found there.
    pub what: String,
    /// What somebody decided about it.
    pub standing: Standing,
}

/// What somebody decided about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "is")]
#[schemars(deny_unknown_fields)]
pub enum Standing {
    /// Nobody can accept it: the plugin has to change.
    Refused,
    /// Nobody accepted it: the plugin does not load.
    Open,
    /// Somebody accepted it until a day that is past: the plugin does not load.
    Expired {
        /// The last day on which it was accepted.
        on: String,
    },
    /// Somebody accepted it.
    Accepted {
        /// Why.
        reason: String,
        /// Who answers for it.
        owner: String,
        /// The last day on which that holds.
        expires: String,
    },
}

impl Noticed {
    /// `finding`, as it stands in `accepted` on `today`.
    #[must_use]
    pub fn new(finding: &Finding, accepted: &Accepted, today: Date) -> Self {
        Self {
            id: finding.id(),
            category: finding.category.id(),
            reason: finding.category.reason(),
            tool: finding.tool.clone(),
            place: finding.place.clone(),
            what: finding.what.clone(),
            standing: match accepted.of(finding, today) {
                Ok(own) => Standing::Accepted {
                    reason: own.reason.clone(),
                    owner: own.owner.clone(),
                    expires: own.expires.to_string(),
                },
                Err(NotAccepted::Never) => Standing::Refused,
                Err(NotAccepted::Open) => Standing::Open,
                Err(NotAccepted::Expired(on)) => Standing::Expired { on: on.to_string() },
            },
        }
    }

    /// Where it is and what it is, in one line.
    pub(super) fn says(&self) -> String {
        match &self.tool {
            Some(tool) => format!("tool `{tool}`, {}: {}", self.place, self.what),
            None => format!("{}: {}", self.place, self.what),
        }
    }

    /// How much it matters to whoever reads it in a pull request.
    pub(super) fn level(&self) -> Level {
        match self.standing {
            Standing::Refused => Level::Error,
            Standing::Open | Standing::Expired { .. } => Level::Warning,
            Standing::Accepted { .. } => Level::Note,
        }
    }
}

impl Standing {
    /// In one word, for a mark.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Open => "not accepted",
            Self::Expired { .. } => "acceptance expired",
            Self::Accepted { .. } => "accepted",
        }
    }

    /// What was decided, in one sentence.
    pub(super) fn says(&self) -> String {
        match self {
            Self::Refused => "Nobody can accept this: the plugin has to change.".to_owned(),
            Self::Open => {
                "Nobody accepted this: no plugin that is not built in loads with it.".to_owned()
            }
            Self::Expired { on } => format!("This was accepted until {on}, which is past."),
            Self::Accepted {
                reason,
                owner,
                expires,
            } => format!("Accepted by {owner} until {expires}: {reason}"),
        }
    }

    /// Whether somebody accepted it.
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}
