use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Map;

use super::*;
use crate::review::Operator;
use crate::snapshot::{Kind, Snapshot, ToolText};

fn tool(name: &str, description: &str) -> ToolText {
    ToolText {
        kind: Kind::Tool,
        name: name.to_owned(),
        title: "A title".to_owned(),
        description: description.to_owned(),
        input_schema: Map::new(),
        output_schema: None,
    }
}

fn facts(endpoints: &str, tools: Vec<ToolText>) -> Facts {
    Snapshot {
        digest: "0".repeat(64),
        manifest: format!(
            "manifest = 1\nname = \"example\"\nversion = \"1.0.0\"\nsummary = \"For tests\"\n{endpoints}"
        ),
        tools,
        imports: vec!["okta:plugin/directory@0.1.0".to_owned()],
        signer: None,
    }
    .facts(&Operator::default())
    .unwrap()
}

fn users(fields: &str, rest: &str) -> Facts {
    facts(
        &format!(
            "[[endpoint]]\nget = \"/api/v1/users\"\ntools = [\"list\"]\nwhy = \"List\"\nfields = [{fields}]\n{rest}"
        ),
        vec![tool("list", "Lists users.")],
    )
}

fn ids(old: &Facts, new: &Facts) -> Vec<String> {
    Diff::between(Some(old), new)
        .findings
        .into_iter()
        .map(|finding| finding.id)
        .collect()
}

#[test]
fn nothing_changed_is_no_finding() {
    let facts = users("\"id\"", "");
    let diff = Diff::between(Some(&facts), &facts);
    assert!(diff.is_empty() && !diff.widens);
}

#[test]
fn a_field_that_a_star_had_covered_is_no_news_and_the_star_is() {
    let (star, email) = (users("\"profile.*\"", ""), users("\"profile.email\"", ""));
    assert_eq!(
        ids(&star, &email),
        ["response-field-removed:list:/api/v1/users:profile.*"]
    );
    assert_eq!(
        ids(&email, &star),
        ["response-field-added:list:/api/v1/users:profile.*"]
    );
}

#[test]
fn a_secret_field_is_sensitive_even_where_a_star_was() {
    let old = users("\"credentials.*\"", "");
    let new = users(
        "\"credentials.*\", \"credentials.clientSecret\"",
        "sensitive = true\n",
    );
    assert_eq!(
        ids(&old, &new),
        [
            "sensitive-endpoint:list:/api/v1/users",
            "response-field-added:list:/api/v1/users:credentials.clientSecret",
        ]
    );
}

#[test]
fn a_change_in_both_directions_widens() {
    let old = users("\"id\"", "query.limit = { integer = [1, 100] }\n");
    let new = users("\"id\"", "query.limit = { integer = [50, 200] }\n");
    let diff = Diff::between(Some(&old), &new);
    assert!(diff.widens);
    assert_eq!(diff.findings[0].category, Category::ParameterWidened);
}

#[test]
fn names_of_an_expression_count() {
    let old = users("\"id\"", "query.search = { expression = 100 }\n");
    let new = users(
        "\"id\"",
        "query.search = { expression = 100, names = [\"profile.ssn\"] }\n",
    );
    let diff = Diff::between(Some(&old), &new);
    assert!(diff.widens);
    assert!(
        diff.findings[0].text.contains("profile.ssn"),
        "{:?}",
        diff.findings
    );
}

#[test]
fn a_rename_needs_the_same_grant_and_the_same_arguments() {
    let endpoint = |tool: &str, fields: &str| {
        format!(
            "[[endpoint]]\nget = \"/api/v1/users\"\ntools = [\"{tool}\"]\nwhy = \"List\"\nfields = [{fields}]\n"
        )
    };
    let old = facts(&endpoint("list", "\"id\""), vec![tool("list", "Lists.")]);
    let renamed = facts(
        &endpoint("enumerate", "\"id\""),
        vec![tool("enumerate", "Lists.")],
    );
    assert_eq!(ids(&old, &renamed), ["tool-renamed:enumerate"]);
    let more = facts(
        &endpoint("enumerate", "\"id\", \"status\""),
        vec![tool("enumerate", "Lists.")],
    );
    assert_eq!(
        ids(&old, &more),
        [
            "tool-added:enumerate",
            "endpoint-added:enumerate:/api/v1/users",
            "tool-removed:list",
            "endpoint-removed:list:/api/v1/users",
        ]
    );
}

#[test]
fn a_first_version_is_all_new_and_its_interface_is_not() {
    let diff = Diff::between(None, &users("\"id\"", ""));
    let ids: Vec<_> = diff.findings.iter().map(|f| f.id.as_str()).collect();
    assert!(diff.widens);
    assert_eq!(
        ids,
        [
            "scope-added:okta.users.read",
            "tool-added:list",
            "endpoint-added:list:/api/v1/users",
        ]
    );
}

#[test]
fn a_signature_where_there_was_none_does_not_widen_and_a_lost_one_does() {
    let unsigned = users("\"id\"", "");
    let signed = Facts {
        signer: Some("RWQ1".to_owned()),
        ..unsigned.clone()
    };
    assert!(!Diff::between(Some(&unsigned), &signed).widens);
    assert!(Diff::between(Some(&signed), &unsigned).widens);
}

/// A manifest's endpoint list out of a few parts, so that two of them often have something in common.
fn some_facts() -> impl Strategy<Value = Facts> {
    let fields = proptest::sample::subsequence(
        vec!["id", "status", "profile.login", "profile.*", "type.id"],
        1..=5,
    );
    let queries = proptest::sample::subsequence(
        vec![
            "query.limit = { integer = [1, 100] }",
            "query.q = { text = 50 }",
            "query.expand = { one-of = [\"blocks\"] }",
        ],
        0..=3,
    );
    let requests = 1..60_u32;
    (fields, queries, requests).prop_map(|(fields, queries, requests)| {
        let fields: Vec<String> = fields.iter().map(|field| format!("\"{field}\"")).collect();
        users(
            &fields.join(", "),
            &format!("{}\n[limits]\nrequests = {requests}\n", queries.join("\n")),
        )
    })
}

proptest! {
    #[test]
    fn what_one_direction_adds_the_other_removes(a in some_facts(), b in some_facts()) {
        let forth = Diff::between(Some(&a), &b);
        let back = Diff::between(Some(&b), &a);
        let about = |diff: &Diff, widens: bool| -> BTreeSet<String> {
            diff.findings
                .iter()
                .filter(|finding| finding.widens == widens)
                .filter_map(|finding| Some(finding.id.split_once(':')?.1.to_owned()))
                .collect()
        };
        prop_assert_eq!(about(&forth, true), about(&back, false));
        prop_assert_eq!(about(&forth, false), about(&back, true));
        prop_assert_eq!(forth.widens, !about(&forth, true).is_empty());
    }

    #[test]
    fn ids_are_unique(a in some_facts(), b in some_facts()) {
        let diff = Diff::between(Some(&a), &b);
        let ids: BTreeSet<_> = diff.findings.iter().map(|finding| &finding.id).collect();
        prop_assert_eq!(ids.len(), diff.findings.len());
    }
}
