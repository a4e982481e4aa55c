//! Tools that send whatever they are told and report what came back, as data.

use okta_plugin::bindings::okta::plugin::directory::{self as wit, Parameter, Request};
use okta_plugin::{Answer, Directory, Failure, Property, Schema, Tool};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Get {
    endpoint: String,
    #[serde(default)]
    path: Vec<Pair>,
    #[serde(default)]
    query: Vec<Pair>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    /// The case of the contract's `directory.error`; `page` where there was none.
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Report {
    fn schema() -> Schema {
        Schema::new()
            .required("ok", Property::boolean("Whether a page came back"))
            .required("kind", Property::text("page, or the case of the error"))
            .required("message", Property::text("The error's text"))
            .optional("body", Property::text("The page's body"))
            .optional("next", Property::text("The next page's cursor"))
    }
}

impl From<Result<wit::Page, wit::Error>> for Report {
    fn from(answer: Result<wit::Page, wit::Error>) -> Self {
        let said = |refusal: wit::Refusal| {
            format!("{} {} {}", refusal.status, refusal.code, refusal.summary)
        };
        let (kind, message) = match answer {
            Ok(page) => {
                return Self {
                    ok: true,
                    kind: "page",
                    message: String::new(),
                    body: Some(page.body),
                    next: page.next,
                };
            }
            Err(wit::Error::Denied(text)) => ("denied", text),
            Err(wit::Error::Invalid(text)) => ("invalid", text),
            Err(wit::Error::NotFound(refusal)) => ("not-found", said(refusal)),
            Err(wit::Error::Forbidden(refusal)) => ("forbidden", said(refusal)),
            Err(wit::Error::RateLimited(seconds)) => ("rate-limited", seconds.to_string()),
            Err(wit::Error::Refused(refusal)) => ("refused", said(refusal)),
            Err(wit::Error::Unavailable(text)) => ("unavailable", text),
            Err(wit::Error::Exhausted(text)) => ("exhausted", text),
        };
        Self {
            ok: false,
            kind,
            message,
            body: None,
            next: None,
        }
    }
}

fn input() -> Schema {
    let pair = Schema::new()
        .required("name", Property::text("Parameter"))
        .required("value", Property::text("Value"));
    Schema::new()
        .required("endpoint", Property::text("Template"))
        .optional("path", Property::rows(&pair, "Values for the template"))
        .optional("query", Property::rows(&pair, "Query parameters"))
        .optional("cursor", Property::text("Cursor of an earlier page"))
}

fn send(get: Get) -> Result<Answer, Failure> {
    let parameters = |pairs: Vec<Pair>| {
        pairs
            .into_iter()
            .map(|Pair { name, value }| Parameter { name, value })
            .collect()
    };
    let request = Request {
        endpoint: get.endpoint,
        path: parameters(get.path),
        query: parameters(get.query),
        cursor: get.cursor,
    };
    Answer::of(&Report::from(wit::get(&request)))
}

/// Any GET.
pub(crate) struct RawGet;

impl Tool for RawGet {
    const NAME: &'static str = "raw_get";
    const TITLE: &'static str = "Any GET";
    const DESCRIPTION: &'static str = "Sends the GET that it is given.";
    type Arguments = Get;

    fn input() -> Schema {
        input()
    }

    fn output() -> Schema {
        Report::schema()
    }

    fn call(get: Get, _: &dyn Directory) -> Result<Answer, Failure> {
        send(get)
    }
}

/// Any GET, by a tool with another grant.
pub(crate) struct OtherGet;

impl Tool for OtherGet {
    const NAME: &'static str = "other_get";
    const TITLE: &'static str = "Any GET of another tool";
    const DESCRIPTION: &'static str = "Sends the GET that it is given, under a grant of its own.";
    type Arguments = Get;

    fn input() -> Schema {
        input()
    }

    fn output() -> Schema {
        Report::schema()
    }

    fn call(get: Get, _: &dyn Directory) -> Result<Answer, Failure> {
        send(get)
    }
}

#[derive(Deserialize)]
pub(crate) struct Many {
    n: u32,
}

#[derive(Serialize)]
struct Reports {
    answers: Vec<Report>,
}

/// As many GETs at once as one likes; the i-th asks for i rows, so that the order of the answers shows.
pub(crate) struct GetMany;

impl Tool for GetMany {
    const NAME: &'static str = "get_many";
    const TITLE: &'static str = "Many GETs";
    const DESCRIPTION: &'static str =
        "Lists groups n times at once, with limits 1, 2, 3 and so on.";
    type Arguments = Many;

    fn input() -> Schema {
        Schema::new().required("n", Property::integer_within(0, 1000, "Number of requests"))
    }

    fn output() -> Schema {
        Schema::new().required(
            "answers",
            Property::rows(&Report::schema(), "In the order asked"),
        )
    }

    fn call(many: Many, _: &dyn Directory) -> Result<Answer, Failure> {
        let requests: Vec<Request> = (1..=many.n)
            .map(|limit| Request {
                endpoint: "/api/v1/groups".into(),
                path: Vec::new(),
                query: vec![Parameter {
                    name: "limit".into(),
                    value: limit.to_string(),
                }],
                cursor: None,
            })
            .collect();
        let answers = wit::get_all(&requests)
            .into_iter()
            .map(Report::from)
            .collect();
        Answer::of(&Reports { answers })
    }
}
