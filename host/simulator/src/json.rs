//! JSON trees that keep the order of their keys and know what a link and a moment are.
//!
//! `serde_json::Value` sorts or hashes keys depending on a feature that any crate of the build may
//! switch on; the recordings have a fixed order, and golden tests compare bytes. Links are kept
//! without the org's address, because the org is generated before the listener has a port.

use std::borrow::Cow;

use jiff::Timestamp;

/// A JSON value. `Time` is written as Okta's time stamp, `Href` as a link on the org's address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(i64),
    /// Epoch seconds.
    Time(i64),
    Text(Cow<'static, str>),
    /// A path on the org's own address, beginning with `/`.
    Href(String),
    List(Vec<Json>),
    Object(Vec<(Cow<'static, str>, Json)>),
}

/// An object literal: `object! { "key": value, … }`; values are anything with `Into<Json>`.
macro_rules! object {
    ($($key:literal : $value:expr),* $(,)?) => {
        $crate::json::Json::Object(vec![
            $((::std::borrow::Cow::Borrowed($key), $crate::json::Json::from($value))),*
        ])
    };
}

/// A list literal: `list![a, b]`.
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::json::Json::List(vec![$($crate::json::Json::from($value)),*])
    };
}

pub(crate) use {list, object};

impl From<&'static str> for Json {
    fn from(text: &'static str) -> Json {
        Json::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::Text(Cow::Owned(text))
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Json {
        Json::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Json {
        Json::Number(value)
    }
}

impl From<usize> for Json {
    fn from(value: usize) -> Json {
        Json::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Json {
        Json::List(items)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, Into::into)
    }
}

impl Json {
    /// A text that is not part of the program.
    pub(crate) fn text(text: &str) -> Json {
        Json::Text(Cow::Owned(text.to_owned()))
    }

    /// A moment that may be unset.
    pub(crate) fn time(seconds: Option<i64>) -> Json {
        seconds.map_or(Json::Null, Json::Time)
    }

    /// Adds a member at the end of an object; does nothing to any other value.
    pub(crate) fn push(&mut self, key: &'static str, value: impl Into<Json>) {
        if let Json::Object(members) = self {
            members.push((Cow::Borrowed(key), value.into()));
        }
    }

    /// The member of an object, by its own name (no path).
    pub(crate) fn member(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value at a dotted path such as `profile.login`.
    pub(crate) fn at(&self, path: &str) -> Option<&Json> {
        path.split('.')
            .try_fold(self, |value, key| value.member(key))
    }

    /// The text at a dotted path; empty when there is none.
    pub(crate) fn text_at(&self, path: &str) -> &str {
        match self.at(path) {
            Some(Json::Text(text)) => text,
            _ => "",
        }
    }

    /// Appends this value as compact JSON; links get `base` in front.
    pub(crate) fn write(&self, base: &str, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(true) => out.push_str("true"),
            Json::Bool(false) => out.push_str("false"),
            Json::Number(number) => out.push_str(&number.to_string()),
            Json::Time(seconds) => {
                out.push('"');
                out.push_str(&time_stamp(*seconds));
                out.push('"');
            }
            Json::Text(text) => {
                out.push('"');
                escape(text, out);
                out.push('"');
            }
            Json::Href(path) => {
                out.push('"');
                escape(base, out);
                escape(path, out);
                out.push('"');
            }
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(base, out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push('"');
                    escape(key, out);
                    out.push_str("\":");
                    value.write(base, out);
                }
                out.push('}');
            }
        }
    }

    /// This value as compact JSON.
    pub(crate) fn render(&self, base: &str) -> String {
        let mut out = String::with_capacity(1024);
        self.write(base, &mut out);
        out
    }

    /// This value for callers that want `serde_json`.
    pub(crate) fn to_value(&self, base: &str) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::from(*number),
            Json::Time(seconds) => Value::String(time_stamp(*seconds)),
            Json::Text(text) => Value::String(text.to_string()),
            Json::Href(path) => Value::String(format!("{base}{path}")),
            Json::List(items) => items.iter().map(|item| item.to_value(base)).collect(),
            Json::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.to_string(), value.to_value(base)))
                    .collect(),
            ),
        }
    }
}

/// Okta's time stamp: UTC, three decimals, which are zeros in practice.
pub(crate) fn time_stamp(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{moment:.3}")
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if u32::from(control) < 0x20 => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_keep_their_order_and_links_get_the_address() {
        let value =
            object! { "z": 1i64, "a": list![Json::Null, true], "h": Json::Href("/x".into()) };
        assert_eq!(
            value.render("http://o"),
            r#"{"z":1,"a":[null,true],"h":"http://o/x"}"#
        );
    }

    #[test]
    fn time_stamps_have_three_decimals() {
        assert_eq!(time_stamp(1_780_300_800), "2026-06-01T08:00:00.000Z");
    }

    proptest! {
        #[test]
        fn any_text_survives_a_json_parser(text in ".*") {
            let rendered = Json::text(&text).render("");
            prop_assert_eq!(serde_json::from_str::<String>(&rendered).unwrap(), text);
        }
    }
}
