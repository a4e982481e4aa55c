//! Where compiled code is kept between processes, if it can be.

use sandbox::{CodeCache, CodeKey};

use crate::config::SandboxSettings;
use crate::state_key;

/// The key's file, in the state directory: whoever can write to the cache cannot read it there.
const KEY: &str = "code.key";

/// The cache that `settings` name; none where it is switched off, or where its place cannot be trusted or
/// used. That costs the time of compiling and a line in the log.
pub(super) fn open(settings: &SandboxSettings) -> Option<CodeCache> {
    let dir = settings.cache_dir.as_ref()?;
    let key = state_key::keep(KEY)?;
    CodeCache::open(dir, CodeKey::new(key), settings.cache_bytes)
        .inspect_err(|error| {
            tracing::warn!("compiled code is not kept in {}: {error}", dir.display());
        })
        .ok()
}
