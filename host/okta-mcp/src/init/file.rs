//! Writing the configuration file: whole, for this user alone, and over nothing that nobody gave up.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What happens to a file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and nothing is written.
    Stays,
    /// It is kept under another name.
    IsReplaced,
}

/// Writes `text` to `path`, which only its owner can read, and says where the file is that was there before.
///
/// # Errors
/// Those of the system; what was there is still there.
pub(crate) fn write(path: &Path, text: &str, existing: Existing) -> io::Result<Option<PathBuf>> {
    // A link is followed once, here: the file behind it is replaced and the link stays.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    // Its mode is 0600 from the first byte on.
    let mut whole = tempfile::NamedTempFile::new_in(folder)?;
    whole.write_all(text.as_bytes())?;
    whole.as_file().sync_all()?;
    if existing == Existing::Stays || !path.exists() {
        // Fails where somebody else has written one meanwhile.
        whole
            .persist_noclobber(&path)
            .map_err(|error| error.error)?;
        return Ok(None);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".before-init");
    let before = path.with_file_name(name);
    std::fs::copy(&path, &before)?;
    whole.persist(&path).map_err(|error| error.error)?;
    Ok(Some(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_stays_unless_it_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/config.json");
        assert_eq!(write(&path, "first", Existing::Stays).unwrap(), None);
        let error = write(&path, "second", Existing::Stays).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        let before = write(&path, "second", Existing::IsReplaced)
            .unwrap()
            .unwrap();
        assert_eq!(std::fs::read_to_string(before).unwrap(), "first");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(
            std::fs::read_dir(dir.path().join("new")).unwrap().count(),
            2
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.json");
        write(&path, "{}", Existing::Stays).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
