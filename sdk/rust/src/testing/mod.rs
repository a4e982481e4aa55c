//! A directory in memory that holds a plugin to its word, for native unit tests.
//!
//! A [`Bench`] knows the plugin's tools and its `plugin.toml`. It answers GETs with the pages and errors that a
//! test lays ready, and it is as strict as the host: a call's arguments must satisfy the tool's input schema, a
//! request must be declared for that very tool, a page is stripped of every field that is not declared, and
//! the answer must satisfy the output schema. So a test that passes here does not lean on anything that the
//! manifest does not say.
//!
//! Whatever is not as it should be panics: this is for tests alone.
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a test's helper fails by panicking"
)]

mod manifest;
mod projection;

use crate::directory::{Directory, Get, Page};
use crate::error::{Error, Failure, Refusal};
use crate::tool::Entry;
use manifest::Manifest;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// A plugin under test.
pub struct Bench {
    tools: &'static [Entry],
    manifest: Manifest,
    running: Cell<&'static str>,
    replies: RefCell<VecDeque<(&'static str, Result<Page, Error>)>>,
    requests: RefCell<Vec<Get>>,
    progress: RefCell<Vec<String>>,
}

impl Bench {
    /// A plugin's tools and the text of its `plugin.toml`.
    pub fn new(tools: &'static [Entry], manifest: &str) -> Self {
        let manifest = Manifest::parse(manifest);
        manifest.check_tools(tools);
        Self {
            tools,
            manifest,
            running: Cell::new(""),
            replies: RefCell::default(),
            requests: RefCell::default(),
            progress: RefCell::default(),
        }
    }

    /// The next GET on this endpoint answers this body, and no page follows.
    pub fn answers(&self, endpoint: &'static str, body: &Value) -> &Self {
        self.replies(
            endpoint,
            Ok(Page {
                body: body.to_string(),
                next: None,
            }),
        )
    }

    /// The next GET on this endpoint answers this body, and the page of cursor `next` follows.
    pub fn answers_page(&self, endpoint: &'static str, body: &Value, next: &str) -> &Self {
        self.replies(
            endpoint,
            Ok(Page {
                body: body.to_string(),
                next: Some(next.to_owned()),
            }),
        )
    }

    /// The next GET on this endpoint fails.
    pub fn fails(&self, endpoint: &'static str, error: Error) -> &Self {
        self.replies(endpoint, Err(error))
    }

    fn replies(&self, endpoint: &'static str, reply: Result<Page, Error>) -> &Self {
        self.replies.borrow_mut().push_back((endpoint, reply));
        self
    }

    /// Calls a tool. All that was laid ready must be used up by the call.
    pub fn call(&self, tool: &str, arguments: Value) -> Result<Value, Failure> {
        let entry = self
            .tools
            .iter()
            .find(|entry| entry.name == tool)
            .expect("no such tool");
        satisfies("arguments", &entry.input_schema(), &arguments);
        self.running.set(entry.name);
        self.requests.borrow_mut().clear();
        let answer = Entry::dispatch(self.tools, tool, &arguments.to_string(), self);
        let unused = std::mem::take(&mut *self.replies.borrow_mut());
        assert!(
            unused.is_empty(),
            "{tool} did not ask for {:?}",
            unused.iter().map(|(at, _)| at).collect::<Vec<_>>()
        );
        let answer: Value = serde_json::from_str(&answer?.into_json()).expect("an answer is JSON");
        satisfies("the answer", &entry.output_schema(), &answer);
        Ok(answer)
    }

