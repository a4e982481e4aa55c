//! A service app: whose token, for what, and how often it is asked for.

use std::time::Duration;

use capability::answer::Failure;
use futures::future::join_all;
use gateway::ScopeCeiling;

use crate::world::{BOTH, EC_JWK, RSA, RSA_JWK, SERVICE, World, app, ask, needs, service_with};

#[tokio::test]
async fn keys_of_both_kinds_get_a_token_and_a_page() {
    for (key, jwk) in [(RSA, RSA_JWK), (RSA_JWK, RSA_JWK), (EC_JWK, EC_JWK)] {
        let world = World::new(app(jwk, &BOTH)).await;
        // A PEM has no `kid`: the app's only key is meant.
        let gateway = world.gateway(service_with(key));
        let page = ask(&gateway, &world.get(&["users"], "users"))
            .await
            .unwrap();
        assert_eq!(page.rows, 2);
    }
}

#[tokio::test]
async fn each_plugin_s_token_has_its_own_scopes_so_that_okta_refuses_what_the_host_would_let_slip()
{
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    let gateway = world.service();
    ask(&gateway, &world.get(&["users"], "users"))
        .await
        .unwrap();
    ask(&gateway, &world.get(&["groups"], "groups"))
        .await
        .unwrap();
    // A proof that this plugin's token does not cover, which the registry never makes.
    let slipped = world.get(&["users"], "groups");
    match ask(&gateway, &slipped).await {
        Err(Failure::Forbidden(refusal)) => {
            assert_eq!(
                (refusal.status, refusal.code.as_str()),
                (403, "insufficient_scope")
            );
            assert!(
                refusal.summary.contains("okta.groups.read"),
                "{}",
                refusal.summary
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_request_for_a_token() {
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    let gateway = world.service();
    let gets: Vec<_> = (1..=20)
        .map(|rows| world.get_rows(&["users"], "users", rows))
        .collect();
    let pages = join_all(gets.iter().map(|get| ask(&gateway, get))).await;
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    // One without a nonce and one with it.
    assert_eq!(world.counts(), (2, 20));
    // The same scopes of another plugin are the same token.
    ask(&gateway, &world.get(&["users"], "users"))
        .await
        .unwrap();
    assert_eq!(world.counts(), (2, 21));
}

#[tokio::test]
async fn their_failure_is_shared_too() {
    let world = World::new(app(EC_JWK, &BOTH)).await;
    let gateway = world.service();
    let get = world.get(&["users"], "users");
    let pages = join_all((0..20).map(|_| ask(&gateway, &get))).await;
    assert!(pages.iter().all(Result::is_err));
    assert_eq!(world.counts(), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_kept_until_a_minute_before_it_ends() {
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    let gateway = world.service();
    let get = world.get(&["users"], "users");
    ask(&gateway, &get).await.unwrap();
    assert_eq!(world.counts().0, 2);
    tokio::time::advance(Duration::from_secs(3_500)).await;
    ask(&gateway, &get).await.unwrap();
    assert_eq!(world.counts().0, 2);
    tokio::time::advance(Duration::from_secs(45)).await;
    ask(&gateway, &get).await.unwrap();
    // The nonce is known by now.
    assert_eq!(world.counts().0, 3);
}

#[tokio::test]
async fn a_token_that_okta_has_ended_is_replaced_within_the_call() {
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    let gateway = world.service();
    let get = world.get(&["users"], "users");
    ask(&gateway, &get).await.unwrap();
    world.handle.revoke_access_tokens();
    ask(&gateway, &get).await.unwrap();
    assert_eq!(world.counts(), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_the_app_does_not_hold_is_named() {
    let world = World::new(app(RSA_JWK, &["okta.users.read"])).await;
    let gateway = world.service();
    let get = world.get(&["users", "groups"], "users");
    let text = needs(&gateway, &get).await;
    assert_eq!(
        text,
        format!(
            "the app {SERVICE} does not hold okta.groups.read; grant it in the Okta admin console (Applications > \
             the app > Okta API Scopes), or disable the plugin"
        )
    );
    // An assistant that tries again does not use up the org's rate limit.
    let asked = world.counts().0;
    assert_eq!(needs(&gateway, &get).await, text);
    assert_eq!(world.counts().0, asked);
    tokio::time::advance(Duration::from_secs(21)).await;
    assert_eq!(needs(&gateway, &get).await, text);
    assert!(
        world.counts().0 > asked,
        "whoever has granted it does not wait long"
    );
    // The other plugins are not concerned, and nothing was asked of the API for this one.
    assert_eq!(world.counts().1, 0);
    ask(&gateway, &world.get(&["users"], "users"))
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_is_asked_for_beyond_the_operator_s_ceiling() {
    let world = World::new(app(RSA_JWK, &BOTH)).await;
    let ceiling = ScopeCeiling::parse("okta.users.read").unwrap();
    let gateway = world.gateway(service_with(RSA).within(ceiling));
    ask(&gateway, &world.get(&["users"], "users"))
        .await
        .unwrap();
    let before = world.counts();
    let text = needs(&gateway, &world.get(&["groups"], "groups")).await;
    assert!(
        text.starts_with("OKTA_SCOPES (or okta.auth.scopes) does not have okta.groups.read,"),
        "{text}"
    );
    assert_eq!(world.counts(), before, "nothing was sent");
}

#[tokio::test]
async fn a_key_or_a_client_that_okta_does_not_know_is_told_with_the_setting() {
    let world = World::new(app(EC_JWK, &BOTH)).await;
    let text = needs(&world.service(), &world.get(&["users"], "users")).await;
    assert!(
        text.starts_with(&format!(
            "Okta refused the app {SERVICE} with key id none (401 invalid_client): "
        )),
        "{text}"
    );
    assert!(
        text.contains("OKTA_PRIVATE_KEY") && text.contains("OKTA_KEY_ID"),
        "{text}"
    );

    let nobody = gateway::Credential::service_app(
        "0oaNobody",
        gateway::Source::Given(RSA.into()),
        Some("my-key".to_owned()),
    )
    .unwrap();
    let text = needs(&world.gateway(nobody), &world.get(&["users"], "users")).await;
    assert!(
        text.contains("0oaNobody with key id my-key") && text.contains("OKTA_CLIENT_ID"),
        "{text}"
    );
    assert_eq!(world.counts().1, 0);
}
