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

#[cfg(test)]
mod tests {
    use capability::cursor::CursorKey;
    use capability::grant::{Grant, Grants, Request};
    use capability::manifest::Manifest;
    use capability::org::OrgUrl;

    use super::*;

    const MANIFEST: &str = r#"manifest = 1
name = "probe"
version = "0.1.0"
summary = "Asks for groups by id"

[[endpoint]]
get = "/api/v1/groups/{groupId}"
tools = ["read"]
why = "as many requests as there are ids"
path.groupId = "okta-id"
fields = ["id"]
"#;

    fn grant() -> Grant {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let org = OrgUrl::parse("https://acme.okta.com").unwrap();
        Grants::new(&manifest, org, CursorKey::new([3; 32]), &[]).of_tool("read")
    }

    /// The GET of the `n`th group.
    fn get(grant: &Grant, n: usize) -> AuthorizedGet {
        let request = Request {
            endpoint: "/api/v1/groups/{groupId}".to_owned(),
            path: vec![("groupId".to_owned(), format!("00g{n:017}"))],
            ..Request::default()
        };
        grant.authorize(&request).unwrap()
    }

    fn page(bytes: usize) -> Page {
        Page {
            body: "x".repeat(bytes),
            next: None,
            received: 0,
            rows: 1,
            request_id: None,
            seen: Default::default(),
        }
    }

    #[tokio::test]
    async fn the_oldest_page_goes_when_there_is_one_too_many() {
        let (cache, grant) = (Cache::new(Duration::from_secs(60)), grant());
        for n in 0..MAX_PAGES {
            cache.keep(&get(&grant, n), &page(1));
        }
        assert!(cache.find(&get(&grant, 0)).is_some(), "all of them fit");
        // The same again takes no place of its own.
        cache.keep(&get(&grant, 1), &page(1));
        assert!(cache.find(&get(&grant, 0)).is_some());
        cache.keep(&get(&grant, MAX_PAGES), &page(1));
        assert!(cache.find(&get(&grant, 0)).is_none());
        assert!(cache.find(&get(&grant, 1)).is_some());
        assert!(cache.find(&get(&grant, MAX_PAGES)).is_some());
    }

    #[tokio::test]
    async fn as_many_of_the_oldest_pages_go_as_a_large_one_needs() {
        let (cache, grant) = (Cache::new(Duration::from_secs(60)), grant());
        for n in 0..4 {
            cache.keep(&get(&grant, n), &page(MAX_BYTES / 4));
        }
        assert!(
            (0..4).all(|n| cache.find(&get(&grant, n)).is_some()),
            "to the byte"
        );
        cache.keep(&get(&grant, 4), &page(MAX_BYTES / 4 + 1));
        let kept: Vec<usize> = (0..5)
            .filter(|n| cache.find(&get(&grant, *n)).is_some())
            .collect();
        assert_eq!(kept, [2, 3, 4]);
        // A page that would fill it alone is kept alone; a larger one is not, and drives nothing out.
        cache.keep(&get(&grant, 5), &page(MAX_BYTES));
        cache.keep(&get(&grant, 6), &page(MAX_BYTES + 1));
        assert!(cache.find(&get(&grant, 4)).is_none());
        assert!(cache.find(&get(&grant, 5)).is_some());
        assert!(cache.find(&get(&grant, 6)).is_none());
    }
}
