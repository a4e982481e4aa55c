//! Which of a plugin's log lines a client wants to hear.
//!
//! Nothing unless it says so: older revisions say it once for a session, 2026-07-28 says it with each request. MCP
//! means to drop logging; it is here because clients still ask, and because a plugin's author sees his lines there.

#![allow(deprecated, reason = "what MCP has deprecated is still spoken")]

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::RoleServer;
use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam};
use rmcp::service::RequestContext;
use sandbox::Level;

use super::is_modern;

/// The least level that a session's client wants.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted(Arc<Mutex<Option<Level>>>);

impl Wanted {
    pub(super) fn set(&self, level: LoggingLevel) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = least(level);
    }

    /// The least level that is to be told during the request of `context`.
    pub(super) fn of(&self, context: &RequestContext<RoleServer>) -> Option<Level> {
        if is_modern(context) {
            context.meta.log_level().and_then(least)
        } else {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

/// Plugins have four of MCP's eight levels; none of theirs is above `error`.
fn least(level: LoggingLevel) -> Option<Level> {
    match level {
        LoggingLevel::Debug => Some(Level::Debug),
        LoggingLevel::Info => Some(Level::Info),
        LoggingLevel::Notice | LoggingLevel::Warning => Some(Level::Warn),
        LoggingLevel::Error => Some(Level::Error),
        _ => None,
    }
}

/// Tells the client one line of `plugin`'s.
pub(super) async fn tell(
    context: &RequestContext<RoleServer>,
    level: Level,
    plugin: String,
    text: String,
) {
    let level = match level {
        Level::Debug => LoggingLevel::Debug,
        Level::Info => LoggingLevel::Info,
        Level::Warn => LoggingLevel::Warning,
        Level::Error => LoggingLevel::Error,
    };
    let line = LoggingMessageNotificationParam::new(level, text.into()).with_logger(plugin);
    // A client that is gone does not need to hear of it.
    let _ = context.peer.notify_logging_message(line).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_lets_through_itself_and_what_matters_more() {
        assert_eq!(least(LoggingLevel::Debug), Some(Level::Debug));
        assert_eq!(least(LoggingLevel::Notice), Some(Level::Warn));
        assert_eq!(least(LoggingLevel::Error), Some(Level::Error));
        assert_eq!(least(LoggingLevel::Critical), None);
        assert!(Level::Debug < Level::Info && Level::Warn < Level::Error);
    }
}
