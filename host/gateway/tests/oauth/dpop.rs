//! Tokens that are bound to a key of this process.

use simulator::Options;

use crate::world::{BOTH, RSA, RSA_JWK, World, app, ask, needs, service_with};

#[tokio::test]
async fn an_app_that_requires_dpop_is_asked_with_proofs_and_nonces() {
    let world = World::new(app(RSA_JWK, &BOTH).requiring_dpop()).await;
    let gateway = world.service();
    for _ in 0..3 {
        // The org takes each proof once: this shows that they differ.
        ask(&gateway, &world.get(&["users"], "users"))
            .await
            .unwrap();
    }
    assert_eq!(world.counts(), (2, 3));
}

#[tokio::test]
async fn a_nonce_that_the_api_asks_for_is_given_within_the_call_and_remembered() {
    let world = World::with(Options {
        apps: vec![app(RSA_JWK, &BOTH).requiring_dpop()],
        resource_nonce: true,
        ..Options::default()
    })
    .await;
    let gateway = world.service();
    let get = world.get(&["users"], "users");
    ask(&gateway, &get).await.unwrap();
    assert_eq!(world.counts(), (2, 2));
    ask(&gateway, &get).await.unwrap();
    assert_eq!(world.counts(), (2, 3));
}

#[tokio::test]
async fn without_proofs_an_app_that_requires_them_is_told_with_the_setting() {
    let world = World::new(app(RSA_JWK, &BOTH).requiring_dpop()).await;
    let gateway = world.gateway(service_with(RSA).without_dpop());
    let text = needs(&gateway, &world.get(&["users"], "users")).await;
    assert!(text.ends_with("set okta.auth.dpop to true"), "{text}");
}

#[tokio::test]
async fn without_proofs_a_bearer_token_is_used() {
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    let gateway = world.gateway(service_with(RSA).without_dpop());
    ask(&gateway, &world.get(&["users"], "users"))
        .await
        .unwrap();
    assert_eq!(world.counts(), (1, 1));
}
