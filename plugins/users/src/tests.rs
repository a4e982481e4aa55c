//! The tools of this plugin against a directory in memory.

use crate::TOOLS;
use okta_plugin::testing::{Bench, forbidden, not_found, refusal};
use okta_plugin::{Error, Failure};
use serde_json::{Value, json};

const USERS: &str = "/api/v1/users";
const USER: &str = "/api/v1/users/{id}";

fn bench() -> Bench {
    Bench::new(TOOLS, include_str!("../plugin.toml"))
}

/// A user as Okta sends it: with nulls, credentials and links.
fn mara() -> Value {
    json!({
        "id": "00u11qxw8mzK7RtPd5f6", "status": "ACTIVE",
        "created": "2025-02-11T09:30:12.000Z", "activated": "2025-02-11T09:30:12.000Z",
        "statusChanged": "2025-02-11T09:30:12.000Z", "lastLogin": "2026-05-30T07:58:41.000Z",
        "lastUpdated": "2026-03-02T12:00:05.000Z", "passwordChanged": null,
        "type": {"id": "oty1a2b3c4D5e6F7g8d7"},
        "profile": {
            "firstName": "Mara", "lastName": "Okonkwo", "mobilePhone": "+1-555-010-4477", "secondEmail": null,
            "login": "mara.okonkwo@northwind.example.com", "email": "mara.okonkwo@northwind.example.com",
            "department": "Engineering", "badges": ["a", "b"], "desk": 12
        },
        "credentials": {"password": {}, "recovery_question": {"question": "Where did the first robot ship to?"}},
        "_links": {"self": {"href": "https://northwind.example.com/api/v1/users/00u11qxw8mzK7RtPd5f6"}}
    })
}

/// A user of whom only id and last sign-in are told.
fn user(number: usize, last_login: Option<&str>) -> Value {
    json!({"id": format!("00u{number:017}"), "lastLogin": last_login})
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect()
}

#[test]
fn texts_and_schemas_keep_the_rules_and_the_budget() {
    let size = bench().check_texts();
    assert!(size <= 4_200, "{size} bytes");
}

#[test]
fn a_list_answers_what_decides_in_a_small_row() {
    let bench = bench();
    let answer = bench
        .answers(USERS, &json!([mara()]))
        .answer("list_users", json!({}));
    assert_eq!(
        answer,
        json!({"items": [{
            "id": "00u11qxw8mzK7RtPd5f6", "status": "ACTIVE", "login": "mara.okonkwo@northwind.example.com",
            "name": "Mara Okonkwo", "department": "Engineering", "last_login": "2026-05-30T07:58:41.000Z"
        }], "returned": 1})
    );
    assert!(answer["items"][0].to_string().len() <= 220);
    assert_eq!(bench.request().query_value("limit"), Some("20"));
    assert_eq!(bench.request().query_value("search"), None);
}

#[test]
fn full_detail_adds_dates_and_every_attribute_that_has_a_value() {
    let bench = bench();
    let answer = bench.answers(USER, &mara()).answer(
        "get_user",
        json!({"user": "mara.okonkwo@northwind.example.com", "detail": "full"}),
    );
    assert_eq!(answer["type_id"], "oty1a2b3c4D5e6F7g8d7");
    assert_eq!(answer["profile"]["badges"], json!(["a", "b"]));
    assert_eq!(answer["profile"]["desk"], 12);
    assert!(answer["profile"].get("secondEmail").is_none());
    assert!(answer.get("password_changed").is_none());
    assert!(!answer.to_string().contains("robot"));
}

#[test]
fn a_status_is_searched_and_may_not_meet_q() {
    let bench = bench();
    bench
        .answers(USERS, &json!([]))
        .answer("list_users", json!({"status": "DEPROVISIONED"}));
    assert_eq!(
        bench.request().query_value("search"),
        Some("status eq \"DEPROVISIONED\"")
    );
    assert!(
        bench
            .failure("list_users", json!({"status": "ACTIVE", "q": "Ma"}))
            .contains("search_users")
    );
    assert!(
        bench
            .failure("list_users", json!({"q": "Ma", "cursor": "c"}))
            .contains("search_users")
    );
    assert_eq!(bench.requests(), []);
}

