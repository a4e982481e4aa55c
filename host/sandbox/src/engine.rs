//! The one wasmtime engine of the process, how it is set, and how many calls it runs at once.
//!
//! One engine only: ids of types are the engine's own, and mixing two has been a vulnerability before.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::{Config, WasmBacktraceDetails};

use crate::allocation::Allocation;
use crate::cache::CodeCache;
use crate::error::CallError;
use crate::limits;
use crate::ticker::{Ticker, Ticking};
use crate::turn::{Load, Turns};

/// The process' engine. Cheap to make and to clone; compiles nothing by itself.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    wasm: wasmtime::Engine,
    ticker: Ticker,
    turns: Turns,
    compilers: Semaphore,
    compile_wait: Duration,
    cache: Option<CodeCache>,
}

/// What an operator may turn on an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Calls that run at once, of which one plugin has at most half; 64 unless said otherwise.
    pub concurrent_calls: usize,
    /// Calls that wait for a turn; one more ends at once as [`CallError::Busy`]. 1,000 unless said otherwise.
    pub waiting_calls: usize,
    /// How long a call waits for its turn until it ends as [`CallError::Busy`]; 5 s unless said otherwise.
    pub queue_wait: Duration,
    /// How long a call waits for its plugin's compilation until it ends as [`CallError::Compiling`]; 20 s unless
    /// said otherwise.
    pub compile_wait: Duration,
    /// Where compiled code is kept between processes; nowhere unless said otherwise.
    pub cache: Option<CodeCache>,
    /// Where guests get their memory from; on demand unless said otherwise.
    pub allocation: Allocation,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            concurrent_calls: limits::CONCURRENT_CALLS,
            waiting_calls: limits::WAITING_CALLS,
            queue_wait: limits::QUEUE_WAIT,
            compile_wait: limits::COMPILE_WAIT,
            cache: None,
            allocation: Allocation::default(),
        }
    }
}

/// Why there is no engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// wasmtime does not run on this machine as it is set.
    #[error("WebAssembly cannot be run on this machine: {0}")]
    Unsupported(String),
}

impl Engine {
    /// An engine with the usual options.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`].
    pub fn new() -> Result<Self, EngineError> {
        Self::with(EngineOptions::default())
    }

    /// An engine with options of the operator's.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`].
    pub fn with(options: EngineOptions) -> Result<Self, EngineError> {
        let mut config = config();
        options
            .allocation
            .apply(&mut config, options.concurrent_calls);
        let wasm = wasmtime::Engine::new(&config)
            .map_err(|error| EngineError::Unsupported(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            ticker: Ticker::new(wasm.weak()),
            wasm,
            turns: Turns::new(
                options.concurrent_calls,
                options.waiting_calls,
                options.queue_wait,
            ),
            compilers: Semaphore::new(limits::COMPILATIONS),
            compile_wait: options.compile_wait,
            cache: options.cache,
        })))
    }

    /// How many calls run and wait at the moment.
    #[must_use]
    pub fn load(&self) -> Load {
        self.0.turns.load()
    }

    pub(crate) fn wasm(&self) -> &wasmtime::Engine {
        &self.0.wasm
    }

    /// The turns to run a guest.
    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    /// Waits for a turn to compile.
    pub(crate) async fn compiler_turn(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.0.compilers.acquire().await.ok()
    }

    /// How long a call waits for a compilation.
    pub(crate) fn compile_wait(&self) -> Duration {
        self.0.compile_wait
    }

    /// Where compiled code is kept.
    pub(crate) fn cache(&self) -> Option<&CodeCache> {
        self.0.cache.as_ref()
    }

    /// Keeps the clock going that stops guests; needed while one runs.
    pub(crate) fn tick(&self) -> Result<Ticking, CallError> {
        self.0
            .ticker
            .tick()
            .map_err(|error| CallError::NoTicker(error.to_string()))
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine({} turns free)", self.0.turns.free())
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Component-model async is not built in; without it a guest cannot have tasks of its own.
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(limits::GUEST_STACK)
        .async_stack_size(limits::SHARED_STACK)
        // Costs a page or two each call; a bug in the compiler must not show one guest another's stack.
        .async_stack_zeroing(true)
        // A fifth of the compiled code's size, to put offsets into backtraces that nobody reads.
        .generate_address_map(false)
        // Otherwise an environment variable decides.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_memory64(false)
        // wasmtime's own glue between two components inside one has the memories of both, and its
        // compiler panics where it may not. What counts is the sum, and that is bounded.
        .wasm_multi_memory(true)
        // Its results differ between processors.
        .wasm_relaxed_simd(false);
    config
}
