//! `okta-mcp doctor`: what stands between this machine and an answer from Okta.

use std::process::ExitCode;

use super::PROBLEMS;
use crate::cli::Options;
use crate::config::Settings;
use crate::demo::ExampleOrg;
use crate::doctor::{self, Report};
use crate::findings::counted;
use crate::report;

pub(super) async fn run(options: &Options, json: bool, schema: bool) -> anyhow::Result<ExitCode> {
    if schema {
        anstream::print!("{}", Report::schema()?);
        return Ok(ExitCode::SUCCESS);
    }
    // What would be logged is found.
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("off"))?;
    let findings = if options.demo {
        let org = ExampleOrg::start().await?;
        let mut settings = org.settings()?;
        settings.admission.offer = options.offer();
        doctor::examine(Ok(settings)).await
    } else {
        let given = super::given(options);
        let settings = Settings::load(&given, &|name| std::env::var(name).ok());
        doctor::examine(settings).await
    };
    if json {
        anstream::print!("{}", report::json(&Report::new(&findings))?);
    } else {
        anstream::println!("{findings}{}", counted(findings.problems()));
    }
    Ok(match findings.problems() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(PROBLEMS),
    })
}
