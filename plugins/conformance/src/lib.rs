//! The fixtures of MCP's official conformance suite, as a plugin.
//!
//! The suite calls tools, prompts and resources by names that it prescribes and looks at what comes back over HTTP.
//! With this component it looks at the whole way: transport, host, sandbox, plugin interface, and back.
//!
//! It is an ordinary plugin of the world `full-plugin`, loaded like anybody's: named in the configuration, approved
//! by its digest. It imports nothing that other plugins do not have, declares no endpoint and so can ask Okta for
//! nothing. Where the suite wants a client to be asked in the middle of a call, the fixture ends with its questions
//! and is called again with the answers, and where it wants log messages, it logs. So no door had to be opened for
//! the suite that is not there for every plugin.
//!
//! Left out are fixtures that no plugin can have: tasks, schemas with references, and a tool that changes the
//! list of tools. The suite does not score the first two, and the third only where a server says that its list changes.
#![cfg(target_family = "wasm")]

/// Rust's view of `wit/okta.wit`, world `full-plugin`: generated; here and in [`entry`] is the only `unsafe` code.
#[rustfmt::skip]
#[allow(warnings, unsafe_code, clippy::all, clippy::restriction)]
mod bindings;
mod input;
mod media;
mod prompts;
mod resources;
mod tools;

/// The plugin.
struct Conformance;

/// The component's entry points: generated as well.
#[allow(unsafe_code, unreachable_pub, clippy::all, clippy::restriction)]
mod entry {
    use super::Conformance;

    crate::bindings::export!(Conformance with_types_in crate::bindings);
}
