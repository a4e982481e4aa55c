//! A package: one file, read once, hashed, and checked before anything of it is compiled.
//!
//! The bytes that are hashed are the bytes that are parsed here and compiled later: they are held in
//! one buffer from reading to compiling, and no path is ever looked at again.

use std::io::Read as _;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use cap_std::fs::Dir;
use capability::manifest::{self, Manifest, ManifestError, World};
use capability::snapshot::{Snapshot, ToolText};
use capability::surface::{Origin, PluginSurface};

use crate::census::{self, TooMuch};
use crate::digest::Digest;
use crate::imports;
use crate::limits::{MAX_OFFERS_BYTES, MAX_PACKAGE_BYTES, MAX_RECORD_BYTES, MAX_TOOLS_BYTES};
use crate::outline::{Outline, OutlineError};
use crate::prompt::{self, Prompt};
use crate::record::BuildRecord;
use crate::resource::Resources;
use crate::tool::{self, Tool};

/// The custom section with the manifest's bytes as they were written.
pub(crate) const MANIFEST_SECTION: &str = "okta:plugin/manifest";
/// The custom section with the tools, as JSON.
pub(crate) const TOOLS_SECTION: &str = "okta:plugin/tools";
/// The custom section with the prompts, as JSON; not there where there are none.
pub(crate) const PROMPTS_SECTION: &str = "okta:plugin/prompts";
/// The custom section with the resources, as JSON; not there where there are none.
pub(crate) const RESOURCES_SECTION: &str = "okta:plugin/resources";
/// The custom section with the build record, as JSON.
pub(crate) const RECORD_SECTION: &str = "okta:plugin/build";
/// All of them.
pub(crate) const SECTIONS: [&str; 5] = [
    MANIFEST_SECTION,
    TOOLS_SECTION,
    PROMPTS_SECTION,
    RESOURCES_SECTION,
    RECORD_SECTION,
];

/// A checked package. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Package(Arc<Contents>);

#[derive(Debug)]
struct Contents {
    bytes: Bytes,
    /// Made when it is asked for: a built-in package, part of the program, is listed without.
    digest: OnceLock<Digest>,
    manifest: Manifest,
    manifest_text: String,
    tools: Vec<Tool>,
    prompts: Vec<Prompt>,
    resources: Resources,
    imports: Vec<String>,
    record: BuildRecord,
}

/// Why bytes are not a package: at which stage, where, and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// The file cannot be read.
    #[error("cannot read the package `{path}`: {why}")]
    Unreadable {
        /// The path, within the directory that was given.
        path: String,
        /// The operating system's words.
        why: String,
    },
    /// Larger than [`MAX_PACKAGE_BYTES`].
    #[error(
        "the package has more than {} MiB, the most that is read; strip debug information, or leave out what the plugin does not use",
        MAX_PACKAGE_BYTES >> 20
    )]
    TooLarge,
    /// A core module.
    #[error("this is a core WebAssembly module; make a package of it with `okta-mcp plugin build`")]
    CoreModule,
    /// Not a WebAssembly component.
    #[error("this is not a WebAssembly component: {0}")]
    Malformed(String),
    /// An import that the plugin's world does not hold.
    #[error("the component imports `{name}`; a plugin may import nothing but {allowed}")]
    Import {
        /// The import's name.
        name: String,
        /// What may be imported.
        allowed: String,
    },
    /// The interface that every plugin exports is not there.
    #[error("the component does not export `{required}`; build it against the plugin interface")]
    NoTools {
        /// What is missing.
        required: &'static str,
    },
    /// More than the compiler is given.
    #[error(
        "the component has {0}; leave out what the plugin does not use, or make two plugins of it"
    )]
    TooMuch(#[from] TooMuch),
    /// A custom section is not there.
    #[error("the package has no section `{0}`; make it with `okta-mcp plugin build`")]
    MissingSection(&'static str),
    /// A custom section is there more than once.
    #[error(
        "the package has the section `{0}` more than once; make it anew with `okta-mcp plugin build`"
    )]
    DuplicateSection(&'static str),
    /// A custom section is larger than any that is written.
    #[error("the package's section `{name}` has more than {limit} bytes")]
    LargeSection {
        /// Which.
        name: &'static str,
        /// Bytes that are read.
        limit: usize,
    },
    /// The manifest is not one.
    #[error("the package's manifest, {0}")]
    Manifest(#[from] ManifestError),
    /// The manifest is not text.
    #[error("the package's manifest is not UTF-8")]
    ManifestEncoding,
    /// The tools are not as they may be.
    #[error("the package's tools: {0}")]
    Tools(String),
    /// The prompts or resources are not as they may be.
    #[error("the package's {part}: {problem}")]
    Offers {
        /// `prompts` or `resources`.
        part: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The package describes prompts or resources that its component does not export.
    #[error(
        "the package describes {0}, which its component does not export; make it anew with `okta-mcp plugin build`"
    )]
    NotExported(&'static str),
    /// Two of a package's tools, prompts and resources have the same name.
    #[error(
        "the package has two of the name `{0}` among its tools, prompts and resources; a grant is given by name, so rename one"
    )]
    SameName(String),
    /// An endpoint of the manifest is for a tool that does not exist.
    #[error(
        "the manifest declares {endpoint} for tool `{tool}`, which the plugin does not have; it has {known}"
    )]
    UnknownTool {
        /// The endpoint.
        endpoint: String,
        /// The tool it names.
        tool: String,
        /// The tools that there are.
        known: String,
    },
    /// The build record is not as it may be.
    #[error("the package's build record: {0}")]
    Record(String),
}

