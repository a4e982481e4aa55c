//! Which authorization server is trusted, and for what.

use capability::org::{OrgUrl, OrgUrlError};
use capability::text::clean;
use url::Url;

use crate::tls::CaFile;

/// Whose tokens are taken.
#[derive(Debug, Clone)]
pub struct BearerSettings {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) keys: Place,
    pub(super) groups_claim: String,
    pub(super) ca_file: Option<CaFile>,
}

/// An address, and its origin for itself.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) url: Url,
    pub(super) origin: OrgUrl,
}

/// The text names no issuer that can be trusted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Not https, or no URL at all.
    #[error(transparent)]
    Url(#[from] OrgUrlError),
    /// A part that no issuer has.
    #[error(
        "`{0}` has a user, a query or a fragment; an issuer looks like https://your-org.okta.com/oauth2/default"
    )]
    Parts(String),
    /// The org's own authorization server, whose tokens only Okta can check.
    #[error(
        "`{0}` is the org's own authorization server, whose tokens only Okta itself can check; name a custom one, such \
         as https://your-org.okta.com/oauth2/default (Okta admin console: Security > API)"
    )]
    OrgServer(String),
}

/// The text names no place of keys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysUrlError {
    /// Not https, or no URL at all.
    #[error(transparent)]
    Url(#[from] OrgUrlError),
}

impl BearerSettings {
    /// The tokens of `issuer` for `audience`. Its keys are at `keys`, or where Okta has them.
    ///
    /// # Errors
    /// [`IssuerError`].
    pub fn new(issuer: &str, audience: &str, keys: Option<KeysUrl>) -> Result<Self, IssuerError> {
        let Place { url, .. } = place(issuer)?;
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(IssuerError::Parts(clean(issuer, 80)));
        }
        let keys = match keys {
            Some(KeysUrl(place)) => place,
            None if url.path() == "/" => return Err(IssuerError::OrgServer(clean(issuer, 80))),
            None => place(&format!("{}/v1/keys", issuer.trim_end_matches('/')))?,
        };
        Ok(Self {
            // Compared letter for letter with what tokens say.
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            keys,
            groups_claim: "groups".to_owned(),
            ca_file: None,
        })
    }

    /// The claim that lists the bearer's groups; `groups` unless said otherwise.
    #[must_use]
    pub fn groups_in(mut self, claim: String) -> Self {
        self.groups_claim = claim;
        self
    }

    /// Trusts the authorities in `file` as well, when keys are fetched.
    #[must_use]
    pub fn trusting(mut self, file: Option<CaFile>) -> Self {
        self.ca_file = file;
        self
    }
}

/// Where an issuer publishes its keys.
#[derive(Debug, Clone)]
pub struct KeysUrl(Place);

impl KeysUrl {
    /// Parses the address of a JWKS: https, or http on this machine.
    ///
    /// # Errors
    /// [`KeysUrlError`].
    pub fn parse(text: &str) -> Result<Self, KeysUrlError> {
        Ok(Self(place(text)?))
    }
}

/// An address whose origin may be talked to.
fn place(text: &str) -> Result<Place, OrgUrlError> {
    let not_a_url = || OrgUrlError::NotAUrl(clean(text, 80));
    if text.contains(['{', '}', '<', '>']) {
        return Err(OrgUrlError::Placeholder(clean(text, 80)));
    }
    let url = Url::parse(text).map_err(|_| not_a_url())?;
    let origin = url.origin();
    if !origin.is_tuple() {
        return Err(not_a_url());
    }
    let origin = OrgUrl::parse(&origin.ascii_serialization())?;
    Ok(Place { url, origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(issuer: &str) -> Result<String, String> {
        BearerSettings::new(issuer, "api://x", None)
            .map(|settings| settings.keys.url.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_issuer_s_keys_are_where_okta_has_them() {
        for (issuer, keys) in [
            (
                "https://your.okta.com/oauth2/default",
                "https://your.okta.com/oauth2/default/v1/keys",
            ),
            (
                "http://127.0.0.1:8080/oauth2/aus1",
                "http://127.0.0.1:8080/oauth2/aus1/v1/keys",
            ),
        ] {
            assert_eq!(keys_of(issuer).as_deref(), Ok(keys));
        }
        let keys = KeysUrl::parse("https://login.example.com/jwks?x=1").unwrap();
        let settings = BearerSettings::new("https://example.com", "api://x", Some(keys)).unwrap();
        assert_eq!(
            settings.keys.url.as_str(),
            "https://login.example.com/jwks?x=1"
        );
    }

    #[test]
    fn what_is_no_issuer_is_refused_with_what_to_write() {
        for (issuer, says) in [
            ("your.okta.com/oauth2/default", "is not a URL"),
            ("http://your.okta.com/oauth2/default", "is not https"),
            ("file:///keys", "is not a URL"),
            (
                "https://{yourOktaDomain}/oauth2/default",
                "is a placeholder",
            ),
            (
                "https://your-admin.okta.com/oauth2/default",
                "is the admin console",
            ),
            (
                "https://your.okta.com",
                "the org's own authorization server",
            ),
            (
                "https://your.okta.com/",
                "the org's own authorization server",
            ),
            (
                "https://your.okta.com/oauth2/default?x",
                "has a user, a query",
            ),
            (
                "https://me@your.okta.com/oauth2/default",
                "has a user, a query",
            ),
        ] {
            let error = keys_of(issuer).unwrap_err();
            assert!(error.contains(says), "{issuer}: {error}");
        }
        assert!(KeysUrl::parse("http://example.com/jwks").is_err());
    }
}