    /// Calls a tool that must answer.
    pub fn answer(&self, tool: &str, arguments: Value) -> Value {
        self.call(tool, arguments)
            .unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    /// Calls a tool that must fail, and gives the text that the model reads.
    pub fn failure(&self, tool: &str, arguments: Value) -> String {
        match self.call(tool, arguments) {
            Ok(answer) => panic!("{tool} answered {answer}"),
            Err(failure) => failure.text().to_owned(),
        }
    }

    /// The requests of the last call, in order.
    pub fn requests(&self) -> Vec<Get> {
        self.requests.borrow().clone()
    }

    /// The only request of the last call.
    pub fn request(&self) -> Get {
        match self.requests().as_slice() {
            [request] => request.clone(),
            other => panic!("not one request: {other:?}"),
        }
    }

    /// What was told to the person who waits, in all calls so far.
    pub fn progress(&self) -> Vec<String> {
        self.progress.borrow().clone()
    }

    /// Holds the texts and schemas of all tools to the rules of good tools, and gives the size of what a model
    /// reads of them: name, description and input schema.
    pub fn check_texts(&self) -> usize {
        self.tools.iter().map(check_text).sum()
    }
}

impl Directory for Bench {
    fn get(&self, request: &Get) -> Result<Page, Error> {
        let endpoint = self.manifest.authorize(self.running.get(), request);
        self.requests.borrow_mut().push(request.clone());
        let mut replies = self.replies.borrow_mut();
        let index = replies.iter().position(|(at, _)| *at == request.endpoint());
        let (_, reply) = index
            .and_then(|index| replies.remove(index))
            .expect("a GET that the test did not expect");
        reply.map(|page| Page {
            body: projection::project(&endpoint.fields, &page.body),
            next: page.next,
        })
    }

    fn progress(&self, _done: u32, _total: Option<u32>, message: &str) {
        self.progress.borrow_mut().push(message.to_owned());
    }
}

/// What Okta says when it does not have something.
pub fn not_found() -> Error {
    Error::NotFound(refusal(
        404,
        "E0000007",
        "Not found: Resource not found: x (Thing)",
    ))
}

/// What Okta says when the credential's role is too small.
pub fn forbidden() -> Error {
    Error::Forbidden(refusal(
        403,
        "E0000006",
        "You do not have permission to perform the requested action",
    ))
}

/// A refusal by Okta with a request id.
pub fn refusal(status: u16, code: &str, summary: &str) -> Refusal {
    Refusal {
        status,
        code: code.into(),
        summary: summary.into(),
        request_id: Some("0123456789abcdef".into()),
    }
}

fn satisfies(what: &str, schema: &str, value: &Value) {
    let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema is a JSON Schema");
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{what} {value} against the schema: {errors:?}"
    );
}

fn check_text(tool: &Entry) -> usize {
    let (input, output) = (tool.input_schema(), tool.output_schema());
    assert!(
        tool.name.len() <= 40
            && tool
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    );
    assert!(
        tool.description.chars().count() <= 600,
        "{}: {}",
        tool.name,
        tool.description.chars().count()
    );
    assert!(
        !tool.description.contains("  "),
        "{}: a double blank",
        tool.name
    );
    for (schema, bounded) in [(&input, true), (&output, false)] {
        check_schema(
            tool.name,
            &serde_json::from_str(schema).expect("a schema is JSON"),
            bounded,
        );
    }
    tool.name.len() + tool.description.len() + input.len()
}

/// One type and a description for each property; bounds too, for arguments.
fn check_schema(tool: &str, schema: &Value, bounded: bool) {
    assert_eq!(
        schema.get("additionalProperties"),
        Some(&Value::Bool(false)),
        "{tool}"
    );
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .expect("an object has properties");
    for (name, property) in properties {
        let has = |key: &str| property.get(key).is_some();
        let kind = property
            .get("type")
            .and_then(Value::as_str)
            .expect("one type");
        assert!(has("description"), "{tool}.{name} is not described");
        assert!(
            !["$ref", "anyOf", "oneOf", "allOf"].into_iter().any(has),
            "{tool}.{name}"
        );
        let limits = match kind {
            "string" => has("maxLength") || has("enum"),
            "integer" => has("minimum") && has("maximum"),
            _ => true,
        };
        assert!(limits || !bounded, "{tool}.{name} has no bounds");
        if let Some(row) = property
            .get("items")
            .filter(|items| items.get("properties").is_some())
        {
            check_schema(tool, row, bounded);
        }
    }
}
