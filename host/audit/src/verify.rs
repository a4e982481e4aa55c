//! Finds what was changed in a log after it was written, and names the first row that shows it.
//!
//! The log is read once, line by line, with the memory of one line. See the crate's page for what a chain, a head
//! and a row that was kept elsewhere can prove, each on its own.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use capability::text::clean;
use serde::Serialize;

use crate::chain::{BEGINNING, Hash, Line};
use crate::files;
use crate::head::{self, Head, Seal, SealKey};
use crate::row::{Event, Row};
use crate::writer::NO_ROW;

/// The longest line that is read, in bytes. A row has some 600, and at most a few thousand.
const MAX_LINE: usize = 1 << 20;

/// What a log is checked against, beside itself.
#[derive(Debug, Clone, Default)]
pub struct Against {
    /// The key of this user on this machine, for the head's seal.
    pub key: Option<SealKey>,
    /// Check nothing but the chain: the log is a copy, and its head and key are elsewhere.
    pub chain_only: bool,
    /// A row that was noted earlier and kept where nobody could change it.
    pub anchor: Option<Anchor>,
}

/// A row's number and hash, written as `1234:9f86d0…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The row's number.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

impl std::fmt::Display for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// Why a text is no [`Anchor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a row's number and hash as `audit verify` prints them: 1234: and 64 hexadecimal digits"
)]
pub struct AnchorError;

impl FromStr for Anchor {
    type Err = AnchorError;

    fn from_str(text: &str) -> Result<Self, AnchorError> {
        let (seq, hash) = text.split_once(':').ok_or(AnchorError)?;
        Ok(Self {
            seq: seq.parse().map_err(|_| AnchorError)?,
            hash: Hash::parse(hash.as_bytes()).ok_or(AnchorError)?,
        })
    }
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The files that were read, oldest first.
    pub files: Vec<PathBuf>,
    /// Lines that were read.
    pub rows: u64,
    /// The number of the first row there is; greater than 0 when older files were removed.
    pub first: Option<u64>,
    /// The last row that holds: what to note and keep elsewhere.
    pub last: Option<Anchor>,
    /// What was not checked, or is worth knowing; one line each.
    pub notes: Vec<String>,
    /// The first thing that is wrong.
    pub finding: Option<Finding>,
}

/// Something that was changed after it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of change.
    pub kind: Kind,
    /// In which file.
    pub file: PathBuf,
    /// At which line, counted from 1; none for what concerns the file as a whole.
    pub line: Option<u64>,
    /// One line for a person.
    pub text: String,
}

/// The kinds of change that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A row's text or hash is another.
    Altered,
    /// Rows are missing in the middle or at the beginning.
    Removed,
    /// Rows are there in another order, or twice.
    Moved,
    /// A line that is no row.
    Foreign,
    /// Rows are missing at the end.
    CutOff,
    /// The rows follow from one another, and are not the ones that were written.
    Rewritten,
    /// Nothing tells whether the end is the end.
    Unsealed,
}

/// Why a log cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file that cannot be read.
    #[error("{}: {error}", clean(&path.display().to_string(), 300))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There is no such log.
    #[error("{}: there is no log of this name, nor an older part of one", clean(&.0.display().to_string(), 300))]
    Missing(PathBuf),
}

/// Checks the log at `path` with all its older parts.
///
/// # Errors
/// [`VerifyError`], when it cannot be read. What is wrong with it is no error but a [`Finding`].
pub fn verify(path: &Path, against: &Against) -> Result<Checked, VerifyError> {
    walk(path, against, |_| {})
}

/// Checks the log at `path` and gives every line of it to `each`, also after the first finding.
///
/// # Errors
/// As [`verify`].
pub fn walk(
    path: &Path,
    against: &Against,
    mut each: impl FnMut(&[u8]),
) -> Result<Checked, VerifyError> {
    let standing = Standing::take(path, against)?;
    let mut walk = Walk::new(path, against, standing.head.as_ref());
    for part in standing.parts {
        walk.file(part, &mut each)?;
    }
    Ok(walk.finish(against, standing.seal))
}

