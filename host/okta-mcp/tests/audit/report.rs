//! `okta-mcp audit report`, on the log of real calls.

use std::collections::BTreeMap;

use capability::manifest::Manifest;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::{Home, repository};
use crate::{call, demo};

/// A home with the log of a morning's work.
async fn worked() -> Home {
    let home = Home::new();
    let client = Client::start(demo(&home, &["serve"])).await;
    for _ in 0..3 {
        client
            .ok(
                "get_user",
                json!({"user": "mara.okonkwo@northwind.example.com"}),
            )
            .await;
    }
    client
        .ok(
            "search_users",
            json!({"department": "Engineering", "limit": 4}),
        )
        .await;
    client.ok("list_groups", json!({"limit": 7})).await;
    client
        .error("get_user", json!({"user": "nobody@northwind.example.com"}))
        .await;
    client.close().await;
    let ended = call(&home, "list_groups", "{\"limit\": 2}").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    home
}

async fn report(home: &Home, more: &[&str]) -> String {
    let ended = home
        .run(["audit", "report", "audit.jsonl"].iter().chain(more))
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

async fn facts(home: &Home, more: &[&str]) -> Value {
    let all: Vec<&str> = ["--format", "json"].iter().chain(more).copied().collect();
    serde_json::from_str(&report(home, &all).await).unwrap()
}

/// Names of the items, and whether they were used.
fn used(items: &Value) -> BTreeMap<&str, bool> {
    let items = items.as_array().unwrap().iter();
    items
        .map(|item| {
            (
                item["name"].as_str().unwrap(),
                item["used"].as_u64().unwrap() > 0,
            )
        })
        .collect()
}

#[tokio::test]
async fn what_is_declared_is_held_against_what_was_used() {
    let home = worked().await;
    let facts = facts(&home, &[]).await;
    let users = facts["plugins"]
        .as_array()
        .unwrap()
        .iter()
        .find(|plugin| plugin["plugin"] == "users")
        .unwrap();
    assert_eq!(users["otherDigests"], json!([]));
    let endpoints = users["endpoints"].as_array().unwrap();
    let by_tool = |tool: &str| {
        endpoints
            .iter()
            .find(|e| used(&e["tools"]).contains_key(tool))
            .unwrap()
    };
    assert_eq!(
        used(&by_tool("list_users")["tools"]),
        BTreeMap::from([("list_users", false)])
    );
    let search = by_tool("search_users");
    let parameters = used(&search["parameters"]);
    assert!(
        parameters["query.search"] && parameters["query.limit"] && !parameters["query.sortBy"],
        "{parameters:?}"
    );
    let get = by_tool("get_user");
    assert_eq!(get["tools"][0]["used"], 4);
    assert!(used(&get["fields"])["profile.*"]);
    let groups = facts["tools"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tool| tool["tool"] == "list_groups")
        .unwrap();
    assert_eq!(
        (&groups["calls"], &groups["gets"], &groups["rows"]),
        (&json!(2), &json!(2), &json!(9))
    );
    let callers: Vec<(&str, &str, u64)> = facts["callers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|caller| {
            (
                caller["transport"].as_str().unwrap(),
                caller["tool"].as_str().unwrap(),
                caller["calls"].as_u64().unwrap(),
            )
        })
        .collect();
    assert!(
        callers.contains(&("stdio", "get_user", 4))
            && callers.contains(&("command-line", "list_groups", 1)),
        "{callers:?}"
    );
    let schema = home.run(["audit", "schema", "--report"]).await.stdout;
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&facts));
}

#[tokio::test]
async fn every_form_says_the_same() {
    let home = worked().await;
    for format in ["text", "csv", "markdown"] {
        let text = report(&home, &["--format", format]).await;
        for part in [
            "What left the org",
            "Declared and not used",
            "list_groups",
            "Who called what",
            "/api/v1/policies",
            "never",
        ] {
            let part = if format == "markdown" {
                part.replace('_', "\\_")
            } else {
                part.to_owned()
            };
            assert!(text.contains(&part), "{format}: {part}: {text}");
        }
        assert!(!text.contains("mara"), "{format}");
    }
}

#[tokio::test]
async fn the_page_shows_it_without_network_or_script() {
    let home = worked().await;
    let page = report(&home, &["--format", "html"]).await;
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    for part in [
        "default-src 'none'; style-src 'sha256-",
        "<svg",
        "list_groups",
        "Declared and not used",
        "/api/v1/policies",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for never in [
        "<script", "http://", "https://", "url(", "@import", "style=\"", "mara",
    ] {
        assert!(!page.contains(never), "{never}");
    }
}

#[tokio::test]
async fn what_is_older_is_left_out_and_its_last_use_still_told() {
    let home = worked().await;
    let facts = facts(&home, &["--since", "2999-01-01"]).await;
    assert_eq!((&facts["rows"], &facts["tools"]), (&json!(0), &json!([])));
    let users = facts["plugins"]
        .as_array()
        .unwrap()
        .iter()
        .find(|plugin| plugin["plugin"] == "users")
        .unwrap();
    let get = users["endpoints"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["get"] == "/api/v1/users/{id}")
        .unwrap();
    assert_eq!(get["tools"][0]["used"], 0);
    assert!(get["tools"][0]["last"].is_string(), "{get}");
    let ended = home
        .run(["audit", "report", "audit.jsonl", "--since", "soon"])
        .await;
    assert_eq!(ended.code, Some(2));
}

#[tokio::test]
async fn the_suggested_manifest_is_enough_for_what_was_done_and_keeps_its_comments() {
    let home = worked().await;
    let text = report(&home, &["--suggest-manifest", "users"]).await;
    let narrowed = Manifest::parse(&text).unwrap();
    let own = std::fs::read_to_string(repository("plugins/users/plugin.toml")).unwrap();
    let own = Manifest::parse(&own).unwrap();
    assert_eq!(narrowed.tools(), ["get_user", "search_users"]);
    let search = narrowed.endpoints_of("search_users").next().unwrap();
    assert_eq!(search.query.keys().collect::<Vec<_>>(), ["limit", "search"]);
    let get = narrowed.endpoints_of("get_user").next().unwrap();
    assert_eq!(
        get.path["id"].word(),
        "okta-login",
        "it was asked by login only"
    );
    assert!(
        get.fields
            .iter()
            .any(|field| field.to_string() == "profile.*")
    );
    for endpoint in &narrowed.endpoints {
        let before = own
            .endpoints
            .iter()
            .find(|e| e.why == endpoint.why)
            .unwrap();
        assert!(
            endpoint
                .fields
                .iter()
                .all(|field| before.fields.contains(field))
        );
        assert!(
            endpoint
                .query
                .iter()
                .all(|(name, grammar)| before.query.get(name) == Some(grammar))
        );
    }
    assert_eq!(narrowed.limits, own.limits);
    let nothing = report(&home, &["--suggest-manifest", "policies"]).await;
    assert!(Manifest::parse(&nothing).unwrap().endpoints.is_empty());
    let ended = home
        .run([
            "audit",
            "report",
            "audit.jsonl",
            "--suggest-manifest",
            "user",
        ])
        .await;
    assert!(
        ended
            .stderr
            .contains("no such plugin is loaded; loaded are"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_report_on_a_log_that_is_not_whole_says_so() {
    let home = worked().await;
    let lines = crate::lines(&home);
    let text: String = lines
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != 4)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    home.write("audit.jsonl", &text);
    let ended = home.run(["audit", "report", "audit.jsonl"]).await;
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .contains("THE LOG IS NOT WHOLE: audit.jsonl, line 5: "),
        "{}",
        ended.stdout
    );
}
