//! The tools of this plugin against a directory in memory.

use crate::TOOLS;
use okta_plugin::Error;
use okta_plugin::testing::{Bench, forbidden, not_found, refusal};
use serde_json::{Value, json};

const POLICIES: &str = "/api/v1/policies";
const POLICY: &str = "/api/v1/policies/{policyId}";
const RULES: &str = "/api/v1/policies/{policyId}/rules";
const ACCESS: &str = "rst1accesspolQrSt5f6";

fn bench() -> Bench {
    Bench::new(TOOLS, include_str!("../plugin.toml"))
}

fn access_policy() -> Value {
    json!({"id": ACCESS, "status": "ACTIVE", "name": "Any two factors", "description": "Require two factors to access.",
        "priority": 1, "system": false, "conditions": null, "created": "2025-01-15T10:00:00.000Z",
        "lastUpdated": "2025-01-15T10:00:00.000Z", "_embedded": {"resourceType": "APP"}, "type": "ACCESS_POLICY"})
}

fn access_rule() -> Value {
    json!({"id": "rul1accessrulEfGh5f6", "status": "ACTIVE", "name": "Two factors off network", "priority": 1,
        "created": "2025-01-15T10:00:00.000Z", "lastUpdated": "2025-01-15T10:00:00.000Z", "system": false,
        "conditions": {"people": {"users": {"exclude": []}}, "network": {"connection": "ANYWHERE"},
            "riskScore": {"level": "ANY"}, "userType": {"include": [], "exclude": []}},
        "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": {"factorMode": "2FA", "type": "ASSURANCE",
            "reauthenticateIn": "PT2H", "constraints": [{"possession": {"required": true, "deviceBound": "REQUIRED",
                "authenticationMethods": [{"key": "okta_verify", "method": "push"}]}}]},
            "keepMeSignedIn": {"postAuth": "NOT_ALLOWED"}}},
        "type": "ACCESS_POLICY"})
}

fn policy_of(policy: &Value, rules: &Value, detail: &str) -> Value {
    let bench = bench();
    bench.answers(POLICY, policy).answers(RULES, rules);
    bench.answer("get_policy", json!({"policy_id": ACCESS, "detail": detail}))
}

#[test]
fn texts_and_schemas_keep_the_rules_and_the_budget() {
    let size = bench().check_texts();
    assert!(size <= 1_900, "{size} bytes");
}

#[test]
fn a_concise_row_is_small() {
    let bench = bench();
    let answer = bench
        .answers(POLICIES, &json!([access_policy()]))
        .answer("list_policies", json!({"type": "ACCESS_POLICY"}));
    assert_eq!(
        answer["items"],
        json!([{"id": ACCESS, "name": "Any two factors", "type": "ACCESS_POLICY", "status": "ACTIVE", "priority": 1,
            "system": false, "description": "Require two factors to access."}])
    );
    assert!(answer["items"][0].to_string().len() <= 220);
    let request = bench.request();
    assert_eq!(
        (request.query_value("type"), request.query_value("status")),
        (Some("ACCESS_POLICY"), None)
    );
}

#[test]
fn a_full_list_tells_groups_and_follows_pages() {
    let bench = bench();
    let policy = json!({"id": "00p1passwordpEfGh5f6", "type": "PASSWORD",
        "conditions": {"people": {"groups": {"include": ["00g1engineerEfGh5f6x"]}}, "authProvider": {"provider": "OKTA"}}});
    bench.answers_page(POLICIES, &json!([policy]), "sealed");
    let answer = bench.answer(
        "list_policies",
        json!({"type": "PASSWORD", "status": "ACTIVE", "q": "Eng", "detail": "full"}),
    );
    assert_eq!(
        answer["items"][0]["conditions"],
        json!({"people": {"groups": {"include": ["00g1engineerEfGh5f6x"]}}})
    );
    bench.answers(POLICIES, &json!([])).answer(
        "list_policies",
        json!({"type": "PASSWORD", "cursor": answer["next_cursor"]}),
    );
    assert_eq!(bench.request().cursor_value(), Some("sealed"));
}

#[test]
fn a_limit_holds_even_where_okta_sends_more_than_was_asked_for() {
    let bench = bench();
    let all = json!([{"id": "1"}, {"id": "2"}, {"id": "3"}]);
    let mut cursor = json!(null);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut arguments = json!({"type": "PASSWORD", "limit": 2});
        if !cursor.is_null() {
            arguments["cursor"] = cursor;
        }
        let answer = bench
            .answers(POLICIES, &all)
            .answer("list_policies", arguments);
        seen.extend(answer["items"].as_array().unwrap().clone());
        cursor = answer["next_cursor"].clone();
    }
    assert_eq!(json!(seen), all);
    assert_eq!(cursor, json!(null));
}

#[test]
fn every_type_that_is_offered_can_be_sent() {
    let bench = bench();
    for kind in super::list_policies::TYPES {
        let answer = bench
            .answers(POLICIES, &json!([]))
            .answer("list_policies", json!({"type": kind}));
        assert!(
            answer["hint"]
                .as_str()
                .unwrap()
                .starts_with("No policy of this type"),
            "{kind}"
        );
    }
}

