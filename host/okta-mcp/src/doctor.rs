//! `okta-mcp doctor`: what stands between this machine and an answer from Okta, one line for each thing.
//!
//! Each check looks at the very thing that a call will use: the settings as `serve` reads them, the gateway's own
//! client, the packages that would load, the directories that would be written. What cannot be tried because
//! something before it failed is said to be untried, and never to be good.
//!
//! In the order of a call's way: the settings, the way to the org (`network`), what the credential opens
//! (`access`), the plugins and their approvals (`plugins`), what is kept on this machine (`machine`), and the
//! clients that start this program (`clients`). The credential is sent to nobody before the host has said that
//! it is an Okta org. Nothing of a secret is ever shown.
//!
//! It changes nothing but what every start of the server may make: the state directory with its keys, and the
//! directory of compiled code.

mod access;
mod clients;
mod machine;
mod network;
mod plugins;

use schemars::JsonSchema;
use serde::Serialize;

use crate::config::{ConfigError, Settings};
use crate::findings::{Findings, Row};
use crate::host::Connection;
use crate::registry::Registry;

/// What `okta-mcp doctor --json` writes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "okta-mcp doctor", deny_unknown_fields)]
pub struct Report {
    /// The program's version.
    pub version: &'static str,
    /// How many checks are problems.
    pub problems: usize,
    /// All checks, in the order in which they were made.
    pub checks: Vec<Row>,
}

impl Report {
    /// A report of `findings`.
    #[must_use]
    pub fn new(findings: &Findings) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            problems: findings.problems(),
            checks: findings.rows(),
        }
    }

    /// The JSON Schema of a report.
    ///
    /// # Errors
    /// None that can be met: a schema is JSON.
    pub fn schema() -> serde_json::Result<String> {
        crate::report::schema::<Self>()
    }
}

/// Looks at everything, with the settings that this process would serve with.
pub async fn examine(settings: Result<Settings, ConfigError>) -> Findings {
    let mut findings = Findings::default();
    match settings {
        Ok(settings) => settled(settings, &mut findings).await,
        Err(error) => {
            findings.problem(
                "config",
                error.to_string(),
                "mend it and run doctor again; `okta-mcp config schema` describes the file",
            );
            findings.untried("org", "the settings have to be read first");
        }
    }
    clients::look(&mut findings);
    findings
}

async fn settled(settings: Settings, findings: &mut Findings) {
    machine::config(&settings, findings);
    let mut rest = Findings::default();
    let registry = plugins::look(&settings, &mut rest).await;
    machine::look(&settings, &mut rest);
    match Connection::new(settings.okta, settings.pace) {
        Ok(connection) => reach(&connection, registry.as_ref(), findings).await,
        Err(error) => findings.problem("org", error.to_string(), "mend that first"),
    }
    findings.append(rest);
}

/// Looks at the way to the org of `settings`, and at what its credential opens for the plugins.
pub async fn connection(settings: Settings) -> Findings {
    let mut findings = Findings::default();
    let registry = plugins::load(&settings);
    match (registry, Connection::new(settings.okta, settings.pace)) {
        (Ok(registry), Ok(connection)) => {
            reach(&connection, Some(&registry), &mut findings).await;
        }
        (Err(error), _) => findings.problem("plugins", error, "mend that first"),
        (_, Err(error)) => findings.problem("org", error.to_string(), "mend that first"),
    }
    findings
}

async fn reach(connection: &Connection, registry: Option<&Registry>, findings: &mut Findings) {
    let (org, gateway) = match connection {
        Connection::Missing(text) => {
            findings.problem(
                "org",
                text,
                "`okta-mcp init` asks for what is needed and writes it down",
            );
            return;
        }
        Connection::Org { org, gateway } => (org, gateway),
    };
    findings.ok("org", org.to_string());
    if let Some(exposed) = gateway.exposed() {
        findings.problem("secret", exposed.problem(), exposed.remedy());
    }
    if network::look(gateway, findings).await {
        access::look(org, gateway, registry, findings).await;
    } else {
        findings.untried(
            "credential",
            "it is sent to nobody before the host has said that it is an Okta org",
        );
    }
}
