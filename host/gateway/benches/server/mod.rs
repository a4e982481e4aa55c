//! An Okta behind TLS that always answers the same page, by both versions of HTTP.

use std::convert::Infallible;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How the page is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    Http1,
    Http2,
    /// HTTP/1.1, compressed.
    Gzip,
}

impl Offer {
    pub(crate) const ALL: [Self; 3] = [Self::Http1, Self::Http2, Self::Gzip];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
            Self::Gzip => "HTTP/1.1, gzip",
        }
    }

    /// The variable that tells the measuring process where it is.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Http1 => "PAGE_BENCH_HTTP1",
            Self::Http2 => "PAGE_BENCH_HTTP2",
            Self::Gzip => "PAGE_BENCH_GZIP",
        }
    }

    fn protocol(self) -> &'static [u8] {
        match self {
            Self::Http1 | Self::Gzip => b"http/1.1",
            Self::Http2 => b"h2",
        }
    }
}

/// A server for each [`Offer`], and the authority that all of them have their certificates from.
pub(crate) struct Server {
    origins: Vec<(&'static str, String)>,
    authority: tempfile::NamedTempFile,
}

impl Server {
    pub(crate) async fn start(page: String) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let pem = authority.self_signed(&authority_key).unwrap().pem();
        file.write_all(pem.as_bytes()).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let mut origins = Vec::new();
        for offer in Offer::ALL {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let origin = format!("https://{}", listener.local_addr().unwrap());
            origins.push((offer.variable(), origin));
            let acceptor = acceptor(&issuer, offer);
            let page = Bytes::from(page.clone());
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    // A real server does not wait for acknowledgements before it sends on.
                    stream.set_nodelay(true).unwrap();
                    let (acceptor, page) = (acceptor.clone(), page.clone());
                    tokio::spawn(async move {
                        let stream = acceptor.accept(stream).await.unwrap();
                        match offer {
                            Offer::Http1 => http1(stream, &response("", &page)).await,
                            Offer::Gzip => {
                                http1(
                                    stream,
                                    &response("content-encoding: gzip\r\n", &gzip(&page)),
                                )
                                .await
                            }
                            Offer::Http2 => http2(stream, &page).await,
                        }
                    });
                }
            });
        }
        Self {
            origins,
            authority: file,
        }
    }

    pub(crate) fn origins(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.origins
            .iter()
            .map(|(name, origin)| (*name, origin.as_str()))
    }

    /// The file with the authority's certificate.
    pub(crate) fn authority(&self) -> &Path {
        self.authority.path()
    }
}

fn acceptor(issuer: &Issuer<'_, KeyPair>, offer: Offer) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = leaf.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![offer.protocol().to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

fn gzip(page: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(page).unwrap();
    encoder.finish().unwrap()
}

fn response(header: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{header}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

async fn http1(mut stream: TlsStream<TcpStream>, response: &[u8]) {
    let mut head = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut head).await {
        if head.ends_with(b"\r\n\r\n") {
            head.clear();
            stream.write_all(response).await.unwrap();
            stream.flush().await.unwrap();
        }
    }
}

async fn http2(stream: TlsStream<TcpStream>, page: &Bytes) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        let page = page.clone();
        // The connection has to be driven on while the body waits for its window.
        tokio::spawn(async move {
            let mut response = axum::http::Response::new(());
            let json = axum::http::HeaderValue::from_static("application/json");
            response.headers_mut().insert("content-type", json);
            let mut body = respond.send_response(response, false).unwrap();
            body.send_data(page, true).unwrap();
            Ok::<(), Infallible>(())
        });
    }
}
