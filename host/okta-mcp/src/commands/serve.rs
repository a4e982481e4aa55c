//! `okta-mcp serve`: MCP over stdin and stdout.

use std::process::ExitCode;

use crate::cli::Options;
use crate::mcp::Server;

pub(super) async fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let started = super::start(options).await?;
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        anstream::eprintln!(
            "okta-mcp speaks MCP on stdin and stdout; an MCP client starts it. To look around, run `okta-mcp demo` or `okta-mcp tools`."
        );
    }
    Server::new(started.host.clone()).serve_stdio().await?;
    Ok(ExitCode::SUCCESS)
}
