//! What Okta knows this server by: an API token, a service app with its key, or a person who signs in.
//!
//! It enters here and leaves in the headers of a request, marked sensitive. The type prints
//! `[redacted]`, has no serde, and wipes its memory when it is dropped.

use std::collections::BTreeSet;
use std::fmt;

use reqwest::header::{HeaderMap, HeaderValue};
use url::Url;
use zeroize::Zeroizing;

use crate::oauth::endpoint::Way;
use crate::oauth::error::AuthError;
use crate::oauth::{Holds, OAuth, ScopeCeiling, Used};
use crate::secret::Secret;
use crate::secret::source::{Exposed, Held, Source};

/// A credential for one org.
pub struct Credential(Kind);

enum Kind {
    /// An API token: `Authorization: SSWS …`.
    ApiToken(Held<Secret>),
    /// Access tokens, each for one plugin's scopes.
    OAuth(Box<OAuth>),
}

/// A kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// An API token.
    ApiToken,
    /// A service app with its private key.
    ServiceApp,
    /// A person who signs in with a browser.
    Person,
}

/// Why there is no credential. No variant holds any of a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The secret cannot be had, or is not what it should be.
    #[error("{0}")]
    Secret(String),
    /// The client id is none.
    #[error(
        "`{0}` is not a client id; Okta's look like 0oa1abCDefGHijKL2d7, in the app's settings"
    )]
    ClientId(String),
}

/// Why a text is no API token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum TokenError {
    #[error("the API token is empty")]
    Empty,
    #[error("the API token has {0} bytes; at most {MAX_TOKEN} are accepted")]
    TooLong(usize),
    #[error(
        "the API token has a blank or a character that is not printable ASCII at byte {0}; \
         give the token alone, without `SSWS` and without quotes or line breaks"
    )]
    Form(usize),
}

/// The longest API token that is taken, in bytes. Okta's have 42; the rest is room for a longer kind.
const MAX_TOKEN: usize = 200;

/// The longest client id that is taken. Okta's have 20; custom ones can be longer.
const MAX_CLIENT_ID: usize = 100;

impl Credential {
    /// An [Okta API token](https://developer.okta.com/docs/guides/create-an-api-token/main/):
    /// 1 to 200 bytes of printable ASCII without blanks.
    ///
    /// # Errors
    /// When `token` does not have this form. The error does not contain it.
    pub fn api_token(token: Secret) -> Result<Self, CredentialError> {
        Self::api_token_from(Source::Given(token))
    }

    /// The API token that `source` has.
    ///
    /// # Errors
    /// When it can be told at once that there is none there.
    pub fn api_token_from(source: Source) -> Result<Self, CredentialError> {
        let check = |secret: &Secret| match token_error(secret.expose()) {
            None => Ok(secret.clone()),
            Some(error) => Err(error.to_string()),
        };
        let held = Held::new(source, check).map_err(CredentialError::Secret)?;
        Ok(Self(Kind::ApiToken(held)))
    }

    /// An [API service app](https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/)
    /// that authenticates with the private key in `source`: RSA (RS256) or EC (ES256, ES384), as PEM,
    /// as PEM with `\n` written out, or as a JWK. `key_id` is the key's `kid` at Okta, needed where the
    /// app has several; a JWK's own is taken otherwise.
    ///
    /// # Errors
    /// When it can be told at once that this is no client id or no key.
    pub fn service_app(
        client_id: &str,
        source: Source,
        key_id: Option<String>,
    ) -> Result<Self, CredentialError> {
        let client_id = check_client_id(client_id)?;
        let oauth = OAuth::service(client_id, source, key_id).map_err(CredentialError::Secret)?;
        Ok(Self(Kind::OAuth(Box::new(oauth))))
    }

    /// A native app in which a person signs in with a browser, by the device authorization grant.
    ///
    /// # Errors
    /// When this is no client id.
    pub fn person(client_id: &str) -> Result<Self, CredentialError> {
        let client_id = check_client_id(client_id)?;
        let oauth = OAuth::device(client_id).map_err(CredentialError::Secret)?;
        Ok(Self(Kind::OAuth(Box::new(oauth))))
    }

    /// The same, with no token that exceeds `ceiling`. An API token has no scopes: nothing changes.
    #[must_use]
    pub fn within(mut self, ceiling: ScopeCeiling) -> Self {
        if let Kind::OAuth(oauth) = &mut self.0 {
            oauth.within(ceiling);
        }
        self
    }

    /// The same without DPoP: for an org, or a proxy before it, that does not take proofs.
    #[must_use]
    pub fn without_dpop(mut self) -> Self {
        if let Kind::OAuth(oauth) = &mut self.0 {
            oauth.without_dpop();
        }
        self
    }

    /// What all plugins need together: what a person is asked for when he signs in.
    pub(crate) fn sign_in_for(&self, scopes: &BTreeSet<&'static str>) {
        if let Kind::OAuth(oauth) = &self.0 {
            oauth.sign_in_for(scopes);
        }
    }

    /// What an operator should hear about where the secret lies.
    pub(crate) fn exposed(&self) -> Option<&Exposed> {
        match &self.0 {
            Kind::ApiToken(held) => held.exposed(),
            Kind::OAuth(oauth) => oauth.exposed(),
        }
    }

