//! The facts of one endpoint, parameter, field and limit.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::field::FieldPath;
use crate::grammar::Grammar;
use crate::limits::{LimitWish, Limits};
use crate::manifest::Endpoint;
use crate::sensitivity::{self, Sensitivity};

use super::subject;

/// One GET that a tool may make.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct EndpointFacts {
    /// Okta's template, byte for byte.
    pub get: String,
    /// What it answers with, in our words: `one factor of any user`.
    pub subject: String,
    /// Okta's operation, such as `listUsers`.
    pub operation: String,
    /// Where Okta documents it.
    pub documentation: String,
    /// Okta's release stage: `GA`, `LIMITED_GA`, `EA` or `DEPRECATED`.
    pub stage: String,
    /// Whether it answers in pages.
    pub paged: bool,
    /// Why the plugin needs it, in its author's words.
    pub why: String,
    /// Whether the manifest asks for credentials here (`sensitive = true`).
    pub declared_sensitive: bool,
    /// The highest class of what the tool can read here.
    pub sensitivity: Sensitivity,
    /// OAuth scopes that Okta asks for, all of them; none where Okta's document names none.
    pub scopes: Vec<String>,
    /// The admin roles that are needed besides; none where Okta's documents name none.
    pub admin_roles: Vec<String>,
    /// What each parameter of the path may be.
    pub path: Vec<ParameterFacts>,
    /// Query parameters that may be sent; all others are denied.
    pub query: Vec<ParameterFacts>,
    /// What the plugin sees of each object; nothing else reaches it.
    pub fields: Vec<FieldFacts>,
    /// Kinds of delicate data that the objects have and the tool can see.
    pub sees: Vec<String>,
    /// Kinds of delicate data that the objects have and the tool cannot see.
    pub cannot_see: Vec<String>,
}

/// What one parameter may be.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ParameterFacts {
    /// Its name.
    pub name: String,
    /// The grammar, as a manifest writes it.
    #[schemars(with = "serde_json::Value")]
    pub grammar: Grammar,
    /// The grammar in words.
    pub accepts: String,
}

/// One declared response field.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct FieldFacts {
    /// Its path; `*` stands for any one key.
    pub path: FieldPath,
    /// What kind of data it is.
    pub sensitivity: Sensitivity,
    /// Whether it holds a `*`, and so fields that nobody listed.
    pub broad: bool,
}

/// The limits of one call, each with who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct LimitFacts {
    /// Memory of the guest, in bytes.
    pub memory: u64,
    /// Processor time of the guest, in milliseconds.
    pub cpu_ms: u64,
    /// Wall time of a call, in milliseconds.
    pub time_ms: u64,
    /// GETs of one call.
    pub requests: u32,
    /// Bytes that a call may receive from Okta.
    pub bytes: u64,
    /// Who set each of them.
    pub set_by: LimitOrigin,
}

/// Who set each limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct LimitOrigin {
    /// Of the memory.
    pub memory: SetBy,
    /// Of the processor time.
    pub cpu: SetBy,
    /// Of the wall time.
    pub time: SetBy,
    /// Of the GETs.
    pub requests: SetBy,
    /// Of the bytes.
    pub bytes: SetBy,
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

