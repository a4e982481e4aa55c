//! The built program as a client meets it, over its pipes: `cargo bench -p okta-mcp --bench stdio`.
//!
//! Prints start-up, call times and memory; asserts nothing about time. The example org runs in a process of
//! its own, so that its work is not counted as the server's.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a driver that cannot go on says why"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_okta-mcp");

/// Processes started for the start-up figures, and calls made for the others.
const STARTS: usize = 40;
const CALLS: usize = 2_000;
const LISTS: usize = 400;

struct Org {
    process: Child,
    url: String,
    token: String,
}

struct Server {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    id: u64,
    started: Instant,
}

fn main() {
    // `cargo test --benches` and `cargo bench -- --list` must not run for a minute.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let org = Org::start();
    let config = probe_config();
    let path = config.path().join("config.json");

    let mut to_initialize = Vec::new();
    let mut to_tools = Vec::new();
    for _ in 0..STARTS {
        let mut server = Server::start(&org, &path);
        server.initialize();
        to_initialize.push(server.started.elapsed());
        server.request("tools/list", &json!({}));
        to_tools.push(server.started.elapsed());
        server.stop();
    }
    report("start to initialize answered", &mut to_initialize);
    report("start to tools/list answered", &mut to_tools);

    let mut server = Server::start(&org, &path);
    server.initialize();
    server.request("tools/list", &json!({}));
    println!(
        "{:<34} {:.1} MiB",
        "memory after tools/list (RSS)",
        server.rss()
    );
    report(
        "first call (compiles the plugin)",
        &mut [server.timed_call("echo", &json!({"text": "x"}))],
    );
    let mut trivial: Vec<_> = (0..CALLS)
        .map(|_| server.timed_call("echo", &json!({"text": "x"})))
        .collect();
    report("trivial call", &mut trivial);
    server.timed_call("list_users", &json!({"limit": 200}));
    let mut lists: Vec<_> = (0..LISTS)
        .map(|_| server.timed_call("list_users", &json!({"limit": 200})))
        .collect();
    report("200 users, from Okta's 185 kB", &mut lists);
    let bytes = server
        .call("list_users", &json!({"limit": 200}))
        .to_string()
        .len();
    println!("{:<34} {bytes} bytes", "200 users, the whole answer");
    println!(
        "{:<34} {:.1} MiB",
        "memory after all calls (RSS)",
        server.rss()
    );
    server.stop();
}

impl Org {
    fn start() -> Self {
        let mut process = Command::new(PROGRAM)
            .arg("simulate")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example org");
        let mut lines = BufReader::new(process.stdout.take().expect("its stdout"))
            .lines()
            .map_while(Result::ok);
        let mut value = |name: &str| {
            lines
                .find_map(|line| {
                    line.trim()
                        .strip_prefix(&format!("export {name}="))
                        .map(str::to_owned)
                })
                .expect(name)
        };
        let (url, token) = (value("OKTA_ORG_URL"), value("OKTA_API_TOKEN"));
        Self {
            process,
            url,
            token,
        }
    }
}

impl Drop for Org {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(org: &Org, config: &Path) -> Self {
        let started = Instant::now();
        let mut process = Command::new(PROGRAM)
            .arg("--config")
            .arg(config)
            .env("OKTA_ORG_URL", &org.url)
            .env("OKTA_API_TOKEN", &org.token)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server");
        let stdin = process.stdin.take().expect("its stdin");
        let stdout = BufReader::new(process.stdout.take().expect("its stdout"));
        Self {
            process,
            stdin,
            stdout,
            id: 0,
            started,
        }
    }

    fn initialize(&mut self) {
        let client = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}});
        self.request("initialize", &client);
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    }

    fn timed_call(&mut self, tool: &str, arguments: &Value) -> Duration {
        let started = Instant::now();
        let answer = self.call(tool, arguments);
        let took = started.elapsed();
        assert_eq!(answer["isError"], json!(false), "{answer}");
        took
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.request("tools/call", &json!({"name": tool, "arguments": arguments}))
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}));
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("an answer");
        let mut answer: Value = serde_json::from_str(&line).expect("JSON");
        answer["result"].take()
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.stdin, "{message}").expect("the server reads");
    }

    /// Resident memory in MiB.
    fn rss(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .unwrap_or_default();
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next());
        kib.and_then(|kib| kib.parse::<f64>().ok())
            .unwrap_or(f64::NAN)
            / 1024.0
    }

    fn stop(mut self) {
        drop(self.stdin);
        let _ = self.process.wait();
    }
}

/// A configuration that adds the test plugin, whose `echo` asks nothing of Okta.
fn probe_config() -> tempfile::TempDir {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/probe/probe.wasm");
    let dir = tempfile::tempdir().expect("a directory");
    let config = json!({"plugins": {"probe": {"package": package}}});
    std::fs::write(dir.path().join("config.json"), config.to_string()).expect("the configuration");
    let approved = Command::new(env!("CARGO_BIN_EXE_okta-mcp"))
        .args(["--config", "config.json", "approve", "--by", "bench"])
        .arg(&package)
        .current_dir(dir.path())
        .stdout(Stdio::null())
        .status()
        .expect("the program");
    assert!(approved.success(), "the test plugin is approved");
    dir
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let ms = |index: usize| times[index.min(times.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{what:<34} median {:>8.3} ms   min {:>8.3}   p95 {:>8.3}   n {}",
        ms(times.len() / 2),
        ms(0),
        ms(times.len() * 95 / 100),
        times.len()
    );
}
