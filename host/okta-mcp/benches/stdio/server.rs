//! The processes: an example org, and servers that are spoken to over their pipes.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_okta-mcp");

/// The example org, and the home of the user who asks it.
pub(crate) struct Org {
    process: Child,
    url: String,
    token: String,
    home: tempfile::TempDir,
}

pub(crate) struct Server {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    id: u64,
    pub(crate) started: Instant,
}

impl Org {
    pub(crate) fn start() -> Self {
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
            home: tempfile::tempdir().expect("a home"),
        }
    }

    /// Lets the next server find nothing compiled.
    pub(crate) fn forget_compiled(&self) {
        let _ = std::fs::remove_dir_all(self.home.path().join("cache"));
    }
}

impl Drop for Org {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    pub(crate) fn start(org: &Org, config: &Path) -> Self {
        let started = Instant::now();
        let mut process = Command::new(PROGRAM)
            .arg("--config")
            .arg(config)
            .env("OKTA_ORG_URL", &org.url)
            .env("OKTA_API_TOKEN", &org.token)
            .env("XDG_CACHE_HOME", org.home.path().join("cache"))
            .env("XDG_STATE_HOME", org.home.path().join("state"))
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

    pub(crate) fn initialize(&mut self) {
        let client = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}});
        self.request("initialize", &client);
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    }

    /// Lets the server do what it does on its own after the tools are listed, until it does nothing any more.
    pub(crate) fn settle(&mut self) {
        self.request("tools/list", &json!({}));
        let mut before = self.processor_time();
        loop {
            std::thread::sleep(Duration::from_millis(700));
            let now = self.processor_time();
            if now == before {
                return;
            }
            before = now;
        }
    }

    pub(crate) fn timed_call(&mut self, tool: &str, arguments: &Value) -> Duration {
        let started = Instant::now();
        let answer = self.call(tool, arguments);
        let took = started.elapsed();
        assert_eq!(answer["isError"], json!(false), "{answer}");
        took
    }

    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.request("tools/call", &json!({"name": tool, "arguments": arguments}))
    }

    /// Sends `count` calls without waiting for an answer, and then reads all answers.
    pub(crate) fn call_at_once(
        &mut self,
        tool: &str,
        arguments: &Value,
        count: usize,
    ) -> Vec<Value> {
        for _ in 0..count {
            self.id += 1;
            let params = json!({"name": tool, "arguments": arguments});
            self.send(
                &json!({"jsonrpc": "2.0", "id": self.id, "method": "tools/call", "params": params}),
            );
        }
        (0..count).map(|_| self.receive()).collect()
    }

    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}));
        self.receive()
    }

    fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("an answer");
        let mut answer: Value = serde_json::from_str(&line).expect("JSON");
        answer["result"].take()
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.stdin, "{message}").expect("the server reads");
    }

    /// Resident memory in MiB.
    pub(crate) fn rss(&self) -> f64 {
        self.memory("VmRSS:")
    }

    /// The most that it ever was.
    pub(crate) fn peak_rss(&self) -> f64 {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .unwrap_or_default();
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix(field))
            .and_then(|rest| rest.split_whitespace().next());
        kib.and_then(|kib| kib.parse::<f64>().ok())
            .unwrap_or(f64::NAN)
            / 1024.0
    }

    /// In the kernel's ticks.
    fn processor_time(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))
            .unwrap_or_default();
        // The program's name is in brackets and may hold anything.
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = fields.split_whitespace().collect();
        [11, 12]
            .iter()
            .filter_map(|at| fields.get(*at)?.parse::<u64>().ok())
            .sum()
    }

    pub(crate) fn stop(mut self) {
        drop(self.stdin);
        let _ = self.process.wait();
    }
}
