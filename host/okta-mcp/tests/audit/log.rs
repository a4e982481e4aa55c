//! What calls leave in the log.

use serde_json::json;

use crate::support::client::Client;
use crate::support::{Home, SECRET, Simulator, with_probe};
use crate::{call, demo, of, rows};

const ENGINEER: &str = "mara.okonkwo@northwind.example.com";

#[tokio::test]
async fn a_client_s_call_is_told_with_its_gets_and_without_its_values() {
    let home = Home::new();
    let client = Client::start(demo(&home, &["serve"])).await;
    client
        .ok("get_user_groups", json!({"user": ENGINEER, "limit": 5}))
        .await;
    client
        .ok(
            "search_users",
            json!({"department": "Engineering", "limit": 3}),
        )
        .await;
    client.close().await;
    let rows = rows(&home);
    let calls = of(&rows, "call");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["client"]["transport"], "stdio");
    assert_eq!(calls[0]["client"]["name"], "rmcp");
    assert_eq!(
        calls[0]["arguments"]["user"],
        json!({"kind": "okta-login", "length": 34})
    );
    let gets = of(&rows, "get");
    let own: Vec<_> = gets
        .iter()
        .filter(|get| get["call"] == calls[0]["call"])
        .collect();
    assert_eq!(own.len(), 2, "the login's id, and the groups");
    assert_eq!(
        (&own[0]["endpoint"], &own[0]["fields"]),
        (&json!("/api/v1/users/{id}"), &json!(["id"]))
    );
    assert!(own[1]["requestId"].is_string(), "{}", own[1]);
    assert_eq!(own[1]["rows"], 5);
    let search = &gets[2]["query"]["search"];
    assert_eq!(
        (&search["kind"], &search["names"][0]),
        (&json!("expression"), &json!("profile.department")),
        "{search}"
    );
    let text = crate::lines(&home).concat();
    for value in ["mara", "Engineering", SECRET] {
        assert!(!text.contains(value), "{value}");
    }
}

#[tokio::test]
async fn an_error_tells_the_id_by_which_its_row_is_found() {
    let home = Home::new();
    let client = Client::start(demo(&home, &["serve"])).await;
    let nobody = client
        .error("get_user", json!({"user": "nobody@northwind.example.com"}))
        .await;
    let malformed = client.error("get_user", json!({"usr": "x"})).await;
    let (_, unknown) = client.refused("get_usr", json!({})).await;
    client.close().await;
    let rows = rows(&home);
    for (text, outcome) in [
        (nobody, "failed or invalid-arguments"),
        (malformed, "invalid-arguments"),
        (unknown, "unknown-tool"),
    ] {
        let (_, id) = text.rsplit_once(" [audit ").expect(&text);
        let id = id.strip_suffix(']').unwrap();
        let found: Vec<_> = of(&rows, "call")
            .into_iter()
            .filter(|row| row["call"] == id)
            .collect();
        assert_eq!(found.len(), 1, "{text}");
        assert!(
            outcome.contains(found[0]["outcome"].as_str().unwrap()),
            "{text}"
        );
    }
    let plain = Home::new()
        .run([
            "call",
            "--demo",
            "get_user",
            r#"{"user": "nobody@northwind.example.com"}"#,
        ])
        .await;
    assert!(
        !plain.stderr.contains("[audit"),
        "no log, no id: {}",
        plain.stderr
    );
}

#[tokio::test]
async fn what_a_plugin_was_denied_is_told() {
    let home = Home::new();
    let simulator = Simulator::start(&home).await;
    let mut config = with_probe();
    config["audit"] = json!({"log": "log.jsonl", "values": true});
    let file = home.write("settings.json", &config.to_string());
    let mut command = home.command(["serve", "--config", file.to_str().unwrap()]);
    simulator.configure(&mut command);
    let client = Client::start(command).await;
    for (endpoint, path) in [
        ("/api/v1/apps", json!([])),
        (
            "/api/v1/users/{id}",
            json!([{"name": "id", "value": "../groups"}]),
        ),
    ] {
        client
            .ok(
                "raw_get",
                json!({"endpoint": endpoint, "path": path, "query": []}),
            )
            .await;
    }
    client.close().await;
    let text = std::fs::read_to_string(home.path().join("log.jsonl")).unwrap();
    let rows: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let denials = of(&rows, "denial");
    let told: Vec<_> = denials
        .iter()
        .map(|row| {
            (
                row["reason"].as_str().unwrap(),
                row["class"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("undeclared-endpoint", "denied"),
            ("malformed-value", "invalid")
        ]
    );
    assert_eq!(denials[1]["plugin"], "probe");
    assert!(
        denials[1]["text"]
            .as_str()
            .unwrap()
            .contains("got `../groups`")
    );
    assert!(!text.contains(&simulator.token), "no credential");
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_calls_before_they_begin_or_not_as_the_operator_says() {
    for (on_failure, code) in [("deny", 1), ("allow", 0)] {
        let home = Home::new();
        let simulator = Simulator::start(&home).await;
        let config = json!({"audit": {"log": "missing/audit.jsonl", "onFailure": on_failure}});
        let file = home.write("settings.json", &config.to_string());
        let mut command = home.command([
            "call",
            "list_groups",
            "{\"limit\": 1}",
            "--config",
            file.to_str().unwrap(),
            "--log",
            "off",
        ]);
        simulator.configure(&mut command);
        let ended = crate::support::Ended::of(command).await;
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        if code == 1 {
            assert!(ended.stderr.contains("the audit log cannot be written, and this server is set to answer no call that it cannot record"), "{}", ended.stderr);
            assert_eq!(ended.stdout, "");
        }
    }
}

#[tokio::test]
async fn two_servers_on_one_log_do_not_spoil_it() {
    let home = Home::new();
    let (one, other) = (
        Client::start(demo(&home, &["serve"])).await,
        Client::start(demo(&home, &["serve"])).await,
    );
    for _ in 0..10 {
        let list = json!({"limit": 1});
        tokio::join!(
            one.ok("list_groups", list.clone()),
            other.ok("list_users", list)
        );
    }
    one.close().await;
    other.close().await;
    let rows = rows(&home);
    assert_eq!(
        (
            of(&rows, "open").len(),
            of(&rows, "call").len(),
            of(&rows, "get").len()
        ),
        (2, 20, 20)
    );
    let verified = home.run(["audit", "verify", "audit.jsonl"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
}

#[tokio::test]
async fn a_mistake_in_the_log_s_settings_is_told_in_one_line() {
    let home = Home::new();
    for (config, text) in [
        (
            json!({"audit": {"onFailure": "deny"}}),
            "audit.log: is missing beside audit.onFailure",
        ),
        (
            json!({"audit": {"log": "a", "maxBytes": "1 KiB"}}),
            "audit.maxBytes: write it as in `64 MiB`",
        ),
        (
            json!({"audit": {"logs": "a"}}),
            "there is no setting `audit.logs`; did you mean `log`?",
        ),
        (
            json!({"audit": {"log": "a", "onFailure": "ask"}}),
            "unknown variant `ask`",
        ),
        (json!({"audit": []}), "an array where an object is expected"),
    ] {
        home.write("config.json", &config.to_string());
        let ended = home.run(["tools", "--config", "config.json"]).await;
        assert_eq!(
            (ended.code, ended.stderr.lines().count()),
            (Some(2), 1),
            "{}",
            ended.stderr
        );
        assert!(ended.stderr.contains(text), "{}", ended.stderr);
    }
    let _ = call(&home, "list_groups", "{}").await;
    assert!(home.path().join("audit.jsonl").exists());
}
