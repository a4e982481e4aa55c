//! A package's file, read as every server reads it: once, through its folder.
//!
//! The folder is opened and the file within it, so that the name that a person gave decides nothing beyond that
//! folder; what was read is hashed, shown, approved and compiled as one buffer.

use std::path::{Path, PathBuf};

use cap_std::fs::Dir;
use sandbox::{Package, PackageError};

/// Why a file is no package.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageFileError {
    /// The path ends in no file's name.
    #[error("{} is not a file", .0.display())]
    NotAFile(PathBuf),
    /// The folder cannot be opened.
    #[error("{}: {problem}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's words.
        problem: std::io::Error,
    },
    /// The file cannot be read.
    #[error("{} cannot be read: {why}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's words.
        why: String,
    },
    /// It holds no package.
    #[error("{}: {problem}", file.display())]
    NoPackage {
        /// The file.
        file: PathBuf,
        /// Why not.
        problem: PackageError,
    },
}

/// The package in the file at `path`.
///
/// # Errors
/// [`PackageFileError`], one line that names the file or its folder.
pub(crate) fn read(path: &Path) -> Result<Package, PackageFileError> {
    let (Some(folder), Some(name)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    ) else {
        return Err(PackageFileError::NotAFile(path.to_owned()));
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let opened =
        Dir::open_ambient_dir(folder, cap_std::ambient_authority()).map_err(|problem| {
            PackageFileError::Folder {
                folder: folder.to_owned(),
                problem,
            }
        })?;
    Package::read(&opened, name).map_err(|problem| {
        let file = path.to_owned();
        match problem {
            PackageError::Unreadable { why, .. } => PackageFileError::Unreadable { file, why },
            problem => PackageFileError::NoPackage { file, problem },
        }
    })
}
