//! One run of cargo for one guest.

use std::path::{Path, PathBuf};

use super::BuildError;
use super::sources::Sources;
use super::way::{TARGET, Way};

/// Compiles the guest and gives the path of its core module.
pub(super) fn compile(sources: &Sources, way: &Way) -> Result<PathBuf, BuildError> {
    let target = sources.target().join("plugin-build");
    let mut cargo = way.cargo();
    cargo
        .args([
            "build",
            "--release",
            "--locked",
            "--lib",
            "--target",
            TARGET,
            "--manifest-path",
        ])
        .arg(sources.manifest())
        .arg("--target-dir")
        .arg(&target)
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            remap(sources, way, &target).join("\u{1f}"),
        )
        // The compiler's words go to stderr by themselves; stdout is for the answer.
        .stdout(std::process::Stdio::null());
    if way.builds_std() {
        cargo.arg("-Zbuild-std=std,panic_abort");
    }
    let done = cargo.status().is_ok_and(|status| status.success());
    if !done {
        return Err(BuildError::Compile(sources.package().to_owned()));
    }
    let module = format!("{}.wasm", sources.package().replace('-', "_"));
    Ok(target.join(TARGET).join("release").join(module))
}

/// Panics carry paths; these make them the same on every machine. They are also the same for all plugins
/// of a workspace, or cargo would build everything anew for each.
fn remap(sources: &Sources, way: &Way, target: &Path) -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let elsewhere = sources
        .crates()
        .iter()
        .filter(|(_, dir)| !dir.starts_with(sources.root()))
        .map(|(name, dir)| (dir.clone(), format!("/{name}")));
    let known = [
        (Some(sources.root().to_owned()), "/plugins"),
        (home.clone(), "/cargo"),
        (way.sysroot(), "/rust"),
        // The last one that fits is taken, and the target folder may lie within the workspace.
        (Some(target.to_owned()), "/target"),
    ];
    elsewhere
        .chain(
            known
                .into_iter()
                .filter_map(|(from, to)| Some((from?, to.to_owned()))),
        )
        .chain(
            registries(home.as_deref())
                .into_iter()
                .map(|from| (from, "/crates".to_owned())),
        )
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
        .collect()
}

/// The folders that cargo unpacks registries' crates into. Their names hold a hash that differs between versions
/// of cargo and between mirrors.
fn registries(home: Option<&Path>) -> Vec<PathBuf> {
    let entries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let mut found: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
