//! `search_users`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::oracle::{
    Oracle, begins, between, contains, has_hidden_characters, is, seed, sort_users,
};
use crate::support::{World, at, rows as row, text};
use crate::{assert_complete, assert_first_page, assert_rows, items, rows};

/// Searches, reads all pages, and compares them with the users that meet `condition`.
pub async fn finds(
    world: &World,
    seed: &Oracle,
    arguments: Value,
    condition: impl Fn(&Value) -> bool,
) -> usize {
    let expected = rows(&seed.users_who(condition), |user| row::user(user, false));
    let found = world
        .client
        .pages("search_users", arguments.clone(), 200)
        .await;
    assert_rows(&found, &expected, &arguments.to_string());
    expected.len()
}

#[tokio::test]
async fn each_condition_narrows_the_search_and_all_must_hold() {
    let (world, seed) = (World::start().await, seed().await);
    let either = |user: &Value, part: &str| {
        contains(user, "profile.firstName", part) || contains(user, "profile.lastName", part)
    };
    type Condition<'a> = &'a dyn Fn(&Value) -> bool;
    let cases: [(Value, Condition<'_>); 15] = [
        (json!({"name": "  ferr  ANA "}), &|user| {
            either(user, "ferr") && either(user, "ana")
        }),
        (json!({"first_name": "ar"}), &|user| {
            contains(user, "profile.firstName", "ar")
        }),
        (json!({"last_name": "sen", "first_name": "a"}), &|user| {
            contains(user, "profile.lastName", "sen") && contains(user, "profile.firstName", "a")
        }),
        (json!({"last_name": "o'connell"}), &|user| {
            contains(user, "profile.lastName", "O'Connell")
        }),
        (json!({"email": "LABS.northwind"}), &|user| {
            contains(user, "profile.email", "labs.northwind")
        }),
        (json!({"login": "alex.kim@"}), &|user| {
            contains(user, "profile.login", "alex.kim@")
        }),
        (json!({"department": "eng", "status": "ACTIVE"}), &|user| {
            begins(user, "profile.department", "eng") && is(user, "status", "ACTIVE")
        }),
        (
            json!({"title": "robotics lead", "department": "Engineering"}),
            &|user| {
                begins(user, "profile.title", "robotics lead")
                    && begins(user, "profile.department", "Engineering")
            },
        ),
        (json!({"status": "DEPROVISIONED"}), &|user| {
            is(user, "status", "DEPROVISIONED")
        }),
        (
            json!({"created_after": "2024-01-01", "created_before": "2024-06-30T12:30:00Z"}),
            &|user| {
                between(
                    user,
                    "created",
                    "2024-01-01T00:00:00.000Z",
                    "2024-06-30T12:30:00.000Z",
                )
            },
        ),
        (
            json!({"created_before": "2023-03-01T01:00:00+02:00"}),
            &|user| between(user, "created", "0", "2023-02-28T23:00:00.000Z"),
        ),
        (
            json!({"last_updated_after": "2026-05-20", "status": "SUSPENDED"}),
            &|user| {
                between(user, "lastUpdated", "2026-05-20T00:00:00.000Z", "9")
                    && is(user, "status", "SUSPENDED")
            },
        ),
        (
            json!({"last_updated_before": "2025-01-01T00:00Z", "department": "Sales"}),
            &|user| {
                between(user, "lastUpdated", "0", "2025-01-01T00:00:00.000Z")
                    && begins(user, "profile.department", "Sales")
            },
        ),
        (
            json!({"search": "profile.city eq \"Oslo\" and (profile.userType eq \"Contractor\" or profile.manager pr)"}),
            &|user| {
                is(user, "profile.city", "Oslo")
                    && (is(user, "profile.userType", "Contractor")
                        || at(user, "profile.manager").is_some())
            },
        ),
        (
            json!({"status": "ACTIVE", "search": "profile.skills eq \"Welding\" or profile.deskNumber lt 20"}),
            &|user| {
                let skilled = at(user, "profile.skills").is_some_and(|skills| {
                    skills
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|skill| skill.as_str().unwrap().eq_ignore_ascii_case("welding"))
                });
                let near =
                    at(user, "profile.deskNumber").is_some_and(|desk| desk.as_i64().unwrap() < 20);
                is(user, "status", "ACTIVE") && (skilled || near)
            },
        ),
    ];
    let mut found = Vec::new();
    for (arguments, condition) in cases {
        found.push((
            finds(&world, seed, arguments.clone(), condition).await,
            arguments,
        ));
    }
    let empty: Vec<_> = found.iter().filter(|(count, _)| *count == 0).collect();
    assert!(
        empty.len() <= 1,
        "these say little, since nobody meets them: {empty:?}"
    );
}

#[tokio::test]
async fn a_search_has_pages_and_knows_the_deactivated() {
    let (world, seed) = (World::start().await, seed().await);
    let expected = seed.users_who(|user| begins(user, "profile.department", "Sales"));
    assert!(
        expected
            .iter()
            .any(|user| is(user, "status", "DEPROVISIONED"))
    );
    let concise = rows(&expected, |user| row::user(user, false));
    assert_first_page(
        &world
            .client
            .ok("search_users", json!({"department": "Sales"}))
            .await,
        &concise,
        "Sales",
    );
    assert_rows(
        &world
            .client
            .pages("search_users", json!({"department": "Sales"}), 13)
            .await,
        &concise,
        "pages of 13",
    );
    let full = world
        .client
        .pages(
            "search_users",
            json!({"department": "Sales", "detail": "full"}),
            200,
        )
        .await;
    assert_rows(
        &full,
        &rows(&expected, |user| row::user(user, true)),
        "full",
    );
}

