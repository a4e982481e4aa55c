//! Strings out of Okta's JSON, without a copy wherever the JSON holds them unescaped.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// A string that borrows from the page it was read from where it can.
///
/// `Option<Cow<str>>` would always copy: serde borrows a `Cow` only where it stands alone. Whole numbers and
/// booleans are read as their text, because an org may have given a standard attribute another type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// At most `limit` characters, the last of them `…` where something was cut.
    pub fn shortened(&self, limit: usize) -> Text<'a> {
        if self.0.chars().nth(limit).is_none() {
            return self.clone();
        }
        let kept = self.0.chars().take(limit.saturating_sub(1));
        Text(Cow::Owned(kept.chain(['…']).collect()))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    // A copy in every field of every type would make components a good deal larger and hardly faster.
    #[inline(never)]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_strings_are_borrowed_and_escaped_ones_are_read_right() {
        let plain: Option<Text<'_>> = serde_json::from_str(r#""Mara""#).unwrap();
        assert!(matches!(plain, Some(Text(Cow::Borrowed("Mara")))));
        let escaped: Text<'_> = serde_json::from_str(r#""a \"b\"""#).unwrap();
        assert_eq!(&*escaped, "a \"b\"");
    }

    #[test]
    fn other_scalars_become_text_and_structures_do_not() {
        let number: Text<'_> = serde_json::from_str("4711").unwrap();
        assert_eq!(&*number, "4711");
        assert!(serde_json::from_str::<Text<'_>>("[1]").is_err());
    }

    #[test]
    fn shortening_counts_characters_and_marks_the_cut() {
        assert_eq!(&*Text::from("größer").shortened(6), "größer");
        assert_eq!(&*Text::from("größer").shortened(4), "grö…");
    }
}
