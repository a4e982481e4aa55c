//! The program's inside: it wires plugins, sandbox, gateway and MCP together and decides nothing of its own.
//!
//! The way of one call, top to bottom: a transport hands a request to [`mcp`], which translates it for
//! [`host`]; that finds the tool in the [`registry`], checks the arguments against the tool's schema, and
//! runs the plugin in the sandbox with the tool's grant; the plugin's GETs come back through
//! [`directory`], which adds nothing and hands the proof to the gateway; the result is checked against
//! the output schema and goes back the same way.
//!
//! The library exists for the program, its tests and its benchmarks; it is not a public interface.

#![allow(
    rustdoc::bare_urls,
    reason = "doc comments of the command line and the configuration are help texts, shown as they are"
)]

/// The name of the key that seals the audit log's head, in the user's state directory.
const AUDIT_KEY: &str = "audit.key";

pub mod admission;
pub mod approval;
pub mod audit_report;
pub mod builtin;
pub mod check;
pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod directory;
pub mod doctor;
pub mod findings;
pub mod guide;
pub mod host;
pub mod http;
mod init;
pub mod install;
pub mod mcp;
pub mod metrics;
mod package_file;
pub mod registry;
pub mod report;
pub mod schema;
pub mod state;
mod state_key;
pub mod table;
pub mod toolchain;
mod version;
