//! `plugin.toml`: what a plugin declares that it needs, checked against what Okta has.
//!
//! The text is parsed into types that cannot hold a mistake: a template is one of Okta's, every
//! parameter has a grammar that fits its place, every field is a path, and nothing that carries
//! credentials is there without being called sensitive. Unknown keys, duplicate keys and unknown
//! templates are errors that give the line and what is accepted; nothing is ignored.

mod raw;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::Operation;
use crate::field::FieldPath;
use crate::grammar::Grammar;
use crate::limits::LimitWish;
use crate::template::Template;

/// The only manifest version there is.
pub const VERSION: u32 = 1;

/// The longest manifest that is read. The five built-in ones together have less than a tenth of it.
pub const MAX_BYTES: usize = 256 * 1024;

/// A plugin's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The plugin's name: 1 to 40 lower-case letters, digits and `-`, beginning with a letter.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// One line for the reviewer.
    pub summary: String,
    /// What its component may import.
    pub world: World,
    /// What it may GET.
    pub endpoints: Vec<Endpoint>,
    /// The limits it asks for.
    pub limits: LimitWish,
}

/// What a plugin's component may import: the key `world`, [`World::Plugin`] where it is not there.
///
/// A world never decides what a plugin may GET or see; the endpoints do, in both alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    /// `plugin`: the contract and nothing else.
    #[default]
    Plugin,
    /// `compat`: the contract, and WASI for a language runtime that does not start without it. The
    /// host behind that WASI grants nothing: no file, no socket, no environment. It is more code to
    /// trust all the same, so a reviewer is shown it and the operator has to allow it.
    Compat,
}

impl World {
    /// The world that the manifest calls `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "plugin" => Some(Self::Plugin),
            "compat" => Some(Self::Compat),
            _ => None,
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plugin => "plugin",
            Self::Compat => "compat",
        })
    }
}

/// One `[[endpoint]]`: a GET, the tools that may make it, and what they may put in and see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Okta's operation.
    pub operation: &'static Operation,
    /// Its template, taken apart.
    pub template: Template,
    /// The tools that may use it; never empty.
    pub tools: Vec<String>,
    /// For the reviewer.
    pub why: String,
    /// A grammar for each parameter of the template.
    pub path: BTreeMap<String, Grammar>,
    /// A grammar for each query parameter that may be sent.
    pub query: BTreeMap<String, Grammar>,
    /// What the plugin sees of each object; never empty.
    pub fields: Vec<FieldPath>,
    /// Whether it asks for an endpoint or a field that carries credentials.
    pub sensitive: bool,
}

/// A manifest that is not one: where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ManifestError {
    /// 1-based line of the manifest's text.
    pub line: usize,
    /// What is wrong and what is accepted, in one line.
    pub problem: String,
}

impl Manifest {
    /// Parses and checks a manifest.
    ///
    /// # Errors
    /// The first mistake, with its line and what is accepted instead.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        raw::parse(text)
    }

    /// The names of all tools that any endpoint names, sorted, each once.
    #[must_use]
    pub fn tools(&self) -> Vec<&str> {
        let mut tools: Vec<&str> = self
            .endpoints
            .iter()
            .flat_map(|e| e.tools.iter().map(String::as_str))
            .collect();
        tools.sort_unstable();
        tools.dedup();
        tools
    }

    /// The endpoints that `tool` may use.
    pub fn endpoints_of<'a>(&'a self, tool: &'a str) -> impl Iterator<Item = &'a Endpoint> {
        self.endpoints
            .iter()
            .filter(move |endpoint| endpoint.tools.iter().any(|name| name == tool))
    }
}

/// The longest name of a tool, a prompt or a resource. Model interfaces take 64 characters, and clients put
/// `mcp__SERVER__` before it.
pub const MAX_TOOL_NAME: usize = 48;

/// The longest name of a plugin.
const MAX_PLUGIN_NAME: usize = 40;

/// Whether `name` can be a tool's: `[a-z][a-z0-9_]*`, at most [`MAX_TOOL_NAME`] characters.
#[must_use]
pub fn is_tool_name(name: &str) -> bool {
    name.len() <= MAX_TOOL_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether `name` can be a plugin's: as a tool's, with `-` for `_`.
#[must_use]
pub fn is_plugin_name(name: &str) -> bool {
    name.len() <= MAX_PLUGIN_NAME && !name.contains('_') && is_tool_name(&name.replace('-', "_"))
}

#[cfg(test)]
mod tests;
