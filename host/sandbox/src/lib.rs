//! Runs plugins: WebAssembly components that can reach nothing but what one call was granted.
//!
//! The only crate that knows wasmtime; no type of wasmtime's is in its interface. A reader can follow
//! a plugin's life from top to bottom:
//!
//! 1. [`pack()`] makes a [`Package`] file of what a compiler left: it checks the imports, asks the
//!    component once for its tools with every import closed, and writes manifest and tools into it.
//! 2. [`Package::parse`] reads such a file into memory, hashes it and checks it, before anything of
//!    it is compiled.
//! 3. [`Plugin`] compiles a package when it is first needed, and only once; a [`CodeCache`] keeps what came
//!    of it for the next process.
//! 4. [`Plugin::call`] runs one tool in a fresh instance, within [limits](capability::limits::Limits); a plugin's
//!    prompts, resources and completions go the same way.
//!    What the guest asks of Okta goes through [`Grant::authorize`](capability::grant::Grant::authorize)
//!    and then to a [`Directory`], which the program provides.
//!
//! A guest imports the contract and nothing else. A manifest that says `world = "compat"` is the one
//! exception: there the WASI that a language's runtime starts with is linked, to a host that grants nothing.
//!
//! It does not know how Okta is reached, what MCP is, or who approved a package. It does not check a
//! result against a tool's output schema: it only makes sure that there is a JSON object to check.

mod allocation;
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "generated from the contract; nothing of it leaves this crate"
)]
mod bindings;
mod budget;
mod cache;
mod call;
mod census;
mod compile;
mod cpu;
mod describe;
mod digest;
mod effort;
mod engine;
mod errand;
mod error;
mod host;
mod imports;
mod limits;
mod log;
mod outcome;
mod outline;
mod pack;
mod package;
mod plugin;
mod prompt;
mod record;
mod resource;
mod spare;
mod store;
mod ticker;
mod tool;
mod turn;
mod wasi;

pub use allocation::Allocation;
pub use cache::{CacheError, CodeCache, CodeKey};
pub use call::{Answers, Budget, Call, Directory, Level, Reporter, Usage};
pub use census::TooMuch;
pub use digest::Digest;
pub use engine::{Engine, EngineError, EngineOptions};
pub use errand::Typing;
pub use error::{CallError, LoadError};
pub use limits::MAX_PACKAGE_BYTES;
pub use outcome::{
    Blob, Block, Body, Document, Link, Outcome, Output, Pause, Question, SAID_NOTHING,
};
pub use pack::{Described, PackError, described, pack};
pub use package::{Package, PackageError};
pub use plugin::Plugin;
pub use prompt::{Argument, Message, Prompt, Prompted, Role};
pub use record::BuildRecord;
pub use resource::{OWN_SCHEME, Resource, Resources, Template};
pub use tool::Tool;
pub use turn::Load;
