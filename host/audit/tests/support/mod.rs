//! A log in a folder of its own, and calls for it.

#![allow(dead_code, reason = "each suite uses a part of it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::SealKey;
use audit::log::{Log, OnFailure, Settings};
use audit::record::{Record, Subject};
use audit::row::{Client, Outcome, Row, Transport};
use audit::verify::{Against, Checked, verify};
use capability::answer::{Failure, Page};
use capability::cursor::CursorKey;
use capability::grant::{AuthorizedGet, Denial, Grant, Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

pub const MANIFEST: &str = r#"manifest = 1
name = "users"
version = "0.1.0"
summary = "Users"

[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["get_user"]
why = "Read one user"
path.id = "okta-user"
fields = ["id", "status", "profile.login", "profile.*"]

[[endpoint]]
get = "/api/v1/users"
tools = ["get_user", "list_users"]
why = "Find users"
query.limit = { integer = [1, 200] }
query.search = { expression = 200 }
fields = ["id", "profile.department"]
"#;

pub const USER: &str = "/api/v1/users/{id}";
pub const USERS: &str = "/api/v1/users";
pub const LOGIN: &str = "mara.okonkwo@northwind.example.com";

pub fn key() -> SealKey {
    SealKey::new([7; 32])
}

pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn log(&self) -> PathBuf {
        self.path().join("audit.jsonl")
    }

    pub fn settings(&self) -> Settings {
        Settings {
            path: self.log(),
            max_bytes: 1 << 20,
            keep: 3,
            on_failure: OnFailure::Deny,
            values: false,
            sync: false,
            program: "okta-mcp test".to_owned(),
        }
    }

    pub fn start(&self) -> Arc<Log> {
        self.start_with(self.settings())
    }

    pub fn start_with(&self, settings: Settings) -> Arc<Log> {
        Arc::new(Log::start(settings, Some(key())).unwrap())
    }

    pub fn check(&self) -> Checked {
        let against = Against {
            key: Some(key()),
            ..Against::default()
        };
        verify(&self.log(), &against).unwrap()
    }

    /// All lines of the log and its older parts.
    pub fn lines(&self) -> Vec<String> {
        let mut names: Vec<PathBuf> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_str().unwrap().contains("audit.jsonl.0"))
            .collect();
        names.sort();
        names.push(self.log());
        names
            .iter()
            .flat_map(|path| {
                let text = std::fs::read_to_string(path).unwrap();
                text.lines().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    }

    pub fn rows(&self) -> Vec<Row> {
        self.lines()
            .iter()
            .map(|line| Row::parse(line.as_bytes()).unwrap())
            .collect()
    }
}

pub fn client() -> Client {
    Client::new("Test Client", "1.2", Transport::Stdio)
}

pub fn subject(tool: &str) -> Subject {
    Subject {
        plugin: "users".to_owned(),
        digest: "ab".repeat(32),
        tool: tool.to_owned(),
    }
}

pub fn record(log: &Arc<Log>, tool: &str, arguments: Value) -> Record {
    let Value::Object(arguments) = arguments else {
        panic!("{arguments}")
    };
    Record::of_call(log, client(), subject(tool), &arguments, |name| {
        name != "secret"
    })
}

/// One call with `gets` GETs, written to its end.
pub async fn call(log: &Arc<Log>, gets: usize) -> String {
    let record = record(log, "get_user", json!({"user": LOGIN}));
    for _ in 0..gets {
        record.get(&authorized(LOGIN)).finish(&page());
    }
    let id = record.id().to_string();
    record.finish(Outcome::Done).await.unwrap();
    id
}

pub fn grant(tool: &str) -> Grant {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let org = OrgUrl::parse("https://example.okta.com").unwrap();
    Grants::new(
        &manifest,
        org,
        CursorKey::new([1; 32]),
        &["profile.ssn".parse().unwrap()],
    )
    .of_tool(tool)
}

pub fn request(endpoint: &str, path: &[(&str, &str)], query: &[(&str, &str)]) -> Request {
    let own = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    };
    Request {
        endpoint: endpoint.to_owned(),
        path: own(path),
        query: own(query),
        cursor: None,
    }
}

pub fn authorized(user: &str) -> AuthorizedGet {
    grant("get_user")
        .authorize(&request(USER, &[("id", user)], &[]))
        .unwrap()
}

pub fn denied(request: &Request) -> Denial {
    grant("get_user")
        .authorize(request)
        .map(|_| ())
        .unwrap_err()
}

pub fn page() -> Result<Page, Failure> {
    let body = br#"{"id": "00u1", "profile": {"login": "mara", "team": "x"}, "status": null}"#;
    let projected = authorized(LOGIN).projection().apply(body).unwrap();
    Ok(Page {
        body: projected.body,
        next: None,
        received: body.len() as u64,
        rows: projected.rows,
        request_id: Some("reqX0f4kZzw3Z5oRU0l4ygKGQAABE0".to_owned()),
        seen: projected.seen,
    })
}

pub fn no_arguments() -> Map<String, Value> {
    Map::new()
}
