//! A look at the org from outside: where the way to it ends, when nothing works.
//!
//! One document is asked for, at a path that is written here: the one that every Okta org shows to
//! everybody ([Okta: org metadata](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/OrgSettingMetadata/)).
//! No credential goes with it, so a look can come before the credential is handed to a host, and tell
//! whether that host says it is an Okta org. It goes the way of every other request: the same client, so
//! the same proxy, the same trust and no redirects. It is not paced: a look is one request of a person
//! who asked for it.

use std::net::IpAddr;

use capability::org::OrgUrl;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, HeaderValue, USER_AGENT};
use serde::Deserialize;
use tokio::time::Instant;
use url::{Host, Url};

use crate::body;
use crate::client::Client;
use crate::fault::{self, Stage};
use crate::oauth::clock::Skew;

/// What every org shows to everybody.
const PUBLIC: &str = "/.well-known/okta-organization";

/// What was seen of the way to the org, as far as it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The way that requests take.
    pub route: Route,
    /// The addresses of the next host on that way and what answered there, or why it has no address.
    pub found: Result<Found, String>,
}

/// The way that requests take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The host whose address this machine has to know: the proxy's, or the org's.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether that host is a proxy.
    pub is_proxy: bool,
    /// Whether the org is spoken to over TLS; one on this machine may be without.
    pub encrypted: bool,
}

/// A host that has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its addresses, each once.
    pub addresses: Vec<IpAddr>,
    /// What answered.
    pub answer: Result<FrontDoor, NoAnswer>,
}

/// What answered at the org's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontDoor {
    /// Its HTTP status.
    pub status: u16,
    /// The difference between its clock and this machine's, where it has one.
    pub skew: Option<Skew>,
    /// The org's id, where it says that it is an Okta org.
    pub org: Option<String>,
}

/// Why nothing answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Nothing was sent: there is nothing to trust, or no client.
    #[error("{0}")]
    NotSent(String),
    /// No connection came about, to the proxy where there is one.
    #[error("{0}")]
    Connection(String),
    /// What is there does not speak TLS.
    #[error("{0}")]
    Tls(String),
    /// The certificate is not one that is trusted.
    #[error("{0}")]
    Trust(String),
    /// The connection broke.
    #[error("{0}")]
    Broken(String),
    /// The time was over.
    #[error("nothing answered in time")]
    Slow,
}

/// Looks, until `deadline` at the latest.
pub(crate) async fn look(
    client: &Client,
    org: &OrgUrl,
    user_agent: &HeaderValue,
    deadline: Instant,
) -> Sighting {
    let Ok(url) = Url::parse(&format!("{}{PUBLIC}", org.origin())) else {
        // An origin with a path behind it is a URL.
        return Sighting {
            route: Route::nowhere(),
            found: Err("the org's URL cannot be completed".to_owned()),
        };
    };
    let route = Route::to(&url);
    let addresses = match tokio::time::timeout_at(deadline, route.addresses()).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(cause)) => {
            return Sighting {
                route,
                found: Err(cause),
            };
        }
        Err(_) => {
            return Sighting {
                route,
                found: Err("the name server did not answer in time".to_owned()),
            };
        }
    };
    let answer = tokio::time::timeout_at(deadline, ask(client, url, user_agent))
        .await
        .unwrap_or(Err(NoAnswer::Slow));
    Sighting {
        route,
        found: Ok(Found { addresses, answer }),
    }
}

async fn ask(client: &Client, url: Url, user_agent: &HeaderValue) -> Result<FrontDoor, NoAnswer> {
    let client = client
        .get()
        .await
        .map_err(|error| NoAnswer::NotSent(error.to_string()))?;
    let response = client
        .get(url)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, user_agent.clone())
        .send()
        .await
        .map_err(|error| {
            let (stage, cause) = fault::stage(error);
            match stage {
                Stage::Connection => NoAnswer::Connection(cause),
                Stage::Tls => NoAnswer::Tls(cause),
                Stage::Trust => NoAnswer::Trust(cause),
                Stage::Broken => NoAnswer::Broken(cause),
            }
        })?;
    let (status, skew) = (response.status(), Skew::of(response.headers()));
    let body = body::of_refusal(response).await;
    Ok(FrontDoor {
        status: status.as_u16(),
        skew,
        org: (status == StatusCode::OK).then(|| org_id(&body)).flatten(),
    })
}

/// The id in the document that an org shows to everybody.
fn org_id(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Document {
        id: String,
        pipeline: String,
    }
    let Document { id, pipeline } = serde_json::from_slice(body).ok()?;
    // Ids of orgs have 20 letters and digits; the pipeline (`v1`, `idx`) tells this document from others with an id.
    let word = |text: &str| {
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (word(&id) && word(&pipeline)).then_some(id)
}

impl Route {
    /// The way that the client takes to `url`.
    fn to(url: &Url) -> Self {
        let encrypted = url.scheme() == "https";
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => String::new(),
        };
        let direct = Self {
            host,
            port: url.port_or_known_default().unwrap_or_default(),
            is_proxy: false,
            encrypted,
        };
        if !encrypted {
            // As the client has it: a proxy would read the token of a plain request.
            return direct;
        }
        // The client's own reading of HTTPS_PROXY, ALL_PROXY and NO_PROXY.
        let proxy = url
            .as_str()
            .parse()
            .ok()
            .and_then(|uri| Matcher::from_system().intercept(&uri));
        let Some(proxy) = proxy else { return direct };
        let uri = proxy.uri();
        let default = if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        Self {
            // Never the user and the password that may stand before it.
            host: uri
                .host()
                .unwrap_or_default()
                .trim_matches(['[', ']'])
                .to_owned(),
            port: uri.port_u16().unwrap_or(default),
            is_proxy: true,
            encrypted,
        }
    }

    fn nowhere() -> Self {
        Self {
            host: String::new(),
            port: 0,
            is_proxy: false,
            encrypted: true,
        }
    }

    async fn addresses(&self) -> Result<Vec<IpAddr>, String> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port))
            .await
            .map_err(|error| capability::text::clean(&error.to_string(), 200))?;
        let mut addresses: Vec<IpAddr> = Vec::new();
        for socket in found {
            if !addresses.contains(&socket.ip()) {
                addresses.push(socket.ip());
            }
        }
        if addresses.is_empty() {
            return Err("the name has no address".to_owned());
        }
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_org_is_known_by_its_document_and_nothing_else() {
        let id = |body: &str| org_id(body.as_bytes());
        assert_eq!(
            id(r#"{"id":"00o1n8sbwArJ7OQRw406","pipeline":"idx","settings":{}}"#).as_deref(),
            Some("00o1n8sbwArJ7OQRw406")
        );
        for other in [
            "",
            "<html></html>",
            "[]",
            r#"{"id":"00o1n8sbwArJ7OQRw406"}"#,
            r#"{"id":7,"pipeline":"idx"}"#,
            r#"{"id":"","pipeline":"idx"}"#,
            r#"{"id":"00o\u001b[31m","pipeline":"idx"}"#,
        ] {
            assert_eq!(id(other), None, "{other}");
        }
    }

    #[test]
    fn a_plain_org_is_asked_directly_whatever_its_port() {
        let url = Url::parse("http://[::1]:8080/x").unwrap();
        assert_eq!(
            Route::to(&url),
            Route {
                host: "::1".to_owned(),
                port: 8080,
                is_proxy: false,
                encrypted: false
            }
        );
    }
}
