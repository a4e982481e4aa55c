//! The lock's file and its signature beside it: read once, written whole.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use capability::lock::{Lock, MAX_BYTES};
use sha2::{Digest as _, Sha256};

use super::ApprovalError;
use super::signature::{SigningKey, TrustedKeys};

/// The largest signature that is read: four lines, of which two are comments.
const MAX_SIGNATURE_BYTES: u64 = 8 << 10;

/// Where a lock is; the default is nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFile(PathBuf);

/// A lock as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The approvals.
    pub lock: Lock,
    /// SHA-256 of the file's bytes in hex; none where there is no file.
    pub digest: Option<String>,
    /// The id of the key that signed it, where a signature was asked for.
    pub signer: Option<String>,
}

impl LockFile {
    /// The lock at `path`.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where its signature is: the same name with `.minisig`, as `minisign` itself has it.
    #[must_use]
    pub fn signature_path(&self) -> PathBuf {
        beside(&self.0)
    }

    /// Reads it, and checks its signature where there are keys; an empty lock where there is no file.
    ///
    /// # Errors
    /// [`ApprovalError`].
    pub fn read(&self, keys: &TrustedKeys) -> Result<Read, ApprovalError> {
        let Some(bytes) = read(&self.0, MAX_BYTES as u64)? else {
            return Ok(Read::default());
        };
        // Before anything of it is looked at: a parser sees only what a trusted key signed.
        let signer = if keys.is_empty() {
            None
        } else {
            let signature = signature_of(&self.0)?;
            let signer = keys.verify(&bytes, signature.as_deref()).map_err(|why| {
                ApprovalError::Signature {
                    path: self.0.clone(),
                    why,
                }
            })?;
            Some(signer.key)
        };
        let lock = Lock::parse(&bytes).map_err(|why| ApprovalError::Broken {
            path: self.0.clone(),
            why,
        })?;
        Ok(Read {
            lock,
            digest: Some(hex(&bytes)),
            signer,
        })
    }

    /// Whether a signature lies beside it.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.signature_path().exists()
    }

    /// Writes `lock`, signed with `key` if there is one: both files whole beside their places first, then
    /// renamed, the signature before the lock. Whoever is interrupted in between has a signature that fits
    /// nothing, which is refused, and no lock that nobody signed.
    ///
    /// # Errors
    /// [`std::io::Error`]; what was there is still there.
    pub fn write(&self, lock: &Lock, key: Option<&SigningKey>) -> std::io::Result<Read> {
        let bytes = lock.to_bytes().map_err(std::io::Error::other)?;
        let name = self.0.file_name().unwrap_or_default().to_string_lossy();
        let signature = key
            .map(|key| key.sign(&bytes, &format!("file:{name}\tserial:{}", lock.serial)))
            .transpose()
            .map_err(std::io::Error::other)?;
        let dir = match self.0.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(dir)?;
        let lock_file = whole(dir, &bytes)?;
        if let Some(signature) = signature {
            whole(dir, signature.as_bytes())?
                .persist(self.signature_path())
                .map_err(|error| error.error)?;
        }
        lock_file.persist(&self.0).map_err(|error| error.error)?;
        Ok(Read {
            lock: lock.clone(),
            digest: Some(hex(&bytes)),
            signer: key.map(SigningKey::id),
        })
    }
}

/// The place of the signature of the file at `path`.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

/// The signature of the file at `path`, where one lies beside it; unchecked.
pub(super) fn signature_of(path: &Path) -> Result<Option<Vec<u8>>, ApprovalError> {
    read(&beside(path), MAX_SIGNATURE_BYTES)
}

/// A file in `dir` with these bytes, on the disk, that has no name yet that anybody looks for.
pub(super) fn whole(dir: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // What a lock says is no secret, and another user of the machine may be the one who serves.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The bytes of the file at `path`, of which one more than `most` is enough to know that it is too large.
fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, ApprovalError> {
    let unreadable = |error: std::io::Error| ApprovalError::Unreadable {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(Some(bytes))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
