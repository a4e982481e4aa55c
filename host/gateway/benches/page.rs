//! What a page costs: cutting it down, against reading and writing it whole; and a GET with all that
//! is round it, from a server on loopback.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may stop where it stands, and `criterion_group` writes undocumented items"
)]

use std::hint::black_box;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use capability::cursor::CursorKey;
use capability::grant::{AuthorizedGet, Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gateway::{Budget, Credential, Gateway, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::Instant;

/// The fields that the built-in `users` plugin declares for its list.
const MANIFEST: &str = r#"manifest = 1
name = "bench"
version = "0.1.0"
summary = "Reads one page of users"

[[endpoint]]
get = "/api/v1/users"
tools = ["read"]
why = "bench"
query.limit = { integer = [1, 200] }
fields = [
  "id", "status", "created", "lastLogin", "profile.login", "profile.email", "profile.firstName",
  "profile.lastName", "profile.department", "profile.title",
]
"#;

/// A user as Okta lists one: about 930 bytes, of which a tool needs a third.
fn user(n: u32) -> Value {
    let id = format!("00u1{n:08}KxQmZ5d7");
    let login = format!("mara.lindqvist{n}@northwind.example.com");
    json!({
        "id": id,
        "status": "ACTIVE",
        "created": "2025-02-03T09:15:00.000Z",
        "activated": "2025-02-03T09:20:11.000Z",
        "statusChanged": "2025-02-03T09:20:11.000Z",
        "lastLogin": "2026-01-30T07:58:43.000Z",
        "lastUpdated": "2026-01-12T16:40:02.000Z",
        "passwordChanged": "2025-02-03T09:20:11.000Z",
        "type": {"id": "oty1a2b3c4D5e6F7g8d7"},
        "profile": {
            "firstName": "Mara", "lastName": format!("Lindqvist{n}"), "mobilePhone": null,
            "secondEmail": null, "login": login, "email": login,
            "department": "Field Engineering", "title": "Systems Engineer",
            "employeeNumber": format!("{n:06}"), "city": "Malmö",
            "countryCode": "SE", "preferredLanguage": "sv"
        },
        "credentials": {"password": {}, "emails": [{"value": login, "status": "VERIFIED", "type": "PRIMARY"}],
            "provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": format!("https://example.okta.com/api/v1/users/{id}")}},
    })
}

fn page() -> String {
    Value::from((0..200).map(user).collect::<Vec<_>>()).to_string()
}

fn authorized(origin: &str) -> AuthorizedGet {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let grants = Grants::new(
        &manifest,
        OrgUrl::parse(origin).unwrap(),
        CursorKey::new([1; 32]),
        &[],
    );
    let request = Request {
        endpoint: "/api/v1/users".to_owned(),
        query: vec![("limit".to_owned(), "200".to_owned())],
        ..Request::default()
    };
    grants.of_tool("read").authorize(&request).unwrap()
}

fn projection(criterion: &mut Criterion) {
    let page = page();
    let get = authorized("https://example.okta.com");
    let mut group = criterion.benchmark_group(format!("200 users, {} bytes", page.len()));
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("projected", |b| {
        b.iter(|| get.projection().apply(black_box(page.as_bytes())).unwrap());
    });
    group.bench_function("parsed into a Value and written again", |b| {
        b.iter(|| {
            serde_json::from_slice::<Value>(black_box(page.as_bytes()))
                .unwrap()
                .to_string()
        });
    });
    group.finish();
}

fn whole_get(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let body: &'static str = page().leak();
    let origin = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let answer = move || async move { ([(CONTENT_TYPE, "application/json")], body) };
        let router = Router::new().route("/api/v1/users", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        origin
    });
    let get = authorized(&origin);
    let gateway = Gateway::new(Settings {
        org: OrgUrl::parse(&origin).unwrap(),
        credential: Credential::api_token("00bench".into()).unwrap(),
        user_agent: "okta-mcp/bench".to_owned(),
    })
    .unwrap();
    criterion.bench_function("200 users, from a server on loopback", |b| {
        b.to_async(&runtime).iter(|| async {
            let budget = Budget {
                deadline: Instant::now() + Duration::from_secs(30),
                bytes: 1 << 20,
            };
            gateway.get(&get, budget).await.unwrap()
        });
    });
}

fn setup(criterion: &mut Criterion) {
    criterion.bench_function("a gateway, made and not yet used", |b| {
        b.iter(|| {
            Gateway::new(Settings {
                org: OrgUrl::parse("https://example.okta.com").unwrap(),
                credential: Credential::api_token("00bench".into()).unwrap(),
                user_agent: "okta-mcp/bench".to_owned(),
            })
            .unwrap()
        });
    });
}

criterion_group!(benches, projection, whole_get, setup);
criterion_main!(benches);
