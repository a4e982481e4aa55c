//! A call as a server has it, for what measures the log.

#![allow(
    clippy::expect_used,
    dead_code,
    reason = "each user takes a part of it"
)]

use std::path::Path;
use std::sync::Arc;

use audit::SealKey;
use audit::log::{Log, OnFailure, Settings};
use audit::record::{Record, Subject};
use audit::row::{Client, Outcome, Transport};
use capability::answer::{Failure, Page};
use capability::cursor::CursorKey;
use capability::grant::{AuthorizedGet, Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use serde_json::{Map, Value};

const MANIFEST: &str = include_str!("../../../../plugins/users/plugin.toml");

pub(crate) fn settings(folder: &Path, on_failure: OnFailure) -> Settings {
    Settings {
        path: folder.join("audit.jsonl"),
        max_bytes: 64 << 20,
        keep: 1_000,
        on_failure,
        values: false,
        sync: false,
        program: "okta-mcp bench".to_owned(),
    }
}

pub(crate) fn log(settings: Settings, key: &SealKey) -> Arc<Log> {
    Arc::new(Log::start(settings, Some(key.clone())).expect("a thread"))
}

/// A search of users, as most calls are.
pub(crate) fn get() -> AuthorizedGet {
    let manifest = Manifest::parse(MANIFEST).expect("the built-in manifest");
    let org = OrgUrl::parse("https://example.okta.com").expect("an org");
    let request = Request {
        endpoint: "/api/v1/users".to_owned(),
        query: vec![
            (
                "search".to_owned(),
                "profile.department eq \"Engineering\" and status eq \"ACTIVE\"".to_owned(),
            ),
            ("limit".to_owned(), "200".to_owned()),
        ],
        ..Request::default()
    };
    let grants = Grants::new(&manifest, org, CursorKey::new([1; 32]), &[]);
    grants
        .of_tool("search_users")
        .authorize(&request)
        .expect("a declared request")
}

pub(crate) fn page() -> Result<Page, Failure> {
    let body = br#"[{"id": "00u1", "status": "ACTIVE", "created": "x", "lastLogin": "x", "lastUpdated": "x",
        "profile": {"login": "x", "email": "x", "firstName": "x", "lastName": "x", "department": "x"}}]"#;
    let projected = get().projection().apply(body).expect("a body");
    Ok(Page {
        body: projected.body,
        next: None,
        received: body.len() as u64,
        rows: 200,
        request_id: Some("reqX0f4kZzw3Z5oRU0l4ygKGQAABE0".to_owned()),
        seen: projected.seen,
    })
}

pub(crate) fn record(log: &Arc<Log>) -> Record {
    let mut arguments = Map::new();
    arguments.insert("department".to_owned(), Value::from("Engineering"));
    arguments.insert("limit".to_owned(), Value::from(200));
    let subject = Subject {
        plugin: "users".to_owned(),
        digest: "ab".repeat(32),
        tool: "search_users".to_owned(),
    };
    let client = Client::new("Claude Desktop", "1.2.3", Transport::Stdio);
    Record::of_call(log, client, subject, &arguments, |_| true)
}

/// One call with two GETs: three rows. The future waits until they are written.
pub(crate) fn call<'a>(
    log: &Arc<Log>,
    get: &'a AuthorizedGet,
    page: &'a Result<Page, Failure>,
) -> impl Future<Output = ()> + use<'a> {
    let record = record(log);
    record.get(get).finish(page);
    record.get(get).finish(page);
    async move {
        record
            .finish(Outcome::Done)
            .await
            .expect("a log that can be written");
    }
}
