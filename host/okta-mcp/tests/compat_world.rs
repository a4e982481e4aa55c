//! A package that needs WASI runs only where the operator allows it, and everybody is told of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

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

/// `okta-mcp tools` with the package and these more settings for it.
fn tools(more: Value) -> (Output, String) {
    let home = tempfile::tempdir().unwrap();
    let bytes = package();
    std::fs::write(home.path().join("probe.wasm"), &bytes).unwrap();
    let digest: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut plugin = json!({"package": "probe.wasm", "sha256": digest});
    for (key, value) in more.as_object().unwrap() {
        plugin[key] = value.clone();
    }
    let settings = json!({"plugins": {"probe": plugin}}).to_string();
    std::fs::write(home.path().join("settings.json"), settings).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_okta-mcp"))
        .args(["tools", "--config", "settings.json"])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    (output, stdout)
}

#[test]
fn it_is_left_out_unless_the_operator_allows_it() {
    for settings in [json!({}), json!({"allowWasi": false})] {
        let (output, stdout) = tools(settings);
        assert_eq!(output.status.code(), Some(2), "{stdout}");
        assert_eq!(
            stdout.lines().last(),
            Some(
                "probe: left out: its manifest says world = \"compat\": it needs WASI, which is linked to a host that grants nothing but is more code to trust; review it, then set plugins.probe.allowWasi to true"
            )
        );
        assert!(!stdout.contains("raw_get"), "{stdout}");
    }
}

#[test]
fn it_is_listed_with_what_its_wasi_is_once_it_is_allowed() {
    let (output, stdout) = tools(json!({"allowWasi": true}));
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("raw_get"), "{stdout}");
    let remark =
        "WASI: linked to a host that grants nothing (no files, no sockets, no environment).";
    // Of all plugins this one alone has it.
    assert_eq!(stdout.matches(remark).count(), 1, "{stdout}");
    assert!(stdout.trim_end().ends_with(remark), "{stdout}");
}

#[test]
fn a_setting_that_is_nearly_the_right_one_is_an_error() {
    let (output, _) = tools(json!({"allowWASI": true}));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("did you mean `allowWasi`?"), "{stderr}");
}
