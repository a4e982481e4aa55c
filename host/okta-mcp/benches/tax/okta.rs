//! Okta for the benchmark: one page of the example org, over TLS, from another process than the host's.

use std::net::{TcpListener as StdListener, TcpStream as StdStream};
use std::process::Command;
use std::sync::Arc;

use capability::org::OrgUrl;
use gateway::{Credential, Gateway};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use simulator::{Options, Org, Plan};

const ORIGIN: &str = "OKTA_MCP_BENCH_ORIGIN";

/// Where the host finds it.
pub(crate) struct Settings {
    pub(crate) org: OrgUrl,
}

impl Settings {
    /// Those that the parent gave; none in the parent.
    pub(crate) fn from_environment() -> Option<Self> {
        let origin = std::env::var(ORIGIN).ok()?;
        Some(Self {
            org: OrgUrl::parse(&origin).expect("an org"),
        })
    }

    pub(crate) fn gateway(&self) -> Gateway {
        Gateway::new(gateway::Settings {
            org: self.org.clone(),
            credential: Credential::api_token("00bench".to_owned().into()).expect("a token"),
            user_agent: "okta-mcp/bench".to_owned(),
        })
        .expect("a gateway")
    }
}

/// Runs this program again as the host, and answers it until it ends.
pub(crate) fn serve_a_child() {
    let answer = answer();
    let (config, authority) = certificate();
    let trusted = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(trusted.path(), authority).expect("the authority");
    let listener = StdListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("https://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, answer) = (Arc::clone(&config), Arc::clone(&answer));
            std::thread::spawn(move || {
                let _ = serve(config, stream, &answer);
            });
        }
    });
    let status = Command::new(std::env::current_exe().expect("this program"))
        .env(ORIGIN, origin)
        .env("SSL_CERT_FILE", trusted.path())
        .env_remove("SSL_CERT_DIR")
        .status()
        .expect("the host");
    assert!(status.success(), "{status}");
}

/// Answers every request with the same bytes; it stands for 0.1 ms of a server's work, so that what is
/// compared is the host.
fn serve(config: Arc<ServerConfig>, stream: StdStream, answer: &[u8]) -> std::io::Result<()> {
    use std::io::{BufRead as _, BufReader, Write as _};
    stream.set_nodelay(true)?;
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            stream.get_mut().write_all(answer)?;
            stream.get_mut().flush()?;
        }
    }
}

/// The example org's answer to `GET /api/v1/users?limit=200`, as HTTP.
fn answer() -> Arc<Vec<u8>> {
    use std::io::{Read as _, Write as _};
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = Options {
        plan: Plan::Unmetered,
        ..Options::default()
    };
    let org = Arc::new(Org::generate(options.seed, Options::DEMO_TIME));
    let simulator = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        simulator::serve(listener, org, options)
            .await
            .expect("the example org")
    });
    let address = simulator.url().replace("http://", "");
    let mut stream = StdStream::connect(&address).expect("a connection");
    write!(
        stream,
        "GET /api/v1/users?limit=200 HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\n\
         authorization: SSWS {}\r\nconnection: close\r\n\r\n",
        Options::DEMO_TOKEN
    )
    .expect("a request");
    let mut whole = String::new();
    stream.read_to_string(&mut whole).expect("an answer");
    let (head, body) = whole.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        body.starts_with('[') && body.ends_with(']'),
        "one piece: {head}"
    );
    // As Okta would: without what was said of that one connection.
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    Arc::new([head.as_bytes(), body.as_bytes()].concat())
}

/// A server's certificate for 127.0.0.1, and the authority that signed it, as PEM.
fn certificate() -> (Arc<ServerConfig>, String) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority
        .self_signed(&authority_key)
        .expect("an authority")
        .pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()])
        .and_then(|leaf| leaf.signed_by(&key, &issuer))
        .expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config
                .with_no_client_auth()
                .with_single_cert(vec![leaf.der().clone()], key)
        })
        .expect("a configuration");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    (Arc::new(config), pem)
}
