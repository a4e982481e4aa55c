//! The transport of 2024-11-05: a stream of events and an endpoint for messages.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

use crate::issuer::Key;
use crate::protected::Protected;
use crate::support::bounded;
use crate::support::http::{Served, request};
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
        self.post_with(server, &[], body).await
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
