//! One pass over a body: what a [`Node`] grants is written, the rest is skipped.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::tree::Node;
use super::{Projected, ProjectionError, Seen};

pub(super) fn project(root: &Node, body: &[u8]) -> Result<Projected, ProjectionError> {
    let mut out = Output {
        // A projection is seldom more than half of its body.
        text: Vec::with_capacity(body.len() / 2),
        pending: None,
        comma: false,
        depth: 0,
        rows: 0,
        structure: false,
        seen: Seen::default(),
    };
    let mut reader = serde_json::Deserializer::from_slice(body);
    Value {
        node: root,
        out: &mut out,
    }
    .deserialize(&mut reader)?;
    reader.end()?;
    if !out.structure {
        return Err(ProjectionError::NotAStructure);
    }
    let (rows, seen) = (out.rows, out.seen);
    let body = String::from_utf8(out.text).map_err(|_| ProjectionError::NotAStructure)?;
    Ok(Projected { body, rows, seen })
}

/// The JSON text so far, and what has to be written before the next value.
struct Output {
    text: Vec<u8>,
    /// A key whose value is not yet known to be visible.
    pending: Option<String>,
    /// Whether the next value follows another one.
    comma: bool,
    /// Containers that are open.
    depth: usize,
    /// Elements of the outermost array.
    rows: usize,
    /// Whether the outermost value was an object or an array.
    structure: bool,
    /// The declared fields that held a value.
    seen: Seen,
}

impl Output {
    /// Writes the comma and the key that belong before a value.
    fn lead(&mut self) -> Result<(), serde_json::Error> {
        if self.comma {
            self.text.push(b',');
        }
        if let Some(key) = self.pending.take() {
            serde_json::to_writer(&mut self.text, &key)?;
            self.text.push(b':');
        }
        Ok(())
    }

    fn scalar<E: serde::de::Error>(&mut self, value: &impl serde::Serialize) -> Result<(), E> {
        self.lead().map_err(E::custom)?;
        serde_json::to_writer(&mut self.text, value).map_err(E::custom)?;
        self.comma = true;
        Ok(())
    }

    fn open<E: serde::de::Error>(&mut self, bracket: u8) -> Result<(), E> {
        self.lead().map_err(E::custom)?;
        self.text.push(bracket);
        self.comma = false;
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, bracket: u8) {
        self.text.push(bracket);
        self.comma = true;
        self.depth -= 1;
    }
}

/// A value at the place of `node`.
struct Value<'n, 'o> {
    node: &'n Node,
    out: &'o mut Output,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl Value<'_, '_> {
    fn keep<E: serde::de::Error>(self, value: &impl serde::Serialize) -> Result<(), E> {
        for place in &self.node.granted {
            self.out.seen.mark(*place);
        }
        self.write(value)
    }

    fn write<E: serde::de::Error>(self, value: &impl serde::Serialize) -> Result<(), E> {
        if !self.node.granted.is_empty() && self.out.depth > 0 {
            self.out.scalar(value)
        } else {
            self.out.pending = None;
            Ok(())
        }
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        // A null tells nothing that an absent field would not: it is passed on, and does not count as seen.
        self.write(&())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.keep(&value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.keep(&value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.keep(&value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.keep(&value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.keep(&crate::text::value(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let outermost = self.out.depth == 0;
        self.out.structure |= outermost;
        self.out.open(b'[')?;
        while items
            .next_element_seed(Value {
                node: self.node,
                out: &mut *self.out,
            })?
            .is_some()
        {
            if outermost {
                self.out.rows += 1;
            }
        }
        self.out.close(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        if !self.node.has_children() {
            // The path ends here: it grants a scalar, and an object is none.
            self.out.pending = None;
            while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        if self.out.depth == 0 {
            self.out.structure = true;
            self.out.rows = 1;
        }
        self.out.open(b'{')?;
        while let Some(key) = fields.next_key_seed(Key { node: self.node })? {
            match key {
                Some((name, node)) => {
                    self.out.pending = Some(name);
                    fields.next_value_seed(Value {
                        node,
                        out: &mut *self.out,
                    })?;
                }
                None => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.out.close(b'}');
        Ok(())
    }
}

/// A key of an object, looked up while it is read.
struct Key<'n> {
    node: &'n Node,
}

impl<'de, 'n> DeserializeSeed<'de> for Key<'n> {
    type Value = Option<(String, &'n Node)>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'n> Visitor<'_> for Key<'n> {
    type Value = Option<(String, &'n Node)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.node.child(key).map(|node| (key.to_owned(), node)))
    }
}
