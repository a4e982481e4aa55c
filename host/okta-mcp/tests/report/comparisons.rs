use capability::diff::{Category, Diff};
use capability::review::Operator;
use capability::snapshot::Snapshot;
use okta_mcp::report::{Format, diff};

use crate::{cases, plugin};

pub fn compare(old: &Snapshot, new: &Snapshot) -> Diff {
    let facts = |snapshot: &Snapshot| snapshot.facts(&Operator::default()).unwrap();
    Diff::between(Some(&facts(old)), &facts(new))
}

#[test]
fn every_kind_of_change_has_its_report() {
    for category in Category::ALL {
        let (old, new) = cases::of(category);
        let diff = compare(&old, &new);
        assert!(
            diff.findings.iter().any(|f| f.category == category),
            "{category}: {:?}",
            diff.findings
        );
        assert_eq!(diff.widens, category.widens(), "{category}");
        let text = diff::render(&diff, Format::Text, None).unwrap();
        let json = diff::render(&diff, Format::Json, None).unwrap();
        insta::assert_snapshot!(category.id(), format!("{}\n{json}", plain(&text)));
    }
}

#[test]
fn a_pull_request_is_told_what_widens_first() {
    let (_, new) = cases::of(Category::SensitiveEndpoint);
    let mut new = new;
    new.manifest = new
        .manifest
        .replace("requests = 5", "requests = 4")
        .replace("Find people by name", "Find @admins | <b>everywhere</b>");
    let text = diff::render(&compare(&plugin::snapshot(), &new), Format::Markdown, None).unwrap();
    insta::assert_snapshot!("pull-request", text);
}

#[test]
fn other_bytes_with_the_same_grant_are_no_more() {
    let (old, mut new) = (plugin::snapshot(), plugin::snapshot());
    new.digest = "f".repeat(64);
    let text = diff::render(&compare(&old, &new), Format::Text, None).unwrap();
    assert!(
        plain(&text).ends_with("\nThe code changed; what it can do did not.\n"),
        "{text}"
    );
    let text = diff::render(&compare(&old, &old), Format::Text, None).unwrap();
    assert!(plain(&text).contains("same package"), "{text}");
}

#[test]
fn two_different_plugins_are_said_to_be_two() {
    let mut new = plugin::snapshot();
    new.manifest = new
        .manifest
        .replace("name = \"example\"", "name = \"sample\"");
    let text = diff::render(&compare(&plugin::snapshot(), &new), Format::Text, None).unwrap();
    assert!(text.contains("two plugins, example and sample"), "{text}");
}

/// Without the emphasis that a pipe does not get either.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('\u{1b}');
    out.push_str(parts.next().unwrap());
    for part in parts {
        out.push_str(part.split_once('m').unwrap().1);
    }
    out
}
