//! The protocol without a client library: lines of JSON over the program's pipes.

use std::process::{ExitStatus, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::bounded;

/// The revision without a handshake.
pub const MODERN: &str = "2026-07-28";

/// A running server and the two ends of its pipes.
pub struct Raw {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    stderr: JoinHandle<String>,
    next: u64,
    /// What arrived while an answer was waited for.
    pub aside: Vec<Value>,
}

/// A server that has ended.
pub struct Left {
    pub status: ExitStatus,
    /// What it still said.
    pub messages: Vec<Value>,
    pub stderr: String,
}

impl Raw {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        Self {
            stdin: child.stdin.take().unwrap(),
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            stderr: tokio::spawn(async move {
                let mut text = String::new();
                stderr.read_to_string(&mut text).await.unwrap();
                text
            }),
            child,
            next: 1,
            aside: Vec::new(),
        }
    }

    /// Writes one line.
    pub async fn line(&mut self, line: &str) {
        self.bytes(format!("{line}\n").as_bytes()).await;
    }

    /// Writes bytes as they are.
    pub async fn bytes(&mut self, bytes: &[u8]) {
        self.stdin.write_all(bytes).await.unwrap();
        self.stdin.flush().await.unwrap();
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.line(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string())
            .await;
    }

    /// Sends a request and returns its id at once.
    pub async fn send(&mut self, method: &str, params: Value) -> u64 {
        let id = self.next;
        self.next += 1;
        self.line(
            &json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string(),
        )
        .await;
        id
    }

    /// Writes these lines, and reads as many messages at the same time.
    pub async fn pour(&mut self, lines: &[String]) -> Vec<Value> {
        let text = lines.join("\n") + "\n";
        let Self {
            stdin, lines: read, ..
        } = self;
        let write = async {
            stdin.write_all(text.as_bytes()).await.unwrap();
            stdin.flush().await.unwrap();
        };
        let read = async {
            let mut messages = Vec::new();
            while messages.len() < lines.len() {
                let line = bounded("a line of many", read.next_line()).await.unwrap();
                messages.push(message(&line.expect("the server ended")));
            }
            messages
        };
        tokio::join!(write, read).1
    }

    /// The next message, or none when the server has closed its end.
    pub async fn receive(&mut self) -> Option<Value> {
        let line = bounded("the server's next line", self.lines.next_line())
            .await
            .unwrap()?;
        Some(message(&line))
    }

    /// Waits for the answer to `id`; other messages are put aside.
    pub async fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self
                .receive()
                .await
                .expect("the server ended without an answer");
            if message["id"] == id {
                return message;
            }
            self.aside.push(message);
        }
    }

    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params).await;
        self.answer(id).await
    }

    /// The handshake of a revision before 2026-07-28; the server's answer.
    pub async fn initialize(&mut self, version: &str) -> Value {
        self.initialize_with(version, json!({})).await
    }

    /// The same for a client that can do what `capabilities` say.
    pub async fn initialize_with(&mut self, version: &str, capabilities: Value) -> Value {
        let hello = json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": {"name": "lines", "version": "1"}});
        let answer = self.request("initialize", hello).await;
        self.notify("notifications/initialized", json!({})).await;
        answer["result"].clone()
    }

    /// Calls a tool in an initialized session.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.request("tools/call", json!({"name": tool, "arguments": arguments}))
            .await
    }

    /// Closes the server's stdin and waits for its end.
    pub async fn leave(self) -> Left {
        let Self {
            mut child,
            stdin,
            mut lines,
            stderr,
            ..
        } = self;
        drop(stdin);
        let mut messages = Vec::new();
        while let Some(line) = bounded("the server's last lines", lines.next_line())
            .await
            .unwrap()
        {
            messages.push(message(&line));
        }
        let status = bounded("the server's end", child.wait()).await.unwrap();
        Left {
            status,
            messages,
            stderr: bounded("its log", stderr).await.unwrap(),
        }
    }
}

/// stdout belongs to the protocol: every line is one JSON-RPC message.
fn message(line: &str) -> Value {
    let message: Value =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}"));
    assert_eq!(message["jsonrpc"], "2.0", "{line}");
    let kinds = ["method", "result", "error"]
        .iter()
        .filter(|kind| message.get(kind).is_some())
        .count();
    assert_eq!(kinds, 1, "{line}");
    message
}

/// What every request of the revision 2026-07-28 carries.
pub fn meta() -> Value {
    meta_with(json!({}))
}

/// The same of a client that can do what `capabilities` say.
pub fn meta_with(capabilities: Value) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": capabilities,
        "io.modelcontextprotocol/clientInfo": {"name": "lines", "version": "1"},
    })
}
