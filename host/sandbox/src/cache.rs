//! Compiled code, kept between processes: a tenth of a second per plugin and start.
//!
//! Compiled code is native code, and running a file that somebody else wrote is the end of every other wall
//! here. So:
//!
//! * The directory is the user's own and nobody else's (0700); it is opened once, and everything happens
//!   below that handle.
//! * Each [entry](entry) is authenticated with a key that is kept elsewhere and never leaves the machine,
//!   over the code and what it is of: the package's digest, the engine's settings and version, the
//!   processor and the operating system. A file that is altered, cut short, renamed, from another machine
//!   or from another version of this program is no entry: the package is compiled again.
//! * Only an authenticated entry can reach the [one line](native) that makes code of it, and it is read once:
//!   the bytes that were checked are the bytes that are loaded.
//! * A file that somebody hands over as compiled code is never loaded, whatever it is called: there is no way
//!   in but this directory, and a package is WebAssembly or refused.
//!
//! Nothing depends on the cache. A directory that cannot be made, read or written, a full disk and a lost
//! key cost the time of compiling and a line in the log.
//!
//! Entries are written whole and then renamed; two processes that write the same one both succeed. When all
//! together are larger than the cache may be, those that were not used for longest go.

mod entry;
mod native;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cap_std::fs::Dir;
use cap_tempfile::TempFile;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::digest::Digest;
pub use entry::CodeKey;
use entry::Label;

/// What the names of entries end with.
const SUFFIX: &str = ".code";
/// How old an entry's last use may look before it is noted anew: a day makes no difference to what goes first.
const USE_NOTED: Duration = Duration::from_secs(24 * 60 * 60);

/// A directory of compiled code. Cheap to clone.
#[derive(Clone)]
pub struct CodeCache(Arc<Inner>);

struct Inner {
    dir: Dir,
    key: CodeKey,
    most_bytes: u64,
}

/// Why a directory is not used as a cache. Nothing depends on one: say it and go on without.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It cannot be made or opened.
    #[error("the directory cannot be used: {0}")]
    Directory(#[from] io::Error),
    /// Somebody else could write into it.
    #[error("the directory belongs to somebody else; name one of your own")]
    Owner,
    /// Others have a right to it.
    #[error("others may enter the directory (mode {0:03o}); `chmod 700` it")]
    Mode(u32),
}

impl CodeCache {
    /// A cache of at most `most_bytes` in `path`, which is made if it is not there.
    ///
    /// # Errors
    /// [`CacheError`]: the directory cannot be used, or is not the user's alone.
    pub fn open(path: &Path, key: CodeKey, most_bytes: u64) -> Result<Self, CacheError> {
        create(path)?;
        let dir = Dir::open_ambient_dir(path, cap_std::ambient_authority())?;
        private(&dir)?;
        Ok(Self(Arc::new(Inner {
            dir,
            key,
            most_bytes,
        })))
    }

    /// The code of the package with this digest, if an entry of this machine's and this engine's is there.
    pub(crate) fn load(&self, engine: &Engine, package: &Digest) -> Option<Component> {
        let label = Label::of(engine, package);
        let read = self.read(&label.file_name());
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::info!(%package, "compiled code cannot be read: {error}");
                return None;
            }
        };
        let Some(entry) = entry::open(&self.0.key, &label, bytes) else {
            tracing::warn!(
                %package,
                "a file of compiled code is not as it was written; it is not used, and the package is compiled again"
            );
            return None;
        };
        native::load(engine, &entry)
            .inspect_err(|error| tracing::info!(%package, "compiled code is not used: {error:#}"))
            .ok()
    }

    /// Keeps the code of the package with this digest; a failure is only a line in the log.
    pub(crate) fn store(&self, engine: &Engine, package: &Digest, component: &Component) {
        match self.write(engine, package, component) {
            Ok(()) => {}
            Err(error) => tracing::info!(%package, "compiled code is not kept: {error}"),
        }
        if let Err(error) = self.trim() {
            tracing::info!("old compiled code is not cleared away: {error}");
        }
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let file = self.0.dir.open(name)?;
        let size = file.metadata()?.len();
        if size > self.0.most_bytes {
            return Err(io::Error::other("it is larger than the whole cache may be"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        // A file that grows meanwhile is cut off, and then it is no entry.
        let mut file = file.take(size);
        file.read_to_end(&mut bytes)?;
        note_use(&file.into_inner().into_std());
        Ok(bytes)
    }

    fn write(&self, engine: &Engine, package: &Digest, component: &Component) -> io::Result<()> {
        let label = Label::of(engine, package);
        let code = component.serialize().map_err(io::Error::other)?;
        let head = entry::seal(&self.0.key, &label, &code);
        if (head.len() + code.len()) as u64 > self.0.most_bytes {
            return Err(io::Error::other("it is larger than the whole cache may be"));
        }
        let mut beside = TempFile::new(&self.0.dir)?;
        beside.write_all(&head)?;
        beside.write_all(&code)?;
        beside.replace(label.file_name())
    }

    /// Removes what was not used for longest until the rest fits.
    fn trim(&self) -> io::Result<()> {
        let mut entries = Vec::new();
        for found in self.0.dir.entries()? {
            let found = found?;
            let Ok(name) = found.file_name().into_string() else {
                continue;
            };
            // One that another process has just removed is no loss.
            if let (true, Ok(metadata)) = (name.ends_with(SUFFIX), found.metadata()) {
                let used = metadata
                    .modified()
                    .map_or(SystemTime::UNIX_EPOCH, cap_std::time::SystemTime::into_std);
                entries.push((used, metadata.len(), name));
            }
        }
        entries.sort();
        let mut bytes: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size, name) in &entries {
            if bytes <= self.0.most_bytes {
                break;
            }
            match self.0.dir.remove_file(name) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            bytes = bytes.saturating_sub(*size);
        }
        Ok(())
    }
}

impl fmt::Debug for CodeCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeCache(at most {} bytes)", self.0.most_bytes)
    }
}

/// Notes that an entry was used, for [`CodeCache::trim`]. Where that is not possible, it will go earlier.
fn note_use(file: &std::fs::File) {
    let now = SystemTime::now();
    let noted = file.metadata().and_then(|metadata| metadata.modified());
    let long_ago = noted.is_ok_and(|noted| {
        now.duration_since(noted)
            .is_ok_and(|since| since > USE_NOTED)
    });
    if long_ago {
        let _ = file.set_modified(now);
    }
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// A directory below the user's profile is the user's own.
#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Refuses a directory that is not this user's alone.
#[cfg(unix)]
fn private(dir: &Dir) -> Result<(), CacheError> {
    use cap_std::fs::MetadataExt as _;
    let metadata = dir.dir_metadata()?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(CacheError::Owner);
    }
    match metadata.mode() & 0o777 {
        0o700 => Ok(()),
        mode => Err(CacheError::Mode(mode)),
    }
}

#[cfg(not(unix))]
fn private(_: &Dir) -> Result<(), CacheError> {
    Ok(())
}
