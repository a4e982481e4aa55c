//! Where the next page begins: Okta's `after`, and nothing else of the link that carries it.
//!
//! A `next` link is a URL from the network. Following it would let whoever writes it choose where the
//! token goes, so it is never followed: it has to lie on the request's own origin and path, its
//! `after` is taken and sealed, and the rest is thrown away. A link that does not fit makes the whole
//! page unusable. To drop only the link would show a part as if it were all there is.
//!
//! Some lists under `/api/v1/iam` write the link into the body instead, on the host of the admin
//! console ([Okta: list roles](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleECustom/#tag/RoleECustom/operation/listRoles)).
//! There the host is not compared, because Okta itself names another one; path and `after` are
//! treated the same.

use std::borrow::Cow;

use capability::answer::Failure;
use capability::grant::AuthorizedGet;
use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderMap, LINK};
use serde::Deserialize;
use url::Url;

use crate::link;

/// Why the way to the next page is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Astray {
    #[error("Okta's Link header cannot be read; the page was thrown away")]
    Unreadable,
    #[error("Okta's Link header points elsewhere; the page was thrown away")]
    Elsewhere,
    #[error(
        "Okta's link to the next page has no `after`, or more than one; the page was thrown away"
    )]
    NoAfter,
    #[error("Okta's links name two different next pages; the page was thrown away")]
    Ambiguous,
    #[error("Okta's link to the next page leads back to the same page; it was thrown away")]
    Loop,
    #[error("Okta's `after` is over 2 KiB or not printable; the page was thrown away")]
    Unsealable,
    #[error(
        "Okta answered {0} in pages, which its API document does not foresee; the part was thrown away"
    )]
    NotPaged(&'static str),
}

/// The sealed cursor of the page after this one; none on the last page.
pub(crate) fn next(
    get: &AuthorizedGet,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<String>, Failure> {
    find_next(get, headers, body).map_err(|astray| Failure::Unavailable(astray.to_string()))
}

fn find_next(
    get: &AuthorizedGet,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<String>, Astray> {
    let operation = get.operation();
    let mut after: Option<String> = None;
    for field in headers.get_all(LINK) {
        let field = field.to_str().map_err(|_| Astray::Unreadable)?;
        for next in link::next_of(field).map_err(|_| Astray::Unreadable)? {
            let url = same_place(get.url(), next.0, Host::Same)?;
            agree(&mut after, after_of(&url)?)?;
        }
    }
    if operation.paged
        && let Some(href) = in_body(body)?
    {
        let url = same_place(get.url(), &href, Host::Any)?;
        agree(&mut after, after_of(&url)?)?;
    }
    let Some(after) = after else {
        return Ok(None);
    };
    if !operation.paged {
        // Its cursor could not be used: `Grant::authorize` takes none for this endpoint.
        return Err(Astray::NotPaged(operation.template));
    }
    if after_of(get.url()).is_ok_and(|own| own == after) {
        return Err(Astray::Loop);
    }
    get.next_cursor(&after).map(Some).ok_or(Astray::Unsealable)
}

/// Whose host a link may name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Same,
    Any,
}

/// `target` as a URL, when it leads to where `request` went. A relative one is none of Okta's.
fn same_place(request: &Url, target: &str, host: Host) -> Result<Url, Astray> {
    let url = Url::parse(target).map_err(|_| Astray::Elsewhere)?;
    let bare = url.username().is_empty() && url.password().is_none();
    let near = host == Host::Any || url.origin() == request.origin();
    // Okta spells a path in its own way (`@` for `%40`): segments are compared as they decode.
    let along = decoded(url.path()).eq(decoded(request.path()));
    if bare && near && along {
        Ok(url)
    } else {
        Err(Astray::Elsewhere)
    }
}

fn decoded(path: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
    path.split('/')
        .map(|segment| percent_decode_str(segment).into())
}

/// The one `after` of a URL's query; not empty.
fn after_of(url: &Url) -> Result<String, Astray> {
    let mut values = url
        .query_pairs()
        .filter(|(name, _)| name == "after")
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(after), None) if !after.is_empty() => Ok(after.into_owned()),
        _ => Err(Astray::NoAfter),
    }
}

/// Takes `new` as the answer's `after`, unless another one was found before.
fn agree(known: &mut Option<String>, new: String) -> Result<(), Astray> {
    match known {
        Some(known) if *known != new => Err(Astray::Ambiguous),
        _ => {
            *known = Some(new);
            Ok(())
        }
    }
}

