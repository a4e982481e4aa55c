//! The way to Okta: the one crate that sends requests, and the one that holds credentials.
//!
//! It has one door, [`Gateway::get`], and the door takes an
//! [`AuthorizedGet`](capability::grant::AuthorizedGet): a proof that only `capability` can make.
//! So what may be asked is settled before this crate is reached, and what it adds is how to ask.
//! A reader can follow one GET from top to bottom:
//!
//! 1. [`gateway`](Gateway) checks the origin once more, sets the deadline round everything and runs
//!    the attempts; `run` knows what came before in the same call, `flight` what is under way, `cache`
//!    what an operator allows to be kept;
//! 2. `client` keeps the connections, `tls` says whom to trust, `send` has each attempt authorized by
//!    the [`Credential`] (`secret` knows where it lies, `oauth` gets access tokens for it) and `request`
//!    writes the headers;
//! 3. `answer` decides what a response is: `refusal` reads a no, `body` reads a page within its
//!    cap, `paging` finds where the next one begins (`header` and `link` read the fields);
//! 4. `pace` decides when a request may go, and whether a failed one is worth another.
//!
//! Beside the door there is a window, [`Gateway::look`]: one document that Okta shows to everybody, asked
//! for without a credential, so that a person can be told where the way to his org ends. Its caller chooses
//! nothing that is sent, and no plugin has it.
//!
//! Beside the door stands [`AccessTokens`], which checks the tokens of this server's own callers (`bearer`): the
//! issuer's keys are the only thing that is ever fetched without a proof, from the address that the operator
//! configured, and no plugin's doing leads there.
//!
//! `tally` counts what passed, for metrics.
//!
//! It never follows a redirect, keeps no cookie, and takes nothing from a `Link` but Okta's `after`.
//! It does not know tools, plugins or WebAssembly, and never logs a value of a
//! request: only templates, statuses, sizes, times and request ids.

mod answer;
mod bearer;
mod body;
mod cache;
mod client;
mod credential;
mod fault;
mod flight;
mod gateway;
mod header;
mod link;
mod look;
mod oauth;
mod pace;
mod paging;
mod refusal;
mod request;
mod run;
mod secret;
mod send;
mod tally;
mod tls;

pub use bearer::{
    AccessTokens, Bearer, BearerSettings, IssuerError, KeysUrl, KeysUrlError, MAX_TOKEN_BYTES,
    TokenError,
};
pub use credential::{Credential, CredentialError, Method};
pub use gateway::{Budget, Gateway, Settings, SetupError, Unauthorized};
pub use look::{Found, FrontDoor, NoAnswer, Route, Sighting};
pub use oauth::clock::Skew;
pub use oauth::{Holding, Holds, ScopeCeiling, ScopeError};
pub use pace::{Pacing, PacingError, Wait, Why};
pub use run::Run;
pub use secret::Secret;
pub use secret::source::{Exposed, Source, SourceError};
pub use tally::RateLimit;
pub use tls::{CaFile, CaFileError};
