//! The fault table: everything that `simulate --fault` can do to an answer, and what the tool says then.
//!
//! One test for each fault, with the words that a model reads. `--nocapture` prints the table.

use serde_json::{Value, json};

use crate::refusals::BadDay;
use crate::support::oracle::seed;
use crate::support::rows as row;
use crate::{assert_complete, assert_rows, items, rows};

/// What follows the cause of every answer that cannot be used.
const RETRY: &str = "Retry once; if that fails, tell the user that Okta cannot be reached.";

/// A server whose calls of the groups' tools take no longer than this.
async fn in_a_hurry() -> BadDay {
    BadDay::with(&json!({"plugins": {"groups": {"limits": {"time": "1 s"}}}})).await
}

impl BadDay {
    fn switch_on(&self, fault: &str) {
        self.org.switch_on(fault.parse().unwrap());
    }

    /// What `list_groups` says under `fault`, without the ids of Okta's answers.
    async fn says(&self, fault: &str) -> String {
        self.switch_on(fault);
        let text = self.client.error("list_groups", json!({})).await;
        let text = without_ids(&text);
        println!("{fault:<34} {text}");
        text
    }

    /// What the tool says, when it is one of the answers that cannot be used.
    async fn no_answer(&self, fault: &str) -> String {
        let text = self.says(fault).await;
        let cause = text
            .strip_prefix("No usable answer from Okta: ")
            .and_then(|text| text.strip_suffix(RETRY));
        cause
            .unwrap_or_else(|| panic!("{text}"))
            .trim_end()
            .to_owned()
    }

    async fn requests(&self, expected: u64) {
        assert_eq!(self.org.request_count(), expected, "requests");
    }
}

/// `, request 0123…` taken out: each answer has an id of its own.
fn without_ids(text: &str) -> String {
    match text.split_once(", request ") {
        Some((before, rest)) => {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            format!("{before}{after}")
        }
        None => text.to_owned(),
    }
}

/// The first page of groups, as the data say.
async fn first_groups(limit: usize) -> Vec<Value> {
    let seed = seed().await;
    rows(&seed.groups()[..limit], |group| row::group(group, false))
}

/// A fault that changes nothing in the answer.
async fn goes_well(day: &BadDay, fault: &str) {
    day.switch_on(fault);
    let list = day.client.ok("list_groups", json!({})).await;
    assert_rows(items(&list), &first_groups(20).await, fault);
    println!("{fault:<34} (the right answer)");
}

#[tokio::test]
async fn status_is_told_after_two_more_attempts() {
    let day = BadDay::start().await;
    assert_eq!(
        day.says("status=503").await,
        "Okta failed. Retry once; if that fails, tell the user. (Okta 503, Service Unavailable (no JSON in the answer))"
    );
    day.requests(3).await;
}

#[tokio::test]
async fn status_that_passes_is_not_noticed() {
    let day = BadDay::start().await;
    for fault in [
        "status=503@1",
        "status=504@1-2",
        "concurrency@1",
        "reset@1",
        "disconnect@1-2",
    ] {
        goes_well(&day, fault).await;
    }
}

#[tokio::test]
async fn status_of_no_kind_is_no_page() {
    let day = BadDay::start().await;
    assert_eq!(
        day.says("status=418").await,
        "Okta refused the request. Change the arguments; do not repeat the call unchanged. (Okta 418, I'm a teapot (no JSON in the answer))"
    );
    let day = BadDay::start().await;
    assert_eq!(
        day.no_answer("status=204").await,
        "Okta answered with status 204, which carries no page."
    );
}

#[tokio::test]
async fn delay_within_the_call_s_time_is_waited_for() {
    goes_well(&BadDay::start().await, "delay=300ms@1").await;
}

#[tokio::test]
async fn delay_beyond_the_call_s_time_ends_it() {
    let day = in_a_hurry().await;
    assert_eq!(
        day.no_answer("delay=30s").await,
        "Okta did not answer within the call's time; ask for smaller pages or a narrower search."
    );
}

