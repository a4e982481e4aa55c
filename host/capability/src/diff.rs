//! What changed between two versions of a plugin, and whether it can do more than before.
//!
//! Plain set algebra over [`Facts`], which decides it exactly: what a plugin may send and see is a
//! finite set, and each finding is a member that came or went. A finding widens when the plugin can ask,
//! see, use or tell the model something that was not looked at before; texts count, for a tool's
//! description is what a model obeys. Where it cannot be told whether a change widens, it does.
//!
//! It says nothing of the code: other bytes with the same facts can do the same things and no more.

mod category;
mod compare;

use schemars::JsonSchema;
use serde::Serialize;

use crate::review::Facts;
use crate::sensitivity::Sensitivity;

pub use category::Category;

/// All that differs between an old version and a new one.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Diff {
    /// The version that is known; null where there was none, and everything is new.
    pub old: Option<Version>,
    /// The version that is looked at.
    pub new: Version,
    /// Whether any finding widens.
    pub widens: bool,
    /// What changed, what widens first.
    pub findings: Vec<Finding>,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Version {
    /// The plugin's name.
    pub plugin: String,
    /// Its own version.
    pub version: String,
    /// SHA-256 of the package's bytes, in hex.
    pub digest: String,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Finding {
    /// The same change has the same id in every run: the category, and what it is about, joined by `:`.
    pub id: String,
    /// The kind of change.
    pub category: Category,
    /// Whether the plugin can do more by it.
    pub widens: bool,
    /// The change in one sentence of ours.
    pub text: String,
    /// The tool that it is about.
    pub tool: Option<String>,
    /// The GET that it is about.
    pub endpoint: Option<String>,
    /// The class of what it is about.
    pub sensitivity: Sensitivity,
    /// What was there before.
    pub old: Option<String>,
    /// What is there now.
    pub new: Option<String>,
}

impl Diff {
    /// Compares `new` with `old`; without `old` everything is new.
    ///
    /// Both facts are to be those of whole packages, or those under the same operator's settings: what
    /// an operator takes away on one side only would look like a change.
    #[must_use]
    pub fn between(old: Option<&Facts>, new: &Facts) -> Self {
        let findings = compare::all(old, new);
        Self {
            old: old.map(Version::of),
            new: Version::of(new),
            widens: findings.iter().any(|finding| finding.widens),
            findings,
        }
    }

    /// Whether only the code differs, or nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Version {
    fn of(facts: &Facts) -> Self {
        Self {
            plugin: facts.plugin.clone(),
            version: facts.version.clone(),
            digest: facts.digest.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
