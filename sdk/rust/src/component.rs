//! The inside of a component: the real [`Directory`], and the tools behind the contract's exports.
//!
//! Exists on WebAssembly only. Use [`export!`](crate::export); nothing here is meant to be called by hand.

use crate::bindings::exports::okta::plugin::tools::{Outcome, Output, Tool, ToolError};
use crate::bindings::okta::plugin::{directory as wit, host};
use crate::directory::{Directory, Get, Page};
use crate::error::{Error, Failure, Refusal};
use crate::tool::Entry;
use std::sync::Once;

/// The answer to the contract's `tools.describe`.
pub fn describe(tools: &[Entry]) -> Vec<Tool> {
    tools
        .iter()
        .map(|tool| Tool {
            name: tool.name.into(),
            title: tool.title.into(),
            description: tool.description.into(),
            input_schema: tool.input_schema(),
            output_schema: Some(tool.output_schema()),
        })
        .collect()
}

/// The answer to the contract's `tools.call`.
pub fn call(tools: &[Entry], name: &str, arguments: &str) -> Result<Outcome, ToolError> {
    log_panics();
    match Entry::dispatch(tools, name, arguments, &Host) {
        Ok(answer) => Ok(Outcome::Done(Output {
            structured: Some(answer.into_json()),
            content: Vec::new(),
        })),
        Err(Failure::InvalidArguments(text)) => Err(ToolError::InvalidArguments(text)),
        Err(Failure::Failed(text)) => Err(ToolError::Failed(text)),
    }
}

/// A panic has nowhere to print in the sandbox: without this the host would see a bare trap.
pub fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            host::log(host::Level::Error, &panic.to_string())
        }))
    });
}

/// The directory that the host offers.
struct Host;

impl Directory for Host {
    fn get(&self, request: &Get) -> Result<Page, Error> {
        answer(wit::get(&outgoing(request)))
    }

    fn get_all(&self, requests: &[Get]) -> Vec<Result<Page, Error>> {
        let requests: Vec<wit::Request> = requests.iter().map(outgoing).collect();
        wit::get_all(&requests).into_iter().map(answer).collect()
    }

    fn progress(&self, done: u32, total: Option<u32>, message: &str) {
        host::progress(done, total, message);
    }
}

fn outgoing(request: &Get) -> wit::Request {
    wit::Request {
        endpoint: request.endpoint.into(),
        path: parameters(&request.path),
        query: parameters(&request.query),
        cursor: request.cursor.clone(),
    }
}

fn parameters(pairs: &[(&'static str, String)]) -> Vec<wit::Parameter> {
    pairs
        .iter()
        .map(|(name, value)| wit::Parameter {
            name: (*name).into(),
            value: value.clone(),
        })
        .collect()
}

fn answer(answer: Result<wit::Page, wit::Error>) -> Result<Page, Error> {
    match answer {
        Ok(page) => Ok(Page {
            body: page.body,
            next: page.next,
        }),
        Err(wit::Error::Denied(text)) => Err(Error::Denied(text)),
        Err(wit::Error::Invalid(text)) => Err(Error::Invalid(text)),
        Err(wit::Error::NotFound(said)) => Err(Error::NotFound(refusal(said))),
        Err(wit::Error::Forbidden(said)) => Err(Error::Forbidden(refusal(said))),
        Err(wit::Error::RateLimited(seconds)) => Err(Error::RateLimited(seconds)),
        Err(wit::Error::Refused(said)) => Err(Error::Refused(refusal(said))),
        Err(wit::Error::Unavailable(text)) => Err(Error::Unavailable(text)),
        Err(wit::Error::Exhausted(text)) => Err(Error::Exhausted(text)),
    }
}

fn refusal(said: wit::Refusal) -> Refusal {
    Refusal {
        status: said.status,
        code: said.code,
        summary: said.summary,
        request_id: said.request_id,
    }
}