#[tokio::test]
async fn results_can_be_sorted_by_every_key_in_both_directions() {
    let (world, seed) = (World::start().await, seed().await);
    let keys = [
        ("last_name", "profile.lastName"),
        ("login", "profile.login"),
        ("email", "profile.email"),
        ("department", "profile.department"),
        ("title", "profile.title"),
        ("status", "status"),
        ("created", "created"),
        ("last_updated", "lastUpdated"),
    ];
    for (key, path) in keys {
        for (order, descending) in [(None, false), (Some("asc"), false), (Some("desc"), true)] {
            let mut expected = seed.users_who(|user| is(user, "profile.city", "Oslo"));
            sort_users(&mut expected, path, descending);
            let mut arguments = json!({"search": "profile.city eq \"Oslo\"", "sort_by": key});
            if let Some(order) = order {
                arguments["sort_order"] = json!(order);
            }
            let found = world.client.pages("search_users", arguments, 40).await;
            assert_rows(
                &found,
                &rows(&expected, |user| row::user(user, false)),
                &format!("{key} {order:?}"),
            );
        }
    }
}

#[tokio::test]
async fn names_in_any_script_are_found_in_any_letter_case() {
    let (world, seed) = (World::start().await, seed().await);
    let names: BTreeSet<String> = seed
        .users()
        .into_iter()
        .map(|user| text(user, "profile.lastName"))
        .filter(|name| {
            !name.is_ascii() && !has_hidden_characters(name) && name.chars().count() <= 100
        })
        .map(str::to_owned)
        .collect();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let count = finds(
            &world,
            seed,
            json!({"last_name": name.to_lowercase()}),
            |user| contains(user, "profile.lastName", &name),
        )
        .await;
        assert!(count > 0);
    }
    assert!(
        finds(&world, seed, json!({"name": "美咲"}), |user| contains(
            user,
            "profile.firstName",
            "美咲"
        ))
        .await
            > 0
    );
}

#[tokio::test]
async fn a_written_search_that_is_broken_is_refused_before_or_by_okta() {
    let world = World::start().await;
    for (search, why) in [
        (
            "id pr) or (id pr",
            "Argument search: a bracket closes that was not opened",
        ),
        (
            "status eq \"ACTIVE",
            "Argument search: a quote does not close",
        ),
        ("(id pr", "Argument search: a bracket does not close"),
        ("   ", "Argument search: it is empty"),
        ("profile.title co \"a\"", "Okta does not accept the search."),
        ("status ne \"ACTIVE\"", "Okta does not accept the search."),
        (
            "profile.shoeSize eq \"44\"",
            "Okta does not accept the search.",
        ),
    ] {
        let text = world
            .client
            .error("search_users", json!({"search": search}))
            .await;
        assert!(text.starts_with(why), "{search}: {text}");
    }
}

#[tokio::test]
async fn a_search_without_a_condition_points_to_the_plain_list() {
    let world = World::start().await;
    let text = world
        .client
        .error("search_users", json!({"limit": 5}))
        .await;
    assert!(
        text.starts_with("Give at least one condition") && text.contains("list_users"),
        "{text}"
    );
    let none = world
        .client
        .ok("search_users", json!({"name": "nobody has this name"}))
        .await;
    assert_complete(&none, &[], "nobody");
}

#[tokio::test]
async fn a_date_that_is_not_certain_is_refused_with_the_form_that_is() {
    let world = World::start().await;
    for date in [
        "yesterday",
        "31.01.2026",
        "2026-02-30",
        "2026-01-31T08:30:00",
        "2026-01-31\" or id pr",
    ] {
        let text = world
            .client
            .error("search_users", json!({"created_after": date}))
            .await;
        assert!(
            text.contains("created_after") && text.contains("2026-01-31T08:30:00Z"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_last_sign_in_is_searched_page_by_page_until_everybody_was_looked_at() {
    let (world, seed) = (World::start().await, seed().await);
    let (after, before) = ("2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z");
    let march = |user: &Value| between(user, "lastLogin", after, before);
    let range = json!({"last_login_after": after, "last_login_before": before});
    assert!(finds(&world, seed, range.clone(), march).await > 20);
    let found = world.client.pages("search_users", range, 7).await;
    assert_rows(
        &found,
        &rows(&seed.users_who(march), |user| row::user(user, false)),
        "pages of 7",
    );
    let never_or_long_ago = |user: &Value| {
        is(user, "status", "ACTIVE")
            && (at(user, "lastLogin").is_none()
                || text(user, "lastLogin") < "2024-01-01T00:00:00.000Z")
    };
    assert!(
        seed.users_who(|user| never_or_long_ago(user) && at(user, "lastLogin").is_none())
            .len()
            > 3
    );
    finds(
        &world,
        seed,
        json!({"status": "ACTIVE", "last_login_before": "2024-01-01"}),
        never_or_long_ago,
    )
    .await;
    let none = world
        .client
        .ok("search_users", json!({"last_login_after": "2031-01-01"}))
        .await;
    assert!(
        items(&none).is_empty() && none.get("next_cursor").is_none(),
        "{none}"
    );
}
