//! What the rows of a log add up to: who called what how often, and what of the declared was used.

use std::collections::{BTreeMap, BTreeSet};

use crate::row::{Call, Class, Denial, Event, Get, Outcome, Reason, Row, Transport};
use crate::shape::Shape;

/// How often something was seen, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// How often.
    pub count: u64,
    /// When first.
    pub first: String,
    /// When last.
    pub last: String,
}

impl Seen {
    fn at(&mut self, time: &str) {
        self.add(1, time);
    }

    fn add(&mut self, count: u64, time: &str) {
        // Several processes write one log, each with its own clock: rows need not stand in the order of their times.
        if self.count == 0 || time < self.first.as_str() {
            time.clone_into(&mut self.first);
        }
        if time > self.last.as_str() {
            time.clone_into(&mut self.last);
        }
        self.count += count;
    }
}

/// The sum of a log, or of its later part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Rows that were counted.
    pub rows: Seen,
    /// Lines that could not be read as rows.
    pub unreadable: u64,
    /// Calls, by who made them and of what.
    pub callers: BTreeMap<Caller, Calls>,
    /// What each tool did, by plugin and tool.
    pub tools: BTreeMap<(String, String), ToolUse>,
    /// What was denied.
    pub denials: BTreeMap<Attempt, Denied>,
    /// Rows that are lost, by the reason why.
    pub lost: BTreeMap<String, Seen>,
}

/// Who called what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// The client's name.
    pub client: String,
    /// Who it acted for; empty where no token was asked for.
    pub subject: String,
    /// Its way in.
    pub transport: Transport,
    /// The plugin; empty where there was no such tool.
    pub plugin: String,
    /// The tool; empty where it could not be one.
    pub tool: String,
}

/// Calls of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many, and when.
    pub seen: Seen,
    /// How they ended.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// How long they took together, in microseconds.
    pub micros: u64,
    /// How long the longest took.
    pub longest: u64,
}

/// What one tool did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolUse {
    /// Its calls.
    pub calls: u64,
    /// The packages that ran, by the digest of their bytes.
    pub digests: BTreeSet<String>,
    /// Objects that left the org, by day.
    pub days: BTreeMap<String, u64>,
    /// What it asked Okta, by template.
    pub endpoints: BTreeMap<String, EndpointUse>,
}

/// What was asked of one endpoint by one tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointUse {
    /// GETs.
    pub gets: Seen,
    /// Objects that Okta answered.
    pub rows: u64,
    /// Bytes that Okta answered.
    pub bytes: u64,
    /// Parameters of the path, by name and then by form.
    pub path: BTreeMap<String, BTreeMap<String, Seen>>,
    /// Parameters of the query, likewise.
    pub query: BTreeMap<String, BTreeMap<String, Seen>>,
    /// Declared fields that held a value.
    pub fields: BTreeMap<String, Seen>,
    /// Attributes that searches named.
    pub names: BTreeMap<String, Seen>,
}

/// Something that a plugin may not do, and tried.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attempt {
    /// The plugin.
    pub plugin: String,
    /// The tool.
    pub tool: String,
    /// Why it was denied.
    pub reason: Reason,
    /// Beyond the manifest, or malformed.
    pub class: Class,
    /// Okta's template.
    pub endpoint: Option<String>,
    /// The parameter.
    pub parameter: Option<String>,
    /// The field that a search named.
    pub field: Option<String>,
}

/// How often it was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Denied {
    /// How often, and when.
    pub seen: Seen,
    /// The id of the last call that did.
    pub call: String,
}

impl Usage {
    /// Adds one line of a log, unless its row is older than `since` (RFC 3339, UTC).
    pub fn add_line(&mut self, line: &[u8], since: Option<&str>) {
        match Row::parse(line) {
            Ok(row) if since.is_none_or(|since| row.time.as_str() >= since) => self.add(&row),
            Ok(_) => {}
            Err(_) => self.unreadable += 1,
        }
    }

    /// Adds one row.
    pub fn add(&mut self, row: &Row) {
        let time = row.time.as_str();
        self.rows.at(time);
        match &row.event {
            Event::Call(call) => self.call(call, time),
            Event::Get(get) => self.get(get, time),
            Event::Denial(denial) => self.denial(denial, time),
            Event::Gap(gap) => self
                .lost
                .entry(gap.reason.clone())
                .or_default()
                .add(gap.lost, &gap.since),
            Event::Start(_) | Event::Continue(_) | Event::Open(_) | Event::Recovered(_) => {}
        }
    }

    fn call(&mut self, call: &Call, time: &str) {
        let caller = Caller {
            client: call.client.name.clone(),
            subject: call.client.subject.clone().unwrap_or_default(),
            transport: call.client.transport,
            plugin: call.plugin.clone().unwrap_or_default(),
            tool: call.tool.clone().unwrap_or_default(),
        };
        let calls = self.callers.entry(caller).or_default();
        calls.seen.at(time);
        *calls.outcomes.entry(call.outcome).or_default() += 1;
        calls.micros = calls.micros.saturating_add(call.micros);
        calls.longest = calls.longest.max(call.micros);
        if let (Some(plugin), Some(tool), Some(digest)) = (&call.plugin, &call.tool, &call.digest) {
            let tool = self.tool(plugin, tool);
            tool.calls += 1;
            tool.digests.insert(digest.clone());
        }
    }

    fn get(&mut self, get: &Get, time: &str) {
        let tool = self.tool(&get.plugin, &get.tool);
        tool.digests.insert(get.digest.clone());
        if get.rows > 0 {
            let day = time.get(..10).unwrap_or(time);
            *tool.days.entry(day.to_owned()).or_default() += get.rows;
        }
        let endpoint = tool.endpoints.entry(get.endpoint.clone()).or_default();
        endpoint.gets.at(time);
        endpoint.rows = endpoint.rows.saturating_add(get.rows);
        endpoint.bytes = endpoint.bytes.saturating_add(get.bytes);
        shapes(&mut endpoint.path, &get.path, time);
        shapes(&mut endpoint.query, &get.query, time);
        for field in &get.fields {
            endpoint.fields.entry(field.clone()).or_default().at(time);
        }
        for name in get.query.values().flat_map(|shape| &shape.names) {
            endpoint.names.entry(name.clone()).or_default().at(time);
        }
    }

    fn denial(&mut self, denial: &Denial, time: &str) {
        let attempt = Attempt {
            plugin: denial.plugin.clone(),
            tool: denial.tool.clone(),
            reason: denial.reason,
            class: denial.class,
            endpoint: denial.endpoint.clone(),
            parameter: denial.parameter.clone(),
            field: denial.field.clone(),
        };
        let denied = self.denials.entry(attempt).or_default();
        denied.seen.at(time);
        denied.call.clone_from(&denial.call);
    }

    fn tool(&mut self, plugin: &str, tool: &str) -> &mut ToolUse {
        self.tools
            .entry((plugin.to_owned(), tool.to_owned()))
            .or_default()
    }

    /// What `tool` of `plugin` asked of `template`; none where it asked nothing.
    #[must_use]
    pub fn endpoint(&self, plugin: &str, tool: &str, template: &str) -> Option<&EndpointUse> {
        self.tools
            .get(&(plugin.to_owned(), tool.to_owned()))?
            .endpoints
            .get(template)
    }
}

fn shapes(
    used: &mut BTreeMap<String, BTreeMap<String, Seen>>,
    given: &BTreeMap<String, Shape>,
    time: &str,
) {
    for (name, shape) in given {
        let kinds = used.entry(name.clone()).or_default();
        kinds.entry(shape.kind.clone()).or_default().at(time);
    }
}
