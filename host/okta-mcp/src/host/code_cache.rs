//! Where compiled code is kept between processes, if it can be.

use std::path::PathBuf;

use sandbox::{CacheError, CodeCache, CodeKey};

use crate::config::SandboxSettings;
use crate::state_key::{self, KeyError};

/// The key's file, in the state directory: whoever can write to the cache cannot read it there.
const KEY: &str = "code.key";

/// Why compiled code is not kept. It costs the time of compiling, and nothing else.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    /// Nothing to authenticate it with.
    #[error("the key for it cannot be kept: {0}")]
    Key(#[from] KeyError),
    /// The directory cannot be used, or is not this user's alone.
    #[error("{}: {problem}", dir.display())]
    Directory {
        /// The directory.
        dir: PathBuf,
        /// What is wrong with it.
        problem: CacheError,
    },
}

/// The cache that `settings` name; none where it is switched off, or where its place cannot be trusted or
/// used. The latter costs a line in the log.
pub(super) fn open(settings: &SandboxSettings) -> Option<CodeCache> {
    try_open(settings).unwrap_or_else(|error| {
        tracing::warn!("compiled code is not kept: {error}");
        None
    })
}

/// The same, with the reason.
pub(crate) fn try_open(settings: &SandboxSettings) -> Result<Option<CodeCache>, NotKept> {
    let Some(dir) = &settings.cache_dir else {
        return Ok(None);
    };
    let key = state_key::kept(KEY)?;
    CodeCache::open(dir, CodeKey::new(key), settings.cache_bytes)
        .map(Some)
        .map_err(|problem| NotKept::Directory {
            dir: dir.clone(),
            problem,
        })
}
