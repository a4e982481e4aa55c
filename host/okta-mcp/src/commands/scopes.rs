//! `okta-mcp scopes`: what to grant in Okta, and not a scope more.
//!
//! The list goes to stdout, to be pasted. Where a service app is configured, what it holds at the org is compared
//! with the list, and told on stderr; what could not be known is told as well.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use gateway::{Holding, Holds};
use tokio::time::Instant;

use super::packages::Packages;
use super::{BAD_INPUT, FOUND};
use crate::cli::Options;
use crate::host::Connection;

/// Some sixty requests for tokens, at half a second each.
const TIME: Duration = Duration::from_secs(60);

pub(super) async fn run(options: &Options, offline: bool) -> anyhow::Result<ExitCode> {
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
    let packages = Packages::load(options)?;
    let needed = packages.registry().scopes();
    for scope in &needed {
        anstream::println!("{scope}");
    }
    if offline {
        return Ok(ExitCode::SUCCESS);
    }
    let Connection::Org { gateway, .. } = packages.connection()? else {
        return Ok(ExitCode::SUCCESS);
    };
    let others: BTreeSet<&'static str> = &capability::scopes::to_read() - &needed;
    let holds = match gateway.holds(&needed, &others, Instant::now() + TIME).await {
        Ok(holds) => holds,
        Err(error) => {
            anstream::eprintln!(
                "okta-mcp: what the app holds is not known: {error}; the list needs no answer: --offline"
            );
            return Ok(ExitCode::from(BAD_INPUT));
        }
    };
    Ok(match holds {
        // Nothing was asked: what it can read is what its owner can.
        Holds::ApiToken => ExitCode::SUCCESS,
        Holds::Person => {
            anstream::eprintln!(
                "A person signs in to the app: what it holds shows only then, and is not compared."
            );
            ExitCode::SUCCESS
        }
        Holds::App(holding) => compare(&needed, &holding),
    })
}

fn compare(needed: &BTreeSet<&'static str>, holding: &Holding) -> ExitCode {
    let missing: BTreeSet<_> = holding.lacking.intersection(needed).copied().collect();
    let surplus: BTreeSet<_> = holding.held.difference(needed).copied().collect();
    let barred: BTreeSet<_> = holding.beyond.intersection(needed).copied().collect();
    let app = &holding.client_id;
    let tell = |text: String| anstream::eprintln!("{text}");
    if !missing.is_empty() {
        tell(format!(
            "Missing: the app {app} does not hold {}; grant it in the Okta admin console (Applications > the app > \
             Okta API Scopes).",
            list(&missing)
        ));
    }
    if !barred.is_empty() {
        tell(format!(
            "Missing: OKTA_SCOPES (or okta.auth.scopes) does not have {}, so no token gets it; add it there.",
            list(&barred)
        ));
    }
    if !surplus.is_empty() {
        tell(format!(
            "Surplus: the app {app} also holds {}, which no enabled tool needs; revoke it in the Okta admin console.",
            list(&surplus)
        ));
    }
    if missing.is_empty() && barred.is_empty() && surplus.is_empty() {
        tell(format!(
            "The app {app} holds what the tools need{}.",
            if holding.unasked.is_none() && holding.beyond.is_empty() {
                ", and no other scope to read"
            } else {
                ""
            }
        ));
    }
    let ceiling = holding.beyond.difference(needed).count();
    if ceiling > 0 {
        tell(format!(
            "Not known: {ceiling} other scopes were not asked for, for OKTA_SCOPES (or okta.auth.scopes) does not have \
             them."
        ));
    }
    if let Some((left, why)) = &holding.unasked {
        tell(format!(
            "Not known: {} other scopes were not asked for any more: {why}.",
            left.len()
        ));
    }
    tell(
        "Not known: whether it holds a scope as .manage instead of .read, which this does not ask for; the admin \
         console shows it."
            .to_owned(),
    );
    if missing.is_empty() && barred.is_empty() && surplus.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    }
}

fn list(scopes: &BTreeSet<&'static str>) -> String {
    let names: Vec<&str> = scopes.iter().copied().collect();
    names.join(", ")
}