impl EndpointFacts {
    pub(super) fn new(endpoint: &Endpoint, hidden: &[FieldPath]) -> Self {
        let template = endpoint.operation.template;
        let fields: Vec<FieldFacts> = endpoint
            .fields
            .iter()
            .filter(|field| !hidden.iter().any(|own| own.covers(&field.to_string())))
            .map(|field| FieldFacts {
                path: field.clone(),
                sensitivity: sensitivity::of_field(template, field),
                broad: field.is_broad(),
            })
            .collect();
        let own = if sensitivity::is_credential_endpoint(template) {
            Sensitivity::Credential
        } else {
            Sensitivity::Ordinary
        };
        let (sees, cannot_see) = super::notable::of(template, &fields, hidden);
        Self {
            get: template.to_owned(),
            subject: subject::of(&endpoint.template),
            operation: endpoint.operation.id.to_owned(),
            documentation: endpoint.operation.documentation(),
            stage: endpoint.operation.stage.to_owned(),
            paged: endpoint.operation.paged,
            why: endpoint.why.clone(),
            declared_sensitive: endpoint.sensitive,
            sensitivity: fields
                .iter()
                .map(|field| field.sensitivity)
                .fold(own, Ord::max),
            scopes: endpoint
                .operation
                .scopes
                .iter()
                .map(|scope| (*scope).to_owned())
                .collect(),
            admin_roles: super::admin::roles(endpoint.operation),
            path: endpoint
                .template
                .parameters()
                .filter_map(|name| Some(ParameterFacts::new(name, endpoint.path.get(name)?)))
                .collect(),
            query: endpoint
                .query
                .iter()
                .map(|(name, grammar)| ParameterFacts::new(name, grammar))
                .collect(),
            fields,
            sees,
            cannot_see,
        }
    }
}

impl ParameterFacts {
    fn new(name: &str, grammar: &Grammar) -> Self {
        Self {
            name: name.to_owned(),
            grammar: grammar.clone(),
            accepts: grammar.to_string(),
        }
    }
}

impl LimitFacts {
    /// Each limit: its name in a manifest, a phrase with `{}` for its value, the number, and the value
    /// with its unit.
    #[must_use]
    pub fn each(&self) -> [(&'static str, &'static str, u64, String); 5] {
        [
            ("memory", "use {} of memory", self.memory, size(self.memory)),
            ("cpu", "compute for {}", self.cpu_ms, duration(self.cpu_ms)),
            ("time", "take {}", self.time_ms, duration(self.time_ms)),
            (
                "requests",
                "make {}",
                u64::from(self.requests),
                if self.requests == 1 {
                    "1 GET".to_owned()
                } else {
                    format!("{} GETs", self.requests)
                },
            ),
            (
                "bytes",
                "receive {} from Okta",
                self.bytes,
                size(self.bytes),
            ),
        ]
    }

    pub(super) fn new(host: Limits, manifest: &LimitWish, operator: &LimitWish) -> Self {
        let least = host.least(manifest).least(operator);
        Self {
            memory: least.memory,
            cpu_ms: milliseconds(least.cpu),
            time_ms: milliseconds(least.time),
            requests: least.requests,
            bytes: least.bytes,
            set_by: LimitOrigin {
                memory: set_by(host.memory, manifest.memory, operator.memory),
                cpu: set_by(host.cpu, manifest.cpu, operator.cpu),
                time: set_by(host.time, manifest.time, operator.time),
                requests: set_by(host.requests, manifest.requests, operator.requests),
                bytes: set_by(host.bytes, manifest.bytes, operator.bytes),
            },
        }
    }
}

/// Whose value holds; where two are alike, the one that was there first.
fn set_by<T: Ord>(host: T, manifest: Option<T>, operator: Option<T>) -> SetBy {
    let (mut least, mut by) = (host, SetBy::Host);
    for (value, who) in [(manifest, SetBy::Manifest), (operator, SetBy::Operator)] {
        if let Some(value) = value.filter(|value| *value < least) {
            (least, by) = (value, who);
        }
    }
    by
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// As a manifest writes it, in the largest unit that leaves no remainder.
fn size(bytes: u64) -> String {
    let (divisor, unit) = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        .into_iter()
        .find(|(divisor, _)| bytes >= *divisor && bytes.is_multiple_of(*divisor))
        .unwrap_or((1, "B"));
    format!("{} {unit}", bytes / divisor)
}

/// As a manifest writes it.
fn duration(milliseconds: u64) -> String {
    if milliseconds >= 1_000 && milliseconds.is_multiple_of(1_000) {
        format!("{} s", milliseconds / 1_000)
    } else {
        format!("{milliseconds} ms")
    }
}