/// `_links.next.href` of an object; an array has its links in the header.
fn in_body(body: &[u8]) -> Result<Option<Cow<'_, str>>, Astray> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(rename = "_links", borrow)]
        links: Option<Links<'a>>,
    }
    #[derive(Deserialize)]
    struct Links<'a> {
        #[serde(borrow)]
        next: Option<Target<'a>>,
    }
    #[derive(Deserialize)]
    struct Target<'a> {
        #[serde(borrow)]
        href: Cow<'a, str>,
    }
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Ok(None);
    }
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|_| Astray::Unreadable)?;
    Ok(envelope
        .links
        .and_then(|links| links.next)
        .map(|next| next.href))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request() -> Url {
        Url::parse("https://a.okta.com/api/v1/users/mara%40x.y/groups?limit=2&after=00g1").unwrap()
    }

    fn check(target: &str) -> Result<String, Astray> {
        same_place(&request(), target, Host::Same).and_then(|url| after_of(&url))
    }

    #[test]
    fn a_link_to_the_same_place_gives_its_after_however_it_is_spelled() {
        for good in [
            "https://a.okta.com/api/v1/users/mara%40x.y/groups?after=00g2&limit=2",
            "https://a.okta.com/api/v1/users/mara@x.y/groups?limit=2&after=00g2",
            "https://A.okta.com:443/api/v1/users/mara%40x.y/groups?limit=2&%61fter=00g2#x",
        ] {
            assert_eq!(check(good).as_deref(), Ok("00g2"), "{good}");
        }
    }

    #[test]
    fn a_link_to_any_other_place_is_refused() {
        for bad in [
            "https://evil.example/api/v1/users/mara%40x.y/groups?after=1",
            "http://a.okta.com/api/v1/users/mara%40x.y/groups?after=1",
            "https://a.okta.com:8443/api/v1/users/mara%40x.y/groups?after=1",
            "https://me@a.okta.com/api/v1/users/mara%40x.y/groups?after=1",
            "https://a.okta.com:443@evil.example/api/v1/users/mara%40x.y/groups?after=1",
            "https://a.okta.com.evil.example/api/v1/users/mara%40x.y/groups?after=1",
            "https://a.okta.com./api/v1/users/mara%40x.y/groups?after=1",
            "https://b-a.okta.com/api/v1/users/mara%40x.y/groups?after=1",
            "https://a.okta.com/api/v1/users/mara%2540x.y/groups?after=1",
            "https://a.okta.com/api/v1/users/mara%40x.y%2Fgroups?after=1",
            "https://a.okta.com/api/v1/users/mara%40x.y/groups/?after=1",
            "https://a.okta.com/api/v1/users/../users/paul@x.y/groups?after=1",
            "//a.okta.com/api/v1/users/mara%40x.y/groups?after=1",
            "/api/v1/users/mara%40x.y/groups?after=1",
            "?after=1",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(check(bad), Err(Astray::Elsewhere), "{bad}");
        }
    }

    #[test]
    fn exactly_one_after_with_a_value_is_needed() {
        for query in ["", "?limit=2", "?after=", "?after=1&after=2", "?After=1"] {
            let target = format!("https://a.okta.com/api/v1/users/mara@x.y/groups{query}");
            assert_eq!(check(&target), Err(Astray::NoAfter), "{query}");
        }
    }

    #[test]
    fn the_link_of_a_body_is_found_and_a_broken_one_is_no_last_page() {
        assert_eq!(in_body(b"[]").unwrap(), None);
        assert_eq!(in_body(br#" {"roles":[],"_links":{}}"#).unwrap(), None);
        assert_eq!(
            in_body(br#"{"_links":{"next":{"href":"https:\/\/x"}}}"#).unwrap(),
            Some(Cow::Borrowed("https://x"))
        );
        assert_eq!(
            in_body(br#"{"_links":{"next":"https://x"}}"#),
            Err(Astray::Unreadable)
        );
    }

    proptest! {
        #[test]
        fn no_target_makes_it_panic_and_what_passes_is_on_the_origin(target in "\\PC{0,80}|https?://[a-z.@:/?=&%0-9]{0,60}") {
            if let Ok(url) = same_place(&request(), &target, Host::Same) {
                prop_assert_eq!(url.origin(), request().origin());
            }
        }

        #[test]
        fn any_after_comes_back_as_it_was_written(after in "[ -~]{1,60}") {
            let mut url = request();
            url.query_pairs_mut().clear().append_pair("after", &after).append_pair("limit", "2");
            let field = format!("<{url}>; rel=\"next\"");
            let found = link::next_of(&field).unwrap();
            prop_assert_eq!(check(found[0].0), Ok(after));
        }
    }
}
