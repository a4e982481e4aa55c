//! A plugin that asks for more than it declares, through the whole program: what it tries, what it is
//! told, and that the org never hears of it.
//!
//! The org is in this process, so that what reaches it can be counted. Every test ends with a request
//! that is allowed and is counted: a counter that cannot move would prove nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod bench;
mod limits;
mod operator;
mod paths;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use bench::{Ask, Bench};

const USER: &str = "/api/v1/users/{id}";
const USERS: &str = "/api/v1/users";
const GROUP: &str = "/api/v1/groups/{groupId}";

/// The id of nobody, in the form of an id.
const SOMEBODY: &str = "00u1nobodyNobodyX5d7";

#[tokio::test]
async fn an_endpoint_that_is_not_declared_is_denied_with_what_is() {
    let bench = Bench::start().await;
    for endpoint in [
        "/api/v1/apps/{appId}/credentials/secrets",
        "/api/v1/apps",
        "/api/v1/users/{userId}",
        "/api/v1/users/{id}/",
        "/api/v1/users/{id}?expand=blocks",
        "/api/v1/Users",
        "/api/v1/users/",
        "api/v1/users",
        "//api/v1/users",
        "/api/v1/users/../groups",
        "/api/v1/users#",
        "https://evil.example/api/v1/users",
        "//evil.example/api/v1/users",
        "",
        "/",
        "GET /api/v1/users",
        "/api/v1/users\r\nX-Forwarded-Host: evil.example",
    ] {
        let denial = bench.denied("raw_get", Ask::of(endpoint)).await;
        assert!(
            denial.starts_with("plugin `probe` does not declare GET "),
            "{endpoint}: {denial}"
        );
        assert!(
            denial.contains(&format!("tool `raw_get` may use {USER}, {USERS}")),
            "{endpoint}: {denial}"
        );
    }
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn an_endpoint_of_another_tool_is_denied_with_the_tool_that_may() {
    let bench = Bench::start().await;
    let group = Ask::of(GROUP).path("groupId", "00g1nobodyNobodyX5d7");
    let denial = bench.denied("raw_get", group).await;
    assert!(
        denial.contains(
            "declares GET /api/v1/groups/{groupId} for other_get, not for tool `raw_get`"
        ),
        "{denial}"
    );
    for ask in [Ask::of(USER).path("id", SOMEBODY), Ask::of(USERS)] {
        let denial = bench.denied("other_get", ask).await;
        assert!(
            denial.contains("for raw_get, not for tool `other_get`"),
            "{denial}"
        );
    }
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn a_query_parameter_that_is_not_declared_is_denied_with_those_that_are() {
    let bench = Bench::start().await;
    for name in [
        "filter",
        "q",
        "expand",
        "fields",
        "sortBy",
        "after",
        "Limit",
        "limit ",
        "limit[]",
        "search&limit",
        "%6cimit",
        "",
    ] {
        let denial = bench
            .denied("raw_get", Ask::of(USERS).query(name, "1"))
            .await;
        assert!(
            denial.starts_with("plugin `probe` does not declare query."),
            "{name}: {denial}"
        );
        assert!(
            denial.ends_with("declared are limit, search"),
            "{name}: {denial}"
        );
    }
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn the_way_to_the_next_page_cannot_be_written_by_hand() {
    let bench = Bench::start().await;
    for (name, value) in [
        ("after", "200u1nobodyNobodyX5d7"),
        ("AFTER", "2"),
        ("after", ""),
    ] {
        bench
            .denied(
                "raw_get",
                Ask::of(USERS).query("limit", "1").query(name, value),
            )
            .await;
    }
    let smuggled =
        Ask::of(USERS).query("search", "status eq \"ACTIVE\"&after=200u1nobodyNobodyX5d7");
    bench.heard_nothing_yet().await;
    // As a value it is one value; here it names what no field declares.
    let bench = Bench::start().await;
    bench.denied("raw_get", smuggled).await;
    let quoted = Ask::of(USERS).query("search", "status eq \"ACTIVE&after=200u1nobodyNobodyX5d7\"");
    let report = bench.ask("raw_get", quoted).await;
    assert_eq!(report.kind, "page", "{report:?}");
    let [request] = bench.heard().try_into().unwrap();
    assert_eq!(
        request,
        "/api/v1/users?search=status%20eq%20%22ACTIVE%26after%3D200u1nobodyNobodyX5d7%22"
    );
}

#[tokio::test]
async fn a_parameter_that_is_given_twice_is_refused() {
    let bench = Bench::start().await;
    let text = bench
        .invalid(
            "raw_get",
            Ask::of(USERS).query("limit", "1").query("limit", "2"),
        )
        .await;
    assert_eq!(text, "query.limit of /api/v1/users is given twice");
    let text = bench
        .invalid(
            "raw_get",
            Ask::of(USERS).query("limit", "1").query("limit", "1"),
        )
        .await;
    assert_eq!(text, "query.limit of /api/v1/users is given twice");
    let text = bench
        .invalid(
            "raw_get",
            Ask::of(USER).path("id", SOMEBODY).path("id", SOMEBODY),
        )
        .await;
    assert_eq!(text, "path.id of /api/v1/users/{id} is given twice");
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn a_path_must_have_its_own_parameters_and_no_others() {
    let bench = Bench::start().await;
    assert_eq!(
        bench.invalid("raw_get", Ask::of(USER)).await,
        "path.id of /api/v1/users/{id} is missing"
    );
    for name in ["userId", "ID", "{id}", ""] {
        let text = bench
            .invalid("raw_get", Ask::of(USER).path(name, SOMEBODY))
            .await;
        assert!(
            text.starts_with("there is no path.") && text.ends_with("the template has id"),
            "{text}"
        );
    }
    let text = bench
        .invalid("raw_get", Ask::of(USERS).path("id", SOMEBODY))
        .await;
    assert!(text.contains("the template has no parameters"), "{text}");
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn a_query_value_out_of_bounds_is_refused_with_the_bounds() {
    let bench = Bench::start().await;
    for limit in [
        "",
        "0",
        "201",
        "-1",
        "+5",
        "05",
        " 5",
        "5 ",
        "5.0",
        "1e2",
        "99999999999999999999",
        "5&after=2",
        "５",
    ] {
        let text = bench
            .invalid("raw_get", Ask::of(USERS).query("limit", limit))
            .await;
        assert!(
            text.starts_with(
                "query.limit of /api/v1/users must be a whole number from 1 to 200; got "
            ),
            "{limit}: {text}"
        );
    }
    let long = format!("profile.title sw \"{}\"", "x".repeat(2_000));
    for search in [
        long.as_str(),
        "",
        "status eq \"ACTIVE",
        "(id pr",
        "id pr)",
        "a\r\nb",
        "a\0b",
        "\u{202e}id pr",
        "title eq \"🦀\"",
    ] {
        let text = bench
            .invalid("raw_get", Ask::of(USERS).query("search", search))
            .await;
        assert!(
            text.starts_with(
                "query.search of /api/v1/users must be an Okta expression of at most 2000 bytes"
            ),
            "{text}"
        );
        assert!(
            text.len() < 300,
            "the value is not repeated at length: {text}"
        );
    }
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn a_cursor_that_is_altered_made_up_or_somebody_else_s_opens_nothing() {
    let bench = Bench::start().await;
    let page = bench
        .ask("raw_get", Ask::of(USERS).query("limit", "2"))
        .await;
    let cursor = page.next.unwrap();
    bench.forget();
    let flipped = |place: usize| {
        let mut bytes = cursor.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let mut forged: Vec<String> = (0..cursor.len()).map(flipped).collect();
    forged.extend([
        String::new(),
        cursor[1..].to_owned(),
        format!("{cursor}A"),
        cursor.repeat(2),
        "200u1nobodyNobodyX5d7".to_owned(),
    ]);
    for forged in forged {
        let text = bench
            .invalid(
                "raw_get",
                Ask::of(USERS).query("limit", "2").cursor(&forged),
            )
            .await;
        assert!(
            text.starts_with("the cursor does not belong to this query"),
            "{forged}: {text}"
        );
    }
    let other_query = Ask::of(USERS).query("search", "id pr").cursor(&cursor);
    assert!(
        bench
            .invalid("raw_get", other_query)
            .await
            .starts_with("the cursor does not belong to this query")
    );
    let no_pages = Ask::of(USER).path("id", SOMEBODY).cursor(&cursor);
    assert!(
        bench
            .invalid("raw_get", no_pages)
            .await
            .contains("has no pages")
    );
    let other_plugin = bench
        .client
        .error(
            "list_users",
            serde_json::json!({"limit": 2, "cursor": cursor}),
        )
        .await;
    assert!(
        other_plugin.starts_with("the cursor does not belong to this query"),
        "{other_plugin}"
    );
    let other_process = Bench::start().await;
    let text = other_process
        .invalid(
            "raw_get",
            Ask::of(USERS).query("limit", "2").cursor(&cursor),
        )
        .await;
    assert!(
        text.starts_with("the cursor does not belong to this query"),
        "{text}"
    );
    other_process.heard_nothing_yet().await;
    assert_eq!(bench.heard(), [""; 0], "none of them was sent");
    let next = bench
        .ask(
            "raw_get",
            Ask::of(USERS).query("limit", "2").cursor(&cursor),
        )
        .await;
    assert!(next.ok, "the true one still works: {next:?}");
    assert_eq!(bench.heard().len(), 1);
}

#[tokio::test]
async fn a_call_cannot_send_more_requests_than_its_manifest_declares() {
    let bench = Bench::start().await;
    let answer = bench
        .client
        .ok("get_many", serde_json::json!({"n": 25}))
        .await;
    let kinds: Vec<_> = answer["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "page").count(),
        20,
        "{kinds:?}"
    );
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "exhausted").count(),
        5,
        "{kinds:?}"
    );
    assert_eq!(bench.heard().len(), 20);
}

#[tokio::test]
async fn a_plugin_sees_the_fields_that_it_declares_and_no_others() {
    let bench = Bench::start().await;
    let report = bench
        .ask("raw_get", Ask::of(USERS).query("limit", "1"))
        .await;
    let users: serde_json::Value = serde_json::from_str(&report.body.unwrap()).unwrap();
    let names = |object: &serde_json::Value| {
        let members = object.as_object().unwrap();
        members.keys().cloned().collect::<BTreeSet<String>>()
    };
    let declared = BTreeSet::from(["id", "status", "profile"].map(str::to_owned));
    assert_eq!(names(&users[0]), declared);
    assert_eq!(
        names(&users[0]["profile"]),
        BTreeSet::from(["login".to_owned()])
    );
}
