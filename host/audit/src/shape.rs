//! What a value looks like, without the value.

use capability::grammar::Grammar;
use capability::grant::Parameter;
use capability::text::clean;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest value that a row holds, in characters, where the operator wants values.
const MAX_VALUE: usize = 200;

/// The most names of a search that a row holds; a longer search names the same few again and again.
const MAX_NAMES: usize = 32;

/// The longest name of a search that a row holds, in bytes.
const MAX_NAME: usize = 100;

/// The shape of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shape {
    /// Its form: a grammar of the manifest (`okta-id`, `okta-login`, `integer`, `expression` …), or of an argument
    /// `okta-id`, `okta-login`, `text`, `number`, `boolean`, `null`, `list` or `object`.
    pub kind: String,
    /// Its length: characters of a text or a number, members of a list or an object.
    pub length: u64,
    /// The attributes that a search names, without what they are compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The value itself, cleaned and cut (`audit.values`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Shape {
    pub(crate) fn of_parameter(parameter: &Parameter<'_>, values: bool) -> Self {
        let mut names = Vec::new();
        for name in parameter.names() {
            if let Some(name) = attribute(name)
                && names.len() < MAX_NAMES
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        Self {
            kind: parameter.form().to_owned(),
            length: characters(parameter.value),
            names,
            value: values.then(|| clean(parameter.value, MAX_VALUE)),
        }
    }

    pub(crate) fn of_argument(argument: &Value, values: bool) -> Self {
        let number = |text: String| ("number", text.len() as u64);
        let (kind, length) = match argument {
            Value::Null => ("null", 0),
            Value::Bool(_) => ("boolean", 0),
            Value::Number(number_) => number(number_.to_string()),
            Value::String(text) => (form(text), characters(text)),
            Value::Array(items) => ("list", items.len() as u64),
            Value::Object(members) => ("object", members.len() as u64),
        };
        let value = values.then(|| match argument {
            Value::String(text) => clean(text, MAX_VALUE),
            other => clean(&other.to_string(), MAX_VALUE),
        });
        Self {
            kind: kind.to_owned(),
            length,
            names: Vec::new(),
            value,
        }
    }
}

fn characters(text: &str) -> u64 {
    text.chars().count() as u64
}

/// The two forms that tell whom a call was about; every other text is a text.
fn form(text: &str) -> &'static str {
    if Grammar::OktaId.accepts(text) {
        "okta-id"
    } else if Grammar::OktaLogin.accepts(text) {
        "okta-login"
    } else {
        "text"
    }
}

/// A plugin chooses what stands here, so only what can be an attribute of Okta's is taken over.
pub(crate) fn attribute(name: &str) -> Option<String> {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    (plain && (1..=MAX_NAME).contains(&name.len())).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_argument_is_told_by_its_kind_and_length() {
        for (argument, kind, length) in [
            (json!("00u11qxw8mzK7RtPd5f6"), "okta-id", 20),
            (json!("mara@example.com"), "okta-login", 16),
            (json!("Živković"), "text", 8),
            (json!(200), "number", 3),
            (json!(true), "boolean", 0),
            (json!(null), "null", 0),
            (json!(["a", "b"]), "list", 2),
            (json!({"a": 1}), "object", 1),
        ] {
            let shape = Shape::of_argument(&argument, false);
            assert_eq!((shape.kind.as_str(), shape.length), (kind, length));
            assert_eq!(shape.value, None, "no value unless it is asked for");
        }
    }

    #[test]
    fn a_value_that_is_asked_for_is_one_clean_line_of_bounded_length() {
        let hostile = json!("a\nb\u{202e}c\u{1b}[2J".to_owned() + &"x".repeat(5_000));
        let value = Shape::of_argument(&hostile, true).value.unwrap();
        assert!(value.starts_with("abc[2Jxxx"), "{value}");
        assert_eq!(value.chars().count(), MAX_VALUE + 1);
    }

    #[test]
    fn what_cannot_be_an_attribute_is_not_taken_for_one() {
        assert_eq!(attribute("profile.ssn").as_deref(), Some("profile.ssn"));
        for name in ["", "a b", "mara@example.com", "a\nb", "é", &"a".repeat(101)] {
            assert_eq!(attribute(name), None, "{name}");
        }
    }
}
