use std::time::Duration;

use simulator::{Fault, FaultKind, Options, PathPrefix};

use crate::client::start;

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