/// The log as it lay there at one moment: what is written to it later is not looked at.
struct Standing {
    parts: Vec<Open>,
    head: Option<Head>,
    /// Why the head is not to be trusted, in words.
    seal: Option<String>,
}

struct Open {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Standing {
    fn take(path: &Path, against: &Against) -> Result<Self, VerifyError> {
        let head_path = files::head_path(path);
        let mut file = File::open(&head_path).ok();
        if let Some(file) = &file {
            // Held until the lengths are known; without a lock only a row being written could look cut off.
            let _ = file.lock_shared();
        }
        let mut parts = Vec::new();
        let found = files::parts(path).map_err(|error| unreadable(path, error))?;
        let current = path.exists().then(|| path.to_owned());
        for path in found.into_iter().map(|part| part.path).chain(current) {
            let file = File::open(&path).map_err(|error| unreadable(&path, error))?;
            let length = file
                .metadata()
                .map_err(|error| unreadable(&path, error))?
                .len();
            parts.push(Open { path, file, length });
        }
        if parts.is_empty() && file.is_none() {
            return Err(VerifyError::Missing(path.to_owned()));
        }
        let read = match (&mut file, against.chain_only) {
            (_, true) => Ok(None),
            (Some(file), false) => head::read(file, against.key.as_ref()),
            (None, false) => Err(io::Error::new(io::ErrorKind::NotFound, "it is not there")),
        };
        if let Some(file) = &file {
            let _ = file.unlock();
        }
        let (head, seal) = match read {
            Ok(None) if against.chain_only => (None, None),
            Ok(None) => (None, Some("it is empty".to_owned())),
            Ok(Some((head, Seal::Good))) => (Some(head), None),
            Ok(Some((head, Seal::Bad))) => (Some(head), Some("its seal does not hold".to_owned())),
            Ok(Some((head, Seal::OtherKey))) => (
                Some(head),
                Some("it was sealed with another key than this user's on this machine".to_owned()),
            ),
            Ok(Some((head, Seal::None))) => (Some(head), Some("it has no seal".to_owned())),
            Err(error) => (None, Some(clean(&error.to_string(), 200))),
        };
        Ok(Self { parts, head, seal })
    }
}

fn unreadable(path: &Path, error: io::Error) -> VerifyError {
    VerifyError::Unreadable {
        path: path.to_owned(),
        error,
    }
}

/// The way through the files.
struct Walk<'h> {
    checked: Checked,
    log: PathBuf,
    head: Option<&'h Head>,
    anchor: Option<Anchor>,
    /// The hash of the row that the head names, once it was met.
    at_head: Option<Hash>,
    at_anchor: Option<Hash>,
    /// Where the last good row stands.
    place: (PathBuf, u64),
}

impl<'h> Walk<'h> {
    fn new(path: &Path, against: &Against, head: Option<&'h Head>) -> Self {
        Self {
            checked: Checked {
                files: Vec::new(),
                rows: 0,
                first: None,
                last: None,
                notes: Vec::new(),
                finding: None,
            },
            log: path.to_owned(),
            head,
            anchor: against.anchor,
            at_head: None,
            at_anchor: None,
            place: (path.to_owned(), 0),
        }
    }

    fn file(&mut self, open: Open, each: &mut impl FnMut(&[u8])) -> Result<(), VerifyError> {
        let Open { path, file, length } = open;
        self.checked.files.push(path.clone());
        let mut reader = BufReader::with_capacity(1 << 18, file).take(length);
        let (mut line, mut number) = (Vec::with_capacity(1 << 12), 0);
        // Set by the first row that does not fit: its number, to see whether the one that is missing comes later.
        let mut looking: Option<u64> = None;
        loop {
            line.clear();
            let mut bounded = (&mut reader).take(MAX_LINE as u64);
            let read = bounded
                .read_until(b'\n', &mut line)
                .map_err(|error| unreadable(&path, error))?;
            if read == 0 {
                return Ok(());
            }
            number += 1;
            self.checked.rows += 1;
            let whole = line.last() == Some(&b'\n');
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            if self.checked.finding.is_none() {
                if let Some(finding) = self.row(&path, number, text, whole) {
                    looking = (finding.kind == Kind::Removed).then(|| self.next());
                    self.checked.finding = Some(finding);
                }
            } else if let Some(missing) = looking
                && Line::parse(text).is_some_and(|row| row.seq == missing)
            {
                looking = None;
                if let Some(finding) = &mut self.checked.finding {
                    finding.kind = Kind::Moved;
                    finding.text = format!(
                        "row {missing} should stand here and stands at line {number} of {}: rows were put in another order",
                        shown(&path)
                    );
                }
            }
            each(text);
        }
    }

