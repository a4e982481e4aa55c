//! An Okta of raw bytes on loopback, and proofs to send to it.
//!
//! It answers what a test says, down to the byte, and counts what arrives: connections, and the head
//! of every request.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use capability::answer::{Failure, Page};
use capability::cursor::CursorKey;
use capability::grant::{AuthorizedGet, Grant, Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use gateway::{Budget, Credential, Gateway, Settings};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// What no error, log or debug text may contain.
pub(crate) const TOKEN: &str = "00VerySecretTokenThatMustNeverBeSeen_042";

const MANIFEST: &str = r#"manifest = 1
name = "probe"
version = "0.1.0"
summary = "Asks the test's server"

[[endpoint]]
get = "/api/v1/groups"
tools = ["read"]
why = "an ordinary list"
query.limit = { integer = [1, 200] }
query.search = { expression = 200 }
fields = ["id", "profile.name"]

[[endpoint]]
get = "/api/v1/groups/{groupId}"
tools = ["read"]
why = "a single object, without pages"
path.groupId = "okta-id"
fields = ["id"]

[[endpoint]]
get = "/api/v1/users"
tools = ["read"]
why = "knows the switch that leaves credentials out"
fields = ["id"]

[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["read"]
why = "knows the switch, too; its values are personal"
path.id = "okta-user"
fields = ["id"]

[[endpoint]]
get = "/api/v1/iam/roles"
tools = ["read"]
why = "pages in its body"
fields = ["roles.id"]
"#;

pub(crate) fn grant(origin: &str) -> Grant {
    grant_of("probe", origin)
}

fn grant_of(plugin: &str, origin: &str) -> Grant {
    let text = MANIFEST.replace("\"probe\"", &format!("\"{plugin}\""));
    let manifest = Manifest::parse(&text).unwrap();
    let org = OrgUrl::parse(origin).unwrap();
    Grants::new(&manifest, org, CursorKey::new([3; 32]), &[]).of_tool("read")
}

/// A proof for an endpoint without parameters.
pub(crate) fn authorized(origin: &str, endpoint: &str) -> AuthorizedGet {
    with_path(origin, endpoint, &[])
}

/// The same of another plugin.
pub(crate) fn authorized_for(plugin: &str, origin: &str, endpoint: &str) -> AuthorizedGet {
    let request = Request {
        endpoint: endpoint.to_owned(),
        ..Request::default()
    };
    grant_of(plugin, origin).authorize(&request).unwrap()
}

pub(crate) fn with_path(origin: &str, endpoint: &str, path: &[(&str, &str)]) -> AuthorizedGet {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let request = Request {
        endpoint: endpoint.to_owned(),
        path: path.iter().map(own).collect(),
        ..Request::default()
    };
    grant(origin).authorize(&request).unwrap()
}

pub(crate) fn gateway(origin: &str) -> Gateway {
    Gateway::new(Settings {
        org: OrgUrl::parse(origin).unwrap(),
        credential: Credential::api_token(TOKEN.into()).unwrap(),
        user_agent: "okta-mcp/0.0.0-test".to_owned(),
    })
    .unwrap()
}

/// A budget that no test meets by accident.
pub(crate) fn plenty() -> Budget {
    within(Duration::from_secs(30))
}

pub(crate) fn within(time: Duration) -> Budget {
    Budget {
        deadline: Instant::now() + time,
        bytes: 64 << 20,
    }
}

/// One request, as the server sees it.
pub(crate) struct Asked<'a> {
    pub(crate) origin: &'a str,
    /// How many came before it.
    pub(crate) number: usize,
    pub(crate) head: &'a str,
}

/// What the server does with a request.
pub(crate) enum Reply {
    /// Writes and waits for the next request.
    Keep(Vec<u8>),
    /// Writes and closes.
    Close(Vec<u8>),
    /// Writes the first, then the second again and again, with a pause, until the client hangs up.
    Forever(Vec<u8>, Vec<u8>, Duration),
    /// Resets the connection.
    Reset,
    /// Never answers.
    Silence,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    heads: Vec<String>,
}

pub(crate) struct Server {
    pub(crate) origin: String,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    pub(crate) async fn start(reply: impl Fn(&Asked<'_>) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = Self {
            origin: origin.clone(),
            seen: Arc::default(),
        };
        let (seen, reply) = (Arc::clone(&server.seen), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.lock().unwrap().connections += 1;
                let (seen, reply, origin) = (Arc::clone(&seen), Arc::clone(&reply), origin.clone());
                tokio::spawn(async move { serve(stream, &origin, &seen, &*reply).await });
            }
        });
        server
    }

    /// A server that answers every request in the same way.
    pub(crate) async fn always(response: Response) -> Self {
        Self::start(move |asked| Reply::Keep(response.clone().bytes(asked.origin))).await
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().heads.len()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// The head of the request with this number, from 0.
    pub(crate) fn head(&self, number: usize) -> String {
        self.seen.lock().unwrap().heads[number].clone()
    }

    /// One GET of the groups, with a gateway of its own.
    pub(crate) async fn list(&self, budget: Budget) -> Result<Page, Failure> {
        let get = authorized(&self.origin, "/api/v1/groups");
        gateway(&self.origin).get(&get, budget).await
    }
}

async fn serve(
    mut stream: TcpStream,
    origin: &str,
    seen: &Mutex<Seen>,
    reply: &(dyn Fn(&Asked<'_>) -> Reply + Send + Sync),
) {
    while let Some(head) = read_head(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.heads.push(head.clone());
            seen.heads.len() - 1
        };
        let asked = Asked {
            origin,
            number,
            head: &head,
        };
        match reply(&asked) {
            Reply::Keep(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Close(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Reply::Forever(first, again, pause) => {
                let mut next = first;
                while stream.write_all(&next).await.is_ok() {
                    next.clone_from(&again);
                    tokio::time::sleep(pause).await;
                }
                return;
            }
            Reply::Reset => {
                stream.set_zero_linger().unwrap();
                return;
            }
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// The head of a request, none when the connection ends before it.
pub(crate) async fn read_head(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// A response, to be written as bytes. `{origin}` in a header's value becomes the server's origin.
#[derive(Clone)]
pub(crate) struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::new(200)
            .header("content-type", "application/json")
            .body(body)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Without a `Content-Length` of its own when there is one, or chunks, among the headers.
    pub(crate) fn bytes(self, origin: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        for (name, value) in &self.headers {
            let value = value.replace("{origin}", origin);
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        let framed =
            |(name, _): &(String, String)| name == "content-length" || name == "transfer-encoding";
        if !self.headers.iter().any(framed) {
            write!(head, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        head.push_str("\r\n");
        [head.into_bytes(), self.body].concat()
    }
}

/// The text of an `Unavailable`, and of nothing else.
pub(crate) fn unavailable(result: Result<Page, Failure>) -> String {
    match result {
        Err(Failure::Unavailable(text)) => text,
        other => panic!("expected Unavailable, got {other:?}"),
    }
}
