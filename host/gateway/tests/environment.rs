//! What a process's environment decides: whom TLS trusts, and which proxy carries a request.
//!
//! So each case runs the test `child` below in a process of its own, against a server in this one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may stop where they stand, as the tests themselves may"
)]

#[path = "support/capture.rs"]
mod capture;
#[path = "support/mod.rs"]
mod support;

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use gateway::{CaFile, CaFileError};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;

use support::{TOKEN, authorized, gateway, plenty, read_head};

const ORIGIN: &str = "GATEWAY_TEST_ORIGIN";

/// Not read by the gateway: it names the file that the operator's settings would.
const CA_FILE: &str = "GATEWAY_TEST_CA_FILE";

/// Says on stdout what a process with this environment gets; does nothing when nobody asks it to.
#[tokio::test]
async fn child() {
    let Ok(origin) = std::env::var(ORIGIN) else {
        return;
    };
    let capture = capture::Capture::start();
    let (mut gateway, get) = (gateway(&origin), authorized(&origin, "/api/v1/groups"));
    if let Some(path) = std::env::var_os(CA_FILE) {
        gateway = gateway.trusting(CaFile::read(Path::new(&path)).unwrap());
    }
    for _ in 0..2 {
        match gateway.get(&get, plenty()).await {
            Ok(page) => println!("page {}", page.body),
            Err(failure) => println!("failure {failure}"),
        }
    }
    assert!(!capture.text().contains(TOKEN), "{}", capture.text());
}

/// What a process with these variables says, a line for each of two GETs.
async fn asks(origin: &str, variables: &[(&str, &OsStr)]) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]);
    for inherited in ["SSL_CERT_DIR", "SSL_CERT_FILE", "NO_PROXY", "no_proxy"] {
        command.env_remove(inherited);
    }
    command.env(ORIGIN, origin).envs(variables.iter().copied());
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text.lines()
        .filter(|line| line.starts_with("page ") || line.starts_with("failure "))
        .map(str::to_owned)
        .collect()
}

/// The same, with `file` for the certificates to trust.
async fn asks_trusting(server: &Server, file: &Path) -> Vec<String> {
    asks(&server.origin, &[("SSL_CERT_FILE", file.as_os_str())]).await
}

/// A server behind TLS, and the authority that signed its certificate.
struct Server {
    origin: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    authority: String,
}

struct Offer {
    /// The name in the certificate.
    name: &'static str,
    /// Whether it has expired.
    expired: bool,
    /// ALPN: `h2` or `http/1.1`.
    protocol: &'static [u8],
}

const GOOD: Offer = Offer {
    name: "127.0.0.1",
    expired: false,
    protocol: b"http/1.1",
};

impl Server {
    async fn start(offer: Offer) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = authority.self_signed(&authority_key).unwrap().pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new([offer.name.to_owned()]).unwrap();
        if offer.expired {
            leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
            leaf.not_after = rcgen::date_time_ymd(2021, 1, 1);
        }
        let certificate = leaf.signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![offer.protocol.to_vec()];

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            origin: format!("https://{}", listener.local_addr().unwrap()),
            connections: Arc::default(),
            requests: Arc::default(),
            authority: pem,
        };
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (connections, requests) = (
            Arc::clone(&server.connections),
            Arc::clone(&server.requests),
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (acceptor, requests) = (acceptor.clone(), Arc::clone(&requests));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                        answer_http2(stream, &requests).await;
                    } else {
                        answer_http1(stream, &requests).await;
                    }
                });
            }
        });
        server
    }

    /// The authority's certificate in a file of its own.
    fn authority_file(&self) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &self.authority).unwrap();
        file
    }

    fn counts(&self) -> (usize, usize) {
        let count = |n: &AtomicUsize| n.load(Ordering::SeqCst);
        (count(&self.connections), count(&self.requests))
    }
}

type Stream = tokio_rustls::server::TlsStream<tokio::net::TcpStream>;

