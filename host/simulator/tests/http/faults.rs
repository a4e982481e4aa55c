use std::time::Duration;

use simulator::{Fault, FaultKind, Options, PathPrefix, Plan};

use crate::client::{start, start_with};

fn on_users(times: u32, kind: FaultKind) -> Fault {
    Fault {
        on: PathPrefix("/api/v1/users".to_owned()),
        times,
        kind,
    }
}

#[tokio::test]
async fn a_rate_limit_once_and_then_an_answer() {
    let served = start().await;
    served
        .handle
        .inject(Fault::rate_limited("/api/v1/users", 1, 2));
    let limited = served.get("/api/v1/users?limit=1").await;
    assert_eq!((limited.status, limited.code().as_str()), (429, "E0000047"));
    assert_eq!(
        limited.header("x-rate-limit-reset"),
        Some((Options::DEMO_TIME + 2).to_string().as_str())
    );
    assert_eq!(served.get("/api/v1/users?limit=1").await.status, 200);
}

#[tokio::test]
async fn an_html_503_reaches_its_path_only() {
    let served = start().await;
    served.handle.inject(Fault::html_503("/api/v1/users", 1));
    assert_eq!(served.get("/api/v1/groups?limit=1").await.status, 200);
    let reply = served.get("/api/v1/users").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert!(reply.body.starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn the_concurrency_limit_shows_a_limit_of_zero() {
    let served = start().await;
    served
        .handle
        .inject(on_users(1, FaultKind::TooManyConcurrent));
    let reply = served.get("/api/v1/users").await;
    assert_eq!(reply.status, 429);
    assert_eq!(reply.header("x-rate-limit-limit"), Some("0"));
}

#[tokio::test]
async fn a_next_link_can_point_to_another_host() {
    let served = start().await;
    served.handle.inject(on_users(
        1,
        FaultKind::NextLinkOnHost("https://evil.example".to_owned()),
    ));
    let reply = served.get("/api/v1/users?limit=1").await;
    assert!(
        reply
            .link("next")
            .unwrap()
            .starts_with("https://evil.example/api/v1/users?after=2")
    );
}

#[tokio::test]
async fn a_last_page_can_lead_to_an_empty_one() {
    let served = start().await;
    served.handle.inject(Fault {
        on: PathPrefix("/api/v1/apps".to_owned()),
        times: 3,
        kind: FaultKind::EmptyLastPage,
    });
    let (rows, pages) = served.all("/api/v1/apps?limit=30").await;
    assert_eq!((rows.len(), pages), (60, 3));
}

#[tokio::test]
async fn an_answer_can_break_off_or_not_come_at_all() {
    let served = start().await;
    served.handle.inject(on_users(1, FaultKind::Truncate));
    let half = served.get("/api/v1/users").await;
    let announced: usize = half.header("content-length").unwrap().parse().unwrap();
    assert!(!half.body.is_empty() && half.body.len() < announced);
    served.handle.inject(on_users(1, FaultKind::Disconnect));
    let nothing = served.get("/api/v1/users").await;
    assert!(nothing.raw.is_empty());
    assert_eq!(served.handle.requests().last().unwrap().status, 0);
}

#[tokio::test]
async fn a_delayed_answer_is_the_real_one() {
    let served = start().await;
    served
        .handle
        .inject(on_users(1, FaultKind::Delay(Duration::from_millis(1))));
    assert_eq!(served.get("/api/v1/users?limit=1").await.status, 200);
}

#[tokio::test]
async fn an_error_of_okta_comes_in_its_envelope() {
    let served = start().await;
    let summary = "You do not have permission to perform the requested action";
    served.handle.inject(on_users(
        1,
        FaultKind::Refuse {
            status: 403,
            code: "E0000006",
            summary,
        },
    ));
    let reply = served.get("/api/v1/users/me").await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "E0000006"));
    assert_eq!(reply.json()["errorSummary"], summary);
}

#[tokio::test]
async fn a_switch_happens_to_the_requests_that_it_names() {
    let served = start().await;
    served
        .handle
        .switch_on("status=418@2-3/api/v1/users".parse().unwrap());
    served.handle.switch_on("error=E0000007@4".parse().unwrap());
    let mut statuses = Vec::new();
    for path in ["users", "groups", "users", "users", "users", "apps"] {
        let target = format!("/api/v1/{path}?limit=1");
        statuses.push(served.get(&target).await.status);
    }
    // The fourth request of all fits both: the first that was switched on happens, the other one waits.
    assert_eq!(statuses, [200, 200, 418, 418, 404, 200]);
}

