//! The log as the rest of the program knows it: rows go in at once, and a call can wait until its own are written.
//!
//! A row is built where it happens and goes through a queue to a thread of its own. That thread writes whatever
//! waits in one go: a call's rows share a commit, and under load many calls do. Nothing here blocks but that thread:
//! a disk that does not answer must not stop the others who run on a call's own. A call waits for its rows once, at
//! its very end, so a GET's row costs it a queue's push; where the operator says [`Deny`](OnFailure::Deny), an answer
//! whose rows were not written does not leave.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::head::SealKey;
use crate::id::{CallId, Ids};
use crate::queue::{Queue, Urgent};
use crate::row::{Event, Gap, Open};
use crate::writer::{Keeping, Waiting, Writer};

pub use crate::writer::WriteError;

/// Rows that wait for the disk. At some 600 bytes each they take 5 MB at most; what comes beyond is lost, and told.
const QUEUE: usize = 8_192;

/// Rows of one commit: enough that a commit's own cost disappears, and little enough to be written at once.
const BATCH: usize = 512;

/// How long a call waits for its rows. A local disk needs milliseconds; a dead network file system never answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happens to calls while the log cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// They fail: what is not recorded does not happen.
    Deny,
    /// They pass; the rows are lost, and a row tells how many once the log can be written again.
    Allow,
}

/// How a log is kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file.
    pub path: PathBuf,
    /// When the file would become larger than so many bytes, it gets a lasting name and a new one begins.
    pub max_bytes: u64,
    /// So many older files are kept.
    pub keep: usize,
    /// Whether calls fail while it cannot be written.
    pub on_failure: OnFailure,
    /// Whether rows hold values beside their shapes.
    pub values: bool,
    /// Whether each commit is forced to the disk before it counts as written.
    pub sync: bool,
    /// The program and its version.
    pub program: String,
}

impl Settings {
    /// A log at `path` whose files have at most `max_bytes`: ten older ones are kept, calls fail while it cannot be
    /// written, and rows hold no values.
    #[must_use]
    pub fn new(path: PathBuf, max_bytes: u64, program: &str) -> Self {
        Self {
            path,
            max_bytes,
            keep: 10,
            on_failure: OnFailure::Deny,
            values: false,
            sync: false,
            program: program.to_owned(),
        }
    }
}

/// The log of one process.
pub struct Log {
    queue: Arc<Queue<Message>>,
    /// Closed by the thread's end.
    ended: Mutex<Receiver<()>>,
    ids: Ids,
    shared: Arc<Shared>,
    values: bool,
    on_failure: OnFailure,
}

/// What the thread tells the calls.
#[derive(Default)]
struct Shared {
    /// Why nothing can be written at present.
    failure: Mutex<Option<Arc<str>>>,
    failing: AtomicBool,
    /// Rows that did not fit the queue.
    overflow: Mutex<Lost>,
}

/// Rows that are lost since the last one that was written.
#[derive(Debug, Default, Clone)]
struct Lost {
    count: u64,
    since: String,
    reason: String,
}

struct Message {
    row: Option<Waiting>,
    /// Set when the row is lost.
    lost: Option<Arc<AtomicBool>>,
    /// Told when everything up to here was written, or not.
    done: Option<oneshot::Sender<()>>,
}

impl Urgent for Message {
    /// A message without a row asks for the file to be opened now.
    fn is_urgent(&self) -> bool {
        self.done.is_some() || self.row.is_none()
    }
}

/// Why the log cannot be kept at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No randomness for the process's name.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// No thread.
    #[error("the audit log's thread cannot start: {0}")]
    Thread(std::io::Error),
}

/// A call's rows could not be written, so it must not be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the audit log cannot be written, and this server is set to answer no call that it cannot record: {0}"
)]
pub struct Unrecorded(Arc<str>);

