//! A message a line, over two pipes: MCP's stdio transport.
//!
//! rmcp has one of its own, and its pipes are used here as they are. It answers nothing to a line that is no JSON or
//! that is too long, which leaves a client waiting; and it goes on reading however much a client leaves unread. Its
//! trait asks that `receive` may be dropped at any point: all that is half done is kept in the transport.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::Notify;

use super::in_flight::InFlight;
use super::message::{self, LONGEST, Unread};

/// What is read at once: as much as a pipe holds.
const AT_ONCE: usize = 64 * 1024;

/// Bytes that may wait for a client to read them before nothing more is read from it. A client that sends ten thousand
/// requests and only then reads is answered; one that never reads costs no more than this.
const UNREAD: usize = 32 * 1024 * 1024;

/// The transport.
pub(super) struct Lines<R, W> {
    input: Input<R>,
    output: Arc<Output<W>>,
    in_flight: InFlight,
    /// Whether an answer of the transport's own has not been written yet.
    answering: bool,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Lines<R, W> {
    pub(super) fn new(reader: R, writer: W) -> Self {
        Self {
            input: Input {
                reader: BufReader::with_capacity(AT_ONCE, reader),
                line: Vec::new(),
                skipping: false,
            },
            output: Arc::new(Output::new(writer)),
            in_flight: InFlight::default(),
            answering: false,
        }
    }

    /// An answer to what never reaches the service.
    fn answer(&mut self, id: Option<RequestId>, error: ErrorData) -> io::Result<()> {
        tracing::debug!("a message was refused: {}", error.message);
        self.output
            .append(&ServerJsonRpcMessage::error(error, id))?;
        self.answering = true;
        Ok(())
    }

    async fn next(&mut self) -> io::Result<Option<ClientJsonRpcMessage>> {
        loop {
            if self.answering {
                self.output.write().await?;
                self.answering = false;
            }
            self.in_flight.has_room().await;
            if !self.output.has_room().await {
                // Nobody is left who could be answered.
                return Ok(None);
            }
            let read = match self.input.line().await? {
                Line::End => return Ok(None),
                Line::TooLong => Err(message::too_long()),
                Line::Whole => {
                    let read = match self.input.line.trim_ascii() {
                        [] => Err(Unread::Silence),
                        line => message::read(line),
                    };
                    self.input.clear();
                    read
                }
            };
            match read {
                Ok(message) => match self.in_flight.receive(&message) {
                    Ok(()) => return Ok(Some(message)),
                    Err(error) => {
                        let id = message.into_request().map(|(_, id)| id);
                        self.answer(id, error)?;
                    }
                },
                Err(Unread::Answer(id, error)) => self.answer(id, *error)?,
                Err(Unread::Silence) => {}
            }
        }
    }
}

impl<R, W> Transport<RoleServer> for Lines<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        self.in_flight.send(&message);
        let appended = self.output.append(&message);
        let output = Arc::clone(&self.output);
        async move {
            appended?;
            output.write().await
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.next().await.unwrap_or_else(|error| {
            tracing::error!("the client cannot be read or answered: {error}");
            None
        })
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output.pipe.lock().await.writer = None;
        Ok(())
    }
}

/// The reading side.
struct Input<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    /// Whether what comes is the rest of a line that was too long.
    skipping: bool,
}

enum Line {
    /// `Input::line` holds it.
    Whole,
    TooLong,
    End,
}

impl<R: AsyncRead + Unpin> Input<R> {
    /// The next line. Nothing is lost where this is dropped: what was consumed is in `line`.
    async fn line(&mut self) -> io::Result<Line> {
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                // Whoever ends without an end of line has not said all.
                return Ok(Line::End);
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let take = end.map_or(available.len(), |end| end + 1);
            let fits = self.line.len().saturating_add(take) <= LONGEST + 1;
            if fits && !self.skipping {
                let part = available.get(..take).unwrap_or(available);
                self.line.extend_from_slice(part);
            }
            self.reader.consume(take);
            let was_skipping = self.skipping;
            self.skipping = end.is_none() && (was_skipping || !fits);
            match (was_skipping, fits, end) {
                (false, false, _) => {
                    self.clear();
                    return Ok(Line::TooLong);
                }
                (false, true, Some(_)) => return Ok(Line::Whole),
                (true, _, _) | (false, true, None) => {}
            }
        }
    }

    /// Makes room for the next line, and gives back what only a large one needed.
    fn clear(&mut self) {
        self.line.clear();
        self.line.shrink_to(AT_ONCE);
    }
}

