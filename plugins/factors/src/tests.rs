//! The tools of this plugin against a directory in memory.

use crate::TOOLS;
use okta_plugin::Error;
use okta_plugin::testing::{Bench, forbidden, not_found};
use serde_json::{Value, json};

const FACTORS: &str = "/api/v1/users/{userId}/factors";
const FACTOR: &str = "/api/v1/users/{userId}/factors/{factorId}";
const USER: &str = "/api/v1/users/{id}";
const MARA: &str = "00u11qxw8mzK7RtPd5f6";
const PUSH: &str = "opfpushdeviceAbCd5f6";

fn bench() -> Bench {
    Bench::new(TOOLS, include_str!("../plugin.toml"))
}

fn push() -> Value {
    json!({
        "id": PUSH, "factorType": "push", "provider": "OKTA", "vendorName": "OKTA", "status": "ACTIVE",
        "created": "2025-11-20T13:00:00.000Z", "lastUpdated": "2025-11-20T13:01:30.000Z",
        "profile": {"credentialId": "mara@northwind.example.com", "deviceType": "SmartPhone_IPhone", "name": "Mara's phone",
            "platform": "IOS", "version": "18.5", "keys": [{"kid": "default", "x5c": ["<key>"]}]},
        "_links": {"self": {"href": "https://northwind.example.com"}}
    })
}

#[test]
fn texts_and_schemas_keep_the_rules_and_the_budget() {
    let size = bench().check_texts();
    assert!(size <= 1_150, "{size} bytes");
}

#[test]
fn a_row_tells_kind_state_and_device_in_little_room() {
    let bench = bench();
    let answer = bench
        .answers(FACTORS, &json!([push()]))
        .answer("list_user_factors", json!({"user": MARA}));
    assert_eq!(
        answer,
        json!({"items": [{"id": PUSH, "type": "push", "provider": "OKTA", "status": "ACTIVE",
            "created": "2025-11-20T13:00:00.000Z", "last_updated": "2025-11-20T13:01:30.000Z",
            "device": "Mara's phone"}], "returned": 1})
    );
    assert!(answer["items"][0].to_string().len() <= 220);
    assert_eq!(bench.request().path_value("userId"), Some(MARA));
}

#[test]
fn personal_data_of_a_factor_is_never_seen() {
    let bench = bench();
    let page = json!([
        push(),
        {"id": "mbl1smsphoneMnOp5f6x", "factorType": "sms", "profile": {"phoneNumber": "+15550104477"}},
        {"id": "emf1emailaddrUvWx5f6", "factorType": "email", "profile": {"email": "mara@northwind.example.com"}},
        {"id": "ufs1secquestnYzAb5f6", "factorType": "question", "profile": {"questionText": "What is it?"}},
        {"id": "chf1customhotOpQr5f6", "factorType": "token:hotp", "profile": {"sharedSecret": "JBSWY3DP"}},
    ]);
    let text = bench
        .answers(FACTORS, &page)
        .answer("list_user_factors", json!({"user": MARA, "detail": "full"}))
        .to_string();
    for hidden in ["555", "northwind", "What is it", "JBSWY3DP", "<key>"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    assert!(text.contains("SmartPhone_IPhone"));
}

#[test]
fn a_login_is_turned_into_an_id_first() {
    let bench = bench();
    bench
        .answers(USER, &json!({"id": MARA}))
        .answers(FACTOR, &push());
    let answer = bench.answer(
        "get_factor",
        json!({"user": "mara@northwind.example.com", "factor_id": PUSH, "detail": "full"}),
    );
    assert_eq!(answer["platform"], "IOS");
    let request = &bench.requests()[1];
    assert_eq!(
        (request.path_value("userId"), request.path_value("factorId")),
        (Some(MARA), Some(PUSH))
    );
}

#[test]
fn none_enrolled_is_an_answer() {
    let answer = bench()
        .answers(FACTORS, &json!([]))
        .answer("list_user_factors", json!({"user": MARA}));
    assert_eq!(answer["returned"], 0);
    assert!(
        answer["hint"]
            .as_str()
            .unwrap()
            .contains("no factor enrolled")
    );
}

#[test]
fn failures_say_what_to_do_next() {
    let bench = bench();
    let text = bench
        .fails(FACTORS, not_found())
        .failure("list_user_factors", json!({"user": MARA}));
    assert!(
        text.starts_with("No user \"00u11qxw8mzK7RtPd5f6\". Call search_users"),
        "{text}"
    );
    let text = bench
        .fails(FACTOR, not_found())
        .failure("get_factor", json!({"user": MARA, "factor_id": PUSH}));
    assert!(
        text.starts_with("No factor \"opfpushdeviceAbCd5f6\". Call list_user_factors"),
        "{text}"
    );
    assert!(
        bench
            .fails(FACTORS, forbidden())
            .failure("list_user_factors", json!({"user": MARA}))
            .contains("operator")
    );
    let text = bench
        .fails(USER, Error::RateLimited(9))
        .failure("list_user_factors", json!({"user": "m@x.example"}));
    assert!(text.contains("9 s"), "{text}");
}

#[test]
fn odd_records_do_not_break_the_answer() {
    let odd = json!([{}, {"factorType": "telepathy", "status": null, "profile": null},
        {"id": "fwf1webauthnkGhIj5f6", "profile": {"name": null, "authenticatorName": "</key> \"1\"", "version": 2}}]);
    let answer = bench()
        .answers(FACTORS, &odd)
        .answer("list_user_factors", json!({"user": MARA, "detail": "full"}));
    assert_eq!(
        answer["items"],
        json!([{}, {"type": "telepathy"}, {"id": "fwf1webauthnkGhIj5f6", "device": "</key> \"1\"", "version": "2"}])
    );
}
