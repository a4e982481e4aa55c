//! Calls: what may stand on stdout, errors, cancellation and progress.

use serde_json::json;

use crate::support::raw::{MODERN, meta};
use crate::support::with_probe;
use crate::{ENGINEER, Session};

#[tokio::test]
async fn nothing_but_messages_stands_on_stdout_however_much_is_logged() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::with("trace", with_probe()).await;
    let token = _simulator.token.clone();
    server.initialize("2025-11-25").await;
    server.request("tools/list", json!({})).await;
    for (tool, arguments) in [
        ("get_user", json!({"user": ENGINEER})),
        ("get_user", json!({"user": "nobody@northwind.example.com"})),
        ("get_user", json!({"user": "..", "limit": 1})),
        ("search_users", json!({"department": "Sales", "limit": 3})),
        ("no_such_tool", json!({})),
        ("panic", json!({})),
        ("raw_get", json!({"endpoint": "/api/v1/apps"})),
    ] {
        server.call(tool, arguments).await;
    }
    let answer = server.request("no/such/method", json!({})).await;
    assert_eq!(answer["error"]["code"], -32601, "{answer}");
    let left = server.leave().await;
    assert_eq!(left.status.code(), Some(0));
    assert!(
        left.stderr.contains("TRACE") && left.stderr.contains("audit"),
        "the log is on stderr"
    );
    assert!(
        left.stderr.contains("because it was asked to"),
        "a plugin's panic is in the log"
    );
    assert!(
        !left.stderr.contains(&token),
        "the token is in no log, at no level"
    );
}

#[tokio::test]
async fn an_unknown_tool_is_an_error_of_the_request_and_a_failed_call_is_not() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::start("error").await;
    server.initialize("2025-11-25").await;
    let unknown = server.call("serach_users", json!({})).await;
    assert_eq!(unknown["error"]["code"], -32602);
    assert_eq!(
        unknown["error"]["message"],
        "there is no tool `serach_users`; did you mean `search_users`?"
    );
    let hostile = server.call("a\u{1b}[31m\u{202e}b", json!({})).await;
    assert_eq!(hostile["error"]["message"], "there is no tool `a[31mb`");
    let failed = server
        .call("get_user", json!({"user": "nobody@northwind.example.com"}))
        .await;
    assert_eq!(failed["result"]["isError"], true, "{failed}");
    assert!(
        failed["result"].get("structuredContent").is_none(),
        "{failed}"
    );
}

#[tokio::test]
async fn a_call_that_is_taken_back_stops_and_is_never_answered() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::with("info", with_probe()).await;
    server.initialize("2025-11-25").await;
    // What is compiled already cannot delay a loop.
    server.call("echo", json!({"text": "awake"})).await;
    let mut loops = Vec::new();
    for _ in 0..3 {
        let spin = json!({"name": "spin", "arguments": {}});
        loops.push(server.send("tools/call", spin).await);
    }
    // A call that came after them is answered: they run.
    server.call("echo", json!({"text": "still here"})).await;
    for spin in &loops {
        let enough = json!({"requestId": spin, "reason": "enough"});
        server.notify("notifications/cancelled", enough).await;
    }
    let next = server.call("get_user", json!({"user": ENGINEER})).await;
    assert_eq!(
        next["result"]["structuredContent"]["login"], ENGINEER,
        "{next}"
    );
    // As long as this one runs, the others would have run too.
    let last = server.call("spin", json!({})).await;
    assert_eq!(last["result"]["isError"], true, "{last}");
    let said = std::mem::take(&mut server.aside);
    let left = server.leave().await;
    assert_eq!(left.status.code(), Some(0));
    for message in said.iter().chain(&left.messages) {
        assert!(
            !loops.iter().any(|spin| message["id"] == *spin),
            "{message}"
        );
    }
    let records = |field: &str| {
        let of_spin = |line: &&str| line.contains(field) && line.contains("tool=\"spin\"");
        left.stderr.lines().filter(of_spin).count()
    };
    assert!(
        records("event=\"used\"") > 1,
        "a loop that was taken back had begun"
    );
    assert_eq!(records("outcome=\"cancelled\""), loops.len());
    assert_eq!(
        records("outcome=\"failed\""),
        1,
        "only the last one ran to its limit"
    );
}

#[tokio::test]
async fn a_slow_call_does_not_hold_up_the_next_one() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::with("error", with_probe()).await;
    server.initialize("2025-11-25").await;
    server.call("echo", json!({"text": "awake"})).await;
    let spin = server
        .send("tools/call", json!({"name": "spin", "arguments": {}}))
        .await;
    let echo = server
        .send(
            "tools/call",
            json!({"name": "echo", "arguments": {"text": "first"}}),
        )
        .await;
    let first = server.receive().await.unwrap();
    assert_eq!(first["id"], echo, "{first}");
    let second = server.answer(spin).await;
    assert_eq!(second["result"]["isError"], true, "{second}");
}

#[tokio::test]
async fn a_call_with_a_progress_token_tells_how_far_it_is() {
    for (version, params) in [("2025-11-25", json!({})), (MODERN, meta())] {
        let Session {
            mut server,
            _simulator,
            _home,
        } = Session::start("error").await;
        if version != MODERN {
            server.initialize(version).await;
        }
        let mut meta = params;
        meta["progressToken"] = json!("so far");
        // Nobody has signed in since: the whole org is looked at, page after page.
        let call = json!({"name": "search_users", "arguments": {"last_login_after": "2031-01-01"}, "_meta": meta});
        let answer = server.request("tools/call", call).await;
        assert_eq!(
            answer["result"]["structuredContent"]["returned"], 0,
            "{answer}"
        );
        let mut last = 0.0;
        assert!(server.aside.len() >= 3, "{:?}", server.aside);
        for message in &server.aside {
            assert_eq!(message["method"], "notifications/progress");
            assert_eq!(message["params"]["progressToken"], "so far");
            assert!(
                message["params"]["message"]
                    .as_str()
                    .unwrap()
                    .contains("users looked at"),
                "{message}"
            );
            let progress = message["params"]["progress"].as_f64().unwrap();
            assert!(progress > last, "{message}");
            last = progress;
        }
    }
}

#[tokio::test]
async fn a_call_that_waits_for_okta_s_rate_limit_says_so_while_it_waits() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::on("error", json!({}), &["rate-limit=1@1"]).await;
    server.initialize("2025-11-25").await;
    let call =
        json!({"name": "get_user", "arguments": {"user": ENGINEER}, "_meta": {"progressToken": 7}});
    let answer = server.request("tools/call", call).await;
    assert_eq!(
        answer["result"]["structuredContent"]["login"], ENGINEER,
        "{answer}"
    );
    let [told] = server.aside.as_slice() else {
        panic!("{:?}", server.aside);
    };
    assert_eq!(told["method"], "notifications/progress");
    assert_eq!(told["params"]["progressToken"], 7);
    let message = told["params"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("Okta's rate limit is nearly used up: waiting for its next minute, "),
        "{message}"
    );
}

#[tokio::test]
async fn a_call_without_a_progress_token_tells_nothing_but_its_answer() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::start("error").await;
    server.initialize("2025-11-25").await;
    server
        .call("search_users", json!({"last_login_after": "2031-01-01"}))
        .await;
    assert!(server.aside.is_empty(), "{:?}", server.aside);
    assert!(server.leave().await.messages.is_empty());
}
