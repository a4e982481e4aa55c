//! DPoP: a proof, with every request, that whoever uses a token has the key that it was issued to
//! ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449),
//! [Okta's guide](https://developer.okta.com/docs/guides/dpop/oktaresourceserver/main/)).
//!
//! A stolen access token is worth nothing without the key, which is made at start, is another one than
//! the client's, and never leaves the process.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::Error;
use reqwest::header::HeaderMap;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use url::Url;

use super::key::{KeyError, PrivateKey};
use super::unique;

/// The longest nonce that is taken, in bytes. Okta's have about 30.
const MAX_NONCE: usize = 256;

/// Who asks for a nonce: each server has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// The authorization server, which always does.
    Authorization,
    /// The API, which may.
    Resource,
}

/// The key of this process and the nonces of the two servers.
#[derive(Debug)]
pub(super) struct Prover {
    key: PrivateKey,
    authorization: Nonce,
    resource: Nonce,
}

type Nonce = Mutex<Option<String>>;

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

impl Prover {
    /// A prover with a key of its own.
    pub(super) fn new() -> Result<Self, KeyError> {
        Ok(Self {
            key: PrivateKey::generate()?,
            authorization: Nonce::default(),
            resource: Nonce::default(),
        })
    }

    /// The value of `DPoP` for one request, made `now`.
    pub(super) fn proof(
        &self,
        server: Server,
        method: &str,
        url: &Url,
        token: Option<&str>,
        now: i64,
    ) -> Result<String, Error> {
        // `htu` is the URL without query and fragment.
        let mut target = url.clone();
        target.set_query(None);
        target.set_fragment(None);
        let claims = Claims {
            jti: unique(),
            htm: method,
            htu: target.as_str(),
            iat: now,
            ath: token.map(|token| URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))),
            nonce: lock(self.nonce(server)).clone(),
        };
        let mut header = self.key.header();
        header.typ = Some("dpop+jwt".to_owned());
        header.jwk = Some(self.key.jwk().clone());
        self.key.sign(&header, &claims)
    }

    /// Takes note of a nonce in a response; says whether it is another one than was used.
    pub(super) fn hear(&self, server: Server, headers: &HeaderMap) -> bool {
        let sent = headers
            .get("dpop-nonce")
            .and_then(|value| value.to_str().ok())
            .filter(|nonce| (1..=MAX_NONCE).contains(&nonce.len()));
        let Some(sent) = sent else { return false };
        let mut kept = lock(self.nonce(server));
        let new = kept.as_deref() != Some(sent);
        *kept = Some(sent.to_owned());
        new
    }

    fn nonce(&self, server: Server) -> &Nonce {
        match server {
            Server::Authorization => &self.authorization,
            Server::Resource => &self.resource,
        }
    }
}

/// The value is whole at every moment, whoever panicked with the lock.
fn lock(nonce: &Nonce) -> std::sync::MutexGuard<'_, Option<String>> {
    nonce.lock().unwrap_or_else(PoisonError::into_inner)
}
