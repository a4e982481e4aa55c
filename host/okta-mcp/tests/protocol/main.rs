//! The protocol, line by line, without a client library: every revision of MCP that is in use, what
//! may stand on stdout, cancellation, progress, and how a session begins and ends.

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

mod calls;
mod cancelled;
mod ends;
mod input;
mod malformed;
mod offers;
mod revisions;
#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use support::raw::Raw;
use support::{Home, Simulator};

const ENGINEER: &str = "mara.okonkwo@northwind.example.com";

/// A home, an org, and a server on it that logs what `log` says.
struct Session {
    server: Raw,
    _simulator: Simulator,
    _home: Home,
}

impl Session {
    async fn start(log: &str) -> Self {
        Self::with(log, json!({})).await
    }

    /// With a configuration file.
    async fn with(log: &str, config: Value) -> Self {
        Self::on(log, config, &[]).await
    }

    /// On an org that goes wrong in these ways.
    async fn on(log: &str, config: Value, faults: &[&str]) -> Self {
        let home = Home::new();
        let simulator = Simulator::with(&home, faults).await;
        let config = home.write("settings.json", &config.to_string());
        let mut command = home.command(["serve", "--config", config.to_str().unwrap()]);
        simulator.configure(&mut command).env("OKTA_MCP_LOG", log);
        Self {
            server: Raw::start(command),
            _simulator: simulator,
            _home: home,
        }
    }

    /// With flags.
    async fn offering(flags: &[&str]) -> Self {
        let home = Home::new();
        let simulator = Simulator::start(&home).await;
        let mut command = home.command(["serve", "--log", "error"].iter().chain(flags));
        simulator.configure(&mut command);
        Self {
            server: Raw::start(command),
            _simulator: simulator,
            _home: home,
        }
    }
}

fn names(list: &Value) -> Vec<&str> {
    list["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect()
}
