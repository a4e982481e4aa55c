//! One pass over bytes against the same rules written down again over a tree, slowly: on JSON in every
//! spelling that its grammar knows, and on what is almost JSON.

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::super::Projection;
use super::paths;
use crate::sensitivity::is_secret_field;
use crate::text::is_hidden;

/// JSON as it was written, with its keys in their order, each as often as it stands there.
#[derive(Debug)]
enum Tree {
    Scalar(Value),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Tree;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Scalar(Value::Null))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
                Ok(Tree::Scalar(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
                Ok(Tree::Scalar(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
                Ok(Tree::Scalar(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
                Ok(Tree::Scalar(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
                Ok(Tree::Scalar(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Tree::Array(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Tree, A::Error> {
                let mut list = Vec::new();
                while let Some(field) = fields.next_entry()? {
                    list.push(field);
                }
                Ok(Tree::Object(list))
            }
        }
        reader.deserialize_any(Any)
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(own), Self::Array(others)) => own == others,
            (Self::Object(own), Self::Object(others)) => own == others,
            (Self::Scalar(Value::Number(own)), Self::Scalar(Value::Number(other))) => {
                own == other || near(own, other)
            }
            (Self::Scalar(own), Self::Scalar(other)) => own == other,
            _ => false,
        }
    }
}

/// The JSON reader may miss the nearest double of a number by its last bit, each time that it reads one;
/// a number of at most 15 digits without an exponent it reads as it is.
fn near(own: &serde_json::Number, other: &serde_json::Number) -> bool {
    let short = |number: &serde_json::Number| {
        let text = number.to_string();
        text.len() <= 16 && !text.contains('e')
    };
    let (Some(one), Some(two)) = (own.as_f64(), other.as_f64()) else {
        return false;
    };
    !(short(own) && short(other)) && (one - two).abs() <= one.abs() * 4.0 * f64::EPSILON
}

/// Declared and hidden paths, as steps.
struct Rules<'a> {
    fields: Vec<Vec<&'a str>>,
    hidden: Vec<Vec<&'a str>>,
}

impl Rules<'_> {
    /// Whether a declared path leads to `at`, or through it.
    fn declared(&self, at: &[&str]) -> bool {
        self.ends(at) || self.goes_on(at)
    }

    fn ends(&self, at: &[&str]) -> bool {
        let here = |field: &&Vec<&str>| field.len() == at.len();
        self.fields
            .iter()
            .filter(here)
            .any(|field| leads(field, at))
    }

    fn goes_on(&self, at: &[&str]) -> bool {
        let further = |field: &&Vec<&str>| field.len() > at.len();
        self.fields
            .iter()
            .filter(further)
            .any(|field| leads(field, at))
    }

    fn hides(&self, at: &[&str]) -> bool {
        self.hidden.iter().any(|field| {
            field.len() <= at.len()
                && field
                    .iter()
                    .zip(at)
                    .all(|(step, key)| step == key || *step == "*")
        })
    }

    /// What is left of `tree`, which stands at the path `at`.
    fn left_of(&self, tree: &Tree, at: &[&str]) -> Option<Tree> {
        match tree {
            Tree::Array(items) => Some(Tree::Array(
                items
                    .iter()
                    .filter_map(|item| self.left_of(item, at))
                    .collect(),
            )),
            Tree::Object(fields) => self.goes_on(at).then(|| {
                let kept = fields.iter().filter_map(|(key, value)| {
                    let below = [at, &[key.as_str()]].concat();
                    if !self.declared(&below) || self.hides(&below) {
                        return None;
                    }
                    Some((key.clone(), self.left_of(value, &below)?))
                });
                Tree::Object(kept.collect())
            }),
            Tree::Scalar(value) => self.ends(at).then(|| {
                Tree::Scalar(match value {
                    Value::String(text) => crate::text::value(text).into(),
                    other => other.clone(),
                })
            }),
        }
    }
}

/// Whether the first steps of `field` are the keys of `at`; a `*` is no secret's key and none that hides.
fn leads(field: &[&str], at: &[&str]) -> bool {
    field.iter().zip(at).all(|(step, key)| {
        step == key || (*step == "*" && !is_secret_field(key) && !key.chars().any(is_hidden))
    })
}

/// A body in pieces that may each be spelled in more than one way.
#[derive(Debug, Clone)]
enum Written {
    Scalar(String),
    Array(Vec<Written>),
    Object(Vec<(String, Written)>),
    /// A value inside so many arrays.
    Deep(usize, Box<Written>),
}

impl Written {
    fn write(&self, blank: &str, out: &mut String) {
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::Deep(levels, inner) => {
                out.push_str(&"[".repeat(*levels));
                inner.write(blank, out);
                out.push_str(&"]".repeat(*levels));
            }
            Self::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    out.push_str(blank);
                    item.write(blank, out);
                }
                out.push_str(blank);
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (place, (key, value)) in fields.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    out.push_str(&format!("{blank}{key}{blank}:{blank}"));
                    value.write(blank, out);
                }
                out.push_str(blank);
                out.push('}');
            }
        }
    }
}

