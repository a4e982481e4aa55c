//! The simulator's only source of time.
//!
//! Everything that shows a moment (`Date`, `X-Rate-Limit-Reset`, the time stamps of the generated
//! data) comes from a [`Clock`] that the caller hands in, so a test moves a rate-limit window by
//! [`Clock::advance`] and never by sleeping.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock in whole epoch seconds. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    base: Base,
    offset: Arc<AtomicI64>,
}

#[derive(Clone, Copy, Debug)]
enum Base {
    System,
    Fixed(i64),
}

impl Clock {
    /// The machine's clock. [`advance`](Clock::advance) shifts it.
    pub fn system() -> Clock {
        Clock {
            base: Base::System,
            offset: Arc::default(),
        }
    }

    /// A clock that stands still at `epoch_seconds` until [`advance`](Clock::advance) moves it.
    pub fn fixed(epoch_seconds: i64) -> Clock {
        Clock {
            base: Base::Fixed(epoch_seconds),
            offset: Arc::default(),
        }
    }

    /// Moves this clock and all its clones by `seconds`; a negative number moves it back.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn now(&self) -> i64 {
        let base = match self.base {
            Base::Fixed(seconds) => seconds,
            Base::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| {
                    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
                }),
        };
        base.saturating_add(self.offset.load(Ordering::SeqCst))
    }
}
