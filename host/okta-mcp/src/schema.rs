//! JSON Schemas of arguments and results, compiled at a tool's first call and kept.
//!
//! A model reads the message of a violation and tries again, so it says the place, what was wrong, and
//! what is accepted: `limit: 500 is greater than the maximum of 200`.

use std::sync::OnceLock;

use capability::text::clean;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};

/// Characters of one violation: enough for a long list of accepted words.
const TOLD_LENGTH: usize = 200;

/// A schema and its compiled form.
#[derive(Debug)]
pub struct Schema {
    source: Value,
    compiled: OnceLock<Result<Validator, String>>,
}

/// Bytes of one compiled pattern: a hundred times what an ordinary one takes.
const PATTERN_BYTES: usize = 1 << 20;

/// Violations that are told; a model corrects a few at a time.
const TOLD: usize = 4;

impl Schema {
    /// A schema that is compiled when it is first needed.
    #[must_use]
    pub fn new(source: Map<String, Value>) -> Self {
        Self {
            source: Value::Object(source),
            compiled: OnceLock::new(),
        }
    }

    /// Whether it is a schema at all.
    ///
    /// # Errors
    /// Why not, in one line.
    pub fn compiles(&self) -> Result<(), String> {
        self.validator().map(|_| ())
    }

    /// Checks `instance`.
    ///
    /// # Errors
    /// One line with the first few violations, or why the schema itself is none.
    pub fn check(&self, instance: &Value) -> Result<(), String> {
        let validator = self
            .validator()
            .map_err(|error| format!("the schema is none: {error}"))?;
        if validator.is_valid(instance) {
            return Ok(());
        }
        let mut told: Vec<String> = validator
            .iter_errors(instance)
            .take(TOLD)
            .map(|error| self.tell(&error))
            .collect();
        told.dedup();
        Err(told.join("; "))
    }

    fn validator(&self) -> Result<&Validator, String> {
        self.compiled
            .get_or_init(|| {
                jsonschema::options()
                    .with_draft(jsonschema::Draft::Draft202012)
                    // The schema is a plugin's: its patterns must not be able to run for ever, as a
                    // backtracking engine's can, nor grow beyond what the text of a schema is worth.
                    .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES))
                    .build(&self.source)
                    .map_err(|error| clean(&error.to_string(), 200))
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    fn tell(&self, error: &jsonschema::ValidationError<'_>) -> String {
        let place = error.instance_path().to_string();
        let place = place.trim_start_matches('/').replace('/', ".");
        if let (ValidationErrorKind::Enum { options }, Some(given)) =
            (error.kind(), error.instance().as_str())
        {
            return wrong_word(&clean(place_or_all(&place), 60), &clean(given, 40), options);
        }
        // The value comes first in the message: a long one would leave no room for what is accepted.
        let whole = error.to_string();
        let text = if whole.chars().count() > TOLD_LENGTH {
            error.masked_with("the value").to_string()
        } else {
            whole
        };
        let text = clean(&text, TOLD_LENGTH);
        let mut line = if place.is_empty() {
            text
        } else {
            format!("{}: {text}", clean(&place, 60))
        };
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let names = self.properties();
            let nearest = unexpected.iter().find_map(|given| nearest(given, &names));
            line.push_str(&match nearest {
                Some(name) => format!("; did you mean `{name}`?"),
                None => format!("; accepted are {}", names.join(", ")),
            });
        }
        line
    }

    fn properties(&self) -> Vec<&str> {
        self.source
            .get("properties")
            .and_then(Value::as_object)
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }
}

/// All words that are accepted: the validator's own message names two and counts the rest.
fn wrong_word(place: &str, given: &str, options: &Value) -> String {
    let words: Vec<&str> = options
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let guess =
        nearest(given, &words).map_or_else(String::new, |word| format!("; did you mean `{word}`?"));
    format!("{place}: `{given}` is none of {}{guess}", words.join(", "))
}

fn place_or_all(place: &str) -> &str {
    if place.is_empty() {
        "the arguments"
    } else {
        place
    }
}

/// The one of `known` that `given` looks like, in any letter case.
fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .iter()
        .map(|word| (strsim::jaro_winkler(&word.to_lowercase(), &given), *word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        let Value::Object(source) = json!({
            "type": "object",
            "properties": {
                "user": {"type": "string", "minLength": 1},
                "limit": {"type": "integer", "minimum": 1, "maximum": 200},
                "detail": {"type": "string", "enum": ["concise", "full"]},
            },
            "required": ["user"],
            "additionalProperties": false,
        }) else {
            unreachable!()
        };
        Schema::new(source)
    }

    #[test]
    fn arguments_that_fit_pass() {
        assert_eq!(schema().check(&json!({"user": "x", "limit": 200})), Ok(()));
    }

    #[test]
    fn a_violation_names_its_place_and_what_is_accepted() {
        let told = |instance: Value| schema().check(&instance).unwrap_err();
        assert_eq!(told(json!({})), "\"user\" is a required property");
        assert_eq!(
            told(json!({"user": "x", "limit": 500})),
            "limit: 500 is greater than the maximum of 200"
        );
        assert_eq!(
            told(json!({"user": "x", "detail": "all"})),
            "detail: `all` is none of concise, full"
        );
        assert!(told(json!({"user": "x", "usr": 1})).ends_with("; did you mean `user`?"));
        assert!(
            told(json!({"user": "x", "zzz": 1})).ends_with("; accepted are user, limit, detail")
        );
    }

    #[test]
    fn every_word_that_is_accepted_is_named_and_the_likeliest_is_suggested() {
        let words = json!([
            "STAGED",
            "PROVISIONED",
            "ACTIVE",
            "RECOVERY",
            "LOCKED_OUT",
            "SUSPENDED"
        ]);
        let Value::Object(source) =
            json!({"type": "object", "properties": {"status": {"type": "string", "enum": words}}})
        else {
            unreachable!()
        };
        assert_eq!(
            Schema::new(source)
                .check(&json!({"status": "active"}))
                .unwrap_err(),
            "status: `active` is none of STAGED, PROVISIONED, ACTIVE, RECOVERY, LOCKED_OUT, SUSPENDED; did you mean `ACTIVE`?"
        );
    }

    #[test]
    fn several_violations_are_told_in_one_line() {
        let told = schema()
            .check(&json!({"limit": 0, "detail": 1}))
            .unwrap_err();
        assert!(
            told.contains("limit: ") && told.contains("\"user\" is") && !told.contains('\n'),
            "{told}"
        );
    }
}
