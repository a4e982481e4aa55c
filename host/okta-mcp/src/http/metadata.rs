//! Where a client learns which authorization server issues tokens for this server.
//!
//! [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728) puts a resource's path behind the well-known one, so each endpoint
//! has a document of its own, and the one without a path is that of `/mcp`. Anybody may read them: they name the
//! issuer and the scopes, and nothing of the org.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::http::uri::Authority;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::bearer::Gate;
use super::public_url::PublicUrl;

/// The well-known path.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// This server as clients address it.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    public: Option<PublicUrl>,
}

impl Resource {
    /// The resource behind `public`, or behind whatever address of this machine a client asks for.
    pub(super) fn new(public: Option<PublicUrl>) -> Self {
        Self { public }
    }

    /// The document for the endpoint that `request` is for.
    pub(super) fn metadata_url(&self, request: &Request) -> String {
        let path = match request.uri().path() {
            "/sse" | "/message" => "/sse",
            _ => "/mcp",
        };
        format!("{}{WELL_KNOWN}{path}", self.origin(request))
    }

    fn origin(&self, request: &Request) -> String {
        if let Some(public) = &self.public {
            return public.to_string();
        }
        // The guard has let the name in: an address, or this machine's own name.
        let shown = request.headers().get(header::HOST);
        let authority = shown
            .and_then(|host| host.to_str().ok()?.parse().ok())
            .or_else(|| request.uri().authority().cloned());
        let host = authority.as_ref().map_or("", Authority::host);
        match authority.as_ref().and_then(Authority::port_u16) {
            Some(port) => format!("http://{host}:{port}"),
            None => format!("http://{host}"),
        }
    }
}

/// The documents of the endpoints that are served.
pub(super) fn routes(gate: Arc<Gate>, sse: bool) -> Router {
    let mut routes = Router::new()
        .route(WELL_KNOWN, get(document))
        .route(&format!("{WELL_KNOWN}/mcp"), get(document));
    if sse {
        routes = routes.route(&format!("{WELL_KNOWN}/sse"), get(document));
    }
    routes.with_state(gate)
}

async fn document(State(gate): State<Arc<Gate>>, request: Request) -> Response {
    let path = match request.uri().path().strip_prefix(WELL_KNOWN) {
        Some("/sse") => "/sse",
        _ => "/mcp",
    };
    let authentication = &gate.authentication;
    let mut document = json!({
        "resource": format!("{}{path}", gate.resource.origin(&request)),
        "authorization_servers": [authentication.tokens.issuer()],
        "bearer_methods_supported": ["header"],
        "resource_name": "Okta (read-only, sandboxed)",
    });
    let scopes: &BTreeSet<String> = &authentication.scopes;
    if let (false, Some(members)) = (scopes.is_empty(), document.as_object_mut()) {
        members.insert("scopes_supported".to_owned(), json!(scopes));
    }
    (
        [(header::CONTENT_TYPE, "application/json")],
        document.to_string(),
    )
        .into_response()
}
