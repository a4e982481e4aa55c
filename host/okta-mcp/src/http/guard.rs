//! Which names and which pages may talk to the server: the checks against DNS rebinding and against other
//! people's web pages in a browser on this machine.
//!
//! A page that has its own name resolve to 127.0.0.1 sends that name in `Host`; one that posts across origins
//! sends its origin in `Origin`. Both are refused with 403 before anything else is looked at, for every path.
//! [MCP 2026-07-28, Streamable HTTP, security](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#security-warning).

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Origin, Url};

/// The names and origins that are let in.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    hosts: Arc<[String]>,
    origins: Arc<[Origin]>,
}

/// The text is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no origin; write scheme and host, as in https://app.example.com")]
pub struct NoOrigin(String);

impl Guard {
    /// Lets in `hosts` (names without a port) and `origins`, beside this machine's own.
    ///
    /// # Errors
    /// [`NoOrigin`], with the first that is none.
    pub fn new(hosts: Vec<String>, origins: &[String]) -> Result<Self, NoOrigin> {
        let origins = origins
            .iter()
            .map(|text| origin(text).ok_or_else(|| NoOrigin(capability::text::clean(text, 80))))
            .collect::<Result<_, _>>()?;
        let hosts = hosts
            .into_iter()
            .map(|host| host.to_ascii_lowercase())
            .collect();
        Ok(Self { hosts, origins })
    }

    /// Whether `origin`, a header's value, is one of the configured origins.
    pub(super) fn is_configured(&self, origin_header: &[u8]) -> bool {
        std::str::from_utf8(origin_header)
            .ok()
            .and_then(origin)
            .is_some_and(|origin| self.origins.contains(&origin))
    }

    /// A name that an attacker's page can have is let in only when it was configured; an address cannot be rebound.
    fn lets_in_host(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<http::uri::Authority>() else {
            return false;
        };
        let host = authority.host().to_ascii_lowercase();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok() || host == "localhost" || self.hosts.contains(&host)
    }

    fn lets_in_origin(&self, text: &str) -> bool {
        origin(text).is_some_and(|origin| is_local(&origin) || self.origins.contains(&origin))
    }

    fn refusal(&self, uri: &Uri, headers: &HeaderMap) -> Option<&'static str> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            (None, _) => uri.authority().map(http::uri::Authority::as_str),
            (Some(_), Some(_)) => None,
        };
        if !host.is_some_and(|host| self.lets_in_host(host)) {
            return Some(
                "this server does not answer to that Host; list the name in http.allowedHosts\n",
            );
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let allowed = match (origins.next(), origins.next()) {
            // Programs send none; only browsers do.
            (None, _) => true,
            (Some(origin), None) => origin.to_str().is_ok_and(|text| self.lets_in_origin(text)),
            (Some(_), Some(_)) => false,
        };
        (!allowed).then_some(
            "pages of that Origin may not talk to this server; list it in http.allowedOrigins\n",
        )
    }
}

/// The layer in front of every route.
pub(crate) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.refusal(request.uri(), request.headers()) {
        Some(text) => (StatusCode::FORBIDDEN, text).into_response(),
        None => next.run(request).await,
    }
}

/// `Origin: null` and everything opaque is nobody's.
fn origin(text: &str) -> Option<Origin> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin();
    (origin.is_tuple() && matches!(url.path(), "" | "/") && url.query().is_none()).then_some(origin)
}

fn is_local(origin: &Origin) -> bool {
    match origin {
        Origin::Tuple(scheme, host, _) if scheme == "http" || scheme == "https" => match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(guard: &Guard, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        guard.refusal(&Uri::from_static("/mcp"), &headers).is_some()
    }

    #[test]
    fn a_name_that_was_rebound_to_this_machine_is_refused() {
        let guard = Guard::default();
        for host in [
            "evil.example.com",
            "evil.example.com:8080",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "",
        ] {
            assert!(refused(&guard, host, None), "{host}");
        }
        for host in [
            "localhost:8080",
            "LOCALHOST",
            "127.0.0.1:8080",
            "[::1]:8080",
            "192.0.2.7:8080",
        ] {
            assert!(!refused(&guard, host, None), "{host}");
        }
    }

    #[test]
    fn a_configured_name_is_let_in_whatever_its_port() {
        let guard = Guard::new(vec!["MCP.example.com".to_owned()], &[]).unwrap();
        assert!(!refused(&guard, "mcp.example.com", None));
        assert!(!refused(&guard, "mcp.EXAMPLE.com:443", None));
        assert!(refused(&guard, "x.mcp.example.com", None));
    }

    #[test]
    fn a_foreign_page_is_refused_and_a_page_of_this_machine_is_not() {
        let guard = Guard::default();
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost.evil.example",
            "file://",
            "nonsense",
            "",
        ] {
            assert!(refused(&guard, "localhost", Some(origin)), "{origin}");
        }
        for origin in [
            "http://localhost:6274",
            "http://127.0.0.1",
            "http://[::1]:3000",
        ] {
            assert!(!refused(&guard, "localhost", Some(origin)), "{origin}");
        }
    }

    #[test]
    fn a_configured_origin_is_let_in_with_its_own_scheme_and_port_only() {
        let guard = Guard::new(Vec::new(), &["https://app.example.com".to_owned()]).unwrap();
        assert!(!refused(
            &guard,
            "localhost",
            Some("https://app.example.com")
        ));
        assert!(!refused(
            &guard,
            "localhost",
            Some("https://app.example.com:443")
        ));
        assert!(refused(
            &guard,
            "localhost",
            Some("https://app.example.com:8443")
        ));
        assert!(refused(&guard, "localhost", Some("http://app.example.com")));
        let wrong = Guard::new(Vec::new(), &["app.example.com/x".to_owned()]).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "`app.example.com/x` is no origin; write scheme and host, as in https://app.example.com"
        );
    }
}
