//! Reviews and comparisons as people and tools read them: golden reports for every kind of change, the
//! published schemas, SARIF against the standard's schema, and a page that can load and run nothing.
//!
//! After a wanted change: `INSTA_UPDATE=always cargo test -p okta-mcp --test report`, and look at the
//! difference before it is committed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod cases;
mod comparisons;
mod limits;
mod noticed;
mod page;
mod plugin;
mod reviews;
mod schemas;
