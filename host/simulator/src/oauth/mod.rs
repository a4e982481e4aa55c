//! OAuth 2.0 as an Okta org offers it to clients of its management API.
//!
//! * `POST /oauth2/v1/token`: client credentials with `private_key_jwt`, the device code and the
//!   refresh token. Signatures, claims, single use and DPoP are checked for real.
//! * `POST /oauth2/v1/device/authorize` and the page `GET /activate`, where the person signs in:
//!   whoever opens it with a code has done so, for there are no passwords here.
//! * Access tokens in front of the endpoints: scope, expiry, DPoP binding.
//! * `/oauth2/default`, a custom authorization server, whose tokens are for somebody else's API ([`custom`]).
//!
//! Texts of errors follow Okta's documents and SDKs where they give one. Choice [?]: the wording of
//! the others, and every order of checks.

mod custom;
mod device;
mod jwt;
mod proof;
mod token;

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::envelope::Content;
use crate::random::{BASE62, Random};
use crate::route::Route;
use crate::server::{Shared, lock};
use crate::wire::Request;

pub(crate) use custom::Signer;
pub use jwt::KeyError;

use device::Device;
use jwt::PublicKey;

/// Seconds that an access token lives. Okta's org authorization server always says 3600.
pub(crate) const LIFETIME: i64 = 3_600;

/// An application that is registered at the org.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    client_id: String,
    kind: AppKind,
    scopes: Vec<String>,
    dpop: bool,
}

#[derive(Clone, Debug)]
enum AppKind {
    /// A service app: it signs with one of these.
    Service(Vec<PublicKey>),
    /// A native app: a person signs in on its behalf.
    Native,
}

impl OAuthApp {
    /// An API service app whose assertions one of the keys in `jwks` (a JWK or a JWKS) verifies. It
    /// holds no scope yet.
    ///
    /// # Errors
    /// When there is no public key of a kind that Okta takes.
    pub fn service(client_id: &str, jwks: &str) -> Result<Self, KeyError> {
        Ok(Self {
            client_id: client_id.to_owned(),
            kind: AppKind::Service(PublicKey::all(jwks)?),
            scopes: Vec::new(),
            dpop: false,
        })
    }

    /// A native app for the device authorization grant. It holds no scope yet.
    #[must_use]
    pub fn native(client_id: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            kind: AppKind::Native,
            scopes: Vec::new(),
            dpop: false,
        }
    }

    /// Grants scopes, such as `okta.users.read`.
    #[must_use]
    pub fn granted<'a>(mut self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        self.scopes.extend(scopes.into_iter().map(str::to_owned));
        self
    }

    /// Sets "Require Demonstrating Proof of Possession (DPoP) header in token requests".
    #[must_use]
    pub fn requiring_dpop(mut self) -> Self {
        self.dpop = true;
        self
    }

    /// The client id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

/// What the org remembers of what it issued.
#[derive(Debug, Default)]
pub(crate) struct Access {
    /// `jti` of assertions, each to be used once, with their client.
    assertions: HashSet<(String, String)>,
    /// `jti` of DPoP proofs, with their key.
    proofs: HashSet<(String, String)>,
    tokens: HashMap<String, Issued>,
    refresh: HashMap<String, Issued>,
    devices: HashMap<String, Device>,
    issued: usize,
}

/// An access token's meaning.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    client_id: String,
    scopes: Vec<String>,
    /// Epoch seconds.
    expires: i64,
    /// Thumbprint of the key that it is bound to.
    key: Option<String>,
}

impl Access {
    /// Ends all access tokens.
    pub(crate) fn revoke(&mut self) {
        self.tokens.clear();
    }

    /// A text that was not issued before. It opens nothing but this org, which everybody may read.
    fn next(&mut self, seed: u64, kind: &str, length: usize) -> String {
        self.issued += 1;
        Random::stream(seed, kind, self.issued).text(BASE62, length)
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// May go on.
    Known,
    /// May not: this is the answer.
    Unknown(Unknown),
}

/// Why a caller may not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// No credential, or an API token that is not the org's.
    ApiToken,
    /// An access token: status, and the challenges' scheme and parameters.
    AccessToken {
        status: u16,
        challenge: String,
        nonce: Option<String>,
    },
}

impl Unknown {
    fn token(scheme: &str, status: u16, error: &str, description: &str) -> Self {
        Self::AccessToken {
            status,
            challenge: format!("{scheme} error=\"{error}\", error_description=\"{description}\""),
            nonce: None,
        }
    }

    /// The answer without a body that Okta gives to a bad access token.
    pub(crate) fn content(&self) -> Option<Content> {
        let Self::AccessToken {
            status,
            challenge,
            nonce,
        } = self
        else {
            return None;
        };
        let mut content = Content::json(*status, String::new());
        content
            .headers
            .push(("www-authenticate", challenge.clone()));
        if let Some(nonce) = nonce {
            content.headers.push(("dpop-nonce", nonce.clone()));
        }
        Some(content)
    }
}

/// Judges the `Authorization` of a request for `route`.
///
/// Choice [?]: the letter case of a scheme does not count, as HTTP has it.
pub(crate) fn caller(shared: &Shared, request: &Request, route: &Route) -> Caller {
    let header = request.header("authorization").unwrap_or_default();
    // Okta's own Python SDK 3.4 writes no blank after `SSWS`.
    let api_token = header
        .split_at_checked(4)
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("SSWS"))
        .map(|(_, token)| token.trim());
    if api_token == Some(shared.options.token.as_str()) {
        return Caller::Known;
    }
    match header.split_once(' ') {
        Some((scheme, sent))
            if ["bearer", "dpop"].contains(&scheme.to_ascii_lowercase().as_str()) =>
        {
            let scheme = scheme.to_ascii_lowercase();
            match access(shared, request, route, &scheme, sent.trim()) {
                Ok(()) => Caller::Known,
                Err(unknown) => Caller::Unknown(unknown),
            }
        }
        _ => Caller::Unknown(Unknown::ApiToken),
    }
}

