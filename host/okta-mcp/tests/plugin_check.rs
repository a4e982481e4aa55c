//! `okta-mcp plugin check`: good packages pass, and each bad one is told what is wrong with it.
//!
//! The bad ones are the sandbox's hostile guests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests, and helpers of tests"
)]

#[path = "../../sandbox/tests/support/assemble.rs"]
mod assemble;
#[path = "../../sandbox/tests/hostile/guests.rs"]
mod guests;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn program(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_okta-mcp"));
    command
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path());
    command
}

fn check(package: &[u8], more: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.wasm"), package).unwrap();
    program(&home)
        .args(["plugin", "check", "a.wasm"])
        .args(more)
        .output()
        .unwrap()
}

/// The lines that a bad package is told; the exit code says so too.
fn problems(package: &[u8]) -> Vec<String> {
    let output = check(package, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let lines: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("problem  "))
        .map(str::to_owned)
        .collect();
    let word = if lines.len() == 1 {
        "problem"
    } else {
        "problems"
    };
    assert!(
        text.ends_with(&format!("a.wasm: {} {word}\n", lines.len())),
        "{text}"
    );
    lines
}

fn committed(name: &str) -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../plugins/{name}/{name}.wasm"));
    std::fs::read(path).unwrap()
}

#[test]
fn the_packages_that_are_built_in_pass() {
    for name in ["users", "groups", "apps", "factors", "policies"] {
        let output = check(&committed(name), &[]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.ends_with("a.wasm: no problem was found\n"), "{text}");
        assert!(
            text.contains("ok       imports: nothing but okta:plugin"),
            "{text}"
        );
        assert!(!text.contains("untried"), "{text}");
    }
}

#[test]
fn the_probe_is_caught_at_all_that_it_does() {
    let problems = problems(&committed("probe")).join("\n");
    for expected in [
        "spin, Okta answers: 1 call, 0 answered, 0 said why not, 1 went wrong; first {} ends in: the plugin was stopped after 500 ms of processor time",
        "grow, Okta answers: ",
        "the plugin needs more than 32768 KiB of memory",
        "panic, Okta answers: ",
        "bad_output, Okta answers: ",
        "is answered with what breaks its output schema (count: \"three\" is not of type \"integer\")",
        "grant: ",
        "nothing of it was sent; declare it in plugin.toml or do not ask",
    ] {
        assert!(problems.contains(expected), "{expected}\n{problems}");
    }
    assert!(!problems.contains("echo"), "{problems}");
}

#[test]
fn each_hostile_package_is_told_what_is_wrong() {
    for (guest, expected) in [
        (
            "endless-loop-in-call",
            "attack, Okta answers: 2 calls, 0 answered, 0 said why not, 2 went wrong; first {} ends in: the plugin was stopped after 500 ms of processor time (limits.cpu); ask for less; a client sees that text; do with less, or stop in time and say what was left out",
        ),
        (
            "panic",
            "ends in: the plugin crashed (wasm trap: wasm `unreachable` instruction executed)",
        ),
        (
            "table-bomb",
            "ends in: the plugin needs more than 100000 table elements",
        ),
        (
            "endpoint-of-another-tool",
            "requests were for what is not granted; first: plugin `hostile` declares GET /api/v1/users for other, not for tool `attack`",
        ),
        (
            "error-without-a-word",
            "fails without a word; say what happened and what the model can try instead",
        ),
        (
            "import-wasi-http",
            "package: the component imports `wasi:http/outgoing-handler@0.2.0`; a plugin may import nothing but ",
        ),
        (
            "import-under-our-name",
            "compiled: the plugin does not fit this server's plugin interface: ",
        ),
        (
            "duplicate-tool-names",
            "package: the package's tools: there are two tools `attack`; no server loads it: mend that first",
        ),
        ("description-with-an-html-comment", "texts: "),
        ("description-with-instructions", "texts: "),
        ("instructions-over-two-tools", "texts: "),
    ] {
        let problems = problems(&guests::package(guest));
        assert!(
            problems.iter().any(|line| line.contains(expected)),
            "{guest}: {expected}\n{problems:#?}"
        );
    }
}

#[test]
fn a_package_that_says_other_tools_than_its_component_is_told_so() {
    let tools = json!([
        {"name": "attack", "title": "A title", "description": "Another one.", "inputSchema": {"type": "object"}},
        {"name": "other", "title": "A title", "description": "A description.", "inputSchema": {"type": "object"}},
    ]);
    let package =
        guests::package_with("error-without-a-word", guests::MANIFEST, &tools.to_string());
    let expected = "describe: the component describes its tools in other words than the package holds; somebody changed one of the two; build it again with `okta-mcp plugin build`";
    assert!(problems(&package).iter().any(|line| line == expected));
}

