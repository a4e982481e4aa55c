//! Keys, assertions, tokens and proofs are sent, and shown to nobody.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may stop where they stand, as the tests themselves may"
)]

#[path = "support/capture.rs"]
mod capture;
#[allow(dead_code, reason = "each test binary uses its own part of this")]
#[path = "oauth/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::time::Duration;

use capture::Capture;
use gateway::Credential;
use simulator::OAuthApp;
use world::{BOTH, EC_JWK, NATIVE, RSA, RSA_JWK, World, app, ask, needs};

/// Keys, tokens and codes of the grants are all longer than this, and nothing that may be told is:
/// request ids have 32 characters, client ids 20.
const LONGEST_WORD: usize = 33;

#[tokio::test(start_paused = true)]
async fn no_secret_of_oauth_is_in_any_error_or_log_line_at_trace() {
    let capture = Capture::start();
    let mut shown = String::new();

    let world = World::new(app(RSA_JWK, &BOTH).requiring_dpop()).await;
    let gateway = world.service();
    let get = world.get(&["users"], "users");
    let page = ask(&gateway, &get).await.unwrap();
    shown += &format!("{gateway:?} {get:?} {:?}", page.request_id);
    world.handle.revoke_access_tokens();
    shown += &format!("{:?}", ask(&gateway, &get).await.map(|page| page.rows));
    shown += &format!(
        "{:?}",
        ask(&gateway, &world.get(&["users"], "groups"))
            .await
            .map(|page| page.rows)
    );

    let refusing = World::new(app(EC_JWK, &BOTH)).await;
    shown += &needs(&refusing.service(), &refusing.get(&["users"], "users")).await;

    let native = OAuthApp::native(NATIVE).granted(BOTH);
    let signing = World::new(native).await;
    let person = signing.gateway(Credential::person(NATIVE).unwrap());
    person.will_ask_for(&BTreeSet::from(BOTH));
    let get = signing.get(&["users"], "users");
    let told = needs(&person, &get).await;
    let page = told
        .split(' ')
        .find(|word| word.starts_with("http://"))
        .unwrap();
    signing.open(page).await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    ask(&person, &get).await.unwrap();

    let logged = capture.text();
    assert!(logged.contains("/oauth2/v1/token"), "{logged}");
    assert!(logged.contains("starting new connection"), "{logged}");
    let user_code = page.rsplit_once('=').unwrap().1;
    assert!(
        !logged.contains(user_code),
        "the code is for the person alone"
    );
    for text in [&shown, &logged] {
        for line in RSA.lines().filter(|line| !line.starts_with("---")) {
            assert!(!text.contains(line.get(..24).unwrap_or(line)), "{text}");
        }
        let part = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
        if let Some(word) = text.split(part).find(|word| word.len() > LONGEST_WORD) {
            panic!("{word} looks like a secret, in: {text}");
        }
    }
}
