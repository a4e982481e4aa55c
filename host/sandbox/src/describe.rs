//! Asks a component for its tools, with every import closed.
//!
//! This happens once, when a plugin is packed. The component gets no grant, no clock and no log: an
//! answer that depended on any of them would not be the same for everyone who packs the same sources.

use capability::limits::Limits;
use wasmtime::component::{Component, HasSelf, Linker};

use crate::bindings::Plugin;
use crate::bindings::exports::okta::plugin::tools::Tool;
use crate::bindings::okta::plugin::{content, directory, host};
use crate::engine::Engine;
use crate::error::{CallError, LoadError, line};
use crate::store::{self, Metered, Meters};

/// Why a component did not say which tools it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DescribeError {
    /// It called an import.
    Called {
        import: &'static str,
        said: Option<String>,
    },
    /// It crashed, took too long or cannot be linked.
    Failed(CallError),
}

/// The tools that `component` describes, as it says.
pub(crate) async fn describe(
    engine: &Engine,
    component: &Component,
    limits: &Limits,
) -> Result<Vec<Tool>, DescribeError> {
    let run = run(engine, component, limits);
    match tokio::time::timeout(limits.time, run).await {
        Ok(result) => result,
        Err(_) => Err(DescribeError::Failed(CallError::TimedOut {
            limit: limits.time,
        })),
    }
}

async fn run(
    engine: &Engine,
    component: &Component,
    limits: &Limits,
) -> Result<Vec<Tool>, DescribeError> {
    let unlinked = |error: wasmtime::Error| DescribeError::Failed(LoadError::link(&error).into());
    let mut linker = Linker::new(engine.wasm());
    Plugin::add_to_linker::<Closed, HasSelf<Closed>>(&mut linker, |closed| closed)
        .map_err(unlinked)?;
    linker.instantiate_pre(component).map_err(unlinked)?;
    let _ticking = engine.tick().map_err(DescribeError::Failed)?;
    let closed = Closed {
        meters: Meters::start(limits),
        called: None,
    };
    let mut store = store::fresh(engine.wasm(), closed).map_err(unlinked)?;
    let result = async {
        let guest = Plugin::instantiate_async(&mut store, component, &linker).await?;
        guest.okta_plugin_tools().call_describe(&mut store).await
    }
    .await;
    result.map_err(|error| {
        let closed = store.data_mut();
        match closed.called.take() {
            Some((import, said)) => DescribeError::Called { import, said },
            None => DescribeError::Failed(CallError::of_guest(&error, &closed.meters, limits)),
        }
    })
}

/// A store's data for a guest that may call nothing.
struct Closed {
    meters: Meters,
    /// The import that was called, and what was said to it.
    called: Option<(&'static str, Option<String>)>,
}

impl Closed {
    fn refuse<T>(&mut self, import: &'static str, said: Option<&str>) -> wasmtime::Result<T> {
        self.called = Some((import, said.map(|text| line(text, 300))));
        Err(wasmtime::Error::msg("imports are closed in describe"))
    }
}

impl Metered for Closed {
    fn meters(&mut self) -> &mut Meters {
        &mut self.meters
    }
}

impl directory::Host for Closed {
    async fn get(
        &mut self,
        _: directory::Request,
    ) -> wasmtime::Result<Result<directory::Page, directory::Error>> {
        self.refuse("directory.get", None)
    }

    async fn get_all(
        &mut self,
        _: Vec<directory::Request>,
    ) -> wasmtime::Result<Vec<Result<directory::Page, directory::Error>>> {
        self.refuse("directory.get-all", None)
    }
}

impl host::Host for Closed {
    /// Usually a panic's last words: they are worth passing on.
    fn log(&mut self, _: host::Level, message: String) -> wasmtime::Result<()> {
        self.refuse("host.log", Some(&message))
    }

    fn progress(&mut self, _: u32, _: Option<u32>, message: String) -> wasmtime::Result<()> {
        self.refuse("host.progress", Some(&message))
    }

    fn now(&mut self) -> wasmtime::Result<u64> {
        self.refuse("host.now", None)
    }

    fn setting(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.refuse("host.setting", Some(&name))
    }
}

impl content::Host for Closed {}
