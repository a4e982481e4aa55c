//! MCP over HTTP: Streamable HTTP at `/mcp`, and on request the two endpoints of the oldest revision.
//!
//! Every POST is answered by itself, in JSON, and nothing is remembered between two: a client whose session was lost
//! does not exist, and any replica can answer any request. `--http-sessions` brings the sessions of the older
//! revisions back for clients that insist.
//!
//! The layers, outermost first: `guard` (Host and Origin), `bearer` (the caller's token, where one is asked for),
//! `sealed` (whose session it is), `intake` (the body is a message), `leaving` (is
//! anything begun any more?), rmcp. `authentication` is what the settings of
//! tokens come to, `rules` what they open to whom, `metadata` where clients learn how to get one. This module does not do
//! TLS; a balancer in front does.

mod access;
mod authentication;
mod bearer;
mod connections;
mod exposure;
pub(crate) mod guard;
mod intake;
mod leaving;
mod metadata;
mod public_url;
mod rules;
mod sealed;
mod sse;

use std::io;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Extension, Router};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::mcp::Server;
use bearer::Gate;
use connections::Ending;
use metadata::Resource;
use sealed::Seal;

pub use access::Caller;
pub use authentication::{Authentication, AuthenticationError};
pub use exposure::{Exposure, Listen, NoAddress, Unprotected};
pub use guard::{Guard, NoOrigin};
pub use public_url::{NoPublicUrl, PublicUrl};
pub use rules::{RuleError, Rules};

/// How MCP is served over HTTP.
pub struct Options {
    /// Where, and to whom.
    pub exposure: Exposure,
    /// The names and pages that may ask.
    pub guard: Guard,
    /// The URL that clients know the server by, where it is configured.
    pub public_url: Option<PublicUrl>,
    /// Whose tokens are asked for, and what they open; nobody's, and everything, where there is none.
    pub authentication: Option<Authentication>,
    /// Sessions for the revisions that have them.
    pub sessions: bool,
    /// `/sse` and `/message` of 2024-11-05 as well.
    pub sse: bool,
}

/// A server that listens and does not answer yet.
pub struct Bound {
    listener: TcpListener,
    options: Options,
    seal: Seal,
}

impl Bound {
    /// Takes the address.
    ///
    /// # Errors
    /// When the system does not give it, or has no random bytes.
    pub async fn bind(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.exposure.address()).await?;
        Ok(Self {
            listener,
            options,
            seal: Seal::new().map_err(io::Error::other)?,
        })
    }

    /// The address that was taken; its port is the system's choice where 0 was asked for.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `end` is done, then answers what is running and nothing new.
    pub async fn serve(self, server: Server, end: impl Future<Output = ()> + Send) {
        let Self {
            listener,
            options,
            seal,
        } = self;
        let ending = Ending::default();
        let server = server.until(ending.asked.clone());
        let app = routes(options, seal, server, &ending);
        let asked = ending.asked.clone();
        let ends = async move {
            end.await;
            asked.cancel();
        };
        tokio::join!(ends, connections::serve(listener, app, ending));
    }
}

fn routes(options: Options, seal: Seal, server: Server, ending: &Ending) -> Router {
    let ready = ending.asked.clone();
    let probes = Router::new().route("/healthz", get(async || "ok\n")).route(
        "/readyz",
        get(async move || {
            if ready.is_cancelled() {
                (StatusCode::SERVICE_UNAVAILABLE, "ending\n").into_response()
            } else {
                "ready\n".into_response()
            }
        }),
    );
    let mut messages =
        Router::new().route_service("/mcp", streamable(&options, server.clone(), ending));
    if options.sse {
        messages = messages.merge(sse::routes(server.clone(), ending.asked.clone()));
    }
    let messages = messages
        .layer(from_fn_with_state(ending.asked.clone(), leaving::check))
        .layer(from_fn(intake::check))
        .layer(DefaultBodyLimit::max(intake::MAX_BODY));
    let Options {
        guard,
        public_url,
        authentication,
        sessions,
        sse,
        ..
    } = options;
    let open = match authentication {
        None => messages.layer(Extension(Caller::local())),
        Some(authentication) => {
            let gate = Arc::new(Gate {
                authentication,
                resource: Resource::new(public_url),
                host: Arc::clone(server.host()),
            });
            let owned = if sessions {
                messages.layer(from_fn_with_state(seal, sealed::check))
            } else {
                messages
            };
            owned
                .layer(from_fn_with_state(Arc::clone(&gate), bearer::check))
                .merge(metadata::routes(gate, sse))
        }
    };
    probes
        .merge(open.layer(cors(guard.clone())))
        .layer(from_fn_with_state(guard, guard::check))
}

fn streamable(
    options: &Options,
    server: Server,
    ending: &Ending,
) -> StreamableHttpService<Server, LocalSessionManager> {
    // Host and Origin are the guard's, for every route alike.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(options.sessions)
        .with_json_response(true)
        .with_max_request_body_bytes(intake::MAX_BODY)
        .with_cancellation_token(ending.now.clone())
        .disable_allowed_hosts();
    StreamableHttpService::new(move || Ok(server.for_session()), Arc::default(), config)
}

/// For pages of the configured origins; what a page may send is what MCP's clients send.
fn cors(guard: Guard) -> CorsLayer {
    use axum::http::Method;
    use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
    let own = |name| HeaderName::from_static(name);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin: &HeaderValue, _| {
            guard.is_configured(origin.as_bytes())
        }))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            own("mcp-protocol-version"),
            own("mcp-method"),
            own("mcp-name"),
            own("mcp-session-id"),
            own("last-event-id"),
        ])
        .expose_headers([own("mcp-session-id"), own("www-authenticate")])
}
