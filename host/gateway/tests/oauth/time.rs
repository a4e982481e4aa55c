//! A clock that is wrong.

use crate::world::{BOTH, RSA_JWK, World, app, ask, needs};

#[tokio::test]
async fn a_clock_that_is_minutes_off_is_made_up_for() {
    for ahead in [-290, -60, 60, 290] {
        let world = World::new(app(RSA_JWK, &BOTH).requiring_dpop()).await;
        world.clock.advance(ahead);
        let gateway = world.service();
        ask(&gateway, &world.get(&["users"], "users"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_moves_while_a_token_is_in_use_is_noticed() {
    let world = World::new(app(RSA_JWK, &BOTH).requiring_dpop()).await;
    let gateway = world.service();
    let get = world.get(&["users"], "users");
    ask(&gateway, &get).await.unwrap();
    // Proofs come from Okta's future now.
    world.clock.advance(-100);
    ask(&gateway, &get).await.unwrap();
    assert_eq!(world.counts().1, 3);
}

#[tokio::test]
async fn a_clock_that_is_further_off_is_to_be_set() {
    for (ahead, side) in [(-1_000, "ahead of"), (4_000, "behind")] {
        let world = World::new(app(RSA_JWK, &BOTH)).await;
        world.clock.advance(ahead);
        let text = needs(&world.service(), &world.get(&["users"], "users")).await;
        assert!(text.starts_with("this machine's clock is "), "{text}");
        assert!(text.contains(&format!(" s {side} Okta's")), "{text}");
        assert!(
            text.ends_with("set the clock, such as with `timedatectl set-ntp true`"),
            "{text}"
        );
        assert_eq!(world.counts().1, 0);
    }
}
