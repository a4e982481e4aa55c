//! What the sandbox costs: `cargo bench -p okta-mcp --bench tax`.
//!
//! `list_users` of 200 users, from the arguments to the checked result, with Okta answering over TLS on
//! loopback: the plugin as the component that is shipped, and the same source compiled natively behind the
//! same host, by turns. Natively the tool's `directory.get` goes through the same proof, gateway and
//! projection; what is left out is what the sandbox adds: the instance, the copies in and out, and code
//! that stops when it is told to. Prints the ratio of the two, and beside it that of the plugin's computing alone.
//!
//! Okta is the parent process, with a page of the example org and a certificate of its own; the host is a
//! child that trusts it, because `SSL_CERT_FILE` is read by a process and not by a function.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a driver that cannot go on says why"
)]

// The plugin's own source. Its other tools need more of it than this one.
#[path = "../../../../plugins/users/src/list_users.rs"]
mod list_users;
mod native;
mod okta;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use capability::answer::{Failure, Page};
use capability::cursor::CursorKey;
use capability::grant::AuthorizedGet;
use capability::org::OrgUrl;
use futures::future::BoxFuture;
use okta_mcp::builtin;
use okta_mcp::directory::Okta;
use okta_mcp::host::Silent;
use okta_mcp::registry::{Offered, Registry};
use sandbox::{Budget, Call, Directory, Engine, Level, Outcome, Reporter};
use serde_json::{Map, Value, json};

/// Pairs of calls that are timed, after as many that are not.
const CALLS: usize = 600;
const WARM: usize = 100;

fn main() {
    // `cargo test --benches` and `cargo bench -- --list` must not run for a minute.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    match okta::Settings::from_environment() {
        None => okta::serve_a_child(),
        Some(settings) => {
            // As in the program: one worker for the protocol, one for a guest.
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                // On a worker, as the program's calls are.
                tokio::spawn(measure(settings)).await.expect("figures");
            });
        }
    }
}

async fn measure(okta: okta::Settings) {
    let engine = Engine::new().expect("an engine");
    let registry = Registry::load(
        &engine,
        &builtin::ALL,
        &Default::default(),
        "".as_ref(),
        &Default::default(),
    )
    .expect("the built-in plugins");
    let bench = Bench {
        offered: Arc::clone(registry.tool("list_users").expect("list_users")),
        org: okta.org.clone(),
        key: CursorKey::new([7; 32]),
    };
    let gateway = Source::Okta(Arc::new(okta.gateway()));
    let page = bench.page_of(&gateway).await;
    println!(
        "{} bytes of Okta's become {} for the plugin and {} for the model",
        page.received,
        page.body.len(),
        Value::Object(bench.component(&gateway).await)
            .to_string()
            .len()
    );
    assert_eq!(
        bench.component(&gateway).await,
        bench.native(&gateway).await,
        "both answer the same"
    );
    bench.compare("list_users over TLS", &gateway).await;
    let canned = Source::Canned(Arc::new(Canned(page)));
    bench.compare("the plugin's computing alone", &canned).await;
}

/// Who answers the GETs of a call.
enum Source {
    Okta(Arc<gateway::Gateway>),
    Canned(Arc<Canned>),
}

impl Source {
    /// One for each call, as in the program.
    fn for_call(&self) -> Arc<dyn Directory> {
        match self {
            Self::Okta(gateway) => Arc::new(Okta::for_call(gateway, Arc::new(Silent))),
            Self::Canned(page) => Arc::clone(page) as Arc<dyn Directory>,
        }
    }
}

struct Bench {
    offered: Arc<Offered>,
    org: OrgUrl,
    key: CursorKey,
}

impl Bench {
    /// What a caller does before and after, and the component in between.
    async fn component(&self, source: &Source) -> Map<String, Value> {
        let arguments = self.checked_arguments();
        let call = Call {
            grant: self
                .offered
                .loaded
                .grant("list_users", &self.org, &self.key),
            directory: source.for_call(),
            reporter: Arc::new(Deaf),
            resumed: None,
        };
        let plugin = &self.offered.loaded.plugin;
        match plugin.call("list_users", &arguments, call).await {
            Ok(Outcome::Done(output)) => self.checked(output.structured.expect("a result")),
            other => panic!("{other:?}"),
        }
    }

