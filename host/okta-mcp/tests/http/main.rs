//! MCP over HTTP as a client meets it on the socket: revisions, malformed input, who is let in, and how it ends.

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

mod access;
mod ends;
mod guards;
mod held;
mod issuer;
mod malformed;
mod metrics;
mod protected;
mod replicas;
mod revisions;
mod sse;
#[path = "../support/mod.rs"]
mod support;
mod tokens;

use serde_json::{Value, json};
use support::http::Served;
use support::{Home, Simulator};

const ENGINEER: &str = "mara.okonkwo@northwind.example.com";

/// A home, an org, and a server on it that listens on a port of its own.
struct Site {
    server: Served,
    _simulator: Simulator,
    _home: Home,
}

impl Site {
    async fn start(flags: &[&str]) -> Self {
        Self::with(flags, json!({})).await
    }

    /// With a configuration file.
    async fn with(flags: &[&str], config: Value) -> Self {
        Self::at("127.0.0.1:0", flags, config).await
    }

    async fn at(address: &str, flags: &[&str], config: Value) -> Self {
        let home = Home::new();
        let simulator = Simulator::start(&home).await;
        let config = home.write("settings.json", &config.to_string());
        let mut arguments = vec![
            "serve",
            "--http",
            address,
            "--config",
            config.to_str().unwrap(),
        ];
        arguments.extend(flags);
        let mut command = home.command(arguments);
        simulator
            .configure(&mut command)
            .env("OKTA_MCP_LOG", "info");
        Self {
            server: Served::start(command).await,
            _simulator: simulator,
            _home: home,
        }
    }
}

/// The handshake of an older revision.
fn initialize(version: &str) -> String {
    let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "socket", "version": "1"}});
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).to_string()
}

fn call(id: u64, tool: &str, arguments: Value) -> String {
    let params = json!({"name": tool, "arguments": arguments});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string()
}
