//! From a package's bytes to code that can be instantiated.
//!
//! The linker here is the whole of what a guest can reach: the contract's functions and, in the world
//! `compat`, WASI's, behind which there is [nothing](crate::wasi). An import under a name of ours with
//! another type ends here.
//!
//! The compiler cannot be interrupted. So what it is given was [counted](crate::census) and
//! [weighed](crate::effort) before, it works on
//! threads for blocking work and for few packages at once, a call waits for it only so long, and what it
//! made is [kept](crate::cache).

use capability::manifest::World;
use wasmtime::component::{Component, HasSelf, Linker};

use wasmtime::Store;

use crate::bindings::full::exports::okta::plugin::{prompts, resources};
use crate::bindings::okta::plugin::{content, directory, host};
use crate::bindings::{Plugin, PluginPre};
use crate::effort;
use crate::engine::Engine;
use crate::error::LoadError;
use crate::host::HostState;
use crate::package::Package;
use crate::spare;
use crate::wasi::{self, Compat};

/// A compiled component whose imports are resolved.
pub(crate) struct Compiled {
    /// With the tools that every plugin has.
    pub(crate) plugin: PluginPre<HostState>,
    prompts: Option<prompts::GuestIndices>,
    resources: Option<resources::GuestIndices>,
}

impl Compiled {
    /// The prompts of a fresh instance; only a package that describes some gets here.
    pub(crate) async fn prompts(
        &self,
        store: &mut Store<HostState>,
    ) -> wasmtime::Result<prompts::Guest> {
        let indices = self.prompts.as_ref().ok_or_else(none_exported)?;
        let instance = self.plugin.instance_pre().instantiate_async(&mut *store);
        let instance = instance.await?;
        indices.load(store, &instance)
    }

    /// The resources of a fresh instance; as [`Compiled::prompts`].
    pub(crate) async fn resources(
        &self,
        store: &mut Store<HostState>,
    ) -> wasmtime::Result<resources::Guest> {
        let indices = self.resources.as_ref().ok_or_else(none_exported)?;
        let instance = self.plugin.instance_pre().instantiate_async(&mut *store);
        let instance = instance.await?;
        indices.load(store, &instance)
    }
}

fn none_exported() -> wasmtime::Error {
    wasmtime::Error::msg("the component does not export what its package describes")
}

/// Whether somebody waits for a compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// A call does: it may have all processors.
    Awaited,
    /// Nobody does yet: it gets what others leave.
    Ahead,
}

/// Gets the code of `package` from the cache, or compiles it and keeps it there. Takes 1 ms from the
/// cache, 0.1 s for a small component and some seconds for a large one.
pub(crate) async fn obtain(
    engine: Engine,
    package: Package,
    haste: Haste,
) -> Result<Compiled, LoadError> {
    if engine.cache().is_some() {
        let (engine, package) = (engine.clone(), package.clone());
        let found = blocking(move || {
            let kept = engine.cache()?.load(engine.wasm(), package.digest())?;
            Some(link(&engine, &kept, &package))
        });
        if let Some(linked) = found.await? {
            return linked;
        }
    }
    let _turn = engine.compiler_turn().await;
    let (compiler, source) = (engine.clone(), package.clone());
    let component = blocking(move || {
        let compile = || component(&compiler, source.bytes());
        let component = match haste {
            Haste::Awaited => compile(),
            Haste::Ahead => spare::run(compile),
        }?;
        if let Some(cache) = compiler.cache() {
            // Some milliseconds beside the compiler's hundred, and then the next process has it for certain.
            cache.store(compiler.wasm(), source.digest(), &component);
        }
        Ok::<_, LoadError>(component)
    });
    link(&engine, &component.await??, &package)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| LoadError::Aborted)
}

fn link(engine: &Engine, component: &Component, package: &Package) -> Result<Compiled, LoadError> {
    let linked = || {
        let pre =
            linker::<HostState>(engine, package.manifest().world)?.instantiate_pre(component)?;
        let (prompts, resources) = (package.prompts(), package.resources());
        Ok(Compiled {
            prompts: (!prompts.is_empty())
                .then(|| prompts::GuestIndices::new(&pre))
                .transpose()?,
            resources: (!resources.is_empty())
                .then(|| resources::GuestIndices::new(&pre))
                .transpose()?,
            plugin: PluginPre::new(pre)?,
        })
    };
    linked().map_err(|error: wasmtime::Error| LoadError::link(&error))
}

/// Validates and compiles `bytes`, without resolving any import. All of a processor's, and not for an async thread.
pub(crate) fn component(engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
    effort::check(bytes)?;
    Component::from_binary(engine.wasm(), bytes).map_err(|error| LoadError::compile(&error))
}

/// All that a guest of `world` can reach.
pub(crate) fn linker<T>(engine: &Engine, world: World) -> wasmtime::Result<Linker<T>>
where
    T: directory::Host + host::Host + content::Host + Compat,
{
    let mut linker = Linker::new(engine.wasm());
    Plugin::add_to_linker::<T, HasSelf<T>>(&mut linker, |state| state)?;
    match world {
        World::Plugin => {}
        World::Compat => wasi::link(&mut linker)?,
    }
    Ok(linker)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Past the check by name, as a mistake there would let it through.
    #[test]
    fn the_linker_of_the_world_plugin_has_no_wasi_and_no_linker_has_sockets() {
        let engine = Engine::new().unwrap();
        let links = |world, import: &str| {
            let text = format!("(component (import {import}))");
            let component = component(&engine, &wat::parse_str(text).unwrap()).unwrap();
            linker::<HostState>(&engine, world)
                .unwrap()
                .instantiate_pre(&component)
                .is_ok()
        };
        let environment = r#""wasi:cli/environment@0.2.0" (instance
            (export "get-arguments" (func (result (list string)))))"#;
        assert!(links(World::Compat, environment));
        assert!(!links(World::Plugin, environment));
        let network = r#""wasi:sockets/instance-network@0.2.0" (instance
            (export "instance-network" (func (result u32))))"#;
        let lookup = r#""wasi:sockets/network@0.2.0" (instance
            (export "network" (type (sub resource))))"#;
        for import in [network, lookup] {
            assert!(!links(World::Compat, import), "{import}");
            assert!(!links(World::Plugin, import), "{import}");
        }
    }
}