#[test]
fn pages_follow_by_cursor_and_an_empty_list_says_what_to_try() {
    let bench = bench();
    let first = bench
        .answers_page(USERS, &json!([mara()]), "sealed")
        .answer("list_users", json!({"limit": 1}));
    assert_eq!(first["next_cursor"], "sealed");
    assert!(first["hint"].as_str().unwrap().starts_with("More follow"));
    let last = bench
        .answers(USERS, &json!([]))
        .answer("list_users", json!({"limit": 1, "cursor": "sealed"}));
    assert_eq!(bench.request().cursor_value(), Some("sealed"));
    assert_eq!(last["returned"], 0);
    assert!(last["hint"].as_str().unwrap().contains("search_users"));
}

#[test]
fn a_user_that_is_not_there_leads_to_the_search() {
    let bench = bench();
    let text = bench
        .fails(USER, not_found())
        .failure("get_user", json!({"user": "nobody@northwind.example.com"}));
    assert!(
        text.starts_with("No user \"nobody@northwind.example.com\". Call search_users"),
        "{text}"
    );
    assert!(
        text.contains("E0000007") && text.contains("0123456789abcdef"),
        "{text}"
    );
}

#[test]
fn refusals_are_told_with_their_remedy() {
    let bench = bench();
    assert!(
        bench
            .fails(USERS, forbidden())
            .failure("list_users", json!({}))
            .contains("ask the operator")
    );
    assert!(
        bench
            .fails(USERS, Error::RateLimited(37))
            .failure("list_users", json!({}))
            .contains("37 s")
    );
    let search = Error::Refused(refusal(400, "E0000031", "Invalid search criteria."));
    assert!(
        bench
            .fails(USERS, search)
            .failure("search_users", json!({"search": "x ne \"y\""}))
            .contains("no ne")
    );
    let invalid = Error::Invalid("id must be an Okta id or a login".into());
    assert_eq!(
        bench
            .fails(USER, invalid.clone())
            .call("get_user", json!({"user": "x@y"})),
        Err(Failure::InvalidArguments(
            "id must be an Okta id or a login".into()
        ))
    );
}

#[test]
fn odd_records_do_not_break_the_answer() {
    let bench = bench();
    let odd = json!([
        {},
        {"id": null, "status": "SOME_NEW_STATUS", "profile": null, "type": null},
        {"id": "00u1", "profile": {"firstName": "A\"; \u{1f}</x>", "lastName": null, "department": 7, "login": ["a"]}},
    ]);
    let answer = bench
        .answers(USERS, &odd)
        .answer("list_users", json!({"detail": "full"}));
    assert_eq!(answer["items"][0], json!({}));
    assert_eq!(answer["items"][1], json!({"status": "SOME_NEW_STATUS"}));
    assert_eq!(answer["items"][2]["name"], "A\"; \u{1f}</x>");
    assert_eq!(answer["items"][2]["department"], "7");
}

#[test]
fn an_answer_of_another_shape_is_a_failure_and_no_panic() {
    let text = bench()
        .answers(USERS, &json!({"id": "x"}))
        .failure("list_users", json!({}));
    assert!(
        text.starts_with("Okta's answer does not have the documented shape"),
        "{text}"
    );
}

#[test]
fn a_search_joins_its_conditions_and_sorts() {
    let bench = bench();
    let arguments = json!({"department": "Sales \"EMEA\"", "status": "ACTIVE", "created_after": "2026-01-31",
        "sort_by": "last_name", "sort_order": "desc", "limit": 5});
    bench
        .answers(USERS, &json!([mara()]))
        .answer("search_users", arguments);
    let request = bench.request();
    assert_eq!(
        request.query_value("search"),
        Some(
            r#"profile.department sw "Sales \"EMEA\"" and status eq "ACTIVE" and created gt "2026-01-31T00:00:00.000Z""#
        )
    );
    assert_eq!(
        (
            request.query_value("sortBy"),
            request.query_value("sortOrder")
        ),
        (Some("profile.lastName"), Some("desc"))
    );
    assert_eq!(request.query_value("limit"), Some("5"));
}

