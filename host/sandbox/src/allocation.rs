//! Where the memories, tables and stacks of guests come from.
//!
//! On demand, each call asks the operating system for its own and gives it back. Pooled, the process
//! reserves addresses for all calls at its start and hands them out again; what a guest left in them is
//! wiped. What a guest may use is bounded by [its store](crate::store) either way.
//!
//! The program allocates on demand, over stdio and HTTP: see `host/README.md` for what was measured. Pooled
//! is here so that anybody can measure again: `cargo bench -p sandbox --bench call`.

use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How guests get their memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Allocation {
    /// From the operating system, for each call.
    #[default]
    OnDemand,
    /// From addresses that are reserved at the start, for so many calls at once as the engine runs.
    Pooled,
}

/// Modules of a component, with those that the component model adds, as the pool counts them: what
/// components of compiled languages have. One of an interpreted language does not fit the pool.
const MODULES: u32 = 8;

impl Allocation {
    /// Sets `config` up for so many calls at once.
    pub(crate) fn apply(self, config: &mut Config, calls: usize) {
        let Self::Pooled = self else { return };
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(calls)
            .total_core_instances(calls.saturating_mul(MODULES))
            .max_core_instances_per_component(MODULES)
            .total_memories(calls.saturating_mul(2))
            .max_memories_per_component(2)
            .total_tables(calls.saturating_mul(MODULES))
            .max_tables_per_component(MODULES)
            .table_elements(capability::limits::Limits::DEFAULT.table_elements as usize)
            .total_stacks(calls);
        // The addresses of one memory: what a guest may have by default, and no guest more.
        let memory = crate::store::size(capability::limits::Limits::DEFAULT.memory);
        pool.max_memory_size(memory);
        // So much stays mapped and is overwritten with zeros after each call, which is faster than giving it back; what a
        // guest used beyond it is given back.
        pool.linear_memory_keep_resident(256 << 10)
            .table_keep_resident(16 << 10)
            .async_stack_keep_resident(32 << 10);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
}
