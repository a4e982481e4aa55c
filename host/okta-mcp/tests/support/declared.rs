//! The fields that a plugin's manifest declares, and what of an object they leave.
//!
//! Written anew for the tests: it reads `plugin.toml` as text, so that the answers are compared with
//! the page that a reviewer reads and not with the program's understanding of it.

use serde_json::{Map, Value};

use super::repository;

/// One `[[endpoint]]` of a manifest.
pub struct Endpoint {
    fields: Vec<Vec<String>>,
}

impl Endpoint {
    /// The endpoint of `plugin` with this template.
    pub fn of(plugin: &str, template: &str) -> Self {
        let manifest =
            std::fs::read_to_string(repository(&format!("plugins/{plugin}/plugin.toml"))).unwrap();
        let start = format!("get = \"{template}\"\n");
        let (_, endpoint) = manifest
            .split_once(&start)
            .unwrap_or_else(|| panic!("{plugin} declares {template}"));
        let (_, fields) = endpoint.split_once("fields = [").unwrap();
        let (fields, _) = fields.split_once(']').unwrap();
        let fields: String = fields
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .collect();
        let fields = fields.split('"').skip(1).step_by(2);
        Self {
            fields: fields
                .map(|field| field.split('.').map(str::to_owned).collect())
                .collect(),
        }
    }

    /// What is left of `object`.
    pub fn project(&self, object: &Value) -> Value {
        let object = &super::oracle::passed_on(object);
        let fields: Vec<&[String]> = self.fields.iter().map(Vec::as_slice).collect();
        project(object, &fields).unwrap_or(Value::Null)
    }
}

/// The names in the org's data that a `*` never reaches, because elsewhere they hold what nobody may read.
fn is_secret(name: &str) -> bool {
    matches!(name, "password" | "recovery_question") || name.contains("ecret")
}

/// A declared field is a scalar or a list of scalars; lists on the way to one are passed through.
fn project(value: &Value, fields: &[&[String]]) -> Option<Value> {
    match value {
        Value::Array(items) => Some(
            items
                .iter()
                .filter_map(|item| project(item, fields))
                .collect(),
        ),
        Value::Object(members) => {
            let mut kept = Map::new();
            for (name, value) in members {
                let below: Vec<&[String]> = fields
                    .iter()
                    .filter_map(|field| field.split_first())
                    .filter(|(first, _)| *first == name || (*first == "*" && !is_secret(name)))
                    .map(|(_, rest)| rest)
                    .collect();
                if let Some(value) = (!below.is_empty())
                    .then(|| project(value, &below))
                    .flatten()
                {
                    kept.insert(name.clone(), value);
                }
            }
            (fields.iter().any(|field| !field.is_empty())).then_some(Value::Object(kept))
        }
        scalar => fields
            .iter()
            .any(|field| field.is_empty())
            .then(|| scalar.clone()),
    }
}

/// The value less nulls, empty lists and empty objects; none where nothing is left.
pub fn pruned(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let kept: Vec<Value> = items.iter().filter_map(pruned).collect();
            (!kept.is_empty()).then_some(kept.into())
        }
        Value::Object(members) => {
            let kept: Map<String, Value> = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), pruned(value)?)))
                .collect();
            (!kept.is_empty()).then_some(kept.into())
        }
        scalar => Some(scalar.clone()),
    }
}
