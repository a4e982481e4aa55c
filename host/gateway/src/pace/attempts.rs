//! When a failed attempt is worth another one, and how long to wait before it.
//!
//! The end of a window is waited for at the gate (`admission`), where the 429 was noted. Okta's limit
//! on simultaneous requests tells nothing of when it ends, and neither does a server that is down:
//! there the wait is random under a doubling bound, so that callers who failed together do not come
//! back together. A wait that does not end before the call's deadline is not begun.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use capability::answer::Failure;
use tokio::time::Instant;

use super::standing::Limit;
use super::wait::{Waits, Why};

/// Attempts after the first. Okta's own SDKs stop at two; a third seldom succeeds where two did not.
const MAX_RETRIES: u32 = 2;

/// The bound of the first random wait; it doubles with each attempt.
const BACKOFF: Duration = Duration::from_secs(1);

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

/// The attempts of one GET.
#[derive(Debug)]
pub(crate) struct Attempts {
    deadline: Instant,
    retries: u32,
    /// A number from 0 to 1, 1 excluded; a field so that tests can choose it.
    random: fn() -> f64,
}

impl Attempts {
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

    /// Returns when another attempt may go to the gate.
    ///
    /// # Errors
    /// What to report, when no further attempt is to be made: at once, without waiting.
    pub(crate) async fn wait(&mut self, setback: Setback, waits: &Waits) -> Result<(), Failure> {
        let bound = BACKOFF.saturating_mul(1 << self.retries.min(MAX_RETRIES));
        let (why, wait, otherwise) = match setback {
            Setback::Final(failure) => return Err(failure),
            Setback::Passing(failure) => (Why::Outage, bound.mul_f64((self.random)()), failure),
            Setback::Limited(Limit::Concurrency) => (
                Why::Crowd,
                bound.mul_f64((self.random)()),
                rate_limited(bound),
            ),
            Setback::Limited(Limit::Window(standing)) => {
                (Why::Window, Duration::ZERO, rate_limited(standing.ends_in))
            }
        };
        match Instant::now().checked_add(wait) {
            Some(due) if due < self.deadline && self.retries < MAX_RETRIES => {
                self.retries += 1;
                waits.begin(why, wait);
                tokio::time::sleep_until(due).await;
                Ok(())
            }
            _ => Err(otherwise),
        }
    }
}

/// A rate limit that ends in `left`, in whole seconds and at least one.
pub(crate) fn rate_limited(left: Duration) -> Failure {
    let seconds = left.as_millis().div_ceil(1_000).max(1);
    Failure::RateLimited {
        seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
    }
}

/// A number that differs between processes and calls, which is all that spreading waits needs: the
/// standard library seeds each of its hashers at random.
pub(crate) fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::standing::Standing;
    use super::*;

    fn attempts(seconds: u64, random: fn() -> f64) -> Attempts {
        Attempts {
            random,
            ..Attempts::until(Instant::now() + Duration::from_secs(seconds))
        }
    }

    fn window(seconds: u64) -> Setback {
        Setback::Limited(Limit::Window(Standing {
            limit: 100,
            remaining: 0,
            reset: 1,
            ends_in: Duration::from_secs(seconds),
        }))
    }

    fn down() -> Setback {
        Setback::Passing(Failure::Unavailable("down".into()))
    }

    async fn wait(attempts: &mut Attempts, setback: Setback) -> Result<(), Failure> {
        attempts.wait(setback, &Waits::new().0).await
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_two_retries_and_no_third() {
        let mut attempts = attempts(1_000, || 0.0);
        for retries in 1..=2 {
            wait(&mut attempts, window(1)).await.unwrap();
            assert_eq!(attempts.retries(), retries);
        }
        assert_eq!(
            wait(&mut attempts, window(7)).await.unwrap_err(),
            Failure::RateLimited { seconds: 7 }
        );
        assert_eq!(
            wait(&mut attempts, down()).await.unwrap_err(),
            Failure::Unavailable("down".into())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_bound_of_a_blind_wait_doubles() {
        for setback in [down, || Setback::Limited(Limit::Concurrency)] {
            let mut late = attempts(1_000, || 0.999);
            for least in [999, 1_998] {
                let start = Instant::now();
                wait(&mut late, setback()).await.unwrap();
                let waited = start.elapsed().as_millis();
                assert!((least..=least + 2).contains(&waited), "{waited}");
            }
        }
        let start = Instant::now();
        wait(&mut attempts(1_000, || 0.0), down()).await.unwrap();
        assert!(start.elapsed() <= Duration::from_millis(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_blind_wait_past_the_deadline_reports_what_happened() {
        let mut late = attempts(0, || 0.5);
        assert_eq!(
            wait(&mut late, down()).await.unwrap_err(),
            Failure::Unavailable("down".into())
        );
        assert_eq!(
            wait(&mut late, Setback::Limited(Limit::Concurrency))
                .await
                .unwrap_err(),
            Failure::RateLimited { seconds: 1 }
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_final_is_reported_at_once() {
        let mut attempts = attempts(1_000, || 0.0);
        let failure = Failure::Exhausted("spent".into());
        assert_eq!(
            wait(&mut attempts, Setback::Final(failure.clone()))
                .await
                .unwrap_err(),
            failure
        );
        assert_eq!(attempts.retries(), 0);
    }

    #[test]
    fn seconds_are_rounded_up_and_never_none() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (41_500, 42)] {
            let failure = rate_limited(Duration::from_millis(millis));
            assert_eq!(failure, Failure::RateLimited { seconds });
        }
    }

    #[test]
    fn random_numbers_lie_below_one_and_differ() {
        let numbers: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(numbers.iter().all(|n| (0.0..1.0).contains(n)));
        assert!(numbers.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
