//! Clocks that show whole seconds, and sleeps that end when such a clock moves on.
//!
//! The contract's own `now` tells whole seconds, and a guest gets no finer timer by importing more.
//! The monotonic clock is as coarse as the wall clock, and so is every pollable made of it: one that
//! came due within a millisecond would be a clock of milliseconds to whoever polls it in a loop.

use std::time::Duration;

use tokio::time::Instant;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi_io::async_trait;
use wasmtime_wasi_io::poll::{DynPollable, Pollable, subscribe};

/// Nanoseconds in what all clocks here count.
const STEP: u64 = 1_000_000_000;
/// What the monotonic clock shows at first. Not zero: to Go's runtime that is a clock which does not work.
const FIRST: u64 = 1;

/// One guest's clocks.
pub(super) struct Clocks {
    wall: Box<dyn Fn() -> u64 + Send>,
    began: Instant,
}

/// The clocks, and where their pollables go.
pub(super) struct View<'a> {
    pub(super) clocks: &'a Clocks,
    pub(super) table: &'a mut ResourceTable,
}

impl Clocks {
    /// A monotonic clock that starts now, beside a wall clock that shows what `wall` says, in seconds.
    pub(super) fn start(wall: impl Fn() -> u64 + Send + 'static) -> Self {
        Self {
            wall: Box::new(wall),
            began: Instant::now(),
        }
    }

    /// What the monotonic clock shows, in steps.
    fn steps(&self) -> u64 {
        self.began.elapsed().as_secs().saturating_add(FIRST)
    }

    /// A sleep until the monotonic clock shows `when` nanoseconds or more.
    fn sleep(&self, when: u64) -> Sleep {
        let steps = when.div_ceil(STEP).saturating_sub(FIRST);
        Sleep(self.began.checked_add(Duration::from_secs(steps)))
    }
}

impl wall_clock::Host for View<'_> {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime {
            seconds: (self.clocks.wall)(),
            nanoseconds: 0,
        })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime {
            seconds: 1,
            nanoseconds: 0,
        })
    }
}

impl monotonic_clock::Host for View<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.clocks.steps().saturating_mul(STEP))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(STEP)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let sleep = self.table.push(self.clocks.sleep(when))?;
        subscribe(self.table, sleep)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let now = self.clocks.steps().saturating_mul(STEP);
        self.subscribe_instant(now.saturating_add(duration))
    }
}

/// A sleep; without an end where its end is beyond what can be told.
struct Sleep(Option<Instant>);

#[async_trait]
impl Pollable for Sleep {
    async fn ready(&mut self) {
        match self.0 {
            // A timer may take a millisecond to notice that its time is over.
            Some(end) if end <= Instant::now() => {}
            Some(end) => tokio::time::sleep_until(end).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use monotonic_clock::Host as _;

    #[tokio::test(start_paused = true)]
    async fn the_monotonic_clock_moves_by_whole_seconds_and_never_shows_zero() {
        let clocks = Clocks::start(|| 0);
        let mut table = ResourceTable::new();
        let mut view = View {
            clocks: &clocks,
            table: &mut table,
        };
        assert_eq!(view.now().unwrap(), STEP);
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(view.now().unwrap(), STEP);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(view.now().unwrap(), 2 * STEP);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_ends_when_the_clock_moves_on_and_not_before() {
        let clocks = Clocks::start(|| 0);
        tokio::time::advance(Duration::from_millis(400)).await;
        for (when, waits) in [
            (0, 0),
            (STEP, 0),
            (STEP + 1, 600),
            (2 * STEP, 0),
            (2 * STEP + STEP / 2, 1_000),
        ] {
            let before = Instant::now();
            clocks.sleep(when).ready().await;
            assert_eq!(before.elapsed().as_millis(), waits, "{when}");
            assert!(clocks.steps() * STEP >= when, "{when}");
        }
        assert!(
            clocks
                .sleep(u64::MAX)
                .0
                .is_some_and(|end| end > clocks.began)
        );
    }
}
