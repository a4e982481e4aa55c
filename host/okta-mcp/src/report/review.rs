//! A review: all that some plugins can do, on one page.

mod html;
mod markdown;
mod noticed;
mod picture;
mod sarif;
mod text;

use std::collections::BTreeSet;

use capability::limits::{About, LimitFact, SetBy};
use capability::review::Facts;
use capability::sensitivity::Sensitivity;
use schemars::JsonSchema;
use serde::Serialize;

pub use noticed::{Noticed, Standing};

use super::Format;
use crate::approval::Signature;

/// What is reviewed, as `okta-mcp review --format json` writes it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "okta-mcp review", deny_unknown_fields)]
pub struct Review {
    /// The release of Okta's OpenAPI document that operations and scopes are derived from.
    pub catalogue: &'static str,
    /// OAuth scopes that all of the plugins need together.
    pub scopes: Vec<String>,
    /// The plugins.
    pub plugins: Vec<Reviewed>,
    /// Plugins that are configured and cannot be loaded.
    pub left_out: Vec<LeftOut>,
}

/// One plugin.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Reviewed {
    /// Where the package comes from.
    pub source: Source,
    /// The compiler that whoever packed it says it was built with.
    pub built_with: String,
    /// Who signed it.
    pub signature: Signature,
    /// All that it can do.
    pub facts: Facts,
    /// What was found in the texts that its tools show to the model, beside those that load with it.
    pub noticed: Vec<Noticed>,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// Part of the program.
    BuiltIn,
    /// A file, by the path that was given.
    File(String),
}

/// A plugin that is not there, and why.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct LeftOut {
    /// The plugin's name.
    pub plugin: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl Review {
    /// A review of `plugins`.
    #[must_use]
    pub fn new(plugins: Vec<Reviewed>, left_out: Vec<LeftOut>) -> Self {
        let scopes: BTreeSet<String> = plugins
            .iter()
            .flat_map(|plugin| plugin.facts.scopes.iter().cloned())
            .collect();
        Self {
            catalogue: capability::catalogue::SOURCE,
            scopes: scopes.into_iter().collect(),
            plugins,
            left_out,
        }
    }

    /// The report, in the form that is asked for.
    ///
    /// # Errors
    /// None that can be met: the documents are JSON.
    pub fn render(&self, format: Format) -> serde_json::Result<String> {
        match format {
            Format::Text => Ok(text::render(self)),
            Format::Json => super::json(self),
            Format::Sarif => super::json(&sarif::render(self)),
            Format::Html => Ok(html::render(self)),
            Format::Markdown => Ok(markdown::render(self)),
        }
    }

    /// The JSON Schema of [`Format::Json`].
    ///
    /// # Errors
    /// None that can be met: a schema is JSON.
    pub fn schema() -> serde_json::Result<String> {
        super::schema::<Self>()
    }

    /// Tools of all plugins; a prompt or a resource is reviewed like one and is none.
    fn tools(&self) -> usize {
        let all = self.plugins.iter().flat_map(|plugin| &plugin.facts.tools);
        all.filter(|tool| tool.kind.is_tool()).count()
    }

    /// The highest class of all that can be read.
    fn sensitivity(&self) -> Sensitivity {
        self.plugins
            .iter()
            .map(|plugin| plugin.facts.sensitivity)
            .max()
            .unwrap_or(Sensitivity::Ordinary)
    }
}

impl Source {
    /// For a reader.
    fn text(&self) -> String {
        match self {
            Self::BuiltIn => "built in".to_owned(),
            Self::File(path) => path.clone(),
        }
    }
}

/// The limits that are lower than the host's defaults, with whose word that is, in one sentence.
fn lowered_limits(facts: &Facts) -> String {
    let lowered: Vec<String> = lowered(facts)
        .map(|(about, limit)| {
            format!(
                "{} ({}; the host gives {})",
                about.says(limit),
                limit.set_by.as_str(),
                limit.default
            )
        })
        .collect();
    if lowered.is_empty() {
        return "the host's defaults".to_owned();
    }
    format!("one call may {}", capability::review::list(&lowered, "and"))
}

/// The limits that are the host's defaults.
fn default_limits(facts: &Facts) -> String {
    let limits: Vec<String> = defaults(facts)
        .map(|(about, limit)| format!("{} {}", about.title, limit.written))
        .collect();
    limits.join(", ")
}

/// The limits that somebody lowered.
fn lowered(facts: &Facts) -> impl Iterator<Item = (&'static About, &LimitFact)> {
    facts
        .limits
        .each()
        .filter(|(_, limit)| limit.set_by != SetBy::Host)
}

/// The limits that nobody lowered.
fn defaults(facts: &Facts) -> impl Iterator<Item = (&'static About, &LimitFact)> {
    facts
        .limits
        .each()
        .filter(|(_, limit)| limit.set_by == SetBy::Host)
}

/// Who signed a package.
fn signer(plugin: &Reviewed) -> String {
    match plugin.source {
        Source::BuiltIn => "none of its own: it is part of the program".to_owned(),
        Source::File(_) => plugin.signature.text(),
    }
}