#[test]
fn every_sort_key_that_is_offered_can_be_sent() {
    let bench = bench();
    for key in [
        "last_name",
        "login",
        "email",
        "department",
        "title",
        "status",
        "created",
        "last_updated",
    ] {
        bench
            .answers(USERS, &json!([]))
            .answer("search_users", json!({"name": "a", "sort_by": key}));
        assert!(bench.request().query_value("sortBy").is_some(), "{key}");
    }
}

#[test]
fn a_search_needs_a_condition_and_dates_that_can_be_read() {
    let bench = bench();
    assert!(
        bench
            .failure("search_users", json!({}))
            .contains("at least one condition")
    );
    let text = bench.failure("search_users", json!({"created_after": "last week"}));
    assert!(
        text.starts_with("Argument created_after: \"last week\" is not an ISO 8601 date"),
        "{text}"
    );
}

#[test]
fn last_login_is_checked_over_several_pages() {
    let bench = bench();
    bench
        .answers_page(
            USERS,
            &json!([
                user(1, Some("2026-01-01T00:00:00.000Z")),
                user(2, Some("2026-06-01T00:00:00.000Z"))
            ]),
            "p2",
        )
        .answers(
            USERS,
            &json!([user(3, None), user(4, Some("2025-06-01T00:00:00.000Z"))]),
        );
    let answer = bench.answer("search_users", json!({"last_login_before": "2026-03-01"}));
    assert_eq!(
        ids(&answer),
        [
            "00u00000000000000001",
            "00u00000000000000003",
            "00u00000000000000004"
        ]
    );
    assert!(answer.get("next_cursor").is_none());
    let requests = bench.requests();
    assert_eq!(
        requests[0].query_value("search"),
        Some("created gt \"1970-01-01T00:00:00.000Z\"")
    );
    assert_eq!(
        (requests[0].query_value("limit"), requests[1].cursor_value()),
        (Some("200"), Some("p2"))
    );
    assert_eq!(bench.progress(), ["2 users looked at, 1 match"]);
}

#[test]
fn who_never_signed_in_did_not_sign_in_after_a_date() {
    let bench = bench();
    let page = json!([user(1, None), user(2, Some("2026-06-01T00:00:00.000Z"))]);
    let answer = bench
        .answers(USERS, &page)
        .answer("search_users", json!({"last_login_after": "2026-01-01"}));
    assert_eq!(ids(&answer), ["00u00000000000000002"]);
}

#[test]
fn a_scan_stops_at_the_limit_and_goes_on_without_gap_or_repetition() {
    let bench = bench();
    let page = json!([user(1, None), user(2, None), user(3, None)]);
    let arguments = |cursor: Option<&Value>| {
        let mut arguments = json!({"last_login_before": "2026-01-01", "limit": 2});
        if let Some(cursor) = cursor {
            arguments["cursor"] = cursor.clone();
        }
        arguments
    };
    let first = bench
        .answers_page(USERS, &page, "p2")
        .answer("search_users", arguments(None));
    assert_eq!(
        ids(&first),
        ["00u00000000000000001", "00u00000000000000002"]
    );
    bench
        .answers_page(USERS, &page, "p2")
        .answers(USERS, &json!([user(4, None)]));
    let second = bench.answer("search_users", arguments(Some(&first["next_cursor"])));
    assert_eq!(
        ids(&second),
        ["00u00000000000000003", "00u00000000000000004"]
    );
    assert_eq!(bench.requests()[0].cursor_value(), None);
    assert!(second.get("next_cursor").is_none());
}

#[test]
fn a_scan_has_a_budget_of_pages_and_says_where_it_stopped() {
    let bench = bench();
    for _ in 0..10 {
        bench.answers_page(
            USERS,
            &json!([user(1, Some("2026-06-01T00:00:00.000Z"))]),
            "more",
        );
    }
    let answer = bench.answer("search_users", json!({"last_login_before": "2026-01-01"}));
    assert_eq!(
        (answer["returned"].clone(), answer["next_cursor"].clone()),
        (json!(0), json!("more"))
    );
    assert!(
        answer["hint"]
            .as_str()
            .unwrap()
            .contains("looked at 10 users")
    );
}

