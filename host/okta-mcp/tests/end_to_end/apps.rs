//! `list_applications`, `get_application` and `get_application_users`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::oracle::{begins, seed};
use crate::support::{SECRET, World, rows as row, text};
use crate::{assert_complete, assert_first_page, assert_rows, items, nobody, rows};

const PORTAL: &str = "Northwind Portal";

#[tokio::test]
async fn applications_are_listed_by_id_and_page_through_to_the_end() {
    let (world, seed) = (World::start().await, seed().await);
    let expected = rows(&seed.apps(), |app| row::listed_app(app, false));
    assert_first_page(
        &world.client.ok("list_applications", json!({})).await,
        &expected,
        "list_applications",
    );
    let two = world
        .client
        .ok("list_applications", json!({"limit": 2}))
        .await;
    assert_rows(items(&two), &expected[..2], "limit 2");
    assert_rows(
        &world.client.pages("list_applications", json!({}), 7).await,
        &expected,
        "pages of 7",
    );
    let full = world
        .client
        .pages("list_applications", json!({"detail": "full"}), 200)
        .await;
    assert_rows(
        &full,
        &rows(&seed.apps(), |app| row::listed_app(app, true)),
        "full",
    );
}

#[tokio::test]
async fn applications_are_found_by_status_and_by_the_beginning_of_a_name() {
    let (world, seed) = (World::start().await, seed().await);
    let listed = async |arguments: Value, condition: &dyn Fn(&Value) -> bool| {
        let mut expected = seed.apps();
        expected.retain(|app| condition(app));
        assert!(!expected.is_empty(), "{arguments}");
        let found = world
            .client
            .pages("list_applications", arguments.clone(), 10)
            .await;
        assert_rows(
            &found,
            &rows(&expected, |app| row::listed_app(app, false)),
            &arguments.to_string(),
        );
    };
    let named = |app: &Value, q: &str| begins(app, "label", q) || begins(app, "name", q);
    listed(json!({"status": "ACTIVE"}), &|app| {
        text(app, "status") == "ACTIVE"
    })
    .await;
    listed(json!({"status": "INACTIVE"}), &|app| {
        text(app, "status") == "INACTIVE"
    })
    .await;
    listed(json!({"q": "NORTHWIND p"}), &|app| {
        named(app, "northwind p")
    })
    .await;
    listed(json!({"q": "oidc"}), &|app| named(app, "oidc")).await;
    listed(json!({"q": "oidc", "status": "ACTIVE"}), &|app| {
        named(app, "oidc") && text(app, "status") == "ACTIVE"
    })
    .await;
    let none = world
        .client
        .ok("list_applications", json!({"q": "no such application"}))
        .await;
    assert_complete(&none, &[], "no such application");
}

#[tokio::test]
async fn the_applications_of_a_user_or_a_group_are_those_assigned() {
    let (world, seed) = (World::start().await, seed().await);
    let user = seed.user("mara.okonkwo@northwind.example.com");
    let mut expected = seed.apps();
    expected.retain(|app| {
        seed.app_users(app)
            .iter()
            .any(|assigned| assigned["id"] == user["id"])
    });
    assert!(expected.len() > 1);
    for name in [text(user, "id"), text(user, "profile.login")] {
        let found = world
            .client
            .pages("list_applications", json!({"user": name}), 3)
            .await;
        assert_rows(
            &found,
            &rows(&expected, |app| row::listed_app(app, false)),
            name,
        );
    }
    let group = seed.group("Everyone");
    let mut expected = seed.apps();
    expected.retain(|app| {
        seed.app_groups(app)
            .iter()
            .any(|assigned| assigned["id"] == group["id"])
    });
    assert!(!expected.is_empty());
    let found = world
        .client
        .ok(
            "list_applications",
            json!({"group_id": group["id"], "limit": 200}),
        )
        .await;
    assert_complete(
        &found,
        &rows(&expected, |app| row::listed_app(app, false)),
        "Everyone",
    );
    let unknown = world
        .client
        .error(
            "list_applications",
            json!({"user": "nobody@northwind.example.com"}),
        )
        .await;
    assert!(
        unknown.starts_with("No user \"nobody@northwind.example.com\". Call search_users "),
        "{unknown}"
    );
}

#[tokio::test]
async fn only_one_of_status_user_and_group_can_be_asked_for() {
    let world = World::start().await;
    let text = world
        .client
        .error(
            "list_applications",
            json!({"status": "ACTIVE", "user": nobody("00u")}),
        )
        .await;
    assert!(
        text.contains("only one of status, user and group_id"),
        "{text}"
    );
}

