//! The key that seals cursors, kept between processes.
//!
//! A cursor should outlive the process that made it: a desktop client restarts its servers, and
//! `okta-mcp call` is a process per page. So the key is kept. Whoever has it can make cursors, which reach
//! nothing that the grant does not allow anyway. Without a place for it the key lives as long as the process.
//! Several servers that answer the same clients are given one key instead (`cursorKeyFile`).

use capability::cursor::CursorKey;

use super::StartError;
use crate::state_key;

/// The key in the user's state directory, made if there is none; a passing one where that cannot be.
pub(super) fn load() -> Result<CursorKey, StartError> {
    match state_key::keep("cursor.key") {
        Some(key) => Ok(CursorKey::new(key)),
        None => {
            tracing::info!("cursors will not outlive this process");
            state_key::random()
                .map(CursorKey::new)
                .map_err(StartError::Random)
        }
    }
}
