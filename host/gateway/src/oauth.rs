//! OAuth 2.0: tokens for one plugin's scopes at a time, bound to a key of this process.
//!
//! From the request for a token to the header that carries it:
//!
//! 1. [`ScopeCeiling`] says whether the operator lets a plugin have its scopes at all;
//! 2. `cache` has a token for exactly these scopes, or lets one caller ask for it;
//! 3. `service` (a service app: `assertion` signs with `key`) or `device` (a person signs in) asks,
//!    through `endpoint`, with a proof of `dpop` and by Okta's time, which `clock` knows;
//! 4. the token goes into `Authorization`, beside a proof for this very GET.
//!
//! So Okta itself refuses a plugin what this host would let slip. Tokens stay in memory.

mod assertion;
mod cache;
pub(crate) mod clock;
mod device;
mod dpop;
pub(crate) mod endpoint;
pub(crate) mod error;
mod holding;
mod key;
pub(crate) mod provider;
mod scope;
mod service;

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use capability::org::OrgUrl;
use reqwest::header::{HeaderMap, HeaderValue};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::ExposeSecret as _;
use url::Url;
use zeroize::Zeroizing;

use crate::secret::source::{Exposed, Held, Source};
use cache::{Cache, TokenKey};
use clock::{Clock, Heard};
use dpop::{Prover, Server};
use endpoint::{Scheme, Token, Way};
use error::AuthError;
use key::PrivateKey;

pub use holding::{Holding, Holds};
pub use scope::{ScopeCeiling, ScopeError};

/// How a client gets its tokens.
pub(crate) struct OAuth {
    client_id: String,
    grant: Grant,
    ceiling: ScopeCeiling,
    prover: Option<Arc<Prover>>,
    clock: Arc<Clock>,
    cache: Cache,
}

enum Grant {
    /// Client credentials with `private_key_jwt`.
    Service(Box<Held<PrivateKey>>),
    /// A person signs in.
    Device(Arc<device::Device>),
}

/// A token in use, and what is needed to have another one in its place.
pub(crate) struct Used {
    key: TokenKey,
    token: Arc<Token>,
}

impl OAuth {
    /// A service app with the key in `source`.
    pub(crate) fn service(
        client_id: String,
        source: Source,
        key_id: Option<String>,
    ) -> Result<Self, String> {
        let key = Held::new(source, move |secret| {
            PrivateKey::parse(secret, key_id.clone())
                .map_err(|error| format!("the private key {error}"))
        })?;
        Self::new(client_id, Grant::Service(Box::new(key)))
    }

    /// A native app in which a person signs in.
    pub(crate) fn device(client_id: String) -> Result<Self, String> {
        Self::new(client_id, Grant::Device(Arc::default()))
    }

    fn new(client_id: String, grant: Grant) -> Result<Self, String> {
        let prover =
            Prover::new().map_err(|_| "the system gives no random bytes for a key".to_owned())?;
        Ok(Self {
            client_id,
            grant,
            ceiling: ScopeCeiling::default(),
            prover: Some(Arc::new(prover)),
            clock: Arc::default(),
            cache: Cache::default(),
        })
    }

    /// Lets no token have more than `ceiling`.
    pub(crate) fn within(&mut self, ceiling: ScopeCeiling) {
        self.ceiling = ceiling;
    }

    /// Sends no proofs.
    pub(crate) fn without_dpop(&mut self) {
        self.prover = None;
    }

    /// What all plugins need together: a person signs in once for all of them.
    pub(crate) fn sign_in_for(&self, scopes: &BTreeSet<&'static str>) {
        if let Grant::Device(device) = &self.grant {
            device.ask_for(self.ceiling.within(scopes));
        }
    }

    pub(crate) fn exposed(&self) -> Option<&Exposed> {
        match &self.grant {
            Grant::Service(key) => key.exposed(),
            Grant::Device(_) => None,
        }
    }

    /// Whether a person signs in.
    pub(crate) fn is_a_person_s(&self) -> bool {
        matches!(self.grant, Grant::Device(_))
    }