#[tokio::test]
async fn every_application_is_read_as_its_manifest_declares() {
    let (world, seed) = (World::start().await, seed().await);
    let mut modes = BTreeSet::new();
    for app in seed.apps() {
        let concise = world
            .client
            .ok("get_application", json!({"app_id": app["id"]}))
            .await;
        assert_eq!(concise, row::app(app, false));
        let full = world
            .client
            .ok(
                "get_application",
                json!({"app_id": app["id"], "detail": "full"}),
            )
            .await;
        assert_eq!(full, row::app(app, true));
        modes.insert(text(app, "signOnMode"));
    }
    assert!(modes.len() >= 8, "{modes:?}");
}

#[tokio::test]
async fn secrets_inside_applications_stay_there() {
    let (world, seed) = (World::start().await, seed().await);
    for (label, place) in [
        ("Parcel Tracker", "settings"),
        ("Invoice Robot", "credentials"),
    ] {
        let app = seed.app(label);
        assert!(
            app[place].to_string().contains(SECRET),
            "{label} has a secret to tell"
        );
        let full = world
            .client
            .ok(
                "get_application",
                json!({"app_id": app["id"], "detail": "full"}),
            )
            .await;
        assert!(!full.to_string().contains(SECRET), "{label}");
    }
    let robot = world
        .client
        .ok(
            "get_application",
            json!({"app_id": seed.app("Invoice Robot")["id"], "detail": "full"}),
        )
        .await;
    assert!(
        robot["oauth_client"]["client_id"].is_string()
            && robot["oauth_client"].get("client_secret").is_none(),
        "{robot}"
    );
}

#[tokio::test]
async fn an_application_that_does_not_exist_leads_to_list_applications() {
    let world = World::start().await;
    let id = nobody("0oa");
    for tool in ["get_application", "get_application_users"] {
        let text = world.client.error(tool, json!({"app_id": id})).await;
        assert!(
            text.starts_with(&format!("No application \"{id}\". Call list_applications ")),
            "{text}"
        );
        let text = world
            .client
            .error(tool, json!({"app_id": "Northwind Portal"}))
            .await;
        assert!(text.contains("must be an Okta id"), "{text}");
    }
}

#[tokio::test]
async fn the_users_of_an_application_are_listed_with_the_way_they_got_it() {
    let (world, seed) = (World::start().await, seed().await);
    let app = seed.app(PORTAL);
    let users = seed.app_users(app);
    let scopes: BTreeSet<_> = users.iter().map(|user| text(user, "scope")).collect();
    assert_eq!(scopes, BTreeSet::from(["GROUP", "USER"]));
    let concise = rows(&users, |user| row::app_user(user, false));
    let first = world
        .client
        .ok("get_application_users", json!({"app_id": app["id"]}))
        .await;
    assert_first_page(&first, &concise, PORTAL);
    let all = world
        .client
        .pages("get_application_users", json!({"app_id": app["id"]}), 200)
        .await;
    assert_rows(&all, &concise, PORTAL);
    let full = world
        .client
        .ok(
            "get_application_users",
            json!({"app_id": app["id"], "limit": 50, "detail": "full"}),
        )
        .await;
    assert_rows(
        items(&full),
        &rows(&users[..50], |user| row::app_user(user, true)),
        "full",
    );
}

#[tokio::test]
async fn the_users_of_an_application_are_found_by_the_beginning_of_their_login() {
    let (world, seed) = (World::start().await, seed().await);
    let app = seed.app(PORTAL);
    let mut expected = seed.app_users(app);
    expected.retain(|assigned| {
        let user = seed.user_by_id(text(assigned, "id"));
        begins(user, "profile.login", "mara") || begins(user, "profile.email", "mara")
    });
    assert!(!expected.is_empty());
    let found = world
        .client
        .ok(
            "get_application_users",
            json!({"app_id": app["id"], "q": "MARA"}),
        )
        .await;
    assert_complete(
        &found,
        &rows(&expected, |user| row::app_user(user, false)),
        "MARA",
    );
}

#[tokio::test]
async fn an_application_without_users_says_so() {
    let (world, seed) = (World::start().await, seed().await);
    let app = seed
        .apps()
        .into_iter()
        .find(|app| seed.app_users(app).is_empty())
        .unwrap();
    let found = world
        .client
        .ok("get_application_users", json!({"app_id": app["id"]}))
        .await;
    assert_complete(&found, &[], text(app, "label"));
}
