//! Which packages may run besides the built-in ones: those that `plugins.lock` approves, byte for byte.
//!
//! A process reads the lock once, and only when it has a package to ask about; so a start with the built-in
//! plugins costs nothing. What can be wrong with it (broken, unsigned, older than one that was seen here)
//! is one line that names the command to run, and then nothing but the built-in plugins loads.
//!
//! Nothing here is within reach of a client or a plugin: approvals are written by `okta-mcp approve`, which a
//! person runs.

mod command_line;
pub mod file;
mod memory;
mod package;
pub mod signature;

use std::path::PathBuf;
use std::sync::OnceLock;

use capability::lock::{Gap, Lock, LockError};
use capability::reach::Reach;
use jiff::civil::Date;
use sandbox::Package;

pub use command_line::CommandLine;
pub use file::{LockFile, Read};
pub use memory::Memory;
pub use package::{PackageSignatureError, Signature};
use signature::{SignatureError, TrustedKeys};

/// The lock of one process, read when it is first asked for; by default one that approves nothing.
#[derive(Debug, Default)]
pub struct Approvals {
    file: LockFile,
    keys: TrustedKeys,
    memory: Memory,
    /// How to say what to run.
    commands: CommandLine,
    read: OnceLock<Result<Read, ApprovalError>>,
}

/// Why no approval of a lock counts. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// The lock or its signature cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's words.
        why: String,
    },
    /// It is not a lock.
    #[error("{} is not a lock: {why}; restore it from where you keep it", path.display())]
    Broken {
        /// The lock.
        path: PathBuf,
        /// What is wrong with it.
        why: LockError,
    },
    /// It is not signed by whom the settings ask for.
    #[error("{}: {why}", path.display())]
    Signature {
        /// The lock.
        path: PathBuf,
        /// What is wrong.
        why: SignatureError,
    },
    /// An older lock than one that was seen here, or another one with the same number.
    #[error(
        "{} has serial {found}, but {remembered} was seen here{}; an older lock can bring back what was taken back: restore the newer one, or run `{accept}` to go on from this one",
        path.display(),
        if found == remembered { " with other content" } else { "" }
    )]
    RolledBack {
        /// The lock.
        path: PathBuf,
        /// Its serial number.
        found: u64,
        /// The highest that was seen.
        remembered: u64,
        /// The command.
        accept: String,
    },
    /// What was seen cannot be read.
    #[error(
        "{} is damaged, so it is not known which lock was seen last: check {}, then run `{accept}`",
        memory.display(),
        path.display()
    )]
    Forgotten {
        /// The lock.
        path: PathBuf,
        /// The file that remembers.
        memory: PathBuf,
        /// The command.
        accept: String,
    },
}

impl Approvals {
    /// The approvals of `file`, of which only those count that one of `keys` signed, if there are any keys.
    #[must_use]
    pub fn new(file: LockFile, keys: TrustedKeys, memory: Memory, commands: CommandLine) -> Self {
        Self {
            file,
            keys,
            memory,
            commands,
            read: OnceLock::new(),
        }
    }

    /// Whether `package`, of which `reach` is left, may run on `today`.
    ///
    /// # Errors
    /// One line: why not, and the command to run.
    pub fn check(
        &self,
        package: &Package,
        path: &str,
        reach: &Reach,
        today: Date,
    ) -> Result<(), String> {
        let read = self.read().map_err(ToString::to_string)?;
        let digest = package.digest().to_string();
        match read.lock.covers(&digest, reach, today) {
            Ok(_) => Ok(()),
            Err(gap) => Err(self.remedy(&gap, path)),
        }
    }

    /// The lock as it is on disk, checked; an empty one where there is none.
    ///
    /// # Errors
    /// [`ApprovalError`], which stays the same for as long as the process runs.
    pub fn read(&self) -> Result<&Read, &ApprovalError> {
        self.read.get_or_init(|| self.read_now()).as_ref()
    }

    /// The command that approves the package at `path`.
    #[must_use]
    pub fn approve_command(&self, path: &str) -> String {
        self.commands.approve(path)
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &LockFile {
        &self.file
    }

    /// Takes the lock as it is as the one to go on from, though a newer one was seen.
    ///
    /// # Errors
    /// [`ApprovalError`]: it is no lock, not signed as it must be, or cannot be remembered.
    pub fn accept(&self) -> Result<Read, ApprovalError> {
        let read = self.file.read(&self.keys)?;
        self.memory.replace(self.file.path(), &read)?;
        Ok(read)
    }

    /// Remembers a lock that was just written.
    ///
    /// # Errors
    /// [`ApprovalError::Unreadable`] where it cannot be kept.
    pub fn remember(&self, read: &Read) -> Result<(), ApprovalError> {
        self.memory.replace(self.file.path(), read)
    }

    /// Whether a signature is asked for.
    #[must_use]
    pub fn wants_signature(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The keys whose signature counts.
    #[must_use]
    pub fn keys(&self) -> &TrustedKeys {
        &self.keys
    }

    fn read_now(&self) -> Result<Read, ApprovalError> {
        let read = self.file.read(&self.keys)?;
        self.memory
            .check(self.file.path(), &read, &self.commands.accept())?;
        Ok(read)
    }

    fn remedy(&self, gap: &Gap, path: &str) -> String {
        let approve = self.commands.approve(path);
        match gap {
            Gap::Missing | Gap::Bytes { .. } | Gap::Expired(_) => {
                format!("{gap}; review it, then run `{approve}`")
            }
            Gap::Widened(_) => {
                format!("{gap}; take that back, or review it and run `{approve}`")
            }
            Gap::Sensitive(id) => format!(
                "{gap}; review it, then run `{approve} --yes-sensitive {}`",
                command_line::quoted(id)
            ),
        }
    }
}

/// Today in UTC: an approval ends on the same day wherever the program runs.
#[must_use]
pub fn today() -> Date {
    jiff::tz::TimeZone::UTC
        .to_datetime(jiff::Timestamp::now())
        .date()
}

/// An empty lock that was read from nowhere.
impl Default for Read {
    fn default() -> Self {
        Self {
            lock: Lock::empty(),
            digest: None,
            signer: None,
        }
    }
}
