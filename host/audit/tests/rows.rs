//! What a row tells, and what it never does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod support;

use audit::log::Settings;
use audit::record::Record;
use audit::report::Report;
use audit::row::{Client, Event, Outcome, Row, Transport};
use capability::answer::{Failure, Refusal};
use serde_json::{Value, json};
use support::{
    Folder, LOGIN, USER, USERS, authorized, call, client, denied, page, record, request,
};

/// The row that the line at `at` holds, without what differs from run to run.
fn told(folder: &Folder, at: usize) -> Value {
    let mut row: Value = serde_json::from_str(&folder.lines()[at]).unwrap();
    let members = row.as_object_mut().unwrap();
    assert_eq!(members.remove("v"), Some(json!(1)));
    for volatile in ["seq", "time", "hash", "micros", "call"] {
        members.remove(volatile);
    }
    row
}

#[tokio::test]
async fn a_call_and_its_gets_are_told_by_their_shapes() {
    let folder = Folder::new();
    let log = folder.start();
    let record = record(
        &log,
        "get_user",
        json!({"user": LOGIN, "fresh": true, "secret": "x"}),
    );
    record.get(&authorized(LOGIN)).finish(&page());
    let refusal = Refusal {
        status: 404,
        code: "E0000007".to_owned(),
        summary: format!("Not found: Resource not found: {LOGIN} (User)"),
        request_id: Some("req2".to_owned()),
    };
    record
        .get(&authorized("00u11qxw8mzK7RtPd5f6"))
        .finish(&Err(Failure::NotFound(refusal)));
    let id = record.id().to_string();
    record.finish(Outcome::Done).await.unwrap();
    let digest = "ab".repeat(32);
    assert_eq!(told(&folder, 0)["event"], "start");
    assert_eq!(told(&folder, 1)["event"], "open");
    assert_eq!(
        told(&folder, 2),
        json!({
            "event": "get", "plugin": "users", "digest": digest, "tool": "get_user", "endpoint": USER,
            "path": {"id": {"kind": "okta-login", "length": 34}},
            "fields": ["id", "profile.login", "profile.*"], "rows": 1, "bytes": 73,
            "requestId": "reqX0f4kZzw3Z5oRU0l4ygKGQAABE0", "outcome": "page",
        })
    );
    assert_eq!(
        told(&folder, 3),
        json!({
            "event": "get", "plugin": "users", "digest": digest, "tool": "get_user", "endpoint": USER,
            "path": {"id": {"kind": "okta-id", "length": 20}}, "rows": 0, "bytes": 0,
            "requestId": "req2", "outcome": "not-found", "status": 404, "code": "E0000007",
        })
    );
    assert_eq!(
        told(&folder, 4),
        json!({
            "event": "call", "client": {"name": "Test Client", "version": "1.2", "transport": "stdio"},
            "plugin": "users", "digest": digest, "tool": "get_user",
            "arguments": {"user": {"kind": "okta-login", "length": 34}, "fresh": {"kind": "boolean", "length": 0}},
            "undeclaredArguments": 1, "gets": 2, "denials": 0, "rows": 1, "bytes": 73, "outcome": "done",
        })
    );
    let lines = folder.lines();
    for line in &lines[2..] {
        assert!(line.contains(&id), "each row of a call has its id: {line}");
    }
    assert!(
        !lines.concat().contains("mara"),
        "no value is told: {lines:?}"
    );
    assert_eq!(folder.check().finding, None);
}

#[tokio::test]
async fn a_search_is_told_by_the_names_in_it() {
    let folder = Folder::new();
    let log = folder.start();
    let record = record(&log, "list_users", json!({}));
    let search = r#"profile.department eq "Secret Projects" and id pr and id pr"#;
    let asked = request(USERS, &[], &[("search", search), ("limit", "200")]);
    let get = support::grant("list_users").authorize(&asked).unwrap();
    record.get(&get).finish(&page());
    record.finish(Outcome::Done).await.unwrap();
    assert_eq!(
        told(&folder, 2)["query"],
        json!({
            "search": {"kind": "expression", "length": search.len(), "names": ["profile.department", "id"]},
            "limit": {"kind": "integer", "length": 3},
        })
    );
    assert!(!folder.lines().concat().contains("Secret Projects"));
}

