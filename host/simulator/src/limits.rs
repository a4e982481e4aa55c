//! Rate limits: one window of 60 seconds per bucket, on the injected clock.
//!
//! The numbers per minute are those of a page that Okta has withdrawn; a real org's dashboard is
//! the authority now. A window starts with the first request of its bucket, not at a clock minute,
//! as recordings show.

use crate::route::Route;

const WINDOW_SECONDS: i64 = 60;

/// The plan of the org, which decides the number of requests a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plan {
    /// Integrator and free orgs: 20 to 100 a minute.
    Free,
    /// One App.
    OneApp,
    /// Enterprise.
    Enterprise,
    /// Workforce Identity: 100 to 2,000 a minute.
    #[default]
    Workforce,
    /// No plan of Okta's: a million a minute in every bucket, for benchmarks.
    Unmetered,
}

impl Plan {
    /// Requests that an org of this plan may have under way at once.
    pub(crate) fn concurrent(self) -> Option<u32> {
        match self {
            Plan::Free => Some(35),
            Plan::OneApp | Plan::Enterprise | Plan::Workforce => Some(75),
            Plan::Unmetered => None,
        }
    }
}

/// Endpoints that share one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bucket {
    Apps,
    App,
    Groups,
    /// `/groups/{id}` and below.
    Group,
    Users,
    User,
    Other,
}

impl Bucket {
    /// The bucket of a path: an exact template wins, else the longest prefix. None of the other
    /// rows of the table (logs, devices) is served here.
    pub(crate) fn of(route: &Route) -> Bucket {
        match route {
            Route::Apps => Bucket::Apps,
            Route::App(_) => Bucket::App,
            Route::Groups => Bucket::Groups,
            // Choice [?]: `/groups/rules` counts as a path below `/groups/{id}`.
            Route::Group(_)
            | Route::GroupUsers(_)
            | Route::GroupApps(_)
            | Route::GroupRules
            | Route::GroupRule(_) => Bucket::Group,
            Route::Users => Bucket::Users,
            Route::User(_) => Bucket::User,
            _ => Bucket::Other,
        }
    }

    fn per_minute(self, plan: Plan) -> u32 {
        let [free, one_app, enterprise, workforce] = match self {
            Bucket::Apps => [20, 100, 100, 100],
            Bucket::App => [100, 600, 600, 500],
            Bucket::Groups => [100, 600, 600, 500],
            Bucket::Group => [100, 600, 600, 1_000],
            Bucket::Users => [100, 600, 600, 600],
            Bucket::User => [100, 1_000, 1_000, 2_000],
            Bucket::Other => [100, 600, 600, 1_200],
        };
        match plan {
            Plan::Free => free,
            Plan::OneApp => one_app,
            Plan::Enterprise => enterprise,
            Plan::Workforce => workforce,
            Plan::Unmetered => 1_000_000,
        }
    }
}

/// What the three headers of an answer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Choice [?]: the whole bucket. A real org gives one credential half of it by default.
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Epoch seconds.
    pub(crate) reset: i64,
    /// Whether this request is beyond the limit.
    pub(crate) exceeded: bool,
}

/// The windows of one org, one per bucket.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    apps: Window,
    app: Window,
    groups: Window,
    group: Window,
    users: Window,
    user: Window,
    other: Window,
}

#[derive(Debug, Default)]
struct Window {
    /// Epoch seconds of the first request.
    started: i64,
    used: u32,
}

impl Limiter {
    /// Counts one request at `now`.
    pub(crate) fn take(&mut self, bucket: Bucket, plan: Plan, now: i64) -> Standing {
        let limit = bucket.per_minute(plan);
        let window = self.window(bucket, now);
        let exceeded = window.used >= limit;
        if !exceeded {
            window.used += 1;
        }
        let remaining = limit - window.used;
        Standing {
            limit,
            remaining,
            reset: window.started + WINDOW_SECONDS,
            exceeded,
        }
    }

    /// What [`take`](Limiter::take) would say, without counting.
    pub(crate) fn look(&mut self, bucket: Bucket, plan: Plan, now: i64) -> Standing {
        let limit = bucket.per_minute(plan);
        let window = self.window(bucket, now);
        let remaining = limit - window.used;
        Standing {
            limit,
            remaining,
            reset: window.started + WINDOW_SECONDS,
            exceeded: false,
        }
    }

    fn window(&mut self, bucket: Bucket, now: i64) -> &mut Window {
        let window = match bucket {
            Bucket::Apps => &mut self.apps,
            Bucket::App => &mut self.app,
            Bucket::Groups => &mut self.groups,
            Bucket::Group => &mut self.group,
            Bucket::Users => &mut self.users,
            Bucket::User => &mut self.user,
            Bucket::Other => &mut self.other,
        };
        // A clock that was moved back opens a new window too.
        let open = window.started..window.started.saturating_add(WINDOW_SECONDS);
        if window.used == 0 || !open.contains(&now) {
            *window = Window {
                started: now,
                used: 0,
            };
        }
        window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_lasts_sixty_seconds_from_its_first_request() {
        let mut limiter = Limiter::default();
        for used in 1..=20 {
            let standing = limiter.take(Bucket::Apps, Plan::Free, 1_007);
            assert_eq!(
                (standing.limit, standing.remaining, standing.reset),
                (20, 20 - used, 1_067)
            );
            assert!(!standing.exceeded);
        }
        assert!(limiter.take(Bucket::Apps, Plan::Free, 1_066).exceeded);
        assert!(!limiter.take(Bucket::Users, Plan::Free, 1_066).exceeded);
        let fresh = limiter.take(Bucket::Apps, Plan::Free, 1_067);
        assert_eq!(
            (fresh.remaining, fresh.reset, fresh.exceeded),
            (19, 1_127, false)
        );
    }
}
