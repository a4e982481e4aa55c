//! What a call brings along, and what it asks of the program while it runs.

use std::time::Duration;

use capability::answer::{Failure, Page};
use capability::grant::{AuthorizedGet, Denial, Grant, Request};
use futures::future::BoxFuture;
use std::sync::Arc;
use tokio::time::Instant;

/// Everything that one call of a tool may use.
#[derive(Clone)]
pub struct Call {
    /// What the tool may ask of Okta.
    pub grant: Grant,
    /// Who asks Okta.
    pub directory: Arc<dyn Directory>,
    /// Who hears of what the plugin does.
    pub reporter: Arc<dyn Reporter>,
    /// The answers to an earlier [`Pause`](crate::Pause), when this call goes on from there.
    pub resumed: Option<Answers>,
}

/// The way to Okta, below the choke point: it sees only what was authorized.
pub trait Directory: Send + Sync {
    /// Sends `get` and brings its page, or says why there is none.
    ///
    /// The future is dropped when the call is cancelled or its time is up; the request should end with
    /// it. At most eight of one call run at once, and the `bytes` of their budgets never add up to more
    /// than the call has left.
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        budget: Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>>;
}

/// What one GET may use of its call's budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// When the call ends, whatever is still under way.
    pub deadline: Instant,
    /// Bytes of the response's body, decoded and before projection. A body that does not fit is to be
    /// given up as [`Failure::Exhausted`], which spends all of them.
    pub bytes: u64,
}

/// The program's ear for one call. Every text is one clean line of bounded length; no method may block.
pub trait Reporter: Send + Sync {
    /// A line for the log; never for the model.
    fn log(&self, level: Level, message: &str);

    /// How far the call is, for the person who waits. The plugin chooses the numbers: they need not rise.
    fn progress(&self, done: u32, total: Option<u32>, message: &str);

    /// Whole seconds since the Unix epoch.
    fn now(&self) -> u64;

    /// Something was asked for that the grant does not hold; at most one for each request of the budget.
    fn denied(&self, denial: &Denial);

    /// A request that was not authorized, for whatever reason: beyond the grant, which [`denied`](Self::denied)
    /// hears of as well, or malformed. At most one for each request of the budget. What the guest asked for is
    /// as it came: nothing of it is trusted or cleaned.
    fn refused(&self, request: &Request, denial: &Denial) {
        let _ = (request, denial);
    }

    /// A setting that the manifest declares, as JSON text.
    fn setting(&self, name: &str) -> Option<String>;

    /// What the call used. Comes once for each call whose guest was started, however it ended, also
    /// when it was cancelled.
    fn used(&self, usage: &Usage) {
        let _ = usage;
    }
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For the plugin's author.
    Debug,
    /// Ordinary.
    Info,
    /// Odd, but the call goes on.
    Warn,
    /// Something failed.
    Error,
}

/// What one call used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests that the plugin asked for, the denied ones too.
    pub requests: u32,
    /// Bytes of bodies that came from Okta, before projection.
    pub bytes: u64,
    /// Processor time of the guest.
    pub cpu: Duration,
    /// The guest's most linear memory, in bytes.
    pub memory: u64,
}

/// What a client answered to a [`Pause`](crate::Pause).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Each question's key, and the response as JSON text.
    pub answers: Vec<(String, String)>,
    /// What the pause asked to get back. Whoever carried it must have sealed it.
    pub state: Option<Vec<u8>>,
}
