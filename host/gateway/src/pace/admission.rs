//! The gate before every request: a bucket with something left, then a free slot.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use capability::answer::Failure;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Pacing;
use super::attempts::{random, rate_limited};
use super::bucket::Group;
use super::slots::{Slots, Ticket};
use super::standing::{Limit, Standing};
use super::wait::{UNTOLD, Waits, Why};
use super::window::{Bucket, Verdict};
use crate::tally::RateLimit;

/// At most so much is added at random to the wait for a window, in which others wait as well.
const SPREAD: Duration = Duration::from_secs(1);

/// All buckets and slots of one org, shared by all calls.
#[derive(Debug)]
pub(crate) struct Admission {
    reserve: u8,
    state: Mutex<State>,
    /// Something was given back or learned.
    changed: Notify,
    tickets: AtomicU64,
}

#[derive(Debug)]
struct State {
    slots: Slots,
    /// By group and by the limit that answers have told: 0 before the first answer.
    buckets: HashMap<Key, Bucket>,
    /// The limit that each template was last told.
    limits: HashMap<&'static str, u64>,
}

type Key = (Group, u64);

/// The right to one request. What it holds goes back when it is dropped, however the request ended.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    template: &'static str,
    plugin: Arc<str>,
    key: Key,
    told: bool,
}

/// A place in the queue, given up when whoever waits is gone.
struct Place<'a> {
    admission: &'a Admission,
    ticket: Ticket,
}

impl Admission {
    pub(crate) fn new(pacing: Pacing) -> Arc<Self> {
        Arc::new(Self {
            reserve: pacing.reserve,
            state: Mutex::new(State {
                slots: Slots::new(pacing.concurrency),
                buckets: HashMap::new(),
                limits: HashMap::new(),
            }),
            changed: Notify::new(),
            tickets: AtomicU64::new(0),
        })
    }

