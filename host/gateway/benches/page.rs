//! What a page of 200 users costs: cutting it down, beside reading and writing it whole; and the whole way
//! from a TLS server to the bytes that a guest gets.
//!
//! `cargo bench -p gateway --bench page`. Every figure is there twice: processor time of this process, and
//! wall time, which another job on the machine makes longer. The server is the parent process, so that its
//! work is not counted; each process trusts it by `SSL_CERT_FILE`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may stop where it stands, and `criterion_group` writes undocumented items"
)]

mod server;

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use capability::cursor::CursorKey;
use capability::grant::{AuthorizedGet, Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput};
use gateway::{Budget, Credential, Gateway, Settings};
use nix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use server::{Offer, Server};

/// The fields that the built-in `users` plugin declares for its list, those of a short row.
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

/// The same with all that it declares: every attribute of a profile.
const EVERYTHING: &str = r#"
  "id", "status", "created", "activated", "statusChanged", "lastLogin", "lastUpdated", "passwordChanged",
  "type.id", "profile.*",
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

fn authorized(manifest: &str, origin: &str) -> AuthorizedGet {
    let grants = Grants::new(
        &Manifest::parse(manifest).unwrap(),
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

fn gateway(origin: &str) -> Gateway {
    Gateway::new(Settings {
        org: OrgUrl::parse(origin).unwrap(),
        credential: Credential::api_token("00bench".into()).unwrap(),
        user_agent: "okta-mcp/bench".to_owned(),
    })
    .unwrap()
}

fn projection<M: Measurement + 'static>(criterion: &mut Criterion<M>, clock: &str) {
    let page = page();
    let (head, tail) = MANIFEST.split_once("fields = [").unwrap();
    let everything = format!(
        "{head}fields = [{EVERYTHING}{}",
        tail.split_once('\n').map_or("]", |_| "]")
    );
    let mut group = criterion.benchmark_group(format!("{clock}: 200 users, {} bytes", page.len()));
    group.throughput(Throughput::Bytes(page.len() as u64));
    for (name, manifest) in [
        ("projected on ten fields", MANIFEST),
        ("projected on every profile field", &everything),
    ] {
        let get = authorized(manifest, "https://example.okta.com");
        group.bench_function(name, |b| {
            b.iter(|| get.projection().apply(black_box(page.as_bytes())).unwrap());
        });
    }
    group.bench_function("parsed into a Value and written again", |b| {
        b.iter(|| {
            serde_json::from_slice::<Value>(black_box(page.as_bytes()))
                .unwrap()
                .to_string()
        });
    });
    group.finish();
}

fn whole_get<M: Measurement + 'static>(criterion: &mut Criterion<M>, clock: &str) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group(format!(
        "{clock}: 200 users, from a TLS server to projected bytes"
    ));
    for offer in Offer::ALL {
        let origin = std::env::var(offer.variable()).unwrap();
        let (gateway, get) = (gateway(&origin), authorized(MANIFEST, &origin));
        group.bench_function(offer.name(), |b| {
            b.to_async(&runtime).iter(|| async {
                let budget = Budget {
                    deadline: Instant::now() + Duration::from_secs(30),
                    bytes: 1 << 20,
                };
                gateway.get(&get, budget).await.unwrap()
            });
        });
    }
    group.finish();
}

fn setup<M: Measurement + 'static>(criterion: &mut Criterion<M>, clock: &str) {
    criterion.bench_function(&format!("{clock}: a gateway, made and not yet used"), |b| {
        b.iter(|| gateway("https://example.okta.com"));
    });
}

/// Processor time of all threads of this process.
struct ProcessorTime;

impl ProcessorTime {
    fn now() -> Duration {
        clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)
            .unwrap()
            .into()
    }
}

impl Measurement for ProcessorTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Self::now()
    }

    fn end(&self, start: Duration) -> Duration {
        Self::now().saturating_sub(start)
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn measure<M: Measurement + 'static>(criterion: Criterion<M>, clock: &str) {
    let mut criterion = criterion.configure_from_args();
    projection(&mut criterion, clock);
    whole_get(&mut criterion, clock);
    setup(&mut criterion, clock);
    criterion.final_summary();
}

fn main() {
    if std::env::var_os(Offer::ALL[0].variable()).is_some() {
        measure(Criterion::default().with_measurement(ProcessorTime), "CPU");
        measure(Criterion::default(), "wall");
        return;
    }
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(page()));
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(std::env::args_os().skip(1));
    child
        .env("SSL_CERT_FILE", server.authority())
        .env_remove("SSL_CERT_DIR");
    let status = child.envs(server.origins()).status().unwrap();
    assert!(
        status.success(),
        "the measuring process ended with {status}"
    );
}
