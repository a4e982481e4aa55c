//! Approvals from end to end: what loads, what does not, what a message says to run, and what is left on disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod boundary;
mod offer;
mod signer;
mod signing;
mod site;
mod snapshot;
#[path = "../support/mod.rs"]
mod support;
mod words;

use serde_json::json;
use site::{Site, compat, patched};
use support::Simulator;
use support::client::Client;

#[tokio::test]
async fn a_package_loads_once_it_is_approved_and_the_message_before_says_how() {
    let site = Site::new();
    let told = site.left_out().await;
    let (reason, command) = told.split_once("; review it, then run `okta-mcp ").unwrap();
    assert_eq!(reason, "it is not approved");
    // The command is run as it stands there.
    let words: Vec<&str> = command.trim_end_matches('`').split(' ').collect();
    let approved = site.home.run(words).await;
    assert_eq!(approved.code, Some(2), "{}", approved.stderr);
    assert!(
        approved.stderr.contains("say who approves, with --by NAME"),
        "this home has no user: {}",
        approved.stderr
    );
    let shown = site.approve(&["--expires", "2099-12-31"]).await.stdout;
    for part in [
        "OAuth scopes: okta.groups.read okta.users.read. Imports: okta:plugin/",
        "Nothing of this name is approved: all of it is new.",
        "Approved: probe 0.1.0 (sha256 ",
        ") until 2099-12-31, in ",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    site.loads().await;
    let listed = site.run(&["lock", "show"]).await.stdout;
    for part in ["serial 1", "probe", "reviewer@example.com", "2099-12-31"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
}

#[tokio::test]
async fn a_package_that_is_swapped_after_its_approval_does_not_load() {
    let site = Site::new();
    site.approve(&[]).await;
    site.place(&patched(
        "Answers what it is given.",
        "Answers what it was given",
    ));
    let told = site.left_out().await;
    assert!(
        told.starts_with("it is not the package that was approved: its sha256 is "),
        "{told}"
    );
    assert!(
        told.contains("; review it, then run `okta-mcp --config "),
        "{told}"
    );
    // With the approved bytes back in place it is the approved package again.
    site.place(&std::fs::read(support::probe()).unwrap());
    site.loads().await;
}

#[tokio::test]
async fn a_package_that_is_swapped_after_it_was_loaded_runs_the_approved_bytes() {
    let site = Site::new();
    site.approve(&[]).await;
    let simulator = Simulator::start(&site.home).await;
    let mut command = site.home.command(["--config", "settings.json", "serve"]);
    simulator.configure(&mut command);
    let client = Client::start(command).await;
    // Listed, and not compiled yet.
    assert!(client.names().contains(&"echo"));
    site.place(b"anything else");
    assert_eq!(
        client.ok("echo", json!({"text": "approved"})).await,
        json!({"text": "approved"})
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_elsewhere_after_the_approval_does_not_load() {
    let site = Site::new();
    std::fs::rename(site.path("probe.wasm"), site.path("good.wasm")).unwrap();
    std::fs::write(site.path("bad.wasm"), compat()).unwrap();
    std::os::unix::fs::symlink("good.wasm", site.path("probe.wasm")).unwrap();
    site.approve(&[]).await;
    site.loads().await;
    std::fs::remove_file(site.path("probe.wasm")).unwrap();
    std::os::unix::fs::symlink("bad.wasm", site.path("probe.wasm")).unwrap();
    assert!(
        site.left_out()
            .await
            .starts_with("it is not the package that was approved"),
        "the bytes count, not the name"
    );
}

#[tokio::test]
async fn an_older_lock_that_is_put_back_is_refused_until_a_person_accepts_it() {
    let site = Site::new();
    site.approve(&[]).await;
    let old = std::fs::read(site.path("plugins.lock")).unwrap();
    let removed = site.run(&["lock", "remove", "probe"]).await;
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert!(site.left_out().await.starts_with("it is not approved"));
    std::fs::write(site.path("plugins.lock"), &old).unwrap();
    let told = site.left_out().await;
    assert!(
        told.contains("plugins.lock has serial 1, but 2 was seen here; an older lock can bring back what was taken back"),
        "{told}"
    );
    assert!(
        told.contains(" lock accept` to go on from this one"),
        "{told}"
    );
    assert_eq!(
        std::fs::read(site.path("plugins.lock")).unwrap(),
        old,
        "it was left as it is"
    );
    let told = site
        .refused(&["approve", "probe.wasm", "--by", "somebody"])
        .await;
    assert!(told.contains("has serial 1, but 2 was seen here"), "{told}");
    let accepted = site.run(&["lock", "accept"]).await;
    assert_eq!(accepted.code, Some(0), "{}", accepted.stderr);
    site.loads().await;
}

#[tokio::test]
async fn a_lock_of_the_same_number_with_other_content_is_refused_too() {
    let site = Site::new();
    site.approve(&[]).await;
    site.tamper(|lock| lock["plugins"]["probe"]["by"] = json!("somebody else"));
    let told = site.left_out().await;
    assert!(
        told.contains("has serial 1, but 1 was seen here with other content"),
        "{told}"
    );
}

#[tokio::test]
async fn a_lock_that_is_removed_is_told_from_one_that_never_was() {
    let site = Site::new();
    site.approve(&[]).await;
    std::fs::remove_file(site.path("plugins.lock")).unwrap();
    assert!(
        site.left_out()
            .await
            .contains("has serial 0, but 1 was seen here")
    );
}

#[tokio::test]
async fn an_approval_that_has_ended_is_refused_and_says_when() {
    let site = Site::new();
    let told = site
        .refused(&[
            "approve",
            "probe.wasm",
            "--by",
            "me",
            "--expires",
            "2020-01-31",
        ])
        .await;
    assert!(
        told.contains("--expires 2020-01-31 is past; today is "),
        "{told}"
    );
    site.approve(&["--expires", "2099-12-31"]).await;
    site.loads().await;
    site.tamper(|lock| lock["plugins"]["probe"]["expires"] = json!("2020-01-31"));
    site.forget();
    let told = site.left_out().await;
    assert!(
        told.starts_with("its approval expired on 2020-01-31; review it, then run `okta-mcp "),
        "{told}"
    );
}

#[tokio::test]
async fn settings_that_give_more_than_was_approved_are_refused() {
    let site = Site::new();
    let narrow = json!({"plugins": {"probe": {
        "tools": ["raw_get", "echo"], "hide": ["profile.login"], "limits": {"requests": 3},
    }}});
    site.settings(narrow.clone());
    site.approve(&[]).await;
    site.loads().await;
    for (change, more) in [
        (
            json!({"tools": ["raw_get", "echo", "spin"]}),
            "the tool `spin`",
        ),
        (
            json!({"hide": []}),
            "the field `profile.login`, which was hidden",
        ),
        (
            json!({"limits": {"requests": 4}}),
            "requests 4 instead of 3",
        ),
    ] {
        let mut settings = narrow.clone();
        for (key, value) in change.as_object().unwrap() {
            settings["plugins"]["probe"][key] = value.clone();
        }
        site.settings(settings);
        let told = site.left_out().await;
        assert!(
            told.starts_with(&format!(
                "its settings give it more than was approved: {more}; take that back, or review it and run `okta-mcp "
            )),
            "{told}"
        );
    }
    // Less than was approved is no question.
    let mut settings = narrow;
    settings["plugins"]["probe"]["limits"]["requests"] = json!(1);
    site.settings(settings);
    site.loads().await;
}

#[tokio::test]
async fn what_is_sensitive_is_approved_by_name_or_not_at_all() {
    let site = Site::new();
    site.place(&compat());
    let told = site.refused(&["approve", "probe.wasm", "--by", "me"]).await;
    assert!(
        told.ends_with(
            "not approved: `world:compat` is sensitive; say so with --yes-sensitive world:compat"
        ),
        "{told}"
    );
    let told = site
        .refused(&[
            "approve",
            "probe.wasm",
            "--by",
            "me",
            "--yes-sensitive",
            "world:wasi",
        ])
        .await;
    assert!(
        told.ends_with("--yes-sensitive world:wasi: it has no such item; it has world:compat"),
        "{told}"
    );
    site.approve(&["--yes-sensitive", "world:compat"]).await;
    site.loads().await;
    assert_eq!(
        site.lock()["plugins"]["probe"]["sensitive"],
        json!(["world:compat"])
    );
    // Without it in the lock the same bytes do not load.
    site.tamper(|lock| lock["plugins"]["probe"]["sensitive"] = json!([]));
    site.forget();
    let told = site.left_out().await;
    assert!(
        told.starts_with("`world:compat` was not approved by name; ")
            && told.ends_with("--yes-sensitive world:compat`"),
        "{told}"
    );
}

#[tokio::test]
async fn a_new_version_is_shown_by_what_it_can_do_beyond_the_approved_one() {
    let site = Site::new();
    site.approve(&[]).await;
    let shown = site.approve(&[]).await.stdout;
    assert!(shown.contains("These are the same bytes."), "{shown}");
    site.place(&patched(
        "query.limit = { integer = [1, 200] }\nquery.search = { expression = 2000 }",
        "query.limit = { integer = [1, 200] }\nquery.search = { expression = 2400 }",
    ));
    let shown = site.approve(&[]).await.stdout;
    assert!(
        shown.contains("Approved is 0.1.0 by reviewer@example.com on ")
            && shown.contains("parameter-widened"),
        "{shown}"
    );
    site.loads().await;
    assert_eq!(site.lock()["serial"], json!(3));
}

#[tokio::test]
async fn the_same_approval_gives_the_same_lock() {
    let (one, other) = (Site::new(), Site::new());
    one.approve(&[]).await;
    other.approve(&[]).await;
    assert_eq!(
        std::fs::read(one.path("plugins.lock")).unwrap(),
        std::fs::read(other.path("plugins.lock")).unwrap()
    );
}

#[tokio::test]
async fn a_broken_lock_is_one_line_and_stays_as_it_is() {
    let site = Site::new();
    site.approve(&[]).await;
    let good = std::fs::read_to_string(site.path("plugins.lock")).unwrap();
    for (text, problem) in [
        (String::new(), "is not a lock: line 1: EOF"),
        (
            good.replace("\"serial\"", "\"serail\""),
            "unknown field `serail`",
        ),
        (
            good.replace("\"lock\": 1", "\"lock\": 9"),
            "it is a lock of version 9; this program reads version 1",
        ),
        (good[..good.len() / 2].to_owned(), "is not a lock: line "),
    ] {
        std::fs::write(site.path("plugins.lock"), &text).unwrap();
        let told = site.left_out().await;
        assert!(told.contains(problem), "{told}");
        for command in [
            &["approve", "probe.wasm", "--by", "me"][..],
            &["lock", "show"],
            &["lock", "remove", "probe"],
            &["lock", "accept"],
        ] {
            let told = site.refused(command).await;
            assert!(told.contains(problem), "{told}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_approved_changes_nothing() {
    let site = Site::new();
    site.approve(&[]).await;
    std::fs::copy(
        support::repository("plugins/users/users.wasm"),
        site.path("users.wasm"),
    )
    .unwrap();
    site.home.write("text.wasm", "no component");
    for (arguments, problem) in [
        (
            &["approve", "users.wasm", "--by", "me"][..],
            "`users` is built in and needs no approval",
        ),
        (
            &["approve", "text.wasm", "--by", "me"],
            "text.wasm: this is not a WebAssembly component",
        ),
        (
            &["approve", "nowhere.wasm", "--by", "me"],
            "nowhere.wasm cannot be read: ",
        ),
        (
            &["approve", "probe.wasm", "--by", " "],
            "--by is one line of 1 to 100 visible characters",
        ),
        (
            &[
                "approve",
                "probe.wasm",
                "--by",
                "me",
                "--sign-key",
                "nowhere",
            ],
            "the key nowhere cannot be read",
        ),
        (
            &["lock", "remove", "other"],
            "`other` is not approved; approved are probe",
        ),
    ] {
        let told = site.refused(arguments).await;
        assert!(told.contains(problem), "{told}");
    }
    site.loads().await;
}

#[tokio::test]
async fn a_setting_that_is_wrong_is_one_line_and_nothing_is_written() {
    let site = Site::new();
    for (settings, problem) in [
        (
            json!({"lock": {"fiel": "x"}}),
            "there is no setting `lock.fiel`; did you mean `file`?",
        ),
        (json!({"lock": []}), "an array where an object is expected"),
        (
            json!({"boundery": "x"}),
            "there is no setting `boundery`; did you mean `boundary`?",
        ),
        (
            json!({"boundary": "nowhere.toml"}),
            "nowhere.toml cannot be read",
        ),
        (
            json!({"plugins": {"probe": {"sha256": "12"}}}),
            "run `okta-mcp approve FILE`",
        ),
    ] {
        site.settings(settings);
        let told = site.refused(&["approve", "probe.wasm", "--by", "me"]).await;
        assert!(told.contains(problem), "{told}");
    }
}
