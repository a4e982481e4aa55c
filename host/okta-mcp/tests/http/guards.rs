//! Who may ask: names, pages, and addresses that are open to others.

use serde_json::json;

use crate::support::Home;
use crate::{Site, initialize};

#[tokio::test]
async fn a_rebound_name_and_a_foreign_page_get_nothing_from_any_path() {
    let Site { server, .. } = &Site::start(&["--sse", "--iunderstandtherisks"]).await;
    for (name, value) in [
        ("Host", "evil.example.com"),
        ("Origin", "https://evil.example.com"),
        ("Origin", "null"),
    ] {
        for (method, path) in [
            ("POST", "/mcp"),
            ("GET", "/sse"),
            ("POST", "/message?sessionId=1"),
            ("GET", "/healthz"),
            ("OPTIONS", "/mcp"),
        ] {
            let headers = [(name, value), ("Content-Type", "application/json")];
            let answer = server
                .send(method, path, &headers, &initialize("2025-06-18"))
                .await;
            assert_eq!(answer.status, 403, "{name}: {value} at {path}: {answer:?}");
        }
    }
    assert_eq!(
        server
            .post(
                &[("Origin", "http://localhost:6274")],
                &initialize("2025-06-18")
            )
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_configured_page_may_ask_first_and_is_told_so() {
    let config = json!({"http": {"allowedOrigins": ["https://app.example.com"], "publicUrl": "https://mcp.example.com"}});
    let Site { server, .. } = &Site::with(&[], config).await;
    let preflight = [
        ("Host", "mcp.example.com"),
        ("Origin", "https://app.example.com"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type,mcp-method"),
    ];
    let answer = server.send("OPTIONS", "/mcp", &preflight, "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
    assert!(
        answer
            .header("access-control-allow-headers")
            .unwrap()
            .contains("mcp-method")
    );
    let asked = server
        .post(
            &[("Origin", "https://app.example.com")],
            &initialize("2025-06-18"),
        )
        .await;
    assert_eq!(
        (asked.status, asked.header("access-control-allow-origin")),
        (200, Some("https://app.example.com"))
    );
    // A page of this machine may ask, but a browser would not hand it the answer.
    let local = server
        .post(
            &[("Origin", "http://localhost:3000")],
            &initialize("2025-06-18"),
        )
        .await;
    assert_eq!(
        (local.status, local.header("access-control-allow-origin")),
        (200, None)
    );
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_not_opened_without_authentication() {
    let home = Home::new();
    let ended = home.run(["serve", "--http", "0.0.0.0:0"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("can be reached from other machines")
            && ended.stderr.contains("(http.auth), or listen on 127.0.0.1"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn who_insists_is_served_and_the_log_says_what_that_means() {
    let Site { server, .. } = Site::at("0.0.0.0:0", &["--iunderstandtherisks"], json!({})).await;
    server.terminate();
    let (status, log) = server.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(
        log.contains("ERROR") && log.contains("answers everybody who can connect"),
        "{log}"
    );
}

#[tokio::test]
async fn a_wrong_setting_is_one_line_and_nothing_is_opened() {
    let home = Home::new();
    for (config, line) in [
        (
            json!({"http": {"listen": "example.com"}}),
            "http.listen: `example.com`: is no address to listen on",
        ),
        (
            json!({"http": {"allowedOrigins": ["app.example.com"]}}),
            "http.allowedOrigins: `app.example.com` is no origin",
        ),
        (
            json!({"http": {"publicUrl": "mcp.example.com"}}),
            "http.publicUrl: `mcp.example.com` is no URL of a server",
        ),
        (
            json!({"http": {"allowedOrigin": []}}),
            "there is no setting `http.allowedOrigin`; did you mean `allowedOrigins`?",
        ),
        (
            json!({"http": {"publicUrl": "https://mcp.example.com/mcp"}}),
            "write it without a path, as in https://okta-mcp.example.com",
        ),
    ] {
        let file = home.write("wrong.json", &config.to_string());
        let ended = home
            .run(["serve", "--http", "--config", file.to_str().unwrap()])
            .await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{config}"
        );
        assert!(
            ended.stderr.lines().count() == 1 && ended.stderr.contains(line),
            "{}",
            ended.stderr
        );
    }
    for (flags, line) in [
        (&["serve", "--sse"][..], "--iunderstandtherisks"),
        (&["serve", "--http-sessions"][..], "add --http or --sse"),
        (&["tools", "--http"][..], "unexpected argument '--http'"),
        (&["--http", "127.0.0.1:0", "tools"][..], "belong to `serve`"),
    ] {
        let ended = home.run(flags).await;
        assert_eq!(ended.code, Some(2), "{flags:?}");
        assert!(ended.stderr.contains(line), "{flags:?}: {}", ended.stderr);
    }
}
