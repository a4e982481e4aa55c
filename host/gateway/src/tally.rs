//! What passed through a gateway, in numbers: for whoever watches the server, and without a value of any request.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What Okta's answers say of one bucket of requests per minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RateLimit {
    /// The bucket, by the name in Okta's table, such as `/api/v1/users`.
    pub bucket: &'static str,
    /// Requests in a window.
    pub limit: u64,
    /// What is left of them, as far as is known.
    pub remaining: u64,
}

/// Requests by what came of them: a status, or none where there was no answer.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<Option<u16>, u64>>);

impl Tally {
    /// Counts one request that was sent.
    pub(crate) fn count(&self, status: Option<u16>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whatever a server sends: a status has three digits, so there are no more than 900 of them.
        *counts.entry(status).or_default() += 1;
    }

    /// All counts so far.
    pub(crate) fn counts(&self) -> BTreeMap<Option<u16>, u64> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
