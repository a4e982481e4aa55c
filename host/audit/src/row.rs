//! What a row holds. The JSON Schema that is published is made from these types.
//!
//! Every text in a row is either ours (a plugin's name, a template of Okta's, a word of an enumeration) or was
//! cleaned and cut before it came here. A row is one line: JSON escapes what would break it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::shape::Shape;

/// The version of the rows' form.
pub const VERSION: u32 = 1;

/// One row of the log, as one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "okta-mcp audit row")]
pub struct Row {
    /// The version of this form: 1.
    pub v: u32,
    /// The row's number in its chain: 0, 1, 2 …, across files.
    pub seq: u64,
    /// When the row was made, UTC, RFC 3339 with milliseconds.
    pub time: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// SHA-256 in hex over the previous row's hash (32 bytes; zeros for row 0) and this line up to, and without,
    /// `,"hash":`.
    pub hash: String,
}

impl Row {
    /// Reads one line.
    ///
    /// # Errors
    /// When it is not a row of this version.
    pub fn parse(line: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }

    /// The JSON Schema of a row.
    #[must_use]
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// What a row tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The first row of a chain.
    Start(Start),
    /// The first row of each later file of a chain.
    Continue(Continue),
    /// A process begins to write.
    Open(Open),
    /// A tool was called.
    Call(Call),
    /// Okta was asked.
    Get(Get),
    /// A plugin asked for what it may not have; nothing was sent.
    Denial(Denial),
    /// Rows could not be written and are lost.
    Gap(Gap),
    /// A process that was stopped in the middle of writing left something behind.
    Recovered(Recovered),
}

/// The chain's first row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Start {
    /// The chain's name: 32 random hex digits.
    pub chain: String,
}

/// A later file's first row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Continue {
    /// The chain's name.
    pub chain: String,
    /// The hash of the last row of the file before.
    pub previous: String,
}

/// A process begins to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Open {
    /// The process's name in this log, with which the ids of its calls begin.
    pub process: String,
    /// The program and its version.
    pub program: String,
    /// Whether its rows hold values (`audit.values`).
    pub values: bool,
}

/// Who called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Client {
    /// What the client calls itself: its own claim, cleaned.
    pub name: String,
    /// Its version, likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Who it acts for, where it had to show a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How it reached the program.
    pub transport: Transport,
}

/// The way of a call into the program.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// MCP over stdin and stdout.
    Stdio,
    /// MCP over HTTP.
    Http,
    /// `okta-mcp call` and other commands.
    CommandLine,
}

/// One call of a tool. It comes when the call has ended, after the rows of its GETs and denials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The call's id, which its caller sees in an error.
    pub call: String,
    /// Who called.
    pub client: Client,
    /// The plugin behind the tool; none when there is no such tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// SHA-256 of the plugin's package, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The tool; none when what was asked for cannot be a tool's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The shapes of the arguments that the tool's schema knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, Shape>,
    /// How many arguments came that the schema does not know.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub undeclared_arguments: u64,
    /// GETs that were sent.
    pub gets: u64,
    /// Requests that were denied or malformed.
    pub denials: u64,
    /// Objects that Okta answered, all GETs together.
    pub rows: u64,
    /// Bytes that Okta answered, before projection.
    pub bytes: u64,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// How it ended.
    pub outcome: Outcome,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How a call ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// With the tool's result.
    Done,
    /// There is no such tool.
    UnknownTool,
    /// The arguments do not fit the tool's schema, or the plugin says that they do not fit the facts.
    InvalidArguments,
    /// No org or credential is configured.
    NotConfigured,
    /// The plugin says that it failed.
    Failed,
    /// The plugin crashed, could not be loaded, or broke its contract.
    Broken,
    /// The plugin was stopped: memory, processor time, wall time, or its result's size.
    Limited,
    /// Too many calls were running.
    Busy,
    /// The client took the call back, or left.
    Cancelled,
    /// The log could not be written, and the operator wants calls to fail then.
    Unrecorded,
}

/// One GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Get {
    /// The id of the call that it belongs to.
    pub call: String,
    /// The plugin.
    pub plugin: String,
    /// SHA-256 of the plugin's package, in hex.
    pub digest: String,
    /// The tool.
    pub tool: String,
    /// Okta's template.
    pub endpoint: String,
    /// The shapes of the path's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub path: BTreeMap<String, Shape>,
    /// The shapes of the query's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, Shape>,
    /// Whether it goes on where an earlier page ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub next_page: bool,
    /// The declared fields that held a value, as the manifest writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Objects in the answer.
    pub rows: u64,
    /// Bytes of the answer's body, before projection.
    pub bytes: u64,
    /// How long it took, waits and retries included, in microseconds.
    pub micros: u64,
    /// `X-Okta-Request-Id`, which finds the request in Okta's System Log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How it ended.
    pub outcome: GetOutcome,
    /// The HTTP status of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Okta's error code, such as `E0000007`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// How a GET ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum GetOutcome {
    /// With a page.
    Page,
    /// 404.
    NotFound,
    /// 401 or 403.
    Forbidden,
    /// Okta's rate limit held for longer than the call may take.
    RateLimited,
    /// Any other refusal of Okta's.
    Refused,
    /// No usable answer.
    Unavailable,
    /// The call's budget was spent.
    Exhausted,
    /// It was under way when its call ended.
    Cancelled,
}

/// A request that was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Denial {
    /// The id of the call that it belongs to.
    pub call: String,
    /// The plugin.
    pub plugin: String,
    /// SHA-256 of the plugin's package, in hex.
    pub digest: String,
    /// The tool.
    pub tool: String,
    /// Why.
    pub reason: Reason,
    /// Whether the manifest does not allow it, or it is malformed.
    pub class: Class,
    /// The template that was asked for, when it is one of Okta's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The parameter it is about, when Okta's operation has one of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The field that a search or an order named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was asked, in words (`audit.values`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The two kinds of a [`Denial`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The manifest does not allow it.
    Denied,
    /// It is malformed.
    Invalid,
}

/// Why a request was not sent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No endpoint of the plugin has the template.
    UndeclaredEndpoint,
    /// The endpoint is another tool's.
    EndpointOfOtherTool,
    /// The endpoint does not list the query parameter.
    UndeclaredQuery,
    /// A search names what is no declared field.
    UndeclaredName,
    /// A search or an order names what the operator hides.
    HiddenField,
    /// The values name another endpoint of Okta's.
    OtherEndpoint,
    /// The template has no such parameter.
    UnknownParameter,
    /// A parameter is missing.
    MissingParameter,
    /// A parameter is there twice.
    RepeatedParameter,
    /// A value does not have its parameter's form: a path that climbs, an id that is none.
    MalformedValue,
    /// A cursor that is nobody's, another query's, or for an endpoint without pages.
    BadCursor,
    /// The finished URL is not the template's.
    BadAddress,
}

/// Rows that are lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// How many.
    pub lost: u64,
    /// When the first of them was made.
    pub since: String,
    /// Why they could not be written.
    pub reason: String,
}

/// What a process that was stopped left behind, told by the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recovered {
    /// Whole rows at the end of the log that the head did not know yet. They are kept.
    pub rows: u64,
    /// Bytes of a row that was not written to its end. They are cut off.
    pub cut: u64,
}
