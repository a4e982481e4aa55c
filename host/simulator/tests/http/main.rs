//! The simulator as a client meets it: over a socket.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod apps;
mod client;
mod data;
mod envelope;
mod faults;
mod groups;
mod log;
mod oauth;
mod policies;
mod users;
