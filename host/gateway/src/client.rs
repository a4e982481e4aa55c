//! The HTTP client: its connections, and what it must never do by itself.
//!
//! It is built on first use. Reading a few hundred root certificates costs more than everything else
//! that happens at start-up, and a server that is only asked for its list of tools needs none of it.

use std::sync::OnceLock;
use std::time::Duration;

use capability::org::OrgUrl;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use crate::tls::{self, CaFile, TrustError};

/// Time for TCP and TLS to come up. Far more than a slow line needs, and short enough that a second
/// attempt still fits the 30 s of a call.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept: longer than a person takes between two questions, shorter
/// than the minutes after which load balancers drop it silently.
const IDLE: Duration = Duration::from_secs(90);

/// A client for one org, made when it is first needed.
pub(crate) struct Client {
    /// `http` on loopback: no TLS, and no proxy either.
    plain: bool,
    /// Authorities beside the system's.
    own_roots: OnceLock<CaFile>,
    built: OnceCell<reqwest::Client>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("the HTTP client cannot be set up: {0}")]
    Http(#[from] reqwest::Error),
    #[error("the HTTP client was not set up, because the server is shutting down")]
    ShuttingDown,
}

impl Client {
    pub(crate) fn new(org: &OrgUrl) -> Self {
        Self {
            plain: org.origin().starts_with("http://"),
            own_roots: OnceLock::new(),
            built: OnceCell::new(),
        }
    }

    /// Trusts the authorities in `file` as well, from the first connection on.
    pub(crate) fn trust(&self, file: CaFile) {
        // A second file changes nothing: there is one setting.
        let _ = self.own_roots.set(file);
    }

    /// The client; a failure is not kept, so that a repaired certificate store is found by the next call.
    pub(crate) async fn get(&self) -> Result<&reqwest::Client, ClientError> {
        self.built
            .get_or_try_init(|| async {
                if self.plain {
                    // A proxy would read the token of a plain request; and nothing needs trust here.
                    let trust_nobody = tls::config(RootCertStore::empty())?;
                    return Ok(builder(trust_nobody).no_proxy().build()?);
                }
                let own = self.own_roots.get().cloned();
                let roots = tokio::task::spawn_blocking(move || tls::roots(own))
                    .await
                    .map_err(|_| ClientError::ShuttingDown)??;
                // HTTPS_PROXY and NO_PROXY are honoured: the proxy sees a tunnel.
                Ok(builder(tls::config(roots)?).https_only(true).build()?)
            })
            .await
    }
}

fn builder(tls: ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        // A redirect would carry the request to a place that nobody granted.
        .redirect(reqwest::redirect::Policy::none())
        // Bodies are unpacked in `body`, where what comes is counted as well as what it unfolds to.
        .no_gzip()
        // Attempts are counted in `pace`, and nowhere else.
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
}
