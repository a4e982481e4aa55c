//! The example org with apps, and plugins that ask it through a gateway.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use capability::answer::{Failure, Page};
use capability::cursor::CursorKey;
use capability::grant::{AuthorizedGet, Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use gateway::{Budget, Credential, Gateway, Settings, Source, Unauthorized};
use simulator::{Clock, Handle, OAuthApp, Options, Org, Plan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

pub(crate) const SERVICE: &str = "0oaTestService000005";
pub(crate) const NATIVE: &str = "0oaTestNative0000005";
pub(crate) const RSA: &str = include_str!("../keys/rsa-2048.pem");
pub(crate) const RSA_JWK: &str = include_str!("../keys/rsa-2048.jwk.json");
pub(crate) const EC_JWK: &str = include_str!("../keys/ec-p256.jwk.json");

const MANIFEST: &str = r#"manifest = 1
name = "probe"
version = "0.1.0"
summary = "Asks for users and groups"

[[endpoint]]
get = "/api/v1/users"
tools = ["users"]
why = "a list"
query.limit = { integer = [1, 200] }
fields = ["id"]

[[endpoint]]
get = "/api/v1/groups"
tools = ["groups"]
why = "a list"
query.limit = { integer = [1, 200] }
fields = ["id"]
"#;

/// Generating it takes most of a test's time.
static ORG: LazyLock<Arc<Org>> = LazyLock::new(|| Arc::new(Org::generate(1, Options::DEMO_TIME)));

pub(crate) struct World {
    pub(crate) handle: Handle,
    pub(crate) clock: Clock,
}

/// The public half of a JWK.
pub(crate) fn public(jwk: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(jwk).unwrap();
    let members = value.as_object_mut().unwrap();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        members.remove(private);
    }
    value.to_string()
}

/// A service app that has one of the test's keys and `scopes`.
pub(crate) fn app(jwk: &str, scopes: &[&str]) -> OAuthApp {
    OAuthApp::service(SERVICE, &public(jwk))
        .unwrap()
        .granted(scopes.iter().copied())
}

pub(crate) const BOTH: [&str; 2] = ["okta.users.read", "okta.groups.read"];

impl World {
    pub(crate) async fn new(app: OAuthApp) -> Self {
        Self::with(Options {
            apps: vec![app],
            ..Options::default()
        })
        .await
    }

    /// The org's clock is this machine's, which is what tokens are dated by.
    pub(crate) async fn with(options: Options) -> Self {
        let clock = Clock::system();
        let options = Options {
            clock: clock.clone(),
            plan: Plan::Unmetered,
            ..options
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let handle = simulator::serve(listener, Arc::clone(&ORG), options)
            .await
            .unwrap();
        Self { handle, clock }
    }

    pub(crate) fn gateway(&self, credential: Credential) -> Gateway {
        Gateway::new(Settings {
            org: OrgUrl::parse(&self.handle.url()).unwrap(),
            credential,
            user_agent: "okta-mcp/0.0.0-test".to_owned(),
        })
        .unwrap()
    }

    /// A gateway of the service app with the RSA key.
    pub(crate) fn service(&self) -> Gateway {
        self.gateway(service_with(RSA))
    }

    /// A GET of the plugin whose offered tools are `offered`.
    pub(crate) fn get(&self, offered: &[&str], tool: &str) -> AuthorizedGet {
        self.get_rows(offered, tool, 2)
    }

    /// The same with another number of rows: a GET that the gateway cannot share with the others.
    pub(crate) fn get_rows(&self, offered: &[&str], tool: &str, limit: usize) -> AuthorizedGet {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let org = OrgUrl::parse(&self.handle.url()).unwrap();
        let request = Request {
            endpoint: format!("/api/v1/{tool}"),
            query: vec![("limit".to_owned(), limit.to_string())],
            ..Request::default()
        };
        Grants::new(&manifest, org, CursorKey::new([3; 32]), &[])
            .offering(offered.iter().copied())
            .of_tool(tool)
            .authorize(&request)
            .unwrap()
    }

    /// How often the token endpoint was asked, and the API.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let requests = self.handle.requests();
        let count = |path: &str| {
            requests
                .iter()
                .filter(|request| request.target.starts_with(path))
                .count()
        };
        (count("/oauth2/v1/token"), count("/api/"))
    }

    /// Opens a page as a person's browser would.
    pub(crate) async fn open(&self, url: &str) -> String {
        let target = url.strip_prefix(&self.handle.url()).unwrap();
        let mut stream = TcpStream::connect(self.handle.addr()).await.unwrap();
        let head = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

pub(crate) fn service_with(key: &str) -> Credential {
    Credential::service_app(SERVICE, Source::Given(key.into()), None).unwrap()
}

pub(crate) async fn ask(gateway: &Gateway, get: &AuthorizedGet) -> Result<Page, Failure> {
    let budget = Budget {
        deadline: Instant::now() + Duration::from_secs(30),
        bytes: 1 << 20,
    };
    gateway.get(get, budget).await
}

/// What somebody has to do before GETs like `get` can be sent.
pub(crate) async fn needs(gateway: &Gateway, get: &AuthorizedGet) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    match gateway.authorize(get.scopes(), deadline).await {
        Err(Unauthorized::Needs(text) | Unauthorized::SignIn(text) | Unauthorized::Scope(text)) => {
            assert!(!text.contains('\n'), "one line: {text}");
            text
        }
        other => panic!("expected a need, got {other:?}"),
    }
}
