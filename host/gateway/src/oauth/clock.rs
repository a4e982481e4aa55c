//! Okta's time, as far as this machine can tell.
//!
//! Assertions and proofs say when they were made, and Okta refuses one from its own future. So the
//! difference between this machine's clock and Okta's `Date` is kept and added. Up to five minutes it
//! is only told; a clock that is further off has to be set, for nothing that it dates can be relied on.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap};

/// The largest difference that is made up for, in seconds: the age up to which Okta takes a proof.
pub(super) const MAX_SKEW: i64 = 300;

/// A difference that is not worth a word, in seconds: `Date` has whole seconds, and answers travel.
const NOISE: i64 = 5;

/// This machine's clock and its difference to Okta's.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Okta's time less this machine's, in seconds.
    ahead: AtomicI64,
}

/// What a response's `Date` says of this machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// As far as was known.
    Same,
    /// The difference is another one: what was dated before may have been refused for it.
    Moved,
    /// Too large: Okta's time less this machine's, in seconds.
    TooFar(i64),
}

impl Clock {
    /// Seconds since the Unix epoch by Okta's clock.
    pub(super) fn now(&self) -> i64 {
        local().saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// Takes note of a response's `Date`.
    pub(super) fn hear(&self, headers: &HeaderMap) -> Heard {
        match date(headers) {
            Some(date) => self.measure(date.saturating_sub(local())),
            None => Heard::Same,
        }
    }

    fn measure(&self, ahead: i64) -> Heard {
        if ahead.abs() > MAX_SKEW {
            return Heard::TooFar(ahead);
        }
        let before = self.ahead.load(Ordering::Relaxed);
        // Two clocks that agree can tell two seconds between two readings.
        if (ahead - before).abs() <= 1 {
            return Heard::Same;
        }
        self.ahead.store(ahead, Ordering::Relaxed);
        if ahead.abs() > NOISE && before.abs() <= NOISE {
            tracing::warn!(
                "{}; it is made up for, but set the clock (NTP)",
                told(ahead)
            );
        }
        Heard::Moved
    }
}

/// The difference in words.
pub(super) fn told(ahead: i64) -> String {
    let (seconds, side) = (ahead.abs(), if ahead > 0 { "behind" } else { "ahead of" });
    format!("this machine's clock is {seconds} s {side} Okta's")
}

fn local() -> i64 {
    epoch(SystemTime::now())
}

fn epoch(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn date(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok().map(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_made_up_for_up_to_five_minutes() {
        for ahead in [0, 2, -2, 300, -300] {
            let clock = Clock::default();
            clock.measure(ahead);
            assert!((clock.now() - local() - ahead).abs() <= 1, "{ahead}");
        }
        for ahead in [301, -301, i64::MAX] {
            let clock = Clock::default();
            assert_eq!(clock.measure(ahead), Heard::TooFar(ahead));
            assert!((clock.now() - local()).abs() <= 1, "{ahead}");
        }
    }

    #[test]
    fn only_a_new_difference_is_worth_another_attempt() {
        let clock = Clock::default();
        for noise in [0, 1, -1] {
            assert_eq!(clock.measure(noise), Heard::Same);
        }
        assert_eq!(clock.measure(40), Heard::Moved);
        assert_eq!(clock.measure(40), Heard::Same);
    }

    #[test]
    fn the_difference_is_told_from_this_machine_s_side() {
        assert_eq!(told(400), "this machine's clock is 400 s behind Okta's");
        assert_eq!(told(-400), "this machine's clock is 400 s ahead of Okta's");
    }
}
