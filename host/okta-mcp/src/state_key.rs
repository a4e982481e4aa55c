//! Keys that stay on this machine: each in a file that only its owner can read, in the user's state directory.
//!
//! Whoever can read them is the user himself, against whom nothing that this program keeps can be sealed.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of a key: the strength of the MACs that are made with it.
pub(crate) const LENGTH: usize = 32;

/// Why a key cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// Nothing says where this user's programs keep such things.
    #[error("neither XDG_STATE_HOME nor HOME names a directory")]
    NoPlace,
    /// The system or the file's permissions say no.
    #[error("{}: {problem}", dir.display())]
    Io {
        /// The state directory.
        dir: PathBuf,
        /// What is wrong.
        problem: std::io::Error,
    },
}

/// The key called `name`, made if there is none. None where it cannot be kept; why is logged.
pub(crate) fn keep(name: &str) -> Option<[u8; LENGTH]> {
    match kept(name) {
        Ok(key) => Some(key),
        Err(KeyError::NoPlace) => None,
        Err(error) => {
            tracing::warn!("{name} cannot be kept: {error}");
            None
        }
    }
}

/// The key called `name`, made if there is none.
pub(crate) fn kept(name: &str) -> Result<[u8; LENGTH], KeyError> {
    let dir = state_dir().ok_or(KeyError::NoPlace)?;
    keep_in(&dir, name).map_err(|problem| KeyError::Io { dir, problem })
}

/// The key called `name`, if there is one.
pub(crate) fn find(name: &str) -> Option<[u8; LENGTH]> {
    read(&state_dir()?.join(name)).ok().flatten()
}

/// Where keys are kept.
pub(crate) fn state_dir() -> Option<PathBuf> {
    crate::state::dir(&|name| std::env::var(name).ok())
}

/// Reads the key in `dir`, or makes one. Two processes that start at once end with the same key.
fn keep_in(dir: &Path, name: &str) -> std::io::Result<[u8; LENGTH]> {
    let path = dir.join(name);
    if let Some(key) = read(&path)? {
        return Ok(key);
    }
    std::fs::create_dir_all(dir)?;
    let key = random().map_err(std::io::Error::other)?;
    // Written whole beside it and then linked: whoever finds the name finds all of the key, and the
    // first one to link it wins.
    let mut beside = tempfile::NamedTempFile::new_in(dir)?;
    beside.write_all(&key)?;
    match beside.persist_noclobber(&path) {
        Ok(_) => Ok(key),
        Err(lost) if lost.error.kind() == std::io::ErrorKind::AlreadyExists => {
            read(&path)?.ok_or_else(|| std::io::Error::other("the key vanished"))
        }
        Err(lost) => Err(lost.error),
    }
}

fn read(path: &Path) -> std::io::Result<Option<[u8; LENGTH]>> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    private(&file)?;
    let mut key = [0; LENGTH];
    file.read_exact(&mut key)?;
    Ok(Some(key))
}

/// A key that others can read or write is none.
#[cfg(unix)]
fn private(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(std::io::Error::other(format!(
        "others may read or write it (mode {mode:03o}); remove it, and a new one is made"
    )))
}

/// The user's profile is the user's own.
#[cfg(not(unix))]
fn private(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// A key that nobody keeps.
pub(crate) fn random() -> Result<[u8; LENGTH], getrandom::Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = keep_in(&dir.path().join("okta-mcp"), "cursor.key").unwrap();
        assert_eq!(
            keep_in(&dir.path().join("okta-mcp"), "cursor.key").unwrap(),
            first
        );
        assert_ne!(first, [0; LENGTH]);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it_and_otherwise_it_is_no_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        keep_in(dir.path(), "cursor.key").unwrap();
        let path = dir.path().join("cursor.key");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for open in [0o640, 0o604, 0o620, 0o601] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(open)).unwrap();
            let error = keep_in(dir.path(), "cursor.key").unwrap_err();
            assert!(error.to_string().contains("others may read"), "{error}");
        }
    }

    #[test]
    fn a_key_that_is_cut_short_is_an_error_and_not_a_weak_key() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("cursor.key"), b"short").unwrap();
        assert!(keep_in(dir.path(), "cursor.key").is_err());
    }

    #[test]
    fn two_processes_at_once_end_with_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| keep_in(dir.path(), "cursor.key").unwrap()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
