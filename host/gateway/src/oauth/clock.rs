//! Okta's time, as far as this machine can tell.
//!
//! Assertions and proofs say when they were made, and Okta refuses one from its own future. So the
//! difference between this machine's clock and Okta's `Date` is kept and added. Up to five minutes it
//! is only told; a clock that is further off has to be set, for nothing that it dates can be relied on.

use std::fmt;
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
        match Skew::of(headers) {
            Some(Skew(ahead)) => self.measure(ahead),
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
    Skew(ahead).to_string()
}

/// Okta's time less this machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew(i64);

impl Skew {
    /// What a response's `Date` says of this machine's clock; nothing where it has none.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        date(headers).map(|date| Self(date.saturating_sub(local())))
    }

    /// Whether the two agree, as far as a header with whole seconds tells.
    #[must_use]
    pub fn is_noise(self) -> bool {
        self.0.saturating_abs() <= NOISE
    }

    /// Whether it is made up for where something has to be dated, such as a request for a token.
    #[must_use]
    pub fn is_made_up_for(self) -> bool {
        self.0.saturating_abs() <= MAX_SKEW
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.0 > 0 { "behind" } else { "ahead of" };
        write!(
            f,
            "this machine's clock is {} s {side} Okta's",
            self.0.saturating_abs()
        )
    }
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

    #[test]
    fn a_difference_is_noise_made_up_for_or_neither() {
        for (ahead, noise, made_up_for) in [
            (0, true, true),
            (5, true, true),
            (-6, false, true),
            (300, false, true),
            (-301, false, false),
            (i64::MIN, false, false),
        ] {
            let skew = Skew(ahead);
            assert_eq!(
                (skew.is_noise(), skew.is_made_up_for()),
                (noise, made_up_for),
                "{ahead}"
            );
        }
    }
}
