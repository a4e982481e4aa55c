//! The key that seals cursors, kept between processes.
//!
//! A cursor should outlive the process that made it: a desktop client restarts its servers, and
//! `okta-mcp call` is a process per page. So the key lies in a file that only its owner can read, in the
//! user's state directory. Whoever has it can make cursors, which reach nothing that the grant does not
//! allow anyway. Without a place for the file the key lives as long as the process.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use capability::cursor::CursorKey;

use super::StartError;

/// Bytes of the key: the strength of the MAC.
const LENGTH: usize = 32;

/// The key in the user's state directory, made if there is none; a passing one where that cannot be.
pub(super) fn load() -> Result<CursorKey, StartError> {
    let kept = state_dir().and_then(|dir| match keep(&dir) {
        Ok(key) => Some(key),
        Err(error) => {
            tracing::info!(
                "cursors will not outlive this process: {}: {error}",
                dir.display()
            );
            None
        }
    });
    match kept {
        Some(key) => Ok(CursorKey::new(key)),
        None => random().map(CursorKey::new),
    }
}

fn state_dir() -> Option<PathBuf> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = from("XDG_STATE_HOME")
        .or_else(|| from("LOCALAPPDATA"))
        .or_else(|| from("HOME").map(|home| home.join(".local/state")))?;
    base.is_absolute().then(|| base.join("okta-mcp"))
}

/// Reads the key in `dir`, or makes one. Two processes that start at once end with the same key.
fn keep(dir: &Path) -> std::io::Result<[u8; LENGTH]> {
    let path = dir.join("cursor.key");
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
    let mut key = [0; LENGTH];
    file.read_exact(&mut key)?;
    Ok(Some(key))
}

fn random() -> Result<[u8; LENGTH], StartError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(StartError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = keep(&dir.path().join("okta-mcp")).unwrap();
        assert_eq!(keep(&dir.path().join("okta-mcp")).unwrap(), first);
        assert_ne!(first, [0; LENGTH]);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        keep(dir.path()).unwrap();
        let mode = std::fs::metadata(dir.path().join("cursor.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_is_cut_short_is_an_error_and_not_a_weak_key() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("cursor.key"), b"short").unwrap();
        assert!(keep(dir.path()).is_err());
    }

    #[test]
    fn two_processes_at_once_end_with_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| keep(dir.path()).unwrap()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