    /// Which kind it is.
    pub(crate) fn method(&self) -> Method {
        match &self.0 {
            Kind::ApiToken(_) => Method::ApiToken,
            Kind::OAuth(oauth) if oauth.is_a_person_s() => Method::Person,
            Kind::OAuth(_) => Method::ServiceApp,
        }
    }

    /// What it holds of `needed` and of `others`; an API token is not even looked at.
    pub(crate) async fn holds(
        &self,
        needed: &BTreeSet<&'static str>,
        others: &BTreeSet<&'static str>,
        way: Way<'_>,
    ) -> Result<Holds, AuthError> {
        match &self.0 {
            Kind::ApiToken(_) => Ok(Holds::ApiToken),
            Kind::OAuth(oauth) => oauth.holds(needed, others, way).await,
        }
    }

    /// What a request with `scopes` is authorized with.
    pub(crate) async fn authorization(
        &self,
        scopes: &BTreeSet<&'static str>,
        way: Way<'_>,
    ) -> Result<Authorization<'_>, AuthError> {
        match &self.0 {
            Kind::ApiToken(held) => {
                let token = held.get().await.map_err(|text| AuthError::Needs {
                    code: "no_api_token".to_owned(),
                    text,
                })?;
                Ok(Authorization::ApiToken(token))
            }
            Kind::OAuth(oauth) => Ok(Authorization::OAuth(oauth, oauth.token(scopes, way).await?)),
        }
    }
}

/// What one request is authorized with.
pub(crate) enum Authorization<'a> {
    ApiToken(&'a Secret),
    OAuth(&'a OAuth, Used),
}

impl Authorization<'_> {
    /// The values of `Authorization` and of `DPoP` for a GET of `url`, the former marked so that no
    /// layer below prints or compresses it.
    pub(crate) fn headers(
        &self,
        url: &Url,
    ) -> Result<(HeaderValue, Option<HeaderValue>), AuthError> {
        match self {
            Self::ApiToken(token) => {
                let text = Zeroizing::new(format!("SSWS {}", token.expose()));
                let mut value = HeaderValue::from_str(&text).map_err(|_| AuthError::Needs {
                    code: "no_api_token".to_owned(),
                    text: "the API token cannot stand in a header".to_owned(),
                })?;
                value.set_sensitive(true);
                Ok((value, None))
            }
            Self::OAuth(oauth, used) => oauth.headers(used, url),
        }
    }

    /// Hears a response; whether the same GET may be taken with a new authorization.
    pub(crate) async fn hear(&self, status: u16, headers: &HeaderMap) -> bool {
        match self {
            Self::ApiToken(_) => false,
            Self::OAuth(oauth, used) => oauth.hear(used, status, headers).await,
        }
    }
}

fn token_error(text: &str) -> Option<TokenError> {
    if text.is_empty() {
        return Some(TokenError::Empty);
    }
    if text.len() > MAX_TOKEN {
        return Some(TokenError::TooLong(text.len()));
    }
    let foreign = text.bytes().position(|b| !b.is_ascii_graphic());
    foreign.map(TokenError::Form)
}

fn check_client_id(text: &str) -> Result<String, CredentialError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if (1..=MAX_CLIENT_ID).contains(&text.len()) && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(CredentialError::ClientId(capability::text::clean(text, 40)))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Result<Credential, CredentialError> {
        Credential::api_token(text.into())
    }

    #[test]
    fn a_token_of_1_to_200_printable_bytes_is_taken() {
        for good in ["0", "00aB-_c", &"x".repeat(200)] {
            assert!(token(good).is_ok(), "{good}");
        }
        let error = |text: &str| token(text).unwrap_err().to_string();
        assert_eq!(error(""), "the API token is empty");
        assert_eq!(
            error(&"x".repeat(201)),
            "the API token has 201 bytes; at most 200 are accepted"
        );
    }

    #[test]
    fn blanks_line_breaks_and_foreign_characters_are_refused_without_being_shown() {
        for bad in [
            "SSWS 00secret",
            "00secret\n",
            " 00secret",
            "00sécret",
            "00secret\u{200b}",
        ] {
            let error = token(bad).unwrap_err();
            for shown in [error.to_string(), format!("{error:?}")] {
                assert!(
                    shown.contains("not printable ASCII") && !shown.contains("00s"),
                    "{shown}"
                );
            }
        }
    }

    #[test]
    fn a_client_id_is_a_word() {
        assert!(Credential::person("0oa1abCDefGHijKL2d7").is_ok());
        for bad in ["", "0oa 1", "0oa\n1", "{clientId}", &"x".repeat(101)] {
            let error = Credential::person(bad).unwrap_err();
            assert!(
                error
                    .to_string()
                    .contains("is not a client id; Okta's look like 0oa"),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn a_credential_prints_as_redacted_and_its_header_as_sensitive() {
        let credential = token("00secret").unwrap();
        assert_eq!(
            format!("{credential:?} {credential}"),
            "[redacted] [redacted]"
        );
        let Kind::ApiToken(held) = &credential.0 else {
            panic!("an API token")
        };
        let authorization = Authorization::ApiToken(held.get().await.unwrap());
        let url = Url::parse("https://a.okta.com/api/v1/users").unwrap();
        let (header, proof) = authorization.headers(&url).unwrap();
        assert_eq!(header.as_bytes(), b"SSWS 00secret");
        assert_eq!(format!("{header:?}"), "Sensitive");
        assert!(proof.is_none());
    }
}