impl Package {
    /// Checks a package's bytes; compiles nothing.
    ///
    /// # Errors
    /// [`PackageError`]: the first thing that is wrong.
    pub fn parse(bytes: impl Into<Arc<[u8]>>) -> Result<Self, PackageError> {
        Self::checked(Bytes::from_owner(bytes.into()))
    }

    /// The same for a package that is part of the program: its bytes stay where they are.
    ///
    /// # Errors
    /// As [`Package::parse`].
    pub fn built_in(bytes: &'static [u8]) -> Result<Self, PackageError> {
        Self::checked(Bytes::from_static(bytes))
    }

    fn checked(bytes: Bytes) -> Result<Self, PackageError> {
        if bytes.len() > MAX_PACKAGE_BYTES {
            return Err(PackageError::TooLarge);
        }
        let outline = Outline::read(&bytes)?;
        let declared = declared(&outline);
        // What declares no world is held to the narrow one, and refused for its imports first.
        let world = declared
            .as_ref()
            .map_or_else(|_| World::default(), |(_, manifest)| manifest.world);
        imports::check(&outline, world)?;
        census::check(&bytes)?;
        let (manifest_text, manifest) = declared?;
        let tools: Vec<Tool> =
            serde_json::from_slice(section(&outline, TOOLS_SECTION, MAX_TOOLS_BYTES)?).map_err(
                |error| PackageError::Tools(crate::error::line(&error.to_string(), 200)),
            )?;
        tool::check(&tools).map_err(|error| PackageError::Tools(error.to_string()))?;
        let prompts: Vec<Prompt> = offers(&outline, "prompts", PROMPTS_SECTION, imports::PROMPTS)?;
        prompt::check(&prompts).map_err(|error| PackageError::Offers {
            part: "prompts",
            problem: error.to_string(),
        })?;
        let resources: Resources =
            offers(&outline, "resources", RESOURCES_SECTION, imports::RESOURCES)?;
        resources.check().map_err(|error| PackageError::Offers {
            part: "resources",
            problem: error.to_string(),
        })?;
        agree(&manifest, &all_names(&tools, &prompts, &resources))?;
        let record = BuildRecord::parse(section(&outline, RECORD_SECTION, MAX_RECORD_BYTES)?)
            .map_err(|error| PackageError::Record(error.to_string()))?;
        let imports = outline.imports.into_iter().map(|i| i.name).collect();
        Ok(Self(Arc::new(Contents {
            bytes,
            digest: OnceLock::new(),
            manifest,
            manifest_text,
            tools,
            prompts,
            resources,
            imports,
            record,
        })))
    }

    /// Reads and checks a package file below `dir`; blocks for as long as the disk takes.
    ///
    /// # Errors
    /// [`PackageError`]: the file cannot be read, or what is wrong with it.
    pub fn read(dir: &Dir, path: &str) -> Result<Self, PackageError> {
        let unreadable = |error: std::io::Error| PackageError::Unreadable {
            path: crate::error::line(path, 200),
            why: error.to_string(),
        };
        // A pipe under this name would keep whoever opens it waiting.
        if !dir.metadata(path).map_err(unreadable)?.is_file() {
            return Err(unreadable(std::io::Error::other("it is not a file")));
        }
        let file = dir.open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        // One byte more than is accepted, so that a larger file is known without being read.
        file.take(MAX_PACKAGE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        Self::parse(bytes)
    }

    /// SHA-256 of the package's exact bytes.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        self.0.digest.get_or_init(|| Digest::of(&self.0.bytes))
    }

    /// The package's exact bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// What the plugin declares.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The manifest as its author wrote it, comments included.
    #[must_use]
    pub fn manifest_text(&self) -> &str {
        &self.0.manifest_text
    }

    /// The plugin's tools, in its order.
    #[must_use]
    pub fn tools(&self) -> &[Tool] {
        &self.0.tools
    }

    /// The plugin's prompts, in its order.
    #[must_use]
    pub fn prompts(&self) -> &[Prompt] {
        &self.0.prompts
    }

