//! A server with the probe loaded, on an org that counts.

use serde_json::{Value, json};
use simulator::{Handle, Options};

use crate::support::client::Client;
use crate::support::{Home, org, with_probe};

/// A server and the org that it talks to.
pub struct Bench {
    pub client: Client,
    org: Handle,
    _home: Home,
}

impl Bench {
    /// With the probe.
    pub async fn start() -> Self {
        Self::with(with_probe()).await
    }

    /// With these settings.
    pub async fn with(config: Value) -> Self {
        let (home, org) = (Home::new(), org().await);
        let config = home.write("settings.json", &config.to_string());
        let mut command = home.command([
            "serve",
            "--config",
            config.to_str().unwrap(),
            "--log",
            "off",
        ]);
        command
            .env("OKTA_ORG_URL", org.url())
            .env("OKTA_API_TOKEN", Options::DEMO_TOKEN);
        Self {
            client: Client::start(command).await,
            org,
            _home: home,
        }
    }

    /// What the probe reports of a GET that it tried.
    pub async fn ask(&self, tool: &str, ask: Ask) -> Report {
        Report::of(&self.client.ok(tool, ask.0).await)
    }

    /// A GET that must not be allowed: the text that the plugin reads.
    pub async fn denied(&self, tool: &str, ask: Ask) -> String {
        self.stopped(tool, ask, "denied").await
    }

    /// A GET that must be called malformed: the text that the plugin reads.
    pub async fn invalid(&self, tool: &str, ask: Ask) -> String {
        self.stopped(tool, ask, "invalid").await
    }

    async fn stopped(&self, tool: &str, ask: Ask, kind: &str) -> String {
        let shown = ask.0.to_string();
        let report = self.ask(tool, ask).await;
        assert_eq!(
            (report.ok, report.kind.as_str()),
            (false, kind),
            "{shown}: {report:?}"
        );
        assert!(
            report.body.is_none() && report.next.is_none(),
            "{shown}: {report:?}"
        );
        assert!(
            !report.message.contains(char::is_control),
            "{shown}: {report:?}"
        );
        report.message
    }

    /// The targets of all requests that reached the org.
    pub fn heard(&self) -> Vec<String> {
        let requests = self.org.requests();
        assert_eq!(requests.len() as u64, self.org.request_count());
        for request in &requests {
            assert_eq!(
                (request.method.as_str(), request.authorized),
                ("GET", true),
                "{request:?}"
            );
        }
        requests.into_iter().map(|request| request.target).collect()
    }

    pub fn forget(&self) {
        self.org.clear_requests();
    }

    /// The org has heard nothing; and it would have: the next request, which is allowed, arrives.
    pub async fn heard_nothing_yet(&self) {
        assert_eq!(self.heard(), [""; 0], "something reached the org");
        let allowed = self
            .ask("raw_get", Ask::of("/api/v1/users").query("limit", "1"))
            .await;
        assert!(allowed.ok, "{allowed:?}");
        assert_eq!(self.heard(), ["/api/v1/users?limit=1"]);
    }
}

/// A GET as a plugin asks for it.
pub struct Ask(Value);

impl Ask {
    pub fn of(endpoint: &str) -> Self {
        Self(json!({"endpoint": endpoint, "path": [], "query": []}))
    }

    pub fn path(self, name: &str, value: &str) -> Self {
        self.pair("path", name, value)
    }

    pub fn query(self, name: &str, value: &str) -> Self {
        self.pair("query", name, value)
    }

    pub fn cursor(mut self, cursor: &str) -> Self {
        self.0["cursor"] = json!(cursor);
        self
    }

    fn pair(mut self, list: &str, name: &str, value: &str) -> Self {
        self.0[list]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": name, "value": value}));
        self
    }
}

/// What came back to the plugin.
#[derive(Debug)]
pub struct Report {
    pub ok: bool,
    /// `page`, or the kind of error of the plugin interface.
    pub kind: String,
    pub message: String,
    pub body: Option<String>,
    pub next: Option<String>,
}

impl Report {
    fn of(answer: &Value) -> Self {
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            ok: answer["ok"].as_bool().unwrap(),
            kind: text("kind").unwrap(),
            message: text("message").unwrap(),
            body: text("body"),
            next: text("next"),
        }
    }
}