    /// The same, and the same source compiled natively in between.
    async fn native(&self, source: &Source) -> Map<String, Value> {
        let arguments = self.checked_arguments();
        let limits = self.offered.loaded.plugin.limits();
        let native = native::Native {
            grant: self
                .offered
                .loaded
                .grant("list_users", &self.org, &self.key),
            directory: source.for_call(),
            budget: Budget {
                deadline: tokio::time::Instant::now() + limits.time,
                bytes: limits.bytes,
            },
        };
        let tools = [okta_plugin::Entry::of::<list_users::ListUsers>()];
        let answer = okta_plugin::Entry::dispatch(&tools, "list_users", &arguments, &native);
        let text = answer.expect("a result").into_json();
        self.checked(serde_json::from_str(&text).expect("an object"))
    }

    fn checked_arguments(&self) -> String {
        let arguments = json!({"limit": 200});
        self.offered.input.check(&arguments).expect("they fit");
        arguments.to_string()
    }

    fn checked(&self, structured: Map<String, Value>) -> Map<String, Value> {
        let value = Value::Object(structured);
        let schema = self.offered.output.as_ref().expect("a schema");
        schema.check(&value).expect("it fits");
        match value {
            Value::Object(structured) => structured,
            _ => Map::new(),
        }
    }

    async fn page_of(&self, source: &Source) -> Page {
        let request = capability::grant::Request {
            endpoint: "/api/v1/users".to_owned(),
            query: vec![("limit".to_owned(), "200".to_owned())],
            ..capability::grant::Request::default()
        };
        let grant = self
            .offered
            .loaded
            .grant("list_users", &self.org, &self.key);
        let get = grant.authorize(&request).expect("it is declared");
        let budget = Budget {
            deadline: tokio::time::Instant::now() + Duration::from_secs(30),
            bytes: 16 << 20,
        };
        source.for_call().get(&get, budget).await.expect("a page")
    }

    /// By turns, so that whatever else the machine does meets both.
    async fn compare(&self, what: &str, source: &Source) {
        let (mut component, mut native) = (Vec::new(), Vec::new());
        for n in 0..WARM + CALLS {
            let times = (
                timed(self.component(source)).await,
                timed(self.native(source)).await,
            );
            if n >= WARM {
                component.push(times.0);
                native.push(times.1);
            }
        }
        component.sort();
        native.sort();
        let ms = |times: &[Duration], at: usize| times[at].as_secs_f64() * 1e3;
        let (half, tenth) = (CALLS / 2, CALLS / 10);
        for (kind, times) in [("component", &component), ("native", &native)] {
            println!(
                "{what:<30} {kind:<10} median {:>7.3} ms   p10 {:>7.3}   min {:>7.3}",
                ms(times, half),
                ms(times, tenth),
                ms(times, 0)
            );
        }
        println!(
            "{what:<30} {:<10} median {:>7.2}      p10 {:>7.2}   min {:>7.2}",
            "ratio",
            ms(&component, half) / ms(&native, half),
            ms(&component, tenth) / ms(&native, tenth),
            ms(&component, 0) / ms(&native, 0)
        );
    }
}

async fn timed<T>(call: impl Future<Output = T>) -> Duration {
    let started = Instant::now();
    std::hint::black_box(call.await);
    started.elapsed()
}

/// Answers with one page, at once.
struct Canned(Page);

impl Directory for Canned {
    fn get<'a>(&'a self, _: &'a AuthorizedGet, _: Budget) -> BoxFuture<'a, Result<Page, Failure>> {
        let page = self.0.clone();
        Box::pin(async move { Ok(page) })
    }
}

struct Deaf;

impl Reporter for Deaf {
    fn log(&self, _: Level, _: &str) {}
    fn progress(&self, _: u32, _: Option<u32>, _: &str) {}
    fn now(&self) -> u64 {
        0
    }
    fn denied(&self, _: &capability::grant::Denial) {}
    fn setting(&self, _: &str) -> Option<String> {
        None
    }
}
