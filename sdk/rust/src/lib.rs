//! What every Okta plugin written in Rust shares, and nothing more.
//!
//! A plugin is a WebAssembly component that offers MCP tools and can do one thing with Okta: GET the
//! endpoints that its `plugin.toml` declares for the tool that is running. This crate turns that contract
//! (`wit/okta.wit`) into ordinary Rust:
//!
//! * [`Tool`] is one tool: its texts, its schemas, its typed arguments, its function;
//! * [`Get`] builds a request and sends it through a [`Directory`], the only way out of the sandbox;
//! * [`Failure`] is what a tool answers instead of a result, and says what to try next;
//! * [`Listing`] is the one shape in which every list is answered;
//! * [`Schema`] and [`Property`] write the JSON Schemas that clients of every kind accept;
//! * [`export!`] makes a component of a list of tools.
//!
//! Tools see the trait [`Directory`] and never the generated bindings, so the same code runs natively in
//! unit tests (feature `testing`) and inside the component. Bindings are generated once and committed: a
//! macro would build a WIT parser for every plugin.
//!
//! Not here: clocks, randomness, retries, pacing and paging loops. The first two do not exist in the
//! sandbox, the others belong to the host, which does them once for all plugins.

pub mod arguments;
mod attributes;
#[cfg(target_family = "wasm")]
pub mod component;
pub mod directory;
mod error;
pub mod expression;
mod listing;
mod place;
mod remedy;
mod rows;
pub mod schema;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod tool;
pub mod user;

/// The example of the README, which must compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Rust's view of `wit/okta.wit`, world `plugin`: generated, and the only place with `unsafe` code.
#[rustfmt::skip]
#[allow(warnings, unsafe_code, clippy::all, clippy::restriction)]
pub mod bindings;

pub use arguments::Detail;
pub use attributes::Attributes;
pub use directory::{Directory, Get, Page};
pub use error::{Error, Failure, Refusal};
pub use expression::Expression;
pub use listing::{Limit, Listing};
pub use place::Place;
pub use rows::Rows;
pub use schema::{Property, Schema};
pub use text::Text;
pub use tool::{Answer, Entry, Tool};
