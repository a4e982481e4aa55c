//! A guest's stderr, taken apart into lines.
//!
//! Only whole lines are passed on, and of a long one only as much as a log line can hold. What it
//! takes to keep them few and clean is not repeated here: whoever takes a line does that.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi_io::async_trait;
use wasmtime_wasi_io::bytes::Bytes;
use wasmtime_wasi_io::poll::Pollable;
use wasmtime_wasi_io::streams::{OutputStream, StreamResult};

use crate::limits;

/// Bytes of one line that are kept: a log line's characters at four bytes each, and one more, by which
/// it can be told that there was more.
const MAX_LINE_BYTES: usize = 4 * (limits::MAX_LOG_TEXT + 1);
/// Bytes that one write may bring: as many as wasmtime's own streams take.
const MAX_WRITE_BYTES: usize = 64 << 10;

/// One guest's stderr. All that is cloned of it, and every stream that a guest asks for, writes on at
/// the same place.
#[derive(Clone)]
pub(crate) struct Stderr(Arc<Mutex<Pen>>);

struct Pen {
    line: Vec<u8>,
    say: Box<dyn FnMut(&str) + Send>,
}

impl Stderr {
    /// One whose lines go to `say`; empty ones do not.
    pub(crate) fn new(say: impl FnMut(&str) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Pen {
            line: Vec::new(),
            say: Box::new(say),
        })))
    }

    /// Says what was written since the last line's end.
    pub(super) fn finish(&self) {
        self.pen().end_line();
    }

    fn pen(&self) -> MutexGuard<'_, Pen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pen {
    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match piece.split_last() {
                Some((b'\n', text)) => (text, true),
                _ => (piece, false),
            };
            let room = MAX_LINE_BYTES.saturating_sub(self.line.len());
            self.line.extend(text.iter().take(room));
            if ends {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            (self.say)(&text);
        }
    }
}

impl IsTerminal for Stderr {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stderr {
    /// What other previews than the second would ask for; they are not built in.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Stderr {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Stderr {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.pen().write(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_WRITE_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(writes: &[&[u8]]) -> Vec<String> {
        let (send, receive) = std::sync::mpsc::channel();
        let stderr = Stderr::new(move |line| send.send(line.to_owned()).unwrap());
        for bytes in writes {
            // A stream of its own each time: they share one line.
            let mut stream = stderr.p2_stream();
            stream.write(Bytes::copy_from_slice(bytes)).unwrap();
        }
        stderr.finish();
        drop(stderr);
        receive.iter().collect()
    }

    #[test]
    fn writes_become_lines_wherever_they_are_cut() {
        assert_eq!(
            lines(&[b"on", b"e\ntw", b"o\n\n \nthr", b"ee"]),
            ["one", "two", "three"]
        );
        assert_eq!(lines(&[b"", b"\n"]), [""; 0]);
        assert_eq!(lines(&[b"a\xffb\n"]), ["a\u{fffd}b"]);
        // A character in two writes is still one.
        assert_eq!(
            lines(&["ä".as_bytes().split_at(1).0, "ä".as_bytes().split_at(1).1]),
            ["ä"]
        );
    }

    #[test]
    fn an_endless_line_is_kept_no_longer_than_a_log_line() {
        let long = [b'x'; 100_000];
        let kept = lines(&[&long, &long, b"\nnext\n"]);
        assert_eq!(kept[0].len(), MAX_LINE_BYTES);
        assert_eq!(kept[1], "next");
    }
}
