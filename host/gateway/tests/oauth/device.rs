//! A person signs in.

use std::collections::BTreeSet;
use std::time::Duration;

use gateway::{Credential, Gateway};
use simulator::OAuthApp;

use crate::world::{BOTH, NATIVE, World, ask, needs};

async fn world(scopes: &[&str]) -> (World, Gateway) {
    let app = OAuthApp::native(NATIVE).granted(scopes.iter().copied());
    let world = World::new(app).await;
    let gateway = world.gateway(Credential::person(NATIVE).unwrap());
    gateway.will_ask_for(&BTreeSet::from(BOTH));
    (world, gateway)
}

/// The page that a text sends its reader to.
fn page(text: &str) -> &str {
    text.split(' ')
        .find(|word| word.starts_with("http://"))
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_before_the_sign_in_gets_the_page_and_the_code_at_once() {
    let (world, gateway) = world(&BOTH).await;
    let get = world.get(&["users"], "users");
    let text = needs(&gateway, &get).await;
    let code = page(&text).rsplit_once('=').unwrap().1;
    assert_eq!(
        text,
        format!(
            "sign in to Okta first: open {}/activate?user_code={code} in a browser, check that it shows the code \
             {code}, and sign in within 10 minutes; then call the tool again",
            world.handle.url()
        )
    );
    assert_eq!(
        needs(&gateway, &get).await,
        text,
        "one code for one sign-in"
    );
    assert_eq!(world.counts().1, 0);

    assert!(world.open(page(&text)).await.contains("Device activated"));
    tokio::time::sleep(Duration::from_secs(70)).await;
    ask(&gateway, &get).await.unwrap();
    // The other plugin needs no second sign-in, and has a token of its own.
    ask(&gateway, &world.get(&["groups"], "groups"))
        .await
        .unwrap();
    ask(&gateway, &world.get(&["users"], "groups"))
        .await
        .unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn the_session_is_renewed_without_the_person() {
    let (world, gateway) = world(&BOTH).await;
    let get = world.get(&["users"], "users");
    let text = needs(&gateway, &get).await;
    world.open(page(&text)).await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    for _ in 0..3 {
        ask(&gateway, &get).await.unwrap();
        tokio::time::advance(Duration::from_secs(3_600)).await;
        world.handle.revoke_access_tokens();
    }
    ask(&gateway, &get).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn polls_keep_the_interval_and_slow_down_when_they_are_told_to() {
    let (world, gateway) = world(&BOTH).await;
    let get = world.get(&["users"], "users");
    let text = needs(&gateway, &get).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(world.counts().0, 0);
    // The org's clock stands still beside the paused one here, so each poll after the first comes too soon
    // for it, and each answer adds five seconds: 5, 10, 15 … up to a minute.
    tokio::time::sleep(Duration::from_secs(596)).await;
    let polls = world.counts().0;
    assert!((10..=18).contains(&polls), "{polls}");
    // The code is over; the next call gets another.
    tokio::time::sleep(Duration::from_secs(70)).await;
    let next = needs(&gateway, &get).await;
    assert_ne!(page(&next), page(&text));
}

#[tokio::test(start_paused = true)]
async fn a_decline_is_told_once_and_then_there_is_a_new_code() {
    let (world, gateway) = world(&BOTH).await;
    let get = world.get(&["users"], "users");
    let text = needs(&gateway, &get).await;
    world.open(&format!("{}&deny=true", page(&text))).await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    let told = needs(&gateway, &get).await;
    assert!(
        told.starts_with("the sign-in at Okta was declined"),
        "{told}"
    );
    assert!(
        needs(&gateway, &get)
            .await
            .starts_with("sign in to Okta first: ")
    );
}

#[tokio::test]
async fn an_app_without_the_scopes_is_told_before_anybody_signs_in() {
    let (world, gateway) = world(&["okta.users.read"]).await;
    let text = needs(&gateway, &world.get(&["users"], "users")).await;
    assert!(
        text.contains("consent_required") && text.contains("okta.groups.read okta.users.read"),
        "{text}"
    );
}
