//! What tools say to the model, looked at for what would mislead it or a reviewer.
//!
//! A tool's name, texts and schemas are instructions to a model as much as documentation, and they come
//! from whoever wrote the plugin. [`check`] reads all of them, of all plugins that load together, and
//! answers with [`Finding`]s. What no honest plugin needs ([`Category::refuses`]: characters that nobody
//! sees, a name that is another tool's or looks like it) keeps a plugin from loading. What an honest plugin
//! may say for a good reason is for a reviewer, who accepts it by the finding's id, or does not.
//!
//! A finding's id holds a digest of the text it was found in, so an acceptance ends when the text changes.
//!
//! It knows patterns, not meaning: a sentence that persuades without any of the phrases in `phrases.rs`
//! passes. What holds regardless is the grant, which no text can widen.

mod accepted;
mod marks;
mod names;
mod phrases;
mod texts;
mod words;

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

pub use accepted::{Acceptance, Accepted, AcceptedError, MAX_ACCEPTED_BYTES, NotAccepted};
pub use names::Names;

/// Whose word a plugin's texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Part of the program: these texts are written and reviewed together, and may point at each other.
    BuiltIn,
    /// Anybody's: each such plugin is a stranger to every other one.
    Added,
}

/// One plugin's tools, as a client gets them.
#[derive(Debug, Clone)]
pub struct PluginSurface<'a> {
    /// The plugin's name.
    pub plugin: &'a str,
    /// Whose word it is.
    pub origin: Origin,
    /// Its tools.
    pub tools: Vec<ToolSurface<'a>>,
}

/// One tool, as a client gets it.
#[derive(Debug, Clone, Copy)]
pub struct ToolSurface<'a> {
    /// MCP's name of it.
    pub name: &'a str,
    /// For people.
    pub title: &'a str,
    /// For the model.
    pub description: &'a str,
    /// JSON Schema of the arguments.
    pub input_schema: &'a Map<String, Value>,
    /// JSON Schema of the result.
    pub output_schema: Option<&'a Map<String, Value>>,
}

/// What kind of thing was found. The list is closed; each has one id, which never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// A character that a reader does not see, or that moves what he sees.
    HiddenCharacter,
    /// Two tools, or two plugins, of one name.
    DuplicateName,
    /// Two names that look alike: `get_user` and `getuser`, `list_a1l` and `list_all`.
    ConfusableName,
    /// A tool's name one letter away from another plugin's tool.
    SimilarName,
    /// A title that another plugin's tool has as well.
    SameTitle,
    /// A word that mixes scripts, as homoglyphs do.
    MixedScript,
    /// A text that is longer than one of its kind needs to be.
    LongText,
    /// A word so long that it is data, not language.
    OpaqueText,
    /// Comments, tags and chat markers: what a reader's page may not show and a model reads.
    Markup,
    /// A link: a way to text that nobody reviewed.
    Link,
    /// A phrase that orders the model about.
    Instruction,
    /// Such a phrase, put together of two texts that are harmless alone.
    SplitInstruction,
    /// The name of another plugin's tool.
    OtherTool,
}

