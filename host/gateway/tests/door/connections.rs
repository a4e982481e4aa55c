//! Connections: kept, broken, refused, and silent.

use std::time::Duration;

use crate::support::{Reply, Response, Server, authorized, gateway, plenty, unavailable, within};

#[tokio::test]
async fn calls_share_a_connection_also_after_a_refusal() {
    let server = Server::start(|asked| {
        let response = match asked.number {
            1 => Response::new(404)
                .header("content-type", "application/json")
                .body("{}"),
            _ => Response::json("[]"),
        };
        Reply::Keep(response.bytes(asked.origin))
    })
    .await;
    let (gateway, get) = (
        gateway(&server.origin),
        authorized(&server.origin, "/api/v1/groups"),
    );
    for _ in 0..4 {
        let _ = gateway.get(&get, plenty()).await;
    }
    assert_eq!((server.requests(), server.connections()), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn a_reset_connection_is_tried_again_twice_and_then_told() {
    let server = Server::start(|_| Reply::Reset).await;
    let text = unavailable(server.list(plenty()).await);
    assert!(
        text.starts_with("the connection to Okta broke before it answered"),
        "{text}"
    );
    assert_eq!(server.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_recovers_brings_the_page() {
    let server = Server::start(|asked| match asked.number {
        0 => Reply::Reset,
        1 => Reply::Close(Vec::new()),
        _ => Reply::Keep(Response::json("[]").bytes(asked.origin)),
    })
    .await;
    assert!(server.list(plenty()).await.is_ok());
    assert!(!server.head(0).contains("x-okta-retry"));
    assert!(server.head(2).contains("x-okta-retry-count: 2\r\n"));
}

#[tokio::test(start_paused = true)]
async fn nobody_listening_is_told_in_one_line() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let get = authorized(&gone, "/api/v1/groups");
    let text = unavailable(gateway(&gone).get(&get, plenty()).await);
    assert!(text.starts_with("Okta could not be reached: "), "{text}");
    assert!(
        text.contains("refused") && !text.contains("api/v1"),
        "{text}"
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_a_page_and_not_asked_for_again() {
    let server = Server::start(|asked| {
        let whole = Response::json(r#"[{"id":"1"}]"#).header("content-length", "4000");
        Reply::Close(whole.bytes(asked.origin))
    })
    .await;
    let text = unavailable(server.list(plenty()).await);
    assert!(text.starts_with("Okta's answer broke off"), "{text}");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let server = Server::start(|_| Reply::Silence).await;
    let begun = std::time::Instant::now();
    let text = unavailable(server.list(within(Duration::from_millis(200))).await);
    assert!(
        text.starts_with("Okta did not answer within the call's time"),
        "{text}"
    );
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn what_is_not_http_is_told_as_a_broken_answer() {
    let server = Server::start(|_| Reply::Close(b"220 mail.example ESMTP\r\n".to_vec())).await;
    let text = unavailable(server.list(within(Duration::from_millis(300))).await);
    assert!(
        text.contains("broke before it answered") || text.contains("did not answer"),
        "{text}"
    );
}
