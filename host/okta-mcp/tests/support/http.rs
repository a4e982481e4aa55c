//! The program as an HTTP server, and a client that sends what it is told, byte by byte, right or wrong.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::bounded;
use super::raw::{MODERN, meta};

/// A running server.
pub struct Served {
    pub address: SocketAddr,
    child: Child,
    /// What it still says; held open in any case.
    pub stdout: Lines<BufReader<ChildStdout>>,
    stderr: JoinHandle<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = |(own, _): &&(String, String)| own.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(found)
            .map(|(_, value)| value.as_str())
    }

    /// The message in it, whether it came as JSON or as the last event of a stream.
    pub fn message(&self) -> Value {
        let text = match self.header("content-type") {
            Some("text/event-stream") => self
                .body
                .lines()
                .filter_map(|line| line.strip_prefix("data: "))
                .next_back()
                .unwrap(),
            _ => &self.body,
        };
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Served {
    /// Starts `command` and waits for its address.
    pub async fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.unwrap();
            text
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = bounded("the server's address", stdout.next_line())
            .await
            .unwrap();
        let Some(line) = line else {
            panic!("the server ended: {}", stderr.await.unwrap())
        };
        let address = line
            .strip_prefix("http://")
            .and_then(|rest| rest.strip_suffix("/mcp"))
            .unwrap_or_else(|| panic!("{line}"));
        Self {
            address: address.parse().unwrap(),
            child,
            stdout,
            stderr,
        }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes on a connection of their own and reads the answer to its end.
    pub async fn bytes(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        answer(&mut stream).await
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        self.bytes(request(method, path, headers, body).as_bytes())
            .await
    }

    /// Posts a body as a client of MCP does.
    pub async fn post(&self, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
        ];
        all.extend(headers);
        self.send("POST", "/mcp", &all, body).await
    }

    /// A request of 2026-07-28, with the headers that it wants.
    pub async fn modern(&self, headers: &[(&str, &str)], method: &str, params: Value) -> Reply {
        let mut params = params;
        params["_meta"] = meta();
        let name = params["name"].as_str().unwrap_or_default().to_owned();
        let mut all = vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
        if !name.is_empty() {
            all.push(("Mcp-Name", &name));
        }
        all.extend(headers);
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        self.post(&all, &body.to_string()).await
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let id = self.child.id().unwrap().to_string();
        let sent = std::process::Command::new("kill").arg(id).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end that was asked for.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let status = bounded("the server's end", self.child.wait())
            .await
            .unwrap();
        (status, self.stderr.await.unwrap())
    }
}

/// A request as text, with `Host`, `Connection: close` and a length of its own.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        text.push_str("Host: localhost\r\n");
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    text
}

/// Several answers that came one after the other on a connection.
pub fn answers(mut bytes: &[u8]) -> Vec<Reply> {
    let mut replies = Vec::new();
    while !bytes.is_empty() {
        let end = bytes
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .expect("a head")
            + 4;
        let length: usize = parse(&bytes[..end])
            .header("content-length")
            .expect("a length")
            .parse()
            .unwrap();
        replies.push(parse(&bytes[..end + length]));
        bytes = &bytes[end + length..];
    }
    replies
}

/// Reads an answer until the server closes the connection.
pub async fn answer(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    bounded("the answer", stream.read_to_end(&mut bytes))
        .await
        .unwrap();
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let chunked = headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("transfer-encoding") && value == "chunked");
    let body = if chunked {
        dechunk(body)
    } else {
        body.to_owned()
    };
    Reply {
        status,
        headers,
        body,
    }
}

fn dechunk(mut rest: &str) -> String {
    let mut whole = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        whole.push_str(&after[..size.min(after.len())]);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    whole
}
