//! The transport of 2024-11-05: a stream of events and an endpoint for messages.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

use crate::issuer::Key;
use crate::protected::Protected;
use crate::support::http::{Reply, Served, answers, request};
use crate::support::{bounded, with_probe};
use crate::{ENGINEER, Site, call, initialize};

const FLAGS: [&str; 2] = ["--sse", "--iunderstandtherisks"];

/// An open stream and the endpoint that it named.
struct Events {
    lines: Lines<BufReader<TcpStream>>,
    endpoint: String,
}

impl Events {
    async fn open(server: &Served) -> Self {
        Self::open_with(server, &[]).await
    }

    async fn open_with(server: &Served, more: &[(&str, &str)]) -> Self {
        let mut stream = server.connect().await;
        let mut headers = vec![("Accept", "text/event-stream")];
        headers.extend(more);
        stream
            .write_all(request("GET", "/sse", &headers, "").as_bytes())
            .await
            .unwrap();
        let mut events = Self {
            lines: BufReader::new(stream).lines(),
            endpoint: String::new(),
        };
        events.endpoint = events.next("endpoint").await;
        events
    }

    async fn next(&mut self, kind: &str) -> String {
        loop {
            let line = bounded("an event", self.lines.next_line())
                .await
                .unwrap()
                .expect("the stream ended");
            if line == format!("event: {kind}") {
                let data = self.lines.next_line().await.unwrap().unwrap();
                return data.strip_prefix("data: ").unwrap().to_owned();
            }
        }
    }

    async fn message(&mut self) -> Value {
        serde_json::from_str(&self.next("message").await).unwrap()
    }

    async fn post(&self, server: &Served, body: &str) -> u16 {
        self.answer(server, body).await.status
    }

    /// What a POST itself is answered with.
    async fn answer(&self, server: &Served, body: &str) -> Reply {
        let headers = [("Content-Type", "application/json")];
        server.send("POST", &self.endpoint, &headers, body).await
    }

    /// A session after its handshake.
    async fn ready(server: &Served) -> Self {
        let mut events = Self::open(server).await;
        assert_eq!(events.post(server, &initialize("2024-11-05")).await, 202);
        assert_eq!(events.message().await["id"], 1);
        events
    }

    /// The session still does its work.
    async fn still_serving(&mut self, server: &Served) {
        let arguments = json!({"user": ENGINEER});
        let posted = self.post(server, &call(77, "get_user", arguments)).await;
        assert_eq!(posted, 202);
        let answer = self.message().await;
        assert_eq!(
            answer["result"]["structuredContent"]["login"], ENGINEER,
            "{answer}"
        );
    }

    async fn post_with(&self, server: &Served, more: &[(&str, &str)], body: &str) -> u16 {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(more);
        server
            .send("POST", &self.endpoint, &headers, body)
            .await
            .status
    }
}

#[tokio::test]
async fn a_client_of_the_oldest_transport_lists_and_calls() {
    let Site { server, .. } = &Site::start(&FLAGS).await;
    let mut events = Events::open(server).await;
    assert!(
        events.endpoint.starts_with("/message?sessionId="),
        "{}",
        events.endpoint
    );
    assert_eq!(events.post(server, &initialize("2024-11-05")).await, 202);
    assert_eq!(
        events.message().await["result"]["protocolVersion"],
        "2024-11-05"
    );
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    assert_eq!(events.post(server, &ready).await, 202);
    assert_eq!(
        events
            .post(server, &call(2, "get_user", json!({"user": ENGINEER})))
            .await,
        202
    );
    let answer = events.message().await;
    assert_eq!(
        answer["result"]["structuredContent"]["login"], ENGINEER,
        "{answer}"
    );
}

#[tokio::test]
async fn two_sessions_do_not_see_each_other_and_one_that_ended_is_gone() {
    let Site { server, .. } = &Site::start(&FLAGS).await;
    let mut first = Events::open(server).await;
    let second = Events::open(server).await;
    assert_ne!(first.endpoint, second.endpoint);
    drop(second.lines);
    assert_eq!(first.post(server, &initialize("2024-11-05")).await, 202);
    assert_eq!(first.message().await["id"], 1);
    let headers = [("Content-Type", "application/json")];
    let unknown = server
        .send(
            "POST",
            "/message?sessionId=0",
            &headers,
            &initialize("2024-11-05"),
        )
        .await;
    assert_eq!(unknown.status, 404, "{unknown:?}");
    // The server notices a stream that is gone when it next writes to it or the socket closes.
    let gone = async {
        loop {
            match server
                .send(
                    "POST",
                    &second.endpoint,
                    &headers,
                    &initialize("2024-11-05"),
                )
                .await
                .status
            {
                202 => tokio::task::yield_now().await,
                status => break status,
            }
        }
    };
    let status = bounded("the end of the second session", gone).await;
    assert!(matches!(status, 404 | 410), "{status}");
}

