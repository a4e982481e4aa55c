//! Every revision that is in use, on one endpoint.

use serde_json::json;

use crate::support::raw::MODERN;
use crate::{ENGINEER, Site, call, initialize};

#[tokio::test]
async fn every_revision_with_a_handshake_is_served_without_a_session() {
    let Site { server, .. } = &Site::start(&[]).await;
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let hello = server.post(&[], &initialize(version)).await;
        assert_eq!(hello.status, 200, "{hello:?}");
        assert_eq!(
            hello.header("content-type"),
            Some("application/json"),
            "{version}"
        );
        assert_eq!(hello.header("mcp-session-id"), None, "{version}");
        assert_eq!(hello.message()["result"]["protocolVersion"], version);
        let headers = [("MCP-Protocol-Version", version)];
        let answer = server
            .post(&headers, &call(2, "get_user", json!({"user": ENGINEER})))
            .await;
        assert_eq!(
            answer.message()["result"]["structuredContent"]["login"],
            ENGINEER,
            "{version}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn the_revision_without_a_handshake_is_served_on_the_same_endpoint() {
    let Site { server, .. } = &Site::start(&[]).await;
    let found = server.modern(&[], "server/discover", json!({})).await;
    let versions = found.message()["result"]["supportedVersions"].clone();
    assert!(
        versions.as_array().unwrap().contains(&json!(MODERN)),
        "{found:?}"
    );
    let list = server.modern(&[], "tools/list", json!({})).await.message();
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), 13);
    assert_eq!(list["result"]["cacheScope"], "private");
    let answer = server
        .modern(
            &[],
            "tools/call",
            json!({"name": "get_user", "arguments": {"user": ENGINEER}}),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.message()["result"]["structuredContent"]["login"],
        ENGINEER,
        "{answer:?}"
    );
}

#[tokio::test]
async fn headers_that_contradict_the_message_are_refused() {
    let Site { server, .. } = &Site::start(&[]).await;
    let answer = server
        .modern(
            &[("Mcp-Method", "tools/list")],
            "server/discover",
            json!({}),
        )
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.message()["error"]["code"], -32020);
}

#[tokio::test]
async fn sessions_are_there_for_clients_that_insist() {
    let Site { server, .. } = &Site::start(&["--http-sessions"]).await;
    let hello = server.post(&[], &initialize("2025-06-18")).await;
    let session = hello.header("mcp-session-id").unwrap().to_owned();
    let headers = [
        ("MCP-Protocol-Version", "2025-06-18"),
        ("Mcp-Session-Id", session.as_str()),
    ];
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    assert_eq!(server.post(&headers, &ready).await.status, 202);
    let answer = server
        .post(&headers, &call(2, "get_user", json!({"user": ENGINEER})))
        .await;
    assert_eq!(
        answer.message()["result"]["structuredContent"]["login"],
        ENGINEER,
        "{answer:?}"
    );
    let lost = [
        ("MCP-Protocol-Version", "2025-06-18"),
        ("Mcp-Session-Id", "no-such-session"),
    ];
    let answer = server
        .post(&lost, &call(3, "get_user", json!({"user": ENGINEER})))
        .await;
    assert_eq!(answer.status, 404, "{answer:?}");
}
