//! `okta-mcp diff`: what a new version of a plugin can do that the old one could not.

use std::process::ExitCode;

use capability::diff::Diff;

use super::packages::Packages;
use crate::cli::{Options, ReportOptions};
use crate::report::review::Source;
use crate::report::{self, output};

pub(super) fn run(
    options: &Options,
    old: Option<String>,
    new: Option<String>,
    report: &ReportOptions,
) -> anyhow::Result<ExitCode> {
    let (Some(old), Some(new)) = (old, new) else {
        output::write(&report::diff::schema()?, None)?;
        return Ok(ExitCode::SUCCESS);
    };
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("off"))?;
    let packages = Packages::load(options)?;
    let (old, _) = packages.find_whole(&old)?;
    let (new, source) = packages.find_whole(&new)?;
    let diff = Diff::between(Some(&old), &new);
    let file = match &source {
        Source::File(path) => Some(path.as_str()),
        Source::BuiltIn => None,
    };
    let text = report::diff::render(&diff, report.format, file)?;
    output::write(&text, report.output.as_deref())?;
    Ok(if diff.widens {
        ExitCode::from(super::WIDENED)
    } else {
        ExitCode::SUCCESS
    })
}
