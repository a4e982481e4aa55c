//! The accept loop: a bound on connections, a time for headers, and an orderly end.
//!
//! Plain HTTP/1.1. TLS is the business of whatever stands in front: a balancer has the certificates.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
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
        let (stream, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("a connection could not be taken: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            "calls were still running after {} s; they are stopped",
            DRAIN_TIME.as_secs()
        );
    }
    ending.now.cancel();
}

async fn accept(
    listener: &TcpListener,
    open: &Arc<Semaphore>,
) -> io::Result<(tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(open)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    // A small answer must not wait for the acknowledgement of the one before: 40 ms each time.
    stream.set_nodelay(true)?;
    Ok((stream, permit))
}