fn access(
    shared: &Shared,
    request: &Request,
    route: &Route,
    scheme: &str,
    sent: &str,
) -> Result<(), Unknown> {
    let now = shared.options.clock.now();
    let mut access = lock(&shared.access);
    let invalid = |description: &str| {
        let scheme = if scheme == "dpop" { "DPoP" } else { "Bearer" };
        Unknown::token(scheme, 401, "invalid_token", description)
    };
    let issued = access
        .tokens
        .get(sent)
        .filter(|issued| issued.expires > now)
        .cloned()
        .ok_or_else(|| invalid("The access token is invalid or has expired."))?;
    match (&issued.key, scheme) {
        (None, "bearer") => {}
        (Some(key), "dpop") => {
            let (path, _) = request.path_and_query();
            let expected = proof::Expected {
                method: &request.method,
                url: &format!("{}{path}", shared.base),
                token: Some(sent),
                nonce: shared
                    .options
                    .resource_nonce
                    .then(|| proof::nonce(shared.options.seed, now)),
            };
            let used = proof::check(request, &expected, now, &mut access.proofs)
                .map_err(|wrong| wrong.at_resource())?;
            if used != *key {
                return Err(invalid(
                    "The DPoP proof's key is not the one that the token is bound to.",
                ));
            }
        }
        (Some(_), _) => {
            return Err(invalid(
                "The access token is bound to a key; use the DPoP scheme.",
            ));
        }
        (None, _) => {
            return Err(invalid(
                "The access token is not bound to a key; use the Bearer scheme.",
            ));
        }
    }
    match scope(route) {
        Some(needed) if !allows(&issued.scopes, needed) => Err(Unknown::AccessToken {
            status: 403,
            challenge: format!(
                "Bearer authorization_uri=\"{base}/oauth2/v1/authorize\", realm=\"{base}\", scope=\"{needed}\", \
                 error=\"insufficient_scope\", error_description=\"The access token provided does not contain \
                 the required scopes.\", resource=\"{}\"",
                request.path_and_query().0,
                base = shared.base,
            ),
            nonce: None,
        }),
        _ => Ok(()),
    }
}

/// `x.manage` implies `x.read`.
fn allows(held: &[String], needed: &str) -> bool {
    let manage = needed
        .strip_suffix(".read")
        .map(|family| format!("{family}.manage"));
    held.iter()
        .any(|scope| scope == needed || manage.as_ref() == Some(scope))
}

/// The scope that an endpoint needs, from Okta's OpenAPI document; none for an unknown path, which is
/// answered with 404.
fn scope(route: &Route) -> Option<&'static str> {
    Some(match route {
        Route::Users
        | Route::User(_)
        | Route::UserGroups(_)
        | Route::UserAppLinks(_)
        | Route::UserFactors(_)
        | Route::UserFactor(..) => "okta.users.read",
        Route::Groups
        | Route::Group(_)
        | Route::GroupUsers(_)
        | Route::GroupApps(_)
        | Route::GroupRules
        | Route::GroupRule(_) => "okta.groups.read",
        Route::Apps
        | Route::App(_)
        | Route::AppUsers(_)
        | Route::AppGroups(_)
        | Route::AppSecrets(_) => "okta.apps.read",
        Route::Policies | Route::Policy(_) | Route::PolicyRules(_) | Route::PolicyRule(..) => {
            "okta.policies.read"
        }
        Route::Unknown => return None,
    })
}

/// The answer of the OAuth endpoint that a request is for; none when it is for none.
pub(crate) fn endpoint(shared: &Shared, request: &Request) -> Option<Content> {
    let (path, query) = request.path_and_query();
    let now = shared.options.clock.now();
    let answer = match (request.method.as_str(), path) {
        ("POST", "/oauth2/v1/token") => token::answer(shared, request, now),
        ("POST", "/oauth2/v1/device/authorize") => device::authorize(shared, request, now),
        ("GET", "/activate") => return Some(device::activate(shared, query, now)),
        _ => custom::endpoint(shared, request, now)?,
    };
    Some(answer.unwrap_or_else(Wrong::content))
}

/// An OAuth error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    status: u16,
    error: &'static str,
    description: &'static str,
    nonce: Option<String>,
}

impl Wrong {
    const fn new(status: u16, error: &'static str, description: &'static str) -> Self {
        Self {
            status,
            error,
            description,
            nonce: None,
        }
    }

    const fn client(description: &'static str) -> Self {
        Self::new(401, "invalid_client", description)
    }

    const fn proof(description: &'static str) -> Self {
        Self::new(400, "invalid_dpop_proof", description)
    }

    fn content(self) -> Content {
        let body = json!({"error": self.error, "error_description": self.description});
        let mut content = Content::json(self.status, body.to_string());
        content
            .headers
            .extend(self.nonce.map(|nonce| ("dpop-nonce", nonce)));
        content
    }

    /// What a resource says instead, in a challenge.
    fn at_resource(self) -> Unknown {
        Unknown::AccessToken {
            status: 401,
            challenge: format!(
                "DPoP error=\"{}\", error_description=\"{}\"",
                self.error, self.description
            ),
            nonce: self.nonce,
        }
    }
}
