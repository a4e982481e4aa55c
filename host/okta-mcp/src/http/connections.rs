//! The accept loop: a bound on connections, a time for headers, and an orderly end.
//!
//! Plain HTTP/1.1. TLS is the business of whatever stands in front: a balancer has the certificates.
//!
//! Once the end was asked for, connections that rest are closed and those with an answer under way bring it to its
//! end, within a time. As long as that takes, new connections are still taken, one answer each: so a balancer hears from
//! `/readyz` that this replica leaves, and a client is told so instead of meeting a closed port.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Open connections; more wait in the system's queue. Each may hold a message of 4 MiB while it is read.
const CONNECTIONS: usize = 512;

/// How long a client may take for its headers.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long calls in flight may go on after the end was asked for: a call's own time at most.
const DRAIN_TIME: Duration = Duration::from_secs(30);

/// A pause after the system gave no connection, as it does while no file descriptor is free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The two halves of an end: nothing new, then nothing at all.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending {
    /// Cancelled when the end was asked for.
    pub(super) asked: CancellationToken,
    /// Cancelled when what is still open must stop.
    pub(super) now: CancellationToken,
}

/// Serves `app` until `ending.asked`, then lets what is running finish.
pub(super) async fn serve(listener: TcpListener, app: Router, ending: Ending) {
    let open = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = ending.asked.cancelled() => break,
            accepted = accept(&listener, &open) => accepted,
        };
        let Some((stream, permit)) = taken(accepted).await else {
            continue;
        };
        let connection =
            builder().serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        tokio::spawn(run(graceful.watch(connection), permit));
    }
    drain(listener, app, &open, graceful).await;
    ending.now.cancel();
}

/// Waits for the answers that are under way, and tells whoever comes meanwhile that nothing new is begun.
async fn drain(
    listener: TcpListener,
    app: Router,
    open: &Arc<Semaphore>,
    graceful: GracefulShutdown,
) {
    let drained = tokio::time::timeout(DRAIN_TIME, graceful.shutdown());
    tokio::pin!(drained);
    loop {
        let accepted = tokio::select! {
            in_time = &mut drained => {
                if in_time.is_err() {
                    let seconds = DRAIN_TIME.as_secs();
                    tracing::warn!("calls were still running after {seconds} s; they are stopped");
                }
                return;
            }
            accepted = accept(&listener, open) => accepted,
        };
        if let Some((stream, permit)) = taken(accepted).await {
            let connection = builder()
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
            tokio::spawn(run(connection, permit));
        }
    }
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME);
    builder
}

async fn run(connection: impl Future<Output = hyper::Result<()>>, permit: OwnedSemaphorePermit) {
    if let Err(error) = connection.await {
        tracing::debug!("a connection ended: {error}");
    }
    drop(permit);
}

/// What was accepted; none, after a pause, when the system had no connection to give.
async fn taken(accepted: io::Result<Accepted>) -> Option<Accepted> {
    match accepted {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            tracing::warn!("a connection could not be taken: {error}");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// A connection and its place among those that may be open.
type Accepted = (TcpStream, OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, open: &Arc<Semaphore>) -> io::Result<Accepted> {
    let permit = Arc::clone(open)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    // A small answer must not wait for the acknowledgement of the one before: 40 ms each time.
    stream.set_nodelay(true)?;
    Ok((stream, permit))
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::AsyncWriteExt as _;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_small_answer_is_not_held_back_for_a_larger_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = Arc::new(Semaphore::new(1));
        let _client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (stream, _permit) = accept(&listener, &open).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_call_that_does_not_end_holds_the_end_up_for_half_a_minute_and_no_longer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (begun, ending) = (Arc::new(Notify::new()), Ending::default());
        let told = Arc::clone(&begun);
        let endless = get(async move || {
            told.notify_one();
            std::future::pending::<()>().await;
        });
        let app = Router::new().route("/", endless);
        let served = tokio::spawn(serve(listener, app, ending.clone()));
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        begun.notified().await;
        // From here on time passes when nothing else happens.
        tokio::time::pause();
        let asked = tokio::time::Instant::now();
        ending.asked.cancel();
        served.await.unwrap();
        assert_eq!(asked.elapsed().as_secs(), DRAIN_TIME.as_secs());
        assert!(ending.now.is_cancelled());
    }
}
