//! The layer that asks every request for its bearer's token, before its body is read.
//!
//! The token stands in `Authorization` and nowhere else, once. It is checked by the gateway crate, taken out of the
//! request and forgotten: what lies behind this layer, the MCP library and every log line of it included, never has it.
//!
//! A refusal says where a client finds out how to get a token, and which scopes to ask for.
//! [MCP 2026-07-28, authorization](https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization),
//! [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-3).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use gateway::TokenError;

use super::access::Caller;
use super::authentication::Authentication;
use super::metadata::Resource;
use crate::host::Host;

/// Seconds after which a client may try again when the issuer's keys were not there.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("30");

/// What the layer works with.
pub(super) struct Gate {
    pub(super) authentication: Authentication,
    pub(super) resource: Resource,
    pub(super) host: Arc<Host>,
}

/// Why a request is not let in.
enum Refusal {
    /// No token: what a client sends to learn how to get one.
    NoToken,
    /// A request that shows its token in the wrong way.
    Request(&'static str),
    /// The token is not taken.
    Token(TokenError),
    /// The token is good and lacks a scope that every token needs.
    Scope,
}

/// The layer in front of the message endpoints.
pub(super) async fn check(
    State(gate): State<Arc<Gate>>,
    mut request: Request,
    next: Next,
) -> Response {
    match gate.caller(request.headers(), request.uri()).await {
        Ok(caller) => {
            request.headers_mut().remove(header::AUTHORIZATION);
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => {
            tracing::info!(target: "audit", event = "refused-token", "{}", refusal.description());
            gate.host.metrics().refused_token(refusal.kind());
            gate.answer(&refusal, &request)
        }
    }
}

impl Gate {
    async fn caller(&self, headers: &HeaderMap, uri: &Uri) -> Result<Caller, Refusal> {
        let token = token(headers, uri)?;
        let Authentication {
            tokens,
            scopes,
            rules,
        } = &self.authentication;
        let bearer = tokens.verify(token).await.map_err(Refusal::Token)?;
        if !scopes.is_subset(&bearer.scopes) {
            return Err(Refusal::Scope);
        }
        let opened = rules.opened_to(&bearer, self.host.registry());
        Ok(Caller::bearer(&bearer.subject, opened))
    }

    fn answer(&self, refusal: &Refusal, request: &Request) -> Response {
        let text = format!("{}\n", refusal.description());
        let (status, error) = match refusal {
            Refusal::NoToken => (StatusCode::UNAUTHORIZED, None),
            Refusal::Request(_) => (StatusCode::BAD_REQUEST, Some("invalid_request")),
            Refusal::Token(TokenError::NoKeys(_)) => {
                let retry = [(header::RETRY_AFTER, RETRY_AFTER)];
                return (StatusCode::SERVICE_UNAVAILABLE, retry, text).into_response();
            }
            Refusal::Token(_) => (StatusCode::UNAUTHORIZED, Some("invalid_token")),
            Refusal::Scope => (StatusCode::FORBIDDEN, Some("insufficient_scope")),
        };
        let metadata = self.resource.metadata_url(request);
        let mut challenge = format!("Bearer resource_metadata=\"{metadata}\"");
        if !self.authentication.scopes.is_empty() {
            let scopes: Vec<_> = self
                .authentication
                .scopes
                .iter()
                .map(String::as_str)
                .collect();
            challenge += &format!(", scope=\"{}\"", scopes.join(" "));
        }
        if let Some(error) = error {
            let description = refusal.description();
            challenge += &format!(", error=\"{error}\", error_description=\"{description}\"");
        }
        let mut response = (status, text).into_response();
        if let Ok(challenge) = HeaderValue::try_from(challenge) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl Refusal {
    /// A word for it, for counting.
    fn kind(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::Request(_) => "request",
            Self::Token(error) => error.kind(),
            Self::Scope => "scope",
        }
    }

    /// One line that can stand in a header in quotes.
    fn description(&self) -> String {
        match self {
            Self::NoToken => {
                "this server asks for an access token: Authorization: Bearer TOKEN".to_owned()
            }
            Self::Request(text) => (*text).to_owned(),
            Self::Token(error) => error.to_string(),
            Self::Scope => {
                "the token lacks a scope that this server requires; ask for it and come again"
                    .to_owned()
            }
        }
    }
}

/// The token of a request that shows it as it should be shown.
fn token<'r>(headers: &'r HeaderMap, uri: &Uri) -> Result<&'r str, Refusal> {
    // An address ends up in logs and histories.
    let mut names = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    if names.any(|(name, _)| name == "access_token") {
        return Err(Refusal::Request(
            "a token in the address is not taken, and others may have read it: send it in Authorization",
        ));
    }
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (shown.next(), shown.next()) {
        (None, _) => return Err(Refusal::NoToken),
        (Some(value), None) => value,
        (Some(_), Some(_)) => {
            return Err(Refusal::Request(
                "Authorization is there twice: send one token",
            ));
        }
    };
    let malformed = Refusal::Request("Authorization is not `Bearer TOKEN` with one token");
    let Some((scheme, token)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
        return Err(malformed);
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoToken);
    }
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    if token.is_empty() || !token.bytes().all(is_token) {
        return Err(malformed);
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str], uri: &'static str) -> Result<String, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        match token(&headers, &Uri::from_static(uri)) {
            Ok(token) => Ok(token.to_owned()),
            Err(Refusal::NoToken) => Err(401),
            Err(_) => Err(400),
        }
    }

    #[test]
    fn a_token_is_shown_once_in_its_header_and_nowhere_else() {
        assert_eq!(of(&["Bearer a.b.c"], "/mcp"), Ok("a.b.c".to_owned()));
        assert_eq!(
            of(&["bearer a.b-_~+/c="], "/mcp?x=1"),
            Ok("a.b-_~+/c=".to_owned())
        );
        for (values, uri, status) in [
            (&[][..], "/mcp", 401),
            (&["Basic YTpi"], "/mcp", 401),
            (&["DPoP a.b.c"], "/mcp", 401),
            (&["Bearer a.b.c", "Bearer a.b.c"], "/mcp", 400),
            (&["Basic YTpi", "Bearer a.b.c"], "/mcp", 400),
            (&["Bearer"], "/mcp", 400),
            (&["Bearer "], "/mcp", 400),
            (&["Bearer  a.b.c"], "/mcp", 400),
            (&["Bearer a.b.c, Bearer d.e.f"], "/mcp", 400),
            (&["Bearer a\"b"], "/mcp", 400),
            (&[], "/mcp?access_token=a.b.c", 400),
            (&["Bearer a.b.c"], "/mcp?access%5Ftoken=a.b.c", 400),
        ] {
            assert_eq!(of(values, uri), Err(status), "{values:?} {uri}");
        }
    }
}
