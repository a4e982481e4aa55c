//! The one who writes: takes a batch of rows, closes each with its hash, and appends them in one go.
//!
//! A commit holds the head's lock from its first look to its last byte. Nobody else can have written in between, so
//! the chain is one, whichever process adds to it. What a stopped process left is found by the next commit: rows
//! that the head does not know are kept, the beginning of a row is cut off, and a row tells so.
//!
//! Nothing is forced to the disk unless the operator says `audit.sync`: a process that dies loses nothing of what
//! was committed, a machine that loses its power may lose the last seconds.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use capability::text::clean;

use crate::chain::{self, BEGINNING, Line};
use crate::files::{self, Create, Part};
use crate::head::{self, Head, Seal, SealKey};
use crate::row::{Continue, Event, Open, Recovered, Start, VERSION};

/// What a hash, a number and a time add to a row's event, in bytes, generously: to know when a file is full.
const FRAME: usize = 180;

/// How the operator wants the files kept.
#[derive(Debug, Clone)]
pub(crate) struct Keeping {
    pub(crate) path: PathBuf,
    pub(crate) max_bytes: u64,
    pub(crate) keep: usize,
    pub(crate) sync: bool,
    pub(crate) key: Option<SealKey>,
}

/// A row that waits: its time and its event as JSON.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) time: String,
    pub(crate) event: Vec<u8>,
}

impl Waiting {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            time: now(),
            // The types of `row` hold nothing that JSON cannot.
            event: serde_json::to_vec(event).unwrap_or_default(),
        }
    }
}

/// The present moment, as rows write it.
pub(crate) fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// Why rows could not be written. Nothing of them is in the log.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system says no: a full disk, a folder that is not there.
    #[error("{} cannot be written: {}", shown(path), clean(&error.to_string(), 200))]
    System {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The log is there and its head is not.
    #[error(
        "{} is there without its head, so nothing tells where it should go on; move it away to begin a new one",
        shown(.0)
    )]
    NoHead(PathBuf),
    /// The head is there and the log is not, or has become shorter.
    #[error(
        "{} is not as long as its head says: rows were cut off, or the file was lost; move what is left and {} away to begin a new log",
        shown(.0),
        shown(&files::head_path(.0))
    )]
    Shortened(PathBuf),
    /// The head cannot be read, or was changed by somebody else.
    #[error(
        "{} cannot be used: {why}; check the log with `okta-mcp audit verify`, then move both away to begin a new log",
        shown(&files::head_path(path))
    )]
    Head {
        /// The log.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The end of the log does not follow from what the head knows.
    #[error(
        "{} has an end that this program did not write; check it with `okta-mcp audit verify`, then move it and its head away to begin a new log",
        shown(.0)
    )]
    Foreign(PathBuf),
}

fn shown(path: &Path) -> String {
    clean(&path.display().to_string(), 300)
}

/// The files of one log, as this process writes them.
pub(crate) struct Writer {
    keeping: Keeping,
    opening: Open,
    opened: Option<Opened>,
}

/// What stays open from one commit to the next.
struct Opened {
    head: File,
    chain: Chain,
}

/// The log's file, and where its chain stands.
struct Chain {
    log: File,
    state: Head,
}

/// The number before row 0: counting on from it gives 0.
pub(crate) const NO_ROW: u64 = u64::MAX;

impl Writer {
    pub(crate) fn new(keeping: Keeping, opening: Open) -> Self {
        Self {
            keeping,
            opening,
            opened: None,
        }
    }

    /// Writes `rows`, all or none.
    pub(crate) fn commit(&mut self, rows: &[Waiting]) -> Result<(), WriteError> {
        let head_path = files::head_path(&self.keeping.path);
        // Taken out: after a failure the next commit opens everything anew and looks at it with fresh eyes.
        let (mut head, known) = match self.opened.take() {
            Some(Opened { head, chain }) => (head, Some(chain)),
            None => (
                files::open(&head_path, Create::Head).map_err(|error| system(&head_path, error))?,
                None,
            ),
        };
        head.lock().map_err(|error| system(&head_path, error))?;
        let written = self.write(&mut head, known, rows);
        head.unlock().map_err(|error| system(&head_path, error))?;
        self.opened = Some(Opened {
            chain: written?,
            head,
        });
        Ok(())
    }

