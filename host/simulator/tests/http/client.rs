//! A served org and a client of a few lines: it sends exactly the bytes that a test gives it.

use std::sync::{Arc, LazyLock};

use serde_json::Value;
use simulator::{Clock, Handle, Options, Org, Plan, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The org of seed 1 and its raw data: generating them anew for each test takes most of the time.
static SEED_1: LazyLock<(Arc<Org>, Value)> = LazyLock::new(|| {
    let org = Arc::new(Org::generate(1, Options::DEMO_TIME));
    let data = org.to_json();
    (org, data)
});

/// A served org with its raw data.
pub(crate) struct Served {
    pub(crate) handle: Handle,
    pub(crate) clock: Clock,
    pub(crate) data: &'static Value,
}

/// An answer as it came.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) raw: String,
}

pub(crate) async fn start() -> Served {
    start_on(Plan::Unmetered).await
}

pub(crate) async fn start_on(plan: Plan) -> Served {
    start_with(Options {
        plan,
        ..Options::default()
    })
    .await
}

pub(crate) async fn start_with(options: Options) -> Served {
    let clock = options.clock.clone();
    let (org, data) = &*SEED_1;
    let org = Arc::clone(org);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let handle = serve(listener, org, options).await.unwrap();
    Served {
        handle,
        clock,
        data,
    }
}

impl Served {
    /// A connection on which `head` (request line and headers, without the blank line) was sent.
    async fn connection(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.handle.addr()).await.unwrap();
        stream
            .write_all(format!("{head}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        stream
    }

    /// A connection on which `target` was asked for.
    pub(crate) async fn ask(&self, target: &str) -> TcpStream {
        self.connection(&Served::head(target)).await
    }

    fn head(target: &str) -> String {
        let token = Options::DEMO_TOKEN;
        format!(
            "GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: SSWS {token}"
        )
    }

    /// An answer that is no text.
    pub(crate) async fn bytes(&self, target: &str) -> Vec<u8> {
        let mut raw = Vec::new();
        self.ask(target).await.read_to_end(&mut raw).await.unwrap();
        raw
    }

    /// The beginning of an answer; then the client hangs up.
    pub(crate) async fn first_bytes(&self, target: &str, count: usize) -> Vec<u8> {
        let mut raw = vec![0; count];
        self.ask(target).await.read_exact(&mut raw).await.unwrap();
        raw
    }

    /// How an answer breaks.
    pub(crate) async fn broken(&self, target: &str) -> std::io::Error {
        let mut raw = Vec::new();
        self.ask(target)
            .await
            .read_to_end(&mut raw)
            .await
            .unwrap_err()
    }

    /// Sends `head` and reads to the end.
    pub(crate) async fn send(&self, head: &str) -> Reply {
        let mut stream = self.connection(head).await;
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await.unwrap();
        Reply::parse(String::from_utf8(raw).unwrap())
    }

    pub(crate) async fn get_with(&self, target: &str, headers: &str) -> Reply {
        self.send(&format!("{}{headers}", Served::head(target)))
            .await
    }

    pub(crate) async fn get(&self, target: &str) -> Reply {
        self.get_with(target, "").await
    }

    /// The JSON of a 200.
    pub(crate) async fn json(&self, target: &str) -> Value {
        let reply = self.get(target).await;
        assert_eq!(reply.status, 200, "{target}: {}", reply.body);
        reply.json()
    }

    /// Follows `next` from `target` to the end and returns all rows and the number of pages.
    pub(crate) async fn all(&self, target: &str) -> (Vec<Value>, usize) {
        let mut rows = Vec::new();
        let mut pages = 0;
        let mut next = Some(target.to_owned());
        while let Some(target) = next {
            let reply = self.get(&target).await;
            assert_eq!(reply.status, 200, "{target}: {}", reply.body);
            rows.extend(reply.json().as_array().unwrap().iter().cloned());
            pages += 1;
            next = reply
                .link("next")
                .map(|link| link.strip_prefix(&self.handle.url()).unwrap().to_owned());
        }
        (rows, pages)
    }

    /// The user with this login, from the raw data.
    pub(crate) fn user(&self, login: &str) -> &Value {
        let users = self.data["users"].as_array().unwrap();
        users
            .iter()
            .find(|user| user["profile"]["login"] == login)
            .unwrap()
    }

    /// The id of the object of this kind whose member at `pointer` is `value`.
    pub(crate) fn id_of(&self, kind: &str, pointer: &str, value: &str) -> String {
        let objects = self.data[kind].as_array().unwrap();
        let object = objects
            .iter()
            .find(|object| object.pointer(pointer).unwrap() == value)
            .unwrap();
        object["id"].as_str().unwrap().to_owned()
    }
}

impl Reply {
    fn parse(raw: String) -> Reply {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((&raw, ""));
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|text| text.parse().ok());
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Reply {
            status: status.unwrap_or(0),
            headers,
            body: body.to_owned(),
            raw: raw.clone(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn all_headers(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn link(&self, relation: &str) -> Option<&str> {
        let end = format!(">; rel=\"{relation}\"");
        self.all_headers("link")
            .into_iter()
            .find_map(|link| link.strip_suffix(&end)?.strip_prefix('<'))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The error code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json()["errorCode"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// The values at `pointer` of each row.
pub(crate) fn column(rows: &[Value], pointer: &str) -> Vec<String> {
    rows.iter()
        .map(|row| {
            row.pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

/// A text as a query value.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
