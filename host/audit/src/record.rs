//! The rows of one call, made while it runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use capability::answer::{Failure, Page, Refusal};
use capability::catalogue;
use capability::grammar::Place;
use capability::grant::{self, AuthorizedGet, Request};
use capability::manifest::is_tool_name;
use capability::text::clean;
use serde_json::{Map, Value};

use crate::id::CallId;
use crate::log::{Log, Unrecorded};
use crate::row::{Call, Class, Client, Denial, Event, Get, GetOutcome, Outcome, Reason, Transport};
use crate::shape::{self, Shape};

/// The longest name and version of a client that a row holds, in characters.
const MAX_CLIENT: usize = 60;

/// The longest text of a denial, in characters, where the operator wants values.
const MAX_TEXT: usize = 400;

impl Client {
    /// A client by its own word.
    #[must_use]
    pub fn new(name: &str, version: &str, transport: Transport) -> Self {
        Self {
            name: clean(name, MAX_CLIENT),
            version: clean(version, MAX_CLIENT),
            subject: None,
            transport,
        }
    }

    /// The same client, for somebody who showed a token.
    #[must_use]
    pub fn on_behalf_of(mut self, subject: Option<&str>) -> Self {
        self.subject = subject.map(|subject| clean(subject, MAX_CLIENT));
        self
    }
}

/// Whose tool it is.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The plugin.
    pub plugin: String,
    /// SHA-256 of its package, in hex.
    pub digest: String,
    /// The tool.
    pub tool: String,
}

/// One call that is being recorded. Dropped without [`finish`](Self::finish), it was cancelled.
pub struct Record {
    log: Arc<Log>,
    id: CallId,
    client: Client,
    subject: Result<Subject, Option<String>>,
    arguments: BTreeMap<String, Shape>,
    undeclared_arguments: u64,
    started: Instant,
    counts: Counts,
    lost: Arc<AtomicBool>,
    finished: AtomicBool,
}

#[derive(Default)]
struct Counts {
    gets: AtomicU64,
    denials: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Record {
    /// The record of a call of a tool, whose schema knows the arguments called `declared`.
    #[must_use]
    pub fn of_call<'s>(
        log: &Arc<Log>,
        client: Client,
        subject: Subject,
        arguments: &Map<String, Value>,
        declared: impl Fn(&str) -> bool + 's,
    ) -> Self {
        let values = log.holds_values();
        let mut record = Self::begin(log, client, Ok(subject));
        for (name, argument) in arguments {
            if declared(name) {
                let shape = Shape::of_argument(argument, values);
                record.arguments.insert(name.clone(), shape);
            } else {
                record.undeclared_arguments += 1;
            }
        }
        record
    }

    /// The record of a call of something that is no tool.
    #[must_use]
    pub fn of_unknown(log: &Arc<Log>, client: Client, asked: &str) -> Self {
        let tool = is_tool_name(asked).then(|| asked.to_owned());
        Self::begin(log, client, Err(tool))
    }

    fn begin(log: &Arc<Log>, client: Client, subject: Result<Subject, Option<String>>) -> Self {
        Self {
            id: log.next_id(),
            log: Arc::clone(log),
            client,
            subject,
            arguments: BTreeMap::new(),
            undeclared_arguments: 0,
            started: Instant::now(),
            counts: Counts::default(),
            lost: Arc::default(),
            finished: AtomicBool::new(false),
        }
    }

    /// The call's id, for the error that its caller sees.
    #[must_use]
    pub fn id(&self) -> &CallId {
        &self.id
    }

    /// Whether the call may begin.
    ///
    /// # Errors
    /// [`Unrecorded`], while the log cannot be written and the operator wants calls to fail then.
    pub async fn admit(&self) -> Result<(), Unrecorded> {
        self.log.admit().await
    }

    /// A GET that is sent now; its row is written when it is [finished](Sent::finish), or dropped.
    #[must_use]
    pub fn get<'r>(&'r self, get: &'r AuthorizedGet) -> Sent<'r> {
        Sent {
            record: self,
            get,
            started: Instant::now(),
            finished: false,
        }
    }

    /// A request that was not sent.
    pub fn denial(&self, request: &Request, denial: &grant::Denial) {
        self.counts.denials.fetch_add(1, Ordering::Relaxed);
        let Ok(subject) = &self.subject else { return };
        let operation = catalogue::find(&request.endpoint);
        let place = denial.parameter();
        let parameter = place.filter(|name| {
            operation.is_some_and(|operation| {
                let in_path = operation.template.contains(&format!("{{{name}}}"));
                in_path || operation.query.contains(name)
            })
        });
        self.push(&Event::Denial(Denial {
            call: self.id.to_string(),
            plugin: subject.plugin.clone(),
            digest: subject.digest.clone(),
            tool: subject.tool.clone(),
            reason: Reason::from(denial),
            class: match denial.class() {
                grant::Class::Denied => Class::Denied,
                grant::Class::Invalid => Class::Invalid,
            },
            endpoint: operation.map(|operation| operation.template.to_owned()),
            parameter: parameter.map(str::to_owned),
            field: denial.named_field().and_then(shape::attribute),
            text: self
                .log
                .holds_values()
                .then(|| clean(&denial.to_string(), MAX_TEXT)),
        }));
    }

    /// Writes the call's row and waits until all rows of the call are written.
    ///
    /// # Errors
    /// [`Unrecorded`], where one of them was not and the operator wants the call to fail then.
    pub async fn finish(&self, outcome: Outcome) -> Result<(), Unrecorded> {
        self.finished.store(true, Ordering::Relaxed);
        self.log.close(&self.row(outcome), &self.lost).await
    }