/// A JSON string: plain letters, escapes, surrogates in pairs and alone, what is invisible, what is long.
fn string() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(&[
        "a",
        "Zoë ",
        "\u{1F600}",
        "\u{202e}",
        "\u{200c}",
        "\u{7f}",
        "~",
        r#"\""#,
        r"\\",
        r"\/",
        r"\n",
        r"\u0061",
        r"\u00E9",
        r"\u202e",
        r"\ud83d\ude00",
        r"\uD83D",
        r"\ude00",
        r"\u0000",
        "plain text of some length",
    ]);
    prop::collection::vec(piece, 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(&[
            "\"a\"", "\"b\"", "\"c\"", r#""\u0061""#, "\"password\"", "\"sharedSecret\"", r#""shared\u0053ecret""#,
            "\"\"", r#""q\"""#, "\"a\u{202e}\"", "\"ä\"",
        ]).prop_map(str::to_owned),
        1 => string(),
    ]
}

fn written() -> impl Strategy<Value = Written> {
    let leaf = prop_oneof![
        prop::sample::select(&["null", "true", "false"]).prop_map(str::to_owned),
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        string(),
        string(),
    ]
    .prop_map(Written::Scalar);
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            4 => prop::collection::vec((key(), inner.clone()), 0..5).prop_map(Written::Object),
            4 => prop::collection::vec(inner.clone(), 0..4).prop_map(Written::Array),
            1 => (1..140_usize, inner).prop_map(|(levels, inner)| Written::Deep(levels, Box::new(inner))),
        ]
    })
}

/// What goes wrong with a body on its way.
#[derive(Debug, Clone)]
enum Damage {
    None,
    CutShort(prop::sample::Index),
    Replaced(prop::sample::Index, u8),
    Followed(u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => Just(Damage::None),
        1 => any::<prop::sample::Index>().prop_map(Damage::CutShort),
        2 => (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replaced(at, byte)),
        1 => any::<u8>().prop_map(Damage::Followed),
    ]
}

impl Damage {
    fn to(&self, mut body: Vec<u8>) -> Vec<u8> {
        match self {
            Self::None => {}
            Self::CutShort(at) => body.truncate(at.index(body.len())),
            Self::Replaced(at, byte) => {
                let at = at.index(body.len());
                body[at] = *byte;
            }
            Self::Followed(byte) => body.push(*byte),
        }
        body
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn one_pass_agrees_with_the_rules_written_over_a_tree(
        value in written(),
        blank in prop::sample::select(&["", "", " ", "\n\t", "\r "]),
        damage in damage(),
        fields in prop::collection::vec("(a|b|c|\\*|password)(\\.(a|b|c|\\*|sharedSecret)){0,3}", 1..5),
        hidden in prop::collection::vec("(a|b|\\*)(\\.(a|b|\\*)){0,2}", 0..2),
    ) {
        let mut text = String::new();
        Written::Object(vec![("\"a\"".into(), value.clone()), ("\"b\"".into(), Written::Array(vec![value]))]).write(blank, &mut text);
        let body = damage.to(text.into_bytes());
        let steps = |texts: &'_ [String]| -> Vec<Vec<String>> {
            texts.iter().map(|text| text.split('.').map(str::to_owned).collect()).collect()
        };
        let (field_steps, hidden_steps) = (steps(&fields), steps(&hidden));
        let rules = Rules {
            fields: field_steps.iter().map(|steps| steps.iter().map(String::as_str).collect()).collect(),
            hidden: hidden_steps.iter().map(|steps| steps.iter().map(String::as_str).collect()).collect(),
        };
        let names = |texts: &'_ [String]| paths(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let projection = Projection::new(&names(&fields), &names(&hidden));

        let parsed = serde_json::from_slice::<Tree>(&body);
        match projection.apply(&body) {
            Ok(projected) => {
                // Whatever it is, it is JSON: what is skipped is not left unread.
                prop_assert!(std::str::from_utf8(&body).is_ok());
                prop_assert!(serde_json::from_slice::<IgnoredAny>(&body).is_ok());
                let left: Tree = serde_json::from_str(&projected.body).unwrap();
                if let Ok(parsed) = parsed {
                    let expected = rules.left_of(&parsed, &[]);
                    prop_assert_eq!(Some(&left), expected.as_ref());
                }
                // What is left is declared as a whole: another pass takes nothing away.
                let again = projection.apply(projected.body.as_bytes()).unwrap();
                prop_assert_eq!(again.rows, projected.rows);
                prop_assert_eq!(serde_json::from_str::<Tree>(&again.body).unwrap(), left);
            }
            Err(_) => prop_assert!(!matches!(parsed, Ok(Tree::Object(_) | Tree::Array(_)))),
        }
    }
}
