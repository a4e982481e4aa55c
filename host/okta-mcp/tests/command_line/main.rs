//! The command line: what a person types, what he reads, and the exit codes that a script gets.
//!
//! 0: it worked. 1: a tool answered with an error. 2: a mistake in arguments, settings or a file.

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

mod call;
mod code_cache;
mod dist;
mod doctor;
mod init;
mod install;
mod review;
mod settings;
mod shell;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
mod tls;

use serde_json::Value;
use support::{Ended, Home};

async fn run(arguments: &[&str]) -> Ended {
    Home::new().run(arguments).await
}

/// One line on stderr, nothing on stdout.
fn assert_one_line(ended: &Ended, code: i32, line: &str) {
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(code), ""),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains(line), "{}", ended.stderr);
}

#[tokio::test]
async fn the_tools_are_listed_with_what_each_may_send_and_see() {
    let ended = run(&["tools"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for part in [
        "get_factor",
        "search_users",
        "GET /api/v1/users/{userId}/factors",
        "GET /api/v1/policies/{policyId}/rules",
        "OAuth scopes: okta.apps.read",
        "okta.policies.read",
        "Imports: okta:plugin/",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    assert!(
        !ended.stdout.contains('\u{1b}') && !ended.stdout.contains("left out"),
        "{}",
        ended.stdout
    );
    assert!(
        !ended.stdout.contains("wasi"),
        "no built-in plugin imports anything of the system's"
    );
}

#[tokio::test]
async fn the_tools_are_listed_as_a_client_gets_them() {
    let ended = run(&["tools", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let tools: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(tools.len(), 13);
    let names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
    for tool in &tools {
        for key in ["plugin", "title", "description"] {
            assert!(tool[key].is_string(), "{tool}");
        }
        assert!(
            tool["inputSchema"].is_object() && tool["outputSchema"].is_object(),
            "{tool}"
        );
    }
}

#[tokio::test]
async fn the_example_org_listens_to_this_machine_only() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        assert_one_line(
            &run(&["simulate", "--listen", address]).await,
            2,
            "it listens on loopback only, such as 127.0.0.1:8080",
        );
    }
}

#[tokio::test]
async fn the_example_org_is_the_same_every_time_and_another_with_another_seed() {
    let dump = run(&["simulate", "--dump"]).await;
    assert_eq!(dump.code, Some(0), "{}", dump.stderr);
    let org: Value = serde_json::from_str(&dump.stdout).unwrap();
    assert!(org["users"].as_array().unwrap().len() > 1_000);
    assert_eq!(run(&["simulate", "--dump"]).await.stdout, dump.stdout);
    assert_ne!(
        run(&["simulate", "--dump", "--seed", "2"]).await.stdout,
        dump.stdout
    );
}

#[tokio::test]
async fn the_example_org_goes_wrong_as_it_is_told_and_lists_the_ways() {
    let help = run(&["simulate", "--help"]).await;
    assert_eq!(help.code, Some(0), "{}", help.stderr);
    for name in [
        "status=CODE",
        "gzip-bomb=MIB",
        "cursor-loop",
        "status=503@2/api/v1/users",
    ] {
        assert!(help.stdout.contains(name), "{name}: {}", help.stdout);
    }
    for (fault, told) in [
        (
            "stauts=503",
            "there is no fault `stauts`; there are status, ",
        ),
        (
            "status=99",
            "status: a status from 200 to 599, as in `status=503`",
        ),
        ("reset@0", "write @2 for the second"),
    ] {
        let ended = run(&["simulate", "--fault", fault]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn the_demo_shows_answers_and_refusals_and_ends() {
    let ended = run(&["demo"]).await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ended.stdout
    );
    for part in [
        "search_users",
        "get_user_groups",
        "Mara",
        "denied: plugin `probe` does not declare GET /api/v1/apps/{appId}/credentials/secrets",
        "denied: path.id of /api/v1/users/{id} must be",
        "\n0 requests reached the org.",
        "mcpServers",
        "OKTA_API_TOKEN",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    assert!(
        !ended.stdout.contains('\u{1b}'),
        "a pipe gets no escape codes: {:?}",
        ended.stdout
    );
    assert!(
        !ended.stdout.contains(support::SECRET),
        "no secret is shown"
    );
}

#[tokio::test]
async fn help_leads_a_newcomer_to_the_demo() {
    let ended = run(&["--help"]).await;
    assert_eq!(ended.code, Some(0));
    // Lines are wrapped where the terminal ends.
    let words: Vec<_> = ended.stdout.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("Try it without an org: `okta-mcp demo`"),
        "{text}"
    );
    for command in [
        "serve", "demo", "tools", "call", "simulate", "plugin", "config",
    ] {
        assert!(
            ended
                .stdout
                .lines()
                .any(|line| line.trim_start().starts_with(command)),
            "{command}: {}",
            ended.stdout
        );
    }
}
