//! Declared against used: what a reviewer asks after a month. Its JSON form is published.

use std::collections::BTreeMap;

use capability::field::FieldPath;
use capability::manifest::{Endpoint, Manifest};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::row::{Class, Reason, Transport};
use crate::usage::{EndpointUse, Seen, Usage};

/// The report on one log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "okta-mcp audit report")]
pub struct Report {
    /// The version of this form: 1.
    pub v: u32,
    /// Rows older than this were left out (RFC 3339, UTC).
    pub since: Option<String>,
    /// When the first row that was counted was made.
    pub from: Option<String>,
    /// When the last one was made.
    pub to: Option<String>,
    /// Rows that were counted.
    pub rows: u64,
    /// What the check of the log found; none when it is whole. What follows then cannot be relied on.
    pub broken: Option<String>,
    /// Rows that could not be written at the time, by reason.
    pub lost: Vec<Lost>,
    /// What each tool fetched.
    pub tools: Vec<Tool>,
    /// What each plugin declares, and how much of it was used.
    pub plugins: Vec<Plugin>,
    /// What plugins tried and may not.
    pub denials: Vec<Denied>,
    /// Who called what.
    pub callers: Vec<Caller>,
}

/// Rows that are lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lost {
    /// Why.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// Since when.
    pub since: String,
}

/// What one tool fetched: what left the org through it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// The plugin.
    pub plugin: String,
    /// The tool.
    pub tool: String,
    /// Calls.
    pub calls: u64,
    /// GETs.
    pub gets: u64,
    /// Objects that Okta answered.
    pub rows: u64,
    /// Bytes that Okta answered, before projection.
    pub bytes: u64,
    /// Objects by day (`2026-01-31`); days without any are left out.
    pub days: BTreeMap<String, u64>,
}

/// One plugin's declaration and use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plugin {
    /// The plugin.
    pub plugin: String,
    /// The package that would load now.
    pub digest: String,
    /// Other packages of this name that ran in the time of the report; their use is counted as well.
    pub other_digests: Vec<String>,
    /// Its endpoints, in the manifest's order.
    pub endpoints: Vec<Declared>,
}

/// One declared endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Declared {
    /// Okta's template.
    pub get: String,
    /// The tools that may use it, and how often each did.
    pub tools: Vec<Item>,
    /// Its parameters, `path.` and `query.` before their names.
    pub parameters: Vec<Item>,
    /// Its fields; one that was searched by counts as used.
    pub fields: Vec<Item>,
}

impl Declared {
    /// Whether no tool used it.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.tools.iter().all(Item::is_unused)
    }
}

/// Something that is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// In how many GETs it was used, since the report's beginning.
    pub used: u64,
    /// When last, also when that was before.
    pub last: Option<String>,
}

impl Item {
    fn of(name: String, now: Option<Seen>, ever: Option<Seen>) -> Self {
        Self {
            name,
            used: now.map_or(0, |seen| seen.count),
            last: ever.filter(|seen| seen.count > 0).map(|seen| seen.last),
        }
    }

    /// Whether it was never used.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.used == 0
    }
}

/// Something that a plugin tried and may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Denied {
    /// The plugin.
    pub plugin: String,
    /// The tool.
    pub tool: String,
    /// Why it was denied.
    pub reason: Reason,
    /// Beyond the manifest, or malformed.
    pub class: Class,
    /// What it is about: a template of Okta's, a parameter, a field.
    pub about: String,
    /// How often.
    pub count: u64,
    /// When first.
    pub first: String,
    /// When last.
    pub last: String,
    /// The id of the last call that did.
    pub call: String,
}

/// Who called what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// The client, by its own word.
    pub client: String,
    /// Who it acted for; empty where no token was asked for.
    pub subject: String,
    /// Its way in.
    pub transport: Transport,
    /// The plugin; empty where there was no such tool.
    pub plugin: String,
    /// The tool; empty where it could not be one.
    pub tool: String,
    /// Calls.
    pub calls: u64,
    /// How they ended: `done`, `failed` …
    pub outcomes: BTreeMap<String, u64>,
    /// How long a call took on average, in microseconds.
    pub mean_micros: u64,
    /// How long the longest took, in microseconds.
    pub longest_micros: u64,
    /// When last.
    pub last: String,
}

/// A plugin that would load now.
#[derive(Debug, Clone, Copy)]
pub struct Loaded<'m> {
    /// What it declares.
    pub manifest: &'m Manifest,
    /// The digest of its package.
    pub digest: &'m str,
}

impl Report {
    /// Holds `usage` against what `loaded` declare. `ever` is the whole log, of which `usage` is the part since `since`.
    #[must_use]
    pub fn of(
        usage: &Usage,
        ever: &Usage,
        loaded: &[Loaded<'_>],
        since: Option<&str>,
        broken: Option<String>,
    ) -> Self {
        let counted = usage.rows.count > 0;
        let unreadable = (usage.unreadable > 0).then(|| {
            format!(
                "{} lines are no rows that this version reads",
                usage.unreadable
            )
        });
        Self {
            v: 1,
            since: since.map(str::to_owned),
            from: counted.then(|| usage.rows.first.clone()),
            to: counted.then(|| usage.rows.last.clone()),
            rows: usage.rows.count,
            broken: broken.or(unreadable),
            lost: usage
                .lost
                .iter()
                .map(|(reason, seen)| Lost {
                    reason: reason.clone(),
                    count: seen.count,
                    since: seen.first.clone(),
                })
                .collect(),
            tools: tools(usage),
            plugins: loaded.iter().map(|one| plugin(usage, ever, *one)).collect(),
            denials: denials(usage),
            callers: callers(usage),
        }
    }

    /// The JSON Schema of a report.
    #[must_use]
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }
}

