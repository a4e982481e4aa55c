//! A directory of 100,000 users, page by page: what is held is one page, whatever the number of pages.
//!
//! A process of its own, and one test in it, because it looks at the process' memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may stop where they stand, as the tests themselves may"
)]

#[path = "support/mod.rs"]
mod support;

use capability::grant::Request;
use serde_json::Value;

use support::{Reply, Response, Server, gateway, grant, plenty};

const USERS: usize = 100_000;
/// Okta's largest page of users with their profiles.
const PAGE: usize = 200;

/// A page of 200 users, each with the 930 bytes that Okta gives it; the first begins the page.
fn page(number: usize) -> String {
    let user = |row: usize| {
        let id = format!("00u1{:08}KxQmZ5d7", number * PAGE + row);
        let filling = "x".repeat(880);
        format!(r#"{{"id":"{id}","status":"ACTIVE","about":"{filling}"}}"#)
    };
    format!("[{}]", (0..PAGE).map(user).collect::<Vec<_>>().join(","))
}

/// Which page a request asks for: the number in `after`.
fn asked_page(head: &str) -> usize {
    let target = head.split(' ').nth(1).unwrap();
    let after = target.split_once("after=").map_or("0", |(_, after)| after);
    after.parse().unwrap()
}

/// The largest resident set of this process so far, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[tokio::test]
async fn a_hundred_thousand_users_are_read_in_the_memory_of_a_page() {
    let server = Server::start(|asked| {
        let number = asked_page(asked.head);
        let mut response = Response::json(&page(number));
        if (number + 1) * PAGE < USERS {
            let next = format!(
                "<{{origin}}/api/v1/users?after={}>; rel=\"next\"",
                number + 1
            );
            response = response.header("link", &next);
        }
        Reply::Keep(response.bytes(asked.origin))
    })
    .await;
    let (gateway, grant) = (gateway(&server.origin), grant(&server.origin));
    let mut request = Request {
        endpoint: "/api/v1/users".to_owned(),
        ..Request::default()
    };
    let (mut rows, mut pages, mut early_peak) = (0, 0, None);
    loop {
        let page = gateway
            .get(&grant.authorize(&request).unwrap(), plenty())
            .await
            .unwrap();
        let users: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(
            users[0]["id"],
            format!("00u1{rows:08}KxQmZ5d7"),
            "no page is left out or comes twice"
        );
        rows += page.rows;
        pages += 1;
        // By then every buffer has had its size and every arena of the allocator its share.
        if pages == 100 {
            early_peak = peak();
        }
        match page.next {
            Some(cursor) => request.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!((rows, pages), (USERS, USERS / PAGE));
    assert_eq!(server.requests(), pages);
    if let (Some(early), Some(late)) = (early_peak, peak()) {
        println!(
            "peak RSS {early} KiB after {} users, {late} KiB after {rows}",
            100 * PAGE
        );
        // The server in this process notes 500 heads; the 80,000 users in between have 74 MB. The kernel counts in
        // batches: a later peak can read lower by some pages.
        assert!(
            late.saturating_sub(early) < 2 << 10,
            "memory grows with the pages: {early} KiB, then {late} KiB"
        );
    }
}
