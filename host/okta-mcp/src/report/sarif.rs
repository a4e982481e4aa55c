//! SARIF 2.1.0, which code review tools show beside the lines of a change.
//!
//! [The standard](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html). A result's place is
//! the package file where there is one, and in it the tool and the GET, as a logical location.

use serde::Serialize;
use serde_json::{Value, json};

use super::words::visible;

/// How much a result matters to whoever reads it in a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Look before you merge.
    Error,
    /// Look.
    Warning,
    /// Good to know.
    Note,
}

/// A kind of result.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id, which stays.
    pub id: &'static str,
    /// What it means, in one sentence.
    pub text: &'static str,
    /// The level of most of its results.
    pub level: Level,
}

/// One result.
#[derive(Debug)]
pub struct Result {
    /// The id of one of the rules.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is the case, in one sentence.
    pub text: String,
    /// The same for the same result in every run.
    pub id: String,
    /// The package file, as it was named.
    pub file: Option<String>,
    /// What it is about: plugin, tool, GET.
    pub about: Vec<String>,
    /// Why somebody decided that it may stay, where somebody did.
    pub accepted: Option<String>,
}

/// The log of one run.
#[must_use]
pub fn log(rules: &[Rule], results: &[Result]) -> Value {
    let rules_json: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.text},
                "defaultConfiguration": {"level": rule.level},
            })
        })
        .collect();
    let results: Vec<Value> = results.iter().map(|result| one(rules, result)).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "okta-mcp",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules_json,
            }},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}

fn one(rules: &[Rule], result: &Result) -> Value {
    let about = json!([{"fullyQualifiedName": visible(&result.about.join(" "))}]);
    let location = match &result.file {
        Some(file) => json!({
            "physicalLocation": {"artifactLocation": {"uri": uri(file)}},
            "logicalLocations": about,
        }),
        None => json!({"logicalLocations": about}),
    };
    let mut object = json!({
        "ruleId": result.rule,
        // The standard's word for a rule that is not listed is -1.
        "ruleIndex": rules
            .iter()
            .position(|rule| rule.id == result.rule)
            .and_then(|index| i64::try_from(index).ok())
            .unwrap_or(-1),
        "level": result.level,
        "message": {"text": visible(&result.text)},
        "locations": [location],
        "partialFingerprints": {"oktaMcpFinding/v1": result.id},
    });
    if let (Some(why), Some(object)) = (&result.accepted, object.as_object_mut()) {
        // What somebody accepted outside of the code, in a file that is reviewed like it.
        let suppression = json!({
            "kind": "external", "status": "accepted", "justification": visible(why),
        });
        object.insert("suppressions".to_owned(), json!([suppression]));
    }
    object
}

/// A path as a relative or `file` URI reference.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_reference_that_no_character_can_change() {
        assert_eq!(uri("plugins/a b#c.wasm"), "plugins/a%20b%23c.wasm");
        assert_eq!(uri("/tmp/x.wasm"), "file:///tmp/x.wasm");
        assert_eq!(uri("http:x"), "http%3Ax");
    }
}
