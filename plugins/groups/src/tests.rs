//! The tools of this plugin against a directory in memory.

use crate::TOOLS;
use okta_plugin::Error;
use okta_plugin::testing::{Bench, forbidden, not_found};
use serde_json::{Value, json};

const GROUPS: &str = "/api/v1/groups";
const MEMBERS: &str = "/api/v1/groups/{groupId}/users";
const USER_GROUPS: &str = "/api/v1/users/{id}/groups";
const USER: &str = "/api/v1/users/{id}";
const ENGINEERING: &str = "00g1engineerEfGh5f6x";
const MARA: &str = "00u11qxw8mzK7RtPd5f6";

fn bench() -> Bench {
    Bench::new(TOOLS, include_str!("../plugin.toml"))
}

/// A group imported from a directory, as Okta sends it.
fn operators() -> Value {
    json!({
        "id": "00g1addirctryIjKl5f6", "created": "2025-01-15T10:00:00.000Z", "lastUpdated": "2025-01-15T10:00:00.000Z",
        "lastMembershipUpdated": "2026-06-01T08:00:01.000Z", "objectClass": ["okta:windows_security_principal"],
        "type": "APP_GROUP",
        "profile": {
            "name": "Plant-Operators", "description": "Imported from the directory of the plant, for everyone who runs a machine",
            "samAccountName": "Plant-Operators", "dn": "CN=Plant-Operators,DC=example", "objectSid": "S-1-5-21"
        },
        "source": {"id": "0oaadinstanceMnOp5f6"}, "_links": {"logo": []}
    })
}

#[test]
fn texts_and_schemas_keep_the_rules_and_the_budget() {
    let size = bench().check_texts();
    assert!(size <= 2_500, "{size} bytes");
}

#[test]
fn a_concise_row_is_small_and_a_full_one_complete() {
    let bench = bench();
    let answer = bench
        .answers(GROUPS, &json!([operators()]))
        .answer("list_groups", json!({}));
    assert_eq!(
        answer["items"][0],
        json!({"id": "00g1addirctryIjKl5f6", "name": "Plant-Operators", "type": "APP_GROUP",
            "description": "Imported from the directory of the plant, for everyone who …"})
    );
    assert!(answer["items"][0].to_string().len() <= 220);
    assert_eq!(bench.request().query_value("search"), None);
    let full = bench
        .answers(GROUPS, &json!([operators()]))
        .answer("list_groups", json!({"detail": "full"}));
    assert_eq!(full["items"][0]["source_app_id"], "0oaadinstanceMnOp5f6");
    assert_eq!(full["items"][0]["sam_account_name"], "Plant-Operators");
    assert!(
        full["items"][0]["description"]
            .as_str()
            .unwrap()
            .ends_with("machine")
    );
    assert!(!full.to_string().contains("S-1-5-21"));
}

#[test]
fn name_type_and_search_are_joined_and_escaped() {
    let bench = bench();
    let arguments = json!({"name": "R&D \"core\"", "type": "OKTA_GROUP", "search": "created gt \"2026-01-01T00:00:00.000Z\""});
    let answer = bench
        .answers(GROUPS, &json!([]))
        .answer("list_groups", arguments);
    assert_eq!(
        bench.request().query_value("search"),
        Some(
            r#"profile.name co "R&D \"core\"" and type eq "OKTA_GROUP" and (created gt "2026-01-01T00:00:00.000Z")"#
        )
    );
    assert!(
        answer["hint"]
            .as_str()
            .unwrap()
            .starts_with("No group matches")
    );
    assert!(
        bench
            .failure("list_groups", json!({"search": "(type pr"}))
            .starts_with("Argument search: a bracket")
    );
}

#[test]
fn members_are_users_and_pages_follow() {
    let bench = bench();
    let user = json!({"id": MARA, "status": "ACTIVE", "lastLogin": null, "profile": {
        "login": "mara@northwind.example.com", "email": "mara@northwind.example.com", "firstName": "Mara",
        "lastName": "Okonkwo", "title": "Lead", "mobilePhone": "+1-555-010-4477"}});
    let arguments = json!({"group_id": ENGINEERING, "limit": 200, "detail": "full"});
    let answer = bench
        .answers_page(MEMBERS, &json!([user]), "sealed")
        .answer("get_group_members", arguments);
    assert_eq!(answer["items"][0]["profile"]["title"], "Lead");
    assert_eq!(answer["next_cursor"], "sealed");
    assert!(!answer.to_string().contains("555"));
    assert_eq!(bench.request().path_value("groupId"), Some(ENGINEERING));
    let last = bench.answers(MEMBERS, &json!([])).answer(
        "get_group_members",
        json!({"group_id": ENGINEERING, "cursor": "sealed"}),
    );
    assert_eq!(bench.request().cursor_value(), Some("sealed"));
    assert_eq!(last["hint"], "The group has no members.");
}

#[test]
fn a_login_is_turned_into_an_id_first_and_an_id_is_not() {
    let bench = bench();
    bench
        .answers(USER, &json!({"id": MARA, "status": "ACTIVE"}))
        .answers(USER_GROUPS, &json!([operators()]));
    let answer = bench.answer(
        "get_user_groups",
        json!({"user": "mara@northwind.example.com"}),
    );
    assert_eq!(answer["returned"], 1);
    assert_eq!(bench.requests()[1].path_value("id"), Some(MARA));
    bench
        .answers_page(USER_GROUPS, &json!([operators()]), "sealed")
        .answer("get_user_groups", json!({"user": MARA}));
    assert_eq!(bench.request().path_value("id"), Some(MARA));
}

#[test]
fn what_is_missing_leads_to_the_tool_that_finds_it() {
    let bench = bench();
    let text = bench
        .fails(MEMBERS, not_found())
        .failure("get_group_members", json!({"group_id": ENGINEERING}));
    assert!(
        text.starts_with("No group \"00g1engineerEfGh5f6x\". Call list_groups"),
        "{text}"
    );
    let text = bench.fails(USER, not_found()).failure(
        "get_user_groups",
        json!({"user": "x@northwind.example.com"}),
    );
    assert!(
        text.starts_with("No user \"x@northwind.example.com\". Call search_users"),
        "{text}"
    );
    bench.answers(USER, &json!({"id": null}));
    let text = bench.failure(
        "get_user_groups",
        json!({"user": "x@northwind.example.com"}),
    );
    assert!(text.contains("did not tell the id"), "{text}");
}

#[test]
fn refusals_are_told_with_their_remedy() {
    let bench = bench();
    assert!(
        bench
            .fails(GROUPS, forbidden())
            .failure("list_groups", json!({}))
            .contains("ask the operator")
    );
    assert!(
        bench
            .fails(GROUPS, Error::RateLimited(12))
            .failure("list_groups", json!({}))
            .contains("12 s")
    );
}

#[test]
fn odd_records_do_not_break_the_answer() {
    let odd = json!([{}, {"id": null, "type": "NEW_KIND", "profile": null, "source": null},
        {"profile": {"name": "</x> \u{1f}\"", "description": null}}]);
    let answer = bench()
        .answers(GROUPS, &odd)
        .answer("list_groups", json!({"detail": "full"}));
    assert_eq!(
        answer["items"],
        json!([{}, {"type": "NEW_KIND"}, {"name": "</x> \u{1f}\""}])
    );
}
