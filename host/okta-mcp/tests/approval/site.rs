//! A directory with settings, a package that is not built in, and whatever approvals leave there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Ended, Home, probe};

/// An operator's directory and home.
pub struct Site {
    pub home: Home,
}

impl Site {
    /// With the probe beside settings that name it; nothing is approved.
    pub fn new() -> Self {
        let site = Self { home: Home::new() };
        site.place(&std::fs::read(probe()).unwrap());
        site.settings(json!({}));
        site
    }

    /// Writes the package.
    pub fn place(&self, bytes: &[u8]) {
        std::fs::write(self.path("probe.wasm"), bytes).unwrap();
    }

    /// Writes settings that name the package and hold `more`.
    pub fn settings(&self, more: Value) {
        let mut settings = json!({"plugins": {"probe": {"package": "probe.wasm"}}});
        merge(&mut settings, more);
        self.home.write("settings.json", &settings.to_string());
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs the program with the settings.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        let all = ["--config", "settings.json"].iter().chain(arguments);
        self.home.run(all).await
    }

    /// Approves the package; it must work.
    pub async fn approve(&self, more: &[&str]) -> Ended {
        let all: Vec<&str> = ["approve", "probe.wasm", "--by", "reviewer@example.com"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        let ended = self.run(&all).await;
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
        ended
    }

    /// The package loads.
    pub async fn loads(&self) {
        let listed = self.run(&["tools"]).await;
        assert_eq!(listed.code, Some(0), "{}", listed.stdout);
        assert!(listed.stdout.contains("raw_get"), "{}", listed.stdout);
    }

    /// The package is left out, for this reason; the built-in plugins are there.
    pub async fn left_out(&self) -> String {
        let listed = self.run(&["tools"]).await;
        assert_eq!(listed.code, Some(2), "{}", listed.stdout);
        assert!(listed.stdout.contains("search_users"), "{}", listed.stdout);
        assert!(!listed.stdout.contains("raw_get"), "{}", listed.stdout);
        let last = listed.stdout.lines().last().unwrap();
        last.strip_prefix("probe: left out: ").unwrap().to_owned()
    }

    /// What fails is told in one line, and changes nothing on disk.
    pub async fn refused(&self, arguments: &[&str]) -> String {
        let before = self.files();
        let ended = self.run(arguments).await;
        assert_eq!(ended.code, Some(2), "{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert_eq!(self.files(), before, "nothing on disk has changed");
        ended.stderr.trim_end().to_owned()
    }

    /// Every file of the home, and what is in it.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        walk(self.home.path(), &mut files);
        files
    }

    /// The lock as JSON.
    pub fn lock(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path("plugins.lock")).unwrap()).unwrap()
    }

    /// Changes the lock by hand, as an attacker who may write there could.
    pub fn tamper(&self, change: impl FnOnce(&mut Value)) {
        let mut lock = self.lock();
        change(&mut lock);
        std::fs::write(
            self.path("plugins.lock"),
            serde_json::to_vec_pretty(&lock).unwrap(),
        )
        .unwrap();
    }

    /// Forgets which locks were seen, as another machine has.
    pub fn forget(&self) {
        let _ = std::fs::remove_file(self.path(".local/state/okta-mcp/locks.json"));
    }
}

/// The probe with one text replaced by another, which is padded with blanks to its length.
pub fn patched(from: &str, to: &str) -> Vec<u8> {
    let mut bytes = std::fs::read(probe()).unwrap();
    let at = bytes
        .windows(from.len())
        .position(|window| window == from.as_bytes())
        .unwrap_or_else(|| panic!("`{from}` is not in the probe"));
    let to = format!("{to:<width$}", width = from.len());
    assert_eq!(to.len(), from.len());
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

/// The probe that says it needs WASI, in as many bytes as before: what a reviewer and the program go by is the
/// declaration.
pub fn compat() -> Vec<u8> {
    let summary = "summary = \"Tries what a plugin may and may not do; for tests\"";
    let world = format!(
        "{:#<width$}",
        "summary = \"For tests\"\nworld = \"compat\"\n#",
        width = summary.len()
    );
    patched(summary, &world)
}

fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

fn walk(dir: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}
