//! A package that needs WASI runs only where that was approved by name, and everybody is told of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

/// The probe, whose manifest now says `world = "compat"`, in as many bytes as before: what a reviewer and
/// the program go by is the declaration, whether or not the component makes use of it.
fn package() -> Vec<u8> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/probe");
    let mut bytes = std::fs::read(home.join("probe.wasm")).unwrap();
    let manifest = std::fs::read_to_string(home.join("plugin.toml")).unwrap();
    let summary = manifest
        .lines()
        .find(|line| line.starts_with("summary"))
        .unwrap();
    let at = bytes
        .windows(summary.len())
        .position(|window| window == summary.as_bytes())
        .unwrap();
    let world = "summary = \"For tests\"\nworld = \"compat\"\n#";
    let world = format!("{world:#<width$}", width = summary.len());
    assert_eq!(world.len(), summary.len());
    bytes[at..at + world.len()].copy_from_slice(world.as_bytes());
    bytes
}

/// `okta-mcp` in `home` with these arguments.
fn run(home: &Path, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_okta-mcp"))
        .args(["--config", "settings.json"])
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    (output, stdout)
}

/// A directory with the package and settings that name it.
fn site() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("probe.wasm"), package()).unwrap();
    let settings = json!({"plugins": {"probe": {"package": "probe.wasm"}}}).to_string();
    std::fs::write(home.path().join("settings.json"), settings).unwrap();
    home
}

#[test]
fn it_is_not_approved_unless_its_wasi_is_by_name() {
    let site = site();
    let (output, _) = run(site.path(), &["approve", "probe.wasm", "--by", "tests"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(
        stderr.trim_end(),
        "okta-mcp: not approved: `world:compat` is sensitive; say so with --yes-sensitive world:compat"
    );
    let (output, stdout) = run(site.path(), &["tools"]);
    assert_eq!(output.status.code(), Some(2), "{stdout}");
    assert!(!stdout.contains("raw_get"), "{stdout}");
}

#[test]
fn it_is_listed_with_what_its_wasi_is_once_it_is_approved() {
    let site = site();
    let approve = [
        "approve",
        "probe.wasm",
        "--by",
        "tests",
        "--yes-sensitive",
        "world:compat",
    ];
    let (output, stdout) = run(site.path(), &approve);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(
        stdout.contains("It needs WASI, which is linked to a host that grants nothing"),
        "{stdout}"
    );
    let (output, stdout) = run(site.path(), &["tools"]);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("raw_get"), "{stdout}");
    let remark =
        "WASI: linked to a host that grants nothing (no files, no sockets, no environment).";
    // Of all plugins this one alone has it.
    assert_eq!(stdout.matches(remark).count(), 1, "{stdout}");
    assert!(stdout.trim_end().ends_with(remark), "{stdout}");
}
