//! OAuth against the example org, which checks every signature and every claim for itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may stop where they stand, as the tests themselves may"
)]

mod device;
mod dpop;
mod holding;
mod service;
mod time;
mod world;