#[tokio::test]
async fn truncated_body() {
    let day = BadDay::start().await;
    assert_eq!(
        day.no_answer("truncated").await,
        "Okta's answer broke off: end of file before message length reached."
    );
    day.requests(1).await;
}

#[tokio::test]
async fn bad_json() {
    let day = BadDay::start().await;
    let said = day.no_answer("bad-json").await;
    assert!(
        said.starts_with(
            "Okta's answer cannot be used: the body is not JSON that can be read: EOF while parsing"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn deep_json() {
    let day = BadDay::start().await;
    let said = day.no_answer("deep-json").await;
    assert!(said.starts_with("Okta's answer cannot be used: "), "{said}");
}

#[tokio::test]
async fn wrong_content_type() {
    let day = BadDay::start().await;
    assert_eq!(
        day.no_answer("content-type=text/html").await,
        "Okta's answer is not JSON by its Content-Type; is a proxy or a sign-in page in the way?."
    );
}

/// Larger than any page, however that shows.
const TOO_LARGE: &str = "Okta's answer is larger than 8388608 bytes, the most that is read of one page; ask for smaller pages.";

#[tokio::test]
async fn oversized_body() {
    assert_eq!(
        BadDay::start().await.no_answer("oversized=16").await,
        TOO_LARGE
    );
}

#[tokio::test]
async fn oversized_for_what_is_left_of_the_call() {
    let day = BadDay::with(&json!({"plugins": {"groups": {"limits": {"bytes": "1 MiB"}}}})).await;
    assert_eq!(
        day.says("oversized=2").await,
        "This call's budget is spent: Okta's answer is larger than the 1048576 bytes that this call may still \
         receive; ask for smaller pages or a narrower search. Ask for less: a smaller limit or a narrower search."
    );
}

#[tokio::test]
async fn gzip_bomb() {
    assert_eq!(
        BadDay::start().await.no_answer("gzip-bomb=64").await,
        TOO_LARGE
    );
}

#[tokio::test]
async fn gzip_that_unfolds_to_nothing_for_ever() {
    assert_eq!(
        BadDay::start().await.no_answer("gzip-of-nothing").await,
        TOO_LARGE
    );
}

#[tokio::test]
async fn content_length_that_lies() {
    let day = BadDay::start().await;
    assert_eq!(day.no_answer("content-length=9000000000").await, TOO_LARGE);
    let day = BadDay::start().await;
    assert_eq!(
        day.no_answer("content-length=900000").await,
        "Okta's answer broke off: end of file before message length reached."
    );
    let day = BadDay::start().await;
    let said = day.no_answer("content-length=10").await;
    assert!(said.starts_with("Okta's answer cannot be used: "), "{said}");
}

#[tokio::test]
async fn endless_body() {
    assert_eq!(BadDay::start().await.no_answer("endless").await, TOO_LARGE);
}

#[tokio::test]
async fn slow_drip() {
    let day = in_a_hurry().await;
    assert_eq!(
        day.no_answer("slow-drip=50ms").await,
        "Okta did not answer within the call's time; ask for smaller pages or a narrower search."
    );
}

#[tokio::test]
async fn connection_reset() {
    let day = BadDay::start().await;
    let said = day.no_answer("reset").await;
    assert!(
        said.starts_with("the connection to Okta broke before it answered: "),
        "{said}"
    );
    day.requests(3).await;
}

#[tokio::test]
async fn disconnect() {
    let day = BadDay::start().await;
    let said = day.no_answer("disconnect").await;
    assert!(
        said.starts_with("the connection to Okta broke before it answered: "),
        "{said}"
    );
    day.requests(3).await;
}

#[tokio::test]
async fn off_origin_link() {
    let day = BadDay::start().await;
    assert_eq!(
        day.no_answer("off-origin-link=evil.example").await,
        "Okta's Link header points elsewhere; the page was thrown away."
    );
    day.requests(1).await;
}

#[tokio::test]
async fn off_origin_location() {
    let day = BadDay::start().await;
    assert_eq!(
        day.no_answer("off-origin-location=evil.example").await,
        "Okta answered with a redirect (status 302); none is ever followed. Is the org's URL the one that the \
         org is known by?."
    );
    day.requests(1).await;
}

#[tokio::test]
async fn joined_links_lead_to_the_next_page() {
    let day = BadDay::start().await;
    day.switch_on("joined-links");
    let first = day.client.ok("list_groups", json!({})).await;
    let more = json!({"cursor": first["next_cursor"]});
    let second = day.client.ok("list_groups", more).await;
    let found = [items(&first), items(&second)].concat();
    assert_rows(&found, &first_groups(40).await, "two pages");
}

#[tokio::test]
async fn cursor_loop_ends_the_run_and_keeps_the_rows_before_it() {
    let day = BadDay::start().await;
    day.switch_on("cursor-loop");
    // Looks at page after page, because Okta cannot search by the last sign-in and few are so recent.
    let question = json!({"last_login_after": "2026-05-25", "limit": 200, "status": "ACTIVE"});
    let list = day.client.ok("search_users", question).await;
    let hint = list["hint"].as_str().unwrap();
    println!("{:<34} {hint}", "cursor-loop");
    assert!(
        hint.starts_with("Incomplete: 400 users looked at. "),
        "{hint}"
    );
    assert!(
        hint.contains("Okta's pages lead round in a circle"),
        "{hint}"
    );
    assert!(list["returned"].as_u64().unwrap() > 0, "{hint}");
    day.requests(3).await;
}

#[tokio::test]
async fn empty_last_page_ends_the_list() {
    let day = BadDay::start().await;
    day.switch_on("empty-last-page");
    let (all, mut found, mut cursor) = (seed().await.groups().len(), 0, Value::Null);
    loop {
        let mut question = json!({"limit": 200});
        if !cursor.is_null() {
            question["cursor"] = cursor;
        }
        let list = day.client.ok("list_groups", question).await;
        found += items(&list).len();
        cursor = list["next_cursor"].clone();
        if cursor.is_null() {
            assert_complete(&list, &[], "the last page");
            break;
        }
    }
    assert_eq!(found, all);
}

#[tokio::test]
async fn rate_limit_that_outlasts_the_call() {
    let day = BadDay::start().await;
    assert_eq!(
        day.says("rate-limit=600").await,
        "Okta's rate limit is used up and resets in 601 s. Wait that long before the next Okta call; do not retry sooner."
    );
    day.requests(1).await;
    // What is known is not asked again.
    let again = day.client.error("list_groups", json!({})).await;
    assert!(
        again.starts_with("Okta's rate limit is used up and resets in "),
        "{again}"
    );
    day.requests(1).await;
}

#[tokio::test]
async fn rate_limit_in_the_middle_of_a_run_keeps_the_rows_before_it() {
    let day = BadDay::start().await;
    day.switch_on("rate-limit=600@2-");
    let question = json!({"last_login_after": "2000-01-01", "limit": 200, "status": "ACTIVE"});
    let list = day.client.ok("search_users", question).await;
    let hint = list["hint"].as_str().unwrap();
    println!("{:<34} {hint}", "rate-limit=600@2-");
    assert!(hint.starts_with("Incomplete: "), "{hint}");
    assert!(
        hint.contains(" users looked at. Okta's rate limit is used up and resets in 601 s."),
        "{hint}"
    );
    assert!(list["next_cursor"].is_string());
    assert!(list["returned"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn concurrency_limit() {
    let day = BadDay::start().await;
    assert_eq!(
        day.says("concurrency").await,
        "Okta's rate limit is used up and resets in 4 s. Wait that long before the next Okta call; do not retry sooner."
    );
    day.requests(3).await;
}

#[tokio::test]
async fn insufficient_scope_names_the_scope() {
    let day = BadDay::start().await;
    assert_eq!(
        day.says("insufficient-scope=okta.groups.read").await,
        "The credential of this server may not read this: its OAuth scopes or its admin role do not reach it. Do not \
         retry; ask the operator. (Okta 403, insufficient_scope, the access token lacks the scope okta.groups.read; \
         grant it to the app in Okta)"
    );
    day.requests(1).await;
}

#[tokio::test]
async fn invalid_token_is_told_as_one() {
    let day = BadDay::start().await;
    let said = day.says("invalid-token").await;
    assert_eq!(
        said,
        "Okta rejects this server's credential (wrong, expired or revoked). Stop and ask the operator to renew it. \
         (Okta 401, invalid_token, the access token is wrong, expired or revoked (The access token is invalid.))"
    );
}

/// The rows of the table in Okta's domain notes: a code, and the beginning of what a model is told.
const ERRORS: [(&str, &str); 34] = [
    (
        "E0000001",
        "Okta found an argument invalid. Fix the one it names",
    ),
    (
        "E0000002",
        "Okta does not accept this combination of arguments. Change it.",
    ),
    (
        "E0000004",
        "Okta does not accept this server's credential. Stop and ask the operator.",
    ),
    (
        "E0000005",
        "Okta does not accept this server's credential. Stop and ask the operator.",
    ),
    (
        "E0000006",
        "The credential of this server may not read this",
    ),
    (
        "E0000007",
        "Okta does not have this. Check the id; find it by name first.",
    ),
    (
        "E0000008",
        "Okta does not know this kind of request: a fault of this server",
    ),
    (
        "E0000009",
        "Okta failed inside, on lists often by a time-out. Retry once with a smaller limit",
    ),
    (
        "E0000010",
        "Okta cannot answer just now. Retry in a minute.",
    ),
    (
        "E0000011",
        "Okta rejects this server's credential (wrong, expired or revoked).",
    ),
    (
        "E0000012",
        "Okta does not know this kind of request: a fault of this server",
    ),
    (
        "E0000013",
        "Okta does not accept this server's credential. Stop and ask the operator.",
    ),
    (
        "E0000015",
        "This Okta org does not have the feature. Do not retry; the credential is not at fault.",
    ),
    (
        "E0000018",
        "Okta does not know this kind of request: a fault of this server",
    ),
    (
        "E0000019",
        "Okta does not know this kind of request: a fault of this server",
    ),
    (
        "E0000021",
        "Okta does not know this kind of request: a fault of this server",
    ),
    (
        "E0000022",
        "Okta does not know this kind of request: a fault of this server",
    ),
    (
        "E0000026",
        "Okta does not know this kind of request: a fault of this server",
    ),
    (
        "E0000028",
        "Okta does not accept this combination of arguments. Change it.",
    ),
    (
        "E0000029",
        "Okta does not accept the cursor any more. Start again without cursor.",
    ),
    ("E0000030", "Okta does not accept the date. Use ISO 8601"),
    ("E0000031", "Okta does not accept the search. Rewrite it as"),
    (
        "E0000033",
        "Okta does not accept search and filter together. Use one.",
    ),
    (
        "E0000037",
        "A value has the wrong type for its attribute. Fix the value.",
    ),
    (
        "E0000038",
        "Okta forbids this in the object's present status.",
    ),
    ("E0000053", "Okta does not accept the filter."),
    ("E0000060", "Okta does not offer this."),
    (
        "E0000063",
        "Okta does not accept this combination of arguments. Change it.",
    ),
    ("E0000094", "Okta does not accept the filter."),
    ("E0000100", "Okta's search is out of order just now."),
    (
        "E0000163",
        "Okta does not have this. Check the id; find it by name first.",
    ),
    (
        "E0000239",
        "Okta cannot answer just now. Retry in a minute.",
    ),
    ("E0000256", "The search is too long. Make it shorter."),
    (
        "E0000260",
        "Okta does not accept this server's credential. Stop and ask the operator.",
    ),
];

#[tokio::test]
async fn every_error_of_okta_s_is_told_with_what_to_do() {
    let day = BadDay::start().await;
    for (code, advice) in ERRORS {
        // A 503 is asked for three times.
        let times = if matches!(code, "E0000010" | "E0000100") {
            "1-3"
        } else {
            "1"
        };
        let said = day.says(&format!("error={code}@{times}")).await;
        assert!(said.starts_with(advice), "{code}: {said}");
        assert!(said.contains(&format!(", {code}, ")), "{said}");
    }
    day.is_over().await;
}
