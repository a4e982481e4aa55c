//! One bucket of requests per minute: what is left of it, and for whom.
//!
//! A bucket's window is known from answers only: how many requests it has, how many are left, when it
//! ends. Of these three parts are kept back. The *reserve* is for other programs and people. The
//! *fair shares* of the other plugins that use the bucket, in this window or the one before, are
//! theirs as far as they have not used them yet. And the *last tenth* is for plugins that come only
//! now: none may take it that has had as many requests already. So no plugin can starve another, and
//! one that is alone is hardly held back.
//!
//! Pure arithmetic on given moments: nothing here waits or reads a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::time::Instant;

use super::standing::Standing;

/// Resets no further apart than this, in seconds, are of the same window: an estimate may waver.
const SAME_WINDOW: u64 = 2;

/// Whether a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Go,
    /// Not before one of those under way has been answered: they may use up what is left.
    AfterAnother,
    /// Not before the window has ended.
    At(Instant),
}

/// The window of one bucket.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// What answers have said; none before the first.
    told: Option<Told>,
    /// Requests under way, which `remaining` may or may not know of.
    under_way: u64,
    /// Requests by plugin in this window.
    used: BTreeMap<Arc<str>, u64>,
    /// The plugins of the window before.
    before: BTreeSet<Arc<str>>,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    limit: u64,
    remaining: u64,
    reset: u64,
    /// None when the window has ended and no answer has told of the next one.
    ends: Option<Instant>,
}

impl Bucket {
    /// Whether `plugin` may send a request at `now`, `reserve` percent being left to others.
    pub(crate) fn decide(&mut self, now: Instant, plugin: &str, reserve: u8) -> Verdict {
        self.roll(now);
        let Some(told) = self.told else {
            return Verdict::Go;
        };
        let reserved = told.limit.saturating_mul(u64::from(reserve)) / 100;
        let usable = told.limit.saturating_sub(reserved);
        let kept = reserved.saturating_add(self.kept_for_others(plugin, usable));
        if told.remaining.saturating_sub(self.under_way) > kept {
            return Verdict::Go;
        }
        match told.ends {
            Some(ends) if told.remaining <= kept => Verdict::At(ends),
            _ if self.under_way > 0 => Verdict::AfterAnother,
            Some(ends) => Verdict::At(ends),
            // A whole window and nobody in it: the request tells how things are.
            None => Verdict::Go,
        }
    }

    /// Requests that others have a claim to, whatever `plugin` wants.
    fn kept_for_others(&self, plugin: &str, usable: u64) -> u64 {
        let here: BTreeSet<&str> = self
            .used
            .keys()
            .chain(&self.before)
            .map(AsRef::as_ref)
            .chain([plugin])
            .collect();
        let used = |plugin: &str| self.used.get(plugin).copied().unwrap_or(0);
        let fair = usable / here.len().max(1) as u64;
        let shares: u64 = here
            .iter()
            .filter(|other| **other != plugin)
            .map(|other| fair.saturating_sub(used(other)))
            .sum();
        // Rounded: of fewer than five requests nothing can be kept.
        let last_tenth = usable.saturating_add(5) / 10;
        if used(plugin) < last_tenth {
            shares
        } else {
            shares.max(last_tenth)
        }
    }

    /// Counts a request that goes now.
    pub(crate) fn begin(&mut self, plugin: &Arc<str>) {
        self.under_way += 1;
        *self.used.entry(Arc::clone(plugin)).or_default() += 1;
    }

    /// A request has ended; `told` when its answer has said how the bucket stands.
    pub(crate) fn end(&mut self, told: bool) {
        self.under_way = self.under_way.saturating_sub(1);
        // Okta may have counted it all the same.
        if let (false, Some(standing)) = (told, &mut self.told) {
            standing.remaining = standing.remaining.saturating_sub(1);
        }
    }

    /// Forgets a request that turned out to belong to another bucket.
    pub(crate) fn was_elsewhere(&mut self, plugin: &str) {
        if let Some(used) = self.used.get_mut(plugin) {
            *used = used.saturating_sub(1);
        }
    }