    fn write(
        &self,
        head: &mut File,
        known: Option<Chain>,
        rows: &[Waiting],
    ) -> Result<Chain, WriteError> {
        let begins = known.is_none();
        let (mut chain, mut own) = self.settle(head, known)?;
        if chain.state.seq == NO_ROW {
            let name = chain.state.chain.clone();
            own.insert(0, Waiting::of(&Event::Start(Start { chain: name })));
        }
        if begins {
            own.push(Waiting::of(&Event::Open(self.opening.clone())));
        }
        let all = || own.iter().chain(rows);
        let size: usize = all().map(|row| row.event.len() + FRAME).sum();
        let full = chain.state.bytes.saturating_add(size as u64) > self.keeping.max_bytes;
        // A file with nothing but its first row would be as full after it was rotated.
        if full && chain.state.seq != NO_ROW && chain.state.seq > chain.state.first {
            self.rotate(head, &mut chain)?;
        }
        self.append(head, &mut chain, all())?;
        Ok(chain)
    }

    /// Finds out where the chain stands, and which rows have to be told first.
    fn settle(
        &self,
        head: &mut File,
        known: Option<Chain>,
    ) -> Result<(Chain, Vec<Waiting>), WriteError> {
        let path = &self.keeping.path;
        if let Some(chain) = known
            && let Ok(Some(length)) = files::length_of_same(path, &chain.log)
            && length == chain.state.bytes
        {
            // Files only grow: nobody has written since.
            return Ok((chain, Vec::new()));
        }
        let wrong = |why: String| WriteError::Head {
            path: path.clone(),
            why,
        };
        let read = head::read(head, self.keeping.key.as_ref());
        match read.map_err(|error| wrong(clean(&error.to_string(), 200)))? {
            None => Ok((self.begin(head)?, Vec::new())),
            Some((_, Seal::Bad)) => Err(wrong("its seal does not hold".to_owned())),
            Some((state, _)) => self.go_on(head, state),
        }
    }

    /// A chain that begins here. Its head comes first: a log without a head is never of this program's making.
    fn begin(&self, head: &mut File) -> Result<Chain, WriteError> {
        let path = &self.keeping.path;
        let told = |error| system(path, error);
        let log = match std::fs::metadata(path) {
            Ok(found) if found.len() > 0 => return Err(WriteError::NoHead(path.clone())),
            Ok(_) => files::open(path, Create::Never).map_err(told)?,
            Err(_) => files::open(path, Create::New).map_err(told)?,
        };
        let mut name = [0_u8; 16];
        getrandom::fill(&mut name).map_err(|error| told(io::Error::other(error.to_string())))?;
        let state = Head {
            v: VERSION,
            chain: name.iter().map(|byte| format!("{byte:02x}")).collect(),
            seq: NO_ROW,
            hash: BEGINNING.to_string(),
            first: 0,
            bytes: 0,
            kept: 0,
            key: String::new(),
        };
        head::write(head, &state, self.keeping.key.as_ref()).map_err(told)?;
        Ok(Chain { log, state })
    }

