//! A tool's arguments: from JSON text to a type.
//!
//! The host has checked the arguments against the tool's schema before a plugin sees them, so an error here
//! means that schema and type disagree, or that somebody calls the component without our host. It must still
//! name the argument at fault: that is what lets a model repair its call.

use crate::attributes::Attributes;
use crate::error::Failure;
use crate::schema::{self, Property, Schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How much of each object to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// What decides.
    #[default]
    Concise,
    /// All that the manifest lets the tool see.
    Full,
}

impl Detail {
    /// Adds the argument `detail` to a tool's input schema.
    pub fn argument(schema: Schema) -> Schema {
        let about = "full: all fields";
        schema.optional(
            "detail",
            Property::one_of(&["concise", "full"], about).default("concise"),
        )
    }

    /// The value, where all is wanted.
    pub fn if_full<T>(self, value: Option<T>) -> Option<T> {
        match self {
            Self::Concise => None,
            Self::Full => value,
        }
    }
}

/// Reads the arguments of a call.
pub fn parse<T: DeserializeOwned>(arguments: &str) -> Result<T, Failure> {
    read(arguments).map_err(|error| {
        let text = match culprit::<T>(arguments) {
            Some((name, error)) => format!("Argument {name}: {}.", without_position(&error)),
            None => format!("Arguments: {}.", without_position(&error)),
        };
        Failure::InvalidArguments(text)
    })
}

/// Never inlined: the code of an argument type would be in the component once for each use.
#[inline(never)]
fn read<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    serde_json::from_str(json)
}

/// The first argument that fails by itself, and why. An object of that argument alone fails on it, while one
/// whose argument is right fails only on others that are missing.
fn culprit<T: DeserializeOwned>(arguments: &str) -> Option<(String, serde_json::Error)> {
    let object: Attributes<'_> = serde_json::from_str(arguments).ok()?;
    object.iter().find_map(|(name, value)| {
        let error = read::<T>(&format!("{{{}:{value}}}", schema::string(name))).err()?;
        (!error.to_string().starts_with("missing field")).then(|| (name.to_string(), error))
    })
}

/// Arguments are one line: where in it the error was found says nothing that the name does not.
fn without_position(error: &serde_json::Error) -> String {
    let position = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    text.strip_suffix(&position)
        .map(str::to_owned)
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only the reading is tested")]
    struct Arguments {
        user: String,
        limit: Option<u32>,
        #[serde(default)]
        detail: Detail,
    }

    fn complaint(json: &str) -> String {
        match parse::<Arguments>(json) {
            Err(Failure::InvalidArguments(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn right_arguments_are_read() {
        let read: Arguments = parse(r#"{"user":"u","detail":"full"}"#).unwrap();
        assert_eq!((read.user.as_str(), read.detail), ("u", Detail::Full));
    }

    #[test]
    fn the_argument_at_fault_is_named() {
        assert_eq!(
            complaint(r#"{"user":"u","limit":"ten"}"#),
            "Argument limit: invalid type: string \"ten\", expected u32."
        );
        assert!(
            complaint(r#"{"user":"u","detail":"all"}"#)
                .starts_with("Argument detail: unknown variant `all`")
        );
        assert!(
            complaint(r#"{"user":"u","usr":1}"#).starts_with("Argument usr: unknown field `usr`")
        );
        assert_eq!(complaint("{}"), "Arguments: missing field `user`.");
        assert!(complaint("[").starts_with("Arguments: EOF"));
    }
}