    /// A token for `scopes`.
    pub(crate) async fn token(
        &self,
        scopes: &BTreeSet<&'static str>,
        way: Way<'_>,
    ) -> Result<Used, AuthError> {
        if scopes.is_empty() {
            return Err(AuthError::needs(
                "invalid_scope",
                "Okta has no OAuth scope for what this plugin reads; only an API token can read it",
            ));
        }
        let scopes = self.ceiling.allow(scopes)?;
        let mut key = self.token_key(scopes.clone(), way.org);
        let token = match &self.grant {
            Grant::Service(held) => {
                let own = held
                    .get()
                    .await
                    .map_err(|text| AuthError::needs("no_private_key", text))?;
                own.thumbprint().clone_into(&mut key.key);
                let request = service::Request {
                    way,
                    client_id: &self.client_id,
                    key: own,
                    prover: self.prover.as_deref(),
                    clock: &self.clock,
                };
                self.cache
                    .get(key.clone(), || async move { request.token(&scopes).await })
                    .await?
            }
            Grant::Device(device) => {
                let request = device::Request {
                    way,
                    client_id: &self.client_id,
                    prover: self.prover.as_ref(),
                    clock: &self.clock,
                };
                device.signed_in(&request).await?;
                self.cache
                    .get(key.clone(), || async move {
                        device.token(&request, &scopes).await
                    })
                    .await?
            }
        };
        Ok(Used { key, token })
    }

    /// Which of `needed`, and of `others` that it may hold besides, the app holds.
    pub(crate) async fn holds(
        &self,
        needed: &BTreeSet<&'static str>,
        others: &BTreeSet<&'static str>,
        way: Way<'_>,
    ) -> Result<Holds, AuthError> {
        let Grant::Service(held) = &self.grant else {
            return Ok(Holds::Person);
        };
        let key = held
            .get()
            .await
            .map_err(|text| AuthError::needs("no_private_key", text))?;
        let request = service::Request {
            way,
            client_id: &self.client_id,
            key,
            prover: self.prover.as_deref(),
            clock: &self.clock,
        };
        let (needed, mut beyond) = self.ceiling.split(needed);
        let (others, more) = self.ceiling.split(others);
        beyond.extend(more);
        let found = Holding::found(&request, needed, others).await?;
        Ok(Holds::App(Holding { beyond, ..found }))
    }

    fn token_key(&self, scopes: BTreeSet<String>, org: &OrgUrl) -> TokenKey {
        TokenKey {
            org: org.origin(),
            client_id: self.client_id.clone(),
            scopes,
            key: String::new(),
        }
    }

    /// The values of `Authorization` and, with a bound token, `DPoP` for a GET of `url`.
    pub(crate) fn headers(
        &self,
        used: &Used,
        url: &Url,
    ) -> Result<(HeaderValue, Option<HeaderValue>), AuthError> {
        let value = used.token.value.expose_secret();
        let (scheme, proof) = match (used.token.scheme, &self.prover) {
            (Scheme::Bearer, _) => ("Bearer", None),
            (Scheme::DPoP, Some(prover)) => {
                let proof = prover
                    .proof(Server::Resource, "GET", url, Some(value), self.clock.now())
                    .ok()
                    .and_then(|proof| HeaderValue::try_from(proof).ok())
                    .ok_or_else(endpoint::unsigned)?;
                ("DPoP", Some(proof))
            }
            (Scheme::DPoP, None) => {
                return Err(AuthError::needs(
                    "invalid_dpop_proof",
                    "Okta issued a token that is bound to a key although okta.auth.dpop is false; set it to true",
                ));
            }
        };
        let text = Zeroizing::new(format!("{scheme} {value}"));
        let mut authorization = HeaderValue::from_str(&text).map_err(|_| endpoint::unsigned())?;
        authorization.set_sensitive(true);
        Ok((authorization, proof))
    }

    /// Hears what a response to a GET says of tokens, nonces and time; whether the GET is worth sending
    /// once more for it. Only a 401 is: with a new nonce, by another time, or with a new token.
    pub(crate) async fn hear(&self, used: &Used, status: u16, headers: &HeaderMap) -> bool {
        let nonce = self
            .prover
            .as_ref()
            .is_some_and(|prover| prover.hear(Server::Resource, headers));
        if status != 401 {
            return false;
        }
        let challenge = headers
            .get_all(reqwest::header::WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect::<Vec<_>>()
            .join(", ");
        if challenge.contains("use_dpop_nonce") {
            return nonce;
        }
        if challenge.contains("invalid_dpop_proof") {
            return self.clock.hear(headers) == Heard::Moved;
        }
        if challenge.contains("invalid_token") {
            // Revoked, or ended while the machine slept.
            self.cache.forget(used.key.clone(), &used.token).await;
            if let Grant::Device(device) = &self.grant {
                device.lost_token().await;
            }
            return true;
        }
        false
    }
}

/// 128 random bits, for a `jti`. Without randomness nothing could have been signed before.
fn unique() -> String {
    let mut bytes = [0; 16];
    let _ = SystemRandom::new().fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
