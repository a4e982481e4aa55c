//! Asks a component for its tools, prompts and resources, with every import of the contract's closed.
//!
//! This happens once, when a plugin is packed. The component gets no grant, no clock and no log: an
//! answer that depended on any of them would not be the same for everyone who packs the same sources.
//!
//! A runtime of the world `compat` cannot start without WASI and gets it here, too. It finds the same
//! nothing as in a call, and besides a wall clock that stands at the epoch's beginning and always the
//! same random numbers. Only its last words on stderr are kept, for the error when it fails.

use std::sync::{Arc, Mutex, PoisonError};

use capability::limits::Limits;
use capability::manifest::World;
use wasmtime::component::Component;

use crate::bindings::Plugin;
use crate::bindings::exports::okta::plugin::tools::Tool;
use crate::bindings::full::exports::okta::plugin::prompts::{self, Prompt};
use crate::bindings::full::exports::okta::plugin::resources::{self, Catalogue};
use crate::bindings::okta::plugin::{content, directory, host};
use crate::compile;
use crate::engine::Engine;
use crate::error::{CallError, LoadError, line};
use crate::imports;
use crate::store::{self, Metered, Meters};
use crate::wasi::{Compat, Random, Stderr, Wasi};

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

/// What a component says that it has.
pub(crate) struct Described {
    pub(crate) tools: Vec<Tool>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) resources: Catalogue,
}

/// What `component` describes, as it says. One that does not export prompts or resources has none.
pub(crate) async fn describe(
    engine: &Engine,
    component: &Component,
    world: World,
    limits: &Limits,
) -> Result<Described, DescribeError> {
    let run = run(engine, component, world, limits);
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
    world: World,
    limits: &Limits,
) -> Result<Described, DescribeError> {
    let unlinked = |error: wasmtime::Error| DescribeError::Failed(LoadError::link(&error).into());
    let linker = compile::linker::<Closed>(engine, world).map_err(unlinked)?;
    let pre = linker.instantiate_pre(component).map_err(unlinked)?;
    let exports = |name| component.get_export_index(None, name).is_some();
    let prompts = exports(imports::PROMPTS)
        .then(|| prompts::GuestIndices::new(&pre))
        .transpose()
        .map_err(unlinked)?;
    let resources = exports(imports::RESOURCES)
        .then(|| resources::GuestIndices::new(&pre))
        .transpose()
        .map_err(unlinked)?;
    let _ticking = engine.tick().map_err(DescribeError::Failed)?;
    let closed = Closed {
        meters: Meters::start(limits),
        called: None,
        wasi: None,
        last_words: Arc::default(),
    };
    let mut store = store::fresh(engine.wasm(), closed).map_err(unlinked)?;
    let result = async {
        let instance = pre.instantiate_async(&mut store).await?;
        let guest = Plugin::new(&mut store, &instance)?;
        let tools = guest.okta_plugin_tools().call_describe(&mut store).await?;
        let prompts = match prompts {
            Some(prompts) => {
                let guest = prompts.load(&mut store, &instance)?;
                guest.call_describe(&mut store).await?
            }
            None => Vec::new(),
        };
        let resources = match resources {
            Some(resources) => {
                let guest = resources.load(&mut store, &instance)?;
                guest.call_describe(&mut store).await?
            }
            None => Catalogue {
                resources: Vec::new(),
                templates: Vec::new(),
            },
        };
        Ok(Described {
            tools,
            prompts,
            resources,
        })
    }
    .await;
    result.map_err(|error: wasmtime::Error| {
        let closed = store.data_mut();
        match closed.called.take() {
            Some((import, said)) => DescribeError::Called { import, said },
            None => {
                let error = CallError::of_guest(&error, &closed.meters, limits);
                DescribeError::Failed(closed.with_last_words(error))
            }
        }
    })
}

/// A store's data for a guest that may call nothing.
struct Closed {
    meters: Meters,
    /// The import that was called, and what was said to it.
    called: Option<(&'static str, Option<String>)>,
    /// None until the guest asks for it, which only one of the world `compat` can.
    wasi: Option<Wasi>,
    /// The last line on its stderr.
    last_words: Arc<Mutex<String>>,
}

impl Closed {
    fn refuse<T>(&mut self, import: &'static str, said: Option<&str>) -> wasmtime::Result<T> {
        self.called = Some((import, said.map(|text| line(text, 300))));
        Err(wasmtime::Error::msg("imports are closed in describe"))
    }

    /// A crash with what the runtime said of it: its reason is there and nowhere else.
    fn with_last_words(&self, error: CallError) -> CallError {
        if let Some(wasi) = &self.wasi {
            wasi.finish();
        }
        let said = self
            .last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match error {
            CallError::Trapped { what } if !said.is_empty() => CallError::Trapped {
                what: format!("{what}, after `{said}` on stderr"),
            },
            other => other,
        }
    }
}

impl Metered for Closed {
    fn meters(&mut self) -> &mut Meters {
        &mut self.meters
    }
}

impl Compat for Closed {
    fn wasi(&mut self) -> &mut Wasi {
        let last_words = &self.last_words;
        self.wasi.get_or_insert_with(|| {
            let last_words = Arc::clone(last_words);
            let stderr = Stderr::new(move |text| {
                let mut last = last_words.lock().unwrap_or_else(PoisonError::into_inner);
                *last = line(text, 300);
            });
            Wasi::new(Random::Fixed, || 0, stderr)
        })
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
