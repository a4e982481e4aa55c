//! What a guest spends of its processor time.
//!
//! A stopwatch that runs while the guest does, and stands still while the guest waits: for the
//! directory, or for its turn on a worker thread after it has yielded. The engine's epoch only decides
//! *when* the stopwatch is looked at, every tick; what it shows is measured, so that a late tick or
//! many short runs between two host calls are charged as what they were.
//!
//! It is wall time of a running thread: on a machine whose processors are all taken, time in which the
//! operating system runs something else is charged too.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wasmtime::UpdateDeadline;

/// One call's stopwatch and its budget.
pub(crate) struct CpuMeter {
    budget: Duration,
    watch: Mutex<Watch>,
}

struct Watch {
    spent: Duration,
    /// Since when the guest has been running; none while it waits.
    since: Option<Instant>,
}

/// The guest waits while this lives.
pub(crate) struct Waiting<'a>(&'a CpuMeter);

impl CpuMeter {
    /// A stopwatch that runs from now on.
    pub(crate) fn start(budget: Duration) -> Arc<Self> {
        Arc::new(Self {
            budget,
            watch: Mutex::new(Watch {
                spent: Duration::ZERO,
                since: Some(Instant::now()),
            }),
        })
    }

    /// Stands still until what this returns is dropped.
    pub(crate) fn wait(&self) -> Waiting<'_> {
        self.pause();
        Waiting(self)
    }

    /// Runs while `future` works, and stands still while it waits.
    pub(crate) async fn charge<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut waiting = None;
        poll_fn(|context| {
            waiting = None;
            let polled = future.as_mut().poll(context);
            if polled.is_pending() {
                waiting = Some(self.wait());
            }
            polled
        })
        .await
    }

    /// What was spent up to now.
    pub(crate) fn spent(&self) -> Duration {
        let watch = self.lock();
        watch.spent + watch.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// What becomes of the guest at a tick: it stops when the budget is spent, and otherwise lets
    /// others run before it goes on.
    pub(crate) fn tick(self: &Arc<Self>) -> UpdateDeadline {
        if self.pause() >= self.budget {
            return UpdateDeadline::Interrupt;
        }
        let meter = Arc::clone(self);
        let turn = async move {
            tokio::task::yield_now().await;
            meter.resume();
        };
        UpdateDeadline::YieldCustom(1, Box::pin(turn))
    }

    fn pause(&self) -> Duration {
        let mut watch = self.lock();
        if let Some(since) = watch.since.take() {
            watch.spent += since.elapsed();
        }
        watch.spent
    }

    fn resume(&self) {
        self.lock().since.get_or_insert_with(Instant::now);
    }

    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.resume();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_stands_still_and_running_does_not() {
        let meter = CpuMeter::start(Duration::MAX);
        let waiting = meter.wait();
        let before = meter.spent();
        let long_after = Instant::now() + Duration::from_millis(2);
        while Instant::now() < long_after {}
        assert_eq!(meter.spent(), before);
        drop(waiting);
        let long_after = Instant::now() + Duration::from_millis(2);
        while Instant::now() < long_after {}
        assert!(meter.spent() >= before + Duration::from_millis(2));
    }

    #[tokio::test]
    async fn a_future_costs_its_work_and_not_its_waiting() {
        let meter = CpuMeter::start(Duration::MAX);
        let before = meter.spent();
        let waits = tokio::time::sleep(Duration::from_millis(200));
        meter.charge(waits).await;
        assert!(meter.spent() - before < Duration::from_millis(100));
        let works = async {
            let long_after = Instant::now() + Duration::from_millis(2);
            while Instant::now() < long_after {}
        };
        let before = meter.spent();
        meter.charge(works).await;
        assert!(meter.spent() >= before + Duration::from_millis(2));
        // It runs on afterwards, also when the future was dropped in the middle.
        let waits = meter.charge(std::future::pending::<()>());
        assert_eq!(futures::FutureExt::now_or_never(waits), None);
        assert!(meter.lock().since.is_some());
    }

    #[test]
    fn a_tick_stops_the_guest_once_the_budget_is_spent() {
        let spent = CpuMeter::start(Duration::ZERO);
        assert!(matches!(spent.tick(), UpdateDeadline::Interrupt));
        let rich = CpuMeter::start(Duration::MAX);
        assert!(matches!(rich.tick(), UpdateDeadline::YieldCustom(1, _)));
    }
}
