//! The files of a log: `audit.jsonl`, its older parts `audit.jsonl.000000012345` (the number of their first row),
//! and `audit.jsonl.head`. A part gets its name once and keeps it, so that what ships logs is not confused.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Digits of an older part's number, so that names sort as numbers do.
const DIGITS: usize = 12;

/// An older part of a log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// The number of its first row, by its name.
    pub(crate) first: u64,
    pub(crate) path: PathBuf,
}

fn beside(log: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(log);
    name.push(end);
    PathBuf::from(name)
}

/// Where the head of `log` lies.
pub(crate) fn head_path(log: &Path) -> PathBuf {
    beside(log, ".head")
}

/// What the part of `log` that begins with row `first` is called once it is full.
pub(crate) fn part_path(log: &Path, first: u64) -> PathBuf {
    beside(log, &format!(".{first:0DIGITS$}"))
}

/// The older parts of `log`, oldest first.
pub(crate) fn parts(log: &Path) -> io::Result<Vec<Part>> {
    let (Some(name), folder) = (log.file_name().and_then(|name| name.to_str()), folder(log)) else {
        return Ok(Vec::new());
    };
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.file_name();
        let number = found
            .to_str()
            .and_then(|found| found.strip_prefix(name)?.strip_prefix('.'));
        if let Some(number) = number
            && number.len() >= DIGITS
            && number.bytes().all(|b| b.is_ascii_digit())
            && let Ok(first) = number.parse()
        {
            parts.push(Part {
                first,
                path: entry.path(),
            });
        }
    }
    parts.sort();
    Ok(parts)
}

fn folder(log: &Path) -> &Path {
    match log.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Opens a file that only its owner can read, for reading and writing; makes it where `create` says so.
pub(crate) fn open(path: &Path, create: Create) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    match create {
        Create::Never => options.append(true),
        Create::New => options.append(true).create_new(true),
        // The head is written in its place and never at its end.
        Create::Head => options.write(true).create(true).truncate(false),
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"))
    }
}

/// What to do about a file that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    /// It must be there.
    Never,
    /// It must not be there.
    New,
    /// It may be there.
    Head,
}

/// The length of the file at `path`, when it still is the one that `file` opened.
pub(crate) fn length_of_same(path: &Path, file: &File) -> io::Result<Option<u64>> {
    let now = std::fs::metadata(path)?;
    Ok(same(&now, &file.metadata()?).then_some(now.len()))
}

#[cfg(unix)]
fn same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Where a file's identity cannot be asked for, every commit opens the log anew.
#[cfg(not(unix))]
fn same(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_parts_are_found_in_order_and_nothing_else_is_one() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("a.jsonl");
        for first in [1_000, 20, 0] {
            std::fs::write(part_path(&log, first), "").unwrap();
        }
        for other in [
            "a.jsonl",
            "a.jsonl.head",
            "a.jsonl.1",
            "a.jsonl.00000000002x",
            "b.jsonl.000000000002",
        ] {
            std::fs::write(dir.path().join(other), "").unwrap();
        }
        let firsts: Vec<u64> = parts(&log).unwrap().iter().map(|part| part.first).collect();
        assert_eq!(firsts, [0, 20, 1_000]);
    }
}
