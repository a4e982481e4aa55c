//! `list_users` and `get_user`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::client::LONGEST;
use crate::support::oracle::{begins, seed};
use crate::support::{World, rows as row, text};
use crate::{assert_complete, assert_first_page, assert_rows, items, nobody, rows};

const ENGINEER: &str = "mara.okonkwo@northwind.example.com";

#[tokio::test]
async fn users_are_listed_twenty_at_a_time_without_the_deactivated() {
    let (world, seed) = (World::start().await, seed().await);
    let expected = rows(&seed.listed_users(), |user| row::user(user, false));
    assert!(
        expected.len() < seed.users().len(),
        "somebody must be deactivated"
    );
    assert_first_page(
        &world.client.ok("list_users", json!({})).await,
        &expected,
        "list_users",
    );
    let five = world.client.ok("list_users", json!({"limit": 5})).await;
    assert_rows(items(&five), &expected[..5], "limit 5");
    assert_rows(
        &world.client.pages("list_users", json!({}), 200).await,
        &expected,
        "all pages",
    );
}

#[tokio::test]
async fn users_of_one_status_are_found_by_small_pages_whatever_the_status() {
    let (world, seed) = (World::start().await, seed().await);
    let statuses: BTreeSet<_> = seed
        .users()
        .into_iter()
        .map(|user| text(user, "status"))
        .collect();
    assert_eq!(statuses.len(), 8, "the data know every status");
    for status in statuses {
        let expected = seed.users_who(|user| text(user, "status") == status);
        let limit = expected.len() / 3 + 1;
        if limit <= 200 {
            let found = world
                .client
                .pages("list_users", json!({"status": status}), limit)
                .await;
            assert_rows(
                &found,
                &rows(&expected, |user| row::user(user, false)),
                status,
            );
        }
    }
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_a_name_or_email() {
    let (world, seed) = (World::start().await, seed().await);
    for q in [
        "MARA",
        "okon",
        "kof",
        "zoë",
        "美咲",
        "nobody begins like this",
    ] {
        let mut expected = seed.users_who(|user| {
            text(user, "status") != "DEPROVISIONED"
                && ["profile.firstName", "profile.lastName", "profile.email"]
                    .iter()
                    .any(|path| begins(user, path, q))
        });
        expected.truncate(20);
        let found = world.client.ok("list_users", json!({"q": q})).await;
        assert_complete(&found, &rows(&expected, |user| row::user(user, false)), q);
    }
}

#[tokio::test]
async fn full_detail_adds_dates_and_every_attribute_of_the_profile() {
    let (world, seed) = (World::start().await, seed().await);
    let expected = rows(&seed.listed_users(), |user| row::user(user, true));
    let found = world
        .client
        .pages("list_users", json!({"detail": "full"}), 200)
        .await;
    assert_rows(&found, &expected, "list_users");
    let mara = &row::user(seed.user(ENGINEER), true);
    assert!(
        mara["profile"]["badgeColour"].is_string(),
        "the org's own attribute is among them"
    );
}

#[tokio::test]
async fn a_user_is_read_by_id_and_by_login_in_every_status() {
    let (world, seed) = (World::start().await, seed().await);
    let mut statuses = BTreeSet::new();
    for user in seed.users() {
        if !statuses.insert(text(user, "status")) {
            continue;
        }
        for name in [text(user, "id"), text(user, "profile.login")] {
            let concise = world.client.ok("get_user", json!({"user": name})).await;
            assert_eq!(concise, row::user(user, false), "{name}");
            let full = world
                .client
                .ok("get_user", json!({"user": name, "detail": "full"}))
                .await;
            assert_eq!(full, row::user(user, true), "{name}");
        }
    }
    assert_eq!(statuses.len(), 8);
}

#[tokio::test]
async fn a_login_that_okta_cannot_look_up_is_answered_by_id_and_refused_by_name() {
    let (world, seed) = (World::start().await, seed().await);
    let login = "warehouse/robot-7@northwind.example.com";
    let robot = seed.user(login);
    assert_eq!(
        world
            .client
            .ok("get_user", json!({"user": robot["id"]}))
            .await,
        row::user(robot, false)
    );
    for name in [login, "alex.kim", "me"] {
        let text = world.client.error("get_user", json!({"user": name})).await;
        assert!(
            text.contains("a user's id (15 to 36 letters and digits) or login"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_user_who_does_not_exist_is_named_with_the_tool_that_finds_people() {
    let world = World::start().await;
    for name in ["nobody@northwind.example.com", &nobody("00u")] {
        let text = world.client.error("get_user", json!({"user": name})).await;
        assert!(
            text.starts_with(&format!("No user \"{name}\". Call search_users ")),
            "{text}"
        );
        assert!(text.contains("E0000007"), "Okta's own words follow: {text}");
    }
}

#[tokio::test]
async fn conditions_that_okta_cannot_combine_are_refused_with_the_way_out() {
    let world = World::start().await;
    let both = world
        .client
        .error("list_users", json!({"q": "ma", "status": "ACTIVE"}))
        .await;
    assert!(
        both.contains("use search_users with name and status"),
        "{both}"
    );
    let first = world.client.ok("list_users", json!({})).await;
    let paged = world
        .client
        .error(
            "list_users",
            json!({"q": "ma", "cursor": first["next_cursor"]}),
        )
        .await;
    assert!(paged.contains("use search_users with name"), "{paged}");
}

#[tokio::test]
async fn a_cursor_is_only_good_with_the_arguments_that_it_came_from() {
    let world = World::start().await;
    let first = world
        .client
        .ok("list_users", json!({"status": "ACTIVE"}))
        .await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world
        .client
        .ok("list_users", json!({"status": "ACTIVE", "cursor": cursor}))
        .await;
    assert_ne!(items(&first), items(&second));
    for arguments in [
        json!({"cursor": cursor}),
        json!({"cursor": cursor, "status": "SUSPENDED"}),
        json!({"cursor": "v1.made-up"}),
    ] {
        let text = world.client.error("list_users", arguments).await;
        assert!(
            text.contains("the cursor does not belong to this query"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_concise_row_of_an_ordinary_user_is_short() {
    let (world, seed) = (World::start().await, seed().await);
    let rows = world.client.pages("list_users", json!({}), 200).await;
    let ordinary: Vec<_> = rows
        .iter()
        .filter(|row| {
            text(row, "login").len() <= 60
                && text(row, "name").len() <= 40
                && text(row, "department").len() <= 30
        })
        .collect();
    assert!(
        ordinary.len() * 10 > seed.listed_users().len() * 9,
        "only {} are ordinary",
        ordinary.len()
    );
    for row in ordinary {
        assert!(
            row.to_string().len() <= 220,
            "{} bytes: {row}",
            row.to_string().len()
        );
    }
}

#[tokio::test]
async fn two_hundred_users_in_full_detail_come_in_answers_that_a_client_shows_whole() {
    let (world, seed) = (World::start().await, seed().await);
    let expected = rows(&seed.listed_users(), |user| row::user(user, true));
    let (mut found, mut cursor, mut answers) = (Vec::new(), None, 0);
    while found.len() < 200 {
        let mut arguments = json!({"limit": 200, "detail": "full"});
        if let Some(cursor) = cursor {
            arguments["cursor"] = cursor;
        }
        let mut page = world.client.ok("list_users", arguments).await;
        let length = page.to_string().chars().count();
        assert!(
            (20_000..=LONGEST).contains(&length) || found.len() + items(&page).len() == 200,
            "{length} characters"
        );
        found.extend(items(&page).to_vec());
        answers += 1;
        if found.len() < 200 {
            assert!(page["hint"].as_str().unwrap().contains("detail=concise"));
        }
        cursor = Some(page["next_cursor"].take());
    }
    assert_rows(&found, &expected[..200], "list_users");
    assert!(answers > 2, "{answers}");
}
