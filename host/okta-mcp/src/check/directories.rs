//! What stands for Okta in a check: well-behaved, unwilling, lying, endless, or silent.
//!
//! Much of it is worse than what the program would let through (a body that is no JSON never reaches a plugin): a
//! plugin that survives this has nothing to fear of Okta.

use capability::answer::{Failure, Page, Refusal};
use capability::field::Step;
use capability::grant::AuthorizedGet;
use capability::manifest::{Endpoint, Manifest};
use capability::projection::Seen;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use sandbox::{Budget, Directory};
use serde_json::{Map, Value, json};

/// What a tool is tried against, as the report calls it, and what stands for Okta in it, one after another.
pub(super) struct Situation {
    pub(super) name: &'static str,
    pub(super) directories: Vec<Stage>,
}

/// One thing that stands for Okta.
#[derive(Clone)]
pub(super) enum Stage {
    /// Answers every page with what the manifest declares of so many objects, in texts of so many characters.
    Objects {
        endpoints: Vec<(&'static str, Value)>,
        rows: usize,
        is_endless: bool,
    },
    /// Answers every page with this body.
    Body(String),
    /// Answers every request with this.
    Fails(Failure),
    /// Never answers.
    Silent,
}

/// Objects of an ordinary page: what Okta gives where nobody asks for more.
const PAGE: usize = 200;

/// Bodies that are no answer of Okta's.
const JUNK: [&str; 12] = [
    "",
    "null",
    "[]",
    "{}",
    "\"a text\"",
    "[null, 1, \"a text\", [], {}]",
    "<html>504 Gateway Time-out</html>",
    "{\"id\": 5, \"profile\": [], \"status\": {\"a\": null}, \"items\": \"none\"}",
    "[{\"id\": {}}, {\"id\": [1]}, {\"id\": null}]",
    "[{\"id\": 1e999}]",
    "{\"errorCode\": \"E0000009\", \"errorSummary\": \"Internal Server Error\"}",
    "[{\"id\": \"a\"},",
];

/// Levels of JSON that is nothing but depth.
const DEEP: usize = 5_000;

impl Situation {
    /// All of them. The first is where the hostile arguments are tried, too.
    pub(super) fn all(manifest: &Manifest) -> Vec<Self> {
        let endpoints = |length| -> Vec<_> {
            let object =
                |endpoint: &Endpoint| (endpoint.operation.template, object(endpoint, length));
            manifest.endpoints.iter().map(object).collect()
        };
        let objects = |length, rows, is_endless| Stage::Objects {
            endpoints: endpoints(length),
            rows,
            is_endless,
        };
        let refusal = |status, code: &str| Refusal {
            status,
            code: code.to_owned(),
            summary: "No.".to_owned(),
            request_id: None,
        };
        let junk = JUNK.iter().map(|body| (*body).to_owned());
        let deep = format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
        vec![
            Self {
                name: "Okta answers",
                directories: vec![objects(20, 3, false)],
            },
            Self {
                name: "Okta has nothing",
                directories: vec![objects(20, 0, false)],
            },
            Self {
                name: "Okta has much",
                directories: vec![objects(200, PAGE, false)],
            },
            Self {
                name: "Okta has no end",
                directories: vec![objects(20, PAGE, true)],
            },
            Self {
                name: "Okta refuses",
                directories: [
                    Failure::NotFound(refusal(404, "E0000007")),
                    Failure::Forbidden(refusal(403, "E0000006")),
                    Failure::Refused(refusal(400, "E0000001")),
                    Failure::RateLimited { seconds: 60 },
                    Failure::Unavailable("Okta cannot be reached".to_owned()),
                    Failure::Exhausted("this call's requests are spent".to_owned()),
                ]
                .map(Stage::Fails)
                .into(),
            },
            Self {
                name: "Okta answers junk",
                directories: junk.chain([deep]).map(Stage::Body).collect(),
            },
            Self {
                name: "Okta never answers",
                directories: vec![Stage::Silent],
            },
        ]
    }
}

impl Stage {
    /// None for silence.
    fn answer(&self, get: &AuthorizedGet) -> Option<Result<Page, Failure>> {
        match self {
            Self::Objects {
                endpoints,
                rows,
                is_endless,
            } => {
                let template = get.operation().template;
                let object = endpoints.iter().find(|(own, _)| *own == template);
                let object = object.map_or(&Value::Null, |(_, object)| object);
                let next = is_endless.then(|| get.next_cursor("00u00000000000000001"));
                let (body, rows) = if is_list(get) {
                    (Value::Array(vec![object.clone(); *rows]), *rows)
                } else {
                    (object.clone(), 1)
                };
                Some(Ok(page(body.to_string(), rows, next.flatten())))
            }
            Self::Body(body) => Some(Ok(page(body.clone(), 1, None))),
            Self::Fails(failure) => Some(Err(failure.clone())),
            Self::Silent => None,
        }
    }
}

impl Directory for Stage {
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        _: Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        match self.answer(get) {
            Some(answer) => std::future::ready(answer).boxed(),
            None => std::future::pending().boxed(),
        }
    }
}

/// Whether the endpoint answers a list. Those that have pages do; of the others, those whose path does not end in
/// a parameter mostly do, and a plugin has to bear either.
fn is_list(get: &AuthorizedGet) -> bool {
    let operation = get.operation();
    operation.paged || !operation.template.ends_with('}')
}

/// An object with every field that `endpoint` declares, each a text of `length` characters.
fn object(endpoint: &Endpoint, length: usize) -> Value {
    let mut object = Map::new();
    for field in &endpoint.fields {
        let keys: Vec<&str> = field
            .steps()
            .iter()
            .map(|step| match step {
                Step::Key(key) => key.as_str(),
                Step::Any => "anything",
            })
            .collect();
        set(&mut object, &keys, &"x".repeat(length));
    }
    Value::Object(object)
}

fn set(object: &mut Map<String, Value>, keys: &[&str], text: &str) {
    match keys {
        [] => {}
        [key] => {
            object.entry(*key).or_insert_with(|| json!(text));
        }
        [key, rest @ ..] => {
            let inner = object.entry(*key).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            if let Value::Object(inner) = inner {
                set(inner, rest, text);
            }
        }
    }
}

fn page(body: String, rows: usize, next: Option<String>) -> Page {
    Page {
        received: body.len() as u64,
        body,
        next,
        rows,
        request_id: None,
        seen: Seen::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_every_field_that_is_declared() {
        let manifest = Manifest::parse(
            "manifest = 1\nname = \"a\"\nversion = \"1\"\nsummary = \"s\"\n\n[[endpoint]]\n\
             get = \"/api/v1/users\"\ntools = [\"t\"]\nwhy = \"w\"\n\
             fields = [\"id\", \"profile.login\", \"profile.*\", \"type.id\"]\n",
        )
        .unwrap();
        assert_eq!(
            object(&manifest.endpoints[0], 2),
            json!({"id": "xx", "profile": {"login": "xx", "anything": "xx"}, "type": {"id": "xx"}})
        );
    }
}
