//! `Link`: Okta's `after` is taken, sealed, and used for this very query; nothing else is believed.

use capability::answer::{Failure, Page};
use capability::grant::Request;
use gateway::Run;

use crate::support::{
    Reply, Response, Server, authorized, gateway, grant, plenty, unavailable, with_path,
};

/// What becomes of an answer with these `Link` fields.
async fn linked(fields: &[&str]) -> Result<Page, Failure> {
    let response = fields.iter().fold(Response::json("[]"), |response, field| {
        response.header("link", field)
    });
    Server::always(response).await.list(plenty()).await
}

async fn follows(fields: &[&str]) -> bool {
    linked(fields).await.unwrap().next.is_some()
}

#[tokio::test]
async fn the_next_page_is_asked_for_with_oktas_after_and_the_same_query() {
    let server = Server::start(|asked| {
        let response = Response::json(r#"[{"id":"1"}]"#);
        let next = r#"<{origin}/api/v1/groups?after=00g%2B1&limit=9&evil=1>; rel="next""#;
        Reply::Keep(match asked.number {
            0 => response.header("link", next).bytes(asked.origin),
            _ => response.bytes(asked.origin),
        })
    })
    .await;
    let (gateway, grant) = (gateway(&server.origin), grant(&server.origin));
    let mut request = Request {
        endpoint: "/api/v1/groups".to_owned(),
        query: vec![
            ("limit".to_owned(), "2".to_owned()),
            ("search".to_owned(), "id pr".to_owned()),
        ],
        ..Request::default()
    };
    let first = gateway
        .get(&grant.authorize(&request).unwrap(), plenty())
        .await
        .unwrap();
    request.cursor = first.next;
    assert!(request.cursor.is_some());
    let second = gateway
        .get(&grant.authorize(&request).unwrap(), plenty())
        .await
        .unwrap();
    assert_eq!(second.next, None);
    let line = server.head(1).lines().next().unwrap().to_owned();
    assert_eq!(
        line,
        "GET /api/v1/groups?search=id%20pr&limit=2&after=00g%2B1 HTTP/1.1"
    );
}

#[tokio::test]
async fn next_is_found_joined_by_commas_on_repeated_lines_and_unquoted() {
    let own = r#"<{origin}/api/v1/groups?limit=2>; rel="self""#;
    let next = r#"<{origin}/api/v1/groups?after=1,2;3&limit=2>; rel="next""#;
    assert!(follows(&[&format!("{own}, {next}")]).await);
    assert!(follows(&[own, next]).await);
    assert!(follows(&[next, own]).await);
    assert!(follows(&["<{origin}/api/v1/groups?after=1>;rel=next"]).await);
    assert!(follows(&["<{origin}/api/v1/groups?after=1>; REL=\"last NEXT\""]).await);
    assert!(
        follows(&[next, next]).await,
        "the same link twice is one link"
    );
    assert!(!follows(&[own]).await);
    assert!(!follows(&[]).await);
}

#[tokio::test]
async fn a_link_that_points_elsewhere_costs_the_page() {
    for target in [
        "https://evil.example/api/v1/groups?after=1",
        "http://evil.example/api/v1/groups?after=1",
        "http://127.0.0.1:1/api/v1/groups?after=1",
        "http://127.0.0.2/api/v1/groups?after=1",
        "{origin}.evil.example/api/v1/groups?after=1",
        "{origin}@evil.example/api/v1/groups?after=1",
        "{origin}/api/v1/users?after=1",
        "{origin}/api/v1/groups/?after=1",
        "{origin}/api/v1/groups/../users?after=1",
        "/api/v1/groups?after=1",
        "?after=1",
        "",
    ] {
        let text = unavailable(linked(&[&format!("<{target}>; rel=\"next\"")]).await);
        assert_eq!(
            text, "Okta's Link header points elsewhere; the page was thrown away",
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_scheme_downgrade_and_user_info_cost_the_page() {
    let server = Server::start(|asked| {
        let bare = asked.origin.trim_start_matches("http://");
        let scheme = if asked.number == 0 {
            "https://"
        } else {
            "http://okta@"
        };
        let link = format!("<{scheme}{bare}/api/v1/groups?after=1>; rel=next");
        Reply::Keep(
            Response::json("[]")
                .header("link", &link)
                .bytes(asked.origin),
        )
    })
    .await;
    for _ in 0..2 {
        let text = unavailable(server.list(plenty()).await);
        assert!(text.contains("points elsewhere"), "{text}");
    }
}

#[tokio::test]
async fn a_next_without_one_usable_after_costs_the_page() {
    for (query, said) in [
        ("", "has no `after`"),
        ("?limit=2", "has no `after`"),
        ("?after=", "has no `after`"),
        ("?after=1&after=2", "or more than one"),
        ("?after=a%0Ab", "not printable"),
        ("?after=%C3%A9", "not printable"),
    ] {
        let text =
            unavailable(linked(&[&format!("<{{origin}}/api/v1/groups{query}>; rel=next")]).await);
        assert!(text.contains(said), "{query}: {text}");
    }
}

#[tokio::test]
async fn an_after_of_2_kib_is_sealed_and_one_byte_more_costs_the_page() {
    let link = |n: usize| {
        format!(
            "<{{origin}}/api/v1/groups?after={}>; rel=next",
            "a".repeat(n)
        )
    };
    assert!(follows(&[&link(2_048)]).await);
    assert!(unavailable(linked(&[&link(2_049)]).await).contains("over 2 KiB"));
}

#[tokio::test]
async fn two_different_next_pages_cost_the_page() {
    let text = unavailable(
        linked(&[
            "<{origin}/api/v1/groups?after=1>; rel=next",
            "<{origin}/api/v1/groups?after=2>; rel=next",
        ])
        .await,
    );
    assert!(text.contains("two different next pages"), "{text}");
}

#[tokio::test]
async fn a_link_that_cannot_be_read_costs_the_page() {
    for field in [
        "{origin}/api/v1/groups?after=1; rel=next",
        "<{origin}/api/v1/groups?after=1; rel=next",
        "<\u{e9}>; rel=next",
    ] {
        let text = unavailable(linked(&[field]).await);
        assert!(text.contains("cannot be read"), "{field}: {text}");
    }
}

#[tokio::test]
async fn a_page_that_names_itself_as_its_next_is_a_loop() {
    let next = "<{origin}/api/v1/groups?after=same>; rel=next";
    let server = Server::always(Response::json("[]").header("link", next)).await;
    let (gateway, grant) = (gateway(&server.origin), grant(&server.origin));
    let mut request = Request {
        endpoint: "/api/v1/groups".to_owned(),
        ..Request::default()
    };
    let first = gateway
        .get(&grant.authorize(&request).unwrap(), plenty())
        .await
        .unwrap();
    request.cursor = first.next;
    let text = unavailable(
        gateway
            .get(&grant.authorize(&request).unwrap(), plenty())
            .await,
    );
    assert!(text.contains("leads back to the same page"), "{text}");
}

#[tokio::test]
async fn an_empty_last_page_and_a_short_page_with_a_next_are_pages() {
    let next = "<{origin}/api/v1/groups?after=1>; rel=next";
    let short = Server::always(Response::json(r#"[{"id":"1"}]"#).header("link", next)).await;
    let page = short.list(plenty()).await.unwrap();
    assert_eq!((page.rows, page.next.is_some()), (1, true));
    let page = linked(&[]).await.unwrap();
    assert_eq!((page.rows, page.body.as_str(), page.next), (0, "[]", None));
}

#[tokio::test]
async fn a_next_page_of_what_has_no_pages_is_not_dropped_in_silence() {
    let next = "<{origin}/api/v1/groups/00g1engineerEfGh5f6x?after=1>; rel=next";
    let server = Server::always(Response::json("{}").header("link", next)).await;
    let get = with_path(
        &server.origin,
        "/api/v1/groups/{groupId}",
        &[("groupId", "00g1engineerEfGh5f6x")],
    );
    let text = unavailable(gateway(&server.origin).get(&get, plenty()).await);
    assert!(text.contains("/api/v1/groups/{groupId} in pages"), "{text}");
}

#[tokio::test]
async fn a_link_in_the_body_pages_too_and_its_host_is_never_asked() {
    let body = r#"{"roles":[{"id":"cr0","label":"x"}],"_links":{"next":{"href":"https://example-admin.okta.com/api/v1/iam/roles?after=cr0"}}}"#;
    let server = Server::always(Response::json(body)).await;
    let get = authorized(&server.origin, "/api/v1/iam/roles");
    let page = gateway(&server.origin).get(&get, plenty()).await.unwrap();
    assert_eq!(page.body, r#"{"roles":[{"id":"cr0"}]}"#);
    assert!(page.next.is_some());

    let server = Server::always(Response::json(&body.replace("roles?", "resource-sets?"))).await;
    let get = authorized(&server.origin, "/api/v1/iam/roles");
    let text = unavailable(gateway(&server.origin).get(&get, plenty()).await);
    assert!(text.contains("points elsewhere"), "{text}");
}

/// A list of which each page leads to another: the page behind `after=a` to `after=b`, and so on.
async fn trail(pages: &'static [(&'static str, &'static str)]) -> Server {
    Server::start(move |asked| {
        let line = asked.head.lines().next().unwrap();
        let here = line
            .split_once("after=")
            .map_or("", |(_, rest)| rest.split([' ', '&']).next().unwrap());
        let next = pages.iter().find(|(from, _)| *from == here);
        let response = Response::json("[]");
        Reply::Keep(match next {
            Some((_, to)) => {
                let link = format!("<{{origin}}/api/v1/groups?after={to}>; rel=next");
                response.header("link", &link).bytes(asked.origin)
            }
            None => response.bytes(asked.origin),
        })
    })
    .await
}

/// Follows `next` from the first page on; the number of pages, and what ended it.
async fn walk(server: &Server, run: &Run) -> (usize, Option<String>) {
    let (gateway, grant) = (gateway(&server.origin), grant(&server.origin));
    let mut request = Request {
        endpoint: "/api/v1/groups".to_owned(),
        ..Request::default()
    };
    for pages in 0..20 {
        let get = grant.authorize(&request).unwrap();
        match gateway.get_in(run, &get, plenty()).await {
            Ok(page) if page.next.is_none() => return (pages + 1, None),
            Ok(page) => request.cursor = page.next,
            Err(Failure::Unavailable(text)) => return (pages, Some(text)),
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("it never ended");
}

#[tokio::test]
async fn pages_that_lead_round_in_a_circle_end_the_run() {
    for (pages, read) in [
        (&[("", "a"), ("a", "b"), ("b", "a")][..], 2),
        (
            &[("", "a"), ("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")][..],
            4,
        ),
    ] {
        let server = trail(pages).await;
        let (seen, end) = walk(&server, &Run::default()).await;
        assert_eq!(seen, read);
        assert!(
            end.unwrap()
                .starts_with("Okta's pages lead round in a circle"),
            "{pages:?}"
        );
        assert_eq!(server.requests(), read + 1);
    }
}

#[tokio::test]
async fn reading_a_list_twice_in_one_call_is_no_circle() {
    let server = trail(&[("", "a"), ("a", "b"), ("b", "c")]).await;
    let run = Run::default();
    for _ in 0..3 {
        assert_eq!(walk(&server, &run).await, (4, None));
    }
}
