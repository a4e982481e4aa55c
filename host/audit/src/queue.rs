//! What waits for the log's thread.
//!
//! Waking a thread costs a call more than its row does, and a thread that is woken by a call's first row would commit
//! that row alone and keep the call's last one waiting. So the thread is woken by whoever waits for it, and takes all
//! that is there: a call's rows are written in one go. Rows that nobody waits for, such as those of a call that still
//! runs, are written [`LINGER`] after the first of them, so that a process that dies does not take them along.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long rows that nobody waits for may wait for more: less than a person or a crash handler notices.
const LINGER: Duration = Duration::from_millis(5);

/// Messages from many to one.
pub(crate) struct Queue<M> {
    room: usize,
    batch: usize,
    state: Mutex<State<M>>,
    wake: Condvar,
}

struct State<M> {
    waiting: VecDeque<M>,
    /// How many of them somebody waits for.
    urgent: usize,
    /// When the first of them came.
    since: Option<Instant>,
    taker: Taker,
    /// Nothing comes any more.
    closed: bool,
    /// Nothing is taken any more.
    ended: bool,
}

/// What the thread does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taker {
    Works,
    /// It sleeps until something comes.
    Sleeps,
    /// It sleeps until somebody waits, or a little longer.
    Lingers,
}

/// What goes through a queue.
pub(crate) trait Urgent {
    /// Whether somebody waits for it.
    fn is_urgent(&self) -> bool;
}

impl<M: Urgent> Queue<M> {
    /// With room for `room` messages, of which at most `batch` are taken at once.
    pub(crate) fn new(room: usize, batch: usize) -> Self {
        Self {
            room,
            batch,
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                urgent: 0,
                since: None,
                taker: Taker::Works,
                closed: false,
                ended: false,
            }),
            wake: Condvar::new(),
        }
    }

    /// Puts `message` at the end, or gives it back where there is no room or nobody who takes it. Never waits.
    pub(crate) fn push(&self, message: M) -> Result<(), M> {
        let mut state = self.lock();
        if state.ended || state.waiting.len() >= self.room {
            return Err(message);
        }
        let urgent = message.is_urgent();
        state.urgent += usize::from(urgent);
        state.waiting.push_back(message);
        if state.since.is_none() {
            state.since = Some(Instant::now());
        }
        let wake = match state.taker {
            Taker::Works => false,
            Taker::Sleeps => true,
            Taker::Lingers => urgent || state.waiting.len() >= self.batch,
        };
        drop(state);
        if wake {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Takes what is there once somebody waits for it, or it has waited long enough; none when nothing comes any more.
    pub(crate) fn take(&self) -> Option<Vec<M>> {
        let mut state = self.lock();
        loop {
            let Some(since) = state.since else {
                if state.closed {
                    return None;
                }
                state.taker = Taker::Sleeps;
                state = self
                    .wake
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                state.taker = Taker::Works;
                continue;
            };
            let left = LINGER.saturating_sub(since.elapsed());
            let full = state.waiting.len() >= self.batch;
            if state.urgent > 0 || full || state.closed || left.is_zero() {
                break;
            }
            state.taker = Taker::Lingers;
            (state, _) = self
                .wake
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
            state.taker = Taker::Works;
        }
        let count = state.waiting.len().min(self.batch);
        let taken: Vec<M> = state.waiting.drain(..count).collect();
        state.urgent -= taken.iter().filter(|message| message.is_urgent()).count();
        if state.waiting.is_empty() {
            state.since = None;
        }
        Some(taken)
    }

    /// Says that nothing comes any more; what is there is still taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_one();
    }

    /// Says that nothing is taken any more, and drops what waits: whoever waits for it is told so by that.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(waiting);
    }

    fn lock(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A number, for which somebody waits when it is odd.
    impl Urgent for u32 {
        fn is_urgent(&self) -> bool {
            self % 2 == 1
        }
    }

    #[test]
    fn what_is_there_is_taken_in_one_go_as_soon_as_somebody_waits() {
        let queue = Queue::new(10, 10);
        for message in [2, 4, 5] {
            queue.push(message).unwrap();
        }
        assert_eq!(queue.take(), Some(vec![2, 4, 5]));
    }

    #[test]
    fn what_nobody_waits_for_is_taken_all_the_same() {
        let queue = Queue::new(10, 10);
        queue.push(2).unwrap();
        assert_eq!(queue.take(), Some(vec![2]));
    }

    #[test]
    fn a_taker_that_sleeps_or_lingers_is_woken() {
        let queue = Arc::new(Queue::new(10, 10));
        let taker = {
            let queue = Arc::clone(&queue);
            std::thread::spawn(move || std::iter::from_fn(|| queue.take()).flatten().count())
        };
        for message in 0..8 {
            while queue.push(message).is_err() {
                std::thread::yield_now();
            }
        }
        queue.close();
        assert_eq!(taker.join().unwrap(), 8);
    }

    #[test]
    fn no_more_is_taken_at_once_than_a_batch_and_none_is_forgotten() {
        let queue = Queue::new(10, 3);
        for message in [2, 4, 6, 7, 8] {
            queue.push(message).unwrap();
        }
        assert_eq!(queue.take(), Some(vec![2, 4, 6]));
        assert_eq!(queue.take(), Some(vec![7, 8]));
        queue.close();
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn a_message_is_given_back_where_there_is_no_room_or_no_taker() {
        let queue = Queue::new(1, 3);
        queue.push(2).unwrap();
        assert_eq!(queue.push(3), Err(3));
        queue.end();
        assert_eq!(queue.push(5), Err(5));
    }
}
