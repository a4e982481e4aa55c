//! Client credentials: a service app gets a token for one plugin's scopes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::Instant;

use super::assertion;
use super::clock::{self, Clock, Heard};
use super::dpop::{Prover, Server};
use super::endpoint::{self, Granted, No, Scheme, Token, Way};
use super::error::AuthError;
use super::key::PrivateKey;

/// Asks for one token, each time with an assertion of its own.
pub(super) struct Request<'a> {
    pub(super) way: Way<'a>,
    pub(super) client_id: &'a str,
    pub(super) key: &'a PrivateKey,
    pub(super) prover: Option<&'a Prover>,
    pub(super) clock: &'a Clock,
}

/// Requests for one token: the first, one with the nonce that it was answered with, and one by Okta's
/// clock.
const MAX_REQUESTS: u32 = 3;

impl Request<'_> {
    /// A token with exactly `scopes`.
    ///
    /// # Errors
    /// Where the app does not hold all of them, the ones it lacks are found out and named.
    pub(super) async fn token(&self, scopes: &BTreeSet<String>) -> Result<Token, AuthError> {
        let no = match self.ask(scopes).await? {
            Ok(token) => {
                let short: Vec<&String> = scopes.difference(&token.scopes).collect();
                return if short.is_empty() || token.scopes.is_empty() {
                    Ok(token)
                } else {
                    Err(self.lacks(&short))
                };
            }
            Err(no) => no,
        };
        if !is_about_scope(&no) {
            return Err(self.refused(&no));
        }
        // Okta does not say which scope it is.
        let mut lacking = Vec::new();
        for scope in scopes {
            let alone = scopes.len() == 1
                || match self.ask(&BTreeSet::from([scope.clone()])).await? {
                    Ok(_) => false,
                    Err(no) => is_about_scope(&no),
                };
            if alone {
                lacking.push(scope);
            }
        }
        Err(if lacking.is_empty() {
            self.refused(&no)
        } else {
            self.lacks(&lacking)
        })
    }

    /// Whether the app holds all of `scopes`; the token that says so is dropped.
    ///
    /// # Errors
    /// When Okta refuses for another reason, or does not answer.
    pub(super) async fn hold_all(
        &self,
        scopes: &BTreeSet<&'static str>,
    ) -> Result<bool, AuthError> {
        if scopes.is_empty() {
            return Ok(true);
        }
        let asked: BTreeSet<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        match self.ask(&asked).await? {
            Ok(token) => Ok(token.scopes.is_empty() || asked.is_subset(&token.scopes)),
            Err(no) if is_about_scope(&no) => Ok(false),
            Err(no) => Err(self.refused(&no)),
        }
    }

    async fn ask(&self, scopes: &BTreeSet<String>) -> Result<Result<Token, No>, AuthError> {
        let scope = scopes
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        let audience = self.way.url(endpoint::TOKEN)?;
        let mut requests = 0;
        loop {
            requests += 1;
            let assertion = assertion::sign(
                self.key,
                self.client_id,
                audience.as_str(),
                self.clock.now(),
            )
            .map_err(|_| endpoint::unsigned())?;
            let form = [
                ("grant_type", "client_credentials"),
                ("scope", scope.as_str()),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ),
                ("client_assertion", assertion.as_str()),
            ];
            let asked = Instant::now();
            let prover = self.prover.map(|prover| (prover, self.clock));
            let no =
                match endpoint::post::<Granted>(self.way, endpoint::TOKEN, &form, prover).await? {
                    Ok(granted) => return granted.token(asked).map(|token| Ok(self.told(token))),
                    Err(no) => no,
                };
            if !self.worth_another(&no)? || requests >= MAX_REQUESTS {
                return Ok(Err(no));
            }
        }
    }

    /// Whether the same request, dated and numbered anew, may be taken.
    fn worth_another(&self, no: &No) -> Result<bool, AuthError> {
        let nonce = self
            .prover
            .is_some_and(|prover| prover.hear(Server::Authorization, &no.headers));
        if no.code == "use_dpop_nonce" {
            return Ok(nonce);
        }
        if no.code != "invalid_client" && no.code != "invalid_dpop_proof" {
            return Ok(false);
        }
        match self.clock.hear(&no.headers) {
            Heard::Same => Ok(false),
            Heard::Moved => Ok(true),
            Heard::TooFar(ahead) => Err(AuthError::needs(
                "clock_skew",
                format!(
                    "{}, more than the {} s that can be made up for, and Okta refused the request ({}); set \
                     the clock, such as with `timedatectl set-ntp true`",
                    clock::told(ahead),
                    clock::MAX_SKEW,
                    no.description
                ),
            )),
        }
    }

    /// A token that is bound to no key is used, and told once.
    fn told(&self, token: Token) -> Token {
        static TOLD: AtomicBool = AtomicBool::new(false);
        if self.prover.is_some()
            && token.scheme == Scheme::Bearer
            && !TOLD.swap(true, Ordering::Relaxed)
        {
            tracing::info!(
                "Okta issued a bearer token, which is not bound to this process; in the app's settings, \
                 require DPoP (Demonstrating Proof of Possession)"
            );
        }
        token
    }

    fn lacks(&self, scopes: &[&String]) -> AuthError {
        let names = scopes
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        AuthError::needs(
            "invalid_scope",
            format!(
                "the app {} does not hold {names}; grant it in the Okta admin console (Applications > the app > \
                 Okta API Scopes), or disable the plugin",
                self.client_id
            ),
        )
    }

    fn refused(&self, no: &No) -> AuthError {
        let said = no.description.to_ascii_lowercase();
        let remedy = match no.code.as_str() {
            "invalid_client" if said.contains("audience") => {
                "set OKTA_ORG_URL to the very host that the app's org is known by"
            }
            "invalid_client" if said.contains("issuer") || said.contains("subject") => {
                "is OKTA_CLIENT_ID the app's client id, and is the app of this org?"
            }
            "invalid_client" => {
                "is the public key of OKTA_PRIVATE_KEY among the app's keys, OKTA_KEY_ID its id there, and the \
                 app active?"
            }
            "invalid_dpop_proof" if self.prover.is_none() => "set okta.auth.dpop to true",
            _ => "look at the app's settings in the Okta admin console",
        };
        let key = self.key.id().unwrap_or("none");
        AuthError::needs(
            &no.code,
            format!(
                "Okta refused the app {} with key id {key} ({} {}): {}; {remedy}",
                self.client_id,
                no.status.as_u16(),
                no.code,
                no.description.trim_end_matches('.')
            ),
        )
    }
}

pub(super) fn is_about_scope(no: &No) -> bool {
    matches!(no.code.as_str(), "invalid_scope" | "consent_required")
}
