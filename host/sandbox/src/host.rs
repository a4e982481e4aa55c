//! The two interfaces that a guest may import, as one call sees them.
//!
//! This is the sandbox's side of the choke point: a request of the guest's becomes an
//! [`AuthorizedGet`](capability::grant::AuthorizedGet) here or goes nowhere.

use std::sync::Arc;

use capability::answer::{Failure, Page, Refusal};
use capability::grant::{AuthorizedGet, Class, Request};
use capability::limits::Limits;
use futures::StreamExt as _;
use tokio::time::Instant;

use crate::bindings::okta::plugin::{content, directory, host};
use crate::budget::Ledger;
use crate::call::{Budget, Call, Level, Usage};
use crate::error::line;
use crate::limits;
use crate::log::Log;
use crate::store::{Metered, Meters};
use crate::wasi::{Compat, Random, Stderr, Wasi};

/// A store's data: one call, its accounts and its meters.
pub(crate) struct HostState {
    asking: Asking,
    meters: Meters,
    log: Arc<Log>,
    /// None until the guest asks for it, which only one of the world `compat` can.
    wasi: Option<Wasi>,
    /// Progress messages that are still passed on.
    progress_left: u32,
    /// Requests that one `get-all` may name.
    at_once: usize,
}

/// What several requests of one call share while they are under way.
struct Asking {
    call: Call,
    deadline: Instant,
    ledger: Ledger,
}

impl HostState {
    /// The state of a call whose guest starts now.
    pub(crate) fn start(call: Call, deadline: Instant, limits: &Limits) -> Self {
        Self {
            log: Log::new(Arc::clone(&call.reporter), limits),
            asking: Asking {
                call,
                deadline,
                ledger: Ledger::new(limits),
            },
            meters: Meters::start(limits),
            wasi: None,
            progress_left: limits.progress,
            at_once: limits.at_once as usize,
        }
    }
}

impl Asking {
    /// Decides on a request: counted, then authorized. Nothing is sent yet.
    fn admit(&self, request: directory::Request) -> Result<AuthorizedGet, directory::Error> {
        self.ledger.ask().map_err(directory::Error::from)?;
        let request = Request::from(request);
        let get = self.call.grant.authorize(&request).map_err(|denial| {
            self.call.reporter.refused(&request, &denial);
            match denial.class() {
                Class::Denied => {
                    self.call.reporter.denied(&denial);
                    directory::Error::Denied(denial.to_string())
                }
                // A slip of the pen, most often: for the caller to mend.
                Class::Invalid => directory::Error::Invalid(denial.to_string()),
            }
        })?;
        self.ledger.announce();
        Ok(get)
    }

    async fn fetch(
        &self,
        admitted: Result<AuthorizedGet, directory::Error>,
    ) -> Result<directory::Page, directory::Error> {
        let get = admitted?;
        let share = self.ledger.begin().map_err(directory::Error::from)?;
        let budget = Budget {
            deadline: self.deadline,
            bytes: share.bytes(),
        };
        let answer = self.call.directory.get(&get, budget).await;
        Ok(share.settle(answer)?.into())
    }
}

impl Metered for HostState {
    fn meters(&mut self) -> &mut Meters {
        &mut self.meters
    }
}

impl Compat for HostState {
    fn wasi(&mut self) -> &mut Wasi {
        let (log, reporter) = (&self.log, &self.asking.call.reporter);
        self.wasi.get_or_insert_with(|| {
            let (log, reporter) = (Arc::clone(log), Arc::clone(reporter));
            Wasi::new(
                Random::Unpredictable,
                move || reporter.now(),
                // Where a runtime says what went wrong.
                Stderr::new(move |text| log.write(Level::Warn, text)),
            )
        })
    }
}

impl Drop for HostState {
    /// Also a call that is cancelled has used something, and said something last.
    fn drop(&mut self) {
        if let Some(wasi) = &self.wasi {
            wasi.finish();
        }
        let (requests, bytes) = self.asking.ledger.spent();
        self.asking.call.reporter.used(&Usage {
            requests,
            bytes,
            cpu: self.meters.cpu.spent(),
            memory: self.meters.space.peak_memory(),
        });
    }
}

impl directory::Host for HostState {
    async fn get(
        &mut self,
        request: directory::Request,
    ) -> wasmtime::Result<Result<directory::Page, directory::Error>> {
        let admitted = self.asking.admit(request);
        let _waiting = self.meters.cpu.wait();
        Ok(self.asking.fetch(admitted).await)
    }

    async fn get_all(
        &mut self,
        requests: Vec<directory::Request>,
    ) -> wasmtime::Result<Vec<Result<directory::Page, directory::Error>>> {
        let count = requests.len();
        if count > self.at_once {
            let error = directory::Error::Invalid(format!(
                "get-all takes at most {} requests at once, not {count}; nothing was sent",
                self.at_once
            ));
            return Ok(vec![Err(error); count]);
        }
        // All are decided on before the first is sent, in the order in which they were asked.
        let admitted: Vec<_> = requests
            .into_iter()
            .map(|request| self.asking.admit(request))
            .collect();
        let _waiting = self.meters.cpu.wait();
        let asking = &self.asking;
        let pages = futures::stream::iter(admitted)
            .map(|admitted| asking.fetch(admitted))
            .buffered(limits::CONCURRENT_GETS)
            .collect()
            .await;
        Ok(pages)
    }
}

impl host::Host for HostState {
    fn log(&mut self, level: host::Level, message: String) -> wasmtime::Result<()> {
        self.log.write(level.into(), &message);
        Ok(())
    }

    fn progress(&mut self, done: u32, total: Option<u32>, message: String) -> wasmtime::Result<()> {
        if let Some(left) = self.progress_left.checked_sub(1) {
            self.progress_left = left;
            let message = line(&message, limits::MAX_PROGRESS_TEXT);
            self.asking.call.reporter.progress(done, total, &message);
        }
        Ok(())
    }

    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.asking.call.reporter.now())
    }

    fn setting(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        let known = name.len() <= limits::MAX_SETTING_NAME;
        Ok(known
            .then(|| self.asking.call.reporter.setting(&name))
            .flatten())
    }
}

impl content::Host for HostState {}

impl From<directory::Request> for Request {
    fn from(request: directory::Request) -> Self {
        let pairs = |parameters: Vec<directory::Parameter>| {
            parameters
                .into_iter()
                .map(|parameter| (parameter.name, parameter.value))
                .collect()
        };
        Self {
            endpoint: request.endpoint,
            path: pairs(request.path),
            query: pairs(request.query),
            cursor: request.cursor,
        }
    }
}

impl From<Page> for directory::Page {
    fn from(page: Page) -> Self {
        Self {
            body: page.body,
            next: page.next,
        }
    }
}

impl From<Refusal> for directory::Refusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            code: refusal.code,
            summary: refusal.summary,
            request_id: refusal.request_id,
        }
    }
}

impl From<Failure> for directory::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound(refusal) => Self::NotFound(refusal.into()),
            Failure::Forbidden(refusal) => Self::Forbidden(refusal.into()),
            Failure::RateLimited { seconds } => Self::RateLimited(seconds),
            Failure::Refused(refusal) => Self::Refused(refusal.into()),
            Failure::Unavailable(text) => Self::Unavailable(text),
            Failure::Exhausted(text) => Self::Exhausted(text),
        }
    }
}

impl From<host::Level> for Level {
    fn from(level: host::Level) -> Self {
        match level {
            host::Level::Debug => Self::Debug,
            host::Level::Info => Self::Info,
            host::Level::Warn => Self::Warn,
            host::Level::Error => Self::Error,
        }
    }
}
