//! The program `okta-mcp`: reads the command line and hands over.

use std::process::ExitCode;

use clap::Parser;
use okta_mcp::cli::Cli;
use okta_mcp::commands;

fn main() -> ExitCode {
    commands::run(Cli::parse())
}
