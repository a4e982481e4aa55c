//! Ends: a client that leaves stops its call, and a server that is asked to end finishes what it has begun.

use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::support::http::{answer, request};
use crate::support::raw::{MODERN, meta};
use crate::support::with_probe;
use crate::{Site, call};

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