/// The writing side: what waits, and the pipe.
struct Output<W> {
    waiting: Mutex<Vec<u8>>,
    pipe: tokio::sync::Mutex<Pipe<W>>,
    /// Told whenever less waits than before.
    room: Notify,
    /// Whether the client has closed its end.
    broken: AtomicBool,
}

struct Pipe<W> {
    /// None once the session is closed.
    writer: Option<W>,
    /// What was taken from those that wait, and how much of it is written.
    writing: Vec<u8>,
    written: usize,
}

impl<W: AsyncWrite + Unpin> Output<W> {
    fn new(writer: W) -> Self {
        Self {
            waiting: Mutex::default(),
            pipe: tokio::sync::Mutex::new(Pipe {
                writer: Some(writer),
                writing: Vec::new(),
                written: 0,
            }),
            room: Notify::new(),
            broken: AtomicBool::new(false),
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message behind those that wait.
    fn append(&self, message: &ServerJsonRpcMessage) -> io::Result<()> {
        let mut waiting = self.waiting();
        let before = waiting.len();
        if let Err(error) = serde_json::to_writer(&mut *waiting, message) {
            // Half a message would spoil the next one.
            waiting.truncate(before);
            return Err(error.into());
        }
        waiting.push(b'\n');
        Ok(())
    }

    /// Writes all that waits. Where this is dropped, whoever writes next goes on in the same place.
    async fn write(&self) -> io::Result<()> {
        let mut pipe = self.pipe.lock().await;
        let result = self.write_to(&mut pipe).await;
        if result.is_err() {
            pipe.writer = None;
            self.waiting().clear();
            self.broken.store(true, Ordering::Relaxed);
            self.room.notify_one();
        }
        result
    }

    async fn write_to(&self, pipe: &mut Pipe<W>) -> io::Result<()> {
        let writer = pipe.writer.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        loop {
            match pipe.writing.get(pipe.written..) {
                Some(rest) if !rest.is_empty() => match writer.write(rest).await? {
                    0 => return Err(io::ErrorKind::WriteZero.into()),
                    more => pipe.written += more,
                },
                _ => {
                    pipe.writing.clear();
                    pipe.writing.shrink_to(AT_ONCE);
                    pipe.written = 0;
                    std::mem::swap(&mut pipe.writing, &mut *self.waiting());
                    self.room.notify_one();
                    if pipe.writing.is_empty() {
                        return writer.flush().await;
                    }
                }
            }
        }
    }

    /// Waits until the client has read enough of what it was sent; false where it has closed its end.
    async fn has_room(&self) -> bool {
        while self.waiting().len() > UNREAD {
            self.room.notified().await;
        }
        !self.broken.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::JsonRpcMessage;
    use tokio::io::{AsyncReadExt as _, DuplexStream, ReadHalf, WriteHalf, duplex, split};

    use super::*;

    type Ours = Lines<ReadHalf<DuplexStream>, WriteHalf<DuplexStream>>;

    /// The transport, and the client's end of its pipes, each of which holds `size` bytes.
    fn lines(size: usize) -> (Ours, DuplexStream) {
        let (ours, theirs) = duplex(size);
        let (reader, writer) = split(ours);
        (Lines::new(reader, writer), theirs)
    }

    fn ping(id: i64) -> String {
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n")
    }

    fn id_of(message: Option<ClientJsonRpcMessage>) -> RequestId {
        message.unwrap().into_request().unwrap().1
    }

    #[tokio::test]
    async fn a_read_that_is_dropped_in_the_middle_of_a_line_loses_nothing() {
        let (mut lines, mut client) = lines(1_024);
        let line = ping(7);
        for byte in line.as_bytes() {
            assert!(futures::poll!(Box::pin(lines.receive())).is_pending());
            client.write_all(&[*byte]).await.unwrap();
        }
        assert_eq!(id_of(lines.receive().await), RequestId::Number(7));
    }

    #[tokio::test]
    async fn an_answer_of_the_transport_is_written_whole_though_its_writing_is_dropped() {
        // One byte at a time: every write waits for the client.
        let (mut lines, client) = lines(1);
        let (mut answers, mut requests) = split(client);
        let sent = tokio::spawn(async move {
            requests.write_all(b"not json\n").await.unwrap();
            requests.write_all(ping(1).as_bytes()).await.unwrap();
            requests
        });
        let read = tokio::spawn(async move {
            let mut text = String::new();
            answers.read_to_string(&mut text).await.unwrap();
            text
        });
        let message = loop {
            let mut receive = Box::pin(lines.receive());
            if let std::task::Poll::Ready(message) = futures::poll!(&mut receive) {
                break message;
            }
            drop(receive);
            tokio::task::yield_now().await;
        };
        assert_eq!(id_of(message), RequestId::Number(1));
        drop((lines, sent.await.unwrap()));
        let answer: JsonRpcMessage = serde_json::from_str(&read.await.unwrap()).unwrap();
        assert!(matches!(answer, JsonRpcMessage::Error(error) if error.error.code.0 == -32700));
    }

    #[tokio::test]
    async fn a_message_of_the_greatest_length_is_read_and_one_byte_more_is_refused() {
        let (mut lines, client) = lines(1 << 20);
        let padded = |length: usize| {
            let ping = ping(1);
            let blanks = " ".repeat(length + 1 - ping.len());
            ping.replacen('{', &format!("{{{blanks}"), 1)
        };
        let (mut answers, mut requests) = split(client);
        let sent = tokio::spawn(async move {
            for line in [padded(LONGEST), padded(LONGEST + 1), ping(2)] {
                requests.write_all(line.as_bytes()).await.unwrap();
            }
            requests
        });
        assert_eq!(id_of(lines.receive().await), RequestId::Number(1));
        assert_eq!(id_of(lines.receive().await), RequestId::Number(2));
        drop((lines, sent.await.unwrap()));
        let mut answer = String::new();
        answers.read_to_string(&mut answer).await.unwrap();
        assert_eq!(
            answer,
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"the message is over 4 MiB\"}}\n"
        );
    }

    #[tokio::test]
    async fn who_does_not_read_is_not_read_from_and_who_reads_again_is() {
        let (mut lines, mut client) = lines(1_024);
        client.write_all(ping(1).as_bytes()).await.unwrap();
        let mut sends = Vec::new();
        while lines.output.waiting().len() <= UNREAD {
            let text = "x".repeat(1 << 20);
            let error = ErrorData::invalid_request(text, None);
            sends.push(lines.send(ServerJsonRpcMessage::error(error, None)));
        }
        assert!(futures::poll!(Box::pin(lines.receive())).is_pending());
        let (mut answers, _requests) = split(client);
        let reads = tokio::spawn(async move {
            let mut sink = tokio::io::sink();
            tokio::io::copy(&mut answers, &mut sink).await.unwrap()
        });
        for send in sends {
            send.await.unwrap();
        }
        assert_eq!(id_of(lines.receive().await), RequestId::Number(1));
        drop(lines);
        assert!(reads.await.unwrap() > UNREAD as u64);
    }

    #[tokio::test]
    async fn a_client_that_closed_its_end_ends_the_session_though_much_was_waiting() {
        let (mut lines, client) = lines(1_024);
        let error = ErrorData::invalid_request("x".repeat(UNREAD), None);
        let send = lines.send(ServerJsonRpcMessage::error(error, None));
        drop(client);
        assert!(send.await.is_err());
        assert!(lines.receive().await.is_none());
    }

    #[tokio::test]
    async fn an_id_that_is_in_use_is_refused_until_its_request_is_answered_or_taken_back() {
        let (mut lines, client) = lines(4_096);
        let (mut answers, mut requests) = split(client);
        let cancelled = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n";
        for line in [&ping(1), &ping(1), cancelled, &ping(1), &ping(2)] {
            requests.write_all(line.as_bytes()).await.unwrap();
        }
        assert_eq!(id_of(lines.receive().await), RequestId::Number(1));
        assert!(lines.receive().await.unwrap().into_notification().is_some());
        assert_eq!(id_of(lines.receive().await), RequestId::Number(1));
        let result = rmcp::model::ServerResult::empty(());
        let answer = ServerJsonRpcMessage::response(result, RequestId::Number(1));
        lines.send(answer).await.unwrap();
        assert_eq!(id_of(lines.receive().await), RequestId::Number(2));
        requests.write_all(ping(1).as_bytes()).await.unwrap();
        assert_eq!(id_of(lines.receive().await), RequestId::Number(1));
        drop((lines, requests));
        let mut text = String::new();
        answers.read_to_string(&mut text).await.unwrap();
        let answers: Vec<JsonRpcMessage> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(
            matches!(answers.as_slice(), [JsonRpcMessage::Error(refused), JsonRpcMessage::Response(_)]
                if refused.id == Some(RequestId::Number(1))),
            "{text}"
        );
    }
}
