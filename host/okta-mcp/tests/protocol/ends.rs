//! How a server begins and ends.

use serde_json::json;

use crate::support::raw::Raw;
use crate::support::{Home, Simulator};
use crate::{ENGINEER, Session, names};

#[tokio::test]
async fn the_end_of_stdin_is_the_end_of_the_server_and_no_failure() {
    let silent = Session::start("warn").await;
    let left = silent.server.leave().await;
    assert_eq!(
        (left.status.code(), left.stderr.as_str()),
        (Some(0), ""),
        "a client that looked in and left"
    );
    let mut busy = Session::start("warn").await;
    busy.server.initialize("2025-11-25").await;
    busy.server
        .send(
            "tools/call",
            json!({"name": "search_users", "arguments": {"last_login_after": "2031-01-01"}}),
        )
        .await;
    assert_eq!(
        busy.server.leave().await.status.code(),
        Some(0),
        "a client that left in the middle of a call"
    );
}

#[tokio::test]
async fn a_server_without_an_org_lists_its_tools_and_a_call_says_what_to_set() {
    let home = Home::new();
    let mut server = Raw::start(home.command(["serve"]));
    server.initialize("2025-11-25").await;
    assert_eq!(
        names(&server.request("tools/list", json!({})).await).len(),
        13
    );
    let answer = server.call("list_users", json!({})).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    for setting in ["OKTA_ORG_URL", "OKTA_API_TOKEN", "okta-mcp init", "--demo"] {
        assert!(text.contains(setting), "{text}");
    }
}

#[tokio::test]
async fn the_server_is_what_runs_when_no_command_is_given() {
    let home = Home::new();
    let simulator = Simulator::start(&home).await;
    let mut command = home.command::<&str>([]);
    simulator.configure(&mut command);
    let mut server = Raw::start(command);
    server.initialize("2025-11-25").await;
    let answer = server.call("get_user", json!({"user": ENGINEER})).await;
    assert_eq!(
        answer["result"]["structuredContent"]["login"], ENGINEER,
        "{answer}"
    );
}

#[tokio::test]
async fn a_wrong_configuration_ends_in_one_line_that_names_the_key() {
    let home = Home::new();
    for (config, line) in [
        (
            "{\"okta\": {\"orgURL\": \"https://a.okta.com\"}}",
            "there is no setting `okta.orgURL`; did you mean `orgUrl`?",
        ),
        (
            "{\"okta\": {\n\"orgUrl\": 7}}",
            "line 2: invalid type: integer `7`",
        ),
        (
            "{\"plugins\": {\"probe\": {\"package\": \"p.wasm\", \"sha256\": \"12\"}}}",
            "there is no setting `plugins.probe.sha256` any more",
        ),
        (
            "{\"plugins\": {\"users\": {\"limits\": {\"cpu\": \"soon\"}}}}",
            "plugins.users.limits.cpu: write it as in `500 ms`",
        ),
    ] {
        let file = home.write("wrong.json", config);
        let ended = home
            .run(["serve", "--config", file.to_str().unwrap()])
            .await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{config}"
        );
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert!(
            ended.stderr.starts_with("okta-mcp: ") && ended.stderr.contains(line),
            "{}",
            ended.stderr
        );
    }
    let ended = home.run(["serve", "--config", "nowhere.json"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .starts_with("okta-mcp: nowhere.json cannot be read: "),
        "{}",
        ended.stderr
    );
}
