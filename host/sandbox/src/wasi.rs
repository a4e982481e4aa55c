//! WASI for the one world that may import it, linked to a host that grants nothing.
//!
//! Some language runtimes ask for a clock, a standard error and a random number before they run a
//! line of anybody's code, and do not start where these are not linked. In the world
//! [`compat`](capability::manifest::World::Compat) they are, and what a guest finds behind them is this:
//!
//! | interface | what it finds |
//! |---|---|
//! | `wasi:cli` | no argument, no variable, no directory; stdin at its end, stdout nowhere, stderr in the call's [log](stderr) |
//! | `wasi:filesystem` | no directory is open, and nothing can be opened but from an open directory |
//! | `wasi:clocks` | [whole seconds](clocks), and sleeps that end with one |
//! | `wasi:random` | random numbers |
//! | `wasi:io` | the streams and pollables of the above; [waiting](poll) costs no processor time |
//!
//! Interfaces are linked one by one. wasmtime's own way to link all of WASI would bring sockets along,
//! which are closed too, but closed is a setting and absent is a fact.
//!
//! Nothing here is made in the world `plugin`: nothing there can ask for it.

mod clocks;
mod poll;
mod stderr;

use std::sync::Arc;

use wasmtime::component::{HasData, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliCtxView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::{cli, clocks as wasi_clocks, filesystem, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{Deterministic, WasiCtx};
use wasmtime_wasi_io::bindings::wasi::io;

use crate::limits;
use crate::store::Metered;
use clocks::Clocks;
use poll::Polls;
pub(crate) use stderr::Stderr;

/// What one guest finds behind WASI.
pub(crate) struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
    clocks: Clocks,
    stderr: Stderr,
}

/// A store's data that can have a WASI of its own.
pub(crate) trait Compat: Metered {
    /// It, made when the guest first asks for anything of it.
    fn wasi(&mut self) -> &mut Wasi;
}

/// Where random numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Random {
    /// From the operating system's, as in a call: runtimes seed their hash tables with them, and what is
    /// put into those tables are names that anybody in the org may have chosen. There is nobody to
    /// whom a guest could say what it drew.
    Unpredictable,
    /// Always the same, as in `describe`, whose answer must be the same for everyone.
    Fixed,
}

impl Wasi {
    /// The empty one: it has a wall clock of whole seconds since the Unix epoch and a stderr, and
    /// nothing else.
    pub(crate) fn new(
        random: Random,
        wall: impl Fn() -> u64 + Send + 'static,
        stderr: Stderr,
    ) -> Self {
        let mut builder = WasiCtx::builder();
        builder
            .stdin(std::io::empty())
            // Never the process': that one belongs to the protocol.
            .stdout(std::io::empty())
            .stderr(stderr.clone())
            .max_random_size(limits::MAX_RANDOM_BYTES);
        if random == Random::Fixed {
            let numbers = || Deterministic::new((0..=u8::MAX).collect());
            builder
                .secure_random(numbers())
                .insecure_random(numbers())
                .insecure_random_seed(0);
        }
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::MAX_RESOURCES);
        Self {
            context: builder.build(),
            table,
            clocks: Clocks::start(wall),
            stderr,
        }
    }

    /// Says what the guest left without a line's end on its stderr.
    pub(crate) fn finish(&self) {
        self.stderr.finish();
    }

    fn cli(&mut self) -> WasiCliCtxView<'_> {
        WasiCliCtxView {
            ctx: self.context.cli(),
            table: &mut self.table,
        }
    }

    fn filesystem(&mut self) -> WasiFilesystemCtxView<'_> {
        WasiFilesystemCtxView {
            ctx: self.context.filesystem(),
            table: &mut self.table,
        }
    }

    fn clocks(&mut self) -> clocks::View<'_> {
        clocks::View {
            clocks: &self.clocks,
            table: &mut self.table,
        }
    }
}

/// Links every interface that [`imports`](crate::imports) lets through in the world `compat`, and no other.
pub(crate) fn link<T: Compat>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let l = linker;
    io::error::add_to_linker::<T, HasSelf<ResourceTable>>(l, |t| &mut t.wasi().table)?;
    io::streams::add_to_linker::<T, HasSelf<ResourceTable>>(l, |t| &mut t.wasi().table)?;
    io::poll::add_to_linker::<T, HasPolls>(l, |t| Polls {
        cpu: Arc::clone(&t.meters().cpu),
        table: &mut t.wasi().table,
    })?;

    wasi_clocks::wall_clock::add_to_linker::<T, HasClocks>(l, |t| t.wasi().clocks())?;
    wasi_clocks::monotonic_clock::add_to_linker::<T, HasClocks>(l, |t| t.wasi().clocks())?;

    random::random::add_to_linker::<T, WasiRandom>(l, |t| t.wasi().context.random())?;
    random::insecure::add_to_linker::<T, WasiRandom>(l, |t| t.wasi().context.random())?;
    random::insecure_seed::add_to_linker::<T, WasiRandom>(l, |t| t.wasi().context.random())?;

    filesystem::preopens::add_to_linker::<T, WasiFilesystem>(l, |t| t.wasi().filesystem())?;
    filesystem::types::add_to_linker::<T, WasiFilesystem>(l, |t| t.wasi().filesystem())?;

    cli::environment::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::exit::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::stdin::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::stdout::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::stderr::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::terminal_input::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::terminal_output::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::terminal_stdin::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::terminal_stdout::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())?;
    cli::terminal_stderr::add_to_linker::<T, WasiCli>(l, |t| t.wasi().cli())
}

/// Names [`Polls`] to the linker.
struct HasPolls;

impl HasData for HasPolls {
    type Data<'a> = Polls<'a>;
}

/// Names [`clocks::View`] to the linker.
struct HasClocks;

impl HasData for HasClocks {
    type Data<'a> = clocks::View<'a>;
}