async fn answer_http1(mut stream: Stream, requests: &AtomicUsize) {
    while read_head(&mut stream).await.is_some() {
        requests.fetch_add(1, Ordering::SeqCst);
        let bytes = support::Response::json(r#"[{"id":"1"}]"#).bytes("");
        stream.write_all(&bytes).await.unwrap();
    }
}

async fn answer_http2(stream: Stream, requests: &AtomicUsize) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        requests.fetch_add(1, Ordering::SeqCst);
        assert_eq!(request.uri().path(), "/api/v1/groups");
        assert!(
            request.headers()["authorization"]
                .to_str()
                .unwrap()
                .contains(TOKEN)
        );
        let mut response = axum::http::Response::new(());
        let json = axum::http::HeaderValue::from_static("application/json");
        response.headers_mut().insert("content-type", json);
        let mut body = respond.send_response(response, false).unwrap();
        body.send_data(Bytes::from_static(br#"[{"id":"2"}]"#), true)
            .unwrap();
    }
}

#[tokio::test]
async fn an_authority_named_in_ssl_cert_file_is_trusted_and_its_connection_kept() {
    let server = Server::start(GOOD).await;
    let file = server.authority_file();
    assert_eq!(
        asks_trusting(&server, file.path()).await,
        [r#"page [{"id":"1"}]"#; 2]
    );
    assert_eq!(server.counts(), (1, 2));
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_does() {
    let server = Server::start(Offer {
        protocol: b"h2",
        ..GOOD
    })
    .await;
    let file = server.authority_file();
    assert_eq!(
        asks_trusting(&server, file.path()).await,
        [r#"page [{"id":"2"}]"#; 2]
    );
    assert_eq!(server.counts(), (1, 2));
}

#[tokio::test]
async fn an_untrusted_server_gets_no_request_and_no_second_chance() {
    let other = Server::start(GOOD).await;
    let foreign = other.authority_file();
    for (offer, trusts_it) in [
        (GOOD, false),
        (
            Offer {
                name: "other.example",
                ..GOOD
            },
            true,
        ),
        (
            Offer {
                expired: true,
                ..GOOD
            },
            true,
        ),
    ] {
        let server = Server::start(offer).await;
        let own = server.authority_file();
        let file = if trusts_it {
            own.path()
        } else {
            foreign.path()
        };
        for line in asks_trusting(&server, file).await {
            assert!(
                line.starts_with("failure Okta's server could not be trusted over TLS"),
                "{line}"
            );
            assert!(line.contains("SSL_CERT_FILE"), "{line}");
        }
        assert_eq!(
            server.counts(),
            (2, 0),
            "one handshake for each GET, and no request"
        );
    }
}

#[tokio::test]
async fn what_is_no_tls_is_told_as_such_and_not_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let accepted = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        // Nobody listens from here on: a second attempt would be told as such.
    });
    let get = authorized(&origin, "/api/v1/groups");
    let text = support::unavailable(gateway(&origin).get(&get, plenty()).await);
    accepted.abort();
    // A machine without certificates does not come so far.
    assert!(
        text.starts_with("no TLS connection to Okta could be made")
            || text.contains("no root certificate"),
        "{text}"
    );
}

#[tokio::test]
async fn the_system_s_store_does_not_know_a_private_authority() {
    let server = Server::start(GOOD).await;
    let said = asks(&server.origin, &[]).await;
    assert_eq!(said.len(), 2);
    for line in said {
        // A machine without any store says so; either way nothing was sent.
        assert!(
            line.contains("could not be trusted") || line.contains("no root certificate"),
            "{line}"
        );
    }
    assert_eq!(server.counts().1, 0);
}

#[tokio::test]
async fn a_certificate_file_without_certificates_is_said_before_anything_is_sent() {
    let server = Server::start(GOOD).await;
    let empty = tempfile::NamedTempFile::new().unwrap();
    for file in [Path::new("/does/not/exist.pem"), empty.path()] {
        for line in asks_trusting(&server, file).await {
            assert!(
                line.starts_with("failure nothing was sent: no root certificate could be loaded"),
                "{line}"
            );
        }
    }
    assert_eq!(server.counts(), (0, 0));
}

#[tokio::test]
async fn an_authority_in_a_ca_file_is_trusted_beside_those_of_the_store() {
    let server = Server::start(GOOD).await;
    let other = Server::start(GOOD).await;
    let (own, foreign) = (server.authority_file(), other.authority_file());
    let both = [
        ("SSL_CERT_FILE", foreign.path().as_os_str()),
        (CA_FILE, own.path().as_os_str()),
    ];
    for server in [&server, &other] {
        assert_eq!(
            asks(&server.origin, &both).await,
            [r#"page [{"id":"1"}]"#; 2]
        );
    }
    let only_foreign = [("SSL_CERT_FILE", foreign.path().as_os_str())];
    for line in asks(&server.origin, &only_foreign).await {
        assert!(line.contains("could not be trusted"), "{line}");
    }
}

#[tokio::test]
async fn a_ca_file_without_a_certificate_is_refused_when_it_is_read() {
    let server = Server::start(GOOD).await;
    let file = server.authority_file();
    assert!(CaFile::read(file.path()).is_ok());
    let cut = server.authority.replace("-----END CERTIFICATE-----", "");
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in ["", "no PEM", cut.as_str(), no_certificate] {
        std::fs::write(file.path(), text).unwrap();
        let error = CaFile::read(file.path()).unwrap_err();
        assert!(
            matches!(error, CaFileError::NoCertificate(_)),
            "{text}: {error}"
        );
    }
    let gone = CaFile::read(Path::new("/does/not/exist.pem")).unwrap_err();
    assert!(
        gone.to_string()
            .starts_with("/does/not/exist.pem cannot be read: "),
        "{gone}"
    );
}

#[tokio::test]
async fn a_host_in_no_proxy_is_asked_directly() {
    let proxy = support::Server::start(|_| support::Reply::Reset).await;
    let server = Server::start(GOOD).await;
    let file = server.authority_file();
    let named = [
        ("SSL_CERT_FILE", file.path().as_os_str()),
        ("HTTPS_PROXY", OsStr::new(&proxy.origin)),
        ("NO_PROXY", OsStr::new("127.0.0.1")),
    ];
    assert_eq!(
        asks(&server.origin, &named).await,
        [r#"page [{"id":"1"}]"#; 2]
    );
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_proxy_never_sees_a_plain_request() {
    let proxy = support::Server::start(|_| support::Reply::Reset).await;
    let server = support::Server::always(support::Response::json("[]")).await;
    let named = [
        ("HTTP_PROXY", OsStr::new(&proxy.origin)),
        ("http_proxy", OsStr::new(&proxy.origin)),
        ("ALL_PROXY", OsStr::new(&proxy.origin)),
    ];
    assert_eq!(asks(&server.origin, &named).await, ["page []"; 2]);
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel_and_told_nothing_else() {
    let proxy = support::Server::start(|asked| {
        support::Reply::Close(support::Response::new(502).bytes(asked.origin))
    })
    .await;
    let server = Server::start(GOOD).await;
    let file = server.authority_file();
    let named = [
        ("SSL_CERT_FILE", file.path().as_os_str()),
        ("HTTPS_PROXY", OsStr::new(&proxy.origin)),
    ];
    for line in asks(&server.origin, &named).await {
        assert!(
            line.starts_with("failure Okta could not be reached"),
            "{line}"
        );
    }
    assert!(
        proxy.head(0).starts_with("CONNECT 127.0.0.1:"),
        "{}",
        proxy.head(0)
    );
    assert!(!proxy.head(0).contains(TOKEN) && !proxy.head(0).contains("/api"));
    assert_eq!(server.counts(), (0, 0));
}
