//! Makes a package of what a compiler left.

use std::borrow::Cow;

use capability::limits::Limits;
use capability::manifest::{Manifest, ManifestError};
use wasm_encoder::{CustomSection, Encode as _, Section as _};
use wit_component::ComponentEncoder;

use crate::census;
use crate::compile;
use crate::describe::{self, DescribeError};
use crate::engine::Engine;
use crate::error::{CallError, LoadError, line};
use crate::imports;
use crate::outline::{Outline, OutlineError};
use crate::package::{
    self, MANIFEST_SECTION, PROMPTS_SECTION, Package, PackageError, RECORD_SECTION,
    RESOURCES_SECTION, SECTIONS, TOOLS_SECTION,
};
use crate::prompt::{self, Prompt};
use crate::record::BuildRecord;
use crate::resource::Resources;
use crate::tool::{self, Tool};

/// Why nothing was packed: at which stage, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The manifest is not one.
    #[error("plugin.toml, {0}")]
    Manifest(#[from] ManifestError),
    /// The build record is not one.
    #[error("the build record: {0}")]
    Record(String),
    /// A core module that no component can be made of.
    #[error(
        "no component can be made of this core module: {0}; build it against the plugin interface, without WASI, or make a component of it with its toolchain's WASI adapter and declare `world = \"compat\"`"
    )]
    Encode(String),
    /// A package, which is packed already.
    #[error(
        "this is a package already (it has the section `{0}`); give the component it was made of"
    )]
    Packed(&'static str),
    /// `describe` called something.
    #[error(
        "`describe` called {import}{}; it must return the tools and call nothing",
        said.as_ref().map(|said| format!(" with `{said}`")).unwrap_or_default()
    )]
    DescribeCalled {
        /// The function.
        import: &'static str,
        /// The text that it was given; a panic's message, often.
        said: Option<String>,
    },
    /// `describe` gave no answer.
    #[error("`describe` failed: {0}")]
    Describe(CallError),
    /// A tool, a prompt or a resource is not as it may be.
    #[error("`describe`: {0}")]
    Tool(String),
    /// It cannot be compiled.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// What came of it is not a package.
    #[error(transparent)]
    Package(#[from] PackageError),
}

/// Makes a package of a component, or of a core module that carries the contract's metadata.
///
/// Checks the imports against the manifest's world, asks the component for its tools with every import
/// of the contract's closed, checks those, and writes manifest, tools and build record into it. The same input gives the same bytes.
///
/// # Errors
/// [`PackError`]: the first thing that is wrong.
pub async fn pack(
    engine: &Engine,
    component_or_module: &[u8],
    manifest_text: &str,
    record: &BuildRecord,
) -> Result<Vec<u8>, PackError> {
    record
        .check()
        .map_err(|error| PackError::Record(error.to_string()))?;
    let manifest = Manifest::parse(manifest_text)?;
    let mut bytes = into_component(component_or_module)?;
    let outline = Outline::read(&bytes).map_err(PackageError::from)?;
    imports::check(&outline, manifest.world)?;
    census::check(&bytes).map_err(PackageError::from)?;
    for name in SECTIONS {
        if outline.sections.iter().any(|(other, _)| *other == name) {
            return Err(PackError::Packed(name));
        }
    }
    let described = ask(engine, &bytes, &manifest).await?;
    append(&mut bytes, MANIFEST_SECTION, manifest_text.as_bytes());
    append(&mut bytes, TOOLS_SECTION, &json(&described.tools)?);
    // A plugin that has tools only is written as it always was.
    if !described.prompts.is_empty() {
        append(&mut bytes, PROMPTS_SECTION, &json(&described.prompts)?);
    }
    if !described.resources.is_empty() {
        append(&mut bytes, RESOURCES_SECTION, &json(&described.resources)?);
    }
    append(&mut bytes, RECORD_SECTION, &json(record)?);
    // What is written is what can be read: every check of a package's is made here too.
    Package::parse(bytes.as_slice())?;
    Ok(bytes)
}

/// What a component says that it has, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Its tools.
    pub tools: Vec<Tool>,
    /// Its prompts; none where it exports none.
    pub prompts: Vec<Prompt>,
    /// Its resources; none where it exports none.
    pub resources: Resources,
}

impl Described {
    /// The names of its tools, prompts and resources.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        package::all_names(&self.tools, &self.prompts, &self.resources)
    }
}

/// What the component of `package` describes now, asked as [`pack`] asks: what it described when the package
/// was made is in the [`Package`], and whoever wrote a package by hand may have written something else there.
///
/// # Errors
/// [`PackError`]: it does not compile, gives no answer, or describes what is not as it may be.
pub async fn described(engine: &Engine, package: &Package) -> Result<Described, PackError> {
    ask(engine, package.bytes(), package.manifest()).await
}

fn into_component(bytes: &[u8]) -> Result<Vec<u8>, PackError> {
    match Outline::read(bytes) {
        Err(OutlineError::CoreModule) => {
            // The causes are written out: the outermost only says which stage failed.
            ComponentEncoder::default()
                .validate(true)
                .module(bytes)
                .and_then(|mut encoder| encoder.encode())
                .map_err(|error| PackError::Encode(line(&format!("{error:#}"), 400)))
        }
        Ok(_) | Err(OutlineError::Malformed(_)) => Ok(bytes.to_vec()),
    }
}

async fn ask(
    engine: &Engine,
    component: &[u8],
    manifest: &Manifest,
) -> Result<Described, PackError> {
    let compiler = engine.clone();
    let bytes = component.to_vec();
    let job = tokio::task::spawn_blocking(move || compile::component(&compiler, &bytes));
    let component = job.await.map_err(|_| LoadError::Aborted)??;
    // A language runtime that asks for more in its calls needs more to start, too.
    let limits = own_limits(manifest);
    let described = describe::describe(engine, &component, manifest.world, &limits)
        .await
        .map_err(|error| match error {
            DescribeError::Called { import, said } => PackError::DescribeCalled { import, said },
            DescribeError::Failed(error) => PackError::Describe(error),
        })?;
    let problem = |error: tool::ToolError| PackError::Tool(error.to_string());
    let tools: Vec<Tool> = described
        .tools
        .into_iter()
        .map(Tool::described)
        .collect::<Result<_, _>>()
        .map_err(problem)?;
    tool::check(&tools).map_err(problem)?;
    let prompts = described.prompts.into_iter().map(Prompt::described);
    let prompts: Vec<Prompt> = prompts.collect();
    prompt::check(&prompts).map_err(problem)?;
    let resources = Resources::described(described.resources);
    resources.check().map_err(problem)?;
    Ok(Described {
        tools,
        prompts,
        resources,
    })
}

/// What the manifest asks for, or the default where it asks for nothing: no operator is there yet.
fn own_limits(manifest: &Manifest) -> Limits {
    let (wish, default) = (&manifest.limits, Limits::DEFAULT);
    Limits {
        memory: wish.memory.unwrap_or(default.memory),
        cpu: wish.cpu.unwrap_or(default.cpu),
        time: wish.time.unwrap_or(default.time),
        ..default
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, PackError> {
    serde_json::to_vec(value).map_err(|error| PackError::Record(error.to_string()))
}

fn append(component: &mut Vec<u8>, name: &'static str, data: &[u8]) {
    let section = CustomSection {
        name: Cow::Borrowed(name),
        data: Cow::Borrowed(data),
    };
    component.push(section.id());
    section.encode(component);
}
