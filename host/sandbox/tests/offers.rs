//! Packages that offer prompts and resources: what is one, and what is said of one that is not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

mod support;

use sandbox::{Package, PackageError};
use support::MANIFEST;
use support::assemble::with_sections;

const TOOLS: &str = r#"[
  {"name":"list_groups","title":"t","description":"d","inputSchema":{"type":"object"}},
  {"name":"list_users","title":"t","description":"d","inputSchema":{"type":"object"}}]"#;
const RECORD: &str = r#"{"toolchain":"wat","sources":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
const PROMPT: &str = r#"[{"name":"review","title":"t","description":"d","arguments":[{"name":"user","description":"d","required":true}]}]"#;
const RESOURCES: &str = r#"{"listed":[{"uri":"notes://all","name":"notes","title":"t","description":"d"}],"templates":[{"uri":"notes://{year}","name":"year","title":"t","description":"d"}]}"#;

/// A component that exports `interfaces` beside its tools, with these sections for them.
fn package(
    interfaces: &[&str],
    sections: &[(&'static str, &str)],
) -> Result<Package, PackageError> {
    let mut text = "(component (instance $none)".to_owned();
    for name in ["tools"].iter().chain(interfaces) {
        text.push_str(&format!(
            " (export \"okta:plugin/{name}@0.1.0\" (instance $none))"
        ));
    }
    text.push(')');
    let mut all: Vec<(&'static str, &[u8])> = vec![
        ("okta:plugin/manifest", MANIFEST.as_bytes()),
        ("okta:plugin/tools", TOOLS.as_bytes()),
        ("okta:plugin/build", RECORD.as_bytes()),
    ];
    all.extend(sections.iter().map(|(name, text)| (*name, text.as_bytes())));
    Package::parse(with_sections(&wat::parse_str(text).unwrap(), &all))
}

fn prompts(text: &str) -> String {
    let section = [("okta:plugin/prompts", text)];
    package(&["prompts"], &section).unwrap_err().to_string()
}

fn resources(text: &str) -> String {
    let section = [("okta:plugin/resources", text)];
    package(&["resources"], &section).unwrap_err().to_string()
}

#[test]
fn a_package_says_what_it_offers_and_its_snapshot_says_the_same() {
    let sections = [
        ("okta:plugin/prompts", PROMPT),
        ("okta:plugin/resources", RESOURCES),
    ];
    let package = package(&["prompts", "resources"], &sections).unwrap();
    let names = ["list_groups", "list_users", "review", "notes", "year"];
    assert_eq!(package.names(), names);
    let snapshot = package.snapshot();
    let kinds: Vec<&str> = snapshot.tools.iter().map(|own| own.kind.word()).collect();
    assert_eq!(kinds, ["tool", "tool", "prompt", "resource", "resource"]);
    assert_eq!(snapshot.tools[2].input_schema["required"][0], "user");
}

#[test]
fn a_component_that_exports_more_than_its_package_describes_offers_what_is_described() {
    let package = package(&["prompts", "resources"], &[]).unwrap();
    assert!(package.prompts().is_empty() && package.resources().is_empty());
}

#[test]
fn what_is_described_is_exported() {
    let section = [("okta:plugin/prompts", PROMPT)];
    let refused = package(&[], &section).unwrap_err();
    assert_eq!(refused, PackageError::NotExported("prompts"));
    let section = [("okta:plugin/resources", RESOURCES)];
    let refused = package(&["prompts"], &section).unwrap_err();
    assert_eq!(refused, PackageError::NotExported("resources"));
}

#[test]
fn a_name_is_given_once_for_a_grant_is_given_by_name() {
    let refused = prompts(&PROMPT.replace("review", "list_users"));
    assert!(
        refused.contains("two of the name `list_users`"),
        "{refused}"
    );
    let refused = resources(&RESOURCES.replace("\"year\"", "\"notes\""));
    assert!(refused.contains("two of the name `notes`"), "{refused}");
}

#[test]
fn nothing_that_people_or_models_read_is_hidden_or_endless() {
    for (from, to, text) in [
        ("review", "Review", "must match [a-z][a-z0-9_]*"),
        ("\"title\":\"t\"", "\"title\":\"\"", "the title is empty"),
        (
            "\"description\":\"d\",\"arguments\"",
            "\"description\":\"a\\u202eb\",\"arguments\"",
            "U+202E",
        ),
        ("\"user\"", "\"us er\"", "an argument's name"),
        (
            "\"required\":true",
            "\"required\":true,\"more\":1",
            "unknown field",
        ),
    ] {
        let refused = prompts(&PROMPT.replace(from, to));
        assert!(refused.contains(text), "{refused}");
    }
    let long = "x".repeat(401);
    let refused = prompts(&PROMPT.replace(
        "\"description\":\"d\",\"arguments\"",
        &format!("\"description\":\"{long}\",\"arguments\""),
    ));
    assert!(
        refused.contains("has 401 characters; at most 400"),
        "{refused}"
    );
}

#[test]
fn a_uri_is_one_and_a_template_can_be_told_from_others() {
    for (from, to, text) in [
        ("notes://all", "okta-mcp://review", "the server's own"),
        ("notes://all", "all", "its URI must be one"),
        (
            "notes://all",
            "notes://{all}",
            "list it among the templates",
        ),
        ("notes://{year}", "notes://{a}{b}", "text between them"),
        ("notes://{year}", "{all}", "its URI must be one"),
    ] {
        let refused = resources(&RESOURCES.replace(from, to));
        assert!(refused.contains(text), "{from} {to}: {refused}");
    }
}
