//! All that a plugin can ever do, as facts and in sentences: what a reviewer reads before he decides.
//!
//! [`Facts`] are made from a [`Snapshot`], the catalogue and what the operator takes away; nothing in
//! them is taken on trust but the texts that are marked as the author's (`summary`, `why`, and a tool's
//! own texts). The sentences ([`ToolFacts::says`]) are written by us from the facts: an author cannot
//! word what the reviewer reads.
//!
//! It does not judge: whether a plugin may run is decided elsewhere.

mod admin;
mod notable;
mod parts;
mod sentence;
mod subject;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::field::FieldPath;
use crate::limits::{LimitFact, LimitWish, PerLimit};
use crate::manifest::{Manifest, World};
use crate::sensitivity::Sensitivity;
use crate::snapshot::{Kind, Snapshot, ToolText};

pub use parts::{EndpointFacts, FieldFacts, ParameterFacts};
pub use sentence::list;

/// What the operator takes away from a plugin; nothing by default.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// Only these tools are offered; all where there is no list.
    pub tools: Option<Vec<String>>,
    /// Response fields that the plugin does not get to see.
    pub hidden: Vec<FieldPath>,
    /// Ceilings for the limits of one call.
    pub limits: LimitWish,
}

/// All that one plugin can do.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Facts {
    /// The plugin's name.
    pub plugin: String,
    /// Its own version.
    pub version: String,
    /// What it is for, in its author's words.
    pub summary: String,
    /// SHA-256 of the package's exact bytes, in hex.
    pub digest: String,
    /// The id of the key that signed the package; null where it is not signed.
    pub signer: Option<String>,
    /// `plugin`: it imports the plugin interface only. `compat`: the WASI of a language runtime, too,
    /// behind which a host grants nothing.
    pub world: World,
    /// What its component imports.
    pub imports: Vec<String>,
    /// Every limit of one call, after all ceilings.
    pub limits: PerLimit<LimitFact>,
    /// OAuth scopes that its enabled tools need, derived from Okta's document.
    pub scopes: Vec<String>,
    /// The highest class of all that it can read.
    pub sensitivity: Sensitivity,
    /// What the whole plugin can do, in our sentences.
    pub says: Vec<String>,
    /// Its enabled tools, prompts and resources, in the package's order.
    pub tools: Vec<ToolFacts>,
    /// Tools that the operator does not offer.
    pub disabled_tools: Vec<String>,
    /// Response fields that the operator hides from it.
    pub hidden_fields: Vec<FieldPath>,
}

/// All that one tool, prompt or resource can do.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ToolFacts {
    /// What it is; a tool where nothing is said.
    #[serde(skip_serializing_if = "Kind::is_tool")]
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its title, in its author's words.
    pub title: String,
    /// What the model is told, in its author's words.
    pub description: String,
    /// JSON Schema of the arguments.
    pub input_schema: Map<String, Value>,
    /// JSON Schema of the structured result.
    pub output_schema: Option<Map<String, Value>>,
    /// What it can do, in our sentences.
    pub says: Vec<String>,
    /// OAuth scopes that it needs.
    pub scopes: Vec<String>,
    /// The highest class of all that it can read.
    pub sensitivity: Sensitivity,
    /// The GETs that it may make; none means that it can read nothing.
    pub endpoints: Vec<EndpointFacts>,
}

impl Facts {
    pub(crate) fn new(snapshot: &Snapshot, manifest: &Manifest, operator: &Operator) -> Self {
        let offered = |name: &str| {
            operator
                .tools
                .as_ref()
                .is_none_or(|tools| tools.iter().any(|tool| tool == name))
        };
        let (enabled, disabled): (Vec<&ToolText>, Vec<&ToolText>) =
            snapshot.tools.iter().partition(|tool| offered(&tool.name));
        let tools: Vec<ToolFacts> = enabled
            .into_iter()
            .map(|tool| ToolFacts::new(tool, manifest, operator))
            .collect();
        let mut facts = Self {
            plugin: manifest.name.clone(),
            version: manifest.version.clone(),
            summary: manifest.summary.clone(),
            digest: snapshot.digest.clone(),
            signer: snapshot.signer.clone(),
            world: manifest.world,
            imports: snapshot.imports.clone(),
            limits: PerLimit::settled(&manifest.limits, &operator.limits),
            scopes: union(tools.iter().flat_map(|tool| &tool.scopes)),
            sensitivity: highest(tools.iter().map(|tool| tool.sensitivity)),
            says: Vec::new(),
            tools,
            disabled_tools: disabled.into_iter().map(|tool| tool.name.clone()).collect(),
            hidden_fields: operator.hidden.clone(),
        };
        facts.says = sentence::of_plugin(&facts);
        facts
    }

    /// The tool called `name`.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&ToolFacts> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// Whether the component imports nothing but the plugin interface.
    #[must_use]
    pub fn imports_only_okta(&self) -> bool {
        self.imports
            .iter()
            .all(|name| name.starts_with("okta:plugin/"))
    }
}

impl ToolFacts {
    fn new(tool: &ToolText, manifest: &Manifest, operator: &Operator) -> Self {
        let endpoints: Vec<EndpointFacts> = manifest
            .endpoints_of(&tool.name)
            .map(|endpoint| EndpointFacts::new(endpoint, &operator.hidden))
            .collect();
        Self {
            kind: tool.kind,
            name: tool.name.clone(),
            title: tool.title.clone(),
            description: tool.description.clone(),
            input_schema: tool.input_schema.clone(),
            output_schema: tool.output_schema.clone(),
            says: sentence::of_tool(tool.kind, &tool.name, &endpoints),
            scopes: union(endpoints.iter().flat_map(|endpoint| &endpoint.scopes)),
            sensitivity: highest(endpoints.iter().map(|endpoint| endpoint.sensitivity)),
            endpoints,
        }
    }

    /// The GET of `template` that it may make.
    #[must_use]
    pub fn endpoint(&self, template: &str) -> Option<&EndpointFacts> {
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.get == template)
    }
}

/// Each once, sorted.
fn union<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    texts
        .cloned()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn highest(classes: impl Iterator<Item = Sensitivity>) -> Sensitivity {
    classes.max().unwrap_or(Sensitivity::Ordinary)
}

#[cfg(test)]
mod tests;
