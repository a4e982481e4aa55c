//! Requests under way, so that what is asked twice at the same time is sent once.
//!
//! Two GETs share a request when they come from the same plugin under the same grant and have the
//! same URL: then token, answer and projection are the same too. Whoever asked first sends; the others
//! wait for the same answer. The request ends when the last of them is gone.
//!
//! Nothing is shared across time: what is asked when the answer is in is asked of Okta again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared, WeakShared};
use tokio::sync::watch;

use crate::gateway::Budget;
use crate::pace::Wait;

type Answer = Result<Page, Failure>;

/// Whether `one` and `other` are the same request of the same plugin under the same grant.
pub(crate) fn same(one: &AuthorizedGet, other: &AuthorizedGet) -> bool {
    // A projection belongs to one endpoint of one grant; both GETs keep theirs alive.
    std::ptr::eq(one.projection(), other.projection())
        && one.plugin() == other.plugin()
        && std::ptr::eq(one.operation(), other.operation())
        && one.url() == other.url()
}

/// The requests under way of one gateway.
#[derive(Default)]
pub(crate) struct Flights {
    flights: Mutex<Vec<Flight>>,
    number: AtomicU64,
}

struct Flight {
    number: u64,
    get: AuthorizedGet,
    budget: Budget,
    waits: watch::Receiver<Option<Wait>>,
    answer: WeakShared<BoxFuture<'static, Answer>>,
}

/// A share in a request under way.
pub(crate) struct Ticket {
    /// The answer.
    pub(crate) answer: Shared<BoxFuture<'static, Answer>>,
    /// What it waits for.
    pub(crate) waits: watch::Receiver<Option<Wait>>,
    /// The budget that it was sent under.
    pub(crate) budget: Budget,
}

impl Flights {
    /// A share in the request for `get`: of one that is under way, or of the one that `start` sends.
    ///
    /// A request that may last longer than `budget` allows is not joined: whether to wait is decided
    /// by its own deadline.
    pub(crate) fn board(
        self: &Arc<Self>,
        get: &AuthorizedGet,
        budget: Budget,
        start: impl FnOnce() -> (BoxFuture<'static, Answer>, watch::Receiver<Option<Wait>>),
    ) -> Ticket {
        let mut flights = self.lock();
        let joined = flights
            .iter()
            .filter(|flight| flight.budget.deadline <= budget.deadline && same(&flight.get, get))
            .find_map(|flight| {
                Some(Ticket {
                    answer: flight.answer.upgrade()?,
                    waits: flight.waits.clone(),
                    budget: flight.budget,
                })
            });
        if let Some(joined) = joined {
            return joined;
        }
        let (exchange, waits) = start();
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let landing = Landing {
            flights: Arc::clone(self),
            number,
        };
        let answer = async move {
            let _landing = landing;
            exchange.await
        }
        .boxed()
        .shared();
        if let Some(weak) = answer.downgrade() {
            flights.push(Flight {
                number,
                get: get.clone(),
                budget,
                waits: waits.clone(),
                answer: weak,
            });
        }
        Ticket {
            answer,
            waits,
            budget,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a request out of the list when it has ended or nobody waits for it any more.
struct Landing {
    flights: Arc<Flights>,
    number: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.flights
            .lock()
            .retain(|flight| flight.number != self.number);
    }
}
