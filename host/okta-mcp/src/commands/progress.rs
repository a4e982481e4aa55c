//! A call's progress for the person at the terminal: one line on stderr that each update overwrites.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use crate::host::{Progress, Silent, Update};

/// Shows progress while it lives, and takes its line away when it goes.
struct Line;

/// Progress on a terminal; nothing in a pipe, where every update would stay.
pub(crate) fn on_terminal() -> Arc<dyn Progress> {
    if std::io::stderr().is_terminal() {
        Arc::new(Line)
    } else {
        Arc::new(Silent)
    }
}

impl Progress for Line {
    fn update(&self, update: Update) {
        let steps = match (update.done, update.total) {
            (Some(done), Some(total)) => format!("{done} of {total} "),
            (Some(done), None) => format!("{done} "),
            (None, _) => String::new(),
        };
        // A terminal that is gone does not need the line.
        let _ = write!(
            std::io::stderr().lock(),
            "\r\u{1b}[K{steps}{}",
            update.message
        );
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K");
    }
}