impl Log {
    /// Starts the log's thread. The file is opened by the first row, or by [`open`](Self::open).
    ///
    /// # Errors
    /// When the process has no thread or no randomness left.
    pub fn start(settings: Settings, key: Option<SealKey>) -> Result<Self, StartError> {
        let ids = Ids::new().map_err(StartError::Random)?;
        let shared = Arc::new(Shared::default());
        let opening = Open {
            process: ids.process().to_owned(),
            program: settings.program,
            values: settings.values,
        };
        let keeping = Keeping {
            path: settings.path,
            max_bytes: settings.max_bytes,
            keep: settings.keep,
            sync: settings.sync,
            key,
        };
        let queue = Arc::new(Queue::new(QUEUE, BATCH));
        let waiting = Arc::clone(&queue);
        let writing = Writing {
            writer: Writer::new(keeping, opening),
            shared: Arc::clone(&shared),
            lost: Lost::default(),
        };
        let (end, ended) = sync_channel(0);
        std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || {
                writing.run(&waiting);
                drop(end);
            })
            .map_err(StartError::Thread)?;
        Ok(Self {
            queue,
            ended: Mutex::new(ended),
            ids,
            shared,
            values: settings.values,
            on_failure: settings.on_failure,
        })
    }

    /// Has the file opened now, by the log's thread: what is wrong with it is told on stderr before the first call.
    pub fn open(&self) {
        self.send(Message {
            row: None,
            lost: None,
            done: None,
        });
    }

    /// Waits until what came up to now is written, or cannot be: for a process that is about to end, whose tasks may
    /// hold the log to the last moment.
    pub async fn settle(&self) {
        self.written(None).await;
    }

    /// An id for the next call.
    pub(crate) fn next_id(&self) -> CallId {
        self.ids.next()
    }

    pub(crate) fn holds_values(&self) -> bool {
        self.values
    }

    /// Whether a call may begin. While the log cannot be written this tries once more, so that the first call
    /// after the disk has room again passes.
    ///
    /// # Errors
    /// [`Unrecorded`], where the operator wants calls to fail then.
    pub async fn admit(&self) -> Result<(), Unrecorded> {
        if self.on_failure == OnFailure::Deny && self.shared.failing.load(Ordering::Acquire) {
            self.written(None).await;
            if self.shared.failing.load(Ordering::Acquire) {
                return Err(self.unrecorded());
            }
        }
        Ok(())
    }

    /// Waits until all that was taken so far is written, or lost.
    pub async fn flush(&self) {
        self.written(None).await;
    }

    /// Takes a row of a call.
    pub(crate) fn push(&self, event: &Event, lost: &Arc<AtomicBool>) {
        self.send(Message {
            row: Some(Waiting::of(event)),
            lost: Some(Arc::clone(lost)),
            done: None,
        });
    }

    /// Takes a call's last row and waits until all of its rows are written.
    ///
    /// # Errors
    /// [`Unrecorded`], where one of them was not and the operator wants the call to fail then.
    pub(crate) async fn close(
        &self,
        event: &Event,
        lost: &Arc<AtomicBool>,
    ) -> Result<(), Unrecorded> {
        if self.on_failure == OnFailure::Allow {
            self.push(event, lost);
            return Ok(());
        }
        let row = (Waiting::of(event), Arc::clone(lost));
        let told = self.written(Some(row)).await;
        if told && !lost.load(Ordering::Acquire) {
            Ok(())
        } else {
            Err(self.unrecorded())
        }
    }

    /// Waits until the queue's present end was dealt with; false when that took too long.
    async fn written(&self, last: Option<(Waiting, Arc<AtomicBool>)>) -> bool {
        let (done, told) = oneshot::channel();
        let (row, lost) = last.unzip();
        self.send(Message {
            row,
            lost,
            done: Some(done),
        });
        matches!(tokio::time::timeout(PATIENCE, told).await, Ok(Ok(())))
    }

    fn unrecorded(&self) -> Unrecorded {
        let failure = self
            .shared
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Unrecorded(
            failure
                .clone()
                .unwrap_or_else(|| "the disk does not answer".into()),
        )
    }

    fn send(&self, message: Message) {
        if let Err(message) = self.queue.push(message)
            && let Some(row) = message.row
        {
            if let Some(lost) = message.lost {
                lost.store(true, Ordering::Release);
            }
            let mut overflow = self
                .shared
                .overflow
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            overflow.add([&row], "more rows came than the disk took");
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log({})", self.ids.process())
    }
}

impl Drop for Log {
    /// What waits is written before the process ends, unless the disk does not answer at all.
    fn drop(&mut self) {
        self.queue.close();
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(PATIENCE);
    }
}

impl Lost {
    fn add<'r>(&mut self, rows: impl IntoIterator<Item = &'r Waiting>, reason: &str) {
        for row in rows {
            if self.count == 0 {
                self.since.clone_from(&row.time);
                reason.clone_into(&mut self.reason);
            }
            self.count += 1;
        }
    }

    fn join(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = other;
        } else {
            self.count += other.count;
        }
    }
}

/// The thread's own.
struct Writing {
    writer: Writer,
    shared: Arc<Shared>,
    lost: Lost,
}

impl Writing {
    fn run(mut self, waiting: &Queue<Message>) {
        // However it ends: nobody waits for a thread that is gone.
        let _ended = Ended(waiting);
        while let Some(batch) = waiting.take() {
            self.commit(batch);
        }
    }

    fn commit(&mut self, batch: Vec<Message>) {
        let overflow = {
            let mut overflow = self
                .shared
                .overflow
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *overflow)
        };
        self.lost.join(overflow);
        let mut rows = Vec::with_capacity(batch.len() + 1);
        if self.lost.count > 0 {
            rows.push(Waiting::of(&Event::Gap(Gap {
                lost: self.lost.count,
                since: self.lost.since.clone(),
                reason: self.lost.reason.clone(),
            })));
        }
        let (mut marks, mut dones) = (Vec::new(), Vec::new());
        for message in batch {
            dones.extend(message.done);
            if let Some(row) = message.row {
                rows.push(row);
                marks.extend(message.lost);
            }
        }
        match self.writer.commit(&rows) {
            Ok(()) => {
                self.lost = Lost::default();
                self.tell(None);
            }
            Err(error) => {
                let told = usize::from(self.lost.count > 0);
                let reason = error.to_string();
                self.lost.add(rows.iter().skip(told), &reason);
                for mark in marks {
                    mark.store(true, Ordering::Release);
                }
                self.tell(Some(reason));
            }
        }
        for done in dones {
            // Nobody waits for a call that was taken back.
            let _ = done.send(());
        }
    }

    /// Tells the calls how the log stands, and stderr when that changed.
    fn tell(&self, failure: Option<String>) {
        let failing = failure.is_some();
        let mut told = self
            .shared
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match (&failure, told.as_deref()) {
            (Some(now), before) if before != Some(now) => {
                tracing::error!("the audit log fails: {now}")
            }
            (None, Some(_)) => tracing::warn!("the audit log can be written again"),
            _ => {}
        }
        *told = failure.map(Into::into);
        drop(told);
        self.shared.failing.store(failing, Ordering::Release);
    }
}

/// Ends the queue when the thread ends.
struct Ended<'q>(&'q Queue<Message>);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}
