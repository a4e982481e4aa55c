//! When a request may go: before a limit is met, not after.
//!
//! Okta counts requests in three ways, and each has its place here:
//!
//! 1. per minute and group of endpoints: `bucket` tells the groups apart, `window` keeps what the
//!    answers' headers say of each, and decides for whom there is something left;
//! 2. at the same time: `slots` hands out the few requests that may be under way;
//! 3. what was refused nevertheless: `attempts` decides whether and when to ask again.
//!
//! `admission` puts the first two together and waits; `standing` reads the headers.
//!
//! Everything is measured from the answer's own `Date` and on a clock that only runs forward, so that
//! a wrong clock of this machine's does not matter. A part of every bucket is never used, because
//! other programs and people live from it too; of the rest each plugin can have its fair share,
//! whatever the others do. A wait that would outlast its call is not begun: the caller learns at
//! once, with the seconds. One of more than a second is told while it lasts ([`Wait`]).
//! ([Okta's rate limits](https://developer.okta.com/docs/reference/rl-best-practices/).)

mod admission;
mod attempts;
mod bucket;
mod slots;
mod standing;
mod wait;
mod window;

pub(crate) use admission::{Admission, Permit};
pub(crate) use attempts::{Attempts, Setback};
pub(crate) use standing::Limit;
pub(crate) use wait::Waits;
pub use wait::{Wait, Why};

/// How hard a gateway may press. What is not said is as in [`Pacing::default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    reserve: u8,
    concurrency: u16,
}

/// A pace that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacingError {
    /// More would leave nothing to work with.
    #[error("a reserve is from 0 to {} percent", Pacing::MAX_RESERVE)]
    Reserve,
    /// None would be no way to Okta; Okta itself allows 35 to 75 for the whole org.
    #[error("a concurrency is from 1 to {} requests", Pacing::MAX_CONCURRENCY)]
    Concurrency,
}

impl Pacing {
    /// The largest reserve, in percent.
    pub const MAX_RESERVE: u8 = 90;
    /// The most requests at once: below the least that Okta allows an org (35).
    pub const MAX_CONCURRENCY: u16 = 32;

    /// The part of each rate limit that is left to others, in percent.
    ///
    /// # Errors
    /// Above [`Pacing::MAX_RESERVE`].
    pub fn reserve(self, percent: u8) -> Result<Self, PacingError> {
        if percent > Self::MAX_RESERVE {
            return Err(PacingError::Reserve);
        }
        Ok(Self {
            reserve: percent,
            ..self
        })
    }

    /// Requests that may be under way at once.
    ///
    /// # Errors
    /// When it is 0 or above [`Pacing::MAX_CONCURRENCY`].
    pub fn concurrency(self, requests: u16) -> Result<Self, PacingError> {
        if requests == 0 || requests > Self::MAX_CONCURRENCY {
            return Err(PacingError::Concurrency);
        }
        Ok(Self {
            concurrency: requests,
            ..self
        })
    }
}

/// A tenth is left to others, and eight requests are under way at once: a page is answered in some
/// 100 ms, so these are 80 a second, more than any of Okta's limits of 1,200 a minute can feed.
impl Default for Pacing {
    fn default() -> Self {
        Self {
            reserve: 10,
            concurrency: 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_taken_within_its_bounds_and_not_beyond() {
        let pacing = Pacing::default();
        assert!(pacing.reserve(0).is_ok() && pacing.reserve(90).is_ok());
        assert_eq!(pacing.reserve(91), Err(PacingError::Reserve));
        assert!(pacing.concurrency(1).is_ok() && pacing.concurrency(32).is_ok());
        for wrong in [0, 33] {
            assert_eq!(pacing.concurrency(wrong), Err(PacingError::Concurrency));
        }
    }
}
