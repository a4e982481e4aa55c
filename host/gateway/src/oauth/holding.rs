//! What a service app holds at its org, found out at the token endpoint.
//!
//! An app cannot list its own grants unless one of them is `okta.appGrants.read`, which no tool needs. But whoever
//! asks for a token learns whether the app may have it. So each scope is asked for, and the token is dropped unused.
//! Only scopes to read are asked for beyond what is needed: a token that can change things is not worth the answer,
//! and a scope to manage shows as its scope to read, which it implies.

use std::collections::BTreeSet;

use super::error::AuthError;
use super::service::Request;

/// What an app was found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The app.
    pub client_id: String,
    /// Scopes that it holds, or whose scope to manage it holds.
    pub held: BTreeSet<&'static str>,
    /// Scopes that it does not hold.
    pub lacking: BTreeSet<&'static str>,
    /// Scopes that were not asked for, because the operator's ceiling does not have them.
    pub beyond: BTreeSet<&'static str>,
    /// Scopes that were not asked for any more, and why.
    pub unasked: Option<(BTreeSet<&'static str>, String)>,
}

/// What is known of what a credential holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// An API token has no scopes: it can read whatever its owner can.
    ApiToken,
    /// A person signs in, and only then it shows what the app may have.
    Person,
    /// A service app.
    App(Holding),
}

impl Holding {
    /// Asks for `needed` together, and for each of `others` alone.
    ///
    /// # Errors
    /// When not even `needed` can be asked for.
    pub(super) async fn found(
        request: &Request<'_>,
        needed: BTreeSet<&'static str>,
        others: BTreeSet<&'static str>,
    ) -> Result<Self, AuthError> {
        let mut holding = Self {
            client_id: request.client_id.to_owned(),
            held: BTreeSet::new(),
            lacking: BTreeSet::new(),
            beyond: BTreeSet::new(),
            unasked: None,
        };
        if request.hold_all(&needed).await? {
            holding.held.extend(needed);
        } else {
            for scope in needed {
                holding.note(scope, request.hold_all(&BTreeSet::from([scope])).await?);
            }
        }
        let mut left = others;
        while let Some(scope) = left.first().copied() {
            match request.hold_all(&BTreeSet::from([scope])).await {
                Ok(held) => holding.note(scope, held),
                Err(error) => {
                    // What was found so far is worth more than nothing.
                    holding.unasked = Some((left, error.told()));
                    break;
                }
            }
            left.remove(scope);
        }
        Ok(holding)
    }

    fn note(&mut self, scope: &'static str, held: bool) {
        if held {
            self.held.insert(scope);
        } else {
            self.lacking.insert(scope);
        }
    }
}
