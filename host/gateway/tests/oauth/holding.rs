//! What an app holds: found out at the token endpoint, with tokens that are used for nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use gateway::{Credential, Gateway, Holding, Holds, ScopeCeiling, Unauthorized};
use simulator::FaultSwitch;
use tokio::time::Instant;

use crate::world::{BOTH, EC_JWK, NATIVE, RSA, RSA_JWK, SERVICE, World, app, service_with};

const OTHERS: [&str; 3] = ["okta.apps.read", "okta.logs.read", "okta.roles.read"];

fn set(scopes: &[&'static str]) -> BTreeSet<&'static str> {
    scopes.iter().copied().collect()
}

async fn holds(gateway: &Gateway) -> Result<Holds, Unauthorized> {
    let deadline = Instant::now() + Duration::from_secs(30);
    gateway.holds(&set(&BOTH), &set(&OTHERS), deadline).await
}

async fn holding(gateway: &Gateway) -> Holding {
    match holds(gateway).await {
        Ok(Holds::App(holding)) => holding,
        other => panic!("expected an app, got {other:?}"),
    }
}

#[tokio::test]
async fn what_is_missing_and_what_is_surplus_is_found_without_a_request_to_the_api() {
    let world = World::new(app(RSA_JWK, &["okta.users.read", "okta.logs.read"])).await;
    let found = holding(&world.service()).await;
    assert_eq!(
        found,
        Holding {
            client_id: SERVICE.to_owned(),
            held: set(&["okta.users.read", "okta.logs.read"]),
            lacking: set(&["okta.groups.read", "okta.apps.read", "okta.roles.read"]),
            beyond: set(&[]),
            unasked: None,
        }
    );
    let (tokens, gets) = world.counts();
    // A nonce, both together, each of both, each of the three others.
    assert_eq!((tokens, gets), (7, 0));
}

#[tokio::test]
async fn a_scope_to_manage_shows_as_its_scope_to_read() {
    let world = World::new(app(
        RSA_JWK,
        &["okta.users.manage", "okta.groups.read", "okta.apps.manage"],
    ))
    .await;
    let found = holding(&world.service()).await;
    assert_eq!(
        found.held,
        set(&["okta.users.read", "okta.groups.read", "okta.apps.read"])
    );
}

#[tokio::test]
async fn nothing_beyond_the_operator_s_ceiling_is_asked_for() {
    let world = World::new(app(RSA_JWK, &["okta.users.read", "okta.logs.read"])).await;
    let ceiling = ScopeCeiling::parse("okta.users.read okta.apps.read").unwrap();
    let gateway = world.gateway(service_with(RSA).within(ceiling));
    let found = holding(&gateway).await;
    assert_eq!(found.held, set(&["okta.users.read"]));
    assert_eq!(found.lacking, set(&["okta.apps.read"]));
    assert_eq!(
        found.beyond,
        set(&["okta.groups.read", "okta.logs.read", "okta.roles.read"])
    );
    assert_eq!(world.counts().0, 3);
}

#[tokio::test]
async fn what_was_found_before_okta_stopped_answering_is_kept() {
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    // The nonce, what is needed, the first of the others; then the limit is reached.
    world.handle.switch_on(
        "status=429@4-/oauth2/v1/token"
            .parse::<FaultSwitch>()
            .unwrap(),
    );
    let found = holding(&world.service()).await;
    assert_eq!(found.held, set(&BOTH));
    assert_eq!(found.lacking, set(&["okta.apps.read"]));
    let (left, why) = found.unasked.unwrap();
    assert_eq!(left, set(&["okta.logs.read", "okta.roles.read"]));
    assert!(!why.is_empty() && !why.contains('\n'), "{why}");
}

#[tokio::test]
async fn an_app_that_okta_does_not_know_is_told_as_ever() {
    let world = World::new(app(EC_JWK, &BOTH)).await;
    match holds(&world.service()).await {
        Err(Unauthorized::Needs(text)) => {
            assert!(
                text.starts_with(&format!("Okta refused the app {SERVICE}")),
                "{text}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.counts(), (1, 0));
}

#[tokio::test]
async fn nothing_is_sent_with_an_api_token_or_where_a_person_signs_in() {
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    let token = Credential::api_token("00token".into()).unwrap();
    assert_eq!(holds(&world.gateway(token)).await, Ok(Holds::ApiToken));
    let person = Credential::person(NATIVE).unwrap();
    assert_eq!(holds(&world.gateway(person)).await, Ok(Holds::Person));
    assert_eq!(world.handle.requests().len(), 0);
}