    fn row(&self, outcome: Outcome) -> Event {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (plugin, digest, tool) = match &self.subject {
            Ok(Subject {
                plugin,
                digest,
                tool,
            }) => (
                Some(plugin.clone()),
                Some(digest.clone()),
                Some(tool.clone()),
            ),
            Err(asked) => (None, None, asked.clone()),
        };
        Event::Call(Call {
            call: self.id.to_string(),
            client: self.client.clone(),
            plugin,
            digest,
            tool,
            arguments: self.arguments.clone(),
            undeclared_arguments: self.undeclared_arguments,
            gets: count(&self.counts.gets),
            denials: count(&self.counts.denials),
            rows: count(&self.counts.rows),
            bytes: count(&self.counts.bytes),
            micros: micros(self.started),
            outcome,
        })
    }

    fn push(&self, event: &Event) {
        self.log.push(event, &self.lost);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if !self.finished.load(Ordering::Relaxed) {
            self.push(&self.row(Outcome::Cancelled));
        }
    }
}

/// A GET under way.
pub struct Sent<'r> {
    record: &'r Record,
    get: &'r AuthorizedGet,
    started: Instant,
    finished: bool,
}

impl Sent<'_> {
    /// Writes the GET's row.
    pub fn finish(mut self, answer: &Result<Page, Failure>) {
        self.finished = true;
        let mut told = Told::default();
        match answer {
            Ok(page) => {
                told.outcome = Some(GetOutcome::Page);
                told.fields = self.get.fields(&page.seen).map(str::to_owned).collect();
                (told.rows, told.bytes) = (page.rows as u64, page.received);
                told.request_id.clone_from(&page.request_id);
            }
            Err(Failure::NotFound(refusal)) => told.refused(GetOutcome::NotFound, refusal),
            Err(Failure::Forbidden(refusal)) => told.refused(GetOutcome::Forbidden, refusal),
            Err(Failure::Refused(refusal)) => told.refused(GetOutcome::Refused, refusal),
            Err(Failure::RateLimited { .. }) => told.outcome = Some(GetOutcome::RateLimited),
            Err(Failure::Unavailable(_)) => told.outcome = Some(GetOutcome::Unavailable),
            Err(Failure::Exhausted(_)) => told.outcome = Some(GetOutcome::Exhausted),
        }
        self.write(told);
    }

    fn write(&self, told: Told) {
        let Ok(subject) = &self.record.subject else {
            return;
        };
        let counts = &self.record.counts;
        counts.gets.fetch_add(1, Ordering::Relaxed);
        counts.rows.fetch_add(told.rows, Ordering::Relaxed);
        counts.bytes.fetch_add(told.bytes, Ordering::Relaxed);
        let values = self.record.log.holds_values();
        let (mut path, mut query) = (BTreeMap::new(), BTreeMap::new());
        for parameter in self.get.parameters() {
            let shapes = match parameter.place {
                Place::Path => &mut path,
                Place::Query => &mut query,
            };
            let shape = Shape::of_parameter(&parameter, values);
            shapes.insert(parameter.name.to_owned(), shape);
        }
        self.record.push(&Event::Get(Get {
            call: self.record.id.to_string(),
            plugin: subject.plugin.clone(),
            digest: subject.digest.clone(),
            tool: subject.tool.clone(),
            endpoint: self.get.operation().template.to_owned(),
            path,
            query,
            next_page: self.get.continues(),
            fields: told.fields,
            rows: told.rows,
            bytes: told.bytes,
            micros: micros(self.started),
            request_id: told.request_id,
            outcome: told.outcome.unwrap_or(GetOutcome::Cancelled),
            status: told.status,
            code: told.code,
        }));
    }
}

impl Drop for Sent<'_> {
    /// The call ended first: whether Okta answered is not known.
    fn drop(&mut self) {
        if !self.finished {
            self.write(Told::default());
        }
    }
}

/// What came of a GET.
#[derive(Default)]
struct Told {
    outcome: Option<GetOutcome>,
    fields: Vec<String>,
    rows: u64,
    bytes: u64,
    request_id: Option<String>,
    status: Option<u16>,
    code: Option<String>,
}

impl Told {
    fn refused(&mut self, outcome: GetOutcome, refusal: &Refusal) {
        self.outcome = Some(outcome);
        self.status = Some(refusal.status);
        self.request_id.clone_from(&refusal.request_id);
        // Codes are `E` and seven digits, or OAuth's words; a proxy's page can say anything.
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let known = !refusal.code.is_empty() && refusal.code.bytes().all(plain);
        self.code = known.then(|| refusal.code.clone());
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

impl From<&grant::Denial> for Reason {
    fn from(denial: &grant::Denial) -> Self {
        match denial {
            grant::Denial::UndeclaredEndpoint { .. } => Self::UndeclaredEndpoint,
            grant::Denial::EndpointOfOtherTool { .. } => Self::EndpointOfOtherTool,
            grant::Denial::UndeclaredQuery { .. } => Self::UndeclaredQuery,
            grant::Denial::UnknownParameter { .. } => Self::UnknownParameter,
            grant::Denial::Missing { .. } => Self::MissingParameter,
            grant::Denial::Twice { .. } => Self::RepeatedParameter,
            grant::Denial::Value { .. } => Self::MalformedValue,
            grant::Denial::UndeclaredName { .. } => Self::UndeclaredName,
            grant::Denial::Hidden { .. } => Self::HiddenField,
            grant::Denial::OtherEndpoint { .. } => Self::OtherEndpoint,
            grant::Denial::NotPaged { .. } | grant::Denial::Cursor(_) => Self::BadCursor,
            grant::Denial::Address(_) => Self::BadAddress,
        }
    }
}
