//! `okta-mcp lock`: what is approved, taking an approval back, and going on from an older lock.

use std::process::ExitCode;

use anyhow::bail;
use capability::lock::Approval;
use jiff::civil::Date;

use super::approve::{signing_key, write};
use crate::cli::LockCommand;
use crate::config::Settings;
use crate::table;

pub(super) fn run(settings: &Settings, command: LockCommand) -> anyhow::Result<ExitCode> {
    let approvals = &settings.admission.approvals;
    match command {
        LockCommand::Show => {
            let read = approvals.read().map_err(Clone::clone)?;
            let rows = read
                .lock
                .plugins
                .iter()
                .map(|(name, approval)| row(name, approval, settings.admission.today))
                .collect();
            anstream::println!(
                "{}, serial {}{}",
                approvals.file().path().display(),
                read.lock.serial,
                match &read.signer {
                    Some(id) => format!(", signed by {id}"),
                    None => String::new(),
                }
            );
            anstream::println!(
                "{}",
                table::grid(
                    &["plugin", "sha256", "by", "on", "until", "sensitive"],
                    rows
                )
            );
        }
        LockCommand::Remove { name, sign_key } => {
            let read = approvals.read().map_err(Clone::clone)?;
            let key = signing_key(approvals, sign_key.as_deref())?;
            let mut lock = read.lock.clone();
            if lock.plugins.remove(&name).is_none() {
                let known: Vec<&str> = lock.plugins.keys().map(String::as_str).collect();
                bail!(
                    "`{}` is not approved; approved are {}",
                    capability::text::clean(&name, 60),
                    if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    }
                );
            }
            write(approvals, lock, key.as_ref())?;
            anstream::println!("{name} is not approved any more.");
        }
        LockCommand::Accept => {
            let read = approvals.accept()?;
            anstream::println!(
                "{}, serial {}, is the lock to go on from.",
                approvals.file().path().display(),
                read.lock.serial
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(name: &str, approval: &Approval, today: Date) -> Vec<String> {
    let until = match approval.expires {
        Some(day) if day < today => format!("{day} (expired)"),
        Some(day) => day.to_string(),
        None => "no end".to_owned(),
    };
    vec![
        name.to_owned(),
        approval.snapshot.digest.chars().take(12).collect(),
        approval.by.clone(),
        approval.on.to_string(),
        until,
        approval.sensitive.join(" "),
    ]
}
