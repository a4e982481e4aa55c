//! Access tokens that callers of this server show: whether the organisation's Okta issued them, for this server.
//!
//! The server is a resource server here, and a token is a JWT of one authorization server. What has to hold, in the
//! order in which it is looked at: the token's form and algorithm, the issuer's key that it names, the signature, and
//! then issuer, audience, time and claims. `keys` has the issuer's keys, fetched and kept; `settings` is what the
//! operator says.
//!
//! It stands in this crate because keys come over HTTP and cryptography is here already. A caller's token
//! is looked at and forgotten: it is never sent anywhere, and no error and no log line holds any of it.
//!
//! It does not ask the issuer about a single token: one that was revoked is good until it ends, as with every JWT.
//! [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068),
//! [Okta: validate access tokens](https://developer.okta.com/docs/guides/validate-access-tokens/).

mod claims;
mod keys;
mod keyset;
mod settings;

use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};

use crate::client::Client;
use crate::gateway::SetupError;
use crate::oauth::provider;
use keys::Keys;
use settings::Place;

pub use claims::Bearer;
pub use settings::{BearerSettings, IssuerError, KeysUrl, KeysUrlError};

/// The longest token that is looked at, in bytes. Okta's have one or two kB, and with a hundred groups some five.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// How far the issuer's clock and this machine's may be apart, in seconds.
const LEEWAY: u64 = 30;

/// The kinds of JWT that are taken for an access token; Okta's name none. Neither an ID token with a kind of its own
/// nor a proof of possession is one.
const KINDS: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

/// The tokens of one authorization server for one audience.
pub struct AccessTokens {
    issuer: String,
    audience: String,
    groups_claim: String,
    keys: Arc<Keys>,
}

/// Why a caller's token is not taken. No variant holds any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than any real one.
    #[error("the token is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLong,
    /// Not three parts of base64url with JSON in them.
    #[error(
        "the token is not a JWT; only a custom authorization server of Okta's issues tokens that can be checked"
    )]
    NotJwt,
    /// `none`, a shared secret, or what no key of the issuer's is for.
    #[error("the token is not signed with RS256 or ES256 as its key is")]
    Algorithm,
    /// Something else than an access token, or extensions that would have to be understood.
    #[error("the token's header is not that of an access token")]
    Kind,
    /// No `kid`, or none of the issuer's.
    #[error("the token is signed with a key that its issuer does not publish")]
    UnknownKey,
    /// Altered, or another key's.
    #[error("the token's signature is wrong")]
    Signature,
    /// Another authorization server's.
    #[error("the token is from another issuer than this server trusts")]
    Issuer,
    /// Meant for somebody else.
    #[error("the token is for another audience than this server")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not begun.
    #[error("the token is not valid yet; is a clock wrong?")]
    NotYet,
    /// A claim is missing or has another form than it should.
    #[error("the token lacks the claim {0}, or has another form of it")]
    Claim(&'static str),
    /// A token that is worth nothing without a proof, shown without one.
    #[error("the token is bound to a key (cnf), and this server checks no proofs of possession")]
    Bound,
    /// The issuer's keys are not there to check it with: nobody is let in.
    #[error("{0}")]
    NoKeys(String),
}

impl TokenError {
    /// A word for it, for counting.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::NotJwt => "not-jwt",
            Self::Algorithm => "algorithm",
            Self::Kind => "kind",
            Self::UnknownKey => "unknown-key",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
            Self::Claim(_) => "claim",
            Self::Bound => "bound",
            Self::NoKeys(_) => "no-keys",
        }
    }
}

impl AccessTokens {
    /// The tokens that `settings` describe. Keys are fetched when the first token is shown.
    ///
    /// # Errors
    /// When `user_agent` cannot be sent.
    pub fn new(settings: BearerSettings, user_agent: &str) -> Result<Self, SetupError> {
        provider::install();
        let user_agent = HeaderValue::from_str(user_agent).map_err(|_| SetupError::UserAgent)?;
        let BearerSettings {
            issuer,
            audience,
            keys: Place { url, origin },
            groups_claim,
            ca_file,
        } = settings;
        let client = Client::new(&origin);
        if let Some(file) = ca_file {
            client.trust(file);
        }
        Ok(Self {
            issuer,
            audience,
            groups_claim,
            keys: Keys::new(url, client, user_agent),
        })
    }

    /// The authorization server, as its tokens name it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Who shows `token`.
    ///
    /// # Errors
    /// [`TokenError`]: it is not taken. [`TokenError::NoKeys`] says nothing of the token; it may be tried again.
    pub async fn verify(&self, token: &str) -> Result<Bearer, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let header = decode_header(token).map_err(|error| match error.kind() {
            // The header is JSON, and what does not fit is its `alg`.
            ErrorKind::Json(json) if json.is_data() => TokenError::Algorithm,
            _ => TokenError::NotJwt,
        })?;
        let is_kind = |kind: &str| KINDS.contains(&kind.to_ascii_lowercase().as_str());
        if header.typ.as_deref().is_some_and(|kind| !is_kind(kind)) || header.crit.is_some() {
            return Err(TokenError::Kind);
        }
        // Whatever key or address of a key a header brings: the issuer's own are the only ones.
        let id = header.kid.as_deref().ok_or(TokenError::UnknownKey)?;
        let key = self
            .keys
            .find(id)
            .await
            .map_err(|error| TokenError::NoKeys(error.to_string()))?
            .ok_or(TokenError::UnknownKey)?;
        if header.alg != key.algorithm {
            return Err(TokenError::Algorithm);
        }
        let verified = decode::<Map<String, Value>>(token, &key.key, &self.validation(&key))
            .map_err(|error| refusal(error.kind()))?;
        claims::read(&verified.claims, &self.groups_claim)
    }

    fn validation(&self, key: &keyset::Key) -> Validation {
        let mut validation = Validation::new(key.algorithm);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation
    }
}

fn refusal(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => TokenError::Algorithm,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::ExpiredSignature => TokenError::Expired,
        ErrorKind::ImmatureSignature => TokenError::NotYet,
        ErrorKind::MissingRequiredClaim(claim) | ErrorKind::InvalidClaimFormat(claim) => {
            TokenError::Claim(claims::name(claim))
        }
        _ => TokenError::NotJwt,
    }
}
