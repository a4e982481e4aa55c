//! The example org behind a relay that plants canaries in every answer, or answers itself.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use simulator::{Handle, Options};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::planted::{ACCESS_TOKEN, Broken, TOKEN, plant};
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
    assertions: Mutex<Vec<String>>,
}

/// A request as far as the relay looks at it.
#[derive(Default)]
struct Request {
    target: String,
    authorization: String,
    body: String,
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

    /// The signed assertions that arrived at the token endpoint.
    pub fn assertions(&self) -> Vec<String> {
        self.seen.assertions.lock().unwrap().clone()
    }
}

async fn relay(stream: TcpStream, own: &str, behind: &str, seen: &Seen) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = request(&mut stream).await {
        let bytes = if request.target == "/oauth2/v1/token" {
            token(&request.body, seen)
        } else {
            assert!(
                [format!("SSWS {TOKEN}"), format!("Bearer {ACCESS_TOKEN}")]
                    .contains(&request.authorization),
                "a request without the token: {}",
                request.authorization
            );
            seen.requests.fetch_add(1, Ordering::SeqCst);
            let instead = *seen.instead.lock().unwrap();
            match instead {
                Some((status, headers, body)) => answer(status, headers, body),
                None => planted_answer(&request.target, own, behind, seen).await,
            }
        };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Gives the token that is a canary, for the scopes that are asked for, and keeps the proof that came.
fn token(form: &str, seen: &Seen) -> Vec<u8> {
    let fields: BTreeMap<_, _> = url::form_urlencoded::parse(form.as_bytes()).collect();
    seen.assertions
        .lock()
        .unwrap()
        .push(fields["client_assertion"].to_string());
    let given = json!({
        "token_type": "Bearer",
        "expires_in": 3600,
        "access_token": ACCESS_TOKEN,
        "scope": fields["scope"],
    });
    answer(
        200,
        "content-type: application/json\r\n",
        &given.to_string(),
    )
}

/// Reads one request.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut request = Request::default();
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match line.split_once(": ") {
            Some(("authorization", value)) => request.authorization = value.to_owned(),
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => request.target = line.split(' ').nth(1)?.to_owned(),
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.body = String::from_utf8(body).unwrap();
    Some(request)
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
