//! What is no message, no HTTP, or too much of either: an answer that says so, and a server that goes on.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::bounded;
use crate::support::http::{answer, answers, request};
use crate::support::with_probe;
use crate::{ENGINEER, Site, call};

/// A request that was not taken within this time waits for its sender to read.
const ENOUGH: std::time::Duration = std::time::Duration::from_millis(20);

/// The server still does its work.
async fn still_serving(site: &Site) {
    let arguments = json!({"name": "get_user", "arguments": {"user": ENGINEER}});
    let answer = site.server.modern(&[], "tools/call", arguments).await;
    assert_eq!(
        answer.message()["result"]["structuredContent"]["login"],
        ENGINEER,
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_parse_error() {
    let site = Site::start(&[]).await;
    for body in ["", "not json", "{\"jsonrpc\": \"2.0\"", "\u{0}", "{}{}"] {
        let answer = site.server.post(&[], body).await;
        assert_eq!(answer.status, 400, "{body:?}: {answer:?}");
        let message = answer.message();
        assert_eq!(message["error"]["code"], -32700, "{body:?}");
        assert_eq!(message["id"], Value::Null, "{body:?}");
    }
    still_serving(&site).await;
}

#[tokio::test]
async fn json_that_is_no_message_is_an_invalid_request_under_its_own_id() {
    let site = Site::start(&[]).await;
    for (body, id) in [
        (json!({}), Value::Null),
        (json!([1, 2]), Value::Null),
        (json!([1]), Value::Null),
        (json!("tools/list"), Value::Null),
        (
            json!({"jsonrpc": "1.0", "id": 4, "method": "tools/list"}),
            json!(4),
        ),
        (
            json!({"jsonrpc": "2.0", "id": "x", "method": 7}),
            json!("x"),
        ),
        (
            json!([{"jsonrpc": "2.0", "id": 1, "method": "ping"}]),
            Value::Null,
        ),
    ] {
        let answer = site.server.post(&[], &body.to_string()).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        let message = answer.message();
        assert_eq!(message["error"]["code"], -32600, "{body}: {message}");
        assert_eq!(message["id"], id, "{body}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(site.server.post(&[], &deep).await.status, 400);
    still_serving(&site).await;
}

#[tokio::test]
async fn params_that_do_not_fit_and_methods_that_nobody_knows_are_told_apart() {
    let site = Site::start(&[]).await;
    let wrong = json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": 7}});
    let answer = site.server.post(&[], &wrong.to_string()).await.message();
    assert_eq!(
        (&answer["error"]["code"], &answer["id"]),
        (&json!(-32602), &json!(5)),
        "{answer}"
    );
    let unknown = json!({"jsonrpc": "2.0", "id": 6, "method": "no/such"});
    let answer = site.server.post(&[], &unknown.to_string()).await.message();
    assert_eq!(
        (&answer["error"]["code"], &answer["id"]),
        (&json!(-32601), &json!(6)),
        "{answer}"
    );
}

#[tokio::test]
async fn another_content_type_a_wrong_method_and_a_wrong_path_have_their_own_status() {
    let site = Site::start(&[]).await;
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    let plain = [
        ("Content-Type", "text/plain"),
        ("Accept", "application/json, text/event-stream"),
    ];
    assert_eq!(
        site.server.send("POST", "/mcp", &plain, &ping).await.status,
        415
    );
    assert_eq!(site.server.send("PUT", "/mcp", &[], "").await.status, 405);
    assert_eq!(
        site.server.send("GET", "/elsewhere", &[], "").await.status,
        404
    );
    assert_eq!(site.server.send("GET", "/sse", &[], "").await.status, 404);
    still_serving(&site).await;
}

#[tokio::test]
async fn a_message_over_four_mebibytes_is_refused_and_one_below_is_read() {
    let site = Site::start(&[]).await;
    let padded = |size: usize| {
        let empty = call(1, "get_user", json!({"user": ENGINEER, "x": ""}));
        let padding = "x".repeat(size - empty.len());
        call(1, "get_user", json!({"user": ENGINEER, "x": padding}))
    };
    let limit = 4 * 1024 * 1024;
    let below = site.server.post(&[], &padded(limit)).await;
    assert_eq!(below.status, 200, "{below:?}");
    let text = below.message()["result"]["content"][0]["text"].clone();
    assert!(text.as_str().unwrap().contains("do not fit"), "{text}");
    let above = site.server.post(&[], &padded(limit + 1)).await;
    assert_eq!(above.status, 413);
    still_serving(&site).await;
}

#[tokio::test]
async fn a_client_that_stops_in_the_middle_harms_nobody() {
    let site = Site::start(&[]).await;
    let whole = request(
        "POST",
        "/mcp",
        &[
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
        ],
        &call(1, "get_user", json!({"user": ENGINEER})),
    );
    let mut held = Vec::new();
    for cut in [1, 20, whole.len() / 2, whole.len() - 1] {
        let mut stream = site.server.connect().await;
        stream.write_all(&whole.as_bytes()[..cut]).await.unwrap();
        held.push(stream);
    }
    still_serving(&site).await;
    // One of them goes on: it was only slow.
    let mut last = held.pop().unwrap();
    last.write_all(&whole.as_bytes()[whole.len() - 1..])
        .await
        .unwrap();
    assert_eq!(answer(&mut last).await.status, 200);
    // One half-closes: what it asked for is answered all the same.
    let mut half = site.server.connect().await;
    half.write_all(whole.as_bytes()).await.unwrap();
    half.shutdown().await.unwrap();
    let _ = answer_or_nothing(&mut half).await;
    drop(held);
    still_serving(&site).await;
}

/// A half-closed connection may be answered or dropped; either is HTTP.
async fn answer_or_nothing(stream: &mut tokio::net::TcpStream) -> usize {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap_or_default()
}

#[tokio::test]
async fn what_is_no_http_is_answered_with_400() {
    let site = Site::start(&[]).await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\nPOST /mcp HTTP/9.9\r\n\r\n",
    ] {
        let answer = site.server.bytes(bytes).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    still_serving(&site).await;
}

/// A POST of a call of the probe's echo.
fn echo(id: u64, text: &str) -> String {
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ];
    let body = call(id, "echo", json!({"text": text}));
    request("POST", "/mcp", &headers, &body)
}

/// The same, after which the connection stays open.
fn echo_and_stay(id: u64, text: &str) -> String {
    echo(id, text).replacen("Connection: close\r\n", "", 1)
}

#[tokio::test]
async fn two_requests_under_one_id_are_two_requests() {
    // Every POST stands alone: nobody but its sender could mix the answers up.
    let site = Site::with(&[], with_probe()).await;
    let arguments = json!({"name": "echo", "arguments": {"text": "awake"}});
    site.server.modern(&[], "tools/call", arguments).await;
    let spin = call(5, "spin", json!({}));
    let same = call(5, "echo", json!({"text": "second"}));
    let (first, second) = tokio::join!(site.server.post(&[], &spin), site.server.post(&[], &same));
    let (first, second) = (first.message(), second.message());
    assert_eq!((&first["id"], &second["id"]), (&json!(5), &json!(5)));
    assert_eq!(first["result"]["isError"], true, "{first}");
    assert_eq!(
        second["result"]["structuredContent"]["text"], "second",
        "{second}"
    );
}

#[tokio::test]
async fn ten_thousand_calls_on_one_connection_are_answered_in_their_order() {
    let site = Site::with(&[], with_probe()).await;
    let (mut read, mut write) = site.server.connect().await.into_split();
    let write = async move {
        for id in 0..9_999 {
            let echo = echo_and_stay(id, "x");
            write.write_all(echo.as_bytes()).await.unwrap();
        }
        write.write_all(echo(9_999, "x").as_bytes()).await.unwrap();
        write
    };
    let read = async move {
        let mut bytes = Vec::new();
        while bounded("one of many answers", read.read_buf(&mut bytes))
            .await
            .unwrap()
            > 0
        {}
        bytes
    };
    let (bytes, _write) = tokio::join!(read, write);
    let answers = answers(&bytes);
    assert_eq!(answers.len(), 10_000);
    for (id, answer) in answers.iter().enumerate() {
        let message = answer.message();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(message["id"], id);
        assert_eq!(message["result"]["structuredContent"]["text"], "x");
    }
    still_serving(&site).await;
}

#[tokio::test]
async fn clients_that_do_not_read_their_answers_hold_up_nobody() {
    let site = Site::with(&[], with_probe()).await;
    let text = "x".repeat(40_000);
    let mut slow = Vec::new();
    for id in 0..50 {
        let mut stream = site.server.connect().await;
        // More answers than a socket holds: each connection waits for its client.
        for _ in 0..20 {
            let echo = echo_and_stay(id, &text);
            let written = tokio::time::timeout(ENOUGH, stream.write_all(echo.as_bytes()));
            if written.await.is_err() {
                break;
            }
        }
        slow.push(stream);
    }
    still_serving(&site).await;
    let mut first = slow.swap_remove(0);
    let mut bytes = vec![0; 40_000];
    bounded("the first answer", first.read_exact(&mut bytes))
        .await
        .unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 200 OK"));
    drop(slow);
    still_serving(&site).await;
}
