//! `list_groups`, `get_group_members` and `get_user_groups`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::oracle::{begins, between, contains, has_hidden_characters, is, seed};
use crate::support::{World, rows as row, text};
use crate::{assert_complete, assert_first_page, assert_rows, items, nobody, rows};

const MANY_GROUPS: &str = "noor.haddad@northwind.example.com";

#[tokio::test]
async fn groups_are_listed_by_name_and_page_through_to_the_end() {
    let (world, seed) = (World::start().await, seed().await);
    let expected = rows(&seed.groups(), |group| row::group(group, false));
    assert_first_page(
        &world.client.ok("list_groups", json!({})).await,
        &expected,
        "list_groups",
    );
    let two = world.client.ok("list_groups", json!({"limit": 2})).await;
    assert_rows(items(&two), &expected[..2], "limit 2");
    assert_rows(
        &world.client.pages("list_groups", json!({}), 17).await,
        &expected,
        "pages of 17",
    );
    let full = world
        .client
        .pages("list_groups", json!({"detail": "full"}), 200)
        .await;
    assert_rows(
        &full,
        &rows(&seed.groups(), |group| row::group(group, true)),
        "full",
    );
    assert!(
        full.iter()
            .any(|group| group["source_app_id"].is_string() && group["dn"].is_string())
    );
}

#[tokio::test]
async fn groups_are_found_by_part_of_the_name_by_type_and_by_a_written_search() {
    let (world, seed) = (World::start().await, seed().await);
    type Condition<'a> = &'a dyn Fn(&Value) -> bool;
    let cases: [(Value, Condition<'_>); 7] = [
        (json!({"name": "SITE"}), &|group| {
            contains(group, "profile.name", "site")
        }),
        (json!({"name": "überr"}), &|group| {
            contains(group, "profile.name", "ÜBERR")
        }),
        (json!({"name": "開発"}), &|group| {
            contains(group, "profile.name", "開発")
        }),
        (json!({"type": "BUILT_IN"}), &|group| {
            is(group, "type", "BUILT_IN")
        }),
        (json!({"type": "APP_GROUP", "name": "welders"}), &|group| {
            is(group, "type", "APP_GROUP") && contains(group, "profile.name", "welders")
        }),
        (
            json!({"search": "lastMembershipUpdated gt \"2026-01-31T00:00:00.000Z\" and type eq \"OKTA_GROUP\""}),
            &|group| {
                between(
                    group,
                    "lastMembershipUpdated",
                    "2026-01-31T00:00:00.000Z",
                    "9",
                ) && is(group, "type", "OKTA_GROUP")
            },
        ),
        (
            json!({"type": "OKTA_GROUP", "search": "profile.description co \"robots\" or profile.name sw \"On-\""}),
            &|group| {
                is(group, "type", "OKTA_GROUP")
                    && (contains(group, "profile.description", "robots")
                        || begins(group, "profile.name", "On-"))
            },
        ),
    ];
    for (arguments, condition) in cases {
        let mut expected = seed.groups();
        expected.retain(|group| condition(group));
        assert!(!expected.is_empty(), "{arguments}");
        let found = world
            .client
            .pages("list_groups", arguments.clone(), 6)
            .await;
        assert_rows(
            &found,
            &rows(&expected, |group| row::group(group, false)),
            &arguments.to_string(),
        );
    }
    let none = world
        .client
        .ok("list_groups", json!({"name": "no such group"}))
        .await;
    assert_complete(&none, &[], "no such group");
}

#[tokio::test]
async fn a_group_with_a_hostile_name_is_found_by_it() {
    let (world, seed) = (World::start().await, seed().await);
    let (mut found, mut refused) = (0, 0);
    for group in seed.groups() {
        let name: String = text(group, "profile.name").chars().take(100).collect();
        if name
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, ' ' | '-'))
        {
            continue;
        }
        if has_hidden_characters(&name) {
            let text = world
                .client
                .error("list_groups", json!({"name": name}))
                .await;
            assert!(
                text.contains("query.search of /api/v1/groups must be an Okta expression"),
                "{text}"
            );
            refused += 1;
        } else {
            let mut expected = seed.groups();
            expected.retain(|group| contains(group, "profile.name", &name));
            let answer = world.client.ok("list_groups", json!({"name": name})).await;
            assert_complete(
                &answer,
                &rows(&expected, |group| row::group(group, false)),
                &name,
            );
            found += 1;
        }
    }
    assert!(
        found >= 3 && refused >= 1,
        "{found} found, {refused} refused"
    );
}

