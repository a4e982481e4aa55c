//! The log lines of one call, clean and few, wherever in the guest they come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::call::{Level, Reporter};
use crate::error::line;
use crate::limits;

/// One call's lines on their way to the program.
pub(crate) struct Log {
    reporter: Arc<dyn Reporter>,
    lines: AtomicU64,
}

impl Log {
    pub(crate) fn new(reporter: Arc<dyn Reporter>) -> Arc<Self> {
        Arc::new(Self {
            reporter,
            lines: AtomicU64::new(0),
        })
    }

    /// Passes on the first [`limits::MAX_LOG_LINES`], says once that it is enough, and drops the rest.
    pub(crate) fn write(&self, level: Level, text: &str) {
        let before = self.lines.fetch_add(1, Ordering::Relaxed);
        if before < limits::MAX_LOG_LINES {
            let text = line(text, limits::MAX_LOG_TEXT);
            self.reporter.log(level, &text);
        } else if before == limits::MAX_LOG_LINES {
            let notice = "the plugin logs too much; the rest of this call's lines are dropped";
            self.reporter.log(Level::Warn, notice);
        }
    }
}
