//! The audit log of the built program: what its calls leave in it, and what the commands make of it.

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

#[cfg(target_os = "linux")]
mod full_disk;
mod learn;
mod log;
mod report;
#[path = "../support/mod.rs"]
mod support;
mod verify;

use serde_json::Value;
use support::Home;
use tokio::process::Command;

/// The program on the example org inside it, with an audit log in `home`.
fn demo(home: &Home, arguments: &[&str]) -> Command {
    let log = home.path().join("audit.jsonl");
    let mut command = home.command(["--demo"]);
    command.args(arguments).env("OKTA_MCP_AUDIT_LOG", log);
    command
}

/// One call from the command line, and what it came to.
async fn call(home: &Home, tool: &str, arguments: &str) -> support::Ended {
    support::Ended::of(demo(home, &["call", tool, arguments])).await
}

fn lines(home: &Home) -> Vec<String> {
    let text = std::fs::read_to_string(home.path().join("audit.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn rows(home: &Home) -> Vec<Value> {
    lines(home)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn of<'r>(rows: &'r [Value], event: &str) -> Vec<&'r Value> {
    rows.iter().filter(|row| row["event"] == event).collect()
}
