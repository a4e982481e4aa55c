//! The served org: connections in, answers out, and a handle for tests.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::Clock;
use crate::fault::{Fault, FaultSwitch, Faults};
use crate::limits::{Limiter, Plan};
use crate::log::{Log, Recorded};
use crate::oauth::{Access, OAuthApp, Signer};
use crate::org::Org;
use crate::respond;
use crate::sending::{self, Sending};
use crate::view::View;
use crate::wire;

/// How long to wait after a connection could not be accepted: the cause, such as too many open
/// files, does not go away at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How an org is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// Decides request ids, error ids and session cookies, together with the number of requests
    /// so far. The data have their own seed, see [`Org::generate`].
    pub seed: u64,
    /// The time of `Date` and of the rate-limit windows.
    pub clock: Clock,
    /// The API token that is accepted after `Authorization: SSWS `.
    pub token: String,
    /// The numbers of the rate limits.
    pub plan: Plan,
    /// How many requests may be under way at once; none for the plan's own number.
    pub concurrent: Option<u32>,
    /// The applications that may get access tokens.
    pub apps: Vec<OAuthApp>,
    /// Whether the API asks for a nonce in DPoP proofs, as the token endpoint always does. Okta's does
    /// not today, but [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449#section-9) lets it.
    pub resource_nonce: bool,
}

impl Options {
    /// The token of [`Options::default`]: 42 characters, beginning with `00` as Okta's do.
    pub const DEMO_TOKEN: &'static str = "00NorthwindDemoTokenThatOpensNothingAtAll0";
    /// The moment of [`Options::default`]: 2026-06-01T08:00:00Z.
    pub const DEMO_TIME: i64 = 1_780_300_800;
}

/// Seed 1, a clock that stands at [`Options::DEMO_TIME`], [`Options::DEMO_TOKEN`], Workforce.
///
/// A clock that stands still never opens a new rate-limit window: advance it, use
/// [`Clock::system`], or choose [`Plan::Unmetered`].
impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            clock: Clock::fixed(Options::DEMO_TIME),
            token: Options::DEMO_TOKEN.to_owned(),
            plan: Plan::default(),
            concurrent: None,
            apps: Vec::new(),
            resource_nonce: false,
        }
    }
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) org: Arc<Org>,
    pub(crate) view: View,
    pub(crate) options: Options,
    /// `http://` and the address, without a slash at the end.
    pub(crate) base: String,
    pub(crate) limiter: Mutex<Limiter>,
    pub(crate) faults: Mutex<Faults>,
    /// Where lists lead back to under [`FaultKind::CursorLoop`](crate::FaultKind::CursorLoop): a
    /// link's target, by the list's path.
    pub(crate) loops: Mutex<HashMap<String, String>>,
    pub(crate) access: Mutex<Access>,
    /// What the custom authorization server signs with.
    pub(crate) signer: Signer,
    log: Mutex<Log>,
    requests: AtomicU64,
    under_way: AtomicU32,
}

impl Shared {
    /// The number of the next request, from 0.
    pub(crate) fn next_number(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a request as under way until the guard is dropped.
    fn begin(&self) -> UnderWay<'_> {
        let others = self.under_way.fetch_add(1, Ordering::SeqCst);
        let limit = self.options.concurrent.or(self.options.plan.concurrent());
        UnderWay {
            shared: self,
            crowded: limit.is_some_and(|limit| others >= limit),
        }
    }
}

/// A request that is being answered.
struct UnderWay<'a> {
    shared: &'a Shared,
    /// Whether as many others were under way as may be.
    crowded: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.shared.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A lock whose holder panicked still guards whole values: every change to them is one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A served org. Dropping the handle stops the server.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// Serves `org` on `listener` from a task of its own and returns at once.
///
/// Answers are byte-identical for equal org, options, address and sequence of requests.
///
/// # Errors
/// Those of asking the listener for its address.
pub async fn serve(listener: TcpListener, org: Arc<Org>, options: Options) -> io::Result<Handle> {
    let mut address = listener.local_addr()?;
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let base = format!("http://{address}");
    let shared = Arc::new(Shared {
        view: View::new(&org, &base),
        org,
        options,
        base,
        limiter: Mutex::default(),
        faults: Mutex::default(),
        loops: Mutex::default(),
        access: Mutex::default(),
        signer: Signer::new()?,
        log: Mutex::default(),
        requests: AtomicU64::new(0),
        under_way: AtomicU32::new(0),
    });
    let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
    Ok(Handle {
        address,
        shared,
        task,
    })
}

impl Handle {
    /// The org's URL, such as `http://127.0.0.1:49152`, without a slash at the end.
    pub fn url(&self) -> String {
        self.shared.base.clone()
    }

    /// The address that clients connect to.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The last 10,000 requests, oldest first. A request is there before its answer is sent.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.shared.log).entries()
    }

    /// How many requests arrived since the start or since [`clear_requests`](Handle::clear_requests).
    pub fn request_count(&self) -> u64 {
        lock(&self.shared.log).count()
    }

    /// Forgets all recorded requests and their count.
    pub fn clear_requests(&self) {
        *lock(&self.shared.log) = Log::default();
    }

    /// Adds a fault. Of several that fit a request, the one that was added first happens.
    pub fn inject(&self, fault: Fault) {
        lock(&self.shared.faults).add(fault, 0);
    }

    /// Adds the fault of a [`FaultSwitch`], as [`inject`](Handle::inject) does.
    pub fn switch_on(&self, switch: FaultSwitch) {
        lock(&self.shared.faults).add(switch.fault, switch.spared);
    }

    /// Ends all access tokens, as when an administrator revokes them; refresh tokens stay good.
    pub fn revoke_access_tokens(&self) {
        lock(&self.shared.access).revoke();
    }

    /// Stops the server and waits until its port is free. Open connections end in mid-answer.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The only error is the cancellation that was just asked for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Aborting this task drops the set, and with it every connection.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
                // Too many open files, or a client that was gone before it was accepted.
                Err(error) => {
                    tracing::warn!(%error, "simulator: a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    if let Err(error) = exchange(stream, &shared).await {
        tracing::debug!(%error, "simulator: a connection broke");
    }
}

async fn exchange(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    while let Some(request) = wire::read(&mut reader).await? {
        let under_way = shared.begin();
        let reply = respond::reply(shared, &request, under_way.crowded);
        lock(&shared.log).add(Recorded {
            method: request.method.clone(),
            target: request.target.clone(),
            status: reply.status(),
            authorized: reply.authorized,
        });
        if let Some(delay) = reply.delay {
            tokio::time::sleep(delay).await;
        }
        let (keep_alive, with_body) = (request.keep_alive, request.method != "HEAD");
        let goes_on = sending::send(
            &mut writer,
            &reply.response,
            &reply.sending,
            keep_alive,
            with_body,
        )
        .await?;
        if reply.sending == Sending::Reset {
            // Dropping the half would end the stream in good order before the reset.
            writer.forget();
            return Ok(());
        }
        if !goes_on {
            break;
        }
    }
    writer.shutdown().await
}
