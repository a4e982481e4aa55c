//! From a package's bytes to code that can be instantiated.
//!
//! The linker here is the whole of what a guest can reach: the contract's functions and nothing else.
//! An import under a name of ours with another type ends here.

use wasmtime::component::{Component, HasSelf, Linker};

use crate::bindings::{Plugin, PluginPre};
use crate::engine::Engine;
use crate::error::LoadError;
use crate::host::HostState;

/// A compiled component whose imports are resolved.
pub(crate) type Compiled = PluginPre<HostState>;

/// Compiles `bytes`. Takes 0.1 s for a small component and some seconds for a large one, and all of a
/// processor: not for an async thread.
pub(crate) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Compiled, LoadError> {
    let component = component(engine, bytes)?;
    let mut linker = Linker::new(engine.wasm());
    Plugin::add_to_linker::<HostState, HasSelf<HostState>>(&mut linker, |state| state)
        .map_err(|error| LoadError::link(&error))?;
    let linked = linker
        .instantiate_pre(&component)
        .map_err(|error| LoadError::link(&error))?;
    PluginPre::new(linked).map_err(|error| LoadError::link(&error))
}

/// Validates and compiles `bytes`, without resolving any import.
pub(crate) fn component(engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
    Component::from_binary(engine.wasm(), bytes).map_err(|error| LoadError::compile(&error))
}
