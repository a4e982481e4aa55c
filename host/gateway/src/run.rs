//! What the GETs of one tool call have in common: who hears of their waits, and the way they took
//! through the pages of a list.
//!
//! A list whose pages lead round in a circle would be read until the call's budget is spent, and its
//! rows again and again. One page cannot tell; a run over pages can, because it remembers which page
//! led to which. Reading a list twice in one call is no circle.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;

use crate::pace::Wait;

/// The GETs of one tool call.
pub struct Run {
    hears: Box<dyn Fn(Wait) + Send + Sync>,
    /// By list (its URL without `after`): which cursor led to which. The first page has none: empty.
    trails: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
}

impl Run {
    /// A run whose waits of over a second are told to `hears`, which must not block.
    pub fn new(hears: impl Fn(Wait) + Send + Sync + 'static) -> Self {
        Self {
            hears: Box::new(hears),
            trails: Mutex::default(),
        }
    }

    pub(crate) fn hears(&self, wait: Wait) {
        (self.hears)(wait);
    }

    /// Notes where `page` leads.
    ///
    /// # Errors
    /// When that is to a page from which this run came.
    pub(crate) fn follow(&self, get: &AuthorizedGet, page: &Page) -> Result<(), Failure> {
        let Some(next) = &page.next else {
            return Ok(());
        };
        let (list, here) = place(get);
        let mut trails = self.trails.lock().unwrap_or_else(PoisonError::into_inner);
        let trail = trails.entry(list).or_default();
        let mut ahead = Some(next);
        // A trail without a circle ends after as many steps as it has.
        for _ in 0..=trail.len() {
            match ahead {
                Some(cursor) if *cursor == here => return Err(circle()),
                Some(cursor) => ahead = trail.get(cursor),
                None => break,
            }
        }
        trail.insert(here, next.clone());
        Ok(())
    }
}

/// A run of which nobody hears.
impl Default for Run {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Run")
    }
}

/// The list that `get` reads, and the cursor that led to this page of it.
fn place(get: &AuthorizedGet) -> (String, String) {
    let mut list = get.url().clone();
    let (after, others): (Vec<_>, Vec<_>) = get
        .url()
        .query_pairs()
        .into_owned()
        .partition(|(name, _)| name == "after");
    list.query_pairs_mut().clear().extend_pairs(others);
    let here = after
        .first()
        .and_then(|(_, after)| get.next_cursor(after))
        .unwrap_or_default();
    (list.into(), here)
}

fn circle() -> Failure {
    Failure::Unavailable(
        "Okta's pages lead round in a circle: the next page was read before in this call; the rest \
         of the list cannot be had"
            .to_owned(),
    )
}
