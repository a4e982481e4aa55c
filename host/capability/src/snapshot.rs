//! What is approved of a package, as data: manifest, tools, imports and the digest of the bytes.
//!
//! A lockfile keeps it, so that a later version can be compared with what was approved when the old
//! package's file is long gone. It is checked like a package's own manifest each time it is read: a
//! snapshot is a claim, and grants nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::manifest::{Manifest, ManifestError};
use crate::review::{Facts, Operator};

/// A package without its code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    /// SHA-256 of the package's exact bytes, 64 lower-case hex digits.
    pub digest: String,
    /// `plugin.toml` as its author wrote it, comments included.
    pub manifest: String,
    /// The tools, then the prompts, then the resources, each in the package's order.
    pub tools: Vec<ToolText>,
    /// What the component imports.
    pub imports: Vec<String>,
    /// The id of the key that signed the package; none where it is not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
}

/// How a client comes to ask for something of a plugin's; what may be asked of Okta then is the same matter for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The model calls it.
    #[default]
    Tool,
    /// A person picks it.
    Prompt,
    /// A client reads it.
    Resource,
}

impl Kind {
    /// The kind, as a word at the beginning of a sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "Tool",
            Self::Prompt => "Prompt",
            Self::Resource => "Resource",
        }
    }

    /// The kind, as a word within a sentence.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
        }
    }

    /// Whether it is a tool, as nearly everything is: then nothing is written of it.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
    pub fn is_tool(&self) -> bool {
        *self == Self::Tool
    }
}

/// One tool, prompt or resource as clients are shown it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolText {
    /// What it is; a tool where nothing is said.
    #[serde(default, skip_serializing_if = "Kind::is_tool")]
    pub kind: Kind,
    /// Its name, by which the manifest grants endpoints to it.
    pub name: String,
    /// For people.
    pub title: String,
    /// For the model.
    pub description: String,
    /// JSON Schema of the arguments: of a prompt, its texts; of a resource, its URI.
    pub input_schema: Map<String, Value>,
    /// JSON Schema of the structured result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Map<String, Value>>,
}

impl Snapshot {
    /// All that the plugin can do where `operator` decides what is taken away from it.
    ///
    /// # Errors
    /// When the manifest is not one, or not one that this version of the program reads.
    pub fn facts(&self, operator: &Operator) -> Result<Facts, ManifestError> {
        Ok(Facts::new(
            self,
            &Manifest::parse(&self.manifest)?,
            operator,
        ))
    }
}
