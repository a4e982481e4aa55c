//! The clock of epoch interruption: a thread that advances the engine's epoch while guests run.
//!
//! Without it a guest in an endless loop never stops and never lets go of its worker thread. It starts
//! with the first call, sleeps on a condition variable while nothing runs, and holds the engine
//! weakly: the engine's end is its own.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use wasmtime::EngineWeak;

use crate::limits::TICK;

/// Starts and stops the ticking of one engine.
pub(crate) struct Ticker {
    engine: EngineWeak,
    shared: Arc<Shared>,
}

/// Keeps the clock ticking while it lives.
pub(crate) struct Ticking(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    has_thread: bool,
    running: usize,
    closed: bool,
}

impl Ticker {
    pub(crate) fn new(engine: EngineWeak) -> Self {
        Self {
            engine,
            shared: Arc::default(),
        }
    }

    /// Ticks until what this returns is dropped.
    pub(crate) fn tick(&self) -> io::Result<Ticking> {
        let mut state = self.shared.lock();
        if !state.has_thread {
            let (engine, shared) = (self.engine.clone(), Arc::clone(&self.shared));
            std::thread::Builder::new()
                .name("plugin ticker".to_owned())
                .spawn(move || run(&engine, &shared))?;
            state.has_thread = true;
        }
        state.running += 1;
        if state.running == 1 {
            self.shared.changed.notify_one();
        }
        Ok(Ticking(Arc::clone(&self.shared)))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running = state.running.saturating_sub(1);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Counters stay true whatever panicked while they were held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a guest runs; false when there will never be one again.
    fn wait(&self) -> bool {
        let mut state = self.lock();
        while state.running == 0 && !state.closed {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        !state.closed
    }
}

fn run(engine: &EngineWeak, shared: &Shared) {
    while shared.wait() {
        std::thread::sleep(TICK);
        let Some(engine) = engine.upgrade() else {
            return;
        };
        engine.increment_epoch();
    }
}
