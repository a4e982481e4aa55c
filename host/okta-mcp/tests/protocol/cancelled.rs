//! A call that is taken back while Okta is being asked: the request goes with it.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::raw::Raw;
use crate::support::{Home, bounded};

/// An org that hears a request and does not answer, unless it is told to.
struct Silent(TcpListener);

impl Silent {
    async fn hears(&self) -> TcpStream {
        let (mut stream, _) = bounded("the request", self.0.accept()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(
                bounded("the request's head", stream.read(&mut byte))
                    .await
                    .unwrap(),
                1
            );
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"GET /api/v1/groups?"), "{head:?}");
        stream
    }
}

#[tokio::test]
async fn a_call_that_is_taken_back_hangs_up_on_okta() {
    let org = Silent(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let home = Home::new();
    let mut command = home.command(["serve"]);
    command
        .env(
            "OKTA_ORG_URL",
            format!("http://{}", org.0.local_addr().unwrap()),
        )
        .env("OKTA_API_TOKEN", "00abcdefghijklmnopqrstuvwxyz");
    let mut server = Raw::start(command);
    server.initialize("2025-11-25").await;
    let ask = json!({"name": "list_groups", "arguments": {}});
    let call = server.send("tools/call", ask.clone()).await;
    let mut hung_up = org.hears().await;
    let enough = json!({"requestId": call, "reason": "enough"});
    server.notify("notifications/cancelled", enough).await;
    // The end of the connection, by whichever of TCP's two ways.
    let end = bounded("the connection's end", hung_up.read(&mut [0])).await;
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    // The next call is not held up by it.
    let call = server.send("tools/call", ask).await;
    let mut answering = org.hears().await;
    answering
        .write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]",
        )
        .await
        .unwrap();
    let answer = server.answer(call).await;
    assert_eq!(
        answer["result"]["structuredContent"]["returned"], 0,
        "{answer}"
    );
    assert!(
        server.aside.is_empty(),
        "nobody answered what was taken back"
    );
    assert_eq!(server.leave().await.status.code(), Some(0));
}
