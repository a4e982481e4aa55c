//! The key that several servers seal cursors with, so that each can go on where another stopped.
//!
//! It is a text of any form with enough in it; what is sealed with is its hash, so that every server with the same text
//! has the same key and none has to agree on an encoding.

use std::path::Path;

use capability::cursor::CursorKey;
use sha2::{Digest as _, Sha256};

use super::ConfigError;
use super::file::File;

/// The shortest key, in characters: 128 bits even where it is written in hex.
const SHORTEST: usize = 32;

/// The variable that holds the key itself.
const VARIABLE: &str = "OKTA_MCP_CURSOR_KEY";

/// The key that the environment has or the file names, if either does.
pub(super) fn configured(
    file: &File,
    env: &dyn Fn(&str) -> Option<String>,
    base: &Path,
) -> Result<Option<CursorKey>, ConfigError> {
    if let Some(text) = env(VARIABLE).filter(|text| !text.is_empty()) {
        return key(&text, VARIABLE.to_owned()).map(Some);
    }
    let Some(own) = &file.cursor_key_file else {
        return Ok(None);
    };
    let shown = base.join(own).display().to_string();
    let text = std::fs::read_to_string(base.join(own))
        .map_err(|error| ConfigError::Unreadable(shown.clone(), error.to_string()))?;
    key(&text, shown).map(Some)
}

fn key(text: &str, place: String) -> Result<CursorKey, ConfigError> {
    let text = text.trim();
    let length = text.chars().count();
    if length < SHORTEST {
        return Err(ConfigError::Value {
            place,
            problem: format!(
                "has {length} characters, and a key has {SHORTEST} or more; make one with `openssl rand -base64 32`"
            ),
        });
    }
    let mut hash = Sha256::new();
    hash.update(b"okta-mcp cursor key\0");
    hash.update(text.as_bytes());
    Ok(CursorKey::new(hash.finalize().into()))
}