#[test]
fn json_holds_the_same() {
    let output = check(&committed("groups"), &["--json"]);
    assert_eq!(output.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (report["package"].as_str(), report["problems"].as_u64()),
        (Some("a.wasm"), Some(0))
    );
    let checks = report["checks"].as_array().unwrap();
    assert!(
        checks
            .iter()
            .all(|one| one["result"] == "ok" && one["remedy"].is_null()),
        "{report:#}"
    );
    let names: Vec<&str> = checks
        .iter()
        .map(|one| one["check"].as_str().unwrap())
        .collect();
    for name in [
        "package", "imports", "manifest", "schemas", "texts", "compiled", "describe", "grant",
        "used",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(
        names.contains(&"list_groups, Okta answers junk"),
        "{names:?}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_another_matter() {
    let home = tempfile::tempdir().unwrap();
    let output = program(&home)
        .args(["plugin", "check", "none.wasm"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with("okta-mcp: none.wasm cannot be read: "),
        "{text}"
    );
}

/// What the sandbox leaves to the program: a client never sees a result that its tool's schema does not allow.
#[test]
fn a_result_that_breaks_its_schema_is_thrown_away() {
    let home = tempfile::tempdir().unwrap();
    let tools = json!([
        {"name": "attack", "title": "A title", "description": "A description.", "inputSchema": {"type": "object"},
         "outputSchema": {"type": "object", "properties": {"count": {"type": "integer"}}}},
        {"name": "other", "title": "A title", "description": "A description.", "inputSchema": {"type": "object"}},
    ]);
    let package = guests::package_with(
        "result-that-breaks-its-schema",
        guests::MANIFEST,
        &tools.to_string(),
    );
    place(&home, &package);
    let approved = approve(&home);
    assert!(approved.status.success(), "{approved:?}");
    let output = program(&home)
        .args(["call", "attack", "--config", "settings.json"])
        // Nobody is asked: the guest makes no request.
        .envs([
            ("OKTA_ORG_URL", "https://example.okta.com"),
            ("OKTA_API_TOKEN", "none"),
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(
        text.trim_end(),
        "okta-mcp: attack answered something that breaks its own output schema (count: \"three\" is not of type \"integer\"). This is a fault of the plugin; the answer was thrown away."
    );
}

/// A good package's lock names the other one's bytes: an approval by hand, or by a version that ran it.
#[test]
fn a_package_that_cannot_run_is_not_approved_and_one_that_slipped_through_is_reported_by_tools() {
    let home = tempfile::tempdir().unwrap();
    let unfit = guests::package("import-under-our-name");
    place(&home, &unfit);
    let refused = approve(&home);
    let text = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{text}");
    assert!(
        text.contains("okta-mcp: hostile is not approved, because it cannot run: the plugin does not fit this server's plugin interface: "),
        "{text}"
    );
    assert!(!home.path().join("plugins.lock").exists());

    let fit = guests::package("panic");
    place(&home, &fit);
    assert!(approve(&home).status.success());
    let lock = std::fs::read_to_string(home.path().join("plugins.lock")).unwrap();
    let lock = lock.replace(&sha256(&fit), &sha256(&unfit));
    std::fs::write(home.path().join("plugins.lock"), lock).unwrap();
    std::fs::remove_file(home.path().join(".local/state/okta-mcp/locks.json")).unwrap();
    place(&home, &unfit);
    let tools = program(&home)
        .args(["tools", "--config", "settings.json"])
        .output()
        .unwrap();
    let text = String::from_utf8(tools.stdout).unwrap();
    assert_eq!(tools.status.code(), Some(2), "{text}");
    assert!(
        text.contains(
            "hostile: cannot be run: the plugin does not fit this server's plugin interface: "
        ),
        "{text}"
    );
    assert!(text.contains("list_users"), "the others are there: {text}");
}

/// The package as the operator's file names it.
fn place(home: &TempDir, package: &[u8]) {
    std::fs::write(home.path().join("a.wasm"), package).unwrap();
    let settings = json!({"plugins": {"hostile": {"package": "a.wasm"}}});
    std::fs::write(home.path().join("settings.json"), settings.to_string()).unwrap();
}

fn approve(home: &TempDir) -> Output {
    program(home)
        .args([
            "--config",
            "settings.json",
            "approve",
            "a.wasm",
            "--by",
            "tests",
        ])
        .output()
        .unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    sandbox::Package::parse(bytes).unwrap().digest().to_string()
}
