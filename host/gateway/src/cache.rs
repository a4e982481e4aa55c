//! Pages that an operator allows to be used again for a while.
//!
//! There is none unless the operator sets a time: an answer from memory may be out of date, and a
//! token whose right was taken away would go on reading. A page is found again only by the same
//! plugin under the same grant with the same URL. Bounded in pages and in bytes; the oldest goes first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use capability::answer::Page;
use capability::grant::AuthorizedGet;
use tokio::time::Instant;

use crate::flight::same;

/// Pages that are kept: as many as a conversation reads twice.
const MAX_PAGES: usize = 256;

/// Bytes of their bodies together: what two of the largest pages have.
const MAX_BYTES: usize = 16 << 20;

/// The pages of one gateway.
pub(crate) struct Cache {
    lasts: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    pages: VecDeque<Entry>,
    bytes: usize,
}

struct Entry {
    get: AuthorizedGet,
    page: Page,
    until: Instant,
}

impl Cache {
    /// A cache whose pages last so long.
    pub(crate) fn new(lasts: Duration) -> Self {
        Self {
            lasts,
            kept: Mutex::default(),
        }
    }

    /// The page that `get` brought, if it is still good.
    pub(crate) fn find(&self, get: &AuthorizedGet) -> Option<Page> {
        let now = Instant::now();
        let mut kept = self.lock();
        kept.drop_while(|entry| entry.until <= now);
        let found = kept.pages.iter().find(|entry| same(&entry.get, get));
        found.map(|entry| entry.page.clone())
    }

    /// Keeps what `get` brought.
    pub(crate) fn keep(&self, get: &AuthorizedGet, page: &Page) {
        let size = page.body.len();
        let Some(until) = Instant::now().checked_add(self.lasts) else {
            return;
        };
        if size > MAX_BYTES {
            return;
        }
        let mut kept = self.lock();
        if let Some(at) = kept.pages.iter().position(|entry| same(&entry.get, get))
            && let Some(old) = kept.pages.remove(at)
        {
            kept.bytes = kept.bytes.saturating_sub(old.page.body.len());
        }
        while kept.pages.len() >= MAX_PAGES || kept.bytes.saturating_add(size) > MAX_BYTES {
            kept.drop_first();
        }
        kept.bytes += size;
        kept.pages.push_back(Entry {
            get: get.clone(),
            page: page.clone(),
            until,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// All pages last equally long, so those at the front end first.
    fn drop_while(&mut self, old: impl Fn(&Entry) -> bool) {
        while self.pages.front().is_some_and(&old) {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(first) = self.pages.pop_front() {
            self.bytes = self.bytes.saturating_sub(first.page.body.len());
        } else {
            self.bytes = 0;
        }
    }
}
