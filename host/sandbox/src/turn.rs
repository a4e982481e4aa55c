//! Whose turn it is: how many calls run at once, in all and of one plugin.
//!
//! A call first waits for a turn of its plugin's and then for one of the process'. Both lines are first
//! come, first served, and a plugin never has more calls in the process' line than it may run, which is at
//! most half of all: a flood of calls of one plugin waits among its own, and a call of another is behind
//! a bounded number of them, however many there are.
//!
//! The lines are bounded too, in calls and in time: whoever finds no place, or waits too long, is told
//! that the host is busy, and nothing has been run for him.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::CallError;

/// The process' turns.
pub(crate) struct Turns {
    all: Semaphore,
    /// Calls that run or wait.
    places: Semaphore,
    wait: Duration,
    most_of_one: usize,
    /// How many there are of each.
    running: usize,
    in_all: usize,
}

/// How much an engine has to do at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Calls that run.
    pub running: usize,
    /// Calls that wait for a turn.
    pub waiting: usize,
}

/// One plugin's turns.
pub(crate) struct OwnTurns(Semaphore);

/// The turn of one call; whoever waits next has it when this is dropped.
pub(crate) struct Turn<'a> {
    _all: SemaphorePermit<'a>,
    _own: SemaphorePermit<'a>,
    _place: SemaphorePermit<'a>,
}

impl Turns {
    /// `running` calls at once, of which one plugin has at most half, and `waiting` more that each wait
    /// for at most `wait`.
    pub(crate) fn new(running: usize, waiting: usize, wait: Duration) -> Self {
        let places = running.saturating_add(waiting);
        Self {
            all: semaphore(running),
            places: semaphore(places),
            wait,
            most_of_one: running.div_ceil(2),
            running: running.min(Semaphore::MAX_PERMITS),
            in_all: places.min(Semaphore::MAX_PERMITS),
        }
    }

    /// Turns for a plugin that may run `calls` at once.
    pub(crate) fn of_plugin(&self, calls: u32) -> OwnTurns {
        OwnTurns(semaphore(self.most_of_one.min(calls as usize)))
    }

    /// Waits for a turn.
    pub(crate) async fn next<'a>(&'a self, own: &'a OwnTurns) -> Result<Turn<'a>, CallError> {
        let place = self.places.try_acquire().map_err(|_| CallError::Busy)?;
        let both = async {
            let own = own.0.acquire().await?;
            let all = self.all.acquire().await?;
            Ok::<_, tokio::sync::AcquireError>((own, all))
        };
        // The semaphores are never closed: an error can only be the wait's end.
        match tokio::time::timeout(self.wait, both).await {
            Ok(Ok((own, all))) => Ok(Turn {
                _all: all,
                _own: own,
                _place: place,
            }),
            Ok(Err(_)) | Err(_) => Err(CallError::Busy),
        }
    }

    /// How many calls run and how many wait, at about the same moment.
    pub(crate) fn load(&self) -> Load {
        let running = self.running.saturating_sub(self.all.available_permits());
        let in_all = self.in_all.saturating_sub(self.places.available_permits());
        Load {
            running,
            waiting: in_all.saturating_sub(running),
        }
    }

    /// Turns that nobody has.
    pub(crate) fn free(&self) -> usize {
        self.all.available_permits()
    }
}

fn semaphore(permits: usize) -> Semaphore {
    Semaphore::new(permits.min(Semaphore::MAX_PERMITS))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn a_flood_of_one_plugin_does_not_keep_another_from_its_turn() {
        let turns = Turns::new(4, 100, LONG);
        let (loud, quiet) = (turns.of_plugin(100), turns.of_plugin(100));
        let mut flood: Vec<_> = (0..50).map(|_| Box::pin(turns.next(&loud))).collect();
        let mut running = Vec::new();
        for call in &mut flood {
            running.extend(call.now_or_never().transpose().unwrap());
        }
        assert_eq!(running.len(), 2, "half of all");
        let first = turns.next(&quiet).now_or_never().unwrap();
        assert!(first.is_ok());
        // Nor does it get ahead in the line: the turn that ends goes to its own next call, and to no second one.
        running.pop();
        let next: Vec<_> = flood[2..]
            .iter_mut()
            .filter_map(|call| call.now_or_never())
            .collect();
        assert_eq!(next.len(), 1);
        assert!(turns.next(&quiet).now_or_never().unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_plugin_runs_as_many_calls_as_it_may_and_the_next_waits() {
        let turns = Turns::new(8, 8, LONG);
        let own = turns.of_plugin(2);
        let first = turns.next(&own).await.unwrap();
        let _second = turns.next(&own).await.unwrap();
        let mut third = Box::pin(turns.next(&own));
        assert!((&mut third).now_or_never().is_none());
        let (running, waiting) = (2, 1);
        assert_eq!(turns.load(), Load { running, waiting });
        drop(first);
        assert!(third.await.is_ok());
    }

    #[tokio::test]
    async fn the_last_place_in_the_line_is_taken_and_the_next_call_is_told_at_once() {
        let turns = Turns::new(1, 1, LONG);
        let own = turns.of_plugin(1);
        let running = turns.next(&own).await.unwrap();
        let mut waiting = Box::pin(turns.next(&own));
        assert!((&mut waiting).now_or_never().is_none());
        assert!(matches!(
            turns.next(&own).now_or_never(),
            Some(Err(CallError::Busy))
        ));
        drop(running);
        assert!(waiting.await.is_ok());
        assert!(turns.next(&own).await.is_ok(), "its place is free again");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_told_and_leaves_the_line() {
        let turns = Turns::new(1, 1, Duration::from_secs(5));
        let own = turns.of_plugin(1);
        let running = turns.next(&own).await.unwrap();
        assert!(matches!(turns.next(&own).await, Err(CallError::Busy)));
        drop(running);
        assert_eq!(turns.free(), 1);
        assert!(turns.next(&own).await.is_ok());
    }
}
