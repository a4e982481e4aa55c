//! An org that answers when it is told to.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::bounded;

pub struct Held {
    pub url: String,
    listener: TcpListener,
}

/// A request that waits for its answer.
pub struct Waiting(TcpStream);

impl Held {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { url, listener }
    }

    /// The next request, once it has arrived.
    pub async fn request(&self) -> Waiting {
        let (mut stream, _) = bounded("a request", self.listener.accept()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(bounded("its head", stream.read_u8()).await.unwrap());
        }
        Waiting(stream)
    }
}

impl Waiting {
    pub async fn answer(mut self, body: &str) {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
        let whole = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.0.write_all(whole.as_bytes()).await.unwrap();
    }
}
