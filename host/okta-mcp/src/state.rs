//! Where this user's programs keep what they remember between runs.

use std::path::PathBuf;

/// `okta-mcp` in the user's state directory (the [XDG base directories](https://specifications.freedesktop.org/basedir/latest/),
/// on Windows `LOCALAPPDATA`), as `env` tells it; none where it tells nothing absolute. It may not be there yet.
#[must_use]
pub fn dir(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let from = |name: &str| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = from("XDG_STATE_HOME")
        .or_else(|| from("LOCALAPPDATA"))
        .or_else(|| from("HOME").map(|home| home.join(".local/state")))?;
    base.is_absolute().then(|| base.join("okta-mcp"))
}
