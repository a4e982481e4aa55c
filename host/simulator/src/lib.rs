//! An Okta org in memory behind real HTTP.
//!
//! For the demo, for people who write plugins, and for tests: a client that is pointed at
//! [`Handle::url`] meets the same objects, headers, errors, cursors and limits as at a real org,
//! without a network and without an account.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use std::sync::Arc;
//! use simulator::{Options, Org, serve};
//!
//! let options = Options::default();
//! let org = Arc::new(Org::generate(options.seed, options.clock.now()));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let handle = serve(listener, org, options).await?;
//! // Point a client at handle.url() with the token Options::DEMO_TOKEN.
//! handle.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # How far it goes
//! Reading users, groups, group rules, applications, factors and policies with an API token or an
//! OAuth access token, which a service app gets with `private_key_jwt` and a person by the device
//! authorization grant, with DPoP where the app is set so; tokens of a custom authorization server, with a
//! person's groups, for servers that check them; and what an org tells everybody of itself. Every
//! answer follows Okta's published document or recorded traffic; where neither says what happens,
//! the code has a comment `Choice [?]`. There are no writes, no System Log, no TLS, no
//! administrator roles and no index that lags behind.
//!
//! # Determinism
//! Data depend on a seed and a moment only, answers on the data, the [`Options`], the listener's
//! address and the order of requests. Time passes when the [`Clock`] says so.
//!
//! # The way of a request
//! `wire` reads it, `respond` decides what stands in its way, `oauth` knows tokens, `route` and `endpoints` answer it
//! from the data in `org`, `scim` understands its query, `paging` links its pages, `envelope`
//! surrounds it with headers, `log` remembers it, `sending` writes it, and `fault` is what may go
//! wrong with each of these on demand.

mod clock;
mod endpoints;
mod envelope;
mod fault;
mod id;
mod json;
mod limits;
mod log;
mod oauth;
mod order;
mod org;
mod paging;
mod query_string;
mod random;
mod refusal;
mod respond;
mod route;
mod scim;
mod sending;
mod server;
mod view;
mod wire;

pub use clock::Clock;
pub use fault::{Fault, FaultKind, FaultSwitch, PathPrefix, SwitchError};
pub use limits::Plan;
pub use log::Recorded;
pub use oauth::{KeyError, OAuthApp};
pub use org::{DUMP_ADDRESS, Org, fixtures};
pub use server::{Handle, Options, serve};
