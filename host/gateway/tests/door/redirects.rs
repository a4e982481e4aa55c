//! No redirect leads anywhere.

use crate::support::{Response, Server, plenty, unavailable};

#[tokio::test]
async fn a_redirect_within_the_org_is_not_followed() {
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let redirect = Response::new(status).header("location", "{origin}/api/v1/users");
        let server = Server::always(redirect).await;
        let text = unavailable(server.list(plenty()).await);
        assert!(text.starts_with("Okta answered with a redirect"), "{text}");
        assert!(!text.contains("users"), "{text}");
        assert_eq!(server.requests(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_origin_reaches_nobody() {
    for status in [301, 302, 303, 307, 308] {
        let trap = Server::always(Response::json("[]")).await;
        let location = format!("{}/api/v1/groups?leak", trap.origin);
        let server = Server::always(Response::new(status).header("location", &location)).await;
        let text = unavailable(server.list(plenty()).await);
        assert!(
            !text.contains("leak") && !text.contains(&trap.origin),
            "{text}"
        );
        assert_eq!((server.requests(), trap.connections()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn a_refresh_header_is_only_a_header() {
    let server = Server::always(Response::json("[]").header("refresh", "0; url={origin}/x")).await;
    assert!(server.list(plenty()).await.is_ok());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_success_without_a_page_is_no_page() {
    for status in [201, 202, 204, 206] {
        let server = Server::always(Response::new(status)).await;
        let text = unavailable(server.list(plenty()).await);
        assert_eq!(
            text,
            format!("Okta answered with status {status}, which carries no page")
        );
    }
}