#[tokio::test]
async fn the_members_of_a_group_are_listed_by_id() {
    let (world, seed) = (World::start().await, seed().await);
    let group = seed.group("Engineering");
    let members = seed.members(group);
    let (concise, full) = (
        rows(&members, |user| row::member(user, false)),
        rows(&members, |user| row::member(user, true)),
    );
    let of = |more: Value| {
        let mut arguments = more;
        arguments["group_id"] = group["id"].clone();
        arguments
    };
    assert_first_page(
        &world.client.ok("get_group_members", of(json!({}))).await,
        &concise,
        "Engineering",
    );
    let three = world
        .client
        .ok("get_group_members", of(json!({"limit": 3})))
        .await;
    assert_rows(items(&three), &concise[..3], "limit 3");
    assert_rows(
        &world
            .client
            .pages("get_group_members", of(json!({})), 30)
            .await,
        &concise,
        "pages of 30",
    );
    assert_rows(
        &world
            .client
            .pages("get_group_members", of(json!({"detail": "full"})), 200)
            .await,
        &full,
        "full",
    );
}

#[tokio::test]
async fn everyone_is_everyone_and_an_empty_group_says_so() {
    let (world, seed) = (World::start().await, seed().await);
    let everyone = seed.group("Everyone");
    let found = world
        .client
        .pages(
            "get_group_members",
            json!({"group_id": everyone["id"]}),
            200,
        )
        .await;
    assert_rows(
        &found,
        &rows(&seed.listed_users(), |user| row::member(user, false)),
        "Everyone",
    );
    let empty = world
        .client
        .ok(
            "get_group_members",
            json!({"group_id": seed.group("Empty Quarter")["id"]}),
        )
        .await;
    assert_complete(&empty, &[], "Empty Quarter");
    assert_eq!(empty["hint"], "The group has no members.");
}

#[tokio::test]
async fn a_group_that_does_not_exist_or_is_given_by_name_leads_to_list_groups() {
    let world = World::start().await;
    let id = nobody("00g");
    let text = world
        .client
        .error("get_group_members", json!({"group_id": id}))
        .await;
    assert!(
        text.starts_with(&format!("No group \"{id}\". Call list_groups ")),
        "{text}"
    );
    for name in ["Engineering ", "rules", "../users/00u1nobodyNobody5d7"] {
        let text = world
            .client
            .error("get_group_members", json!({"group_id": name}))
            .await;
        assert!(
            text.contains("path.groupId of /api/v1/groups/{groupId}/users must be an Okta id"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_groups_of_a_user_are_the_same_by_id_and_by_login() {
    let (world, seed) = (World::start().await, seed().await);
    let user = seed.user(MANY_GROUPS);
    let groups = seed.groups_of(user);
    assert!(groups.len() > 80);
    let concise = rows(&groups, |group| row::group(group, false));
    for name in [text(user, "id"), MANY_GROUPS] {
        assert_first_page(
            &world
                .client
                .ok("get_user_groups", json!({"user": name}))
                .await,
            &concise,
            name,
        );
        assert_rows(
            &world
                .client
                .pages("get_user_groups", json!({"user": name}), 25)
                .await,
            &concise,
            name,
        );
        let full = world
            .client
            .pages(
                "get_user_groups",
                json!({"user": name, "detail": "full"}),
                200,
            )
            .await;
        assert_rows(&full, &rows(&groups, |group| row::group(group, true)), name);
    }
}

#[tokio::test]
async fn members_and_groups_tell_the_same_story() {
    let (world, seed) = (World::start().await, seed().await);
    let user = seed.user("mara.okonkwo@northwind.example.com");
    let groups = world
        .client
        .pages("get_user_groups", json!({"user": user["id"]}), 200)
        .await;
    let mut counted = BTreeSet::new();
    for group in groups {
        let members = world
            .client
            .pages("get_group_members", json!({"group_id": group["id"]}), 200)
            .await;
        assert!(
            members.iter().any(|member| member["id"] == user["id"]),
            "{group}"
        );
        counted.insert(members.len());
    }
    assert!(counted.len() > 2, "groups of several sizes");
}

#[tokio::test]
async fn a_user_in_no_group_and_a_user_who_does_not_exist_are_told_apart() {
    let (world, seed) = (World::start().await, seed().await);
    let gone = seed.user("lena.sato@northwind.example.com");
    let none = world
        .client
        .ok("get_user_groups", json!({"user": gone["id"]}))
        .await;
    assert_complete(&none, &[], "a deactivated user");
    for name in ["nobody@northwind.example.com", &nobody("00u")] {
        let text = world
            .client
            .error("get_user_groups", json!({"user": name}))
            .await;
        assert!(
            text.starts_with(&format!("No user \"{name}\". Call search_users ")),
            "{text}"
        );
    }
}
