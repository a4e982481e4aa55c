use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;
use simulator::{Options, Org, fixtures};

/// The data of seed 1, generated once.
static ORG: LazyLock<Value> = LazyLock::new(|| Org::generate(1, Options::DEMO_TIME).to_json());

fn org() -> &'static Value {
    &ORG
}

fn counts<'a>(objects: &'a [Value], pointer: &str) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for object in objects {
        *counts
            .entry(
                object
                    .pointer(pointer)
                    .and_then(Value::as_str)
                    .unwrap_or(""),
            )
            .or_default() += 1;
    }
    counts
}

#[test]
fn equal_seeds_give_equal_data_and_others_do_not() {
    let generated = |seed| Org::generate(seed, Options::DEMO_TIME).to_json();
    assert_eq!(*org(), generated(1));
    assert_ne!(*org(), generated(2));
}

#[test]
fn the_org_has_every_status_type_and_factor() {
    let org = org();
    let users = org["users"].as_array().unwrap();
    assert_eq!(users.len(), 1_200);
    let statuses = counts(users, "/status");
    assert_eq!(statuses.len(), 8, "{statuses:?}");
    assert!(statuses.values().all(|count| *count >= 5), "{statuses:?}");
    let types = counts(org["groups"].as_array().unwrap(), "/type");
    assert_eq!(types.values().sum::<usize>(), 90);
    assert_eq!(types.len(), 3);
    let factors: Vec<Value> = org["factors"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|list| list.as_array().unwrap().clone())
        .collect();
    assert_eq!(counts(&factors, "/factorType").len(), 13);
    assert!(counts(&factors, "/status")["PENDING_ACTIVATION"] > 0);
    let types: BTreeMap<&str, usize> = counts(org["policies"].as_array().unwrap(), "/type");
    assert_eq!(types.len(), 12);
}

#[test]
fn ids_have_twenty_characters_and_are_unique() {
    let org = org();
    let mut ids = std::collections::BTreeSet::new();
    let mut add = |objects: &Value| {
        for object in objects.as_array().unwrap() {
            let id = object["id"].as_str().unwrap();
            assert!(id.len() == 20 && id.ends_with("5d7"), "{id}");
            assert!(ids.insert(id.to_owned()), "{id} appears twice");
        }
    };
    for kind in ["users", "groups", "apps", "policies", "groupRules"] {
        add(&org[kind]);
    }
    for lists in ["factors", "policyRules", "appSecrets"] {
        org[lists].as_object().unwrap().values().for_each(&mut add);
    }
}

#[test]
fn fixtures_are_what_their_documentation_says() {
    let org = org();
    let users = org["users"].as_array().unwrap();
    let user = |login: &str| {
        users
            .iter()
            .find(|user| user["profile"]["login"] == login)
            .unwrap()
    };
    assert_eq!(user(fixtures::ENGINEER)["status"], "ACTIVE");
    assert_eq!(user(fixtures::LOCKED_OUT_USER)["status"], "LOCKED_OUT");
    assert_eq!(
        user(fixtures::DEPROVISIONED_USER)["status"],
        "DEPROVISIONED"
    );
    assert_eq!(user(fixtures::SUSPENDED_USER)["status"], "SUSPENDED");
    user(fixtures::LOGIN_WITH_SLASH);
    let engineer = &user(fixtures::ENGINEER)["id"];
    let memberships = org["memberships"].as_object().unwrap();
    let groups = memberships
        .values()
        .filter(|members| members.as_array().unwrap().contains(engineer))
        .count();
    assert!(groups >= 5, "{groups}");
    let hostile = users
        .iter()
        .filter(|user| user.to_string().contains("previous instructions"))
        .count();
    assert!(hostile >= 1);
}

#[test]
fn no_character_needs_four_bytes_and_no_time_is_in_the_future() {
    fn visit(value: &Value) {
        match value {
            Value::String(text) => {
                assert!(
                    text.chars().all(|character| character.len_utf8() < 4),
                    "{text}"
                );
                if text.len() == 24 && text.ends_with(".000Z") {
                    assert!(text.as_str() <= "2026-06-01T08:00:00.000Z", "{text}");
                }
            }
            Value::Array(items) => items.iter().for_each(visit),
            Value::Object(members) => members.values().for_each(visit),
            _ => {}
        }
    }
    visit(org());
}

#[test]
fn a_page_of_users_has_the_size_of_a_real_one() {
    let org = org();
    let users = org["users"].as_array().unwrap();
    let links =
        |user: &Value| user["_links"].to_string().len() - user["_links"]["self"].to_string().len();
    let bytes: usize = users
        .iter()
        .take(200)
        .map(|user| user.to_string().len() - links(user))
        .sum();
    assert!((165_000..205_000).contains(&bytes), "{bytes}");
}
