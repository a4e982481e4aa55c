//! The syntax that `Link` and `WWW-Authenticate` share: lists of `name=value` parameters.
//!
//! Values may be quoted, quotes may be escaped, and a separator inside quotes or inside `<…>` is a
//! letter like any other ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288#section-3),
//! [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-5.6)).

use std::borrow::Cow;

/// The parts of `text` between `separator`s that stand outside quotes and angle brackets, trimmed.
pub(crate) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut inside = Inside::Nothing;
    text.split(move |character| {
        let cut = inside == Inside::Nothing && character == separator;
        inside = inside.after(character);
        cut
    })
    .map(str::trim)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Brackets,
    Quotes,
    /// Behind a backslash in quotes.
    Escape,
}

impl Inside {
    fn after(self, character: char) -> Self {
        match (self, character) {
            (Self::Nothing, '<') => Self::Brackets,
            (Self::Nothing, '"') => Self::Quotes,
            (Self::Brackets, '>') | (Self::Quotes, '"') => Self::Nothing,
            (Self::Quotes, '\\') => Self::Escape,
            (Self::Escape, _) => Self::Quotes,
            (same, _) => same,
        }
    }
}

/// `name=value` or `name="value"` taken apart, the quotes off; a lone `name` has an empty value.
pub(crate) fn parameter(part: &str) -> (&str, Cow<'_, str>) {
    let Some((name, value)) = part.split_once('=') else {
        return (part.trim(), Cow::Borrowed(""));
    };
    let value = value.trim();
    let quoted = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let value = match quoted {
        Some(inner) if inner.contains('\\') => Cow::Owned(unescape(inner)),
        Some(inner) => Cow::Borrowed(inner),
        None => Cow::Borrowed(value),
    };
    (name.trim(), value)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.extend(if character == '\\' {
            characters.next()
        } else {
            Some(character)
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_quotes_and_brackets_do_not_separate() {
        let parts: Vec<_> = split(r#"<a,b>; t="c,\",d" , e,,"#, ',').collect();
        assert_eq!(parts, [r#"<a,b>; t="c,\",d""#, "e", "", ""]);
    }

    #[test]
    fn a_parameter_is_read_bare_quoted_and_escaped() {
        for (part, name, value) in [
            ("rel=next", "rel", "next"),
            (r#"rel = "next""#, "rel", "next"),
            (r#"t="a\"b\\c""#, "t", r#"a"b\c"#),
            ("lone", "lone", ""),
            (r#"broken=""#, "broken", "\""),
        ] {
            assert_eq!(parameter(part), (name, Cow::Borrowed(value)), "{part}");
        }
    }
}
