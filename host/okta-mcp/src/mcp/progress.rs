//! A call's progress and its plugin's log lines, told to the client while the call runs and never after its answer.

use std::future::Future;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::RequestContext;
use tokio::sync::mpsc;

use sandbox::Level;

use super::log;
use crate::host::{Progress, Silent, Update};

/// Updates that wait for a slow client; more are left out, since the next one says more anyway.
const WAITING: usize = 16;

/// What a call tells while it runs, and the token that the client knows its progress by.
pub(super) struct Updates {
    token: Option<ProgressToken>,
    receiver: mpsc::Receiver<Told>,
    rising: Rising,
}

enum Told {
    Progress(Update),
    Line(Level, String, String),
}

struct Sender {
    to: mpsc::Sender<Told>,
    /// Whether the client wants progress.
    progress: bool,
    /// The least level of log lines that it wants.
    lines: Option<Level>,
}

impl Progress for Sender {
    fn update(&self, update: Update) {
        if self.progress {
            // A full channel loses an update, never the call.
            let _ = self.to.try_send(Told::Progress(update));
        }
    }

    fn line(&self, level: Level, plugin: &str, text: &str) {
        if self.lines.is_some_and(|least| level >= least) {
            let line = Told::Line(level, plugin.to_owned(), text.to_owned());
            let _ = self.to.try_send(line);
        }
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

/// Where a call reports to: a channel if the client sent a token or wants `lines`, nowhere if not.
pub(super) fn channel(
    context: &RequestContext<RoleServer>,
    lines: Option<Level>,
) -> (Arc<dyn Progress>, Option<Updates>) {
    let token = context.meta.get_progress_token();
    if token.is_none() && lines.is_none() {
        return (Arc::new(Silent), None);
    }
    let (to, receiver) = mpsc::channel(WAITING);
    let sender = Sender {
        to,
        progress: token.is_some(),
        lines,
    };
    let updates = Updates {
        token,
        receiver,
        rising: Rising::default(),
    };
    (Arc::new(sender), Some(updates))
}

/// Runs `call` and sends its updates as they come; what is still waiting when it ends is sent before it returns.
pub(super) async fn forward_while<T>(
    call: impl Future<Output = T>,
    updates: &mut Option<Updates>,
    context: &RequestContext<RoleServer>,
) -> T {
    let Some(updates) = updates else {
        return call.await;
    };
    tokio::pin!(call);
    let answer = loop {
        tokio::select! {
            biased;
            Some(told) = updates.receiver.recv() => updates.tell(told, context).await,
            answer = &mut call => break answer,
        }
    };
    while let Ok(told) = updates.receiver.try_recv() {
        updates.tell(told, context).await;
    }
    answer
}

impl Updates {
    async fn tell(&mut self, told: Told, context: &RequestContext<RoleServer>) {
        match (told, &self.token) {
            (Told::Progress(update), Some(token)) => {
                let number = self.rising.next(update.done);
                let mut params = ProgressNotificationParam::new(token.clone(), number);
                params.total = update.total.map(f64::from);
                params.message = (!update.message.is_empty()).then_some(update.message);
                // A client that is gone does not need to hear of it.
                let _ = context.peer.notify_progress(params).await;
            }
            (Told::Progress(_), None) => {}
            (Told::Line(level, plugin, text), _) => log::tell(context, level, plugin, text).await,
        }
    }
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
