//! A fresh store for one call, with every knob set.
//!
//! Nothing of a guest outlives its store: no memory, no global, no table. After a trap or a dropped
//! call wasmtime would refuse to enter it again anyway; here nobody tries.
//!
//! A `ResourceTable` is not among the knobs: the contract has no resources, so there is none to fill.
//! The world `compat` has one, and its cap, with the [WASI](crate::wasi) that needs it.

use std::sync::Arc;

use capability::limits::Limits;
use wasmtime::{Engine, ResourceLimiter, Store};

use crate::cpu::CpuMeter;
use crate::limits;

/// What a store's data must carry for its guest to be bounded.
pub(crate) trait Metered: Send + 'static {
    /// The meters of this store.
    fn meters(&mut self) -> &mut Meters;
}

/// What one guest uses of the machine, and may use.
pub(crate) struct Meters {
    pub(crate) cpu: Arc<CpuMeter>,
    pub(crate) space: Space,
    limits: Limits,
}

/// Memory, tables and instances of one guest.
pub(crate) struct Space {
    memory: Growth,
    table_elements: Growth,
    instances: usize,
}

/// Something that grows up to a limit, several of it counted together.
struct Growth {
    limit: usize,
    total: usize,
    peak: usize,
    /// By how much `total` rose last: taken back when the growth failed after it was allowed.
    last: usize,
    refused: bool,
}

impl Meters {
    /// Meters for a guest that starts now.
    pub(crate) fn start(limits: &Limits) -> Self {
        Self {
            cpu: CpuMeter::start(limits.cpu),
            space: Space {
                memory: Growth::up_to(size(limits.memory)),
                table_elements: Growth::up_to(limits.table_elements as usize),
                instances: limits.instances as usize,
            },
            limits: *limits,
        }
    }
}

/// A limit in bytes as the machine counts them.
pub(crate) fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

impl Space {
    /// The most linear memory that the guest had, in bytes, all memories together.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.memory.peak as u64
    }

    /// Whether the guest wanted more memory than it may have.
    pub(crate) fn refused_memory(&self) -> bool {
        self.memory.refused
    }

    /// Whether the guest wanted more table elements than it may have.
    pub(crate) fn refused_table(&self) -> bool {
        self.table_elements.refused
    }
}

impl Growth {
    fn up_to(limit: usize) -> Self {
        Self {
            limit,
            total: 0,
            peak: 0,
            last: 0,
            refused: false,
        }
    }

    fn allow(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> bool {
        self.last = 0;
        if maximum.is_some_and(|maximum| desired > maximum) {
            // The guest's own declaration forbids it: no matter of ours.
            return false;
        }
        let more = desired.saturating_sub(current);
        match self.total.checked_add(more) {
            Some(total) if total <= self.limit => {
                self.total = total;
                self.peak = self.peak.max(total);
                self.last = more;
                true
            }
            _ => {
                self.refused = true;
                false
            }
        }
    }

    fn failed(&mut self) {
        self.total = self.total.saturating_sub(self.last);
        self.last = 0;
    }
}

impl ResourceLimiter for Space {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.memory.allow(current, desired, maximum))
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory.failed();
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.table_elements.allow(current, desired, maximum))
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.table_elements.failed();
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        limits::MAX_TABLES
    }

    fn memories(&self) -> usize {
        limits::MAX_MEMORIES
    }
}

/// A store for one call.
pub(crate) fn fresh<T: Metered>(engine: &Engine, mut data: T) -> wasmtime::Result<Store<T>> {
    let meters = data.meters();
    let (cpu, limits) = (Arc::clone(&meters.cpu), meters.limits);
    let mut store = Store::try_new(engine, data)?;
    store.limiter(|data| &mut data.meters().space);
    store.set_hostcall_fuel(size(limits.hostcall));
    store.set_max_component_handles(limits.handles as usize);
    // A store begins with its deadline reached; the first look comes at the next tick instead.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| Ok(cpu.tick()));
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_memories_share_one_limit() {
        let mut growth = Growth::up_to(100);
        assert!(growth.allow(0, 60, None));
        assert!(growth.allow(0, 40, None));
        assert!(!growth.refused);
        assert!(!growth.allow(40, 41, None));
        assert!(growth.refused);
        assert_eq!(growth.peak, 100);
    }

    #[test]
    fn growth_that_failed_is_not_held_against_the_guest() {
        let mut growth = Growth::up_to(100);
        assert!(growth.allow(0, 100, None));
        growth.failed();
        assert!(growth.allow(0, 100, None));
        assert!(!growth.allow(100, 200, Some(100)));
        assert!(!growth.refused);
    }
}
