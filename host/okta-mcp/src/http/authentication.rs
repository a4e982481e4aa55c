//! What `http.auth` and `http.access` come to: whose tokens are taken, with which scopes, for which tools.

use std::collections::BTreeSet;

use capability::text::clean;
use gateway::{
    AccessTokens, BearerSettings, CaFile, IssuerError, KeysUrl, KeysUrlError, SetupError,
};

use super::rules::{RuleError, Rules};
use crate::config::file::{HttpAuthSection, HttpSection};
use crate::registry::Registry;

/// How callers are authenticated, and what that opens to them.
pub struct Authentication {
    pub(super) tokens: AccessTokens,
    /// What every token must carry, in the order in which it is asked for.
    pub(super) scopes: BTreeSet<String>,
    pub(super) rules: Rules,
}

/// A setting of `http.auth` or `http.access` that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    /// Rules without tokens.
    #[error("http.access needs http.auth: who shows no token has neither groups nor scopes")]
    RulesWithoutTokens,
    /// No issuer.
    #[error(
        "http.auth.issuer is missing; write your authorization server's, such as https://your-org.okta.com/oauth2/default"
    )]
    NoIssuer,
    /// An issuer that cannot be trusted.
    #[error("http.auth.issuer: {0}")]
    Issuer(#[from] IssuerError),
    /// No audience.
    #[error(
        "http.auth.audience is missing; write the one of your authorization server (Okta admin console: Security > \
         API), such as https://okta-mcp.example.com/mcp"
    )]
    NoAudience,
    /// A place of keys that is none.
    #[error("http.auth.jwksUri: {0}")]
    Keys(#[from] KeysUrlError),
    /// What cannot be a scope.
    #[error(
        "http.auth.requiredScopes: `{0}` is no scope; write each by itself, without blanks and quotes"
    )]
    Scope(String),
    /// A claim without a name.
    #[error("http.auth.groupsClaim is empty; write the claim's name, such as groups")]
    GroupsClaim,
    /// A rule that cannot be used.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The program's own name cannot be sent.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

impl Authentication {
    /// What `section` asks for; none where it asks for nothing. Nothing is fetched yet.
    ///
    /// # Errors
    /// [`AuthenticationError`], one line with the setting.
    pub fn of(
        section: &HttpSection,
        ca_file: Option<CaFile>,
        registry: &Registry,
    ) -> Result<Option<Self>, AuthenticationError> {
        let auth = &section.auth;
        if *auth == HttpAuthSection::default() {
            return if section.access.is_empty() {
                Ok(None)
            } else {
                Err(AuthenticationError::RulesWithoutTokens)
            };
        }
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let issuer = given(&auth.issuer).ok_or(AuthenticationError::NoIssuer)?;
        let audience = given(&auth.audience).ok_or(AuthenticationError::NoAudience)?;
        let keys = auth.jwks_uri.as_deref().map(KeysUrl::parse).transpose()?;
        let mut settings = BearerSettings::new(&issuer, &audience, keys)?.trusting(ca_file);
        match &auth.groups_claim {
            Some(claim) if claim.is_empty() => return Err(AuthenticationError::GroupsClaim),
            Some(claim) => settings = settings.groups_in(claim.clone()),
            None => {}
        }
        if let Some(scope) = auth.required_scopes.iter().find(|scope| !is_scope(scope)) {
            return Err(AuthenticationError::Scope(clean(scope, 60)));
        }
        Ok(Some(Self {
            tokens: AccessTokens::new(settings, concat!("okta-mcp/", env!("CARGO_PKG_VERSION")))?,
            scopes: auth.required_scopes.iter().cloned().collect(),
            rules: Rules::parse(&section.access, registry)?,
        }))
    }
}

/// A scope-token of [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-3.3): it stands in a header in quotes.
fn is_scope(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_one_word_that_can_stand_in_a_header() {
        for scope in ["mcp.read", "a", "https://example.com/x"] {
            assert!(is_scope(scope), "{scope}");
        }
        for text in ["", "a b", "a\"b", "a\\b", "a\r\nb", "ä"] {
            assert!(!is_scope(text), "{text}");
        }
    }
}
