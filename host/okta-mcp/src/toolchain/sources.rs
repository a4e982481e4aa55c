//! What a package is made from: the plugin's own files, and those of every local crate it depends on.
//!
//! The digest rides in the package, so that a test can tell a package that is older than its sources
//! without compiling anything, offline. Crates from a registry are covered by `Cargo.lock`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The local crates behind one plugin.
#[derive(Debug)]
pub struct Sources {
    package: String,
    manifest: PathBuf,
    root: PathBuf,
    target: PathBuf,
    /// Folder of each local crate, by crate name.
    crates: BTreeMap<String, PathBuf>,
    digest: String,
}

/// Why the sources cannot be found out.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    /// cargo does not understand the folder.
    #[error("cargo cannot read {0}/Cargo.toml: {1}")]
    Cargo(String, String),
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(String, String),
}

impl Sources {
    /// The sources of the plugin crate in `dir`.
    ///
    /// # Errors
    /// When there is no crate, or a file cannot be read.
    pub fn of(dir: &Path) -> Result<Self, SourcesError> {
        // Where the plugin is can be said in many ways; where its crates are is cargo's word, links included:
        // it knows a crate by the path that leads to it.
        let dir = &dir.canonicalize().map_err(|error| problem(dir, &error))?;
        let metadata = metadata(dir)?;
        let missing =
            |what: &str| SourcesError::Cargo(dir.display().to_string(), format!("no {what}"));
        let path = |key: &str| metadata.get(key).and_then(Value::as_str).map(PathBuf::from);
        let root = path("workspace_root").ok_or_else(|| missing("workspace"))?;
        let target = path("target_directory").ok_or_else(|| missing("target directory"))?;
        let mut crates = BTreeMap::new();
        let package = follow(dir, &mut crates)?;
        let mut hash = Sha256::new();
        for (name, dir) in &crates {
            for file in files(dir)? {
                let shown = file
                    .strip_prefix(dir)
                    .unwrap_or(&file)
                    .display()
                    .to_string();
                add(&mut hash, &format!("{name}/{shown}"), &file)?;
            }
        }
        for name in ["Cargo.toml", "Cargo.lock"] {
            add(&mut hash, name, &root.join(name))?;
        }
        let digest = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Self {
            package,
            manifest: dir.join("Cargo.toml"),
            root,
            target,
            crates,
            digest,
        })
    }

    /// The digest, in hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    pub(super) fn package(&self) -> &str {
        &self.package
    }

    pub(super) fn manifest(&self) -> &Path {
        &self.manifest
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    pub(super) fn crates(&self) -> &BTreeMap<String, PathBuf> {
        &self.crates
    }
}

/// Collects the crate in `dir` and, through its path dependencies, all local crates below it.
fn follow(dir: &Path, crates: &mut BTreeMap<String, PathBuf>) -> Result<String, SourcesError> {
    let metadata = metadata(dir)?;
    let own = dir.join("Cargo.toml").display().to_string();
    let package = metadata
        .get("packages")
        .and_then(Value::as_array)
        .and_then(|packages| {
            packages
                .iter()
                .find(|p| p.get("manifest_path").and_then(Value::as_str) == Some(&own))
        })
        .ok_or_else(|| SourcesError::Cargo(dir.display().to_string(), "no package".to_owned()))?;
    let name = package
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if crates.insert(name.clone(), dir.to_owned()).is_none() {
        let dependencies = package
            .get("dependencies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for dependency in
            dependencies.filter(|d| d.get("kind").and_then(Value::as_str) != Some("dev"))
        {
            if let Some(path) = dependency.get("path").and_then(Value::as_str) {
                follow(Path::new(path), crates)?;
            }
        }
    }
    Ok(name)
}

/// What cargo knows of `dir` without looking at any registry.
fn metadata(dir: &Path) -> Result<Value, SourcesError> {
    let refuse = |problem: String| {
        SourcesError::Cargo(
            dir.display().to_string(),
            capability::text::clean(&problem, 300),
        )
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(dir.join("Cargo.toml"))
        .output()
        .map_err(|error| refuse(error.to_string()))?;
    if !output.status.success() {
        return Err(refuse(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| refuse(error.to_string()))
}

/// The files that cargo compiles a crate from, in the order of their names.
fn files(dir: &Path) -> Result<Vec<PathBuf>, SourcesError> {
    let mut found = Vec::new();
    for name in ["Cargo.toml", "build.rs", "plugin.toml"] {
        let file = dir.join(name);
        if file.is_file() {
            found.push(file);
        }
    }
    let mut folders = vec![dir.join("src")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| problem(&folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| problem(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Adds a file's name and text, each with its length, so that no two lists of files hash alike.
fn add(hash: &mut Sha256, name: &str, file: &Path) -> Result<(), SourcesError> {
    let bytes = std::fs::read(file).map_err(|error| problem(file, &error))?;
    for part in [name.as_bytes(), &bytes] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    Ok(())
}

fn problem(path: &Path, error: &std::io::Error) -> SourcesError {
    SourcesError::File(path.display().to_string(), error.to_string())
}
