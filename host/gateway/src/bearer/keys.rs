//! The issuer's keys: fetched when they are needed, kept for a while, fetched again when a token names another.
//!
//! Okta makes new keys a few times a year and whenever an administrator asks for it, and publishes a key before it
//! signs with it. So the keys are fetched anew every ten minutes while tokens come, and at once for a `kid` that is not
//! there. How often that may be is bounded: anybody can write any `kid` into a token. Keys that could not be fetched
//! anew are trusted for an hour, so that a short outage of the issuer's stops nobody; after that, and before the first
//! answer, nobody is let in.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use capability::text::clean;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, HeaderValue, USER_AGENT};
use tokio::time::Instant;
use url::Url;

use super::keyset::{self, Key, KeySet};
use crate::client::Client;
use crate::{body, fault};

/// The age at which keys are fetched anew: an administrator who takes a key back waits no longer.
const RENEWED_AT: Duration = Duration::from_secs(10 * 60);

/// The age at which keys are not trusted any more.
const TRUSTED_FOR: Duration = Duration::from_secs(60 * 60);

/// Fetches that may follow each other at once: a change of keys takes one.
const FETCHES: u32 = 5;

/// How long until another fetch may be made: two a minute are nothing to the issuer, and half a minute is the longest
/// that a caller with a new key waits while somebody writes tokens with invented ones.
const ANOTHER_AFTER: Duration = Duration::from_secs(30);

/// How long a fetch may take: a caller waits for the first.
const FETCH_TIME: Duration = Duration::from_secs(5);

/// The keys of one issuer.
pub(super) struct Keys {
    url: Url,
    client: Client,
    user_agent: HeaderValue,
    known: Mutex<Option<Arc<Known>>>,
    /// Held by whoever fetches.
    fetching: tokio::sync::Mutex<Allowance>,
}

/// What was fetched, and when.
struct Known {
    keys: KeySet,
    fetched: Instant,
}

/// There are no keys that can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys cannot be had at the moment; try again in half a minute")]
pub(super) struct Unreachable;

/// Fetches that may still be made.
#[derive(Debug)]
struct Allowance {
    left: u32,
    since: Instant,
}

impl Keys {
    pub(super) fn new(url: Url, client: Client, user_agent: HeaderValue) -> Arc<Self> {
        Arc::new(Self {
            url,
            client,
            user_agent,
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::new(Allowance::new(Instant::now())),
        })
    }

    /// The issuer's key called `id`; none when the issuer has no such key.
    pub(super) async fn find(self: &Arc<Self>, id: &str) -> Result<Option<Arc<Key>>, Unreachable> {
        let known = self.known();
        let now = Instant::now();
        if let Some(found) = known.as_ref().and_then(|known| known.trusted(id, now)) {
            if known.as_ref().is_some_and(|known| known.is_ageing(now)) {
                self.renew_aside();
            }
            return Ok(Some(found));
        }
        self.renew(known.as_ref()).await;
        let now = Instant::now();
        match self.known() {
            Some(known) if known.is_trusted(now) => Ok(known.keys.get(id).cloned()),
            _ => Err(Unreachable),
        }
    }

    fn known(&self) -> Option<Arc<Known>> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Fetches anew without keeping anybody waiting.
    fn renew_aside(self: &Arc<Self>) {
        let own = Arc::clone(self);
        tokio::spawn(async move {
            // One that is under way is enough.
            if let Ok(mut allowance) = own.fetching.try_lock() {
                own.fetch_within(&mut allowance).await;
            }
        });
    }

    /// Fetches anew, unless somebody else has done so since `seen` was known.
    async fn renew(&self, seen: Option<&Arc<Known>>) {
        let mut allowance = self.fetching.lock().await;
        let others = match (self.known(), seen) {
            (Some(now), Some(seen)) => !Arc::ptr_eq(&now, seen),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if !others {
            self.fetch_within(&mut allowance).await;
        }
    }

    async fn fetch_within(&self, allowance: &mut Allowance) {
        if !allowance.take(Instant::now()) {
            tracing::debug!("the issuer's keys were fetched often enough; waiting");
            return;
        }
        match self.fetch().await {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the issuer's keys were fetched");
                let known = Known {
                    keys,
                    fetched: Instant::now(),
                };
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(known));
            }
            Err(why) => {
                let url = clean(self.url.as_str(), 200);
                tracing::error!("the issuer's keys could not be fetched from {url}: {why}");
            }
        }
    }

    async fn fetch(&self) -> Result<KeySet, String> {
        let client = self.client.get().await.map_err(|error| error.to_string())?;
        let request = client
            .get(self.url.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, self.user_agent.clone());
        let answer = async {
            let response = request.send().await.map_err(fault::cause)?;
            match response.status() {
                StatusCode::OK => Ok(body::of_refusal(response).await),
                status => Err(format!("the answer has status {}", status.as_u16())),
            }
        };
        let text = tokio::time::timeout(FETCH_TIME, answer)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", FETCH_TIME.as_secs())))?;
        keyset::parse(&text)
            .ok_or_else(|| "the answer has no key for RS256 or ES256; is it a JWKS?".to_owned())
    }
}

impl Known {
    fn is_trusted(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.fetched) < TRUSTED_FOR
    }

    fn is_ageing(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.fetched) >= RENEWED_AT
    }

    fn trusted(&self, id: &str, now: Instant) -> Option<Arc<Key>> {
        self.is_trusted(now)
            .then(|| self.keys.get(id).cloned())
            .flatten()
    }
}

impl Allowance {
    fn new(now: Instant) -> Self {
        Self {
            left: FETCHES,
            since: now,
        }
    }

    /// Takes one, if there is one at `now`.
    fn take(&mut self, now: Instant) -> bool {
        while self.left < FETCHES && now.saturating_duration_since(self.since) >= ANOTHER_AFTER {
            self.left += 1;
            self.since += ANOTHER_AFTER;
        }
        if self.left == 0 {
            return false;
        }
        if self.left == FETCHES {
            self.since = now;
        }
        self.left -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handful_of_fetches_may_follow_each_other_and_then_one_in_half_a_minute() {
        let start = Instant::now();
        let mut allowance = Allowance::new(start);
        let taken = |allowance: &mut Allowance, seconds| {
            let now = start + Duration::from_secs(seconds);
            (0..100).filter(|_| allowance.take(now)).count()
        };
        assert_eq!(taken(&mut allowance, 1_000), 5);
        assert_eq!(taken(&mut allowance, 1_029), 0);
        assert_eq!(taken(&mut allowance, 1_030), 1);
        assert_eq!(taken(&mut allowance, 1_089), 1);
        assert_eq!(taken(&mut allowance, 1_090), 1);
        assert_eq!(taken(&mut allowance, 9_000), 5);
    }

    #[test]
    fn keys_are_fetched_anew_after_ten_minutes_and_not_trusted_after_an_hour() {
        let fetched = Instant::now();
        let known = Known {
            keys: KeySet::new(),
            fetched,
        };
        let after = |seconds| fetched + Duration::from_secs(seconds);
        assert!(!known.is_ageing(after(599)) && known.is_ageing(after(600)));
        assert!(known.is_trusted(after(3_599)) && !known.is_trusted(after(3_600)));
    }
}
