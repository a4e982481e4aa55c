//! The committed packages are made from the committed sources, are small, and import nothing but the
//! plugin interface. Nothing is compiled here: a package carries the digest of what it was made from.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

use std::path::{Path, PathBuf};

use okta_mcp::toolchain::Project;
use sandbox::Package;

/// The folders that hold a package, from the repository's root.
const FOLDERS: [&str; 7] = [
    "plugins/users",
    "plugins/groups",
    "plugins/apps",
    "plugins/factors",
    "plugins/policies",
    "plugins/probe",
    "plugins/conformance",
];

/// The largest package: what a desktop client's user downloads five times.
const LARGEST: usize = 250_000;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// The package in a folder, and its size.
fn package(name: &str) -> (Package, usize) {
    let path = Project::open(&folder(name)).unwrap().package_path();
    let bytes = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; {}", path.display(), remedy(name)));
    let size = bytes.len();
    (
        Package::parse(bytes).unwrap_or_else(|error| panic!("{name}: {error}; {}", remedy(name))),
        size,
    )
}

fn remedy(name: &str) -> String {
    format!("run `cargo run -p okta-mcp -- plugin build {name}` and commit the package")
}

#[test]
fn every_package_was_made_from_the_sources_beside_it() {
    let stale: Vec<String> = FOLDERS
        .into_iter()
        .filter(|name| {
            let sources = Project::open(&folder(name)).unwrap();
            package(name).0.build_record().sources != sources.sources_digest()
        })
        .map(|name| format!("{name} is older than its sources: {}", remedy(name)))
        .collect();
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn every_package_is_small() {
    let large: Vec<String> = FOLDERS
        .into_iter()
        .map(|name| (name, package(name).1))
        .filter(|(_, size)| *size > LARGEST)
        .map(|(name, size)| {
            format!(
                "{name} has {size} bytes, {LARGEST} at most: make it smaller, then {}",
                remedy(name)
            )
        })
        .collect();
    assert!(large.is_empty(), "{}", large.join("\n"));
}

#[test]
fn every_package_imports_the_plugin_interface_and_nothing_else() {
    for name in FOLDERS {
        let (package, _) = package(name);
        assert!(
            !package.imports().is_empty(),
            "{name} asks nobody for anything"
        );
        for import in package.imports() {
            assert!(
                import.starts_with("okta:plugin/"),
                "{name} imports {import}"
            );
        }
    }
}

#[test]
fn every_package_holds_the_manifest_beside_it() {
    for name in FOLDERS {
        let manifest = std::fs::read_to_string(folder(name).join("plugin.toml")).unwrap();
        assert_eq!(
            package(name).0.manifest_text(),
            manifest,
            "{name}: {}",
            remedy(name)
        );
    }
}
