//! How a call ends without an answer.
//!
//! These texts reach the model: one line, what happened and what to do. A plugin's own words are
//! cleaned and cut; a backtrace goes to the program's log and nowhere else.

use std::time::Duration;

use capability::limits::Limits;
use capability::text::clean;
use wasmtime::Trap;

use crate::census::TooMuch;
use crate::limits;
use crate::store::Meters;

/// Why a call brought no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The package has no such tool.
    #[error("plugin `{plugin}` has no tool `{tool}`; it has {known}")]
    UnknownTool {
        /// The plugin.
        plugin: String,
        /// The name that was asked for, cleaned.
        tool: String,
        /// The names of those that it has.
        known: String,
    },
    /// The plugin says that the arguments do not fit the facts.
    #[error("{0}")]
    InvalidArguments(String),
    /// The plugin says that it failed.
    #[error("{0}")]
    Failed(String),
    /// The plugin needs something of the client that it does not have.
    #[error("this tool needs the client capability `{0}`, which this client does not declare")]
    NeedsCapability(String),
    /// The guest crashed.
    #[error(
        "the plugin crashed ({what}); the same call will most likely crash again, so try other arguments or tell the plugin's author"
    )]
    Trapped {
        /// The reason, without a backtrace.
        what: String,
    },
    /// The guest computed for too long.
    #[error(
        "the plugin was stopped after {} ms of processor time (limits.cpu); ask for less",
        limit.as_millis()
    )]
    CpuExhausted {
        /// What it may spend.
        limit: Duration,
    },
    /// The call took too long.
    #[error(
        "the call was ended after {} s (limits.time); ask for less",
        limit.as_secs_f64()
    )]
    TimedOut {
        /// What it may take.
        limit: Duration,
    },
    /// The guest wanted more memory than it may have, and did not get by without.
    #[error(
        "the plugin needs more than {} KiB of memory (limits.memory); ask for less",
        limit >> 10
    )]
    MemoryExhausted {
        /// Bytes that it may have.
        limit: u64,
    },
    /// The guest wanted more of something than any guest gets, whatever its manifest says.
    #[error(
        "the plugin needs more than {what}, the most that this server gives a call; ask for less, or tell the plugin's author"
    )]
    TooMuch {
        /// How much of what it may have.
        what: String,
    },
    /// The guest answered, but not within the contract.
    #[error("the plugin gave an answer that cannot be used: {0}; tell the plugin's author")]
    BadResult(String),
    /// The plugin is still being compiled.
    #[error(
        "the plugin is still being compiled after {} s; that goes on, so try again in a minute, and if it stays so, it is too large for this machine",
        waited.as_secs_f64()
    )]
    Compiling {
        /// How long the call waited for it.
        waited: Duration,
    },
    /// As many calls are running as may, and none ended in time.
    #[error("too many calls are running; wait for one of them to end and try again")]
    Busy,
    /// The package cannot be run at all.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The clock that stops runaway guests did not start, so no guest may.
    #[error("the server could not start its clock thread ({0}); free some threads and try again")]
    NoTicker(String),
}

/// Why a package that parses cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It does not validate or compile.
    #[error("the plugin does not compile: {0}; build it again with `okta-mcp plugin build`")]
    Compile(String),
    /// The compiler would take too long for it.
    #[error(
        "the plugin is not compiled: it has {0}; build it from smaller functions, and optimized"
    )]
    TooMuch(#[from] TooMuch),
    /// It imports or exports something else than the contract says, under the contract's names.
    #[error(
        "the plugin does not fit this server's plugin interface: {0}; build it against okta:plugin@0.1.0"
    )]
    Link(String),
    /// The compiler gave up in a way that it should not.
    #[error("the plugin's compilation broke off; report the package to this server's authors")]
    Aborted,
}

/// Characters of a reason that wasmtime gives.
const MAX_REASON: usize = 300;

impl LoadError {
    pub(crate) fn compile(error: &wasmtime::Error) -> Self {
        Self::Compile(line(&format!("{error:#}"), MAX_REASON))
    }

    /// With every stage that wasmtime names: the outer ones say which function it is about.
    pub(crate) fn link(error: &wasmtime::Error) -> Self {
        Self::Link(line(&format!("{error:#}"), MAX_REASON))
    }
}

impl CallError {
    /// What an error out of wasmtime means to the caller: which limit, or a crash.
    pub(crate) fn of_guest(error: &wasmtime::Error, meters: &Meters, granted: &Limits) -> Self {
        tracing::debug!(error = ?error, "a guest was stopped");
        let trap = error.downcast_ref::<Trap>();
        if trap == Some(&Trap::Interrupt) {
            return Self::CpuExhausted { limit: granted.cpu };
        }
        if meters.space.refused_memory() {
            return Self::MemoryExhausted {
                limit: granted.memory,
            };
        }
        if meters.space.refused_table() {
            let what = format!("{} table elements", granted.table_elements);
            return Self::TooMuch { what };
        }
        let Some(trap) = trap else {
            let what = reason(error);
            return match limit_met(&what, granted) {
                Some(what) => Self::TooMuch { what },
                None => Self::Trapped { what },
            };
        };
        Self::Trapped {
            what: line(&trap.to_string(), MAX_REASON),
        }
    }
}

/// The limit that wasmtime stopped a guest at. It tells of these in words only; the hostile guests
/// of the tests hold us to the words of the version that is built in.
fn limit_met(reason: &str, granted: &Limits) -> Option<String> {
    let says = |words: &str| reason.contains(words);
    Some(if says("memory count too high") {
        format!("{} memories", limits::MAX_MEMORIES)
    } else if says("table count too high") {
        format!("{} tables", limits::MAX_TABLES)
    } else if says("instance count too high") {
        format!("{} instances", granted.instances)
    } else if says("store handle limit exceeded") || says("resource table has no free keys") {
        format!("{} handles", granted.handles)
    } else if says("fuel allocated for hostcalls") {
        format!(
            "{} KiB in one exchange with the server",
            granted.hostcall >> 10
        )
    } else {
        return None;
    })
}

/// The innermost cause: the outer ones are backtraces and wasmtime's own stages.
fn reason(error: &wasmtime::Error) -> String {
    line(&error.root_cause().to_string(), MAX_REASON)
}

/// `text` as one clean line of at most `limit` characters; its line breaks become spaces.
pub(crate) fn line(text: &str, limit: usize) -> String {
    // Cut first, generously: a guest's text can be a thousand times as long as what is kept of it.
    let cut: String = text
        .chars()
        .take(limit.saturating_mul(2))
        .map(|c| {
            if matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else {
                c
            }
        })
        .collect();
    clean(&cut, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_line_and_keeps_its_words_apart() {
        assert_eq!(line("a\nb\u{202e}c", 10), "a bc");
        assert_eq!(line(&"x".repeat(1_000), 3), "xxx…");
    }
}
