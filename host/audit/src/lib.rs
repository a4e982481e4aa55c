//! The audit log: who called what, what was asked of Okta, what came back and what was denied.
//!
//! A reader can follow one row from top to bottom:
//!
//! 1. [`row`] says what a row holds. It holds shapes ([`shape`]), never values, unless the operator wants them.
//! 2. [`record`] makes the rows of one call while it runs, and gives it the id that its caller sees in an error.
//! 3. [`log`](mod@log) takes them through a `queue` to a thread of its own, which writes whatever waits in one go and
//!    says when it is written: an answer leaves only then, where the operator chose so.
//! 4. `writer` keeps the files: one log and one `head` beside it, shared by every process that writes, rotated by size.
//! 5. [`chain`] makes each row's hash over the one before; [`verify`](mod@verify) finds what was changed afterwards.
//! 6. [`usage`] adds the rows up and holds them against what the plugins declare; [`narrow`] writes the
//!    manifest that would have been enough, and [`learn`] the one that would have been needed.
//!
//! # What the log can prove
//!
//! `hash` of a row is SHA-256 over the hash of the row before it and the row's own text. So a row that was
//! altered, removed, moved or put in is found by whoever has the file, without any key. What a chain alone cannot
//! show is that its end was cut off, or that all of it was made anew from some row on: whoever may write the file
//! can do that. Therefore the head, a file beside the log, tells the last row, under a MAC whose key stays in the
//! user's state directory; and `audit verify` prints that row, to be kept elsewhere and compared later. Whoever
//! can read the key as well can forge both: against him only the copy elsewhere helps.
//!
//! It knows neither Okta's API, nor WebAssembly, nor MCP. A crate of its own, so that the log can be read, tested
//! and measured without them.

pub mod chain;
mod files;
mod head;
mod id;
pub mod learn;
pub mod log;
mod manifest_text;
pub mod narrow;
mod queue;
pub mod record;
pub mod report;
pub mod row;
pub mod shape;
pub mod usage;
pub mod verify;
mod writer;

pub use head::SealKey;
pub use id::CallId;
