//! When a failed attempt is worth another one, and how long to wait before it.
//!
//! Okta's rate limit tells when its window ends; that is waited for, measured against the answer's
//! own `Date`, because this machine's clock may be wrong. Its limit on simultaneous requests tells
//! nothing, and neither does a server that is down: there the wait is random under a doubling bound,
//! so that callers who failed together do not come back together. Every wait has to end before the
//! call's deadline; one that does not is not begun, and the caller learns at once.
//! ([Okta's rate limits](https://developer.okta.com/docs/reference/rl-best-practices/).)
//!
//! What it does not do yet: slow down *before* a limit is met, or know of other calls.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime};

use capability::answer::Failure;
use reqwest::header::{DATE, HeaderMap};
use tokio::time::Instant;

/// Attempts after the first. Okta's own SDKs stop at two; a third seldom succeeds where two did not.
const MAX_RETRIES: u32 = 2;

/// The bound of the first random wait; it doubles with each attempt.
const BACKOFF: Duration = Duration::from_secs(1);

/// Added to a window's end: `Reset` and `Date` are whole seconds, cut off.
const MARGIN: u64 = 1;

/// At most so much is added at random to the wait for a window, in which others wait as well.
const SPREAD: Duration = Duration::from_secs(1);

/// How long a window lasts, in seconds: the wait when an answer does not say what it measures against.
const WINDOW: u64 = 60;

/// Why an attempt brought no page.
#[derive(Debug)]
pub(crate) enum Setback {
    /// Asking again would bring the same.
    Final(Failure),
    /// It may pass: a connection that broke, a server that is down.
    Passing(Failure),
    /// 429.
    Limited(Limit),
}

/// Which of Okta's limits was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Requests per minute; the window ends after so many seconds.
    Window(u64),
    /// Requests at the same time: `X-Rate-Limit-Limit: 0`, or no headers that tell.
    Concurrency,
}

impl Limit {
    /// The limit that a 429 with these headers met.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let number = |name: &str| -> Option<u64> { headers.get(name)?.to_str().ok()?.parse().ok() };
        let (Some(1..), Some(reset)) = (number("x-rate-limit-limit"), number("x-rate-limit-reset"))
        else {
            return Self::Concurrency;
        };
        let wait = date(headers).map_or(WINDOW, |now| reset.saturating_sub(now));
        Self::Window(wait.saturating_add(MARGIN))
    }
}

/// `Date` in seconds since the Unix epoch.
fn date(headers: &HeaderMap) -> Option<u64> {
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(date.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs())
}

/// The attempts of one GET.
#[derive(Debug)]
pub(crate) struct Pace {
    deadline: Instant,
    retries: u32,
    /// A number from 0 to 1, 1 excluded; a field so that tests can choose it.
    random: fn() -> f64,
}

impl Pace {
    pub(crate) fn until(deadline: Instant) -> Self {
        Self {
            deadline,
            retries: 0,
            random,
        }
    }

    /// Attempts made before the current one.
    pub(crate) fn retries(&self) -> u32 {
        self.retries
    }

    /// Returns when another attempt is due.
    ///
    /// # Errors
    /// What to report, when no further attempt is to be made: at once, without waiting.
    pub(crate) async fn wait(&mut self, setback: Setback) -> Result<(), Failure> {
        let bound = BACKOFF.saturating_mul(1 << self.retries.min(MAX_RETRIES));
        let (wait, otherwise) = match setback {
            Setback::Final(failure) => return Err(failure),
            Setback::Passing(failure) => (bound.mul_f64((self.random)()), failure),
            Setback::Limited(Limit::Concurrency) => (
                bound.mul_f64((self.random)()),
                rate_limited(bound.as_secs()),
            ),
            Setback::Limited(Limit::Window(seconds)) => (
                Duration::from_secs(seconds).saturating_add(SPREAD.mul_f64((self.random)())),
                rate_limited(seconds),
            ),
        };
        let due = Instant::now().checked_add(wait);
        match due {
            Some(due) if due < self.deadline && self.retries < MAX_RETRIES => {
                self.retries += 1;
                tokio::time::sleep_until(due).await;
                Ok(())
            }
            _ => Err(otherwise),
        }
    }
}

fn rate_limited(seconds: u64) -> Failure {
    Failure::RateLimited {
        seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
    }
}