    /// Counts a request that was sent on another bucket's account.
    pub(crate) fn was_here(&mut self, plugin: &Arc<str>) {
        *self.used.entry(Arc::clone(plugin)).or_default() += 1;
    }

    /// Takes in what an answer says at `now`. Answers overtake each other, so of two that tell of the
    /// same window the lower number is the later one, and what tells of an earlier window is old news.
    pub(crate) fn observe(&mut self, now: Instant, standing: Standing) {
        self.roll(now);
        let ends = now.checked_add(standing.ends_in).unwrap_or(now);
        let open = self.told.and_then(|told| Some((told, told.ends?)));
        let told = match open {
            Some((told, _)) if standing.reset.saturating_add(SAME_WINDOW) < told.reset => told,
            Some((told, known)) if standing.reset <= told.reset.saturating_add(SAME_WINDOW) => {
                Told {
                    limit: standing.limit,
                    remaining: told.remaining.min(standing.remaining),
                    reset: told.reset.max(standing.reset),
                    ends: Some(known.min(ends)),
                }
            }
            previous => {
                if previous.is_some() {
                    self.turn_over();
                }
                Told {
                    limit: standing.limit,
                    remaining: standing.remaining,
                    reset: standing.reset,
                    ends: Some(ends),
                }
            }
        };
        self.told = Some(told);
    }

