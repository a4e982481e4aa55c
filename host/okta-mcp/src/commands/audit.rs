//! `okta-mcp audit`: what the audit log proves, and what it tells.

use std::path::Path;
use std::process::ExitCode;

use audit::SealKey;
use audit::narrow::narrow;
use audit::report::{Loaded, Report};
use audit::row::Row;
use audit::usage::Usage;
use audit::verify::{Against, Anchor, Checked, Finding, verify, walk};
use sandbox::Package;

use super::FOUND;
use crate::audit_report::{self, Since};
use crate::cli::{AuditCommand, Options, ReportArguments};
use crate::{AUDIT_KEY, state_key};

pub(super) async fn run(options: &Options, command: &AuditCommand) -> anyhow::Result<ExitCode> {
    match command {
        AuditCommand::Verify {
            log,
            expect,
            chain_only,
        } => check(log, *expect, *chain_only),
        AuditCommand::Report(arguments) => report(options, arguments).await,
        AuditCommand::Schema { report } => {
            let schema = if *report {
                Report::json_schema()
            } else {
                Row::json_schema()
            };
            anstream::println!("{}", serde_json::to_string_pretty(&schema)?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The exit code tells a script whether it can rely on the report: 3 when the log is not whole.
async fn report(options: &Options, arguments: &ReportArguments) -> anyhow::Result<ExitCode> {
    let since = arguments.since.as_ref().map(Since::as_str);
    let (mut now, mut ever) = (Usage::default(), Usage::default());
    let checked = walk(
        &arguments.log,
        &against(None, arguments.chain_only),
        |line| {
            now.add_line(line, since);
            ever.add_line(line, None);
        },
    )?;
    let broken = checked.finding.as_ref().map(told);
    let started = super::start(options).await?;
    let packages: Vec<&Package> = started
        .host
        .registry()
        .plugins()
        .iter()
        .map(|loaded| loaded.plugin.package())
        .collect();
    if let Some(broken) = &broken {
        anstream::eprintln!("okta-mcp: the log is not whole: {broken}");
    }
    match &arguments.suggest_manifest {
        Some(plugin) => {
            let Some(package) = packages
                .iter()
                .find(|package| package.manifest().name == *plugin)
            else {
                let known: Vec<&str> = packages
                    .iter()
                    .map(|package| package.manifest().name.as_str())
                    .collect();
                anyhow::bail!(
                    "--suggest-manifest {}: no such plugin is loaded; loaded are {}",
                    capability::text::clean(plugin, 60),
                    known.join(", ")
                );
            };
            anstream::print!("{}", narrow(package.manifest_text(), &now)?);
        }
        None => {
            let digests: Vec<String> = packages
                .iter()
                .map(|package| package.digest().to_string())
                .collect();
            let loaded: Vec<Loaded<'_>> = packages
                .iter()
                .zip(&digests)
                .map(|(package, digest)| Loaded {
                    manifest: package.manifest(),
                    digest,
                })
                .collect();
            let report = Report::of(&now, &ever, &loaded, since, broken.clone());
            anstream::print!("{}", audit_report::render(&report, arguments.format)?);
        }
    }
    Ok(match broken {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::from(FOUND),
    })
}

fn told(finding: &Finding) -> String {
    let line = finding
        .line
        .map_or_else(String::new, |line| format!(", line {line}"));
    format!("{}{line}: {}", finding.file.display(), finding.text)
}

fn check(log: &Path, anchor: Option<Anchor>, chain_only: bool) -> anyhow::Result<ExitCode> {
    let checked = verify(log, &against(anchor, chain_only))?;
    for note in &checked.notes {
        anstream::println!("Note: {note}.");
    }
    let Some(finding) = &checked.finding else {
        anstream::println!("{}", whole(&checked));
        return Ok(ExitCode::SUCCESS);
    };
    let line = finding
        .line
        .map_or_else(String::new, |line| format!(", line {line}"));
    anstream::println!("{}{line}: {}.", finding.file.display(), finding.text);
    Ok(ExitCode::from(FOUND))
}

/// What a log of this machine and user is checked against.
pub(super) fn against(anchor: Option<Anchor>, chain_only: bool) -> Against {
    Against {
        key: state_key::find(AUDIT_KEY).map(SealKey::new),
        chain_only,
        anchor,
    }
}

fn whole(checked: &Checked) -> String {
    let files = match checked.files.len() {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    };
    match checked.last {
        Some(last) => format!(
            "{} rows in {files}, none altered, removed or moved. The last one is\n{last}\nKept elsewhere, it lets a later check prove more: --expect {}:…",
            checked.rows, last.seq
        ),
        None => "No rows yet.".to_owned(),
    }
}
