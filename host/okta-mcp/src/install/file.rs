//! A client's file: read once, replaced whole.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Done, InstallError};

/// Larger files of settings are a mistake; a client's own history can have a few MB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What the file holds, or would hold.
pub(super) struct ClientFile {
    path: PathBuf,
    text: Option<String>,
}

impl ClientFile {
    /// Reads it; a missing one is an empty one. A link is followed once, here, so that the file behind it is replaced
    /// and the link stays.
    pub(super) fn read(place: PathBuf) -> Result<Self, InstallError> {
        let path = fs::canonicalize(&place).unwrap_or(place);
        let failed = |problem| InstallError::Io {
            file: path.clone(),
            doing: "read",
            problem,
        };
        let text = match fs::metadata(&path) {
            Ok(about) if about.len() > MAX_BYTES => {
                return Err(failed(io::Error::other("it is over 64 MiB")));
            }
            Ok(_) => Some(fs::read_to_string(&path).map_err(failed)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { path, text })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Keeps what was there as `NAME.before-okta-mcp` and renames the new text into its place.
    pub(super) fn replace(self, text: &str) -> Result<Done, InstallError> {
        let Self { path, text: old } = self;
        let failed = |problem| InstallError::Io {
            file: path.clone(),
            doing: "written",
            problem,
        };
        let directory = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(failed)?;
        let backup = match old {
            None => None,
            Some(_) => {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(".before-okta-mcp");
                let backup = path.with_file_name(name);
                fs::copy(&path, &backup).map_err(failed)?;
                Some(backup)
            }
        };
        let mut new = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
        new.write_all(text.as_bytes()).map_err(failed)?;
        if backup.is_some() {
            let own = fs::metadata(&path).map_err(failed)?.permissions();
            new.as_file().set_permissions(own).map_err(failed)?;
        }
        new.as_file().sync_all().map_err(failed)?;
        new.persist(&path).map_err(|error| failed(error.error))?;
        Ok(Done::Written { file: path, backup })
    }
}
