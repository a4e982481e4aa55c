//! Why there is no token.

use capability::answer::{Failure, Refusal};
use capability::text::clean;

use crate::pace::{Limit, Setback};

/// Why a request cannot be authorized.
#[derive(Debug, Clone)]
pub(crate) enum AuthError {
    /// Okta will say no until somebody changes something; the text says who and what.
    Needs {
        /// OAuth's code of it, or one of ours.
        code: String,
        /// One line, without a full stop.
        text: String,
    },
    /// A person has to sign in first; the text has the address and the code, which are for him and for
    /// no plugin.
    SignIn(String),
    /// It may pass.
    Passing(Failure),
    /// 429.
    Limited(Limit),
    /// It will not pass, and nobody who reads this can change it.
    Final(Failure),
}

impl AuthError {
    pub(super) fn needs(code: &str, text: impl Into<String>) -> Self {
        Self::Needs {
            code: code.to_owned(),
            text: text.into(),
        }
    }

    /// What happened, in one line without a full stop.
    pub(crate) fn told(self) -> String {
        match self {
            Self::Needs { text, .. } | Self::SignIn(text) => text,
            other => match other.setback() {
                Setback::Final(failure) | Setback::Passing(failure) => failure.to_string(),
                Setback::Limited(_) => "Okta's rate limit is reached".to_owned(),
            },
        }
    }

    /// Whether asking again soon would bring the same.
    pub(super) fn lasts(&self) -> bool {
        matches!(self, Self::Needs { .. })
    }

    /// What an attempt came to, when it came to this: the plugin's side of it.
    pub(crate) fn setback(self) -> Setback {
        let refused = |code: String, summary: String| {
            Setback::Final(Failure::Forbidden(Refusal {
                status: 401,
                code: clean(&code, 40),
                summary: clean(&summary, 300),
                request_id: None,
            }))
        };
        match self {
            Self::Needs { code, text } => refused(code, text),
            Self::SignIn(_) => refused(
                "sign_in_required".to_owned(),
                "the sign-in at Okta has ended; call the tool again to get a new code".to_owned(),
            ),
            Self::Passing(failure) => Setback::Passing(failure),
            // What is waited for at the gate is the API's window, not the token endpoint's.
            Self::Limited(Limit::Window(standing)) => {
                let seconds = u32::try_from(standing.ends_in.as_secs()).unwrap_or(u32::MAX);
                Setback::Final(Failure::RateLimited {
                    seconds: seconds.max(1),
                })
            }
            Self::Limited(limit) => Setback::Limited(limit),
            Self::Final(failure) => Setback::Final(failure),
        }
    }
}

impl From<Setback> for AuthError {
    fn from(setback: Setback) -> Self {
        match setback {
            Setback::Final(failure) => Self::Final(failure),
            Setback::Passing(failure) => Self::Passing(failure),
            Setback::Limited(limit) => Self::Limited(limit),
        }
    }
}
