//! The reviewer's sentences, written from facts. An author's word never stands in one.

use super::{EndpointFacts, Facts};
use crate::snapshot::Kind;

/// Fields that a sentence names before it counts the rest; the table beside it has them all.
const NAMED_FIELDS: usize = 6;

/// What the `kind` called `tool` can do: a sentence for each endpoint.
pub(super) fn of_tool(kind: Kind, tool: &str, endpoints: &[EndpointFacts]) -> Vec<String> {
    let kind = kind.as_str();
    if endpoints.is_empty() {
        return vec![format!(
            "{kind} {tool} can read nothing from Okta: the manifest declares no endpoint for it."
        )];
    }
    endpoints
        .iter()
        .map(|endpoint| of_endpoint(kind, tool, endpoint))
        .collect()
}

fn of_endpoint(kind: &str, tool: &str, endpoint: &EndpointFacts) -> String {
    let mut text = format!(
        "{kind} {tool} can read {}: {}",
        endpoint.subject,
        fields(endpoint)
    );
    if !endpoint.sees.is_empty() {
        text.push_str(&format!("; that includes {}", list(&endpoint.sees, "and")));
    }
    if !endpoint.cannot_see.is_empty() {
        text.push_str(&format!(
            "; it cannot see {}",
            list(&endpoint.cannot_see, "or")
        ));
    }
    text.push('.');
    text
}

fn fields(endpoint: &EndpointFacts) -> String {
    let names: Vec<String> = endpoint
        .fields
        .iter()
        .map(|field| field.path.to_string())
        .collect();
    match names.as_slice() {
        [] => "nothing, for the operator hides all that it declares".to_owned(),
        [only] => format!("{only} and no other field"),
        names => {
            // Where one is left over, its name is shorter than the words that would count it.
            let most = if names.len() == NAMED_FIELDS + 1 {
                NAMED_FIELDS + 1
            } else {
                NAMED_FIELDS
            };
            let mut named: Vec<String> = names.iter().take(most).cloned().collect();
            if let Some(more @ 1..) = names.len().checked_sub(most) {
                named.push(format!("{more} more fields"));
            }
            list(&named, "and")
        }
    }
}

/// What the whole plugin can do.
pub(super) fn of_plugin(facts: &Facts) -> Vec<String> {
    let gets = facts
        .tools
        .iter()
        .flat_map(|tool| tool.endpoints.iter().map(|endpoint| endpoint.get.as_str()))
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let mut says = vec![
        match gets {
            0 => "It can send nothing to Okta.".to_owned(),
            1 => "It can send one kind of GET to Okta and nothing else.".to_owned(),
            _ => format!("It can send {gets} kinds of GET to Okta and nothing else."),
        },
        if facts.imports_only_okta() {
            "It imports okta:plugin only: no network, no files, no environment, no clock, no credential."
                .to_owned()
        } else {
            "It imports okta:plugin and the WASI of its language's runtime, behind which the host grants nothing: \
             no network, no files, no environment, no credential."
                .to_owned()
        },
    ];
    let broad: Vec<String> = facts
        .tools
        .iter()
        .flat_map(|tool| &tool.endpoints)
        .flat_map(|endpoint| &endpoint.fields)
        .filter(|field| field.broad)
        .map(|field| field.path.to_string())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    if !broad.is_empty() {
        says.push(format!(
            "It is broad: {} {} fields that nobody listed, custom attributes among them; never secrets.",
            list(&broad, "and"),
            if broad.len() == 1 { "takes in" } else { "take in" },
        ));
    }
    if facts.scopes.iter().any(|scope| scope.ends_with(".manage")) {
        says.push(
            "It needs a scope that could also change things; the host sends GETs only.".to_owned(),
        );
    }
    says
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
