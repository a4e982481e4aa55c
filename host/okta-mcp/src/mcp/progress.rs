//! A call's progress, told to the client while the call runs and never after its answer.

use std::future::Future;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::RequestContext;
use tokio::sync::mpsc;

use crate::host::{Progress, Silent, Update};

/// Updates that wait for a slow client; more are left out, since the next one says more anyway.
const WAITING: usize = 16;

/// A call's updates and the token that the client knows them by.
pub(super) struct Updates {
    token: ProgressToken,
    receiver: mpsc::Receiver<Update>,
}

struct Sender(mpsc::Sender<Update>);

impl Progress for Sender {
    fn update(&self, update: Update) {
        // A full channel loses an update, never the call.
        let _ = self.0.try_send(update);
    }
}

/// The numbers of a call's notifications. MCP wants each to be higher than the one before it, which a
/// plugin's need not be, and a wait has none of its own: what does not rise is told as a tiny step.
#[derive(Default)]
struct Rising(Option<f64>);

impl Rising {
    /// So little that a thousand of them are one step, and exact in binary.
    const TINY: f64 = 1.0 / 1_024.0;

    fn next(&mut self, done: Option<u32>) -> f64 {
        let least = self.0.map_or(0.0, |last| last + Self::TINY);
        let next = done.map_or(least, |done| f64::from(done).max(least));
        self.0 = Some(next);
        next
    }
}

/// Where a call reports to: a channel if the client sent a token, nowhere if not.
pub(super) fn channel(
    context: &RequestContext<RoleServer>,
) -> (Arc<dyn Progress>, Option<Updates>) {
    match context.meta.get_progress_token() {
        Some(token) => {
            let (sender, receiver) = mpsc::channel(WAITING);
            (Arc::new(Sender(sender)), Some(Updates { token, receiver }))
        }
        None => (Arc::new(Silent), None),
    }
}

/// Runs `call` and sends its updates as they come; what is still waiting when it ends is sent before it returns.
pub(super) async fn forward_while<T>(
    call: impl Future<Output = T>,
    updates: Option<Updates>,
    context: &RequestContext<RoleServer>,
) -> T {
    let Some(Updates {
        token,
        mut receiver,
    }) = updates
    else {
        return call.await;
    };
    let mut rising = Rising::default();
    let mut send = async |update: Update| {
        let number = rising.next(update.done);
        let mut params = ProgressNotificationParam::new(token.clone(), number);
        params.total = update.total.map(f64::from);
        params.message = (!update.message.is_empty()).then_some(update.message);
        // A client that is gone does not need to hear of it.
        let _ = context.peer.notify_progress(params).await;
    };
    tokio::pin!(call);
    let answer = loop {
        tokio::select! {
            biased;
            Some(update) = receiver.recv() => send(update).await,
            answer = &mut call => break answer,
        }
    };
    while let Ok(update) = receiver.try_recv() {
        send(update).await;
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_higher_than_the_one_before() {
        let mut rising = Rising::default();
        let told = [
            None,
            None,
            Some(1),
            Some(1),
            None,
            Some(3),
            Some(2),
            Some(4),
        ];
        let numbers = told.map(|done| rising.next(done));
        assert!(
            numbers.windows(2).all(|pair| pair[0] < pair[1]),
            "{numbers:?}"
        );
        assert_eq!((numbers[0], numbers[2], numbers[7]), (0.0, 1.0, 4.0));
    }
}
