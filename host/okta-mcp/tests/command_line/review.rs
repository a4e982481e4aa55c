//! `review`, `diff` and `scopes`, as somebody types them who decides what may run.

use serde_json::{Value, json};

use crate::support::{Home, probe};
use crate::{assert_one_line, run};

#[tokio::test]
async fn a_review_covers_all_that_would_load() {
    let ended = run(&["review", "--format", "json"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let review: Value = serde_json::from_str(&ended.stdout).unwrap();
    let names: Vec<&str> = review["plugins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|plugin| plugin["facts"]["plugin"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["users", "groups", "apps", "factors", "policies"]);
    assert_eq!(
        review["scopes"],
        serde_json::json!([
            "okta.apps.read",
            "okta.groups.read",
            "okta.policies.read",
            "okta.users.read"
        ])
    );
}

#[tokio::test]
async fn a_review_shows_what_the_operator_took_away() {
    let home = Home::new();
    home.write(
        "config.json",
        r#"{"plugins": {"users": {
            "tools": ["get_user"], "hide": ["profile.mobilePhone", "profile.primaryPhone"],
            "limits": {"requests": 2}
        }}}"#,
    );
    let ended = home
        .run([
            "review",
            "users",
            "--format",
            "json",
            "--config",
            "config.json",
        ])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let review: Value = serde_json::from_str(&ended.stdout).unwrap();
    let facts = &review["plugins"][0]["facts"];
    assert_eq!(facts["tools"].as_array().unwrap().len(), 1);
    assert_eq!(facts["disabledTools"].as_array().unwrap().len(), 2);
    assert_eq!(facts["limits"]["requests"]["value"], 2);
    assert_eq!(facts["limits"]["requests"]["setBy"], "operator");
    let says = facts["tools"][0]["says"][0].as_str().unwrap();
    assert!(says.contains("cannot see phone numbers"), "{says}");
}

#[tokio::test]
async fn a_package_file_is_reviewed_without_being_loaded() {
    let file = probe().display().to_string();
    let ended = run(&["review", &file]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for part in [
        "probe 0.1.0",
        "GET /api/v1/users",
        &file,
        "okta.groups.read",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
}

#[tokio::test]
async fn what_cannot_be_reviewed_is_named_with_what_can() {
    assert_one_line(
        &run(&["review", "grups"]).await,
        2,
        "there is no plugin and no file `grups`; the plugins are users, groups, apps, factors, policies",
    );
    let home = Home::new();
    home.write("broken.wasm", "no component");
    assert_one_line(
        &home.run(["review", "broken.wasm"]).await,
        2,
        "broken.wasm: this is not a WebAssembly component",
    );
}

#[tokio::test]
async fn a_plugin_that_cannot_be_loaded_is_in_the_review_and_in_the_exit_code() {
    let home = Home::new();
    // Nobody has approved it.
    let settings = json!({"plugins": {"probe": {"package": probe()}}});
    home.write("config.json", &settings.to_string());
    let ended = home.run(["review", "--config", "config.json"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stdout.contains("probe: left out:"),
        "{}",
        ended.stdout
    );
}

#[tokio::test]
async fn a_report_goes_whole_into_the_file_that_is_named() {
    let home = Home::new();
    let old = home.write("review.html", "an older report");
    let ended = home
        .run(["review", "factors", "--format", "html", "-o", "review.html"])
        .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (Some(0), "", "")
    );
    let page = std::fs::read_to_string(&old).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert_eq!(
        std::fs::read_dir(home.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
    assert_one_line(
        &home.run(["review", "-o", "nowhere/review.txt"]).await,
        2,
        "cannot write nowhere/review.txt",
    );
}

#[tokio::test]
async fn a_comparison_tells_by_its_exit_code_whether_a_plugin_can_do_more() {
    let same = run(&["diff", "users", "users"]).await;
    assert_eq!((same.code, same.stderr.as_str()), (Some(0), ""));
    assert!(same.stdout.contains("nothing changed"), "{}", same.stdout);

    let file = probe().display().to_string();
    let wider = run(&["diff", "factors", &file, "--format", "json"]).await;
    assert_eq!((wider.code, wider.stderr.as_str()), (Some(3), ""));
    let diff: Value = serde_json::from_str(&wider.stdout).unwrap();
    assert_eq!(diff["widens"], true);
    let ids: Vec<&str> = diff["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&"scope-added:okta.groups.read")
            && ids.contains(&"endpoint-added:raw_get:/api/v1/users"),
        "{ids:?}"
    );

    assert_one_line(
        &run(&["diff", "users", "absent.wasm"]).await,
        2,
        "there is no plugin and no file `absent.wasm`",
    );
}

#[tokio::test]
async fn the_scopes_are_a_list_to_paste_and_no_longer_than_the_tools_need() {
    let all = run(&["scopes"]).await;
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        all.stdout,
        "okta.apps.read\nokta.groups.read\nokta.policies.read\nokta.users.read\n"
    );
    let some = run(&["scopes", "--tools", "get_user,list_groups"]).await;
    assert_eq!(some.stdout, "okta.groups.read\nokta.users.read\n");
    assert_one_line(
        &run(&["scopes", "--tools", "get_usr"]).await,
        2,
        "--tools names `get_usr`, which no plugin that is loaded offers; did you mean `get_user`?",
    );
}

#[tokio::test]
async fn the_published_schemas_are_printed() {
    for command in ["review", "diff"] {
        let ended = run(&[command, "--schema"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let schema: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(schema["$schema"].is_string(), "{schema}");
    }
}
