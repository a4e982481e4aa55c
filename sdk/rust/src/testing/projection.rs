//! A page less every field that is not declared, as the host strips it.
#![allow(clippy::expect_used, reason = "a test's helper fails by panicking")]

use serde_json::{Map, Value};

/// The declared field paths of an endpoint.
pub(super) struct Fields(Vec<Vec<String>>);

impl Fields {
    pub(super) fn new(paths: &[String]) -> Self {
        Self(
            paths
                .iter()
                .map(|path| path.split('.').map(str::to_owned).collect())
                .collect(),
        )
    }
}

pub(super) fn project(fields: &Fields, body: &str) -> String {
    let body: Value = serde_json::from_str(body).expect("a page is JSON");
    let paths: Vec<&[String]> = fields.0.iter().map(Vec::as_slice).collect();
    keep(&body, &paths)
        .expect("a page is an object or an array")
        .to_string()
}

/// What these paths grant of a value: arrays are passed through, a path that ends grants a scalar or an array
/// of scalars.
fn keep(value: &Value, paths: &[&[String]]) -> Option<Value> {
    match value {
        Value::Array(elements) => Some(Value::Array(
            elements
                .iter()
                .filter_map(|element| keep(element, paths))
                .collect(),
        )),
        Value::Object(members) => {
            let kept: Map<String, Value> = members
                .iter()
                .filter_map(|(key, value)| {
                    let below: Vec<&[String]> =
                        paths.iter().filter_map(|path| step(path, key)).collect();
                    let kept = keep(value, &below).filter(|_| !below.is_empty())?;
                    Some((key.clone(), kept))
                })
                .collect();
            let granted = paths.iter().any(|path| !path.is_empty());
            granted.then_some(Value::Object(kept))
        }
        scalar => paths
            .iter()
            .any(|path| path.is_empty())
            .then(|| scalar.clone()),
    }
}

/// The rest of a path after a key that it goes through.
fn step<'a>(path: &'a [String], key: &str) -> Option<&'a [String]> {
    let (first, rest) = path.split_first()?;
    (first == key || first == "*").then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_declared_scalars_are_left() {
        let fields = Fields::new(&["id".into(), "profile.*".into(), "rows.key".into()]);
        let body = json!([{
            "id": "1", "status": "ACTIVE",
            "profile": {"login": "a", "tags": ["x"], "nested": {"y": 1}},
            "rows": [{"key": "k", "other": 1}],
            "credentials": {"password": {}},
        }]);
        assert_eq!(
            project(&fields, &body.to_string()),
            json!([{"id": "1", "profile": {"login": "a", "tags": ["x"]}, "rows": [{"key": "k"}]}])
                .to_string()
        );
    }
}
