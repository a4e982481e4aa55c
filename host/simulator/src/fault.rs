//! Faults on demand: what a client meets on a bad day, at a request that the test chooses.

mod errors;
mod switch;

use std::time::Duration;

pub use switch::{FaultSwitch, SwitchError};

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
    /// 403 without a body, as an access token meets it that lacks this scope: all there is to read
    /// is `WWW-Authenticate`.
    InsufficientScope(String),
    /// 401 without a body: the access token is not valid, or not any more.
    InvalidToken,
    /// 302 to the same path and query on another origin, e.g. `https://evil.example`.
    RedirectToHost(String),
    /// The real answer with its `next` link moved to another origin, e.g. `https://evil.example`.
    NextLinkOnHost(String),
    /// The real answer with all its links in one `Link` field, as Okta sent them until about 2017.
    JoinedLinks,
    /// The real answers of a list whose pages lead round in a circle: the third page, or the last
    /// one of a shorter list, names the second as its next.
    CursorLoop,
    /// The real answer, but its last page carries a `next` link to an empty page.
    EmptyLastPage,
    /// The real answer under another `Content-Type`.
    ContentType(String),
    /// Half of the real answer's body, announced as the whole: JSON that breaks off.
    BadJson,
    /// Arrays within arrays, 100,000 deep.
    DeepJson,
    /// The real answer with blanks behind it up to this many bytes, all of them announced.
    Oversized(u64),
    /// A list of as many blanks, packed to a thousandth of that by gzip.
    GzipBomb(u64),
    /// Gzip without end that unfolds to nothing: empty members, one after another.
    GzipOfNothing,
    /// The real answer, but `Content-Length` announces this many bytes; then the connection closes.
    ContentLength(u64),
    /// A chunked body of blanks that never ends.
    Endless,
    /// The head of the real answer, then its body byte by byte with this pause between them.
    SlowDrip(Duration),
    /// The headers of the real answer and half of its body, then the connection closes.
    Truncate,
    /// The connection closes without an answer; the log shows status 0.
    Disconnect,
    /// The connection is reset (RST) without an answer; the log shows status 0.
    Reset,
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
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    fault: Fault,
    /// Requests that fit and are still to go by before it happens.
    spared: u32,
}

impl Faults {
    /// Adds a fault behind those that wait already; the first `spared` requests that fit go by.
    pub(crate) fn add(&mut self, fault: Fault, spared: u32) {
        self.waiting.push(Waiting { fault, spared });
    }

    /// The first fault that fits `raw_path` and whose turn it is; it has one time less afterwards.
    pub(crate) fn take(&mut self, raw_path: &str) -> Option<FaultKind> {
        self.waiting.retain(|waiting| waiting.fault.times > 0);
        let mut due = None;
        // Every fault counts the requests that fit it; one whose turn it is may wait for another.
        for Waiting { fault, spared } in &mut self.waiting {
            if !raw_path.starts_with(fault.on.0.as_str()) {
                continue;
            }
            if *spared > 0 {
                *spared -= 1;
            } else if due.is_none() {
                fault.times -= 1;
                due = Some(fault.kind.clone());
            }
        }
        due
    }
}
