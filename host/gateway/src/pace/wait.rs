//! A wait that somebody should know of.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;

/// The longest wait that is not told: shorter ones are over before a person asks.
pub(crate) const UNTOLD: Duration = Duration::from_secs(1);

/// Why a GET does not go on, and for how long. Shown, it is one line for the person who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Why.
    pub why: Why,
    /// How long, where that is known; over a second.
    pub length: Option<Duration>,
}

/// Why a GET does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Of Okta's requests per minute no more may be used in this window.
    Window,
    /// Okta had too many requests at the same time.
    Crowd,
    /// Okta was down, or the connection broke.
    Outage,
    /// As many requests as may be are under way from here.
    Turn,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.why {
            Why::Window => "Okta's rate limit is nearly used up: waiting for its next minute",
            Why::Crowd => "Okta has too many requests at once: waiting before the next attempt",
            Why::Outage => "Okta did not answer: waiting before the next attempt",
            Why::Turn => "waiting for other requests to Okta to end",
        })?;
        match self.length {
            Some(length) => write!(f, ", {} s", length.as_secs_f64().ceil()),
            None => Ok(()),
        }
    }
}

/// Where the waits of one request are published: to all who wait for it.
#[derive(Debug)]
pub(crate) struct Waits(watch::Sender<Option<Wait>>);

impl Waits {
    pub(crate) fn new() -> (Self, watch::Receiver<Option<Wait>>) {
        let (sender, receiver) = watch::channel(None);
        (Self(sender), receiver)
    }

    /// Tells of a wait that begins now, if it is a long one.
    pub(crate) fn begin(&self, why: Why, length: Duration) {
        if length > UNTOLD {
            self.0.send_replace(Some(Wait {
                why,
                length: Some(length),
            }));
        }
    }

    /// Tells that a wait of unknown length has become a long one.
    pub(crate) fn lasts(&self, why: Why) {
        self.0.send_replace(Some(Wait { why, length: None }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_reads_as_a_sentence_with_whole_seconds() {
        let shown = |why, millis: Option<u64>| {
            Wait {
                why,
                length: millis.map(Duration::from_millis),
            }
            .to_string()
        };
        assert_eq!(
            shown(Why::Window, Some(22_001)),
            "Okta's rate limit is nearly used up: waiting for its next minute, 23 s"
        );
        assert_eq!(
            shown(Why::Turn, None),
            "waiting for other requests to Okta to end"
        );
    }

    #[test]
    fn a_wait_of_a_second_is_not_told_and_a_longer_one_is() {
        let (waits, told) = Waits::new();
        waits.begin(Why::Outage, Duration::from_secs(1));
        assert_eq!(*told.borrow(), None);
        waits.begin(Why::Outage, Duration::from_millis(1_001));
        assert_eq!(told.borrow().map(|wait| wait.why), Some(Why::Outage));
    }
}