    /// The plugin's resources, in its order.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.0.resources
    }

    /// The names that the manifest can grant something to: those of its tools, prompts and resources, each once.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        all_names(&self.0.tools, &self.0.prompts, &self.0.resources)
    }

    /// The plugin's tools as a client gets them, for the checks of [`capability::surface`].
    #[must_use]
    pub fn surface(&self, origin: Origin) -> PluginSurface<'_> {
        PluginSurface {
            plugin: &self.0.manifest.name,
            origin,
            tools: self.0.tools.iter().map(Tool::surface).collect(),
        }
    }

    /// What the component imports, in its order; each is one of the contract's or, in the world
    /// `compat`, one of WASI's.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.0.imports
    }

    /// What a review, a comparison and a lockfile keep of it; unsigned, for a signature lies beside it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            digest: self.digest().to_string(),
            manifest: self.0.manifest_text.clone(),
            tools: {
                let tools = self.0.tools.iter().map(ToolText::from);
                let prompts = self.0.prompts.iter().map(ToolText::from);
                let resources = self.0.resources.all().map(ToolText::from);
                tools.chain(prompts).chain(resources).collect()
            },
            imports: self.0.imports.clone(),
            signer: None,
        }
    }

    /// What the component was built with and from, as whoever packed it says.
    #[must_use]
    pub fn build_record(&self) -> &BuildRecord {
        &self.0.record
    }
}

impl From<OutlineError> for PackageError {
    fn from(error: OutlineError) -> Self {
        match error {
            OutlineError::CoreModule => Self::CoreModule,
            OutlineError::Malformed(what) => Self::Malformed(what),
        }
    }
}

/// The manifest, as it was written and as it was meant.
fn declared(outline: &Outline<'_>) -> Result<(String, Manifest), PackageError> {
    let text = std::str::from_utf8(section(outline, MANIFEST_SECTION, manifest::MAX_BYTES)?)
        .map_err(|_| PackageError::ManifestEncoding)?;
    Ok((text.to_owned(), Manifest::parse(text)?))
}

/// The one custom section `name`.
fn section<'a>(
    outline: &Outline<'a>,
    name: &'static str,
    limit: usize,
) -> Result<&'a [u8], PackageError> {
    let mut found = outline
        .sections
        .iter()
        .filter(|(other, _)| *other == name)
        .map(|(_, data)| *data);
    let data = found.next().ok_or(PackageError::MissingSection(name))?;
    if found.next().is_some() {
        return Err(PackageError::DuplicateSection(name));
    }
    if data.len() > limit {
        return Err(PackageError::LargeSection { name, limit });
    }
    Ok(data)
}

/// What a section that need not be there holds; nothing where it is not there.
fn offers<T: Default + serde::de::DeserializeOwned>(
    outline: &Outline<'_>,
    part: &'static str,
    name: &'static str,
    exported: &'static str,
) -> Result<T, PackageError> {
    let data = match section(outline, name, MAX_OFFERS_BYTES) {
        Ok(data) => data,
        Err(PackageError::MissingSection(_)) => return Ok(T::default()),
        Err(error) => return Err(error),
    };
    if !outline.exports.iter().any(|export| export == exported) {
        return Err(PackageError::NotExported(part));
    }
    serde_json::from_slice(data).map_err(|error| PackageError::Offers {
        part,
        problem: crate::error::line(&error.to_string(), 200),
    })
}

/// The names of all three, in this order.
pub(crate) fn all_names<'a>(
    tools: &'a [Tool],
    prompts: &'a [Prompt],
    resources: &'a Resources,
) -> Vec<&'a str> {
    let tools = tools.iter().map(|tool| tool.name.as_str());
    let prompts = prompts.iter().map(|prompt| prompt.name.as_str());
    let resources = resources.all().map(|resource| resource.name.as_str());
    tools.chain(prompts).chain(resources).collect()
}

/// Whatever the manifest grants something to exists, and once: a grant is given by name. A tool without a grant
/// may be there: it reads nothing.
fn agree(manifest: &Manifest, known: &[&str]) -> Result<(), PackageError> {
    for (index, name) in known.iter().enumerate() {
        if known.iter().take(index).any(|other| other == name) {
            return Err(PackageError::SameName(crate::error::line(name, 40)));
        }
    }
    for endpoint in &manifest.endpoints {
        for name in &endpoint.tools {
            if !known.contains(&name.as_str()) {
                return Err(PackageError::UnknownTool {
                    endpoint: endpoint.template.to_string(),
                    tool: name.clone(),
                    known: if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    },
                });
            }
        }
    }
    Ok(())
}

/// The tools' names, for a text.
pub(crate) fn names(tools: &[Tool]) -> String {
    if tools.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    names.join(", ")
}
