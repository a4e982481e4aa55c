//! The example org behind a relay that plants canaries in every answer, or answers itself.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use simulator::{Handle, Options};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::planted::{Broken, TOKEN, plant};
use crate::support::org;

pub struct Relay {
    pub origin: String,
    seen: Arc<Seen>,
    _org: Handle,
}

#[derive(Default)]
struct Seen {
    requests: AtomicUsize,
    planted: AtomicUsize,
    instead: Mutex<Option<Broken>>,
}

impl Relay {
    pub async fn start() -> Self {
        let org = org().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Seen>::default();
        let (for_task, own, behind) = (Arc::clone(&seen), origin.clone(), org.url());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, own, behind) = (Arc::clone(&for_task), own.clone(), behind.clone());
                tokio::spawn(async move { relay(stream, &own, &behind, &seen).await });
            }
        });
        Self {
            origin,
            seen,
            _org: org,
        }
    }

    /// From now on every request gets this.
    pub fn answer_with(&self, broken: &Broken) {
        *self.seen.instead.lock().unwrap() = Some(*broken);
    }

    pub fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    /// How many canaries were sent.
    pub fn planted(&self) -> usize {
        self.seen.planted.load(Ordering::SeqCst)
    }
}

async fn relay(stream: TcpStream, own: &str, behind: &str, seen: &Seen) {
    let mut stream = BufReader::new(stream);
    while let Some(target) = request(&mut stream).await {
        seen.requests.fetch_add(1, Ordering::SeqCst);
        let instead = *seen.instead.lock().unwrap();
        let bytes = match instead {
            Some((status, headers, body)) => {
                let length = body.len();
                format!(
                    "HTTP/1.1 {status} Status\r\n{headers}content-length: {length}\r\n\r\n{body}"
                )
                .into_bytes()
            }
            None => planted_answer(&target, own, behind, seen).await,
        };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// Reads one request, which must carry the token, and says what it asks for.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut target, mut authorized) = (None, false);
    loop {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            assert!(authorized, "a request without the token");
            return target;
        }
        authorized |= line == format!("authorization: SSWS {TOKEN}");
        if target.is_none() {
            target = line.split(' ').nth(1).map(str::to_owned);
        }
    }
}

/// The org's own answer to `target`, with canaries in it.
async fn planted_answer(target: &str, own: &str, behind: &str, seen: &Seen) -> Vec<u8> {
    let mut stream = TcpStream::connect(behind.trim_start_matches("http://"))
        .await
        .unwrap();
    let token = Options::DEMO_TOKEN;
    let request = format!(
        "GET {target} HTTP/1.1\r\nhost: org\r\nauthorization: SSWS {token}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let path = target.split('?').next().unwrap();
    let mut body: Value = serde_json::from_str(body).unwrap();
    seen.planted
        .fetch_add(plant(&mut body, path), Ordering::SeqCst);
    let body = body.to_string();
    let kept: Vec<String> = head
        .split("\r\n")
        .filter(|line| !line.starts_with("content-length:") && !line.starts_with("connection:"))
        .map(|line| line.replace(behind, own))
        .collect();
    format!(
        "{}\r\ncontent-length: {}\r\n\r\n{body}",
        kept.join("\r\n"),
        body.len()
    )
    .into_bytes()
}
