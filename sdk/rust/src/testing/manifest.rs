//! What a `plugin.toml` allows, as far as a test needs it. The host's own reading is stricter.
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a test's helper fails by panicking"
)]

use super::projection::Fields;
use crate::directory::Get;
use crate::tool::Entry;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Value;

#[derive(Deserialize)]
struct Raw {
    endpoint: Vec<RawEndpoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEndpoint {
    get: String,
    tools: Vec<String>,
    why: String,
    #[serde(default)]
    path: BTreeMap<String, Value>,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    fields: Vec<String>,
}

/// A plugin's manifest.
pub(super) struct Manifest(Vec<Endpoint>);

/// One declared GET.
pub(super) struct Endpoint {
    get: String,
    tools: Vec<String>,
    path: BTreeMap<String, Value>,
    query: BTreeMap<String, Value>,
    pub(super) fields: Fields,
}

impl Manifest {
    pub(super) fn parse(text: &str) -> Self {
        let raw: Raw = toml::from_str(text).unwrap_or_else(|error| panic!("plugin.toml: {error}"));
        Self(raw.endpoint.into_iter().map(Endpoint::new).collect())
    }

    /// Every tool named here exists, and no tool has a template twice.
    pub(super) fn check_tools(&self, tools: &[Entry]) {
        let mut seen = Vec::new();
        for (get, tool) in self
            .0
            .iter()
            .flat_map(|endpoint| endpoint.tools.iter().map(|tool| (&endpoint.get, tool)))
        {
            assert!(
                tools.iter().any(|entry| entry.name == tool),
                "plugin.toml names {tool}, which does not exist"
            );
            assert!(!seen.contains(&(get, tool)), "{tool} has {get} twice");
            seen.push((get, tool));
        }
    }

    /// The declaration that lets this tool send this request.
    pub(super) fn authorize(&self, tool: &str, request: &Get) -> &Endpoint {
        let declared = |endpoint: &&Endpoint| {
            endpoint.get == request.endpoint && endpoint.tools.iter().any(|it| it == tool)
        };
        let Some(endpoint) = self.0.iter().find(declared) else {
            panic!("{} is not declared for {tool}", request.endpoint);
        };
        assert_eq!(
            endpoint.path.len(),
            request.path.len(),
            "values for all of {}",
            request.endpoint
        );
        for (name, value) in &request.path {
            check(name, value, endpoint.path.get(*name));
        }
        for (name, value) in &request.query {
            check(name, value, endpoint.query.get(*name));
        }
        endpoint
    }
}

impl Endpoint {
    fn new(raw: RawEndpoint) -> Self {
        assert!(
            !raw.why.is_empty() && !raw.tools.is_empty(),
            "{}: why and tools",
            raw.get
        );
        for name in raw.path.keys() {
            assert!(
                raw.get.contains(&format!("{{{name}}}")),
                "{} has no {{{name}}}",
                raw.get
            );
        }
        Self {
            get: raw.get,
            tools: raw.tools,
            path: raw.path,
            query: raw.query,
            fields: Fields::new(&raw.fields),
        }
    }
}

/// A value is declared, and of the declared form.
fn check(name: &str, value: &str, grammar: Option<&Value>) {
    let Some(grammar) = grammar else {
        panic!("parameter {name} is not declared")
    };
    let fits = match grammar {
        Value::String(word) => match word.as_str() {
            "okta-id" | "factor-id" => is_id(value),
            "okta-user" => is_id(value) || value.contains('@'),
            "policy-type" => value
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_'),
            other => panic!("the bench does not know the form {other}"),
        },
        Value::Table(table) => match table.iter().next() {
            Some((kind, bound)) => fits(kind, bound, value),
            None => false,
        },
        _ => false,
    };
    assert!(fits, "{name} = {value} does not have the form {grammar}");
}

fn is_id(value: &str) -> bool {
    (15..=36).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn fits(kind: &str, bound: &Value, value: &str) -> bool {
    let within = |bound: &Value| {
        bound
            .as_integer()
            .is_some_and(|most| usize::try_from(most).is_ok_and(|most| value.len() <= most))
    };
    match (kind, bound) {
        ("integer", Value::Array(ends)) => match (ends.as_slice(), value.parse::<i64>()) {
            ([least, most], Ok(number)) => {
                least.as_integer().is_some_and(|least| least <= number)
                    && most.as_integer().is_some_and(|most| number <= most)
            }
            _ => false,
        },
        ("one-of", Value::Array(words)) => words.iter().any(|word| word.as_str() == Some(value)),
        ("text" | "expression", bound) => !value.is_empty() && within(bound),
        _ => false,
    }
}
