//! What is told to Prometheus, and what is not.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::ENGINEER;
use crate::issuer::{Issuer, Key, PERSON};
use crate::support::http::{Reply, Served, answer, request};
use crate::support::{Home, SECRET, Simulator, bounded, with_probe};

/// A server, and the address of its metrics.
struct Watched {
    server: Served,
    metrics: String,
    simulator: Simulator,
    _home: Home,
}

impl Watched {
    async fn start(config: Value) -> Self {
        let home = Home::new();
        let simulator = Simulator::start(&home).await;
        let file = home.write("settings.json", &config.to_string());
        let mut command = home.command([
            "serve",
            "--http",
            "127.0.0.1:0",
            "--metrics",
            "127.0.0.1:0",
            "--config",
            file.to_str().unwrap(),
        ]);
        simulator.configure(&mut command);
        let mut server = Served::start(command).await;
        let line = bounded("the metrics' address", server.stdout.next_line()).await;
        let line = line.unwrap().unwrap();
        let metrics = line
            .strip_prefix("http://")
            .and_then(|rest| rest.strip_suffix("/metrics"))
            .unwrap_or_else(|| panic!("{line}"));
        Self {
            metrics: metrics.to_owned(),
            server,
            simulator,
            _home: home,
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut stream = TcpStream::connect(&self.metrics).await.unwrap();
        stream
            .write_all(request("GET", path, headers, "").as_bytes())
            .await
            .unwrap();
        answer(&mut stream).await
    }

    async fn scrape(&self) -> String {
        let reply = self.get("/metrics", &[]).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(
            reply.header("content-type"),
            Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
        );
        assert!(reply.body.ends_with("# EOF\n"), "{}", reply.body);
        reply.body
    }

    async fn call(&self, tool: &str, arguments: Value) {
        let params = json!({"name": tool, "arguments": arguments});
        self.server.modern(&[], "tools/call", params).await;
    }
}

/// The value of the series that begins like this.
fn value(scraped: &str, series: &str) -> f64 {
    let line = scraped
        .lines()
        .find_map(|line| line.strip_prefix(series))
        .unwrap_or_else(|| panic!("no {series} in {scraped}"));
    line.trim().parse().unwrap()
}

#[tokio::test]
async fn calls_denials_limits_and_okta_s_budget_are_counted() {
    let watched = Watched::start(with_probe()).await;
    let before = watched.scrape().await;
    assert!(!before.contains("okta_mcp_calls_total{"), "{before}");
    for _ in 0..2 {
        watched.call("get_user", json!({"user": ENGINEER})).await;
    }
    watched.call("get_user", json!({"usr": ENGINEER})).await;
    watched
        .call("get_user", json!({"user": "nobody@example.com"}))
        .await;
    watched.call("no_such_tool", json!({})).await;
    watched.call("spin", json!({})).await;
    watched
        .call("raw_get", json!({"endpoint": "/api/v1/logs"}))
        .await;
    let after = watched.scrape().await;
    for (series, expected) in [
        (
            "okta_mcp_calls_total{tool=\"get_user\",outcome=\"done\"}",
            2.0,
        ),
        (
            "okta_mcp_calls_total{tool=\"get_user\",outcome=\"invalid-arguments\"}",
            1.0,
        ),
        (
            "okta_mcp_calls_total{tool=\"unknown\",outcome=\"unknown-tool\"}",
            1.0,
        ),
        (
            "okta_mcp_calls_total{tool=\"spin\",outcome=\"limited\"}",
            1.0,
        ),
        (
            "okta_mcp_call_duration_seconds_count{tool=\"get_user\"}",
            4.0,
        ),
        (
            "okta_mcp_call_duration_seconds_bucket{le=\"+Inf\",tool=\"get_user\"}",
            4.0,
        ),
        ("okta_mcp_limits_hit_total{limit=\"cpu\"}", 1.0),
        (
            "okta_mcp_denials_total{reason=\"undeclared-endpoint\"}",
            1.0,
        ),
        ("okta_mcp_okta_requests_total{status=\"200\"}", 2.0),
        ("okta_mcp_okta_requests_total{status=\"404\"}", 1.0),
        ("okta_mcp_calls_running", 0.0),
        ("okta_mcp_calls_waiting", 0.0),
    ] {
        assert!(
            (value(&after, series) - expected).abs() < 1e-9,
            "{series}: {after}"
        );
    }
    let bucket = "{bucket=\"/api/v1/users/{id}\"}";
    let limit = value(&after, &format!("okta_mcp_okta_rate_limit{bucket}"));
    let left = value(
        &after,
        &format!("okta_mcp_okta_rate_limit_remaining{bucket}"),
    );
    assert!(limit > 0.0 && left < limit, "{left} of {limit}");
}

#[tokio::test]
async fn nothing_of_the_org_and_nothing_that_a_caller_says_is_in_a_label() {
    let watched = Watched::start(with_probe()).await;
    watched.call("get_user", json!({"user": ENGINEER})).await;
    watched
        .call("search_users", json!({"department": "Engineering"}))
        .await;
    for count in 0..50 {
        watched.call(&format!("invented_{count}"), json!({})).await;
    }
    let scraped = watched.scrape().await;
    for text in [
        "mara",
        "okonkwo",
        "northwind",
        "Engineering",
        "invented",
        SECRET,
        &watched.simulator.token,
    ] {
        assert!(!scraped.contains(text), "{text}: {scraped}");
    }
    let series = scraped
        .lines()
        .filter(|line| line.starts_with("okta_mcp_calls_total{"));
    assert!(series.count() <= 4, "{scraped}");
}

#[tokio::test]
async fn metrics_are_on_their_own_address_and_not_beside_the_tools() {
    let watched = Watched::start(json!({})).await;
    assert_eq!(
        watched.server.send("GET", "/metrics", &[], "").await.status,
        404
    );
    for path in ["/mcp", "/healthz", "/readyz", "/", "/metrics/x"] {
        assert_eq!(watched.get(path, &[]).await.status, 404, "{path}");
    }
    for (name, value) in [
        ("Host", "evil.example.com"),
        ("Origin", "https://evil.example.com"),
    ] {
        let reply = watched.get("/metrics", &[(name, value)]).await;
        assert_eq!(reply.status, 403, "{name}: {reply:?}");
    }
}

#[tokio::test]
async fn refused_tokens_are_counted_by_reason() {
    let issuer = Issuer::start(vec![Key::ec("first")]).await;
    let rules = json!([{"groups": ["IAM"], "plugins": ["*"]}]);
    let watched = Watched::start(crate::protected::config(&issuer, rules)).await;
    for token in [
        String::new(),
        issuer.token(json!({"exp": 1})),
        issuer.token(json!({"exp": 2})),
        issuer.token(json!({"scp": []})),
        issuer.token(json!({})),
    ] {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", &*bearer)];
        let headers = if token.is_empty() { &[][..] } else { &headers };
        watched
            .server
            .modern(headers, "tools/list", json!({}))
            .await;
    }
    let scraped = watched.scrape().await;
    for (reason, expected) in [("no-token", 1.0), ("expired", 2.0), ("scope", 1.0)] {
        let series = format!("okta_mcp_refused_tokens_total{{reason=\"{reason}\"}}");
        assert!(
            (value(&scraped, &series) - expected).abs() < 1e-9,
            "{scraped}"
        );
    }
    assert!(!scraped.contains(PERSON), "{scraped}");
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_served_when_it_is_written_and_the_log_says_so() {
    let home = Home::new();
    let mut command = home.command([
        "serve",
        "--demo",
        "--http",
        "127.0.0.1:0",
        "--metrics",
        "0.0.0.0:0",
    ]);
    command.env("OKTA_MCP_LOG", "warn");
    let server = Served::start(command).await;
    server.terminate();
    let (_, log) = server.ended().await;
    assert!(
        log.contains("/metrics answers everybody who can connect"),
        "{log}"
    );
    let wrong = home.write(
        "wrong.json",
        &json!({"http": {"metrics": "example.com"}}).to_string(),
    );
    let ended = home
        .run([
            "serve",
            "--http",
            "127.0.0.1:0",
            "--config",
            wrong.to_str().unwrap(),
        ])
        .await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("http.metrics: `example.com`: is no address to listen on"),
        "{}",
        ended.stderr
    );
    let ended = home.run(["serve", "--metrics"]).await;
    assert!(
        ended.stderr.contains("add --http or --sse"),
        "{}",
        ended.stderr
    );
}
