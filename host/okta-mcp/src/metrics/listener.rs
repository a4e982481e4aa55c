//! `/metrics` on an address of its own: whoever may call tools has no business there, and the other way round.
//!
//! Nobody is asked for a token: a scraper has none. So it is this machine's unless the operator writes another
//! address, and no page of a browser may read it either way.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::http::{Guard, NoAddress, guard};

/// Where exporters of OpenTelemetry listen, unless told otherwise.
const PORT: u16 = 9464;

/// What the form of [`text::encode`] is called.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where to listen: `9464`, `127.0.0.1` or `127.0.0.1:9464`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(SocketAddr);

impl Default for Address {
    fn default() -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT))
    }
}

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        crate::http::Listen::with_port(text, PORT).map(|listen| Self(listen.0))
    }
}

impl Address {
    /// Whether other machines can reach it.
    #[must_use]
    pub fn is_public(self) -> bool {
        !self.0.ip().to_canonical().is_loopback()
    }
}

/// The listener, with its address taken.
pub struct Listener {
    listener: TcpListener,
    app: Router,
}

impl Listener {
    /// Takes the address.
    ///
    /// # Errors
    /// When the system does not give it.
    pub async fn bind(address: Address, registry: Registry, guard: Guard) -> io::Result<Self> {
        let listener = TcpListener::bind(address.0).await?;
        let app = Router::new()
            .route("/metrics", get(metrics))
            .with_state(Arc::new(registry))
            .layer(from_fn_with_state(guard, guard::check));
        Ok(Self { listener, app })
    }

    /// The address that was taken.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers as long as the process runs.
    pub async fn serve(self) {
        if let Err(error) = axum::serve(self.listener, self.app).await {
            tracing::error!("metrics are not served any more: {error}");
        }
    }
}

async fn metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut out = String::new();
    match text::encode(&mut out, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], out).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "cannot be written\n").into_response(),
    }
}
