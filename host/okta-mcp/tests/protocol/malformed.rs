//! Lines that are no message, too long, too many, or not read: each has its answer, and the session goes on.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::raw::{MODERN, Raw, meta};
use crate::support::with_probe;
use crate::{ENGINEER, Session};

/// A session that is under way, with the probe's tools.
async fn session() -> Session {
    let mut session = Session::with("error", with_probe()).await;
    session.server.initialize("2025-11-25").await;
    session
}

/// The server still does its work.
async fn still_serving(server: &mut Raw) {
    let answer = server.call("get_user", json!({"user": ENGINEER})).await;
    assert_eq!(
        answer["result"]["structuredContent"]["login"], ENGINEER,
        "{answer}"
    );
}

/// The answer to one line, whatever its id.
async fn answered(server: &mut Raw, line: &str) -> Value {
    server.line(line).await;
    server.receive().await.unwrap()
}

fn echo(id: usize, text: &str) -> String {
    let params = json!({"name": "echo", "arguments": {"text": text}});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string()
}

#[tokio::test]
async fn a_line_that_is_not_json_is_a_parse_error_before_and_after_the_handshake() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::start("error").await;
    for handshake in [false, true] {
        if handshake {
            server.initialize("2025-06-18").await;
        }
        let deep = "[".repeat(100_000);
        for line in [
            "not json",
            "{\"jsonrpc\": \"2.0\"",
            "[1, 2",
            "\u{0}",
            "{}{}",
            &deep,
        ] {
            let answer = answered(&mut server, line).await;
            assert_eq!(
                answer,
                json!({"jsonrpc": "2.0", "error": {"code": -32700, "message": "the message is not JSON"}}),
                "{line:.20}"
            );
        }
    }
    still_serving(&mut server).await;
    assert_eq!(server.leave().await.status.code(), Some(0));
}

#[tokio::test]
async fn json_that_is_no_message_is_an_invalid_request_under_its_own_id() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    for (line, id) in [
        (json!({}), Value::Null),
        (json!([1, 2]), Value::Null),
        (json!("tools/list"), Value::Null),
        (
            json!([{"jsonrpc": "2.0", "id": 1, "method": "ping"}]),
            Value::Null,
        ),
        (
            json!({"jsonrpc": "1.0", "id": 4, "method": "tools/list"}),
            json!(4),
        ),
        (
            json!({"jsonrpc": "2.0", "id": "x", "method": 7}),
            json!("x"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 5, "method": "ping", "params": 7}),
            json!(5),
        ),
        (
            json!({"jsonrpc": "2.0", "id": {}, "method": "ping"}),
            Value::Null,
        ),
    ] {
        let answer = answered(&mut server, &line.to_string()).await;
        assert_eq!(answer["error"]["code"], -32600, "{line}: {answer}");
        assert_eq!(answer["id"], id, "{line}");
    }
    still_serving(&mut server).await;
}

#[tokio::test]
async fn a_notification_that_nobody_knows_and_an_empty_line_are_passed_over() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    for line in [
        "",
        "\r",
        "{\"jsonrpc\": \"2.0\", \"method\": \"notifications/unheard\"}",
        "{\"jsonrpc\": \"2.0\", \"method\": \"$/setTrace\", \"params\": 7}",
        // Nobody asked: an answer to nothing.
        "{\"jsonrpc\": \"2.0\", \"id\": 99, \"result\": {}}",
        "{\"jsonrpc\": \"2.0\", \"error\": {\"code\": -32700, \"message\": \"an answer to an error\"}}",
    ] {
        server.line(line).await;
    }
    still_serving(&mut server).await;
    assert!(server.aside.is_empty(), "{:?}", server.aside);
}

#[tokio::test]
async fn params_that_do_not_fit_and_methods_that_nobody_knows_are_told_apart() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    for params in [
        json!({"name": 7}),
        json!({}),
        json!({"name": "get_user", "arguments": [1]}),
    ] {
        let answer = server.request("tools/call", params.clone()).await;
        assert_eq!(answer["error"]["code"], -32602, "{params}: {answer}");
    }
    let answer = server.request("no/such", json!({})).await;
    assert_eq!(answer["error"]["code"], -32601, "{answer}");
    still_serving(&mut server).await;
}