    /// The number that the next row must have.
    fn next(&self) -> u64 {
        self.checked.last.map_or(0, |last| last.seq.wrapping_add(1))
    }

    /// Checks one row, and takes it as the last that holds or says what is wrong with it.
    fn row(&mut self, path: &Path, number: u64, text: &[u8], whole: bool) -> Option<Finding> {
        let finding = |kind, text: String| {
            Some(Finding {
                kind,
                file: path.to_owned(),
                line: Some(number),
                text,
            })
        };
        if !whole {
            return finding(
                Kind::CutOff,
                "the line breaks off: a row was cut in its middle".to_owned(),
            );
        }
        let Some(row) = Line::parse(text) else {
            return finding(
                Kind::Foreign,
                "this line is no row of an audit log".to_owned(),
            );
        };
        let Some(last) = self.checked.last else {
            return self.first_row(path, number, text, row);
        };
        let next = self.next();
        if row.seq > next {
            return finding(
                Kind::Removed,
                format!(
                    "row {next} should stand here and row {} does: {} missing",
                    row.seq,
                    rows(row.seq - next)
                ),
            );
        }
        if row.seq < next {
            return finding(
                Kind::Moved,
                format!(
                    "row {} stands here, where row {next} should: it is there twice, or was moved",
                    row.seq
                ),
            );
        }
        if !row.follows(last.hash) {
            return finding(
                Kind::Altered,
                format!(
                    "row {next} does not follow from the row before it: it was altered, or the one before was and got a new hash"
                ),
            );
        }
        self.take(path, number, row);
        None
    }

    /// The first row says what it follows: nothing, or the last row of a file that is no longer there.
    fn first_row(
        &mut self,
        path: &Path,
        number: u64,
        text: &[u8],
        row: Line<'_>,
    ) -> Option<Finding> {
        let finding = |kind, text: String| {
            Some(Finding {
                kind,
                file: path.to_owned(),
                line: Some(number),
                text,
            })
        };
        let (previous, chain) = match Row::parse(text).map(|row| row.event) {
            Ok(Event::Start(start)) if row.seq == 0 => (BEGINNING, start.chain),
            Ok(Event::Continue(event)) if row.seq > 0 => {
                match Hash::parse(event.previous.as_bytes()) {
                    Some(previous) => (previous, event.chain),
                    None => {
                        return finding(
                            Kind::Altered,
                            "the row does not say what it follows".to_owned(),
                        );
                    }
                }
            }
            _ => {
                return finding(
                    Kind::Removed,
                    format!(
                        "a log begins with a row `start` or `continue`, and this one with row {}",
                        row.seq
                    ),
                );
            }
        };
        if !row.follows(previous) {
            return finding(Kind::Altered, format!("row {} was altered", row.seq));
        }
        if let Some(head) = self.head {
            if head.chain != chain {
                return finding(
                    Kind::Rewritten,
                    "this is another chain than the head's".to_owned(),
                );
            }
            if row.seq > head.kept {
                return finding(
                    Kind::Removed,
                    format!(
                        "the log should begin with row {}: {} missing",
                        head.kept,
                        rows(row.seq - head.kept)
                    ),
                );
            }
        }
        if row.seq > 0 {
            let note = format!(
                "rows 0 to {} are in older files, which are no longer kept",
                row.seq - 1
            );
            self.checked.notes.push(note);
        }
        self.checked.first = Some(row.seq);
        self.take(path, number, row);
        None
    }

