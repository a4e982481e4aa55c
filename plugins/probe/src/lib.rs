//! The probe: a plugin whose tools do, on request, what the sandbox must allow, refuse, bound or outlive.
//!
//! It uses the SDK, so the tests see what real plugins' code does, but sends requests through the raw bindings:
//! the SDK would not let it ask for what is not a constant of the program.
#![cfg(target_family = "wasm")]

mod abuse;
mod requests;

use abuse::{BadOutput, Echo, Grow, Panic, Spin, Stash};
use requests::{GetMany, OtherGet, RawGet};

okta_plugin::export!(
    RawGet, OtherGet, GetMany, Echo, Spin, Grow, Panic, Stash, BadOutput
);
