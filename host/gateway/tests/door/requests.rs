//! What is sent: the proof's URL, fixed headers, and nothing that was not asked for.

use capability::answer::Failure;
use gateway::Budget;

use crate::support::{
    Response, Server, TOKEN, authorized, gateway, plenty, unavailable, with_path,
};

#[tokio::test]
async fn a_get_carries_the_token_and_fixed_headers_and_no_others() {
    let server = Server::always(Response::json("[]")).await;
    server.list(plenty()).await.unwrap();
    let head = server.head(0);
    let mut lines = head.trim_end().split("\r\n");
    assert_eq!(lines.next(), Some("GET /api/v1/groups HTTP/1.1"));
    let mut headers: Vec<_> = lines.collect();
    headers.sort_unstable();
    let host = format!("host: {}", server.origin.trim_start_matches("http://"));
    let authorization = format!("authorization: SSWS {TOKEN}");
    assert_eq!(
        headers,
        [
            "accept-encoding: gzip",
            "accept: application/json",
            &authorization,
            &host,
            "user-agent: okta-mcp/0.0.0-test",
        ]
    );
}

#[tokio::test]
async fn users_are_asked_for_without_their_credentials() {
    let server = Server::always(Response::json("{}")).await;
    let (gateway, origin) = (gateway(&server.origin), &server.origin);
    let user = with_path(origin, "/api/v1/users/{id}", &[("id", "mara@x.y")]);
    gateway.get(&user, plenty()).await.unwrap();
    gateway
        .get(&authorized(origin, "/api/v1/users"), plenty())
        .await
        .unwrap();
    for number in 0..2 {
        assert!(server.head(number).contains(
            "content-type: application/json; okta-response=omitCredentials,omitCredentialsLinks,omitTransitioningToStatus\r\n"
        ));
    }
}

#[tokio::test]
async fn a_proof_for_another_org_is_not_sent() {
    let (ours, theirs) = (
        Server::always(Response::json("[]")).await,
        Server::always(Response::json("[]")).await,
    );
    let get = authorized(&theirs.origin, "/api/v1/groups");
    let text = unavailable(gateway(&ours.origin).get(&get, plenty()).await);
    assert!(text.contains("another org"), "{text}");
    assert_eq!((ours.connections(), theirs.connections()), (0, 0));
}

#[tokio::test]
async fn a_spent_budget_sends_nothing() {
    let server = Server::always(Response::json("[]")).await;
    let spent = Budget {
        bytes: 0,
        ..plenty()
    };
    assert!(matches!(
        server.list(spent).await,
        Err(Failure::Exhausted(_))
    ));
    let late = Budget {
        deadline: tokio::time::Instant::now(),
        ..plenty()
    };
    assert!(unavailable(server.list(late).await).contains("not sent"));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_page_is_projected_counted_and_keeps_its_request_id() {
    let body = r#"[{"id":"1","secret":"S","profile":{"name":"a","x":1}},{"id":"2"}]"#;
    let id = "3f9d2c7b6a514e0f8d2b1c0a9e8f7d6c";
    let server = Server::always(Response::json(body).header("x-okta-request-id", id)).await;
    let page = server.list(plenty()).await.unwrap();
    assert_eq!(
        page.body,
        r#"[{"id":"1","profile":{"name":"a"}},{"id":"2"}]"#
    );
    assert_eq!((page.rows, page.received), (2, body.len() as u64));
    assert_eq!(page.request_id.as_deref(), Some(id));
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let server = Server::always(Response::json("[]").header("set-cookie", "sid=x; Path=/")).await;
    let (gateway, get) = (
        gateway(&server.origin),
        authorized(&server.origin, "/api/v1/groups"),
    );
    for _ in 0..2 {
        gateway.get(&get, plenty()).await.unwrap();
    }
    assert!(!server.head(1).to_ascii_lowercase().contains("cookie"));
}
