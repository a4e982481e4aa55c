//! Faults on demand: what a client meets on a bad day, at a request that the test chooses.

use std::time::Duration;

/// The beginning of a raw path, such as `/api/v1/users`. The empty prefix fits every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrefix(pub String);

/// A fault for the next requests whose path begins with `on`.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Which requests.
    pub on: PathPrefix,
    /// How many of them; afterwards the fault is gone.
    pub times: u32,
    /// What happens.
    pub kind: FaultKind,
}

/// What happens to a request. A fault comes before authentication and rate limits, which it
/// leaves alone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FaultKind {
    /// This answer instead of the real one.
    Respond {
        /// HTTP status.
        status: u16,
        /// Value of `Content-Type`.
        content_type: String,
        /// The whole body.
        body: String,
    },
    /// An error of Okta's own, in its envelope, such as 403 E0000006 or 401 E0000015.
    Refuse {
        /// HTTP status.
        status: u16,
        /// `errorCode`
        code: &'static str,
        /// `errorSummary`
        summary: &'static str,
    },
    /// 429 E0000047 with `X-Rate-Limit-Remaining: 0` and a reset this many seconds away.
    RateLimited {
        /// Seconds from the clock's now to the reset.
        reset_after: i64,
    },
    /// The 429 of the concurrency limit: `X-Rate-Limit-Limit: 0` and a reset that says nothing.
    TooManyConcurrent,
    /// The real answer, later. Real time passes; the injected clock does not move.
    Delay(Duration),
    /// The real answer with its `next` link moved to another origin, e.g. `https://evil.example`.
    NextLinkOnHost(String),
    /// The real answer, but its last page carries a `next` link to an empty page.
    EmptyLastPage,
    /// The headers of the real answer and half of its body, then the connection closes.
    Truncate,
    /// The connection closes without an answer; the log shows status 0.
    Disconnect,
}

impl Fault {
    /// An HTML page with status 503, as an edge server in front of Okta sends it.
    pub fn html_503(path: &str, times: u32) -> Fault {
        let body = "<!DOCTYPE html><html><head><title>503</title></head>\
                    <body><h1>Service Unavailable</h1></body></html>\n";
        let kind = FaultKind::Respond {
            status: 503,
            content_type: "text/html".to_owned(),
            body: body.to_owned(),
        };
        Fault {
            on: PathPrefix(path.to_owned()),
            times,
            kind,
        }
    }

    /// A rate limit that ends `reset_after` seconds from now.
    pub fn rate_limited(path: &str, times: u32, reset_after: i64) -> Fault {
        Fault {
            on: PathPrefix(path.to_owned()),
            times,
            kind: FaultKind::RateLimited { reset_after },
        }
    }
}

/// The faults that wait for their requests, in the order of injection.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
}

impl Faults {
    /// Adds a fault behind those that wait already.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.waiting.push(fault);
    }

    /// The first fault that fits `raw_path`; it has one time less afterwards.
    pub(crate) fn take(&mut self, raw_path: &str) -> Option<FaultKind> {
        self.waiting.retain(|fault| fault.times > 0);
        let fault = self
            .waiting
            .iter_mut()
            .find(|fault| raw_path.starts_with(fault.on.0.as_str()))?;
        fault.times -= 1;
        Some(fault.kind.clone())
    }
}
