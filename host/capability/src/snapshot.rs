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
    /// The tools, in the package's order.
    pub tools: Vec<ToolText>,
    /// What the component imports.
    pub imports: Vec<String>,
    /// The id of the key that signed the package; none where it is not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
}

/// One tool as clients are shown it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolText {
    /// The tool's name.
    pub name: String,
    /// For people.
    pub title: String,
    /// For the model.
    pub description: String,
    /// JSON Schema of the arguments.
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
