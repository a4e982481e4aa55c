use simulator::fixtures;

use crate::client::{column, start};

const TYPES: [&str; 12] = [
    "ACCESS_POLICY",
    "CLIENT_UPDATE",
    "DEVICE_SIGNAL_COLLECTION",
    "ENTITY_RISK",
    "IDENTITY_CLAIM_SOURCING",
    "IDP_DISCOVERY",
    "MFA_ENROLL",
    "OKTA_SIGN_ON",
    "PASSWORD",
    "POST_AUTH_SESSION",
    "PROFILE_ENROLLMENT",
    "SESSION_VIOLATION_DETECTION",
];

#[tokio::test]
async fn every_type_lists_its_policies_by_priority_with_the_default_last() {
    let served = start().await;
    for kind in TYPES {
        let reply = served.get(&format!("/api/v1/policies?type={kind}")).await;
        assert_eq!(reply.all_headers("link").len(), 1);
        assert!(
            reply
                .link("self")
                .unwrap()
                .ends_with(&format!("/api/v1/policies?type={kind}"))
        );
        let json = reply.json();
        let policies = json.as_array().unwrap();
        let priorities: Vec<i64> = policies
            .iter()
            .map(|policy| policy["priority"].as_i64().unwrap())
            .collect();
        assert!(
            priorities.iter().copied().eq(1..=policies.len() as i64),
            "{kind}"
        );
        let last = policies.last().unwrap();
        assert_eq!(last["system"], true, "{kind}");
        assert!(last["_links"].get("deactivate").is_none());
        assert!(column(policies, "/type").iter().all(|own| own == kind));
    }
}

#[tokio::test]
async fn rules_have_their_types_and_the_catch_all_is_99() {
    let served = start().await;
    for kind in TYPES {
        for policy in served
            .json(&format!("/api/v1/policies?type={kind}"))
            .await
            .as_array()
            .unwrap()
        {
            let id = policy["id"].as_str().unwrap();
            let rules = served.json(&format!("/api/v1/policies/{id}/rules")).await;
            for rule in rules.as_array().unwrap() {
                assert_eq!(
                    rule["type"],
                    if kind == "OKTA_SIGN_ON" {
                        "SIGN_ON"
                    } else {
                        kind
                    }
                );
                let rule_id = rule["id"].as_str().unwrap();
                assert_eq!(
                    &served
                        .json(&format!("/api/v1/policies/{id}/rules/{rule_id}"))
                        .await,
                    rule
                );
            }
            if kind == "ACCESS_POLICY" {
                let last = rules.as_array().unwrap().last().unwrap();
                assert_eq!(
                    (&last["priority"], &last["conditions"]),
                    (&99.into(), &serde_json::Value::Null)
                );
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_or_missing_type_is_refused() {
    let served = start().await;
    let wrong = served
        .get("/api/v1/policies?type=OAUTH_AUTHORIZATION_POLICY")
        .await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "E0000002"));
    assert_eq!(
        wrong.json()["errorSummary"],
        "The request was not valid: Invalid policy type specified"
    );
    assert_eq!(wrong.json()["errorCauses"], serde_json::json!([]));
    let missing = served.get("/api/v1/policies").await;
    assert_eq!((missing.status, missing.code().as_str()), (400, "E0000028"));
}

#[tokio::test]
async fn policies_are_narrowed_by_status_and_name_and_expanded_with_rules() {
    let served = start().await;
    let inactive = served
        .json("/api/v1/policies?type=OKTA_SIGN_ON&status=INACTIVE")
        .await;
    assert_eq!(
        column(inactive.as_array().unwrap(), "/name"),
        ["Old VPN rule set"]
    );
    let named = served
        .json("/api/v1/policies?type=PASSWORD&q=engin&expand=rules")
        .await;
    assert_eq!(
        column(named.as_array().unwrap(), "/name"),
        [fixtures::ENGINEERING_PASSWORD_POLICY]
    );
    assert_eq!(named[0]["_embedded"]["rules"].as_array().unwrap().len(), 1);
    let sorted = served
        .json("/api/v1/policies?type=PASSWORD&sortBy=name")
        .await;
    assert_eq!(sorted[0]["name"], "Default Policy");
}

#[tokio::test]
async fn the_two_engines_have_different_names_in_a_404() {
    let served = start().await;
    for (path, kind) in [("00pAbsent", "Policy"), ("rstAbsent", "RuleSetEntity")] {
        let reply = served.get(&format!("/api/v1/policies/{path}")).await;
        let expected = format!("Not found: Resource not found: {path} ({kind})");
        assert_eq!(reply.json()["errorSummary"], expected.as_str());
    }
    for (name, kind) in [
        (fixtures::ENGINEERING_PASSWORD_POLICY, "PolicyRule"),
        ("Any two factors", "RuleEntity"),
    ] {
        let id = served.id_of("policies", "/name", name);
        let reply = served
            .get(&format!("/api/v1/policies/{id}/rules/nope"))
            .await;
        let expected = format!("Not found: Resource not found: nope ({kind})");
        assert_eq!(reply.json()["errorSummary"], expected.as_str());
    }
}
