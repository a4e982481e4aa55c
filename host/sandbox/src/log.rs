//! The log lines of one call, clean and few, wherever in the guest they come from.

use std::sync::{Arc, Mutex, PoisonError};

use capability::limits::Limits;

use crate::call::{Level, Reporter};
use crate::error::line;
use crate::limits;

/// One call's lines on their way to the program.
pub(crate) struct Log {
    reporter: Arc<dyn Reporter>,
    room: Mutex<Room>,
}

/// What may still be said.
struct Room {
    lines: u32,
    bytes: u64,
    full: bool,
}

impl Log {
    pub(crate) fn new(reporter: Arc<dyn Reporter>, limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            reporter,
            room: Mutex::new(Room {
                lines: limits.log_lines,
                bytes: limits.log_bytes,
                full: false,
            }),
        })
    }

    /// Passes on what there is room for, says once that it is enough, and drops the rest.
    pub(crate) fn write(&self, level: Level, text: &str) {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        if room.full {
            return;
        }
        let text = line(text, limits::MAX_LOG_TEXT);
        if room.take(text.len()) {
            self.reporter.log(level, &text);
        } else {
            room.full = true;
            let notice = "the plugin logs too much; the rest of this call's lines are dropped";
            self.reporter.log(Level::Warn, notice);
        }
    }
}

impl Room {
    /// Takes a line of this length, unless there is no room for it.
    fn take(&mut self, bytes: usize) -> bool {
        let left = (
            self.lines.checked_sub(1),
            self.bytes.checked_sub(bytes as u64),
        );
        let (Some(lines), Some(bytes)) = left else {
            return false;
        };
        (self.lines, self.bytes) = (lines, bytes);
        true
    }
}