/// A number that differs between processes and calls, which is all that spreading waits needs: the
/// standard library seeds each of its hashers at random.
fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn pace(seconds: u64, random: fn() -> f64) -> Pace {
        Pace {
            random,
            ..Pace::until(Instant::now() + Duration::from_secs(seconds))
        }
    }

    fn window(seconds: u64) -> Setback {
        Setback::Limited(Limit::Window(seconds))
    }

    fn down() -> Setback {
        Setback::Passing(Failure::Unavailable("down".into()))
    }

    #[test]
    fn a_window_ends_where_reset_and_the_answers_own_date_say() {
        let limit = |limit, reset, date| {
            Limit::of(&headers(&[
                ("x-rate-limit-limit", limit),
                ("x-rate-limit-reset", reset),
                ("date", date),
            ]))
        };
        // 784111777 is the epoch second of this date.
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(limit("600", "784111807", date), Limit::Window(31));
        assert_eq!(limit("1", "784111777", date), Limit::Window(1));
        assert_eq!(
            limit("1", "1", date),
            Limit::Window(1),
            "a reset in the past"
        );
        assert_eq!(limit("600", "784111807", "yesterday"), Limit::Window(61));
        assert_eq!(limit("0", "784111807", date), Limit::Concurrency);
        assert_eq!(limit("600", "soon", date), Limit::Concurrency);
        assert_eq!(limit("-1", "784111807", date), Limit::Concurrency);
        assert_eq!(Limit::of(&HeaderMap::new()), Limit::Concurrency);
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_is_waited_for_and_then_some() {
        for (random, least) in [((|| 0.0) as fn() -> f64, 5_000), (|| 0.5, 5_500)] {
            let start = Instant::now();
            pace(30, random).wait(window(5)).await.unwrap();
            let waited = start.elapsed().as_millis();
            assert!((least..=least + 2).contains(&waited), "{waited}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_that_ends_at_the_deadline_or_later_is_not_waited_for() {
        assert!(pace(30, || 0.0).wait(window(29)).await.is_ok());
        for seconds in [30, 31, 3_600, u64::MAX] {
            let start = Instant::now();
            let failure = pace(30, || 0.0).wait(window(seconds)).await.unwrap_err();
            let told = u32::try_from(seconds).unwrap_or(u32::MAX);
            assert_eq!(failure, Failure::RateLimited { seconds: told });
            assert_eq!(start.elapsed(), Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_two_retries_and_no_third() {
        let mut pace = pace(1_000, || 0.0);
        for retries in 1..=2 {
            pace.wait(window(1)).await.unwrap();
            assert_eq!(pace.retries(), retries);
        }
        let failure = pace.wait(window(7)).await.unwrap_err();
        assert_eq!(failure, Failure::RateLimited { seconds: 7 });
        assert_eq!(
            pace.wait(down()).await.unwrap_err(),
            Failure::Unavailable("down".into())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_bound_of_a_blind_wait_doubles() {
        for setback in [down, || Setback::Limited(Limit::Concurrency)] {
            let mut pace = pace(1_000, || 0.999);
            for least in [999, 1_998] {
                let start = Instant::now();
                pace.wait(setback()).await.unwrap();
                let waited = start.elapsed().as_millis();
                assert!((least..=least + 2).contains(&waited), "{waited}");
            }
        }
        let start = Instant::now();
        pace(1_000, || 0.0).wait(down()).await.unwrap();
        assert!(start.elapsed() <= Duration::from_millis(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_blind_wait_past_the_deadline_reports_what_happened() {
        let mut late = pace(0, || 0.5);
        assert_eq!(
            late.wait(down()).await.unwrap_err(),
            Failure::Unavailable("down".into())
        );
        assert_eq!(
            late.wait(Setback::Limited(Limit::Concurrency))
                .await
                .unwrap_err(),
            Failure::RateLimited { seconds: 1 }
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_final_is_reported_at_once() {
        let mut pace = pace(1_000, || 0.0);
        let failure = Failure::Exhausted("spent".into());
        assert_eq!(
            pace.wait(Setback::Final(failure.clone()))
                .await
                .unwrap_err(),
            failure
        );
        assert_eq!(pace.retries(), 0);
    }

    #[test]
    fn random_numbers_lie_below_one_and_differ() {
        let numbers: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(numbers.iter().all(|n| (0.0..1.0).contains(n)));
        assert!(numbers.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
