//! Why a GET brought nothing, and what a tool answers then.
//!
//! [`Error`] is the host's account of one request; [`Failure`] is the tool's account to the model. They are
//! kept apart because the first is facts and the second is advice: `remedy` turns one into the other.

use crate::remedy;

/// What Okta said of a request that it refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Okta's `errorCode`, such as `E0000007`; empty where Okta sent none.
    pub code: String,
    /// Okta's own words.
    pub summary: String,
    /// The id that Okta's support asks for.
    pub request_id: Option<String>,
}

/// Why a GET brought no page. One case for each of the contract's `directory.error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The manifest, or the operator, does not allow this request.
    Denied(String),
    /// A value in the request is malformed; nothing was sent.
    Invalid(String),
    /// 404.
    NotFound(Refusal),
    /// 401 or 403.
    Forbidden(Refusal),
    /// Okta's rate limit outlasts the call; seconds until it resets.
    RateLimited(u32),
    /// Any other refusal by Okta.
    Refused(Refusal),
    /// No usable answer.
    Unavailable(String),
    /// The call's budget is spent.
    Exhausted(String),
}

/// Why a tool has no result, in words that help the model on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// An argument is at fault: names it and says what is accepted.
    InvalidArguments(String),
    /// Okta or the host refused: says what happened and what to try instead.
    Failed(String),
}

impl Failure {
    /// The text for the model.
    pub fn text(&self) -> &str {
        match self {
            Self::InvalidArguments(text) | Self::Failed(text) => text,
        }
    }
}

/// Without knowing what was asked for; [`crate::Get::send`] knows more and says more.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        remedy::failure(&error, None)
    }
}
