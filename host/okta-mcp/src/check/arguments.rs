//! Arguments for a tool that nobody told us about: what its schema accepts, at its worst.
//!
//! A tool gets only what fits its input schema, in a check as in a call. So each property is given values that
//! were written to do harm, and those that the schema accepts are sent; what it refuses needs no trial.

use capability::text::clean;
use serde_json::{Map, Value, json};

use crate::schema::Schema;

/// Texts to begin with: one of them fits what most schemas ask for.
const PLAIN: [&str; 8] = [
    "00u00000000000000001",
    "someone@example.com",
    "some-name",
    "ACTIVE",
    "OKTA_SIGN_ON",
    "2026-01-31T00:00:00.000Z",
    "2026-01-31",
    "true",
];

/// Texts that climb out of paths, end queries, close quotes, or are no text to speak of.
const HOSTILE: [&str; 22] = [
    "",
    " ",
    "..",
    "..\t",
    "%2e%2e",
    "../../users",
    "a/b",
    "a%2Fb",
    "a\\b",
    "a?b=c",
    "a#b",
    "a&limit=10000",
    "a\r\nb: c",
    "a\0b",
    "\" or status pr or \"",
    "a\\\"b",
    "((((((((",
    "\u{ff0f}\u{ff0e}\u{ff0e}",
    "\u{202e}a\u{200b}b",
    "🦀",
    "99999999999999999999",
    "{\"$ref\": \"#\"}",
];

/// Bytes of the longest text: what a schema without `maxLength` lets through.
const LONG: usize = 100_000;

/// Numbers at the ends of what programs count in.
const NUMBERS: [i64; 9] = [
    1,
    0,
    -1,
    200,
    10_000,
    i32::MAX as i64,
    u32::MAX as i64,
    i64::MAX,
    i64::MIN,
];

/// Argument objects that the schema `input` accepts: the plainest first, then one hostile value at a time.
/// None where nothing was found that fits.
pub(super) fn of(input: &Map<String, Value>) -> Vec<Value> {
    let schema = Schema::new(input.clone());
    let fits = |value: &Value| schema.check(value).is_ok();
    let properties: Vec<(&String, Vec<Value>)> = input
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, own)| (name, values(own)))
        .collect();
    let Some(plain) = plainest(input, &properties, fits) else {
        return Vec::new();
    };
    let mut all = vec![Value::Object(Map::new()), Value::Object(plain.clone())];
    for (name, values) in &properties {
        for value in values {
            let mut odd = plain.clone();
            odd.insert((*name).clone(), value.clone());
            all.push(Value::Object(odd));
        }
    }
    // A name that no schema lists, where others are let through.
    let mut odd = plain;
    odd.insert("__proto__".to_owned(), json!({"a": 1}));
    all.push(Value::Object(odd));
    all.retain(fits);
    let mut distinct: Vec<Value> = Vec::with_capacity(all.len());
    for arguments in all {
        if !distinct.contains(&arguments) {
            distinct.push(arguments);
        }
    }
    distinct
}

/// The required properties, and where they do not do, one more.
fn plainest(
    input: &Map<String, Value>,
    properties: &[(&String, Vec<Value>)],
    fits: impl Fn(&Value) -> bool,
) -> Option<Map<String, Value>> {
    let required: Vec<&str> = input
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut plain = Map::new();
    for (name, values) in properties {
        if required.contains(&name.as_str()) {
            plain.insert((*name).clone(), values.first()?.clone());
        }
    }
    let with = |more: Option<(&String, &Value)>| {
        let mut arguments = plain.clone();
        if let Some((name, value)) = more {
            arguments.insert(name.clone(), value.clone());
        }
        fits(&Value::Object(arguments.clone())).then_some(arguments)
    };
    with(None).or_else(|| {
        properties
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (*name, value)))
            .find_map(|more| with(Some(more)))
    })
}

/// Values that `own`, the schema of one property, accepts; the plainest first.
fn values(own: &Value) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    if let Some(words) = own.get("enum").and_then(Value::as_array) {
        values.extend(words.iter().cloned());
    }
    values.extend(
        ["const", "default"]
            .iter()
            .filter_map(|key| own.get(key).cloned()),
    );
    let examples = own.get("examples").and_then(Value::as_array);
    values.extend(examples.into_iter().flatten().cloned());
    values.extend(PLAIN.iter().map(|text| json!(text)));
    for bound in ["minimum", "maximum"] {
        values.extend(own.get(bound).cloned());
    }
    values.extend(NUMBERS.iter().map(|number| json!(number)));
    values.extend([
        json!(true),
        json!(false),
        json!([]),
        json!({}),
        json!(["some-name"]),
        Value::Null,
    ]);
    values.extend(HOSTILE.iter().map(|text| json!(text)));
    values.extend(HOSTILE.iter().map(|text| json!([text])));
    let longest = own
        .get("maxLength")
        .and_then(Value::as_u64)
        .map_or(LONG, |length| {
            usize::try_from(length).map_or(LONG, |length| length.min(LONG))
        });
    for letter in ["a", "ж", "\""] {
        values.push(json!(letter.repeat(longest)));
    }
    values.push(json!(1.5));
    let Value::Object(own) = own else {
        return Vec::new();
    };
    let schema = Schema::new(own.clone());
    values.retain(|value| schema.check(value).is_ok());
    values
}

/// Arguments as they are told of: one line, not too long.
pub(super) fn shown(arguments: &Value) -> String {
    clean(&arguments.to_string(), 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(schema: Value) -> Vec<Value> {
        let Value::Object(schema) = schema else {
            panic!()
        };
        of(&schema)
    }

    #[test]
    fn what_is_sent_fits_the_schema_and_begins_with_the_plainest() {
        let schema = json!({
            "type": "object",
            "properties": {
                "user": {"type": "string", "minLength": 3, "maxLength": 100},
                "limit": {"type": "integer", "minimum": 1, "maximum": 200},
                "detail": {"enum": ["concise", "full"]},
            },
            "required": ["user"],
            "additionalProperties": false,
        });
        let all = arguments(schema.clone());
        let Value::Object(schema) = schema else {
            panic!()
        };
        let schema = Schema::new(schema);
        assert_eq!(all[0], json!({"user": "00u00000000000000001"}));
        assert!(all.iter().all(|one| schema.check(one).is_ok()));
        let has = |key: &str, value: Value| all.iter().any(|one| one[key] == value);
        assert!(has("user", json!("../../users")) && !has("user", json!("..")));
        assert!(has("user", json!("a".repeat(100))));
        assert!(has("limit", json!(200)) && !has("limit", json!(0)));
        assert!(has("detail", json!("full")));
    }

    #[test]
    fn empty_arguments_come_first_where_they_fit() {
        let all = arguments(json!({"type": "object", "properties": {"q": {"type": "string"}}}));
        assert_eq!(all[0], json!({}));
        assert!(all.contains(&json!({"q": "a".repeat(LONG)})));
    }

    #[test]
    fn one_of_several_is_found_where_none_is_required_by_name() {
        let all = arguments(json!({
            "type": "object",
            "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
            "oneOf": [{"required": ["id"]}, {"required": ["name"]}],
        }));
        assert_eq!(all[0], json!({"id": "00u00000000000000001"}));
    }

    #[test]
    fn nothing_is_made_up_where_nothing_fits() {
        let all = arguments(json!({
            "type": "object",
            "properties": {"code": {"type": "string", "pattern": "^[A-Z]{3}-\\d{9}$"}},
            "required": ["code"],
        }));
        assert!(all.is_empty());
    }
}
