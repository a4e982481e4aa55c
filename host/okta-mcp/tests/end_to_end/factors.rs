//! `list_user_factors` and `get_factor`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::oracle::{Oracle, seed};
use crate::support::{World, rows as row, text};
use crate::{assert_complete, nobody, rows};

const ENGINEER: &str = "mara.okonkwo@northwind.example.com";

/// A user and a factor for each kind of factor in the data.
fn every_kind(seed: &Oracle) -> Vec<(&Value, &Value)> {
    let mut kinds = BTreeMap::new();
    for user in seed.users() {
        for factor in seed.factors(user) {
            kinds
                .entry((text(factor, "factorType"), text(factor, "provider")))
                .or_insert((user, factor));
        }
    }
    kinds.into_values().collect()
}

#[tokio::test]
async fn the_factors_of_a_user_are_the_same_by_id_and_by_login() {
    let (world, seed) = (World::start().await, seed().await);
    let user = seed.user(ENGINEER);
    let factors = seed.factors(user);
    assert_eq!(factors.len(), 4);
    for name in [text(user, "id"), ENGINEER] {
        let concise = world
            .client
            .ok("list_user_factors", json!({"user": name}))
            .await;
        assert_complete(
            &concise,
            &rows(&factors, |factor| row::factor(factor, false)),
            name,
        );
        let full = world
            .client
            .ok("list_user_factors", json!({"user": name, "detail": "full"}))
            .await;
        assert_complete(
            &full,
            &rows(&factors, |factor| row::factor(factor, true)),
            name,
        );
    }
}

#[tokio::test]
async fn a_user_without_factors_has_an_empty_list() {
    let (world, seed) = (World::start().await, seed().await);
    let user = seed
        .users_who(|user| seed.factors(user).is_empty())
        .first()
        .copied()
        .unwrap();
    let none = world
        .client
        .ok("list_user_factors", json!({"user": user["id"]}))
        .await;
    assert_complete(&none, &[], "no factor");
}

#[tokio::test]
async fn every_kind_of_factor_is_read_without_what_identifies_it() {
    let (world, seed) = (World::start().await, seed().await);
    let kinds = every_kind(seed);
    assert!(kinds.len() >= 12, "{} kinds", kinds.len());
    let mut withheld = 0;
    for (user, factor) in kinds {
        let id = &factor["id"];
        for name in [text(user, "id"), text(user, "profile.login")] {
            let concise = world
                .client
                .ok("get_factor", json!({"user": name, "factor_id": id}))
                .await;
            assert_eq!(concise, row::factor(factor, false));
        }
        let full = world
            .client
            .ok(
                "get_factor",
                json!({"user": user["id"], "factor_id": id, "detail": "full"}),
            )
            .await;
        assert_eq!(full, row::factor(factor, true));
        for name in [
            "phoneNumber",
            "email",
            "credentialId",
            "sharedSecret",
            "questionText",
        ] {
            if let Some(value) = factor["profile"].get(name) {
                assert!(
                    !full.to_string().contains(value.as_str().unwrap()),
                    "{name} of {factor}"
                );
                withheld += 1;
            }
        }
    }
    assert!(withheld >= 10, "{withheld}");
}

#[tokio::test]
async fn a_factor_is_only_found_at_its_own_user() {
    let (world, seed) = (World::start().await, seed().await);
    let user = seed.user(ENGINEER);
    let other = seed
        .users_who(|other| other != user && !seed.factors(other).is_empty())
        .first()
        .copied()
        .unwrap();
    let id = text(seed.factors(other).first().unwrap(), "id");
    for id in [id, &nobody("opf")] {
        let text = world
            .client
            .error("get_factor", json!({"user": ENGINEER, "factor_id": id}))
            .await;
        assert!(
            text.starts_with(&format!("No factor \"{id}\". Call list_user_factors ")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn factors_of_a_user_who_does_not_exist_lead_to_search_users() {
    let world = World::start().await;
    for name in ["nobody@northwind.example.com", &nobody("00u")] {
        let text = world
            .client
            .error("list_user_factors", json!({"user": name}))
            .await;
        assert!(
            text.starts_with(&format!("No user \"{name}\". Call search_users ")),
            "{text}"
        );
    }
    let login = "nobody@northwind.example.com";
    let text = world
        .client
        .error(
            "get_factor",
            json!({"user": login, "factor_id": nobody("opf")}),
        )
        .await;
    assert!(
        text.starts_with(&format!("No user \"{login}\". Call search_users ")),
        "{text}"
    );
}
