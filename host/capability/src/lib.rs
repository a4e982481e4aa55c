//! What a plugin may ask Okta for, and the proof that a request is within it.
//!
//! This crate is the whole of the product's security argument, so it is kept free of everything that
//! could cloud it: no I/O, no async, no clock, no network, no WebAssembly. A reader can follow one
//! request from top to bottom:
//!
//! 1. [`manifest`] turns a plugin's `plugin.toml` into checked types against [`catalogue`], Okta's own
//!    list of GETs, with [`sensitivity`] drawing the line at credentials.
//! 2. [`grant`] holds what one tool may do in one call. [`grant::Grant::authorize`] is the only
//!    constructor of [`grant::AuthorizedGet`], the only thing that the gateway sends.
//! 3. On the way there, [`grammar`] judges each value, `address` writes the URL and reads it back, and
//!    [`cursor`] opens what an earlier page sealed.
//! 4. [`projection`] cuts the answer down to the declared fields before the plugin sees it.
//!
//! What an operator takes away from a plugin is gone from its [`reach`]; a [`lock`] says which reach of which
//! bytes was approved, a [`boundary`] which reach no plugin may have, and [`surface`] looks at what the tools
//! say to the model.
//!
//! For people, [`review`] says in facts and sentences what a plugin can do, from a [`snapshot`] of its
//! package, and [`diff`] what changed between two of them.
//!
//! It does not know how requests are sent, how plugins run, or who the operator is.

mod address;
pub mod answer;
pub mod boundary;
pub mod catalogue;
pub mod cursor;
pub mod diff;
mod expression;
pub mod field;
pub mod grammar;
pub mod grant;
pub mod limits;
pub mod lock;
pub mod manifest;
pub mod org;
pub mod projection;
pub mod reach;
pub mod review;
pub mod scopes;
pub mod sensitivity;
pub mod snapshot;
pub mod surface;
pub mod template;
pub mod text;

#[cfg(test)]
#[path = "../tests/support/hostile.rs"]
mod hostile;
