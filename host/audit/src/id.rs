//! The id of a call: short enough to be read out, and found in the log by searching for it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Digits that nobody mistakes for one another: no `i`, `l`, `o` or `u`.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Digits of a process's name: two of ten thousand processes share one with a probability of 5 %.
const LENGTH: usize = 6;

/// A call's id, such as `k7q2mx-14`: the process's name in the log, and the call's number in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallId(String);

impl CallId {
    /// As it stands in the log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A process's name, and the calls that it has counted.
#[derive(Debug)]
pub(crate) struct Ids {
    process: String,
    calls: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes)?;
        let process = bytes
            .iter()
            .filter_map(|byte| DIGITS.get(usize::from(byte % 32)))
            .map(|digit| char::from(*digit))
            .collect();
        Ok(Self {
            process,
            calls: AtomicU64::new(0),
        })
    }

    pub(crate) fn process(&self) -> &str {
        &self.process
    }

    pub(crate) fn next(&self) -> CallId {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        CallId(format!("{}-{number}", self.process))
    }
}
