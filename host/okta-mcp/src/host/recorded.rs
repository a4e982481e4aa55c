//! The way to Okta of one call that is recorded: it adds nothing but the row.

use std::sync::Arc;

use audit::record::Record;
use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use futures::future::BoxFuture;
use sandbox::{Budget, Directory};

pub(super) struct Recorded {
    directory: Arc<dyn Directory>,
    record: Arc<Record>,
}

impl Recorded {
    pub(super) fn new(directory: Arc<dyn Directory>, record: Arc<Record>) -> Self {
        Self { directory, record }
    }
}

impl Directory for Recorded {
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        budget: Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(async move {
            let sent = self.record.get(get);
            let answer = self.directory.get(get, budget).await;
            sent.finish(&answer);
            answer
        })
    }
}
