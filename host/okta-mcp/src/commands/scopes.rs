//! `okta-mcp scopes`: what to grant in Okta, and not a scope more.

use std::process::ExitCode;

use super::packages::Packages;
use crate::cli::Options;

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
    for scope in Packages::load(options)?.registry().scopes() {
        anstream::println!("{scope}");
    }
    Ok(ExitCode::SUCCESS)
}
