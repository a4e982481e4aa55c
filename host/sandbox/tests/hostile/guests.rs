//! The guests: one text file each in `guests/`, named after its attack, assembled when it is needed.
//!
//! A file is either a whole component or the fields of a core module that speaks the contract's canonical ABI by
//! hand. To the fields come the [pieces](PIECES) that every guest needs, unless the file brings its own. The
//! package is made as an attacker would make it: its sections are written by hand, and nothing of the packing
//! program's checks stands in the way.

use std::path::{Path, PathBuf};

use wit_component::ComponentEncoder;

use super::assemble::{module, with_sections};

/// What all of them declare.
pub const MANIFEST: &str = include_str!("guests/common/plugin.toml");

const TOOLS: &str = r#"[
  {"name": "attack", "title": "A title", "description": "A description.", "inputSchema": {"type": "object"}},
  {"name": "other", "title": "A title", "description": "A description.", "inputSchema": {"type": "object"}}
]"#;

const RECORD: &str = r#"{"toolchain": "none", "sources": "0000000000000000000000000000000000000000000000000000000000000000"}"#;

/// Pieces of a core module, and the export that makes a piece superfluous where a guest has its own.
const PIECES: [(&str, &str); 5] = [
    ("memory", r#"(export "memory")"#),
    ("allocator", r#"(export "cabi_realloc")"#),
    ("describe", r#"(export "okta:plugin/tools@0.1.0#describe")"#),
    ("call", r#"(export "okta:plugin/tools@0.1.0#call")"#),
    ("answers", "(func $done "),
];

/// Where the guests are; below the folder of the crate that they belong to, whoever uses them.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/tests/hostile/guests")
}

/// The package with the guest `name`.
pub fn package(name: &str) -> Vec<u8> {
    package_with(name, MANIFEST, TOOLS)
}

/// The package with the guest `name`, a manifest and tools; a guest that brings tools keeps its own.
pub fn package_with(name: &str, manifest: &str, tools: &str) -> Vec<u8> {
    let text = read(&format!("{name}.wat"));
    let mut sections = vec![
        ("okta:plugin/manifest", manifest),
        ("okta:plugin/build", RECORD),
    ];
    if !text.contains(r#"(@custom "okta:plugin/tools""#) {
        sections.push(("okta:plugin/tools", tools));
    }
    let sections: Vec<_> = sections
        .into_iter()
        .map(|(name, text)| (name, text.as_bytes()))
        .collect();
    with_sections(&component(name, &text), &sections)
}

/// The component of the guest `name`, whose file holds `text`.
fn component(name: &str, text: &str) -> Vec<u8> {
    let is_component = text.lines().any(|line| line.starts_with("(component"));
    if is_component {
        return wat::parse_str(text).unwrap_or_else(|error| panic!("{name}.wat: {error}"));
    }
    let mut fields = read("common/contract.wat") + text;
    for (piece, export) in PIECES {
        if !text.contains(export) {
            fields += &read(&format!("common/{piece}.wat"));
        }
    }
    let wit = std::fs::read_to_string(folder().join(format!("{name}.wit"))).ok();
    ComponentEncoder::default()
        .validate(true)
        .module(&module(&fields, wit.as_deref()))
        .and_then(|mut encoder| encoder.encode())
        .unwrap_or_else(|error| panic!("{name}.wat: {error:#}"))
}

fn read(file: &str) -> String {
    let path = folder().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
