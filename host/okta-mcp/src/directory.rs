//! The sandbox's way out: hands an authorized GET to the gateway and nothing else.
//!
//! There is one for each call, because what a call's GETs have in common is told and remembered by
//! the call: who hears of their waits, and which page led to which.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use futures::future::BoxFuture;
use gateway::{Gateway, Run, Unauthorized};
use tokio::time::Instant;

use crate::host::{Progress, Update};

/// How long a call waits for a token before its plugin runs: for a password manager's person. A plugin's own time
/// begins afterwards.
const TOKEN_TIME: Duration = Duration::from_secs(60);

/// The gateway, as the sandbox of one call knows it.
pub struct Okta {
    gateway: Arc<Gateway>,
    run: Run,
}

impl Okta {
    /// A directory that asks through `gateway` and tells `progress` of its waits.
    #[must_use]
    pub fn for_call(gateway: &Arc<Gateway>, progress: Arc<dyn Progress>) -> Self {
        let run = Run::new(move |wait| progress.update(Update::waiting(wait.to_string())));
        Self {
            gateway: Arc::clone(gateway),
            run,
        }
    }

    /// Makes sure that GETs with `scopes` can be authorized; see [`Gateway::authorize`].
    ///
    /// # Errors
    /// What somebody has to do first, or what went wrong.
    pub async fn authorize(&self, scopes: &BTreeSet<&'static str>) -> Result<(), Unauthorized> {
        self.gateway
            .authorize(scopes, Instant::now() + TOKEN_TIME)
            .await
    }
}

impl sandbox::Directory for Okta {
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        budget: sandbox::Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        let budget = gateway::Budget {
            deadline: in_time_to_tell(budget.deadline),
            bytes: budget.bytes,
        };
        Box::pin(async move {
            let started = std::time::Instant::now();
            let answer = self.gateway.get_in(&self.run, get, budget).await;
            record(get, &answer, started.elapsed());
            answer
        })
    }
}

/// A little before `deadline`, so that a plugin whose GET ran out of time can still say so, and answer
/// with the rows that it has.
fn in_time_to_tell(deadline: Instant) -> Instant {
    let left = deadline.saturating_duration_since(Instant::now());
    deadline
        .checked_sub((left / 10).min(TIME_TO_TELL))
        .unwrap_or(deadline)
}

/// More than a guest takes to write an answer.
const TIME_TO_TELL: Duration = Duration::from_millis(500);

/// One record per GET: the shape of the request, never its values.
fn record(get: &AuthorizedGet, answer: &Result<Page, Failure>, took: std::time::Duration) {
    let (outcome, rows, bytes, request_id) = match answer {
        Ok(page) => ("page", page.rows, page.received, page.request_id.as_deref()),
        Err(
            Failure::NotFound(refusal) | Failure::Forbidden(refusal) | Failure::Refused(refusal),
        ) => ("refused", 0, 0, refusal.request_id.as_deref()),
        Err(Failure::RateLimited { .. }) => ("rate-limited", 0, 0, None),
        Err(Failure::Unavailable(_)) => ("unavailable", 0, 0, None),
        Err(Failure::Exhausted(_)) => ("exhausted", 0, 0, None),
    };
    tracing::info!(
        target: "audit",
        event = "get",
        plugin = get.plugin(),
        endpoint = get.operation().template,
        outcome,
        rows,
        bytes,
        request_id,
        took_ms = took.as_secs_f64() * 1e3,
    );
}
