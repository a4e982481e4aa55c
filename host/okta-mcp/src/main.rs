//! The program `okta-mcp`: reads the command line and hands over.

use std::process::ExitCode;

use okta_mcp::{cli, commands};

fn main() -> ExitCode {
    commands::run(cli::parse())
}
