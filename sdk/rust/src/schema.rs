//! JSON Schemas in the dialect that every MCP client accepts.
//!
//! Clients differ in what they drop: some refuse `$ref`, `anyOf` and `oneOf`, some mishandle a list of types,
//! some never show what has no description. So a schema here is a closed object whose properties each have
//! one type and one description, and the builder cannot write anything else. Properties keep the order in
//! which they were added: models read the first ones best.
//!
//! Schemas are written once, when a plugin is packed, so the builder's code is kept out of line: a component is
//! smaller for it.

use std::fmt::Display;
use std::fmt::Write as _;

/// A closed JSON object: the arguments of a tool, its result, or a row of a list.
#[derive(Debug, Clone, std::default::Default)]
pub struct Schema {
    properties: Vec<(&'static str, Property)>,
    required: Vec<&'static str>,
}

impl Schema {
    /// An object without properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a property that must be there.
    pub fn required(mut self, name: &'static str, property: Property) -> Self {
        self.required.push(name);
        self.optional(name, property)
    }

    /// Adds a property that may be missing.
    #[inline(never)]
    pub fn optional(mut self, name: &'static str, property: Property) -> Self {
        self.properties.push((name, property));
        self
    }

    /// The schema as compact JSON text.
    pub fn to_json(&self) -> String {
        format!("{{{}}}", self.members())
    }

    fn members(&self) -> String {
        let properties: Vec<String> = self
            .properties
            .iter()
            .map(|(name, property)| format!("\"{name}\":{{{}}}", property.0))
            .collect();
        let mut members = format!(
            "\"type\":\"object\",\"properties\":{{{}}}",
            properties.join(",")
        );
        if !self.required.is_empty() {
            let _ = write!(members, ",\"required\":{}", strings(&self.required));
        }
        members.push_str(",\"additionalProperties\":false");
        members
    }
}

/// One property of a [`Schema`]: a single type, a description, and bounds.
#[derive(Debug, Clone)]
pub struct Property(String);

impl Property {
    #[inline(never)]
    fn of(kind: &str, about: &str) -> Self {
        Self(format!(
            "\"type\":\"{kind}\",\"description\":{}",
            string(about)
        ))
    }

    #[inline(never)]
    fn with(mut self, key: &str, json: &dyn Display) -> Self {
        let _ = write!(self.0, ",\"{key}\":{json}");
        self
    }

    /// Text of any length: for results, whose length is Okta's business.
    pub fn text(about: &str) -> Self {
        Self::of("string", about)
    }

    /// Text of 1 to `longest` characters: for arguments.
    pub fn text_up_to(longest: usize, about: &str) -> Self {
        Self::text(about)
            .with("minLength", &1)
            .with("maxLength", &longest)
    }

    /// One of a few words.
    pub fn one_of(words: &[&str], about: &str) -> Self {
        Self::text(about).with("enum", &strings(words))
    }

    /// A whole number from `least` to `most`: for arguments.
    pub fn integer_within(least: u32, most: u32, about: &str) -> Self {
        Self::integer(about)
            .with("minimum", &least)
            .with("maximum", &most)
    }

    /// A whole number: for results.
    pub fn integer(about: &str) -> Self {
        Self::of("integer", about)
    }

    /// True or false.
    pub fn boolean(about: &str) -> Self {
        Self::of("boolean", about)
    }

    /// A list of strings.
    pub fn texts(about: &str) -> Self {
        Self::of("array", about).with("items", &"{\"type\":\"string\"}")
    }

    /// A list of rows.
    pub fn rows(row: &Schema, about: &str) -> Self {
        Self::of("array", about).with("items", &row.to_json())
    }

    /// An object whose properties Okta or the org decides: a profile, a policy's conditions.
    pub fn open_object(about: &str) -> Self {
        Self::of("object", about)
    }

    /// The value that a missing argument stands for.
    pub fn default<'a>(self, value: impl Into<Default<'a>>) -> Self {
        match value.into() {
            Default::Word(word) => self.with("default", &string(word)),
            Default::Number(number) => self.with("default", &number),
        }
    }
}

/// The value that a missing argument stands for.
#[derive(Debug, Clone, Copy)]
pub enum Default<'a> {
    /// Of a text.
    Word(&'a str),
    /// Of a number.
    Number(u32),
}

impl<'a> From<&'a str> for Default<'a> {
    fn from(word: &'a str) -> Self {
        Self::Word(word)
    }
}

impl From<u32> for Default<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

/// A string as JSON text.
pub(crate) fn string(text: &str) -> String {
    // Writing a string cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

fn strings(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| string(word)).collect();
    format!("[{}]", words.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_closed_ordered_and_escapes_its_texts() {
        let schema = Schema::new()
            .required("user", Property::text_up_to(100, "Id or \"login\"."))
            .optional(
                "limit",
                Property::integer_within(1, 200, "Rows.").default(20),
            );
        assert_eq!(
            schema.to_json(),
            r#"{"type":"object","properties":{"user":{"type":"string","description":"Id or \"login\".","minLength":1,"maxLength":100},"limit":{"type":"integer","description":"Rows.","minimum":1,"maximum":200,"default":20}},"required":["user"],"additionalProperties":false}"#
        );
    }

    #[test]
    fn a_schema_without_properties_is_valid_json() {
        let parsed: serde_json::Value = serde_json::from_str(&Schema::new().to_json()).unwrap();
        assert_eq!(parsed["additionalProperties"], false);
        assert!(parsed.get("required").is_none());
    }
}
