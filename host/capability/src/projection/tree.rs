//! The declared paths as a tree, so that one walk over a body decides every field.

use std::cmp::Ordering;

use crate::field::{FieldPath, Step};
use crate::sensitivity::is_secret_field;

/// What is granted at one place of a body, and below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// The declared fields that lead here, by their place in the manifest; sorted. A scalar here may be seen
    /// when there is one.
    pub(super) granted: Vec<u16>,
    /// Nothing here or below may be seen, by the operator's word.
    hidden: bool,
    /// What a `*` on the way here grants ends here: see [`OWN_NAMES`].
    closed: bool,
    /// Places below, by key; sorted as [`by_length`] says.
    keys: Vec<(String, Node)>,
    /// What is written before a value here: `"key":`. Empty where the key is only known from the body.
    lead: String,
    /// The place below for every other key.
    any: Option<Box<Node>>,
}

impl Node {
    pub(super) fn build(fields: &[FieldPath], hidden: &[FieldPath]) -> Self {
        let mut root = Self::default();
        for (place, field) in fields.iter().enumerate() {
            // A manifest holds at most 256 fields; any that a place cannot name share the last one.
            root.grant(field.steps(), u16::try_from(place).unwrap_or(u16::MAX));
        }
        if fields.iter().any(|field| is_broad_at(field, &OWN_NAMES)) {
            let mut node = &mut root;
            for key in OWN_NAMES {
                node = node.named(key);
            }
            node.closed = true;
        }
        root.spread();
        for field in hidden {
            root.hide(field.steps());
        }
        root.sort();
        root
    }

    /// The node that a key leads to, when something below it may be seen. `star_matches` is asked about a
    /// key that was not declared by its name.
    pub(super) fn child(&self, key: &str, star_matches: impl FnOnce() -> bool) -> Option<&Self> {
        let named = self
            .keys
            .binary_search_by(|(name, _)| by_length(name, key))
            .ok()
            .and_then(|at| self.keys.get(at));
        let node = match named {
            Some((_, node)) => node,
            None => self.any.as_deref().filter(|_| star_matches())?,
        };
        (!node.hidden).then_some(node)
    }

    /// `"key":` for a place that was declared by its key.
    pub(super) fn lead(&self) -> Option<&str> {
        (!self.lead.is_empty()).then_some(self.lead.as_str())
    }

    /// Whether an object here may have visible fields.
    pub(super) fn has_children(&self) -> bool {
        !self.keys.is_empty() || self.any.is_some()
    }

    fn grant(&mut self, steps: &[Step], place: u16) {
        match steps.split_first() {
            None => self.add(place),
            Some((Step::Any, rest)) => self.any.get_or_insert_default().grant(rest, place),
            Some((Step::Key(key), rest)) => self.named(key).grant(rest, place),
        }
    }

    fn add(&mut self, place: u16) {
        if let Err(at) = self.granted.binary_search(&place) {
            self.granted.insert(at, place);
        }
    }

    /// Gives every named child what `*` beside it grants, so that a look-up needs one place only.
    fn spread(&mut self) {
        if let Some(any) = &self.any {
            for (name, node) in &mut self.keys {
                if !is_secret_field(name) {
                    node.merge(any);
                }
            }
        }
        for (_, node) in &mut self.keys {
            node.spread();
        }
        if let Some(any) = &mut self.any {
            any.spread();
        }
    }

    fn merge(&mut self, other: &Self) {
        if self.closed {
            return;
        }
        for place in &other.granted {
            self.add(*place);
        }
        for (name, node) in &other.keys {
            self.named(name).merge(node);
        }
        if let Some(any) = &other.any {
            self.any.get_or_insert_default().merge(any);
        }
    }

    fn hide(&mut self, steps: &[Step]) {
        match steps.split_first() {
            None => self.hidden = true,
            Some((Step::Any, rest)) => {
                for (_, node) in &mut self.keys {
                    node.hide(rest);
                }
                if let Some(any) = &mut self.any {
                    any.hide(rest);
                }
            }
            Some((Step::Key(key), rest)) => {
                let known = self.keys.iter().any(|(name, _)| name == key);
                if !known {
                    // A key that only `*` reaches gets a node of its own, a copy to hide in; one that
                    // nothing reaches needs no hiding.
                    let Some(any) = self.any.as_deref().filter(|_| !is_secret_field(key)) else {
                        return;
                    };
                    let copy = any.clone();
                    self.keys.push((key.clone(), copy));
                }
                self.named(key).hide(rest);
            }
        }
    }

    fn named(&mut self, key: &str) -> &mut Self {
        let at = match self.keys.iter().position(|(name, _)| name == key) {
            Some(at) => at,
            None => {
                self.keys.push((key.to_owned(), Self::default()));
                self.keys.len() - 1
            }
        };
        #[expect(clippy::indexing_slicing, reason = "`at` was found or pushed above")]
        &mut self.keys[at].1
    }

    fn sort(&mut self) {
        self.keys.sort_by(|a, b| by_length(&a.0, &b.0));
        for (name, node) in &mut self.keys {
            // A declared key has no character that JSON escapes.
            node.lead = format!("\"{name}\":");
            node.sort();
        }
        if let Some(any) = &mut self.any {
            any.sort();
        }
    }
}

/// Where catalogue apps keep keys and tokens under names of their own, which no list of ours can know: a `*`
/// reaches nothing below, unless the path names the way there.
const OWN_NAMES: [&str; 2] = ["settings", "app"];

/// Whether `field` leads below `way` by a `*`.
fn is_broad_at(field: &FieldPath, way: &[&str]) -> bool {
    let mut steps = field.steps().iter();
    let mut broad = false;
    let leads = way.iter().all(|key| match steps.next() {
        Some(Step::Any) => {
            broad = true;
            true
        }
        Some(Step::Key(own)) => own == key,
        None => false,
    });
    leads && broad && steps.next().is_some()
}

/// An order in which most keys are told apart by their length alone.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len()
        .cmp(&b.len())
        .then_with(|| a.as_bytes().cmp(b.as_bytes()))
}
