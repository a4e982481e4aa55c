//! All layers together: whatever a plugin asks for, what leaves is byte for byte a declared template with
//! typed values, or nothing. The account of what may leave is written a second time, in `hostile`.
//!
//! `PARAMETER_CASES=10000000 cargo test -p capability --lib strays` takes ten times as many cases.

use std::cell::Cell;

use super::*;
use crate::hostile::{self, Asked, asked, cases, every_case};

const ORIGIN: &str = "https://example.okta.com";

fn grant() -> Grant {
    let manifest = Manifest::parse(hostile::MANIFEST).unwrap();
    let org = OrgUrl::parse(ORIGIN).unwrap();
    Grants::new(&manifest, org, CursorKey::new([1; 32]), &[]).of_tool("read")
}

fn request(asked: Asked) -> Request {
    Request {
        endpoint: asked.endpoint,
        path: asked.path,
        query: asked.query,
        cursor: asked.cursor,
    }
}

#[test]
fn no_request_leaves_but_a_declared_template_with_typed_values() {
    let grant = grant();
    let (sent, denied) = (Cell::new(0), Cell::new(0));
    every_case(|random| {
        let asked = asked(random);
        let may = asked.may_send();
        let request = request(asked);
        match (grant.authorize(&request), may) {
            (Ok(get), Some(target)) => {
                assert_eq!(
                    get.url().as_str(),
                    format!("{ORIGIN}{target}"),
                    "{request:?}"
                );
                assert_eq!(get.operation().template, request.endpoint);
                sent.set(sent.get() + 1);
            }
            (Ok(get), None) => panic!("{} would be sent for {request:?}", get.url()),
            (Err(denial), may) => {
                // The second account does not know what makes an expression or names a day.
                let vague = |(name, _): &(String, String)| {
                    ["search", "since", "until"].contains(&name.as_str())
                };
                assert!(
                    may.is_none() || request.query.iter().any(vague),
                    "{request:?}: {denial}"
                );
                let text = denial.to_string();
                assert!(!text.chars().any(crate::text::is_hidden), "{text:?}");
                denied.set(denied.get() + 1);
            }
        }
    });
    let seen = (sent.get(), denied.get());
    assert!(
        seen.0 > cases() / 5 && seen.1 > cases() / 5,
        "one side was hardly tried: {seen:?}"
    );
}

#[test]
fn a_cursor_adds_its_own_after_to_its_own_request_and_to_no_other() {
    let grant = grant();
    let (resumed, refused) = (Cell::new(0), Cell::new(0));
    every_case(|random| {
        let mut first = request(asked(random));
        let mut other = request(asked(random));
        // Sealing costs far more than the rest.
        if random.u8(..16) > 0 {
            return;
        }
        let Ok(get) = grant.authorize(&first) else {
            return;
        };
        let after = format!("{}&x=1#../%2e%2e", random.u64(..));
        let cursor = get.next_cursor(&after).unwrap();
        first.cursor = Some(cursor.clone());
        match grant.authorize(&first) {
            Ok(next) => {
                let joint = if get.url().query().is_some() {
                    '&'
                } else {
                    '?'
                };
                let expected = format!("{}{joint}after={}", get.url(), hostile::encoded(&after));
                assert_eq!(next.url().as_str(), expected);
                resumed.set(resumed.get() + 1);
            }
            Err(denial) => assert!(matches!(denial, Denial::NotPaged { .. }), "{denial}"),
        }
        other.cursor = Some(cursor);
        let but_limit = |request: &Request| {
            let mut query = request.query.clone();
            query.retain(|(name, _)| name != "limit");
            query.sort();
            (request.endpoint.clone(), request.path.clone(), query)
        };
        if but_limit(&first) != but_limit(&other) {
            assert!(grant.authorize(&other).is_err(), "{other:?}");
            refused.set(refused.get() + 1);
        }
    });
    let seen = (resumed.get(), refused.get());
    assert!(
        seen.0 > cases() / 200 && seen.1 > cases() / 200,
        "one side was hardly tried: {seen:?}"
    );
}