    fn take(&mut self, path: &Path, number: u64, row: Line<'_>) {
        let anchor = Anchor {
            seq: row.seq,
            hash: row.hash,
        };
        self.checked.last = Some(anchor);
        if self.place.0 != path {
            path.clone_into(&mut self.place.0);
        }
        self.place.1 = number;
        if self.head.is_some_and(|head| head.seq == row.seq) {
            self.at_head = Some(row.hash);
        }
        if self.anchor.is_some_and(|anchor| anchor.seq == row.seq) {
            self.at_anchor = Some(row.hash);
        }
    }

    fn finish(mut self, against: &Against, seal: Option<String>) -> Checked {
        if self.checked.finding.is_none() {
            self.checked.finding = self.end(against, seal);
        }
        if against.chain_only {
            self.checked.notes.push(
                "the head was not looked at: an end that was cut off, or a chain made anew, would not be found".to_owned(),
            );
        }
        self.checked
    }

    /// What the chain alone does not show.
    fn end(&mut self, against: &Against, seal: Option<String>) -> Option<Finding> {
        let whole = |kind, file: &Path, text: String| {
            Some(Finding {
                kind,
                file: file.to_owned(),
                line: None,
                text,
            })
        };
        let last = self.checked.last.map_or(0, |last| last.seq.wrapping_add(1));
        if let Some(anchor) = self.anchor {
            match self.at_anchor {
                Some(hash) if hash == anchor.hash => {}
                Some(_) => {
                    return whole(
                        Kind::Rewritten,
                        &self.log,
                        format!("row {} is another one than was noted: the chain was made anew", anchor.seq),
                    );
                }
                None if anchor.seq >= last => {
                    return whole(
                        Kind::CutOff,
                        &self.log,
                        format!("row {}, which was noted, is not there: {} missing at the end", anchor.seq, rows(anchor.seq + 1 - last)),
                    );
                }
                None => self.checked.notes.push(format!(
                    "row {}, which was noted, is in a file that is no longer kept: it could not be compared",
                    anchor.seq
                )),
            }
        }
        // First: what a head that proves nothing tells of the end proves nothing either.
        if let Some(finding) = self.unsealed(against, seal) {
            return Some(finding);
        }
        let head = self.head?;
        let told = if head.seq == NO_ROW { 0 } else { head.seq + 1 };
        if last < told {
            return whole(
                Kind::CutOff,
                &self.log,
                format!(
                    "the head tells of row {}: {} missing at the end",
                    head.seq,
                    rows(told - last)
                ),
            );
        }
        if told > 0 && self.at_head.is_some() && self.at_head != head.hash() {
            return whole(
                Kind::Rewritten,
                &self.log,
                format!(
                    "row {} is another one than the head tells of: the chain was made anew",
                    head.seq
                ),
            );
        }
        if last > told {
            self.checked.notes.push(format!(
                "the last {} not in the head yet: a process was stopped in that moment, or somebody else wrote them",
                if last - told == 1 { "row is".to_owned() } else { format!("{} rows are", last - told) }
            ));
        }
        None
    }

    fn unsealed(&mut self, against: &Against, seal: Option<String>) -> Option<Finding> {
        let why = seal?;
        if against.chain_only {
            return None;
        }
        if let (Some(_), Some(anchor)) = (self.at_anchor, self.anchor) {
            // What was noted elsewhere proves more than a seal could, up to that row.
            self.checked.notes.push(format!(
                "the head proves nothing ({why}): whether rows after {} were cut off cannot be told",
                anchor.seq
            ));
            return None;
        }
        Some(Finding {
            kind: Kind::Unsealed,
            file: files::head_path(&self.log),
            line: None,
            text: format!(
                "{why}: the rows follow from one another, but whether any were cut off at the end cannot be told; for a copy of a log, add --chain-only"
            ),
        })
    }
}

fn rows(count: u64) -> String {
    if count == 1 {
        "1 row is".to_owned()
    } else {
        format!("{count} rows are")
    }
}

fn shown(path: &Path) -> String {
    clean(&path.display().to_string(), 300)
}