#[tokio::test]
async fn more_than_64_sessions_are_not_held() {
    let Site { server, .. } = &Site::start(&FLAGS).await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(Events::open(server).await);
    }
    let refused = server
        .send("GET", "/sse", &[("Accept", "text/event-stream")], "")
        .await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.body.contains("64 sessions"), "{refused:?}");
    // Messages in a held session are still answered.
    let first = &mut open[0];
    assert_eq!(first.post(server, &initialize("2024-11-05")).await, 202);
    assert_eq!(first.message().await["id"], 1);
}

#[tokio::test]
async fn attack_a_message_into_somebody_else_s_session() {
    let rules = json!([
        {"groups": ["IAM"], "plugins": ["*"]},
        {"groups": ["Helpdesk"], "tools": ["get_user"]},
    ]);
    let protected = Protected::with(&FLAGS, vec![Key::ec("first")], rules).await;
    let (server, issuer) = (&protected.site.server, &protected.issuer);
    let bearer = |changes: Value| format!("Bearer {}", issuer.token(changes));
    let own = bearer(json!({}));
    let mut events = Events::open_with(server, &[("Authorization", &own)]).await;
    let other = "joe.doe@northwind.example.com";
    for changes in [
        json!({"sub": other}),
        json!({"sub": other, "groups": ["Helpdesk"]}),
        // The same person's, with fewer rights than those that the session was opened with.
        json!({"groups": ["Helpdesk"]}),
    ] {
        let foreign = bearer(changes);
        let status = events
            .post_with(
                server,
                &[("Authorization", &foreign)],
                &initialize("2024-11-05"),
            )
            .await;
        assert_eq!(status, 404);
    }
    assert_eq!(events.post(server, &initialize("2024-11-05")).await, 401);
    // The person's next token is the person's still.
    let next = bearer(json!({"jti": "another"}));
    assert_ne!(next, own);
    let status = events
        .post_with(
            server,
            &[("Authorization", &next)],
            &initialize("2024-11-05"),
        )
        .await;
    assert_eq!(status, 202);
    let message = events.message().await;
    assert_eq!(
        message["result"]["protocolVersion"], "2024-11-05",
        "{message}"
    );
}

#[tokio::test]
async fn a_session_of_the_oldest_transport_has_its_opener_s_tools() {
    let rules = json!([{"groups": ["Helpdesk"], "tools": ["get_user"]}]);
    let protected = Protected::with(&FLAGS, vec![Key::ec("first")], rules).await;
    let server = &protected.site.server;
    let token = protected.issuer.token(json!({"groups": ["Helpdesk"]}));
    let bearer = format!("Bearer {token}");
    let own = [("Authorization", &*bearer)];
    let mut events = Events::open_with(server, &own).await;
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}).to_string();
    for body in [&initialize("2024-11-05"), &ready, &list] {
        assert_eq!(events.post_with(server, &own, body).await, 202);
    }
    assert_eq!(events.message().await["id"], 1);
    let tools = events.message().await["result"]["tools"].clone();
    assert_eq!(tools.as_array().unwrap().len(), 1);
    assert_eq!(tools[0]["name"], "get_user");
    events
        .post_with(server, &own, &call(3, "list_groups", json!({})))
        .await;
    let refused = events.message().await;
    assert_eq!(
        refused["error"]["message"], "there is no tool `list_groups`",
        "{refused}"
    );
}

#[tokio::test]
async fn a_server_that_is_asked_to_end_does_not_wait_for_streams() {
    let Site { server, .. } = Site::start(&FLAGS).await;
    let _events = Events::open(&server).await;
    server.terminate();
    let (status, log) = server.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("HTTP+SSE is deprecated"), "{log}");
}

#[tokio::test]
async fn what_is_no_message_is_told_so_in_the_answer_to_its_post_and_the_session_goes_on() {
    let Site { server, .. } = &Site::start(&FLAGS).await;
    let mut events = Events::ready(server).await;
    let too_long = "x".repeat(4 * 1024 * 1024 + 1);
    for (body, status, code, id) in [
        ("", 400, -32700, Value::Null),
        ("not json", 400, -32700, Value::Null),
        ("{}{}", 400, -32700, Value::Null),
        ("{}", 400, -32600, Value::Null),
        ("[1, 2]", 400, -32600, Value::Null),
        (
            r#"{"jsonrpc": "1.0", "id": 4, "method": "ping"}"#,
            400,
            -32600,
            json!(4),
        ),
        (&too_long, 413, -32600, Value::Null),
    ] {
        let answer = events.answer(server, body).await;
        assert_eq!(answer.status, status, "{body:.40}: {answer:?}");
        let message = answer.message();
        assert_eq!(
            (&message["error"]["code"], &message["id"]),
            (&json!(code), &id),
            "{body:.40}: {message}"
        );
    }
    events.still_serving(server).await;
}