#[test]
fn a_policy_comes_with_its_rules_less_what_says_nothing() {
    let answer = policy_of(&access_policy(), &json!([access_rule()]), "concise");
    assert!(answer.get("conditions").is_none() && answer.get("created").is_none());
    let rule = &answer["rules"][0];
    assert_eq!(
        rule["conditions"],
        json!({"network": {"connection": "ANYWHERE"}, "riskScore": {"level": "ANY"}})
    );
    let method = &rule["actions"]["appSignOn"]["verificationMethod"];
    assert_eq!(method["factorMode"], "2FA");
    assert_eq!(
        method["constraints"][0]["possession"]["authenticationMethods"],
        json!([{"key": "okta_verify", "method": "push"}])
    );
    assert!(rule.get("type").is_none());
    let full = policy_of(&access_policy(), &json!([access_rule()]), "full");
    assert_eq!(full["rules"][0]["last_updated"], "2025-01-15T10:00:00.000Z");
}

#[test]
fn settings_of_an_enrolment_policy_are_told() {
    let policy = json!({"id": "00p1mfaenrollIjKl5f6", "type": "MFA_ENROLL", "settings": {"type": "AUTHENTICATORS",
        "authenticators": [{"key": "okta_email", "enroll": {"self": "OPTIONAL"}}],
        "factors": {"okta_otp": {"enroll": {"self": "REQUIRED"}, "consent": {"type": "NONE"}}}}});
    let answer = policy_of(&policy, &json!([]), "concise");
    assert_eq!(
        answer["settings"],
        json!({"type": "AUTHENTICATORS", "authenticators": [{"key": "okta_email", "enroll": {"self": "OPTIONAL"}}],
            "factors": {"okta_otp": {"enroll": {"self": "REQUIRED"}, "consent": {"type": "NONE"}}}})
    );
    assert_eq!(answer["rules"], json!([]));
}

#[test]
fn rules_that_are_not_all_are_not_passed_off_as_all() {
    let bench = bench();
    bench
        .answers(POLICY, &access_policy())
        .answers_page(RULES, &json!([access_rule()]), "more");
    let answer = bench.answer("get_policy", json!({"policy_id": ACCESS}));
    assert_eq!(answer["hint"], "Okta told only the first rules.");
}

#[test]
fn rules_too_many_for_one_answer_come_in_several_without_gap_or_repetition() {
    let rules: Vec<Value> = (0..150)
        .map(|number| {
            let mut rule = access_rule();
            rule["id"] = json!(format!("rul{number:017}"));
            rule
        })
        .collect();
    let bench = bench();
    let (mut seen, mut calls, mut cursor) = (Vec::new(), 0, Value::Null);
    loop {
        bench
            .answers(POLICY, &access_policy())
            .answers(RULES, &json!(rules));
        let mut arguments = json!({"policy_id": ACCESS, "detail": "full"});
        if !cursor.is_null() {
            arguments["cursor"] = cursor;
        }
        let mut answer = bench.answer("get_policy", arguments);
        assert!(answer.to_string().chars().count() <= 45_000);
        assert_eq!(
            answer["name"], "Any two factors",
            "the policy comes with each part"
        );
        calls += 1;
        for rule in answer["rules"].as_array().unwrap() {
            seen.push(rule["id"].clone());
        }
        cursor = answer["next_cursor"].take();
        if cursor.is_null() {
            assert!(answer.get("hint").is_none());
            break;
        }
        assert_eq!(
            answer["hint"],
            "More rules follow: repeat the call with cursor = next_cursor."
        );
    }
    assert!(calls > 1);
    let expected: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
    assert_eq!(seen.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn failures_say_what_to_do_next() {
    let bench = bench();
    bench.fails(POLICY, not_found()).fails(RULES, not_found());
    let text = bench.failure("get_policy", json!({"policy_id": ACCESS}));
    assert!(
        text.starts_with("No policy \"rst1accesspolQrSt5f6\". Call list_policies"),
        "{text}"
    );
    bench
        .answers(POLICY, &access_policy())
        .fails(RULES, forbidden());
    assert!(
        bench
            .failure("get_policy", json!({"policy_id": ACCESS}))
            .contains("ask the operator")
    );
    let lacking = Error::Forbidden(refusal(401, "E0000015", "You do not have permission"));
    let text = bench
        .fails(POLICIES, lacking)
        .failure("list_policies", json!({"type": "ENTITY_RISK"}));
    assert!(text.contains("does not have the feature"), "{text}");
    let text = bench
        .fails(POLICIES, Error::RateLimited(8))
        .failure("list_policies", json!({"type": "PASSWORD"}));
    assert!(text.contains("8 s"), "{text}");
}

#[test]
fn odd_records_do_not_break_the_answer() {
    let odd = json!({"id": null, "type": "BRAND_NEW", "priority": null, "system": null, "name": "</x>\" \u{1f}",
        "conditions": "none", "settings": []});
    let answer = policy_of(
        &odd,
        &json!([{}, {"priority": 99, "conditions": null, "actions": {}}]),
        "full",
    );
    assert_eq!(
        answer,
        json!({"type": "BRAND_NEW", "name": "</x>\" \u{1f}", "rules": [{}, {"priority": 99}]})
    );
}
