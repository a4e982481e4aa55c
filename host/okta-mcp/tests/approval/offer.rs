//! `--tools`, `--toolsets` and `plugins.<name>.tools`: what is not offered is not reachable either.

use serde_json::json;

use crate::site::Site;
use crate::support::Home;
use crate::support::client::Client;

#[tokio::test]
async fn a_flag_offers_these_tools_and_no_scope_of_the_others() {
    let home = Home::new();
    let listed = home
        .run(["tools", "--tools", "get_application,get_user"])
        .await;
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(
        listed.stdout.contains("OAuth scopes: okta.apps.read."),
        "{}",
        listed.stdout
    );
    assert!(
        listed.stdout.contains("OAuth scopes: okta.users.read."),
        "{}",
        listed.stdout
    );
    for gone in [
        "list_applications",
        "groups",
        "/api/v1/apps/{appId}/users",
        "okta.policies.read",
    ] {
        assert!(!listed.stdout.contains(gone), "{gone}: {}", listed.stdout);
    }
}

#[tokio::test]
async fn toolsets_are_plugins_and_both_flags_hold() {
    let home = Home::new();
    let client = Client::start(home.command(["serve", "--toolsets", "groups,policies"])).await;
    assert_eq!(
        client.names(),
        [
            "get_group_members",
            "get_policy",
            "get_user_groups",
            "list_groups",
            "list_policies"
        ]
    );
    let client = Client::start(home.command([
        "serve",
        "--toolsets",
        "groups,policies",
        "--tools",
        "list_groups",
    ]))
    .await;
    assert_eq!(client.names(), ["list_groups"]);
}

#[tokio::test]
async fn a_flag_gives_nothing_that_the_settings_take_away() {
    let site = Site::new();
    site.settings(
        json!({"plugins": {"probe": {"enabled": false}, "users": {"tools": ["get_user"]}}}),
    );
    let listed = site.run(&["tools", "--tools", "get_user"]).await;
    assert_eq!(listed.code, Some(0), "{}{}", listed.stdout, listed.stderr);
    let told = site.refused(&["tools", "--tools", "list_users"]).await;
    assert!(
        told.contains("--tools names `list_users`, which no plugin that is loaded offers"),
        "{told}"
    );
}

#[tokio::test]
async fn a_name_that_is_nobody_s_is_an_error_with_a_suggestion() {
    let home = Home::new();
    for (flag, name, told) in [
        (
            "--tools",
            "get_usr",
            "--tools names `get_usr`, which no plugin that is loaded offers; did you mean `get_user`?",
        ),
        (
            "--toolsets",
            "user",
            "--toolsets names `user`, which is no plugin here; there are users, groups, apps, factors, policies",
        ),
    ] {
        for command in ["tools", "serve"] {
            let ended = home.run([command, flag, name]).await;
            assert_eq!(ended.code, Some(2), "{}", ended.stdout);
            assert_eq!(ended.stderr.trim_end(), format!("okta-mcp: {told}"));
        }
    }
}
