//! The gateway against an Okta that says and does anything: real HTTP on loopback.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may stop where they stand, as the tests themselves may"
)]

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod connections;
mod links;
mod look;
mod pace;
mod redirects;
mod refusals;
mod requests;
mod together;
mod waits;