impl Category {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 13] = [
        Self::HiddenCharacter,
        Self::DuplicateName,
        Self::ConfusableName,
        Self::SimilarName,
        Self::SameTitle,
        Self::MixedScript,
        Self::LongText,
        Self::OpaqueText,
        Self::Markup,
        Self::Link,
        Self::Instruction,
        Self::SplitInstruction,
        Self::OtherTool,
    ];

    /// Its id, as it stands in a finding's id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::HiddenCharacter => "hidden-character",
            Self::DuplicateName => "duplicate-name",
            Self::ConfusableName => "confusable-name",
            Self::SimilarName => "similar-name",
            Self::SameTitle => "same-title",
            Self::MixedScript => "mixed-script",
            Self::LongText => "long-text",
            Self::OpaqueText => "opaque-text",
            Self::Markup => "markup",
            Self::Link => "link",
            Self::Instruction => "instruction",
            Self::SplitInstruction => "split-instruction",
            Self::OtherTool => "other-tool",
        }
    }

    /// Whether it keeps the plugin from loading, whatever anybody accepts: no honest plugin needs it, and a
    /// reviewer could not tell what he accepts.
    #[must_use]
    pub const fn refuses(self) -> bool {
        matches!(
            self,
            Self::HiddenCharacter | Self::DuplicateName | Self::ConfusableName
        )
    }

    /// Why it is looked for, in one sentence.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::HiddenCharacter => {
                "A model reads characters that a reviewer cannot see; nothing needs them."
            }
            Self::DuplicateName => "A call by that name could reach either of the two.",
            Self::ConfusableName => {
                "A person who allows a call by its name must know which tool it is."
            }
            Self::SimilarName => "A model that misspells one name calls the other.",
            Self::SameTitle => "Clients show the title where a person allows a call.",
            Self::MixedScript => "Letters of another script spell words that no search finds.",
            Self::LongText => {
                "Every conversation pays for it, and a long text is where things hide."
            }
            Self::OpaqueText => "Encoded text is text that nobody reviewed.",
            Self::Markup => "A page that renders it shows less than the model reads.",
            Self::Link => "What a link leads to can change after the review.",
            Self::Instruction => "A tool says what it does; it does not tell the model what to do.",
            Self::SplitInstruction => {
                "Two harmless texts can say together what neither says alone."
            }
            Self::OtherTool => {
                "A text that speaks of another plugin's tool can draw calls to itself or away from it."
            }
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// One thing that was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind.
    pub category: Category,
    /// The plugin that has to answer for it: of two that clash, the later one.
    pub plugin: String,
    /// The tool; none where it is about the plugin's name.
    pub tool: Option<String>,
    /// Where in the tool: `name`, `title`, `description`, or a JSON Pointer into `input-schema` or
    /// `output-schema`.
    pub place: String,
    /// What was found there, in one line, fit for a terminal.
    pub what: String,
    /// 64 bits of a SHA-256 of the texts it was found in: enough that no second text can be made to fit it.
    digest: String,
}

impl Finding {
    fn new(
        category: Category,
        plugin: &str,
        tool: Option<&str>,
        place: impl Into<String>,
        what: impl Into<String>,
        evidence: &[&str],
    ) -> Self {
        let place = place.into();
        let what = what.into();
        let mut hash = Sha256::new();
        for part in [category.id(), plugin, tool.unwrap_or_default(), &place]
            .iter()
            .chain(evidence)
        {
            // Each part with its length, so that no two lists of parts read alike.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash
            .finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            category,
            plugin: plugin.to_owned(),
            tool: tool.map(str::to_owned),
            place,
            what,
            digest,
        }
    }

    /// Its id: `instruction:groups.list_groups:3f9a0c1b2d4e5f60`. The same text at the same place has the
    /// same id; another text has another.
    #[must_use]
    pub fn id(&self) -> String {
        let tool = self
            .tool
            .as_ref()
            .map(|tool| format!(".{tool}"))
            .unwrap_or_default();
        format!("{}:{}{tool}:{}", self.category, self.plugin, self.digest)
    }

    /// Whether it keeps the plugin from loading.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.category.refuses()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tool {
            Some(tool) => write!(f, "tool `{tool}`, {}: {}", self.place, self.what),
            None => write!(f, "{}: {}", self.place, self.what),
        }
    }
}

/// Everything that is to be said about the tools of `plugins`, which load together, in this order.
///
/// Sorted by plugin (in the order given), then by category; each finding once.
#[must_use]
pub fn check(plugins: &[PluginSurface<'_>]) -> Vec<Finding> {
    check_where(plugins, &|_| true)
}

/// What of [`check`] the plugin called `plugin` has to answer for, without looking at what the others say alone.
#[must_use]
pub fn check_one(plugins: &[PluginSurface<'_>], plugin: &str) -> Vec<Finding> {
    check_where(plugins, &|name| name == plugin)
}

/// What of [`check`] the added plugins have to answer for: the built-in ones were checked when they were built.
#[must_use]
pub fn check_added(plugins: &[PluginSurface<'_>]) -> Vec<Finding> {
    let added: HashSet<&str> = plugins
        .iter()
        .filter(|plugin| plugin.origin == Origin::Added)
        .map(|plugin| plugin.plugin)
        .collect();
    if added.is_empty() {
        return Vec::new();
    }
    check_where(plugins, &|name| added.contains(name))
}

fn check_where(plugins: &[PluginSurface<'_>], wanted: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = names::check(plugins);
    findings.retain(|finding| wanted(&finding.plugin));
    texts::check(plugins, wanted, &mut findings);
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for (position, plugin) in plugins.iter().enumerate() {
        positions.entry(plugin.plugin).or_insert(position);
    }
    let position = |plugin: &str| positions.get(plugin).copied();
    findings.sort_by_cached_key(|f| (position(&f.plugin), f.category, f.id()));
    findings.dedup_by_key(|finding| finding.id());
    findings
}

#[cfg(test)]
mod tests;
