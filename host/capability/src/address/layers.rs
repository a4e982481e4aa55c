//! Each layer of the parameter defence with the other two switched off, against one stream of hostile
//! values: what it holds alone, and what it is known not to. All of them together: `grant/strays.rs`.
//!
//! `PARAMETER_CASES=10000000 cargo test -p capability --lib layers` takes ten times as many cases.

use std::cell::Cell;

use percent_encoding::percent_decode_str;

use super::*;
use crate::grammar::{Grammar, Place};
use crate::hostile::{any_value, cases, encoded, every_case};

const ORIGIN: &str = "https://example.okta.com";
const TEMPLATE: &str = "/api/v1/users/{userId}/groups";

fn org() -> OrgUrl {
    OrgUrl::parse(ORIGIN).unwrap()
}

fn template() -> Template {
    Template::parse(TEMPLATE).unwrap()
}

/// A writer that encodes nothing.
fn pasted(text: &str, out: &mut String) {
    out.push_str(text);
}

/// Whether `text` is a request for [`TEMPLATE`] with this value and this one pair, found out by cutting the
/// text apart where its delimiters stand.
fn reads_as(text: &str, value: &str, (name, content): (&str, &str)) -> bool {
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte))
    };
    let cut = || {
        let rest = text.strip_prefix(ORIGIN)?.strip_prefix("/api/v1/users/")?;
        let (path, query) = rest.split_once('?')?;
        let segment = path.strip_suffix("/groups")?;
        let (found_name, found_content) = query.split_once('=')?;
        Some((segment, found_name, found_content))
    };
    cut().is_some_and(|(segment, found_name, found_content)| {
        plain(segment)
            && plain(found_name)
            && plain(found_content)
            && decoded(segment) == value.as_bytes()
            && decoded(found_name) == name.as_bytes()
            && decoded(found_content) == content.as_bytes()
    })
}

#[test]
fn the_grammar_alone_keeps_a_value_in_its_place() {
    let grammars = [
        Grammar::OktaId,
        Grammar::OktaLogin,
        Grammar::OktaUser,
        Grammar::PolicyType,
        Grammar::Name,
        Grammar::Timestamp,
        Grammar::Boolean,
        Grammar::Integer { min: 0, max: 200 },
    ];
    assert!(grammars.iter().all(|grammar| grammar.fits(Place::Path)));
    // Logins and free text may hold what delimits a query; they need the writer.
    let delimiting = |grammar: &Grammar| matches!(grammar, Grammar::OktaLogin | Grammar::OktaUser);
    let (in_path, in_query) = (Cell::new(0), Cell::new(0));
    let (org, template) = (org(), template());
    every_case(|random| {
        let value = any_value(random);
        let mut takers = grammars
            .iter()
            .filter(|grammar| grammar.accepts(&value))
            .peekable();
        if takers.peek().is_none() {
            return;
        }
        let url = Url::parse(&write(&org, &template, &[&value], &[], pasted)).unwrap();
        let path = url.path().strip_prefix("/api/v1/users/").unwrap();
        let segment = path.strip_suffix("/groups").unwrap();
        assert!(!segment.contains('/'), "{url}");
        assert!(percent_decode_str(segment).eq(value.bytes()), "{url}");
        assert!(
            org.is_origin_of(&url) && url.query().is_none() && url.fragment().is_none(),
            "{url}"
        );
        in_path.set(in_path.get() + 1);
        if takers.any(|grammar| !delimiting(grammar)) {
            let url =
                Url::parse(&write(&org, &template, &["x"], &[("n", &value)], pasted)).unwrap();
            assert!(
                url.query_pairs().eq([("n".into(), value.as_str().into())]),
                "{url}"
            );
            in_query.set(in_query.get() + 1);
        }
    });
    let seen = (in_path.get(), in_query.get());
    assert!(
        seen.0 > cases() / 10 && seen.1 > cases() / 20,
        "too few were accepted: {seen:?}"
    );
}

#[test]
fn the_writer_alone_keeps_any_text_in_its_place() {
    let (org, template) = (org(), template());
    every_case(|random| {
        let (value, name, content) = (any_value(random), any_value(random), any_value(random));
        let text = write(&org, &template, &[&value], &[(&name, &content)], encode);
        assert_eq!(
            text,
            format!(
                "{ORIGIN}/api/v1/users/{}/groups?{}={}",
                encoded(&value),
                encoded(&name),
                encoded(&content)
            ),
        );
        assert!(reads_as(&text, &value, (&name, &content)), "{text}");
        // What it cannot do alone: two values are a way to somewhere else, whoever reads them.
        if value != "." && value != ".." {
            assert_eq!(Url::parse(&text).unwrap().as_str(), text);
        }
    });
}

/// The right text, written in a way that is wrong for some value.
fn written_wrongly(way: u8, value: &str, pair: (&str, &str), at: usize, piece: &str) -> String {
    let (org, template) = (org(), template());
    let mut url = Url::parse(ORIGIN).unwrap();
    match way {
        0 => write(&org, &template, &[value], &[pair], pasted),
        1 => {
            // The builders that are commonly advised.
            let segments = ["api", "v1", "users", value, "groups"];
            url.path_segments_mut().unwrap().extend(segments);
            url.query_pairs_mut().append_pair(pair.0, pair.1);
            url.into()
        }
        2 => Url::parse(&write(&org, &template, &[value], &[pair], pasted))
            .map_or_else(|_| value.to_owned(), Into::into),
        3 => {
            // As a form encodes it.
            let form = |text: &str, out: &mut String| {
                out.extend(url::form_urlencoded::byte_serialize(text.as_bytes()))
            };
            write(&org, &template, &[value], &[pair], form)
        }
        _ => {
            let mut text = write(&org, &template, &[value], &[pair], encode);
            let at = at % (text.len() + 1);
            text.insert_str(at, piece);
            text
        }
    }
}

#[test]
fn reading_back_alone_lets_nothing_through_but_the_template_with_its_values() {
    let (org, template) = (org(), template());
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    every_case(|random| {
        let (value, name, content) = (any_value(random), any_value(random), any_value(random));
        let (at, piece) = (random.usize(..), any_value(random));
        let text = written_wrongly(random.u8(..5), &value, (&name, &content), at, &piece);
        match verify(&text, &org, &template, &[&value], &[(&name, &content)]) {
            Ok(url) => {
                assert_eq!(url.as_str(), text);
                assert!(
                    reads_as(&text, &value, (&name, &content)),
                    "{text} for {value:?} {name:?} {content:?}"
                );
                taken.set(taken.get() + 1);
            }
            Err(_) => refused.set(refused.get() + 1),
        }
    });
    let seen = (taken.get(), refused.get());
    assert!(
        seen.0 > cases() / 50 && seen.1 > cases() / 4,
        "one side was hardly tried: {seen:?}"
    );
}
