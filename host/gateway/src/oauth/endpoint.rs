//! One POST to the org's authorization server, and what its answer is.

use std::collections::BTreeSet;

use capability::answer::Failure;
use capability::org::OrgUrl;
use capability::text::clean;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Client, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;

use super::clock::Clock;
use super::dpop::{Prover, Server};
use super::error::AuthError;
use crate::pace::{Limit, Setback};
use crate::{body, fault, refusal};

/// The token endpoint of the org authorization server; a custom one cannot issue `okta.*` scopes.
pub(super) const TOKEN: &str = "/oauth2/v1/token";

/// Where a device asks for a code.
pub(super) const DEVICE: &str = "/oauth2/v1/device/authorize";

/// What a request to the org is sent with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(crate) client: &'a Client,
    pub(crate) org: &'a OrgUrl,
    pub(crate) user_agent: &'a HeaderValue,
}

impl Way<'_> {
    /// The URL of one of the org's own paths.
    pub(super) fn url(&self, path: &str) -> Result<Url, AuthError> {
        Url::parse(&format!("{}{path}", self.org.origin())).map_err(|_| {
            AuthError::Final(Failure::Unavailable(
                "the org's URL cannot be completed".to_owned(),
            ))
        })
    }
}

/// A no of the authorization server.
#[derive(Debug)]
pub(super) struct No {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) description: String,
    pub(super) headers: Box<HeaderMap>,
}

/// Sends `form` and reads the answer as a `T`, or as a no.
pub(super) async fn post<T: DeserializeOwned>(
    way: Way<'_>,
    path: &str,
    form: &[(&str, &str)],
    prover: Option<(&Prover, &Clock)>,
) -> Result<Result<T, No>, AuthError> {
    let url = way.url(path)?;
    let text = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = way
        .client
        .post(url.clone())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(USER_AGENT, way.user_agent.clone())
        .body(text);
    if let Some((prover, clock)) = prover {
        let proof = prover
            .proof(Server::Authorization, "POST", &url, None, clock.now())
            .map_err(|_| unsigned())?;
        request = request.header("dpop", proof);
    }
    let begun = Instant::now();
    let response = request.send().await.map_err(fault::no_response)?;
    let (status, headers) = (response.status(), response.headers().clone());
    tracing::debug!(
        path,
        status = status.as_u16(),
        ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        request_id = refusal::request_id(&headers),
        "authorization server"
    );
    let body = body::of_refusal(response).await;
    match status {
        StatusCode::OK => match serde_json::from_slice(&body) {
            Ok(value) => Ok(Ok(value)),
            Err(_) => Err(AuthError::Final(Failure::Unavailable(
                "the org's authorization server did not answer with a token; is a proxy or a sign-in page \
                 in the way?"
                    .to_owned(),
            ))),
        },
        StatusCode::TOO_MANY_REQUESTS => Err(AuthError::Limited(Limit::of(&headers))),
        _ if status.is_server_error() => {
            let refused = refusal::failure(refusal::read(status, &headers, &body));
            Err(AuthError::Passing(refused))
        }
        _ if status.is_client_error() => {
            let said = refusal::read(status, &headers, &body);
            Ok(Err(No {
                status,
                code: said.code,
                description: said.summary,
                headers: Box::new(headers),
            }))
        }
        _ => Err(AuthError::Final(Failure::Unavailable(format!(
            "the org's authorization server answered with status {}; is the org's URL the one that the \
             org is known by?",
            status.as_u16()
        )))),
    }
}

/// A token that could not be signed: a key that was read can sign, so the machine has no randomness.
pub(super) fn unsigned() -> AuthError {
    Setback::Final(Failure::Unavailable(
        "nothing was sent: the token request could not be signed".to_owned(),
    ))
    .into()
}

/// What the token endpoint says when it says yes.
#[derive(Deserialize)]
pub(super) struct Granted {
    access_token: SecretString,
    token_type: String,
    expires_in: u64,
    #[serde(default)]
    pub(super) scope: String,
    pub(super) refresh_token: Option<SecretString>,
}

/// How a token is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Bearer,
    DPoP,
}

/// An access token.
#[derive(Clone)]
pub(crate) struct Token {
    pub(super) value: SecretString,
    pub(super) scheme: Scheme,
    /// When it is not to be used any more.
    pub(super) until: Instant,
    /// What Okta says that it is for.
    pub(super) scopes: BTreeSet<String>,
}

/// A token is renewed so long before it ends, in seconds: no GET that is on its way may lose it.
const EARLY: u64 = 60;

impl Granted {
    /// The token, asked for at `asked`.
    pub(super) fn token(self, asked: Instant) -> Result<Token, AuthError> {
        let scheme = match self.token_type.to_ascii_lowercase().as_str() {
            "bearer" => Scheme::Bearer,
            "dpop" => Scheme::DPoP,
            _ => {
                return Err(AuthError::Final(Failure::Unavailable(format!(
                    "the org's authorization server issued a token of the unknown type `{}`",
                    clean(&self.token_type, 20)
                ))));
            }
        };
        // A token that lives shorter than that is used for half its life.
        let use_for = if self.expires_in > 2 * EARLY {
            self.expires_in - EARLY
        } else {
            self.expires_in / 2
        };
        // Okta's live an hour; a day is more than any.
        let use_for = std::time::Duration::from_secs(use_for.min(86_400));
        Ok(Token {
            value: self.access_token,
            scheme,
            until: asked + use_for,
            scopes: self
                .scope
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect(),
        })
    }
}
