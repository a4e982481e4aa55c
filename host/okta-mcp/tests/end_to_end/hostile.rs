//! Texts that were written to mislead, in arguments and in the data.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::assert_complete;
use crate::search::finds;
use crate::support::oracle::{
    Oracle, begins, contains, has_hidden_characters, is_unseen, passed_on, seed,
};
use crate::support::{World, text};

/// Texts that were written to mislead, as they stand in the org's data.
fn hostile<'a>(seed: &'a Oracle, path: &str) -> BTreeSet<&'a str> {
    let ordinary = |text: &str| {
        text.chars().all(|character| {
            character.is_alphanumeric() || matches!(character, ' ' | '-' | '\'' | '&')
        })
    };
    seed.users()
        .into_iter()
        .map(|user| text(user, path))
        .filter(|text| !ordinary(text) || text.len() > 60)
        .collect()
}

#[tokio::test]
async fn a_hostile_text_finds_whoever_has_it_and_nobody_else() {
    let (world, seed) = (World::start().await, seed().await);
    type Meets = fn(&Value, &str, &str) -> bool;
    let attributes: [(&str, &str, Meets); 4] = [
        ("first_name", "profile.firstName", contains),
        ("last_name", "profile.lastName", contains),
        ("department", "profile.department", begins),
        ("title", "profile.title", begins),
    ];
    let (mut searched, mut refused, mut quoted) = (0, 0, 0);
    for (argument, path, meets) in attributes {
        for text in hostile(seed, path) {
            let part: String = text.chars().take(100).collect();
            if has_hidden_characters(&part) {
                let text = world
                    .client
                    .error("search_users", json!({argument: part}))
                    .await;
                assert!(
                    text.contains("query.search of /api/v1/users must be an Okta expression"),
                    "{text}"
                );
                assert!(
                    !has_hidden_characters(&text),
                    "an error is fit to be read: {text:?}"
                );
                refused += 1;
            } else {
                let count = finds(&world, seed, json!({argument: part}), |user| {
                    meets(user, path, &part)
                })
                .await;
                assert!(count > 0, "{part}");
                searched += 1;
                quoted += usize::from(part.contains('"') && part.contains('\\'));
            }
        }
    }
    assert!(
        searched >= 15 && refused >= 6 && quoted >= 1,
        "{searched} searched, {refused} refused, {quoted} quoted"
    );
}

#[tokio::test]
async fn hostile_texts_reach_the_client_with_their_letters_and_nothing_unseen() {
    let (world, seed) = (World::start().await, seed().await);
    let mut told = 0;
    for user in
        seed.users_who(|user| hostile(seed, "profile.title").contains(text(user, "profile.title")))
    {
        let found = world
            .client
            .ok("get_user", json!({"user": user["id"], "detail": "full"}))
            .await;
        assert_eq!(
            found["profile"]["title"],
            passed_on(&user["profile"]["title"])
        );
        assert!(!found.to_string().chars().any(is_unseen), "{found}");
        told += 1;
    }
    assert!(told >= 5, "{told}");
}

#[tokio::test]
async fn a_value_cannot_become_a_condition() {
    let (world, _) = (World::start().await, seed().await);
    for value in [
        "x\" or id pr or profile.title sw \"",
        "\\\" or id pr or \"",
        "\\",
        "\"",
        "*",
        "%",
        "x\") or (id pr",
    ] {
        for argument in [
            "first_name",
            "last_name",
            "email",
            "login",
            "department",
            "title",
        ] {
            let found = world
                .client
                .ok(
                    "search_users",
                    json!({argument: value, "status": "RECOVERY"}),
                )
                .await;
            assert_complete(&found, &[], value);
        }
    }
}
