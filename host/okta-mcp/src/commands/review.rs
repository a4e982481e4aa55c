//! `okta-mcp review`: all that plugins can ever do.

use std::process::ExitCode;

use super::packages::Packages;
use crate::cli::{Options, ReportOptions};
use crate::report::output;
use crate::report::review::Review;

pub(super) fn run(
    options: &Options,
    plugins: &[String],
    report: &ReportOptions,
) -> anyhow::Result<ExitCode> {
    if report.schema {
        output::write(&Review::schema()?, None)?;
        return Ok(ExitCode::SUCCESS);
    }
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("off"))?;
    let packages = Packages::load(options)?;
    let review = if plugins.is_empty() {
        Review::new(packages.all()?, packages.left_out())
    } else {
        let named = plugins.iter().map(|name| packages.find(name));
        Review::new(named.collect::<anyhow::Result<_>>()?, Vec::new())
    };
    output::write(&review.render(report.format)?, report.output.as_deref())?;
    Ok(if review.left_out.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(super::BAD_INPUT)
    })
}
