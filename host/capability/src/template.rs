//! An endpoint's path template, such as `/api/v1/groups/{groupId}/users`, taken apart once.
//!
//! A template is compared and filled segment by segment and never as a string: the place of a
//! literal and the place of a parameter are facts that the finished URL is checked against.

use std::fmt;

/// One segment of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Stands for itself, byte for byte.
    Literal(String),
    /// `{name}`: a whole segment that a request fills in.
    Parameter(String),
}

/// A path template as Okta's API document writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    segments: Vec<Segment>,
}

/// Why a text is not a template.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TemplateError {
    /// The text does not begin with a slash.
    #[error("a template begins with `/`, as in `/api/v1/users/{{id}}`")]
    NotAbsolute,
    /// An empty segment, a dot segment or a brace inside a segment.
    #[error("segment `{0}` is neither a literal nor a whole `{{name}}`")]
    Segment(String),
}

impl Template {
    /// Parses `text`.
    ///
    /// # Errors
    /// When it is not absolute, or when a segment is empty, only dots, or mixes literal and parameter.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let rest = text.strip_prefix('/').ok_or(TemplateError::NotAbsolute)?;
        let segments = rest
            .split('/')
            .map(parse_segment)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            segments,
        })
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its segments, in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The names of its parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_segment(text: &str) -> Result<Segment, TemplateError> {
    let refuse = || TemplateError::Segment(text.to_owned());
    if let Some(name) = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        let plain =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        return if plain {
            Ok(Segment::Parameter(name.to_owned()))
        } else {
            Err(refuse())
        };
    }
    let literal = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !literal || text.bytes().all(|b| b == b'.') {
        return Err(refuse());
    }
    Ok(Segment::Literal(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_parameters_keep_their_places() {
        let template = Template::parse("/api/v1/groups/{groupId}/users").unwrap();
        assert_eq!(template.segments().len(), 5);
        assert_eq!(template.segments()[3], Segment::Parameter("groupId".into()));
        assert_eq!(template.parameters().collect::<Vec<_>>(), ["groupId"]);
    }

    #[test]
    fn dots_empty_segments_and_half_parameters_are_refused() {
        for bad in [
            "api", "/", "/a//b", "/a/..", "/a/.", "/a/x{b}", "/a/{b", "/a/{}", "/a/{b/c}", "/a?b",
        ] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}
