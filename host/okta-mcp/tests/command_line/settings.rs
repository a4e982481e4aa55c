//! The configuration: mistakes in it, its schema and its example.

use serde_json::Value;

use crate::support::{Home, repository};
use crate::{assert_one_line, run};

#[tokio::test]
async fn a_setting_that_does_not_exist_is_answered_with_the_one_that_was_meant() {
    let home = Home::new();
    for (config, line) in [
        (
            "{\"okta\": {\"orgUrll\": \"x\"}}",
            "there is no setting `okta.orgUrll`; did you mean `orgUrl`?",
        ),
        (
            "{\"plugin\": {}}",
            "there is no setting `plugin`; did you mean `plugins`?",
        ),
        (
            "{\"plugins\": {\"users\": {\"hidden\": []}}}",
            "there is no setting `plugins.users.hidden`; did you mean `hide`?",
        ),
        (
            "{\"colour\": true}",
            "there is no setting `colour`; accepted here: ",
        ),
    ] {
        home.write("config.json", config);
        assert_one_line(
            &home.run(["tools", "--config", "config.json"]).await,
            2,
            line,
        );
    }
}

#[tokio::test]
async fn a_file_in_the_working_directory_is_not_read_unless_it_is_named() {
    let home = Home::new();
    home.write(
        "config.json",
        "{\"okta\": {\"orgUrl\": \"http://127.0.0.1:9\", \"apiToken\": \"00neverSent\"}, \"plugins\": {\"users\": {\"enabled\": false}}}",
    );
    let found = home.run(["tools"]).await;
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    assert!(found.stdout.contains("search_users"), "{}", found.stdout);
    let told = home.run(["call", "list_users"]).await;
    assert_one_line(&told, 2, "is read only where --config config.json names it");
    let named = home.run(["tools", "--config", "config.json"]).await;
    assert!(!named.stdout.contains("search_users"), "{}", named.stdout);
}

#[tokio::test]
async fn an_org_that_is_none_is_refused_with_an_example() {
    for (url, line) in [
        ("http://your-company.okta.com", "--org-url: "),
        ("https://user:secret@company.okta.com", "--org-url: "),
        ("https://company.okta.com/api/v1", "--org-url: "),
        ("company", "--org-url: "),
    ] {
        let home = Home::new();
        home.write("token", "00abcdefghijklmnopqrstuvwxyz0123456789ABCD");
        let ended = home
            .run([
                "call",
                "list_users",
                "--org-url",
                url,
                "--api-token-file",
                "token",
            ])
            .await;
        assert_one_line(&ended, 2, line);
    }
}

#[tokio::test]
async fn the_committed_schema_of_the_configuration_is_the_program_s() {
    let printed = run(&["config", "schema"]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let remedy = "run `cargo run -p okta-mcp -- config schema > host/okta-mcp/config.schema.json`";
    let committed = std::fs::read_to_string(repository("host/okta-mcp/config.schema.json"))
        .unwrap_or_else(|error| panic!("{error}; {remedy}"));
    assert!(
        committed == printed.stdout,
        "the schema has changed; {remedy}"
    );
}

#[tokio::test]
async fn the_example_of_a_configuration_is_one() {
    let home = Home::new();
    home.write_secret("okta-token", "00exampleExampleExampleExampleExampleExa00");
    let example = std::fs::read_to_string(repository("config.example.json")).unwrap();
    let file = home.write(
        "settings.json",
        &example.replace("your-org.okta.com", "northwind.okta.com"),
    );
    let ended = home
        .run(["tools", "--config", file.to_str().unwrap()])
        .await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ended.stdout
    );
    let schema: Value = serde_json::from_str(&home.run(["config", "schema"]).await.stdout).unwrap();
    jsonschema::validate(&schema, &serde_json::from_str(&example).unwrap()).unwrap();
}
