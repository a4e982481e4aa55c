//! Tokens that are kept, each for its own org, client, scopes and key.
//!
//! One slot for all tokens is how a token for one org gets sent to another, or how a narrower grant
//! changes nothing until the old token ends. Callers who need the same token at the same time share
//! one request for it, and its failure.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::endpoint::Token;
use super::error::AuthError;

/// How long a refusal that lasts is repeated without asking: an assistant that tries again and again
/// must not use up the org's rate limit, and whoever has just granted a scope does not wait long.
const REFUSAL_KEPT: Duration = Duration::from_secs(20);

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct TokenKey {
    pub(super) org: String,
    pub(super) client_id: String,
    pub(super) scopes: BTreeSet<String>,
    /// Thumbprint of the key that it was asked for with.
    pub(super) key: String,
}

/// All tokens of a process.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<TokenKey, Arc<Slot>>>);

type Slot = tokio::sync::Mutex<State>;

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    failed: Option<(Instant, AuthError)>,
}

impl Cache {
    /// The token for `key`: the kept one, or the one that `ask` brings.
    pub(super) async fn get<F>(
        &self,
        key: TokenKey,
        ask: impl FnOnce() -> F,
    ) -> Result<Arc<Token>, AuthError>
    where
        F: Future<Output = Result<Token, AuthError>>,
    {
        let came = Instant::now();
        let slot = self.slot(key);
        // Whoever comes while another asks waits here. A caller who is cancelled lets the next one ask.
        let mut state = slot.lock().await;
        let now = Instant::now();
        if let Some(token) = state.token.as_ref().filter(|token| now < token.until) {
            return Ok(Arc::clone(token));
        }
        if let Some((at, error)) = &state.failed
            && (came <= *at || (error.lasts() && now < *at + REFUSAL_KEPT))
        {
            return Err(error.clone());
        }
        *state = State::default();
        match ask().await {
            Ok(token) => {
                let token = Arc::new(token);
                state.token = Some(Arc::clone(&token));
                Ok(token)
            }
            Err(error) => {
                state.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Forgets a token that Okta does not take any more, unless another one has taken its place.
    pub(super) async fn forget(&self, key: TokenKey, token: &Arc<Token>) {
        let slot = self.slot(key);
        let mut state = slot.lock().await;
        if state
            .token
            .as_ref()
            .is_some_and(|kept| Arc::ptr_eq(kept, token))
        {
            state.token = None;
        }
    }

    fn slot(&self, key: TokenKey) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(key).or_default())
    }
}