    /// Waits until `plugin` may send a request to `template`.
    ///
    /// # Errors
    /// When that is not before `deadline`: at once, with the seconds until the window ends.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        template: &'static str,
        plugin: &Arc<str>,
        deadline: Instant,
        waits: &Waits,
    ) -> Result<Permit, Failure> {
        let place = Place {
            admission: self,
            ticket: self.tickets.fetch_add(1, Ordering::Relaxed),
        };
        let begun = Instant::now();
        let spread = SPREAD.mul_f64(random());
        let (mut told_end, mut told_turn) = (None, false);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Listens from here on: what changes after the look is not missed.
            changed.as_mut().enable();
            let now = Instant::now();
            let look = self
                .lock()
                .look(now, template, plugin, self.reserve, place.ticket);
            let ends = match look {
                Look::Admitted(key) => {
                    return Ok(Permit {
                        admission: Arc::clone(self),
                        template,
                        plugin: Arc::clone(plugin),
                        key,
                        told: false,
                    });
                }
                Look::Queued => None,
                Look::Closed(ends) => Some(ends),
            };
            match ends {
                Some(ends) => {
                    let left = ends.saturating_duration_since(now);
                    let due = ends + spread;
                    if due >= deadline {
                        return Err(rate_limited(left));
                    }
                    if told_end != Some(ends) {
                        waits.begin(Why::Window, due.saturating_duration_since(now));
                        told_end = Some(ends);
                    }
                    tokio::select! {
                        () = tokio::time::sleep_until(due) => {}
                        () = changed => {}
                    }
                }
                None if told_turn => changed.await,
                None => tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep_until(begun + UNTOLD) => {
                        waits.lasts(Why::Turn);
                        told_turn = true;
                    }
                },
            }
        }
    }

    /// What answers have told of each bucket.
    pub(crate) fn rate_limits(&self) -> Vec<RateLimit> {
        let now = Instant::now();
        let mut state = self.lock();
        let mut by_name: BTreeMap<&'static str, RateLimit> = BTreeMap::new();
        for ((group, _), bucket) in &mut state.buckets {
            let Some((limit, remaining)) = bucket.standing(now) else {
                continue;
            };
            let own = RateLimit {
                bucket: group.name(),
                limit,
                remaining,
            };
            by_name
                .entry(own.bucket)
                .and_modify(|known| {
                    if own.remaining < known.remaining {
                        *known = own;
                    }
                })
                .or_insert(own);
        }
        by_name.into_values().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a look at buckets and slots came to.
enum Look {
    Admitted(Key),
    /// For a slot, or for one of those under way.
    Queued,
    /// Until then.
    Closed(Instant),
}

impl State {
    fn look(
        &mut self,
        now: Instant,
        template: &'static str,
        plugin: &Arc<str>,
        reserve: u8,
        ticket: Ticket,
    ) -> Look {
        let key = self.key(template);
        let bucket = self.buckets.entry(key).or_default();
        match bucket.decide(now, plugin, reserve) {
            Verdict::Go if self.slots.take(ticket, plugin) => {
                bucket.begin(plugin);
                Look::Admitted(key)
            }
            Verdict::Go => Look::Queued,
            blocked => {
                // Who may not go anyway must not stand before those who may.
                self.slots.leave(ticket);
                match blocked {
                    Verdict::At(ends) => Look::Closed(ends),
                    _ => Look::Queued,
                }
            }
        }
    }

    /// Drops the buckets of a group that no template is told of any more: an Okta that names another
    /// limit with every answer must not fill the memory.
    fn forget_what_nobody_uses(&mut self, group: Group) {
        let State {
            buckets, limits, ..
        } = self;
        let told: HashSet<u64> = limits
            .iter()
            .filter(|(template, _)| Group::of(template) == group)
            .map(|(_, limit)| *limit)
            .collect();
        buckets.retain(|(of, limit), bucket| {
            *of != group || told.contains(limit) || bucket.is_under_way()
        });
    }

    /// The bucket of a template: the one whose limit it was told, else the fullest of its group.
    fn key(&self, template: &'static str) -> Key {
        let group = Group::of(template);
        let limit = self.limits.get(template).copied().or_else(|| {
            self.buckets
                .iter()
                .filter(|((of, _), _)| *of == group)
                .min_by_key(|((_, limit), bucket)| (bucket.left(), *limit))
                .map(|((_, limit), _)| *limit)
        });
        (group, limit.unwrap_or(0))
    }
}

impl Permit {
    /// Takes in what an answer's head says of Okta's limits.
    pub(crate) fn heard(&mut self, status: StatusCode, headers: &HeaderMap) {
        if status == StatusCode::TOO_MANY_REQUESTS {
            match Limit::of(headers) {
                Limit::Window(standing) => self.observe(standing),
                Limit::Concurrency => self.too_many(),
            }
        } else if let Some(standing) = Standing::of(headers) {
            self.observe(standing);
        }
    }

    fn observe(&mut self, standing: Standing) {
        let now = Instant::now();
        let mut state = self.admission.lock();
        let key = (self.key.0, standing.limit);
        state.limits.insert(self.template, standing.limit);
        if key != self.key {
            // The first answer, or one that tells that the guess at the bucket was wrong.
            if let Some(guessed) = state.buckets.get_mut(&self.key) {
                guessed.end(true);
                guessed.was_elsewhere(&self.plugin);
            }
            let own = state.buckets.entry(key).or_default();
            own.observe(now, standing);
            own.was_here(&self.plugin);
            state.forget_what_nobody_uses(self.key.0);
        } else if let Some(bucket) = state.buckets.get_mut(&key) {
            bucket.observe(now, standing);
            if !self.told {
                bucket.end(true);
            }
        }
        self.key = key;
        self.told = true;
        state.slots.went_well();
        drop(state);
        self.admission.changed.notify_waiters();
    }

    /// Okta said that there are too many requests at once.
    fn too_many(&self) {
        self.admission.lock().slots.too_many();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.admission.lock();
        if !self.told
            && let Some(bucket) = state.buckets.get_mut(&self.key)
        {
            bucket.end(false);
        }
        state.slots.give_back(&self.plugin);
        drop(state);
        self.admission.changed.notify_waiters();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.admission.lock().slots.leave(self.ticket) {
            self.admission.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "/api/v1/users";

    struct World {
        admission: Arc<Admission>,
        waits: Waits,
        told: tokio::sync::watch::Receiver<Option<super::super::Wait>>,
    }

    impl World {
        fn new(pacing: Pacing) -> Self {
            let (waits, told) = Waits::new();
            Self {
                admission: Admission::new(pacing),
                waits,
                told,
            }
        }

        async fn admit(&self, plugin: &str, seconds: u64) -> Result<Permit, Failure> {
            self.to(USERS, plugin, seconds).await
        }

        async fn to(
            &self,
            template: &'static str,
            plugin: &str,
            seconds: u64,
        ) -> Result<Permit, Failure> {
            let deadline = Instant::now() + Duration::from_secs(seconds);
            self.admission
                .admit(template, &plugin.into(), deadline, &self.waits)
                .await
        }
    }

    fn standing(limit: u64, remaining: u64, ends_in: u64) -> Standing {
        Standing {
            limit,
            remaining,
            reset: 1_000,
            ends_in: Duration::from_secs(ends_in),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_window_is_waited_for_and_the_wait_is_told() {
        let world = World::new(Pacing::default());
        world
            .admit("a", 60)
            .await
            .unwrap()
            .observe(standing(100, 10, 20));
        let begun = Instant::now();
        world.admit("a", 60).await.unwrap();
        let waited = begun.elapsed().as_secs_f64();
        assert!((20.0..21.1).contains(&waited), "{waited}");
        let told = world.told.borrow().unwrap();
        assert_eq!(told.why, Why::Window);
        assert!(told.length.unwrap() >= Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_that_outlasts_the_call_is_told_at_once_with_its_seconds() {
        let world = World::new(Pacing::default());
        world
            .admit("a", 60)
            .await
            .unwrap()
            .observe(standing(100, 0, 42));
        let begun = Instant::now();
        let failure = world.admit("a", 42).await.unwrap_err();
        assert_eq!(failure, Failure::RateLimited { seconds: 42 });
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert_eq!(*world.told.borrow(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_bucket_s_window_holds_up_no_other() {
        let world = World::new(Pacing::default());
        world
            .admit("a", 60)
            .await
            .unwrap()
            .observe(standing(100, 0, 42));
        let begun = Instant::now();
        world.to("/api/v1/groups", "a", 60).await.unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn templates_of_one_group_whose_limits_differ_are_parted() {
        let world = World::new(Pacing::default());
        let (policies, factors) = ("/api/v1/policies", "/api/v1/users/{userId}/factors");
        // A second template is believed to share the bucket until its own answer says otherwise.
        let mut other = world.to(factors, "a", 60).await.unwrap();
        world
            .to(policies, "a", 60)
            .await
            .unwrap()
            .observe(standing(1_000, 0, 42));
        let zones = world.to("/api/v1/zones", "a", 10).await.unwrap_err();
        assert_eq!(zones, Failure::RateLimited { seconds: 42 });
        other.observe(standing(50, 49, 42));
        drop(other);
        assert!(world.to(factors, "a", 10).await.is_ok());
        assert!(world.to(policies, "a", 10).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_told_of_a_bucket_is_its_scarcest_window_and_a_new_one_once_it_has_ended() {
        let world = World::new(Pacing::default());
        assert_eq!(world.admission.rate_limits(), []);
        for (template, limit, remaining) in [
            ("/api/v1/policies", 1_000, 900),
            ("/api/v1/users/{userId}/factors", 50, 20),
            (USERS, 600, 599),
        ] {
            let mut permit = world.to(template, "a", 60).await.unwrap();
            permit.observe(standing(limit, remaining, 42));
        }
        let told = |remaining, of_users| {
            [("/api/v1", 50, remaining), ("/api/v1/users", 600, of_users)].map(
                |(bucket, limit, remaining)| RateLimit {
                    bucket,
                    limit,
                    remaining,
                },
            )
        };
        assert_eq!(world.admission.rate_limits(), told(20, 599));
        tokio::time::advance(Duration::from_secs(43)).await;
        assert_eq!(world.admission.rate_limits(), told(50, 600));
    }

    #[tokio::test(start_paused = true)]
    async fn an_okta_that_names_another_limit_every_time_fills_no_memory() {
        let world = World::new(Pacing::default());
        for limit in 1..=1_000 {
            let mut permit = world.admit("a", 60).await.unwrap();
            permit.observe(standing(limit, limit, 42));
        }
        let kept = world.admission.lock().buckets.len();
        assert!(kept <= 2, "{kept}");
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_the_concurrency_wait_for_their_turn_and_that_is_told() {
        let world = World::new(Pacing::default().concurrency(2).unwrap());
        let (first, _second) = (
            world.admit("a", 60).await.unwrap(),
            world.admit("a", 60).await.unwrap(),
        );
        let begun = Instant::now();
        let (third, ()) = tokio::join!(world.admit("b", 60), async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(first);
        });
        assert!(third.is_ok());
        assert_eq!(begun.elapsed().as_secs(), 5);
        assert_eq!(world.told.borrow().map(|wait| wait.why), Some(Why::Turn));
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_holds_up_nobody() {
        let world = World::new(Pacing::default().concurrency(1).unwrap());
        let first = world.admit("a", 60).await.unwrap();
        let gone = tokio::time::timeout(Duration::from_secs(1), world.admit("b", 60)).await;
        assert!(gone.is_err());
        drop(first);
        assert!(world.admit("a", 60).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_was_never_answered_counts_as_one() {
        let world = World::new(Pacing::default());
        world
            .admit("a", 60)
            .await
            .unwrap()
            .observe(standing(100, 12, 42));
        drop(world.admit("a", 60).await.unwrap());
        drop(world.admit("a", 60).await.unwrap());
        assert!(world.admit("a", 10).await.is_err());
    }
}
