//! What a running plugin says to the host: log lines, progress, and what it was denied.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use audit::record::Record;
use audit::row::Reason;
use capability::grant::{Denial, Request};
use sandbox::{Level, Reporter, Usage};

use super::begun::Of;
use crate::metrics::Metrics;

/// Where a call's progress goes.
pub trait Progress: Send + Sync {
    /// Takes one update; must not block.
    fn update(&self, update: Update);

    /// Takes a line of the plugin's log, for a client that asked for such; must not block.
    fn line(&self, level: Level, plugin: &str, text: &str) {
        let _ = (level, plugin, text);
    }
}

/// How far a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Steps done; none when the call only waits.
    pub done: Option<u32>,
    /// Steps in all, where that is known.
    pub total: Option<u32>,
    /// For the person who waits.
    pub message: String,
}

impl Update {
    /// A call that goes no further for the moment.
    #[must_use]
    pub fn waiting(message: String) -> Self {
        Self {
            done: None,
            total: None,
            message,
        }
    }
}

/// Progress that nobody asked for.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn update(&self, _: Update) {}
}

/// One call's ear. Plugin texts arrive cleaned and counted by the sandbox.
pub(super) struct CallReporter {
    plugin: String,
    tool: String,
    progress: Arc<dyn Progress>,
    record: Option<Arc<Record>>,
    metrics: Metrics,
}

impl CallReporter {
    pub(super) fn new(
        of: Of<'_>,
        progress: Arc<dyn Progress>,
        record: Option<Arc<Record>>,
        metrics: Metrics,
    ) -> Self {
        Self {
            plugin: of.plugin().to_owned(),
            tool: of.name.to_owned(),
            progress,
            record,
            metrics,
        }
    }
}

impl Reporter for CallReporter {
    fn log(&self, level: Level, message: &str) {
        let (plugin, tool) = (self.plugin.as_str(), self.tool.as_str());
        self.progress.line(level, plugin, message);
        match level {
            Level::Debug => tracing::debug!(target: "plugin", plugin, tool, "{message}"),
            Level::Info => tracing::info!(target: "plugin", plugin, tool, "{message}"),
            Level::Warn => tracing::warn!(target: "plugin", plugin, tool, "{message}"),
            Level::Error => tracing::error!(target: "plugin", plugin, tool, "{message}"),
        }
    }

    fn progress(&self, done: u32, total: Option<u32>, message: &str) {
        self.progress.update(Update {
            done: Some(done),
            total,
            message: message.to_owned(),
        });
    }

    fn now(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    fn denied(&self, denial: &Denial) {
        tracing::warn!(target: "audit", event = "denial", plugin = self.plugin, tool = self.tool, "{denial}");
    }

    fn refused(&self, request: &Request, denial: &Denial) {
        self.metrics.denied(Reason::from(denial));
        if let Some(record) = &self.record {
            record.denial(request, denial);
        }
    }

    fn setting(&self, _: &str) -> Option<String> {
        // No manifest of version 1 declares settings.
        None
    }

    fn used(&self, usage: &Usage) {
        tracing::info!(
            target: "audit",
            event = "used",
            plugin = self.plugin,
            tool = self.tool,
            requests = usage.requests,
            bytes = usage.bytes,
            cpu_ms = usage.cpu.as_secs_f64() * 1e3,
            memory = usage.memory,
        );
    }
}
