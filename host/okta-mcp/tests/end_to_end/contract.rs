//! What every tool promises before it is called: names, texts, annotations and schemas.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::{Home, World};

/// The tools of the five built-in plugins.
pub const TOOLS: [&str; 13] = [
    "get_application",
    "get_application_users",
    "get_factor",
    "get_group_members",
    "get_policy",
    "get_user",
    "get_user_groups",
    "list_applications",
    "list_groups",
    "list_policies",
    "list_user_factors",
    "list_users",
    "search_users",
];

/// A server without an org: it lists its tools all the same.
async fn listed() -> Vec<Value> {
    let home = Home::new();
    Client::start(home.command(["serve"])).await.listed().await
}

#[tokio::test]
async fn the_thirteen_tools_are_listed_by_name_and_always_in_that_order() {
    let first = listed().await;
    let names: Vec<_> = first
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, TOOLS);
    assert_eq!(
        listed().await,
        first,
        "another process lists the same, letter for letter"
    );
}

#[tokio::test]
async fn every_tool_says_that_it_only_reads() {
    for tool in listed().await {
        let title = &tool["title"];
        assert!(
            title.as_str().is_some_and(|title| !title.is_empty()),
            "{tool}"
        );
        let expected = json!({
            "title": title,
            "readOnlyHint": true,
            "destructiveHint": false,
            "idempotentHint": true,
            "openWorldHint": true,
        });
        assert_eq!(tool["annotations"], expected, "{}", tool["name"]);
    }
}

#[tokio::test]
async fn every_tool_and_every_parameter_is_described() {
    for tool in listed().await {
        let description = tool["description"].as_str().unwrap();
        assert!(
            (60..=1_200).contains(&description.len()),
            "{}: {} bytes",
            tool["name"],
            description.len()
        );
        let parameters = tool["inputSchema"]["properties"].as_object().unwrap();
        assert!(!parameters.is_empty());
        for (name, parameter) in parameters {
            assert!(
                parameter["description"]
                    .as_str()
                    .is_some_and(|text| text.len() > 3),
                "{}.{name}",
                tool["name"]
            );
        }
    }
}

/// Every schema inside a schema, and where it is.
fn schemas<'a>(schema: &'a Value, place: String, found: &mut Vec<(String, &'a Value)>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        schemas(property, format!("{place}.{name}"), found);
    }
    if let Some(items) = schema.get("items") {
        schemas(items, format!("{place}[]"), found);
    }
    found.push((place, schema));
}

#[tokio::test]
async fn schemas_are_of_the_plain_kind_that_every_client_takes() {
    for tool in listed().await {
        for side in ["inputSchema", "outputSchema"] {
            let mut all = Vec::new();
            schemas(&tool[side], format!("{} {side}", tool["name"]), &mut all);
            for (place, schema) in all {
                assert!(schema["type"].is_string(), "{place} has one type: {schema}");
                for keyword in [
                    "$ref",
                    "$defs",
                    "anyOf",
                    "oneOf",
                    "allOf",
                    "not",
                    "if",
                    "patternProperties",
                    "$schema",
                ] {
                    assert!(schema.get(keyword).is_none(), "{place} uses {keyword}");
                }
            }
            assert_eq!(tool[side]["type"], "object");
            assert_eq!(
                tool[side]["additionalProperties"], false,
                "{} {side} is closed",
                tool["name"]
            );
            jsonschema::draft202012::meta::validate(&tool[side]).unwrap();
        }
        for (name, parameter) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(
                parameter["type"] != "object" && parameter["type"] != "array",
                "{}.{name} is flat",
                tool["name"]
            );
        }
    }
}

#[tokio::test]
async fn the_list_of_tools_costs_a_model_little() {
    let shown: Vec<Value> = listed()
        .await
        .into_iter()
        .map(|tool| json!({"name": tool["name"], "description": tool["description"], "inputSchema": tool["inputSchema"]}))
        .collect();
    let size = Value::from(shown).to_string().len();
    // 3,000 tokens of o200k_base: 12,005 bytes were 2,911.
    assert!(size <= 12_300, "{size} bytes");
}

#[tokio::test]
async fn the_server_introduces_itself_and_names_only_tools_that_exist() {
    let world = World::start().await;
    let server = world.client.server();
    let instructions = server["instructions"].as_str().unwrap();
    assert!(
        instructions.starts_with("Read-only access to one Okta org."),
        "{instructions}"
    );
    assert!(instructions.len() <= 1_500, "{} bytes", instructions.len());
    let words =
        instructions.split(|character: char| !(character.is_ascii_lowercase() || character == '_'));
    let tools: Vec<_> = words
        .filter(|word| {
            ["get_", "list_", "search_"]
                .iter()
                .any(|verb| word.starts_with(verb))
        })
        .collect();
    assert!(tools.len() >= 8, "{tools:?}");
    assert!(tools.iter().all(|tool| TOOLS.contains(tool)), "{tools:?}");
    world.client.close().await;
}
