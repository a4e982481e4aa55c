//! Arguments that break a tool's schema, worked out from the schema itself: for every tool, each is
//! refused in words that name the argument, and nothing is asked of Okta.

use serde_json::{Value, json};

use crate::contract::TOOLS;
use crate::support::World;

/// Arguments that a tool's schema accepts.
fn valid(schema: &Value) -> Value {
    let mut arguments = json!({});
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        let parameter = &schema["properties"][name];
        arguments[name] = parameter["enum"]
            .get(0)
            .cloned()
            .unwrap_or_else(|| json!("00u1nobodyNobodyX5d7"));
    }
    arguments
}

/// Values that one parameter must not have.
fn wrong_values(parameter: &Value) -> Vec<Value> {
    let mut wrong = vec![json!(null), json!([]), json!({}), json!(true)];
    match parameter["type"].as_str().unwrap() {
        "integer" => {
            wrong.extend([json!("ten"), json!(1.5)]);
            wrong.push(json!(parameter["minimum"].as_i64().unwrap() - 1));
            wrong.push(json!(parameter["maximum"].as_i64().unwrap() + 1));
        }
        "string" => {
            wrong.push(json!(7));
            if parameter.get("enum").is_some() {
                wrong.push(json!("something else"));
            } else {
                wrong.push(json!(""));
                let longest = usize::try_from(parameter["maxLength"].as_u64().unwrap()).unwrap();
                wrong.push(json!("x".repeat(longest + 1)));
            }
        }
        other => panic!("{other}"),
    }
    wrong
}

#[tokio::test]
async fn every_parameter_of_every_tool_is_held_to_its_schema() {
    let world = World::start().await;
    let mut tried = 0;
    for tool in TOOLS {
        let schema = &world.client.tools()[tool]["inputSchema"];
        for (name, parameter) in schema["properties"].as_object().unwrap() {
            for value in wrong_values(parameter) {
                let mut arguments = valid(schema);
                arguments[name] = value;
                let text = world.client.error(tool, arguments.clone()).await;
                assert!(
                    text.starts_with(&format!("The arguments of {tool} do not fit: {name}: ")),
                    "{arguments}: {text}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

#[tokio::test]
async fn a_parameter_that_must_be_there_is_named_when_it_is_not() {
    let world = World::start().await;
    let mut required = 0;
    for tool in TOOLS {
        let schema = &world.client.tools()[tool]["inputSchema"];
        for name in schema["required"].as_array().into_iter().flatten() {
            let mut arguments = valid(schema);
            arguments
                .as_object_mut()
                .unwrap()
                .remove(name.as_str().unwrap());
            let text = world.client.error(tool, arguments).await;
            assert!(
                text.contains(&format!("{name} is a required property")),
                "{tool}: {text}"
            );
            required += 1;
        }
    }
    assert!(required >= 9, "{required}");
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_is_answered_with_the_one_that_was_meant() {
    let world = World::start().await;
    for tool in TOOLS {
        let mut arguments = valid(&world.client.tools()[tool]["inputSchema"]);
        arguments["details"] = json!("full");
        let text = world.client.error(tool, arguments).await;
        assert!(
            text.starts_with(&format!("The arguments of {tool} do not fit: ")),
            "{text}"
        );
        assert!(text.contains("did you mean `detail`?"), "{text}");
    }
}

#[tokio::test]
async fn arguments_that_are_left_out_altogether_are_none() {
    let world = World::start().await;
    let text = world.client.error("get_user", json!({})).await;
    assert_eq!(
        text,
        "The arguments of get_user do not fit: \"user\" is a required property."
    );
    assert_eq!(
        world.client.ok("list_users", json!({})).await["returned"],
        20
    );
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_a_protocol_error_with_a_suggestion() {
    let world = World::start().await;
    assert_eq!(
        world.client.refused("get_usr", json!({})).await,
        (
            -32602,
            "there is no tool `get_usr`; did you mean `get_user`?".to_owned()
        )
    );
    let (code, message) = world.client.refused("zzz", json!({})).await;
    assert_eq!((code, message.as_str()), (-32602, "there is no tool `zzz`"));
}

#[tokio::test]
async fn a_value_that_is_too_long_is_told_the_length_that_fits() {
    let world = World::start().await;
    for length in [101, 400, 100_000] {
        let text = world
            .client
            .error("get_user", json!({"user": "x".repeat(length)}))
            .await;
        assert!(text.contains("100 characters"), "{length}: {text}");
        assert!(
            text.len() < 400,
            "the value is not repeated at length: {text}"
        );
    }
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_point_as_the_schema_allows() {
    let world = World::start().await;
    let found = world.client.ok("list_users", json!({"limit": 3.0})).await;
    assert_eq!(found["returned"], 3);
}