#[tokio::test]
async fn every_denial_is_told_by_what_of_it_is_ours() {
    let folder = Folder::new();
    let log = folder.start();
    let record = record(&log, "get_user", json!({}));
    let smuggled = "/api/v1/users/mara@example.com\n{\"event\":\"call\"}";
    let cases = [
        (
            request("/api/v1/apps", &[], &[]),
            json!({"reason": "undeclared-endpoint", "class": "denied", "endpoint": "/api/v1/apps"}),
        ),
        (
            request(smuggled, &[], &[]),
            json!({"reason": "undeclared-endpoint", "class": "denied"}),
        ),
        (
            request(USERS, &[], &[("q", "mara")]),
            json!({"reason": "undeclared-query", "class": "denied", "endpoint": USERS, "parameter": "q"}),
        ),
        (
            request(USERS, &[], &[("mara okonkwo", "x")]),
            json!({"reason": "undeclared-query", "class": "denied", "endpoint": USERS}),
        ),
        (
            request(USERS, &[], &[("search", "profile.ssn pr")]),
            json!({"reason": "hidden-field", "class": "denied", "endpoint": USERS, "parameter": "search", "field": "profile.ssn"}),
        ),
        (
            request(USERS, &[], &[("search", "profile.title pr")]),
            json!({"reason": "undeclared-name", "class": "denied", "endpoint": USERS, "parameter": "search", "field": "profile.title"}),
        ),
        (
            request(USERS, &[], &[("search", "mara@x.y pr")]),
            json!({"reason": "undeclared-name", "class": "denied", "endpoint": USERS, "parameter": "search"}),
        ),
        (
            request(USER, &[("id", "../groups/mara")], &[]),
            json!({"reason": "malformed-value", "class": "invalid", "endpoint": USER, "parameter": "id"}),
        ),
        (
            request(USER, &[], &[]),
            json!({"reason": "missing-parameter", "class": "invalid", "endpoint": USER, "parameter": "id"}),
        ),
    ];
    for (asked, _) in &cases {
        record.denial(asked, &denied(asked));
    }
    record.finish(Outcome::Failed).await.unwrap();
    for (at, (_, expected)) in cases.iter().enumerate() {
        let mut row = told(&folder, at + 2);
        for known in ["event", "plugin", "digest", "tool"] {
            row.as_object_mut().unwrap().remove(known).unwrap();
        }
        assert_eq!(row, *expected);
    }
    let call = told(&folder, cases.len() + 2);
    assert_eq!((&call["denials"], &call["gets"]), (&json!(9), &json!(0)));
    assert!(
        !folder.lines().concat().contains("mara"),
        "{:?}",
        folder.lines()
    );
}

#[tokio::test]
async fn values_are_told_where_the_operator_wants_them_and_stay_on_their_line() {
    let folder = Folder::new();
    let log = folder.start_with(Settings {
        values: true,
        ..folder.settings()
    });
    let hostile = "x\r\n{\"event\":\"call\"}\u{2028}\u{202e}\u{1b}[31m\0";
    let record = record(&log, "get_user", json!({"user": hostile}));
    record.get(&authorized(LOGIN)).finish(&page());
    let asked = request("/api/v1/x\n\u{202e}y", &[], &[]);
    record.denial(&asked, &denied(&asked));
    record.finish(Outcome::Done).await.unwrap();
    assert_eq!(folder.lines().len(), 5);
    assert_eq!(told(&folder, 1)["values"], true);
    assert_eq!(told(&folder, 2)["path"]["id"]["value"], LOGIN);
    assert!(
        told(&folder, 3)["text"]
            .as_str()
            .unwrap()
            .contains("GET /api/v1/xy;")
    );
    assert_eq!(
        told(&folder, 4)["arguments"]["user"]["value"],
        "x{\"event\":\"call\"}[31m"
    );
    for line in folder.lines() {
        assert!(!line.chars().any(capability::text::is_hidden), "{line:?}");
    }
}

