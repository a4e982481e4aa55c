//! `okta-mcp demo`: a minute with the product, on an example org that starts inside the process.
//!
//! Everything that is shown is real: the calls go through the sandbox, the proof and HTTP on loopback
//! like any other call, and the denied plugin is a real component that really asks.

mod tour;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use capability::org::OrgUrl;
use gateway::Credential;
use simulator::{Clock, Handle, Options, Org};

use crate::admission::Admission;
use crate::config::file::HttpSection;
use crate::config::{Okta, SandboxSettings, Settings};

pub use tour::run;

/// The example org, listening on a port of its own until it is dropped.
pub struct ExampleOrg {
    handle: Handle,
    org: Arc<Org>,
}

impl ExampleOrg {
    /// Starts it.
    ///
    /// # Errors
    /// When loopback has no free port.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .context("no port on 127.0.0.1 for the example org")?;
        let org = Arc::new(Org::generate(1, Options::DEMO_TIME));
        // Rate-limit windows follow the real clock: with a standing one they would never end.
        let options = Options {
            clock: Clock::system(),
            ..Options::default()
        };
        let handle = simulator::serve(listener, Arc::clone(&org), options).await?;
        Ok(Self { handle, org })
    }

    /// Settings that point at it.
    ///
    /// # Errors
    /// None that can be met: its URL and token are well formed.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings {
            okta: Okta::Ready {
                org: OrgUrl::parse(&self.handle.url())?,
                credential: Credential::api_token(Options::DEMO_TOKEN.into())?,
                ca_file: None,
            },
            http: HttpSection::default(),
            pace: crate::config::Pace::default(),
            plugins: std::collections::BTreeMap::new(),
            audit: None,
            cursor_key: None,
            admission: Admission::default(),
            sandbox: SandboxSettings::default(),
            file: None,
            base: PathBuf::new(),
            log: "warn".to_owned(),
        })
    }

    /// Requests that have reached it.
    #[must_use]
    pub fn request_count(&self) -> u64 {
        self.handle.request_count()
    }
}