#[tokio::test]
async fn params_that_do_not_fit_and_methods_that_nobody_knows_are_told_apart_on_the_stream() {
    let Site { server, .. } = &Site::start(&FLAGS).await;
    let mut events = Events::ready(server).await;
    for (id, method, code) in [(5, "tools/call", -32602), (6, "no/such", -32601)] {
        let body = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": {"name": 7}});
        assert_eq!(events.post(server, &body.to_string()).await, 202);
        let answer = events.message().await;
        assert_eq!(
            (&answer["id"], &answer["error"]["code"]),
            (&json!(id), &json!(code)),
            "{answer}"
        );
    }
    events.still_serving(server).await;
}

#[tokio::test]
async fn a_second_request_under_an_id_in_use_is_refused_and_the_first_is_answered() {
    let Site { server, .. } = &Site::with(&FLAGS, with_probe()).await;
    let mut events = Events::ready(server).await;
    let echo = call(9, "echo", json!({"text": "second"}));
    assert_eq!(events.post(server, &call(9, "spin", json!({}))).await, 202);
    let refused = events.answer(server, &echo).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let message = refused.message();
    assert_eq!(
        (&message["id"], &message["error"]["code"]),
        (&json!(9), &json!(-32600))
    );
    let first = events.message().await;
    assert_eq!(
        (&first["id"], &first["result"]["isError"]),
        (&json!(9), &json!(true)),
        "{first}"
    );
    assert_eq!(events.post(server, &echo).await, 202);
    assert_eq!(
        events.message().await["result"]["structuredContent"]["text"],
        "second"
    );
    events.still_serving(server).await;
}

/// POSTs on one connection, the last of which closes it.
fn posts(endpoint: &str, ids: std::ops::Range<u64>, text: &str) -> Vec<u8> {
    let headers = [("Content-Type", "application/json")];
    let last = ids.end - 1;
    let mut all = Vec::new();
    for id in ids {
        let body = call(id, "echo", json!({"text": text}));
        let mut post = request("POST", endpoint, &headers, &body);
        if id != last {
            post = post.replacen("Connection: close\r\n", "", 1);
        }
        all.extend(post.into_bytes());
    }
    all
}

#[tokio::test]
async fn ten_thousand_calls_in_one_go_are_answered_each_once() {
    let Site { server, .. } = &Site::with(&FLAGS, with_probe()).await;
    let mut events = Events::ready(server).await;
    let (mut read, mut write) = server.connect().await.into_split();
    let all = posts(&events.endpoint, 1_000..11_000, "x");
    let write = async move {
        write.write_all(&all).await.unwrap();
        write
    };
    let accepted = async {
        let mut bytes = Vec::new();
        while bounded("one of many answers", read.read_buf(&mut bytes))
            .await
            .unwrap()
            > 0
        {}
        bytes
    };
    let told = async {
        let mut ids = std::collections::BTreeSet::new();
        for _ in 0..10_000 {
            let answer = events.message().await;
            assert_eq!(
                answer["result"]["structuredContent"]["text"], "x",
                "{answer}"
            );
            ids.insert(answer["id"].as_u64().unwrap());
        }
        ids
    };
    let (_write, bytes, ids) = tokio::join!(write, accepted, told);
    let answers = answers(&bytes);
    assert_eq!(answers.len(), 10_000);
    assert!(answers.iter().all(|answer| answer.status == 202));
    assert_eq!(ids, (1_000..11_000).collect());
    events.still_serving(server).await;
}

#[tokio::test]
async fn a_session_whose_client_does_not_read_holds_up_no_other_and_loses_nothing() {
    let Site { server, .. } = &Site::with(&FLAGS, with_probe()).await;
    let mut slow = Events::ready(server).await;
    let mut quick = Events::ready(server).await;
    // Twenty-four megabytes of answers: no socket holds them.
    let text = "x".repeat(40_000);
    let mut posting = server.connect().await;
    let all = posts(&slow.endpoint, 1_000..1_300, &text);
    posting.write_all(&all).await.unwrap();
    let mut accepted = Vec::new();
    bounded("the posts' answers", posting.read_to_end(&mut accepted))
        .await
        .unwrap();
    assert_eq!(answers(&accepted).len(), 300);
    quick.still_serving(server).await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..300 {
        ids.insert(slow.message().await["id"].as_u64().unwrap());
    }
    assert_eq!(ids, (1_000..1_300).collect());
    slow.still_serving(server).await;
}
