//! One pass over a body: what a [`Node`] grants is written, the rest is skipped.
//!
//! A page is read on every call, so nothing is built that is not written: a text without escapes is
//! borrowed from the body and copied as it stands, a declared key is written from the tree, and what
//! is not declared is checked for being JSON and never decoded.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::star::{Stars, star_matches};
use super::tree::Node;
use super::{Projected, ProjectionError, Seen};

pub(super) fn project(root: &Node, body: &[u8]) -> Result<Projected, ProjectionError> {
    // Once for the whole body, which is faster than text by text and holds for skipped ones too.
    let body = std::str::from_utf8(body)?;
    let mut out = Output {
        // A projection is seldom more than half of its body.
        text: String::with_capacity(body.len() / 2),
        pending: None,
        comma: false,
        depth: 0,
        rows: 0,
        structure: false,
        seen: Seen::default(),
        stars: Stars::default(),
    };
    let mut reader = serde_json::Deserializer::from_str(body);
    Value {
        node: root,
        out: &mut out,
    }
    .deserialize(&mut reader)?;
    reader.end()?;
    if !out.structure {
        return Err(ProjectionError::NotAStructure);
    }
    Ok(Projected {
        body: out.text,
        rows: out.rows,
        seen: out.seen,
    })
}

/// A key that is written when its value turns out to be visible.
enum Lead<'t> {
    /// `"key":`, as it is written.
    Quoted(Cow<'t, str>),
    /// A key of the body, in which nothing needs an escape.
    Plain(&'t str),
}

/// The JSON text so far, and what has to be written before the next value.
struct Output<'t> {
    text: String,
    /// A key whose value is not yet known to be visible.
    pending: Option<Lead<'t>>,
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
    /// Which keys a `*` matches.
    stars: Stars<'t>,
}

impl Output<'_> {
    /// Writes the comma and the key that belong before a value.
    fn lead(&mut self) {
        if self.comma {
            self.text.push(',');
        }
        match self.pending.take() {
            None => {}
            Some(Lead::Quoted(lead)) => self.text.push_str(&lead),
            Some(Lead::Plain(key)) => {
                self.text.push('"');
                self.text.push_str(key);
                self.text.push_str("\":");
            }
        }
    }

    /// Writes a scalar's JSON text.
    fn scalar(&mut self, json: &str) {
        self.lead();
        self.text.push_str(json);
        self.comma = true;
    }

    /// Writes a text of which no character needs an escape.
    fn plain_text(&mut self, text: &str) {
        self.lead();
        self.text.push('"');
        self.text.push_str(text);
        self.text.push('"');
        self.comma = true;
    }

    fn open(&mut self, bracket: char) {
        self.lead();
        self.text.push(bracket);
        self.comma = false;
        self.depth += 1;
    }

    fn close(&mut self, bracket: char) {
        self.text.push(bracket);
        self.comma = true;
        self.depth -= 1;
    }
}

/// A value at the place of `node`.
struct Value<'t, 'o> {
    node: &'t Node,
    out: &'o mut Output<'t>,
}

impl<'t> DeserializeSeed<'t> for Value<'t, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl Value<'_, '_> {
    /// Whether a scalar here is to be written; its key is forgotten when not.
    fn is_kept(&mut self) -> bool {
        let kept = !self.node.granted.is_empty() && self.out.depth > 0;
        if !kept {
            self.out.pending = None;
        }
        kept
    }

    /// The same for a scalar that holds something, which the fields that lead here are told by.
    fn is_seen(&mut self) -> bool {
        for place in &self.node.granted {
            self.out.seen.mark(*place);
        }
        self.is_kept()
    }

    fn keep<E: serde::de::Error>(mut self, value: &impl serde::Serialize) -> Result<(), E> {
        if self.is_seen() {
            let json = serde_json::to_string(value).map_err(E::custom)?;
            self.out.scalar(&json);
        }
        Ok(())
    }
}

impl<'t> Visitor<'t> for Value<'t, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        // A null tells nothing that an absent field would not: it is passed on, and does not count as seen.
        if self.is_kept() {
            self.out.scalar("null");
        }
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        if self.is_seen() {
            self.out.scalar(if value { "true" } else { "false" });
        }
        Ok(())
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

    /// A text that stood in the body without escapes: it needs none now, whatever is taken out of it.
    fn visit_borrowed_str<E>(mut self, value: &'t str) -> Result<(), E> {
        if self.is_seen() {
            self.out.plain_text(&crate::text::value(value));
        }
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.keep(&crate::text::value(value))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<(), A::Error> {
        let outermost = self.out.depth == 0;
        self.out.structure |= outermost;
        self.out.open('[');
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
        self.out.close(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'t>>(self, mut fields: A) -> Result<(), A::Error> {
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
        self.out.open('{');
        while let Some(key) = fields.next_key_seed(Key {
            node: self.node,
            stars: &mut self.out.stars,
        })? {
            match key {
                Some((lead, node)) => {
                    self.out.pending = Some(lead);
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
        self.out.close('}');
        Ok(())
    }
}

/// A key of an object, looked up while it is read.
struct Key<'t, 's> {
    node: &'t Node,
    stars: &'s mut Stars<'t>,
}

impl<'t> DeserializeSeed<'t> for Key<'t, '_> {
    type Value = Option<(Lead<'t>, &'t Node)>;

    fn deserialize<D: Deserializer<'t>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for Key<'t, '_> {
    type Value = Option<(Lead<'t>, &'t Node)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    /// A key that stood in the body without escapes, as nearly all do.
    fn visit_borrowed_str<E>(self, key: &'t str) -> Result<Self::Value, E> {
        let node = self.node.child(key, || self.stars.match_key(key));
        Ok(node.map(|node| {
            let lead = match node.lead() {
                Some(lead) => Lead::Quoted(Cow::Borrowed(lead)),
                None => Lead::Plain(key),
            };
            (lead, node)
        }))
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        let Some(node) = self.node.child(key, || star_matches(key)) else {
            return Ok(None);
        };
        let lead = match node.lead() {
            Some(lead) => Cow::Borrowed(lead),
            None => Cow::Owned(serde_json::to_string(key).map_err(E::custom)? + ":"),
        };
        Ok(Some((Lead::Quoted(lead), node)))
    }
}
