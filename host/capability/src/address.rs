//! The finished URL: how it is written, and the check that it is what was granted.
//!
//! Two of the three layers of the parameter defence (the first is [`crate::grammar`]):
//!
//! * **Writing.** Every byte that RFC 3986 does not call unreserved is percent-encoded by us, in the
//!   path and in the query. `Url::path_segments_mut().push` is not used: it drops `..` and, given
//!   `"..\t"`, removes the segment before it.
//! * **Reading back.** The text is parsed by the same parser that the HTTP client uses, and must come
//!   out unchanged: the configured origin, the template's literals in the template's places, as many
//!   segments, none empty, no fragment, no user, every parameter and every query pair written in
//!   unreserved characters and escapes alone and decoding to what was put in. A URL that fails is never
//!   sent, whatever the layers before it thought.

use url::Url;

use crate::org::OrgUrl;
use crate::template::{Segment, Template};

/// Why a finished URL was not accepted. Reaching this means that a layer before it failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The parser does not take it.
    #[error("the finished URL does not parse")]
    Unparsable,
    /// Another scheme, host or port.
    #[error("the finished URL leaves the org")]
    Origin,
    /// The parser changed it, or it carries a user, a password or a fragment.
    #[error("the finished URL is not in its only spelling")]
    Spelling,
    /// Another number of segments, an empty one, another literal, or a value that decodes differently.
    #[error("the finished path is not the template's")]
    Path,
    /// The query's pairs are not the ones that were put in.
    #[error("the finished query is not the request's")]
    Query,
}

/// The URL of `template` on `org` with the parameters' `values` in order, and `query`.
///
/// # Errors
/// When what came out is not what was put in: see [`AddressError`].
pub(crate) fn build(
    org: &OrgUrl,
    template: &Template,
    values: &[&str],
    query: &[(&str, &str)],
) -> Result<Url, AddressError> {
    let text = write(org, template, values, query, encode);
    verify(&text, org, template, values, query)
}

fn write(
    org: &OrgUrl,
    template: &Template,
    values: &[&str],
    query: &[(&str, &str)],
    encode: impl Fn(&str, &mut String),
) -> String {
    let mut text = org.origin();
    let mut values = values.iter();
    for segment in template.segments() {
        text.push('/');
        match segment {
            Segment::Literal(literal) => text.push_str(literal),
            Segment::Parameter(_) => encode(values.next().copied().unwrap_or_default(), &mut text),
        }
    }
    for (position, (name, value)) in query.iter().enumerate() {
        text.push(if position == 0 { '?' } else { '&' });
        encode(name, &mut text);
        text.push('=');
        encode(value, &mut text);
    }
    text
}

/// Appends `value` with every byte but RFC 3986's unreserved ones percent-encoded.
fn encode(value: &str, out: &mut String) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    for byte in value.bytes() {
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(digit(byte >> 4));
            out.push(digit(byte & 0x0f));
        }
    }
}

fn verify(
    text: &str,
    org: &OrgUrl,
    template: &Template,
    values: &[&str],
    query: &[(&str, &str)],
) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(|_| AddressError::Unparsable)?;
    if !org.is_origin_of(&url) {
        return Err(AddressError::Origin);
    }
    let plain = url.as_str() == text
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        return Err(AddressError::Spelling);
    }
    let segments = url.path_segments().ok_or(AddressError::Path)?;
    if !same_path(segments, template, values) {
        return Err(AddressError::Path);
    }
    if !same_query(url.query(), query) {
        return Err(AddressError::Query);
    }
    Ok(url)
}

fn same_path<'a>(
    mut found: impl Iterator<Item = &'a str>,
    template: &Template,
    values: &[&str],
) -> bool {
    let mut values = values.iter();
    let all = template.segments().iter().all(|segment| {
        let Some(text) = found.next() else {
            return false;
        };
        match segment {
            Segment::Literal(literal) => text == literal,
            Segment::Parameter(_) => {
                let value = values.next().copied().unwrap_or_default();
                !value.is_empty() && decode(text).is_some_and(|decoded| decoded == value.as_bytes())
            }
        }
    });
    all && found.next().is_none() && values.next().is_none()
}

fn same_query(found: Option<&str>, query: &[(&str, &str)]) -> bool {
    let Some(found) = found else {
        return query.is_empty();
    };
    let mut query = query.iter();
    let same = |text: &str, value: &str| decode(text).is_some_and(|text| text == value.as_bytes());
    found.split('&').all(|pair| {
        let (Some((name, value)), Some(expected)) = (pair.split_once('='), query.next()) else {
            return false;
        };
        same(name, expected.0) && same(value, expected.1)
    }) && query.next().is_none()
}

/// Decodes a value of the path or the query; none when an escape is broken, or when anything stands there
/// that is neither an escape nor unreserved: somebody on the way could take it for a delimiter.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(Some(byte).filter(|byte| is_unreserved(*byte))?);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(out)
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod layers;

#[cfg(test)]
mod tests {
    use super::*;

    fn org() -> OrgUrl {
        OrgUrl::parse("https://example.okta.com").unwrap()
    }

    fn template() -> Template {
        Template::parse("/api/v1/users/{userId}/groups").unwrap()
    }

    /// A builder that encodes nothing: what layer 3 has to catch alone.
    fn naive(value: &str, out: &mut String) {
        out.push_str(value);
    }

    fn naive_address(value: &str) -> Result<Url, AddressError> {
        let text = write(&org(), &template(), &[value], &[], naive);
        verify(&text, &org(), &template(), &[value], &[])
    }

    #[test]
    fn reading_back_alone_refuses_every_value_that_moves_the_path() {
        for value in [
            "..",
            ".",
            "..\t",
            "\t..",
            ".\t.",
            "..\n",
            "..\r",
            "%2e%2e",
            "%2E%2e",
            ".%2e",
            "",
            "\t",
            "a/b",
            "a\\b",
            "a\r\nb",
            "a\tb",
            "a?b",
            "a#b",
            "%",
            "%zz",
            "\0",
            "a%2Fb",
            "é",
            "\u{202e}",
            "x/../../groups",
            "..;",
            "a;b",
            "@evil.example",
            "a&b",
            "a+b",
        ] {
            assert!(naive_address(value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn writing_and_reading_back_refuse_dots_even_without_a_grammar() {
        for value in ["..", ".", ""] {
            assert!(
                build(&org(), &template(), &[value], &[]).is_err(),
                "{value:?}"
            );
        }
    }

    #[test]
    fn the_finished_url_is_the_template_with_encoded_values() {
        let query = [("search", r#"profile.login eq "a&b""#), ("limit", "20")];
        let url = build(&org(), &template(), &["o'brien+x@a.co"], &query).unwrap();
        assert_eq!(
            url.as_str(),
            "https://example.okta.com/api/v1/users/o%27brien%2Bx%40a.co/groups?search=profile.login%20eq%20%22a%26b%22&limit=20"
        );
    }
}
