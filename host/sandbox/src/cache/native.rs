//! The one place with `unsafe` in this program: bytes become native code.
//!
//! `Component::deserialize` asks for bytes that `Component::serialize` or `Engine::precompile_component`
//! of the same version of wasmtime made, and nothing changed since; it checks version and settings itself,
//! and nothing else. That this holds for the bytes of an [`Authentic`] entry:
//!
//! 1. Only [`entry::open`](super::entry::open) makes an `Authentic`, and only where the HMAC of a key that
//!    only this user's processes can read is right for these very bytes.
//! 2. Only [`entry::seal`](super::entry::seal) makes such an HMAC. It has one caller, which gives it what
//!    `Component::serialize` returned a line before, for a component compiled from the package whose digest
//!    is in the label: [`Package`](crate::package::Package) holds the bytes and their digest together.
//! 3. The label under the HMAC holds wasmtime's own hash of version, settings and target: what another
//!    engine sealed does not open under this one's label.
//! 4. The bytes are a buffer of this process' own: what happens to the file after it was read, happens to
//!    the file.
//!
//! Whoever holds the key or runs as this user could forge an entry, and could as well change the program.

#![allow(
    unsafe_code,
    reason = "the one reviewed place; the argument is this module's documentation"
)]

use wasmtime::Engine;
use wasmtime::component::Component;

use super::entry::Authentic;

/// The component whose compiled code this is.
pub(super) fn load(engine: &Engine, entry: &Authentic) -> wasmtime::Result<Component> {
    // SAFETY: `entry` holds what `Component::serialize` made under an engine of the same compatibility
    // hash, unchanged; see the module's documentation.
    unsafe { Component::deserialize(engine, entry.code()) }
}
