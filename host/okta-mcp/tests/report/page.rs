use std::collections::BTreeSet;

use capability::diff::Category;
use okta_mcp::report::{Format, diff};

use crate::comparisons::compare;
use crate::{cases, noticed, plugin, reviews};

fn pages() -> Vec<String> {
    let mut pages = vec![
        reviews::built_in().render(Format::Html).unwrap(),
        plugin::review(&plugin::snapshot())
            .render(Format::Html)
            .unwrap(),
    ];
    pages.extend(noticed::pages());
    for category in Category::ALL {
        let (old, new) = cases::of(category);
        pages.push(diff::render(&compare(&old, &new), Format::Html, None).unwrap());
    }
    pages
}

/// The values of an attribute, wherever it stands.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    page.split(&format!(" {attribute}=\""))
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

#[test]
fn a_page_loads_nothing_runs_nothing_and_links_to_okta_s_documentation_only() {
    for page in pages() {
        for forbidden in [
            "<script", "<img", "<link", "<iframe", "@import", "url(", " style=", " src=",
            " onclick",
        ] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        for target in values(&page, "href") {
            assert!(
                target.starts_with('#') || target.starts_with("https://developer.okta.com/docs/"),
                "{target}"
            );
        }
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn every_id_is_there_once_and_every_reference_leads_to_one() {
    for page in pages() {
        let ids = values(&page, "id");
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{ids:?}");
        for attribute in ["for", "aria-labelledby"] {
            for reference in values(&page, attribute) {
                assert!(distinct.contains(reference), "{attribute}={reference}");
            }
        }
        for target in values(&page, "href") {
            if let Some(target) = target.strip_prefix('#') {
                assert!(distinct.contains(target), "#{target}");
            }
        }
    }
}

#[test]
fn the_same_packages_give_the_same_page() {
    assert_eq!(
        reviews::built_in().render(Format::Html).unwrap(),
        reviews::built_in().render(Format::Html).unwrap()
    );
}

#[test]
fn the_picture_draws_what_is_delicate_and_what_is_not_apart() {
    let page = plugin::review(&plugin::snapshot())
        .render(Format::Html)
        .unwrap();
    for class in [
        "link ordinary t0-1",
        "link credential t0-1",
        "link personal t0-0",
    ] {
        assert!(page.contains(&format!("\"{class}")), "{class}");
    }
    // The tool without a GET is drawn, and no line leaves it.
    assert!(page.contains("say_hello") && !page.contains("link ordinary t0-2"));
}
