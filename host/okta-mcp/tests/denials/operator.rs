//! What the operator says of plugins: which bytes may run, which tools are offered, which fields are hidden.

use serde_json::{Value, json};

use crate::bench::Bench;
use crate::support::oracle::seed;
use crate::support::{Home, rows, text, with_probe};

const ENGINEER: &str = "mara.okonkwo@northwind.example.com";

#[tokio::test]
async fn a_package_that_nobody_approved_is_left_out_and_the_rest_serves() {
    let mut config = with_probe();
    config.as_object_mut().unwrap().remove("lock");
    let bench = Bench::with(config).await;
    assert_eq!(bench.client.names().len(), 13, "{:?}", bench.client.names());
    assert_eq!(
        bench.client.ok("get_user", json!({"user": ENGINEER})).await["login"],
        ENGINEER
    );
    assert_eq!(bench.client.refused("raw_get", json!({})).await.0, -32602);
}

#[tokio::test]
async fn a_plugin_cannot_take_the_name_of_a_built_in_one() {
    let home = Home::new();
    for (name, why) in [
        (
            "users",
            "`users` is built in; give a package of your own another name",
        ),
        ("other", "the package calls itself `probe`"),
    ] {
        let mut config = with_probe();
        config["plugins"][name] = config["plugins"]["probe"].take();
        config["plugins"].as_object_mut().unwrap().remove("probe");
        let file = home.write("settings.json", &config.to_string());
        let listed = home
            .run(["tools", "--config", file.to_str().unwrap()])
            .await;
        assert_eq!(listed.code, Some(2));
        assert!(
            listed
                .stdout
                .lines()
                .last()
                .unwrap()
                .starts_with(&format!("{name}: left out: {why}")),
            "{}",
            listed.stdout
        );
        assert!(!listed.stdout.contains("raw_get"), "{}", listed.stdout);
    }
}

#[tokio::test]
async fn only_the_tools_that_the_operator_names_are_offered() {
    let bench = Bench::with(
        json!({"plugins": {"users": {"tools": ["get_user"]}, "policies": {"enabled": false}}}),
    )
    .await;
    let names = bench.client.names();
    assert!(
        names.contains(&"get_user") && names.contains(&"list_groups"),
        "{names:?}"
    );
    assert_eq!(names.len(), 13 - 2 - 2, "{names:?}");
    for tool in ["list_users", "search_users", "list_policies", "get_policy"] {
        assert!(!names.contains(&tool), "{tool}");
        let (code, message) = bench
            .client
            .refused(tool, json!({"type": "PASSWORD"}))
            .await;
        assert_eq!(code, -32602);
        assert!(
            message.starts_with(&format!("there is no tool `{tool}`")),
            "{message}"
        );
    }
    assert_eq!(
        bench.client.ok("get_user", json!({"user": ENGINEER})).await["login"],
        ENGINEER
    );
}

/// Every text in a value.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

#[tokio::test]
async fn a_field_that_the_operator_hides_never_arrives() {
    let seed = seed().await;
    let mara = seed.user(ENGINEER);
    let phone = text(mara, "profile.mobilePhone").to_owned();
    assert!(!phone.is_empty(), "there is a phone number to hide");
    let hide = json!(["profile.mobilePhone", "profile.department", "lastLogin"]);
    for (config, hidden) in [
        (json!({}), false),
        (json!({"plugins": {"users": {"hide": hide}}}), true),
    ] {
        let bench = Bench::with(config).await;
        let found = bench
            .client
            .ok("get_user", json!({"user": ENGINEER, "detail": "full"}))
            .await;
        let listed = bench
            .client
            .ok("search_users", json!({"login": ENGINEER, "detail": "full"}))
            .await;
        let mut expected = rows::user(mara, true);
        if hidden {
            expected
                .as_object_mut()
                .unwrap()
                .retain(|name, _| name != "department" && name != "last_login");
            expected["profile"]
                .as_object_mut()
                .unwrap()
                .retain(|name, _| name != "department" && name != "mobilePhone");
        }
        assert_eq!(found, expected);
        assert_eq!(listed["items"], json!([expected]));
        let mut arrived = Vec::new();
        texts(&found, &mut arrived);
        assert_eq!(arrived.contains(&phone), !hidden);
    }
}
