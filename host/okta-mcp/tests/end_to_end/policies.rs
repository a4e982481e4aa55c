//! `list_policies` and `get_policy`.

use serde_json::json;

use crate::support::oracle::{begins, seed};
use crate::support::{World, rows as row, text};
use crate::{assert_complete, nobody, rows};

/// The types of policy that Okta documents.
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
async fn policies_of_all_twelve_types_are_listed_in_the_order_in_which_they_apply() {
    let (world, seed) = (World::start().await, seed().await);
    for kind in TYPES {
        let policies = seed.policies(kind);
        assert!(!policies.is_empty(), "{kind}");
        let concise = world
            .client
            .ok("list_policies", json!({"type": kind}))
            .await;
        assert_complete(
            &concise,
            &rows(&policies, |policy| row::listed_policy(policy, false)),
            kind,
        );
        let full = world
            .client
            .ok("list_policies", json!({"type": kind, "detail": "full"}))
            .await;
        assert_complete(
            &full,
            &rows(&policies, |policy| row::listed_policy(policy, true)),
            kind,
        );
    }
}

#[tokio::test]
async fn policies_are_narrowed_by_status_and_by_the_beginning_of_the_name() {
    let (world, seed) = (World::start().await, seed().await);
    for status in ["ACTIVE", "INACTIVE"] {
        let mut expected = seed.policies("OKTA_SIGN_ON");
        expected.retain(|policy| text(policy, "status") == status);
        assert!(!expected.is_empty());
        let found = world
            .client
            .ok(
                "list_policies",
                json!({"type": "OKTA_SIGN_ON", "status": status}),
            )
            .await;
        assert_complete(
            &found,
            &rows(&expected, |policy| row::listed_policy(policy, false)),
            status,
        );
    }
    for q in ["ENGINEERING", "default", "no such policy"] {
        let mut expected = seed.policies("PASSWORD");
        expected.retain(|policy| begins(policy, "name", q));
        let found = world
            .client
            .ok(
                "list_policies",
                json!({"type": "PASSWORD", "q": q, "limit": 200}),
            )
            .await;
        assert_complete(
            &found,
            &rows(&expected, |policy| row::listed_policy(policy, false)),
            q,
        );
    }
}

#[tokio::test]
async fn a_policy_of_every_type_is_read_with_its_rules() {
    let (world, seed) = (World::start().await, seed().await);
    let mut rules_seen = 0;
    for policy in TYPES.into_iter().flat_map(|kind| seed.policies(kind)) {
        let rules = seed.rules(policy);
        assert!(!rules.is_empty(), "{policy}");
        rules_seen += rules.len();
        let concise = world
            .client
            .ok("get_policy", json!({"policy_id": policy["id"]}))
            .await;
        assert_eq!(concise, row::policy(policy, &rules, false));
        let full = world
            .client
            .ok(
                "get_policy",
                json!({"policy_id": policy["id"], "detail": "full"}),
            )
            .await;
        assert_eq!(full, row::policy(policy, &rules, true));
    }
    assert!(rules_seen > 20, "{rules_seen}");
}

#[tokio::test]
async fn a_password_policy_tells_whom_it_binds_how_long_a_password_is_and_how_it_is_recovered() {
    let (world, seed) = (World::start().await, seed().await);
    let policies = seed.policies("PASSWORD");
    let policy = policies
        .iter()
        .find(|policy| text(policy, "name") == "Engineering passwords")
        .unwrap();
    let found = world
        .client
        .ok("get_policy", json!({"policy_id": policy["id"]}))
        .await;
    assert_eq!(
        found["conditions"]["people"]["groups"]["include"],
        json!([seed.group("Engineering")["id"]])
    );
    assert_eq!(found["settings"]["password"]["complexity"]["minLength"], 12);
    assert_eq!(
        found["settings"]["recovery"]["factors"]["okta_email"]["status"],
        "ACTIVE"
    );
    assert_eq!(
        found["rules"][0]["actions"]["passwordChange"]["access"],
        "ALLOW"
    );
}

#[tokio::test]
async fn a_policy_that_does_not_exist_leads_to_list_policies() {
    let world = World::start().await;
    for id in [nobody("00p"), nobody("rst")] {
        let text = world
            .client
            .error("get_policy", json!({"policy_id": id}))
            .await;
        assert!(
            text.starts_with(&format!("No policy \"{id}\". Call list_policies ")),
            "{text}"
        );
    }
}
