//! A profile: attributes that an org may add to at will.

use crate::text::Text;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::fmt;

/// The attributes of a profile in Okta's order, each still JSON text.
///
/// Only the few that a tool asks for are decoded; all of them can be passed on as they are, whatever their
/// type. Attributes that are null are left out on the way out.
#[derive(Debug, Clone, Default)]
pub struct Attributes<'a>(Vec<(Text<'a>, &'a RawValue)>);

impl<'a> Attributes<'a> {
    /// The attribute as text; none where it is missing, null or a structure.
    pub fn text(&self, name: &str) -> Option<Text<'a>> {
        let (_, raw) = self.0.iter().find(|(key, _)| &**key == name)?;
        serde_json::from_str(raw.get()).ok()
    }

    /// The attribute as true or false; none where it is anything else.
    pub fn flag(&self, name: &str) -> Option<bool> {
        let (_, raw) = self.0.iter().find(|(key, _)| &**key == name)?;
        raw.get().parse().ok()
    }

    /// Every attribute's name and JSON text.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, raw)| (&**name, raw.get()))
    }

    fn present(&self) -> impl Iterator<Item = &(Text<'a>, &'a RawValue)> {
        self.0.iter().filter(|(_, raw)| raw.get() != "null")
    }

    /// Whether nothing would be passed on.
    pub fn is_empty(&self) -> bool {
        self.present().next().is_none()
    }
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.present().map(|(name, raw)| (name, raw)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Attributes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(AttributesVisitor)
            .map(Attributes)
    }
}

struct AttributesVisitor;

impl<'de> Visitor<'de> for AttributesVisitor {
    type Value = Vec<(Text<'de>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut attributes = Vec::with_capacity(16);
        while let Some(entry) = map.next_entry()? {
            attributes.push(entry);
        }
        Ok(attributes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_any_type_pass_unchanged_and_nulls_are_left_out() {
        let json = r#"{"login":"mara","n":7,"tags":["a",null],"mobilePhone":null,"o":{"x":1}}"#;
        let attributes: Attributes<'_> = serde_json::from_str(json).unwrap();
        assert_eq!(
            serde_json::to_string(&attributes).unwrap(),
            r#"{"login":"mara","n":7,"tags":["a",null],"o":{"x":1}}"#
        );
    }

    #[test]
    fn an_attribute_is_read_as_text_where_it_is_a_scalar() {
        let attributes: Attributes<'_> =
            serde_json::from_str(r#"{"a":"x","b":null,"c":[1],"d":7}"#).unwrap();
        let read = |name| attributes.text(name).map(|text| text.to_string());
        assert_eq!(read("a").as_deref(), Some("x"));
        assert_eq!(read("d").as_deref(), Some("7"));
        let flags: Attributes<'_> =
            serde_json::from_str(r#"{"yes":true,"text":"true","none":null}"#).unwrap();
        assert_eq!(
            (flags.flag("yes"), flags.flag("text"), flags.flag("none")),
            (Some(true), None, None)
        );
        assert_eq!((read("b"), read("c"), read("missing")), (None, None, None));
    }
}
