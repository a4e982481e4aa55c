//! Ends: a client that leaves stops its call, and a server that is asked to end finishes what it has begun.

use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::held::Held;
use crate::support::http::{Served, answer, request};
use crate::support::raw::{MODERN, meta};
use crate::support::{Home, bounded, with_probe};
use crate::{Site, call, initialize};

/// A call of the probe's endless loop, as bytes.
fn spin() -> String {
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ];
    request("POST", "/mcp", &headers, &call(1, "spin", json!({})))
}

#[tokio::test]
async fn a_client_that_hangs_up_stops_its_call() {
    let site = Site::with(&[], with_probe()).await;
    let echo = json!({"name": "echo", "arguments": {"text": "awake"}});
    site.server.modern(&[], "tools/call", echo.clone()).await;
    for _ in 0..3 {
        let mut stream = site.server.connect().await;
        stream.write_all(spin().as_bytes()).await.unwrap();
        // Answered while the loop runs, after its request was read.
        site.server.modern(&[], "tools/call", echo.clone()).await;
        drop(stream);
    }
    // As long as this one runs, the others would have run too.
    let mut last = site.server.connect().await;
    last.write_all(spin().as_bytes()).await.unwrap();
    assert_eq!(answer(&mut last).await.message()["result"]["isError"], true);
    site.server.terminate();
    let (_, log) = site.server.ended().await;
    let of = |field: &str| {
        let wanted = |line: &&str| line.contains(field) && line.contains("tool=\"spin\"");
        log.lines().filter(wanted).count()
    };
    assert_eq!(
        of("outcome=\"failed\""),
        1,
        "only the last ran to its limit: {log}"
    );
    assert!(of("outcome=\"cancelled\"") > 0, "{log}");
}

#[tokio::test]
async fn a_server_that_is_asked_to_end_answers_the_call_in_flight_and_leaves_with_0() {
    let site = Site::start(&[]).await;
    assert_eq!(
        site.server.send("GET", "/readyz", &[], "").await.status,
        200
    );
    assert_eq!(
        site.server.send("GET", "/healthz", &[], "").await.body,
        "ok\n"
    );
    // Nobody has signed in since: the whole org is looked at, page after page, and each is told.
    let params = json!({
        "name": "search_users",
        "arguments": {"last_login_after": "2031-01-01"},
        "_meta": {"progressToken": "so far"},
    });
    let body =
        json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": params}).to_string();
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ];
    let mut running = site.server.connect().await;
    running
        .write_all(request("POST", "/mcp", &headers, &body).as_bytes())
        .await
        .unwrap();
    // The first bytes of the stream: the call has begun.
    running.readable().await.unwrap();
    site.server.terminate();
    let reply = answer(&mut running).await;
    assert!(reply.body.contains("notifications/progress"), "{reply:?}");
    assert_eq!(
        reply.message()["result"]["structuredContent"]["returned"],
        0,
        "{reply:?}"
    );
    let (status, _) = site.server.ended().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn while_the_last_calls_end_new_ones_are_refused_and_the_replica_is_not_ready() {
    let (home, org) = (Home::new(), Held::start().await);
    let mut command = home.command(["serve", "--http", "127.0.0.1:0"]);
    command
        .env("OKTA_ORG_URL", &org.url)
        .env("OKTA_API_TOKEN", "00token");
    let server = Served::start(command).await;
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ];
    let body = call(1, "list_groups", json!({}));
    let mut running = server.connect().await;
    running
        .write_all(request("POST", "/mcp", &headers, &body).as_bytes())
        .await
        .unwrap();
    let waiting = org.request().await;
    assert_eq!(server.send("GET", "/readyz", &[], "").await.status, 200);
    server.terminate();
    let leaves = async {
        while server.send("GET", "/readyz", &[], "").await.status == 200 {
            tokio::task::yield_now().await;
        }
        server.send("GET", "/readyz", &[], "").await
    };
    let reply = bounded("the news of the end", leaves).await;
    assert_eq!((reply.status, reply.body.as_str()), (503, "ending\n"));
    assert_eq!(server.send("GET", "/healthz", &[], "").await.status, 200);
    let refused = server.post(&[], &call(2, "list_groups", json!({}))).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.header("retry-after"), Some("1"));
    let text = refused.message()["error"]["message"].clone();
    assert!(text.as_str().unwrap().contains("is ending"), "{text}");
    waiting.answer("[]").await;
    let reply = answer(&mut running).await;
    assert_eq!(
        reply.message()["result"]["structuredContent"]["returned"],
        0,
        "{reply:?}"
    );
    let (status, _) = server.ended().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_stream_that_a_client_listens_on_does_not_hold_the_end_up() {
    let site = Site::start(&["--http-sessions"]).await;
    let hello = site.server.post(&[], &initialize("2025-06-18")).await;
    let session = hello.header("mcp-session-id").unwrap().to_owned();
    let own = [
        ("MCP-Protocol-Version", "2025-06-18"),
        ("Mcp-Session-Id", &*session),
    ];
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    assert_eq!(site.server.post(&own, &ready).await.status, 202);
    let mut listening = site.server.connect().await;
    let mut headers = own.to_vec();
    headers.push(("Accept", "text/event-stream"));
    listening
        .write_all(request("GET", "/mcp", &headers, "").as_bytes())
        .await
        .unwrap();
    listening.readable().await.unwrap();
    site.server.terminate();
    let reply = answer(&mut listening).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let (status, log) = site.server.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(!log.contains("still running"), "{log}");
}

#[tokio::test]
async fn a_subscription_is_told_of_the_end_and_does_not_hold_it_up() {
    let site = Site::start(&[]).await;
    let uri = "okta-mcp://review";
    let params = json!({"notifications": {"resourceSubscriptions": [uri]}, "_meta": meta()});
    let body =
        json!({"jsonrpc": "2.0", "id": 3, "method": "subscriptions/listen", "params": params});
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", MODERN),
        ("Mcp-Method", "subscriptions/listen"),
    ];
    let mut listening = site.server.connect().await;
    let request = request("POST", "/mcp", &headers, &body.to_string());
    listening.write_all(request.as_bytes()).await.unwrap();
    // The first bytes of the stream: the subscription stands.
    listening.readable().await.unwrap();
    site.server.terminate();
    let reply = answer(&mut listening).await;
    let acknowledged = "notifications/subscriptions/acknowledged";
    assert!(reply.body.contains(acknowledged), "{reply:?}");
    assert_eq!(
        reply.message()["result"]["resultType"],
        "complete",
        "{reply:?}"
    );
    let (status, log) = site.server.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(!log.contains("they are stopped"), "{log}");
}
