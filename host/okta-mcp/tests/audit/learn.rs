//! `okta-mcp plugin learn`, with the probe, which asks for whatever it is told to.

use capability::manifest::Manifest;
use serde_json::{Value, json};

use crate::support::{Ended, Home, probe};

async fn learn(calls: &[Value]) -> Ended {
    let home = Home::new();
    let lines: Vec<String> = calls
        .iter()
        .map(|call| json!({"tool": "raw_get", "arguments": call}).to_string())
        .collect();
    home.write("calls.jsonl", &lines.join("\n"));
    let probe = probe();
    home.run([
        "plugin",
        "learn",
        probe.to_str().unwrap(),
        "--calls",
        "calls.jsonl",
    ])
    .await
}

fn ask(endpoint: &str, path: &[(&str, &str)], query: &[(&str, &str)]) -> Value {
    let pairs = |pairs: &[(&str, &str)]| -> Value {
        pairs
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect()
    };
    json!({"endpoint": endpoint, "path": pairs(path), "query": pairs(query)})
}

#[tokio::test]
async fn what_was_denied_becomes_the_least_manifest_that_allows_it() {
    let id = "0oa1exampleExampl5d7";
    let ended = learn(&[
        ask("/api/v1/apps/{appId}", &[("appId", id)], &[]),
        ask("/api/v1/users", &[], &[("q", "mara"), ("limit", "300")]),
        ask(
            "/api/v1/users",
            &[],
            &[("search", "profile.department eq \"x\"")],
        ),
        ask("/api/v1/groups/{groupId}", &[("groupId", id)], &[]),
    ])
    .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let manifest = Manifest::parse(&ended.stdout).unwrap();
    let of = |get: &str| {
        manifest
            .endpoints_of("raw_get")
            .find(|e| e.template.as_str() == get)
            .unwrap()
    };
    let app = of("/api/v1/apps/{appId}");
    assert_eq!((app.path["appId"].word(), app.fields.len()), ("okta-id", 1));
    let users = of("/api/v1/users");
    assert!(users.query["q"].accepts("mara"));
    assert!(users.query["limit"].accepts("300") && !users.query["limit"].accepts("301"));
    let search = ended
        .stdout
        .lines()
        .find(|line| line.starts_with("query.search"))
        .unwrap();
    assert!(
        search.contains("names = [\"profile.department\"]"),
        "{search}"
    );
    assert!(
        of("/api/v1/groups/{groupId}")
            .tools
            .contains(&"other_get".to_owned())
    );
    let own =
        std::fs::read_to_string(crate::support::repository("plugins/probe/plugin.toml")).unwrap();
    for line in own.lines().filter(|line| line.starts_with("why")) {
        assert!(ended.stdout.contains(line), "every `why` stays: {line}");
    }
    for learned in [
        "GET /api/v1/apps/{appId} for raw_get",
        "query.q = { text = 100 }",
        "query.limit = { integer = [1, 300] }",
    ] {
        assert!(
            ended.stderr.contains(&format!("learned: {learned}")),
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn what_carries_credentials_and_what_is_malformed_stays_denied() {
    let id = "0oa1exampleExampl5d7";
    let ended = learn(&[
        ask(
            "/api/v1/apps/{appId}/credentials/secrets",
            &[("appId", id)],
            &[],
        ),
        ask("/api/v1/everything", &[], &[]),
        ask("/api/v1/users/{id}", &[("id", "../groups")], &[]),
        ask("/api/v1/users", &[], &[("after", "00u1")]),
        ask(
            "/api/v1/users",
            &[],
            &[("search", "credentials.password.value pr")],
        ),
    ])
    .await;
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    for denied in [
        "GET /api/v1/apps/{appId}/credentials/secrets answers with credentials: declare it by hand",
        "GET /api/v1/everything is none of Okta's",
        "no form of a parameter takes the value of path.id of GET /api/v1/users/{id}",
        "GET /api/v1/users takes no query parameter `after`",
        "a search by `password` would tell a secret",
        "nothing was learned",
    ] {
        assert!(ended.stderr.contains(denied), "{denied}: {}", ended.stderr);
    }
    let own =
        std::fs::read_to_string(crate::support::repository("plugins/probe/plugin.toml")).unwrap();
    assert_eq!(ended.stdout, own);
}

#[tokio::test]
async fn a_mistake_in_the_calls_is_told_in_one_line() {
    let home = Home::new();
    let probe = probe();
    for (words, text) in [
        (&[][..], "say which calls to make"),
        (&["--", "nothing"][..], "has no tool `nothing`; it has"),
        (&["--", "{}"][..], "stands behind no tool's name"),
        (&["--calls", "missing"][..], "missing: No such file"),
    ] {
        let ended = home
            .run(
                ["plugin", "learn", probe.to_str().unwrap()]
                    .iter()
                    .chain(words),
            )
            .await;
        assert_eq!(
            (ended.code, ended.stderr.lines().count()),
            (Some(2), 1),
            "{}",
            ended.stderr
        );
        assert!(ended.stderr.contains(text), "{}", ended.stderr);
    }
}