#[tokio::test]
async fn a_line_over_four_mebibytes_is_refused_and_one_below_is_read() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    const LIMIT: usize = 4 * 1024 * 1024;
    let padded = |size: usize| echo(7, &"x".repeat(size - echo(7, "").len()));
    // Its answer would be longer than an answer may be: that it is told so shows that it was read.
    let below = answered(&mut server, &padded(LIMIT)).await;
    assert_eq!(
        (&below["id"], &below["result"]["isError"]),
        (&json!(7), &json!(true)),
        "{below}"
    );
    let above = answered(&mut server, &padded(LIMIT + 1)).await;
    assert_eq!(
        above["error"],
        json!({"code": -32600, "message": "the message is over 4 MiB"})
    );
    let far_above = answered(&mut server, &"x".repeat(5 * LIMIT)).await;
    assert_eq!(far_above["error"]["code"], -32600);
    still_serving(&mut server).await;
}

#[tokio::test]
async fn a_second_request_under_an_id_in_use_is_refused_and_the_first_is_answered() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    let spin = json!({"jsonrpc": "2.0", "id": 900, "method": "tools/call", "params": {"name": "spin", "arguments": {}}});
    server.line(&spin.to_string()).await;
    let refused = answered(&mut server, &echo(900, "second")).await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!(900), &json!(-32600)),
        "{refused}"
    );
    let first = server.answer(900).await;
    assert_eq!(first["result"]["isError"], true, "{first}");
    // What was answered may be used again, though MCP's clients do not.
    let again = answered(&mut server, &echo(900, "third")).await;
    assert_eq!(
        again["result"]["structuredContent"]["text"], "third",
        "{again}"
    );
    still_serving(&mut server).await;
}

#[tokio::test]
async fn ten_thousand_calls_in_one_go_are_answered_each_once() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    let calls: Vec<String> = (1_000..11_000).map(|id| echo(id, "x")).collect();
    let answers = server.pour(&calls).await;
    let mut ids = BTreeSet::new();
    for answer in &answers {
        assert_eq!(
            answer["result"]["structuredContent"]["text"], "x",
            "{answer}"
        );
        ids.insert(answer["id"].as_u64().unwrap());
    }
    assert_eq!(ids, (1_000..11_000).collect());
    still_serving(&mut server).await;
}

#[tokio::test]
async fn a_client_that_reads_only_when_it_has_sent_everything_gets_all_its_answers() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    // Thirty megabytes of answers wait in the server: no pipe holds them.
    let text = "x".repeat(30_000);
    for id in 1_000..1_500 {
        server.line(&echo(id, &text)).await;
    }
    let mut ids = BTreeSet::new();
    for _ in 0..500 {
        let answer = server.receive().await.unwrap();
        assert_eq!(
            answer["result"]["structuredContent"]["text"].as_str(),
            Some(text.as_str())
        );
        ids.insert(answer["id"].as_u64().unwrap());
    }
    assert_eq!(ids, (1_000..1_500).collect());
    still_serving(&mut server).await;
}

#[tokio::test]
async fn a_client_that_closes_its_end_still_gets_the_answers_to_what_it_asked() {
    for modern in [false, true] {
        let Session {
            mut server,
            _simulator,
            _home,
        } = Session::start("error").await;
        let mut params = json!({"name": "get_user", "arguments": {"user": ENGINEER}});
        if modern {
            params["_meta"] = meta();
            assert_eq!(
                params["_meta"]["io.modelcontextprotocol/protocolVersion"],
                MODERN
            );
        } else {
            server.initialize("2025-11-25").await;
        }
        let id = server.send("tools/call", params).await;
        server.line("not json").await;
        let left = server.leave().await;
        assert_eq!(left.status.code(), Some(0));
        let [first, second] = left.messages.as_slice() else {
            panic!("{:?}", left.messages);
        };
        let (error, answer) = if first["id"].is_null() {
            (first, second)
        } else {
            (second, first)
        };
        assert_eq!(error["error"]["code"], -32700, "{error}");
        assert_eq!(answer["id"], id, "{answer}");
        assert_eq!(answer["result"]["structuredContent"]["login"], ENGINEER);
    }
}

#[tokio::test]
async fn a_last_line_without_an_end_is_no_message() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = session().await;
    server.bytes(b"{\"jsonrpc\": \"2.0\", \"id\": 5, ").await;
    let left = server.leave().await;
    assert_eq!(left.status.code(), Some(0));
    assert!(left.messages.is_empty(), "{:?}", left.messages);
}
