//! `okta-mcp install` and `uninstall`: the entry in a client's file, and what to do next.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::packages::Packages;
use crate::cli::{InstallArgs, Options};
use crate::config::{Given, Okta, Settings};
use crate::install::{self, Done, Entry, entry};

pub(super) fn run(options: &Options, own: &InstallArgs) -> anyhow::Result<ExitCode> {
    let entry = entry_for(options, own)?;
    if own.print {
        anstream::print!("{}", install::shown(own.client, &entry)?);
        return Ok(ExitCode::SUCCESS);
    }
    let title = own.client.title();
    match install::install(own.client, &entry, own.file.clone())? {
        Done::Unchanged { file } => {
            anstream::println!("{title} has this entry already: {}", file.display())
        }
        Done::Written { file, backup } => {
            anstream::println!("{title} now starts `{}`: {}", entry.name, file.display());
            if let Some(backup) = backup {
                anstream::println!("What was there before: {}", backup.display());
            }
        }
    }
    anstream::println!("Next: {}", own.client.next_step());
    if let Some(missing) = missing_credential(options, own) {
        anstream::println!("Before that: {missing}");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn undo(own: &InstallArgs) -> anyhow::Result<ExitCode> {
    let title = own.client.title();
    match install::uninstall(own.client, &own.name, own.file.clone())? {
        Done::Unchanged { file } => {
            anstream::println!("{title} has no entry `{}`: {}", own.name, file.display());
        }
        Done::Written { file, backup } => {
            anstream::println!(
                "{title} no longer starts `{}`: {}",
                own.name,
                file.display()
            );
            if let Some(backup) = backup {
                anstream::println!("What was there before: {}", backup.display());
            }
            anstream::println!("Next: {}", own.client.next_step());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn entry_for(options: &Options, own: &InstallArgs) -> anyhow::Result<Entry> {
    let command = std::env::current_exe().context("this program's own path is not known")?;
    let mut entry = Entry {
        name: own.name.clone(),
        command: text(&command)?,
        arguments: vec!["serve".to_owned()],
        environment: Vec::new(),
        asked: Vec::new(),
    };
    entry.arguments.extend(kept(options)?);
    if options.demo {
        entry.arguments.push("--demo".to_owned());
        return Ok(entry);
    }
    if let Some(config) = &options.config {
        let config = std::fs::canonicalize(config)
            .with_context(|| format!("{} cannot be read", config.display()))?;
        entry
            .arguments
            .extend(["--config".to_owned(), text(&config)?]);
        return Ok(entry);
    }
    if let Some(file) = &options.api_token_file {
        let file = std::fs::canonicalize(file)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        entry
            .arguments
            .extend(["--api-token-file".to_owned(), text(&file)?]);
    } else if own.client.asks_for_secrets() && is_missing(options) {
        entry.asked.push(entry::API_TOKEN);
    }
    let url = options.org_url.clone().or_else(|| {
        ["OKTA_ORG_URL", "OKTA_CLIENT_ORGURL"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|url| !url.is_empty()))
    });
    match url {
        Some(url) => {
            let org = capability::org::OrgUrl::parse(&url).context("the org's URL")?;
            entry
                .environment
                .push(("OKTA_ORG_URL".to_owned(), org.origin().to_string()));
        }
        None if entry.asked.is_empty() => {}
        None => entry.asked.insert(0, entry::ORG_URL),
    }
    Ok(entry)
}

/// The flags that the server is to be started with, whatever its settings are.
fn kept(options: &Options) -> anyhow::Result<Vec<String>> {
    if options.tools.is_some() || options.toolsets.is_some() {
        // A name that is nobody's would keep the server from starting, where only the client sees why.
        Packages::load(options)?;
    }
    let mut arguments = Vec::new();
    if let Some(log) = &options.audit_log {
        // A client starts the server wherever it happens to be.
        let log =
            std::path::absolute(log).with_context(|| format!("--audit-log {}", log.display()))?;
        arguments.extend(["--audit-log".to_owned(), text(&log)?]);
    }
    for (flag, names) in [
        ("--tools", &options.tools),
        ("--toolsets", &options.toolsets),
    ] {
        if let Some(names) = names {
            arguments.extend([flag.to_owned(), names.join(",")]);
        }
    }
    if options.no_cache {
        arguments.push("--no-cache".to_owned());
    }
    if let Some(filter) = &options.log {
        arguments.extend(["--log".to_owned(), filter.clone()]);
    }
    Ok(arguments)
}

/// Whether a server that was started without this shell's environment would find no credential.
fn is_missing(options: &Options) -> bool {
    let outside = |name: &str| match name {
        "HOME" | "XDG_CONFIG_HOME" | "USERPROFILE" | "APPDATA" => std::env::var(name).ok(),
        _ => None,
    };
    let given = Given {
        config: options.config.clone(),
        org_url: options.org_url.clone(),
        api_token_file: options.api_token_file.clone(),
        audit_log: None,
        log: None,
        ..Given::default()
    };
    !matches!(
        Settings::load(&given, &outside),
        Ok(Settings {
            okta: Okta::Ready { .. },
            ..
        })
    )
}

fn missing_credential(options: &Options, own: &InstallArgs) -> Option<&'static str> {
    let answered = options.demo || own.client.asks_for_secrets() || !is_missing(options);
    (!answered).then_some(
        "the client does not pass your shell's environment on: run `okta-mcp init`, which asks for what is needed and writes \
         ~/.config/okta-mcp/config.json, or name another file: okta-mcp install … --config FILE",
    )
}

fn text(path: &Path) -> anyhow::Result<String> {
    PathBuf::from(path)
        .into_os_string()
        .into_string()
        .map_err(|path| {
            anyhow::anyhow!(
                "{} is not text that a client's file can hold",
                path.display()
            )
        })
}
