//! The window beside the door: one public document, and no credential.

use std::time::{Duration, SystemTime};

use gateway::{Found, FrontDoor, NoAnswer, Route};
use tokio::time::Instant;

use crate::support::{Reply, Response, Server, TOKEN, gateway};

const DOCUMENT: &str = r#"{"id":"00o1n8sbwArJ7OQRw406","pipeline":"idx"}"#;

async fn look(server: &Server) -> (Route, Found) {
    look_within(server, Duration::from_secs(30)).await
}

async fn look_within(server: &Server, time: Duration) -> (Route, Found) {
    let sighting = gateway(&server.origin).look(Instant::now() + time).await;
    (sighting.route, sighting.found.unwrap())
}

fn dated(response: Response, ahead: i64) -> Response {
    let now = SystemTime::now();
    let shift = Duration::from_secs(ahead.unsigned_abs());
    let date = if ahead < 0 { now - shift } else { now + shift };
    response.header("date", &httpdate::fmt_http_date(date))
}

#[tokio::test]
async fn a_look_asks_for_one_public_document_without_the_credential() {
    let server = Server::always(dated(Response::json(DOCUMENT), 0)).await;
    let (route, found) = look(&server).await;
    assert!(!route.is_proxy && !route.encrypted);
    assert_eq!(
        found.addresses,
        ["127.0.0.1".parse::<std::net::IpAddr>().unwrap()]
    );
    let door = found.answer.unwrap();
    assert_eq!(
        (door.status, door.org.as_deref()),
        (200, Some("00o1n8sbwArJ7OQRw406"))
    );
    assert!(door.skew.unwrap().is_noise());
    assert_eq!(server.requests(), 1);
    let head = server.head(0);
    assert!(
        head.starts_with("GET /.well-known/okta-organization HTTP/1.1\r\n"),
        "{head}"
    );
    let head = head.to_ascii_lowercase();
    assert!(
        !head.contains(&TOKEN.to_ascii_lowercase()) && !head.contains("authorization"),
        "{head}"
    );
}

#[tokio::test]
async fn only_a_200_with_the_document_is_an_org_and_no_redirect_is_followed() {
    for response in [
        Response::new(302).header("location", "{origin}/elsewhere"),
        Response::json("{}"),
        Response::new(404).body(DOCUMENT),
        Response::new(200)
            .header("content-type", "text/html")
            .body("<html></html>"),
    ] {
        let server = Server::always(response).await;
        let FrontDoor { org, skew, .. } = look(&server).await.1.answer.unwrap();
        assert_eq!((org, skew), (None, None));
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn a_clock_is_made_up_for_up_to_five_minutes() {
    for (ahead, made_up_for) in [(290, true), (-290, true), (310, false), (-310, false)] {
        let server = Server::always(dated(Response::json(DOCUMENT), ahead)).await;
        let skew = look(&server).await.1.answer.unwrap().skew.unwrap();
        assert!(!skew.is_noise());
        assert_eq!(skew.is_made_up_for(), made_up_for, "{skew}");
    }
}

#[tokio::test]
async fn how_far_a_look_came_is_told() {
    let server = Server::start(|_| Reply::Reset).await;
    assert!(matches!(
        look(&server).await.1.answer,
        Err(NoAnswer::Broken(_))
    ));
    let server = Server::start(|_| Reply::Silence).await;
    let (_, found) = look_within(&server, Duration::from_millis(200)).await;
    assert_eq!(found.answer, Err(NoAnswer::Slow));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let sighting = gateway(&origin)
        .look(Instant::now() + Duration::from_secs(30))
        .await;
    assert!(matches!(
        sighting.found.unwrap().answer,
        Err(NoAnswer::Connection(_))
    ));
}