#[test]
fn a_scan_that_is_interrupted_keeps_what_it_found() {
    let bench = bench();
    bench
        .answers_page(USERS, &json!([user(1, None)]), "p2")
        .fails(USERS, Error::RateLimited(30));
    let answer = bench.answer("search_users", json!({"last_login_before": "2026-01-01"}));
    assert_eq!(
        (ids(&answer), answer["next_cursor"].clone()),
        (vec!["00u00000000000000001"], json!("p2"))
    );
    assert!(answer["hint"].as_str().unwrap().contains("30 s"));
    bench
        .answers_page(USERS, &json!([user(1, None)]), "p2")
        .fails(USERS, forbidden());
    assert!(
        bench
            .failure("search_users", json!({"last_login_before": "2026-01-01"}))
            .contains("operator")
    );
    let wrong = bench.failure(
        "search_users",
        json!({"last_login_before": "2026-01-01", "cursor": "x~p2"}),
    );
    assert!(wrong.starts_with("Argument cursor"), "{wrong}");
}

/// A user with a long profile.
fn talkative(number: usize) -> Value {
    let mut user = mara();
    user["id"] = json!(format!("00u{number:017}"));
    user["lastLogin"] = Value::Null;
    user["profile"]["badges"] = json!(vec!["größer"; 100]);
    user
}

/// All ids of a list, and how many answers it took; none is longer than a client shows.
fn all_ids(mut call: impl FnMut(Option<Value>) -> Value) -> (Vec<String>, usize) {
    let (mut seen, mut calls, mut cursor) = (Vec::new(), 0, None);
    loop {
        let mut answer = call(cursor);
        assert!(answer.to_string().chars().count() <= 45_000);
        seen.extend(ids(&answer).into_iter().map(str::to_owned));
        calls += 1;
        match answer["next_cursor"].take() {
            Value::Null => return (seen, calls),
            next => cursor = Some(next),
        }
    }
}

#[test]
fn two_hundred_long_rows_come_in_several_answers_without_gap_or_repetition() {
    let bench = bench();
    let all: Vec<Value> = (0..200).map(talkative).collect();
    let expected: Vec<&str> = all
        .iter()
        .map(|user| user["id"].as_str().unwrap())
        .collect();
    for (tool, more) in [
        ("list_users", json!({})),
        // Okta has no pages here, but one page may be too long.
        ("list_users", json!({"q": "Ma"})),
        ("search_users", json!({"name": "a"})),
        ("search_users", json!({"last_login_before": "2026-01-01"})),
    ] {
        let (seen, calls) = all_ids(|cursor| {
            let mut arguments = json!({"limit": 200, "detail": "full"});
            arguments
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            if let Some(cursor) = cursor {
                arguments["cursor"] = cursor;
            }
            let answer = bench.answers(USERS, &json!(all)).answer(tool, arguments);
            assert_eq!(bench.request().query_value("limit"), Some("200"));
            answer
        });
        assert_eq!(seen, expected, "{tool} {more}");
        assert!(calls > 2, "{tool} {more}: {calls}");
    }
}

#[test]
fn a_smaller_limit_goes_on_where_a_full_answer_ended() {
    let bench = bench();
    let all: Vec<Value> = (0..200).map(talkative).collect();
    let arguments = json!({"limit": 200, "detail": "full"});
    let first = bench
        .answers(USERS, &json!(all))
        .answer("list_users", arguments);
    let returned = first["returned"].as_u64().unwrap() as usize;
    let hint = first["hint"].as_str().unwrap();
    assert!(
        hint.starts_with("More follow: ") && hint.contains("detail=concise"),
        "{hint}"
    );
    let arguments = json!({"limit": 5, "cursor": first["next_cursor"]});
    let second = bench
        .answers_page(USERS, &json!(all[..returned + 5]), "sealed")
        .answer("list_users", arguments);
    let limit = bench.request().query_value("limit").map(str::to_owned);
    assert_eq!(limit, Some((returned + 5).to_string()));
    assert_eq!(second["returned"], 5);
    assert_eq!(second["items"][0]["id"], all[returned]["id"]);
    assert_eq!(second["next_cursor"], "sealed");
}