    /// A chain that is there already.
    fn go_on(&self, head: &mut File, state: Head) -> Result<(Chain, Vec<Waiting>), WriteError> {
        let path = &self.keeping.path;
        let told = |error| system(path, error);
        let log = match files::open(path, Create::Never) {
            Ok(log) => log,
            // The log was renamed and the next file not begun: a process was stopped between the two.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.was_rotated(&state) => {
                files::open(path, Create::New).map_err(told)?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(WriteError::Shortened(path.clone()));
            }
            Err(error) => return Err(told(error)),
        };
        let length = log.metadata().map_err(told)?.len();
        let mut chain = Chain { log, state };
        if length < chain.state.bytes {
            if !self.was_rotated(&chain.state) {
                return Err(WriteError::Shortened(path.clone()));
            }
            chain.log.set_len(0).map_err(told)?;
            self.next_file(head, &mut chain)?;
            return Ok((chain, Vec::new()));
        }
        let recovered = if length == chain.state.bytes {
            Vec::new()
        } else {
            vec![self.catch_up(&mut chain)?]
        };
        Ok((chain, recovered))
    }

    /// Whether the file that `state` speaks of has its lasting name already.
    fn was_rotated(&self, state: &Head) -> bool {
        std::fs::metadata(files::part_path(&self.keeping.path, state.first))
            .is_ok_and(|part| part.len() >= state.bytes)
    }

    /// Takes over what lies after the head's last row, when it follows from it.
    fn catch_up(&self, chain: &mut Chain) -> Result<Waiting, WriteError> {
        let path = &self.keeping.path;
        let told = |error| system(path, error);
        let mut rest = Vec::new();
        let begin = SeekFrom::Start(chain.state.bytes);
        chain.log.seek(begin).map_err(told)?;
        chain.log.read_to_end(&mut rest).map_err(told)?;
        let whole = rest
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let mut hash = chain.state.hash().unwrap_or_default();
        let mut rows = 0;
        let lines = rest.get(..whole).unwrap_or_default();
        for line in lines.split_inclusive(|b| *b == b'\n') {
            let next = chain.state.seq.wrapping_add(1);
            match Line::parse(line.strip_suffix(b"\n").unwrap_or(line)) {
                Some(row) if row.seq == next && row.follows(hash) => hash = row.hash,
                _ => return Err(WriteError::Foreign(path.clone())),
            }
            chain.state.seq = next;
            rows += 1;
        }
        chain.state.hash = hash.to_string();
        chain.state.bytes += whole as u64;
        let cut = (rest.len() - whole) as u64;
        if cut > 0 {
            chain.log.set_len(chain.state.bytes).map_err(told)?;
        }
        Ok(Waiting::of(&Event::Recovered(Recovered { rows, cut })))
    }

    /// Gives the full file its lasting name and begins the next.
    fn rotate(&self, head: &mut File, chain: &mut Chain) -> Result<(), WriteError> {
        let path = &self.keeping.path;
        let part = files::part_path(path, chain.state.first);
        if part.exists() {
            let taken = "a file of this name is there already";
            return Err(system(
                &part,
                io::Error::new(io::ErrorKind::AlreadyExists, taken),
            ));
        }
        std::fs::rename(path, &part).map_err(|error| system(&part, error))?;
        chain.log = files::open(path, Create::New).map_err(|error| system(path, error))?;
        self.next_file(head, chain)
    }

    /// Begins the file that follows, which is open and empty, and removes the parts that are too many.
    fn next_file(&self, head: &mut File, chain: &mut Chain) -> Result<(), WriteError> {
        let path = &self.keeping.path;
        chain.state.first = chain.state.seq.wrapping_add(1);
        chain.state.bytes = 0;
        let parts = files::parts(path).map_err(|error| system(path, error))?;
        let surplus = parts.len().saturating_sub(self.keeping.keep);
        let oldest = parts.get(surplus).map(|part| part.first);
        chain.state.kept = oldest.unwrap_or(chain.state.first);
        let event = Event::Continue(Continue {
            chain: chain.state.chain.clone(),
            previous: chain.state.hash.clone(),
        });
        self.append(head, chain, [&Waiting::of(&event)])?;
        // The head tells first that they are no longer kept: whoever finds them gone knows why.
        for Part { path, .. } in parts.iter().take(surplus) {
            if let Err(error) = std::fs::remove_file(path) {
                tracing::warn!(
                    "{}: an old part of the audit log stays: {error}",
                    shown(path)
                );
            }
        }
        Ok(())
    }

    fn append<'r>(
        &self,
        head: &mut File,
        chain: &mut Chain,
        rows: impl IntoIterator<Item = &'r Waiting>,
    ) -> Result<(), WriteError> {
        let mut state = chain.state.clone();
        let mut hash = state.hash().unwrap_or_default();
        let mut out = Vec::with_capacity(1 << 12);
        for row in rows {
            state.seq = state.seq.wrapping_add(1);
            hash = chain::write(&mut out, hash, state.seq, &row.time, &row.event);
        }
        state.hash = hash.to_string();
        state.bytes += out.len() as u64;
        let mut put = || -> io::Result<()> {
            chain.log.write_all(&out)?;
            if self.keeping.sync {
                chain.log.sync_data()?;
            }
            head::write(head, &state, self.keeping.key.as_ref())
        };
        if let Err(error) = put() {
            // Half a batch must not look like a whole one; where even this fails, the next commit sees to it.
            let _ = chain.log.set_len(chain.state.bytes);
            return Err(system(&self.keeping.path, error));
        }
        chain.state = state;
        Ok(())
    }
}

fn system(path: &Path, error: io::Error) -> WriteError {
    WriteError::System {
        path: path.to_owned(),
        error,
    }
}