fn tools(usage: &Usage) -> Vec<Tool> {
    let mut tools: Vec<Tool> = usage
        .tools
        .iter()
        .map(|((plugin, tool), used)| Tool {
            plugin: plugin.clone(),
            tool: tool.clone(),
            calls: used.calls,
            gets: used.endpoints.values().map(|e| e.gets.count).sum(),
            rows: used.endpoints.values().map(|e| e.rows).sum(),
            bytes: used.endpoints.values().map(|e| e.bytes).sum(),
            days: used.days.clone(),
        })
        .collect();
    tools.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.tool.cmp(&b.tool)));
    tools
}

fn plugin(usage: &Usage, ever: &Usage, loaded: Loaded<'_>) -> Plugin {
    let name = &loaded.manifest.name;
    let mut other_digests: Vec<String> = usage
        .tools
        .iter()
        .filter(|((plugin, _), _)| plugin == name)
        .flat_map(|(_, used)| &used.digests)
        .filter(|digest| *digest != loaded.digest)
        .cloned()
        .collect();
    other_digests.sort();
    other_digests.dedup();
    let endpoints = &loaded.manifest.endpoints;
    Plugin {
        plugin: name.clone(),
        digest: loaded.digest.to_owned(),
        other_digests,
        endpoints: endpoints
            .iter()
            .map(|e| declared([usage, ever], name, e))
            .collect(),
    }
}

/// `usages` are the report's time and the whole log.
fn declared(usages: [&Usage; 2], plugin: &str, endpoint: &Endpoint) -> Declared {
    let uses = usages.map(|usage| uses(usage, plugin, endpoint));
    let template = endpoint.template.as_str();
    let tools = endpoint.tools.iter().map(|tool| {
        let [now, ever] = usages.map(|usage| {
            usage
                .endpoint(plugin, tool, template)
                .map(|used| used.gets.clone())
        });
        Item::of(tool.clone(), now, ever)
    });
    let path = endpoint.path.keys().map(|name| {
        let [now, ever] = uses
            .each_ref()
            .map(|uses| parameter(uses, |used| &used.path, name));
        Item::of(format!("path.{name}"), now, ever)
    });
    let query = endpoint.query.keys().map(|name| {
        let [now, ever] = uses
            .each_ref()
            .map(|uses| parameter(uses, |used| &used.query, name));
        Item::of(format!("query.{name}"), now, ever)
    });
    let fields = endpoint.fields.iter().map(|path| {
        let [now, ever] = uses.each_ref().map(|uses| field(uses, path));
        Item::of(path.to_string(), now, ever)
    });
    Declared {
        get: template.to_owned(),
        tools: tools.collect(),
        parameters: path.chain(query).collect(),
        fields: fields.collect(),
    }
}

type Parameters = BTreeMap<String, BTreeMap<String, Seen>>;

fn parameter(
    uses: &[&EndpointUse],
    place: impl Fn(&EndpointUse) -> &Parameters,
    name: &str,
) -> Option<Seen> {
    join(
        uses.iter()
            .filter_map(|used| place(used).get(name))
            .flat_map(BTreeMap::values),
    )
}

fn field(uses: &[&EndpointUse], field: &FieldPath) -> Option<Seen> {
    let name = field.to_string();
    join(uses.iter().flat_map(|used| {
        let searched = used.names.iter().filter(|(asked, _)| field.leads_to(asked));
        used.fields
            .get(&name)
            .into_iter()
            .chain(searched.map(|(_, seen)| seen))
    }))
}

/// What the tools of `endpoint` asked of it.
pub(crate) fn uses<'u>(
    usage: &'u Usage,
    plugin: &str,
    endpoint: &Endpoint,
) -> Vec<&'u EndpointUse> {
    endpoint
        .tools
        .iter()
        .filter_map(|tool| usage.endpoint(plugin, tool, endpoint.template.as_str()))
        .collect()
}

fn join<'s>(all: impl Iterator<Item = &'s Seen>) -> Option<Seen> {
    all.cloned().reduce(|one, other| Seen {
        count: one.count + other.count,
        first: one.first.min(other.first),
        last: one.last.max(other.last),
    })
}

fn denials(usage: &Usage) -> Vec<Denied> {
    let mut denials: Vec<Denied> = usage
        .denials
        .iter()
        .map(|(attempt, denied)| {
            let parts = [&attempt.endpoint, &attempt.parameter, &attempt.field];
            let about: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            Denied {
                plugin: attempt.plugin.clone(),
                tool: attempt.tool.clone(),
                reason: attempt.reason,
                class: attempt.class,
                about: about.join(" "),
                count: denied.seen.count,
                first: denied.seen.first.clone(),
                last: denied.seen.last.clone(),
                call: denied.call.clone(),
            }
        })
        .collect();
    denials.sort_by(|a, b| a.class.cmp(&b.class).then(b.count.cmp(&a.count)));
    denials
}

fn callers(usage: &Usage) -> Vec<Caller> {
    let mut callers: Vec<Caller> = usage
        .callers
        .iter()
        .map(|(caller, calls)| Caller {
            client: caller.client.clone(),
            subject: caller.subject.clone(),
            transport: caller.transport,
            plugin: caller.plugin.clone(),
            tool: caller.tool.clone(),
            calls: calls.seen.count,
            outcomes: calls
                .outcomes
                .iter()
                .map(|(outcome, count)| (word(outcome), *count))
                .collect(),
            mean_micros: calls.micros / calls.seen.count.max(1),
            longest_micros: calls.longest,
            last: calls.seen.last.clone(),
        })
        .collect();
    callers.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.tool.cmp(&b.tool)));
    callers
}

/// The word that stands for `value` in a row.
#[must_use]
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
