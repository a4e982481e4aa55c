//! What comes back for an [`AuthorizedGet`](crate::grant::AuthorizedGet), in words that both the
//! sandbox and the gateway know.

use crate::projection::Seen;

/// One page of an answer, already projected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// JSON text: the body, less every field that the manifest does not declare.
    pub body: String,
    /// A sealed cursor while more pages follow.
    pub next: Option<String>,
    /// Bytes of the body as Okta sent it, decoded, before projection.
    pub received: u64,
    /// Elements of the body's outermost array; 1 for a single object.
    pub rows: usize,
    /// `X-Okta-Request-Id`.
    pub request_id: Option<String>,
    /// The declared fields that held a value.
    pub seen: Seen,
}

/// What Okta said of a request that it refused. Every text is clean: one line, no controls, capped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `errorCode`, such as `E0000007`; empty where Okta sent none.
    pub code: String,
    /// `errorSummary` and the causes.
    pub summary: String,
    /// `X-Okta-Request-Id`.
    pub request_id: Option<String>,
}

/// Why a request that was allowed brought no page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// 404.
    #[error("not found: {}", .0.summary)]
    NotFound(Refusal),
    /// 401 or 403.
    #[error("forbidden: {}", .0.summary)]
    Forbidden(Refusal),
    /// Okta's rate limit holds past the call's deadline.
    #[error("Okta's rate limit holds for {seconds} s more, longer than this call may take")]
    RateLimited {
        /// Seconds until it resets.
        seconds: u32,
    },
    /// Any other refusal.
    #[error("Okta refused ({}): {}", .0.status, .0.summary)]
    Refused(Refusal),
    /// No usable answer: network, TLS, time-out, malformed or oversized body.
    #[error("{0}")]
    Unavailable(String),
    /// The call's budget is spent.
    #[error("{0}")]
    Exhausted(String),
}
