//! The sandbox's way out: hands an authorized GET to the gateway and nothing else.

use std::sync::Arc;

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use futures::future::BoxFuture;
use gateway::Gateway;

/// The gateway, as the sandbox knows it.
#[derive(Clone)]
pub struct Okta(Arc<Gateway>);

impl Okta {
    /// A directory that asks through `gateway`.
    #[must_use]
    pub fn new(gateway: Gateway) -> Self {
        Self(Arc::new(gateway))
    }
}

impl sandbox::Directory for Okta {
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        budget: sandbox::Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        let budget = gateway::Budget {
            deadline: budget.deadline,
            bytes: budget.bytes,
        };
        Box::pin(async move {
            let started = std::time::Instant::now();
            let answer = self.0.get(get, budget).await;
            record(get, &answer, started.elapsed());
            answer
        })
    }
}

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