    /// Whether a request is under way on its account.
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way > 0
    }

    /// Limit and rest at `now`, as far as answers have told them.
    pub(crate) fn standing(&mut self, now: Instant) -> Option<(u64, u64)> {
        self.roll(now);
        self.told.map(|told| (told.limit, told.remaining))
    }

    /// What is left as far as is known; for choosing among buckets.
    pub(crate) fn left(&self) -> u64 {
        self.told.map_or(u64::MAX, |told| told.remaining)
    }

    /// Opens a new window when the known one has ended.
    fn roll(&mut self, now: Instant) {
        let Some(told) = self.told else { return };
        if told.ends.is_some_and(|ends| ends <= now) {
            self.turn_over();
            self.told = Some(Told {
                remaining: told.limit,
                ends: None,
                ..told
            });
        }
    }

    fn turn_over(&mut self) {
        self.before = std::mem::take(&mut self.used)
            .into_iter()
            .filter(|(_, used)| *used > 0)
            .map(|(plugin, _)| plugin)
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const RESERVE: u8 = 10;

    fn standing(limit: u64, remaining: u64, reset: u64) -> Standing {
        Standing {
            limit,
            remaining,
            reset,
            ends_in: Duration::from_secs(60),
        }
    }

    fn plugin(name: &str) -> Arc<str> {
        name.into()
    }

    /// Sends requests for `plugin`, each answered before the next, until it is held back.
    fn run(bucket: &mut Bucket, now: Instant, name: &str, limit: u64, left: &mut u64) -> u64 {
        let own = plugin(name);
        let mut sent = 0;
        while bucket.decide(now, name, RESERVE) == Verdict::Go {
            bucket.begin(&own);
            *left -= 1;
            sent += 1;
            bucket.observe(now, standing(limit, *left, 100));
            bucket.end(true);
        }
        sent
    }

    #[test]
    fn nothing_is_held_back_before_anything_is_known() {
        let (mut bucket, now) = (Bucket::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(bucket.decide(now, "a", RESERVE), Verdict::Go);
            bucket.begin(&plugin("a"));
        }
    }

    #[test]
    fn the_reserve_is_never_touched_and_a_newcomer_finds_something() {
        for (limit, alone, newcomer) in [(600, 486, 54), (100, 81, 9), (10, 8, 1), (2, 2, 0)] {
            let (mut bucket, now, mut left) = (Bucket::default(), Instant::now(), limit);
            assert_eq!(run(&mut bucket, now, "a", limit, &mut left), alone);
            assert_eq!(run(&mut bucket, now, "b", limit, &mut left), newcomer);
            assert_eq!(left, limit / 10, "what is left to others");
            let ends = now + Duration::from_secs(60);
            assert_eq!(bucket.decide(now, "a", RESERVE), Verdict::At(ends));
        }
    }

    #[test]
    fn in_the_next_window_each_has_its_share_whoever_comes_first() {
        let (mut bucket, now, mut left) = (Bucket::default(), Instant::now(), 100);
        run(&mut bucket, now, "a", 100, &mut left);
        run(&mut bucket, now, "b", 100, &mut left);
        let later = now + Duration::from_secs(60);
        let mut left = 100;
        let mut sent = |name, left: &mut u64| {
            let own = plugin(name);
            let mut sent = 0;
            while bucket.decide(later, name, RESERVE) == Verdict::Go {
                bucket.begin(&own);
                *left -= 1;
                sent += 1;
                bucket.observe(later, standing(100, *left, 160));
                bucket.end(true);
            }
            sent
        };
        assert_eq!(sent("a", &mut left), 45);
        assert_eq!(
            sent("b", &mut left),
            36,
            "all of its share but the last tenth"
        );
        assert_eq!(sent("c", &mut left), 9);
        assert_eq!(left, 10);
    }

    #[test]
    fn a_plugin_that_left_out_a_whole_window_has_no_claim_any_more() {
        let (mut bucket, mut now, mut left) = (Bucket::default(), Instant::now(), 100);
        run(&mut bucket, now, "b", 100, &mut left);
        for reset in [200, 300] {
            now += Duration::from_secs(60);
            bucket.decide(now, "a", RESERVE);
            bucket.begin(&plugin("a"));
            bucket.observe(now, standing(100, 99, reset));
            bucket.end(true);
        }
        let mut left = 99;
        let own = plugin("a");
        while bucket.decide(now, "a", RESERVE) == Verdict::Go {
            bucket.begin(&own);
            left -= 1;
            bucket.observe(now, standing(100, left, 300));
            bucket.end(true);
        }
        assert_eq!(left, 19, "as if it were alone");
    }

    #[test]
    fn requests_under_way_count_as_if_okta_had_not_yet() {
        let (mut bucket, now) = (Bucket::default(), Instant::now());
        bucket.observe(now, standing(100, 12, 100));
        for _ in 0..2 {
            assert_eq!(bucket.decide(now, "a", RESERVE), Verdict::Go);
            bucket.begin(&plugin("a"));
        }
        assert_eq!(bucket.decide(now, "a", RESERVE), Verdict::AfterAnother);
        // The one that ends has told that both were counted.
        bucket.observe(now, standing(100, 10, 100));
        bucket.end(true);
        bucket.end(true);
        assert!(matches!(bucket.decide(now, "a", RESERVE), Verdict::At(_)));
    }

    #[test]
    fn answers_that_overtake_each_other_do_not_bring_requests_back() {
        let (mut bucket, now) = (Bucket::default(), Instant::now());
        bucket.observe(now, standing(100, 20, 100));
        bucket.observe(now, standing(100, 90, 100));
        assert_eq!(bucket.left(), 20);
        bucket.observe(now, standing(100, 90, 40));
        assert_eq!(bucket.left(), 20, "an earlier window");
        bucket.observe(now, standing(100, 95, 160));
        assert_eq!(bucket.left(), 95, "the next window");
    }

    #[test]
    fn a_window_ends_by_itself_and_the_next_is_whole_until_an_answer_tells() {
        let (mut bucket, now) = (Bucket::default(), Instant::now());
        bucket.observe(now, standing(100, 0, 100));
        let ends = now + Duration::from_secs(60);
        assert_eq!(bucket.decide(now, "a", RESERVE), Verdict::At(ends));
        let before = ends - Duration::from_millis(1);
        assert_eq!(bucket.decide(before, "a", RESERVE), Verdict::At(ends));
        assert_eq!(bucket.decide(ends, "a", RESERVE), Verdict::Go);
        // Okta's clock stands still, or was set back: its word counts again now.
        bucket.observe(ends, standing(100, 3, 50));
        assert_eq!(bucket.left(), 3);
    }

    #[test]
    fn a_limit_of_one_can_be_used() {
        let (mut bucket, now) = (Bucket::default(), Instant::now());
        bucket.observe(now, standing(1, 1, 100));
        for reserve in [0, 10, 90] {
            assert_eq!(bucket.decide(now, "a", reserve), Verdict::Go, "{reserve}");
        }
    }
}