#[tokio::test]
async fn access_tokens_are_refused_without_a_body() {
    let served = start().await;
    served.handle.inject(on_users(
        1,
        FaultKind::InsufficientScope("okta.users.read".to_owned()),
    ));
    served.handle.inject(on_users(1, FaultKind::InvalidToken));
    for (status, error) in [(403, "insufficient_scope"), (401, "invalid_token")] {
        let reply = served.get("/api/v1/users").await;
        assert_eq!((reply.status, reply.body.as_str()), (status, ""));
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.contains(error), "{challenge}");
        assert!(
            challenge.starts_with("Bearer authorization_uri="),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn a_redirect_names_the_same_target_elsewhere() {
    let served = start().await;
    served.handle.inject(on_users(
        1,
        FaultKind::RedirectToHost("https://evil.example".to_owned()),
    ));
    let reply = served.get("/api/v1/users?limit=1").await;
    assert_eq!(reply.status, 302);
    assert_eq!(
        reply.header("location"),
        Some("https://evil.example/api/v1/users?limit=1")
    );
}

#[tokio::test]
async fn links_can_come_in_one_field() {
    let served = start().await;
    served.handle.inject(on_users(1, FaultKind::JoinedLinks));
    let reply = served.get("/api/v1/users?limit=1").await;
    let fields = reply.all_headers("link");
    assert_eq!(fields.len(), 1);
    assert!(fields[0].contains("rel=\"self\", <"), "{}", fields[0]);
}

#[tokio::test]
async fn the_pages_of_a_list_can_lead_round_in_a_circle() {
    let served = start().await;
    served.handle.inject(on_users(5, FaultKind::CursorLoop));
    let mut target = "/api/v1/users?limit=10".to_owned();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let reply = served.get(&target).await;
        let next = reply.link("next").unwrap();
        target = next.strip_prefix(&served.handle.url()).unwrap().to_owned();
        seen.push(target.clone());
    }
    assert_ne!(seen[0], seen[1]);
    assert_eq!(
        [&seen[2], &seen[3], &seen[4]],
        [&seen[0], &seen[1], &seen[0]]
    );
}

#[tokio::test]
async fn a_body_can_be_anything_but_what_it_says() {
    let served = start().await;
    let whole = served.get("/api/v1/users?limit=3").await;
    let of = async |kind: FaultKind| {
        served.handle.inject(on_users(1, kind));
        served.get("/api/v1/users?limit=3").await
    };
    let reply = of(FaultKind::ContentType("text/html".to_owned())).await;
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert_eq!(reply.body, whole.body);

    let reply = of(FaultKind::BadJson).await;
    assert!(whole.body.starts_with(&reply.body) && reply.body.len() == whole.body.len() / 2);
    assert_eq!(
        reply.header("content-length"),
        Some(reply.body.len().to_string().as_str())
    );

    let reply = of(FaultKind::DeepJson).await;
    assert_eq!(reply.body.len(), 200_000);

    let reply = of(FaultKind::Oversized(1 << 20)).await;
    assert_eq!(reply.body.len(), 1 << 20);
    assert_eq!(reply.json(), whole.json());

    for lie in [7, 9_000_000_000] {
        let reply = of(FaultKind::ContentLength(lie)).await;
        assert_eq!(
            reply.header("content-length"),
            Some(lie.to_string().as_str())
        );
        assert_eq!(reply.body, whole.body);
    }

    let reply = of(FaultKind::SlowDrip(Duration::ZERO)).await;
    assert_eq!(reply.body, whole.body);
}

#[tokio::test]
async fn a_body_can_be_packed_to_a_thousandth() {
    let served = start().await;
    served
        .handle
        .inject(on_users(1, FaultKind::GzipBomb(8 << 20)));
    let raw = served.bytes("/api/v1/users").await;
    assert!(raw.len() < 100_000, "{}", raw.len());
    let head = String::from_utf8_lossy(&raw[..1_000]);
    assert!(head.contains("content-encoding: gzip\r\n"), "{head}");
}

#[tokio::test]
async fn a_body_can_be_without_end() {
    let served = start().await;
    for kind in [FaultKind::Endless, FaultKind::GzipOfNothing] {
        served.handle.inject(on_users(1, kind));
        let first = served.first_bytes("/api/v1/users", 10_000_000).await;
        let head = String::from_utf8_lossy(&first[..1_500]);
        assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
    }
}

#[tokio::test]
async fn a_reset_connection_is_an_error_and_not_an_end() {
    let served = start().await;
    served.handle.inject(on_users(1, FaultKind::Reset));
    let error = served.broken("/api/v1/users").await;
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(served.handle.requests().last().unwrap().status, 0);
}

#[tokio::test]
async fn the_concurrency_limit_is_met_by_requests_that_are_under_way() {
    let served = start_with(Options {
        plan: Plan::Unmetered,
        concurrent: Some(2),
        ..Options::default()
    })
    .await;
    // Two that never end, as long as nobody hangs up.
    served
        .handle
        .inject(on_users(2, FaultKind::Delay(Duration::from_secs(3_600))));
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(served.ask("/api/v1/users").await);
    }
    while served.handle.request_count() < 2 {
        tokio::task::yield_now().await;
    }
    let crowded = served.get("/api/v1/groups?limit=1").await;
    assert_eq!(crowded.status, 429);
    assert_eq!(crowded.header("x-rate-limit-limit"), Some("0"));
}
