//! What the suites share: the built program as child processes, clients for it, and an oracle over
//! the example org's data that uses neither the simulator's code nor any plugin's.

#![allow(dead_code, reason = "each suite uses a part of it")]

pub mod client;
pub mod declared;
pub mod http;
pub mod oracle;
pub mod raw;
pub mod rows;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use client::Client;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use simulator::{Handle, Options, Org, Plan};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The program that was built for this test run.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_okta-mcp");

/// In every secret of the example org; no answer may hold it.
pub const SECRET: &str = "nwSecretDoNotLeak";

/// Waits for `future`, but not for ever: a hang is a failure.
pub async fn bounded<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(Duration::from_secs(60), future).await {
        Ok(output) => output,
        Err(_) => panic!("{what}: still waiting after a minute"),
    }
}

/// A directory of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// The package of the probe, a plugin that misbehaves on request.
pub fn probe() -> PathBuf {
    repository("plugins/probe/probe.wasm")
}

/// SHA-256 in hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The package with the fixtures of MCP's conformance suite: it has prompts and resources, and asks for input.
pub fn conformance() -> PathBuf {
    repository("plugins/conformance/conformance.wasm")
}

/// The settings that load the probe, and a lock that approves it as it is in the repository.
pub fn with_probe() -> Value {
    static APPROVED: LazyLock<TempDir> = LazyLock::new(|| approved(&probe()));
    json!({
        "plugins": {"probe": {"package": probe()}},
        "lock": {"file": APPROVED.path().join("plugins.lock")},
    })
}

/// The same for the conformance suite's fixtures.
pub fn with_conformance() -> Value {
    static APPROVED: LazyLock<TempDir> = LazyLock::new(|| approved(&conformance()));
    json!({
        "plugins": {"conformance": {"package": conformance()}},
        "lock": {"file": APPROVED.path().join("plugins.lock")},
    })
}

/// A folder with a lock that approves `package`.
fn approved(package: &Path) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("settings.json"), "{}").unwrap();
    let approved = std::process::Command::new(PROGRAM)
        .args(["--config", "settings.json", "approve", "--by", "tests"])
        .arg(package)
        .env_clear()
        .env("HOME", dir.path())
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(approved.status.success(), "{approved:?}");
    dir
}

/// A home and working directory with nothing in it: no settings can be found by chance.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program with a clean environment; it ends with the value that is returned.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Writes a file that only its owner can read, as a secret's should be.
    pub fn write_secret(&self, name: &str, text: &str) -> PathBuf {
        let path = self.write(name, text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        path
    }

    /// Runs the program to its end.
    pub async fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        Ended::of(self.command(arguments)).await
    }
}

/// A program that ran to its end.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub async fn of(mut command: Command) -> Self {
        let output = bounded("the program's end", command.output())
            .await
            .unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// `okta-mcp simulate` as a process of its own.
pub struct Simulator {
    pub url: String,
    pub token: String,
    /// Held open: what it still writes must find somebody.
    _stdout: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Simulator {
    pub async fn start(home: &Home) -> Self {
        Self::with(home, &[]).await
    }

    /// With faults, as `--fault` names them.
    pub async fn with(home: &Home, faults: &[&str]) -> Self {
        Self::start_with(home, faults.iter().flat_map(|fault| ["--fault", fault])).await
    }

    /// With some more arguments.
    pub async fn start_with<'a>(home: &Home, more: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments = ["simulate", "--listen", "127.0.0.1:0"]
            .into_iter()
            .chain(more);
        let mut child = home
            .command(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut url, mut token) = (None, None);
        while url.is_none() || token.is_none() {
            let line = bounded("the simulator's address", lines.next_line())
                .await
                .unwrap();
            let line = line.expect("the simulator ended before it told its address");
            match line
                .trim()
                .strip_prefix("export ")
                .and_then(|setting| setting.split_once('='))
            {
                Some(("OKTA_ORG_URL", value)) => url = Some(value.to_owned()),
                Some(("OKTA_API_TOKEN", value)) => token = Some(value.to_owned()),
                _ => {}
            }
        }
        Self {
            url: url.unwrap(),
            token: token.unwrap(),
            _stdout: lines,
            _child: child,
        }
    }

    /// Points `command` at this org.
    pub fn configure<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("OKTA_ORG_URL", &self.url)
            .env("OKTA_API_TOKEN", &self.token)
    }
}

/// Serves the example org in this process.
pub async fn org() -> Handle {
    let options = Options {
        plan: Plan::Unmetered,
        ..Options::default()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    simulator::serve(
        listener,
        Arc::new(Org::generate(options.seed, Options::DEMO_TIME)),
        options,
    )
    .await
    .unwrap()
}

/// An org and a server on it, each a process of its own, and a client: everything a user has.
pub struct World {
    pub client: Client,
    pub simulator: Simulator,
    pub home: Home,
}

impl World {
    pub async fn start() -> Self {
        let home = Home::new();
        let simulator = Simulator::start(&home).await;
        let mut command = home.command(["serve", "--log", "error"]);
        simulator.configure(&mut command);
        let client = Client::start(command).await;
        Self {
            client,
            simulator,
            home,
        }
    }
}

/// The place of a member, written as in Okta's documentation: `profile.login`.
pub fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(object, |object, name| object.get(name))
        .filter(|value| !value.is_null())
}

/// The text at a place; empty where there is none.
pub fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    at(object, path).and_then(Value::as_str).unwrap_or_default()
}
