//! The path of a response field that a manifest declares: `profile.login`, `profile.*`.

use std::fmt;
use std::str::FromStr;

/// One segment of a [`FieldPath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A key, byte for byte.
    Key(String),
    /// `*`: any one key.
    Any,
}

/// A path from the object that Okta answers (or from each object of the array) to a field.
///
/// It grants the value there when that is a scalar or an array of scalars. Arrays on the way are
/// passed through: `conditions.people.groups.include`. `*` stands for exactly one segment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(Vec<Step>);

/// Why a text is not a field path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a field: write keys joined by dots, such as `profile.login`, with `*` for any one key"
)]
pub struct FieldPathError(String);

/// The deepest path a manifest may declare; Okta's own documents stay below it.
const MAX_DEPTH: usize = 12;

impl FieldPath {
    /// Its segments, outermost first; never empty.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this path leads to exactly the field `name`; `*` is any one key that is not a secret's.
    #[must_use]
    pub fn leads_to(&self, name: &str) -> bool {
        let keys: Vec<&str> = name.split('.').collect();
        keys.len() == self.0.len()
            && self.0.iter().zip(keys).all(|(step, key)| match step {
                Step::Any => is_key(key) && !crate::sensitivity::is_secret_field(key),
                Step::Key(own) => own == key,
            })
    }

    /// Whether the attribute that a search calls `name` is this field or lies below it. Letter case is not
    /// regarded: what Okta would make of another case is not ours to guess.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let mut keys = name.split('.');
        self.0.iter().all(|step| match (step, keys.next()) {
            (Step::Any, Some(_)) => true,
            (Step::Key(own), Some(key)) => own.eq_ignore_ascii_case(key),
            (_, None) => false,
        })
    }

    /// Whether it holds a `*`: the reviewer is told that it is broad.
    #[must_use]
    pub fn is_broad(&self) -> bool {
        self.0.contains(&Step::Any)
    }

    /// Whether every field that `other` grants is granted by this path, too.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        // A star does not reach a catalogue app's own settings; a path has to name the way there.
        let own_settings = |path: &Self| matches!(path.0.as_slice(), [Step::Key(a), Step::Key(b), ..] if a == "settings" && b == "app");
        self.0.len() == other.0.len()
            && own_settings(self) == own_settings(other)
            && self.0.iter().zip(&other.0).all(|pair| match pair {
                (Step::Any, Step::Any) => true,
                (Step::Any, Step::Key(key)) => !crate::sensitivity::is_secret_field(key),
                (Step::Key(own), Step::Key(key)) => own == key,
                (Step::Key(_), Step::Any) => false,
            })
    }

    /// The first of its keys that names a secret in the answers of `template`.
    #[must_use]
    pub fn secret(&self, template: &str) -> Option<&str> {
        let keys: Vec<&str> = self
            .0
            .iter()
            .map(|step| match step {
                Step::Key(key) => key.as_str(),
                Step::Any => "*",
            })
            .collect();
        crate::sensitivity::secret_on_the_way(template, &keys)
    }
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || FieldPathError(crate::text::clean(text, 80));
        let steps = text
            .split('.')
            .map(|key| match key {
                "*" => Ok(Step::Any),
                key if is_key(key) => Ok(Step::Key(key.to_owned())),
                _ => Err(refuse()),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if steps.len() > MAX_DEPTH {
            return Err(refuse());
        }
        Ok(Self(steps))
    }
}

impl schemars::JsonSchema for FieldPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FieldPath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "Keys joined by dots, such as `profile.login`; `*` stands for any one key.",
        })
    }
}

impl serde::Serialize for FieldPath {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 100
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'/' | b'$'))
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            f.write_str(match step {
                Step::Key(key) => key,
                Step::Any => "*",
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_it_was_read() {
        for text in ["id", "profile.login", "profile.*", "actions.signon.access"] {
            assert_eq!(text.parse::<FieldPath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_field_covers_itself_and_what_lies_below_in_any_case() {
        let field: FieldPath = "profile.ssn".parse().unwrap();
        for name in ["profile.ssn", "Profile.SSN", "profile.ssn.last"] {
            assert!(field.covers(name), "{name}");
        }
        for name in ["profile", "profile.ssn2", "ssn", ""] {
            assert!(!field.covers(name), "{name}");
        }
        assert!(
            "profile.*"
                .parse::<FieldPath>()
                .unwrap()
                .covers("profile.ssn")
        );
    }

    #[test]
    fn a_star_includes_every_key_but_a_secret_s() {
        let path = |text: &str| text.parse::<FieldPath>().unwrap();
        for (wide, narrow) in [
            ("profile.*", "profile.email"),
            ("profile.*", "profile.*"),
            ("a.*.c", "a.b.c"),
            ("id", "id"),
        ] {
            assert!(path(wide).includes(&path(narrow)), "{wide} {narrow}");
        }
        for (narrow, wide) in [
            ("profile.email", "profile.*"),
            ("profile.*", "credentials.email"),
            ("profile.*", "profile.a.b"),
            ("settings.*", "settings.clientSecret"),
            ("settings.*.key", "settings.app.key"),
        ] {
            assert!(!path(narrow).includes(&path(wide)), "{narrow} {wide}");
        }
    }

    #[test]
    fn empty_segments_and_patterns_are_refused() {
        for bad in [
            "", ".", "a.", ".a", "a..b", "a.b*", "**", "a b", "a[0]", "é",
        ] {
            assert!(bad.parse::<FieldPath>().is_err(), "{bad}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let path = |n: usize| vec!["a"; n].join(".");
        assert!(path(12).parse::<FieldPath>().is_ok());
        assert!(path(13).parse::<FieldPath>().is_err());
    }
}