#[tokio::test]
async fn a_client_cannot_write_into_the_log_with_its_name() {
    let folder = Folder::new();
    let log = folder.start();
    let client = Client::new(
        &format!("evil\"}}\n{{\u{202e}{}", "x".repeat(500)),
        "1\n2",
        Transport::CommandLine,
    );
    let record = Record::of_unknown(&log, client, "not a tool\n");
    record.finish(Outcome::UnknownTool).await.unwrap();
    let record = Record::of_unknown(&log, support::client(), "list_usres");
    record.finish(Outcome::UnknownTool).await.unwrap();
    assert_eq!(folder.lines().len(), 4);
    let call = told(&folder, 2);
    assert_eq!(call["client"]["name"].as_str().unwrap().chars().count(), 61);
    assert_eq!(
        (&call["client"]["version"], &call["client"]["transport"]),
        (&json!("12"), &json!("command-line"))
    );
    assert_eq!(
        call.get("tool"),
        None,
        "what cannot be a tool's name is not told"
    );
    assert_eq!(told(&folder, 3)["tool"], "list_usres");
}

#[tokio::test]
async fn what_is_dropped_was_cancelled() {
    let folder = Folder::new();
    let log = folder.start();
    let record = record(&log, "get_user", json!({}));
    let get = authorized(LOGIN);
    drop(record.get(&get));
    drop(record);
    call(&log, 0).await;
    assert_eq!(told(&folder, 2)["outcome"], "cancelled");
    let cancelled = told(&folder, 3);
    assert_eq!(
        (&cancelled["outcome"], &cancelled["gets"]),
        (&json!("cancelled"), &json!(1))
    );
}

#[tokio::test]
async fn every_row_fits_the_published_schema() {
    let schema = jsonschema::validator_for(&Row::json_schema()).unwrap();
    let folder = Folder::new();
    let log = folder.start_with(Settings {
        max_bytes: 3_000,
        values: true,
        ..folder.settings()
    });
    for _ in 0..4 {
        let record = record(&log, "get_user", json!({"user": LOGIN, "n": [1]}));
        record.get(&authorized(LOGIN)).finish(&page());
        let asked = request("/api/v1/apps", &[], &[]);
        record.denial(&asked, &denied(&asked));
        record.finish(Outcome::Done).await.unwrap();
    }
    let mut kinds = Vec::new();
    for line in folder.lines() {
        let row: Value = serde_json::from_str(&line).unwrap();
        if let Err(error) = schema.validate(&row) {
            panic!("{error}: {line}");
        }
        kinds.push(row["event"].as_str().unwrap().to_owned());
        assert!(
            schema
                .validate(&json!({"v": 1, "event": row["event"]}))
                .is_err()
        );
    }
    for kind in ["start", "continue", "open", "call", "get", "denial"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind}: {kinds:?}");
    }
}

#[test]
fn the_published_schemas_are_the_types_schemas() {
    for (name, schema, command) in [
        ("audit-row", Row::json_schema(), "audit schema"),
        (
            "audit-report",
            Report::json_schema(),
            "audit schema --report",
        ),
    ] {
        let path = format!("{}/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let now = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == now,
            "run `okta-mcp {command} > host/audit/{name}.schema.json`"
        );
    }
}

#[tokio::test]
async fn ids_differ_between_calls_and_processes() {
    let folder = Folder::new();
    let (one, other) = (folder.start(), folder.start());
    let mut ids = vec![
        call(&one, 0).await,
        call(&one, 0).await,
        call(&other, 0).await,
    ];
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "{ids:?}");
    let rows = folder.rows();
    let opened = rows
        .iter()
        .filter(|row| matches!(row.event, Event::Open(_)))
        .count();
    assert_eq!(opened, 2);
    let _ = client();
}
