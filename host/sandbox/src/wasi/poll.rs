//! Waiting for a pollable, as a guest is charged for it.
//!
//! The work of asking hundreds of pollables whether they are ready is the guest's own and charged to
//! it; the time until one of them is, like that of a GET, is not.

use std::sync::Arc;

use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi_io::bindings::wasi::io::poll::{Host, HostPollable};
use wasmtime_wasi_io::poll::DynPollable;

use crate::cpu::CpuMeter;

/// The pollables of one guest, and who is charged.
pub(super) struct Polls<'a> {
    pub(super) cpu: Arc<CpuMeter>,
    pub(super) table: &'a mut ResourceTable,
}

impl Host for Polls<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        self.cpu.charge(self.table.poll(pollables)).await
    }
}

impl HostPollable for Polls<'_> {
    async fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        self.table.ready(pollable).await
    }

    async fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.cpu.charge(self.table.block(pollable)).await
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        HostPollable::drop(self.table, pollable)
    }
}
