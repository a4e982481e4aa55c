use std::time::Duration;

use serde_json::Map;

use super::*;
use crate::limits::{Limits, SetBy};

fn snapshot(manifest: &str, tools: &[&str]) -> Snapshot {
    Snapshot {
        digest: "0".repeat(64),
        manifest: manifest.to_owned(),
        tools: tools
            .iter()
            .map(|name| ToolText {
                kind: Kind::Tool,
                name: (*name).to_owned(),
                title: "A title".to_owned(),
                description: "What the author tells the model.".to_owned(),
                input_schema: Map::new(),
                output_schema: None,
            })
            .collect(),
        imports: vec!["okta:plugin/directory@0.1.0".to_owned()],
        signer: None,
    }
}

const FACTORS: &str = r#"
manifest = 1
name = "factors"
version = "0.1.0"
summary = "Show factors"

[[endpoint]]
get = "/api/v1/users/{userId}/factors/{factorId}"
tools = ["get_factor"]
why = "Read one factor"
path.userId = "okta-id"
path.factorId = "factor-id"
fields = ["id", "factorType", "status", "profile.name"]

[[endpoint]]
get = "/api/v1/users"
tools = ["find_users"]
why = "Find somebody"
query.search = { expression = 200 }
fields = ["id", "profile.*"]

[limits]
requests = 5
memory = "1 GiB"
"#;

fn facts(operator: &Operator) -> Facts {
    snapshot(FACTORS, &["get_factor", "find_users", "idle"])
        .facts(operator)
        .unwrap()
}

#[test]
fn a_tool_is_described_by_what_it_sees_and_what_it_cannot() {
    let facts = facts(&Operator::default());
    assert_eq!(
        facts.tool("get_factor").unwrap().says,
        [
            "Tool get_factor can read one factor of any user: id, factorType, status and profile.name; it cannot see \
             phone numbers, e-mail addresses, credential ids or shared secrets."
        ]
    );
    assert_eq!(
        facts.tool("find_users").unwrap().says,
        [
            "Tool find_users can read users: id and profile.*; that includes phone numbers, postal addresses and \
             secondary e-mail addresses; it cannot see passwords or recovery questions."
        ]
    );
    assert_eq!(
        facts.tool("idle").unwrap().says,
        ["Tool idle can read nothing from Okta: the manifest declares no endpoint for it."]
    );
}

#[test]
fn scopes_and_class_are_derived_and_never_the_author_s() {
    let facts = facts(&Operator::default());
    assert_eq!(facts.scopes, ["okta.users.read"]);
    assert_eq!(facts.sensitivity, Sensitivity::Personal);
    assert_eq!(
        facts.tool("get_factor").unwrap().sensitivity,
        Sensitivity::Ordinary
    );
}

#[test]
fn what_the_operator_takes_away_is_not_in_the_facts() {
    let facts = facts(&Operator {
        tools: Some(vec!["find_users".to_owned()]),
        hidden: vec![
            "id".parse().unwrap(),
            "profile.mobilePhone".parse().unwrap(),
            "profile.primaryPhone".parse().unwrap(),
        ],
        limits: LimitWish {
            cpu: Some(Duration::from_millis(100)),
            ..LimitWish::default()
        },
    });
    assert_eq!(facts.tools.len(), 1);
    assert_eq!(facts.disabled_tools, ["get_factor", "idle"]);
    let tool = facts.tool("find_users").unwrap();
    assert_eq!(tool.endpoints[0].fields.len(), 1);
    assert!(
        tool.says[0].contains("cannot see phone numbers"),
        "{tool:?}"
    );
    assert_eq!(
        (facts.limits.cpu.value, facts.limits.cpu.set_by),
        (100, SetBy::Operator)
    );
}

#[test]
fn a_limit_says_who_set_it() {
    let limits = facts(&Operator::default()).limits;
    assert_eq!(
        (limits.requests.value, limits.requests.set_by),
        (5, SetBy::Manifest)
    );
    // The manifest asks for more memory than the host gives.
    assert_eq!(
        (limits.memory.value, limits.memory.set_by),
        (Limits::DEFAULT.memory, SetBy::Host)
    );
}

#[test]
fn grammars_are_written_as_a_manifest_writes_them() {
    let facts = facts(&Operator::default());
    let value = serde_json::to_value(&facts).unwrap();
    assert_eq!(
        value
            .pointer("/tools/0/endpoints/0/path/1/grammar")
            .unwrap(),
        "okta-id"
    );
    assert_eq!(
        *value
            .pointer("/tools/1/endpoints/0/query/0/grammar")
            .unwrap(),
        serde_json::json!({"expression": 200})
    );
}

#[test]
fn a_runtime_s_imports_are_told() {
    let mut compat = snapshot(FACTORS, &["get_factor", "find_users"]);
    compat.imports.push("wasi:io/poll@0.2.0".to_owned());
    let facts = compat.facts(&Operator::default()).unwrap();
    assert!(!facts.imports_only_okta());
    assert!(facts.says[1].contains("WASI"), "{:?}", facts.says);
}
