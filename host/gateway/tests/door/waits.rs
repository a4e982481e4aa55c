//! Rate limits and a server that is down: waited out within the deadline, told beyond it.

use std::time::{Duration, SystemTime};

use capability::answer::Failure;
use tokio::time::Instant;

use crate::support::{Reply, Response, Server, plenty, within};

/// 429 whose window ends `seconds` after the answer's own `Date`, which is far from this machine's.
fn limited(limit: &str, seconds: u64) -> Response {
    let now = 784_111_777;
    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(now));
    Response::new(429)
        .header("content-type", "application/json")
        .header("date", &date)
        .header("x-rate-limit-limit", limit)
        .header("x-rate-limit-remaining", "0")
        .header("x-rate-limit-reset", &(now + seconds).to_string())
        .header("x-okta-request-id", "first")
        .body(r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests."}"#)
}

/// A server that refuses so often, then answers.
async fn after(refusals: usize, refusal: Response) -> Server {
    Server::start(move |asked| {
        let response = if asked.number < refusals {
            refusal
                .clone()
                .header("x-number", &asked.number.to_string())
        } else {
            Response::json("[]")
        };
        Reply::Keep(response.bytes(asked.origin))
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_window_is_waited_out_by_the_answer_s_own_date() {
    let server = after(1, limited("600", 9)).await;
    let start = Instant::now();
    assert!(server.list(plenty()).await.is_ok());
    let waited = start.elapsed().as_secs_f64();
    assert!((10.0..11.1).contains(&waited), "{waited}");
    let retry = server.head(1);
    assert!(retry.contains("x-okta-retry-count: 1\r\n"), "{retry}");
    assert!(retry.contains("x-okta-retry-for: first\r\n"), "{retry}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_window_past_the_deadline_is_told_at_once_with_its_seconds() {
    let server = after(1, limited("600", 41)).await;
    let start = Instant::now();
    let failure = server.list(plenty()).await.unwrap_err();
    assert_eq!(failure, Failure::RateLimited { seconds: 42 });
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_third_429_is_told() {
    for (refusals, outcome) in [(2, Ok(())), (3, Err(Failure::RateLimited { seconds: 3 }))] {
        let server = after(refusals, limited("600", 2)).await;
        assert_eq!(server.list(plenty()).await.map(|_| ()), outcome);
        assert_eq!(server.requests(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_on_simultaneous_requests_is_backed_off_from_without_its_reset() {
    let server = after(2, limited("0", 3_600)).await;
    let start = Instant::now();
    assert!(server.list(plenty()).await.is_ok());
    assert!(start.elapsed() < Duration::from_millis(3_100));
    let server = after(3, limited("0", 3_600)).await;
    assert!(matches!(
        server.list(plenty()).await,
        Err(Failure::RateLimited { seconds: 1..=4 })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_is_asked_three_times() {
    for status in [503, 504] {
        let server = after(2, Response::new(status)).await;
        assert!(server.list(plenty()).await.is_ok());
        let server = after(3, Response::new(status)).await;
        assert!(matches!(
            server.list(plenty()).await,
            Err(Failure::Refused(_))
        ));
        assert_eq!(server.requests(), 3);
    }
}

#[tokio::test]
async fn a_short_deadline_is_kept_through_all_waits() {
    let server = after(9, limited("600", 0)).await;
    let begun = std::time::Instant::now();
    let failure = server
        .list(within(Duration::from_millis(900)))
        .await
        .unwrap_err();
    assert_eq!(failure, Failure::RateLimited { seconds: 1 });
    assert!(begun.elapsed() < Duration::from_millis(900));
}
