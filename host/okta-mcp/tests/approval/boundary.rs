//! The organisation's outer line: nothing outside is approved or loaded, built in or not.

use serde_json::json;

use crate::site::Site;

#[tokio::test]
async fn a_package_outside_the_boundary_is_neither_approved_nor_loaded() {
    let site = Site::new();
    site.approve(&[]).await;
    site.home.write(
        "boundary.toml",
        "boundary = 1\n\nnever-endpoints = [\n  \"/api/v1/logs\",\n  \"/api/v1/groups/**\",\n]\n",
    );
    site.settings(json!({"boundary": "boundary.toml", "plugins": {
        "groups": {"enabled": false}, "apps": {"enabled": false},
    }}));
    let line = "boundary.toml: line 5 (never-endpoints \"/api/v1/groups/**\") is crossed: it declares GET /api/v1/groups/{groupId}; leave other_get out with plugins.probe.tools";
    assert_eq!(site.left_out().await, format!("it is outside {line}"));
    let told = site.refused(&["approve", "probe.wasm", "--by", "me"]).await;
    assert!(told.ends_with(line), "{told}");
    // Without the tools that cross the line it is inside, and less than was approved.
    site.settings(json!({"boundary": "boundary.toml", "plugins": {
        "groups": {"enabled": false}, "apps": {"enabled": false}, "probe": {"tools": ["raw_get", "echo"]},
    }}));
    site.loads().await;
}

#[tokio::test]
async fn the_built_in_plugins_are_held_to_it_as_well() {
    let site = Site::new();
    site.settings(json!({"boundary": "boundary.toml", "plugins": {"probe": {"enabled": false}}}));
    let told = async |text: &str| {
        site.home.write("boundary.toml", text);
        site.run(&["tools"]).await
    };
    let listed = told("boundary = 1\nnever-fields = [\"profile.ssn\"]\n").await;
    assert_eq!(listed.code, Some(2), "{}", listed.stdout);
    assert!(
        listed.stdout.contains("users: left out: it is outside boundary.toml: line 2 (never-fields \"profile.ssn\") is crossed: it may read `profile.*` from GET /api/v1/users"),
        "{}",
        listed.stdout
    );
    assert!(listed.stdout.contains("list_groups"), "{}", listed.stdout);
    site.settings(json!({"boundary": "boundary.toml", "plugins": {
        "probe": {"enabled": false}, "users": {"hide": ["profile.ssn"]},
    }}));
    let listed = told("boundary = 1\nnever-fields = [\"profile.ssn\"]\n").await;
    assert_eq!(listed.code, Some(0), "{}", listed.stdout);
    let listed =
        told("boundary = 1\nonly-scopes = [\"okta.users.read\", \"okta.groups.read\"]\n").await;
    for (plugin, scope) in [
        ("apps", "okta.apps.read"),
        ("policies", "okta.policies.read"),
    ] {
        assert!(
            listed.stdout.lines().any(|line| line.starts_with(&format!(
                "{plugin}: left out: it is outside boundary.toml: line 2 (only-scopes) is crossed: "
            )) && line.contains(scope)),
            "{}",
            listed.stdout
        );
    }
}

#[tokio::test]
async fn a_boundary_that_is_none_stops_everything() {
    let site = Site::new();
    site.settings(json!({"boundary": "boundary.toml"}));
    for (text, problem) in [
        (
            "boundary = 2\n",
            "boundary.toml: line 1: this host reads boundary = 1",
        ),
        (
            "boundary = 1\nnever = []\n",
            "boundary.toml: line 2: unknown field `never`",
        ),
        (
            "boundary = 1\nnever-endpoints = [\"/api/v1/log\"]\n",
            "did you mean `/api/v1/logs`?",
        ),
    ] {
        site.home.write("boundary.toml", text);
        for command in [
            &["tools"][..],
            &["serve"],
            &["approve", "probe.wasm", "--by", "me"],
        ] {
            let told = site.refused(command).await;
            assert!(told.contains(problem), "{told}");
        }
    }
}
