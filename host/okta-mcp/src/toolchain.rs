//! From a Rust plugin's folder to its package, with whatever this machine has to compile with.
//!
//! A guest needs a standard library for `wasm32-unknown-unknown`. Not every machine has one, so three
//! ways are tried in order ([`Way`]). Paths are remapped, so that two checkouts give the same bytes;
//! two ways never do, which is why a package records the one it was made with.

mod cargo;
mod sources;
mod way;

use std::path::{Path, PathBuf};

use capability::manifest::{Manifest, ManifestError};
use sandbox::{BuildRecord, Engine, PackError, Package};

pub use sources::{Sources, SourcesError};
pub use way::{Way, WayError, Wish};

/// A plugin's folder and what is in it.
#[derive(Debug)]
pub struct Project {
    dir: PathBuf,
    manifest_text: String,
    manifest: Manifest,
    sources: Sources,
}

/// Why a package was not made. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file that cannot be read or written.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        problem: String,
    },
    /// The manifest is none.
    #[error("{path}, {error}")]
    Manifest {
        /// The file.
        path: String,
        /// Line and problem.
        error: ManifestError,
    },
    /// The sources cannot be found out.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// Nothing here compiles for WebAssembly.
    #[error(transparent)]
    Way(#[from] WayError),
    /// The compiler said no; it has printed why.
    #[error("{0} does not compile; see above")]
    Compile(String),
    /// The component is no plugin.
    #[error("{name}: {error}")]
    Pack {
        /// The plugin.
        name: String,
        /// What is wrong with it.
        error: Box<PackError>,
    },
}

impl Project {
    /// Reads the plugin in `dir`.
    ///
    /// # Errors
    /// When its manifest or its sources cannot be read.
    pub fn open(dir: &Path) -> Result<Self, BuildError> {
        let path = dir.join("plugin.toml");
        let manifest_text = read(&path).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| BuildError::File {
                path: path.display().to_string(),
                problem: "not UTF-8".to_owned(),
            })
        })?;
        let manifest = Manifest::parse(&manifest_text).map_err(|error| BuildError::Manifest {
            path: path.display().to_string(),
            error,
        })?;
        Ok(Self {
            dir: dir.to_owned(),
            manifest_text,
            manifest,
            sources: Sources::of(dir)?,
        })
    }

    /// The plugin's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// Digest of everything that the package is made from, in hex.
    #[must_use]
    pub fn sources_digest(&self) -> &str {
        self.sources.digest()
    }

    /// Where its package lies.
    #[must_use]
    pub fn package_path(&self) -> PathBuf {
        self.dir.join(format!("{}.wasm", self.manifest.name))
    }

    /// Compiles it and packs it.
    ///
    /// # Errors
    /// [`BuildError`].
    pub async fn build(&self, engine: &Engine, way: &Way) -> Result<Vec<u8>, BuildError> {
        let module = read(&cargo::compile(&self.sources, way)?)?;
        let record = BuildRecord {
            toolchain: way.to_string(),
            sources: self.sources.digest().to_owned(),
        };
        sandbox::pack(engine, &module, &self.manifest_text, &record)
            .await
            .map_err(|error| BuildError::Pack {
                name: self.manifest.name.clone(),
                error: Box::new(error),
            })
    }
}

/// How a committed package compares with one that was built now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The same bytes.
    Identical,
    /// Other bytes by another toolchain, with the same manifest, tools and imports.
    Equivalent {
        /// The toolchain of the committed one.
        recorded: String,
    },
    /// Not the same plugin; says what differs.
    Different(String),
}

/// Compares `committed` with `built`: byte for byte where the same toolchain made both.
#[must_use]
pub fn compare(committed: &Package, built: &Package) -> Comparison {
    if committed.digest() == built.digest() {
        return Comparison::Identical;
    }
    let (old, new) = (committed.build_record(), built.build_record());
    let differs = if old.sources != new.sources {
        Some("it was made from other sources")
    } else if committed.manifest() != built.manifest() {
        Some("its manifest is another one")
    } else if committed.tools() != built.tools() {
        Some("its tools are others")
    } else if committed.prompts() != built.prompts() {
        Some("its prompts are others")
    } else if committed.resources() != built.resources() {
        Some("its resources are others")
    } else if committed.imports() != built.imports() {
        Some("its imports are others")
    } else if old.toolchain == new.toolchain {
        Some("the same toolchain gives other bytes")
    } else {
        None
    };
    match differs {
        Some(what) => Comparison::Different(what.to_owned()),
        None => Comparison::Equivalent {
            recorded: old.toolchain.clone(),
        },
    }
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|error| BuildError::File {
        path: path.display().to_string(),
        problem: error.to_string(),
    })
}
