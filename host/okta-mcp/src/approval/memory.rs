//! What this machine remembers of the locks that it has seen, so that an older one is known when it is put
//! back.
//!
//! For each lock the highest serial number and the digest of its bytes, in the user's state directory beside
//! the key for cursors. A lock with a lower number, or with the same number and other bytes, brings back
//! approvals that somebody took back: it is refused until a person says that it is meant. Whoever may write
//! the state directory can make it forget; against him it does not help, the approvals' ends do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ApprovalError;
use super::file::{Read, whole};

/// The file's name in the state directory.
const NAME: &str = "locks.json";

/// Where it is kept; none where there is no place for it.
#[derive(Debug, Clone, Default)]
pub struct Memory(Option<PathBuf>);

/// What was seen of one lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    serial: u64,
    sha256: String,
}

type All = BTreeMap<PathBuf, Seen>;

impl Memory {
    /// Kept in `dir`.
    #[must_use]
    pub fn new(dir: Option<&Path>) -> Self {
        Self(dir.map(|dir| dir.join(NAME)))
    }

    /// Compares what was read from `lock` with what is remembered, and remembers it if it is newer.
    ///
    /// # Errors
    /// [`ApprovalError::RolledBack`], with `accept` as the command to run; [`ApprovalError::Forgotten`].
    pub(super) fn check(
        &self,
        lock: &Path,
        read: &Read,
        accept: &str,
    ) -> Result<(), ApprovalError> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        let lock = absolute(lock);
        let all = load(path).map_err(|_| ApprovalError::Forgotten {
            path: lock.clone(),
            memory: path.clone(),
            accept: accept.to_owned(),
        })?;
        let now = seen(read);
        match all.get(&lock) {
            Some(known) if *known == now => return Ok(()),
            Some(known) if known.serial >= now.serial => {
                return Err(ApprovalError::RolledBack {
                    path: lock,
                    found: now.serial,
                    remembered: known.serial,
                    accept: accept.to_owned(),
                });
            }
            // Nothing to remember of a lock that was never there.
            None if read.digest.is_none() => return Ok(()),
            _ => {}
        }
        if let Err(error) = keep(path, all, lock, now) {
            // As with the key for cursors: a machine without a state directory serves all the same.
            tracing::info!("{} cannot be written: {error}", path.display());
        }
        Ok(())
    }

    /// Remembers what was read from `lock`, whatever was remembered.
    pub(super) fn replace(&self, lock: &Path, read: &Read) -> Result<(), ApprovalError> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        let all = load(path).unwrap_or_default();
        keep(path, all, absolute(lock), seen(read)).map_err(|error| ApprovalError::Unreadable {
            path: path.clone(),
            why: error.to_string(),
        })
    }
}

fn seen(read: &Read) -> Seen {
    Seen {
        serial: read.lock.serial,
        sha256: read.digest.clone().unwrap_or_default(),
    }
}

/// One name for one lock, however it was called: links are followed where they lead somewhere.
fn absolute(path: &Path) -> PathBuf {
    let named = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (Some(dir), Some(name)) = (named.parent(), named.file_name()) else {
        return named;
    };
    std::fs::canonicalize(dir).map_or_else(|_| named.clone(), |dir| dir.join(name))
}

fn load(path: &Path) -> std::io::Result<All> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(std::io::Error::other),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(All::new()),
        Err(error) => Err(error),
    }
}

fn keep(path: &Path, mut all: All, lock: PathBuf, now: Seen) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    all.insert(lock, now);
    let bytes = serde_json::to_vec_pretty(&all).map_err(std::io::Error::other)?;
    whole(dir, &bytes)?
        .persist(path)
        .map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use capability::lock::Lock;

    use super::*;

    fn read(serial: u64, digest: &str) -> Read {
        Read {
            lock: Lock {
                serial,
                ..Lock::empty()
            },
            digest: Some(digest.to_owned()),
            signer: None,
        }
    }

    #[test]
    fn a_newer_lock_is_remembered_and_an_older_one_known() {
        let dir = tempfile::tempdir().unwrap();
        let lock = dir.path().join("plugins.lock");
        let memory = Memory::new(Some(&dir.path().join("state")));
        let check = |serial, digest: &str| memory.check(&lock, &read(serial, digest), "accept");
        assert_eq!(check(3, "a"), Ok(()));
        assert_eq!(check(3, "a"), Ok(()));
        assert_eq!(check(5, "b"), Ok(()));
        for (serial, digest) in [(3, "a"), (4, "c"), (5, "c")] {
            let error = check(serial, digest).unwrap_err().to_string();
            assert!(
                error.contains(&format!("has serial {serial}, but 5 was seen here")),
                "{error}"
            );
            assert!(
                error.ends_with("run `accept` to go on from this one"),
                "{error}"
            );
        }
        memory.replace(&lock, &read(3, "a")).unwrap();
        assert_eq!(check(3, "a"), Ok(()));
        assert_eq!(check(4, "c"), Ok(()));
    }

    #[test]
    fn a_lock_that_is_gone_is_an_older_one_too() {
        let dir = tempfile::tempdir().unwrap();
        let lock = dir.path().join("plugins.lock");
        let memory = Memory::new(Some(dir.path()));
        assert_eq!(memory.check(&lock, &Read::default(), "accept"), Ok(()));
        assert!(!dir.path().join(NAME).exists());
        assert_eq!(memory.check(&lock, &read(1, "a"), "accept"), Ok(()));
        assert!(matches!(
            memory.check(&lock, &Read::default(), "accept"),
            Err(ApprovalError::RolledBack {
                found: 0,
                remembered: 1,
                ..
            })
        ));
    }

    #[test]
    fn two_locks_are_remembered_each_for_itself() {
        let dir = tempfile::tempdir().unwrap();
        let memory = Memory::new(Some(dir.path()));
        let (one, other) = (dir.path().join("one"), dir.path().join("other"));
        assert_eq!(memory.check(&one, &read(9, "a"), "accept"), Ok(()));
        assert_eq!(memory.check(&other, &read(1, "b"), "accept"), Ok(()));
    }

    #[test]
    fn a_memory_that_is_damaged_refuses_instead_of_forgetting() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(NAME), "{").unwrap();
        let memory = Memory::new(Some(dir.path()));
        let error = memory
            .check(&dir.path().join("plugins.lock"), &read(1, "a"), "accept")
            .unwrap_err();
        assert!(matches!(error, ApprovalError::Forgotten { .. }), "{error}");
    }

    #[test]
    fn without_a_place_everything_is_new() {
        let memory = Memory::new(None);
        assert_eq!(
            memory.check(Path::new("l"), &read(5, "a"), "accept"),
            Ok(())
        );
        assert_eq!(
            memory.check(Path::new("l"), &read(1, "a"), "accept"),
            Ok(())
        );
    }
}
