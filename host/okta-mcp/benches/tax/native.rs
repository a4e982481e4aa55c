//! The host as the plugin's source sees it when there is no sandbox between them.

use std::sync::Arc;

use capability::answer::{Failure, Refusal};
use capability::grant::{Grant, Request};
use okta_plugin::{Directory, Error, Get, Page};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// The same proof and the same gateway as the component's.
pub(crate) struct Native {
    pub(crate) grant: Grant,
    pub(crate) directory: Arc<dyn sandbox::Directory>,
    pub(crate) budget: sandbox::Budget,
}

impl Directory for Native {
    fn get(&self, request: &Get) -> Result<Page, Error> {
        let query = ["limit", "q", "search"];
        let request = Request {
            endpoint: request.endpoint().to_owned(),
            path: Vec::new(),
            query: query
                .iter()
                .filter_map(|name| {
                    Some(((*name).to_owned(), request.query_value(name)?.to_owned()))
                })
                .collect(),
            cursor: request.cursor_value().map(str::to_owned),
        };
        let get = self
            .grant
            .authorize(&request)
            .map_err(|denial| Error::Denied(denial.to_string()))?;
        let answer =
            block_in_place(|| Handle::current().block_on(self.directory.get(&get, self.budget)));
        match answer {
            Ok(page) => Ok(Page {
                body: page.body,
                next: page.next,
            }),
            Err(failure) => Err(error(failure)),
        }
    }

    fn progress(&self, _: u32, _: Option<u32>, _: &str) {}
}

fn error(failure: Failure) -> Error {
    match failure {
        Failure::NotFound(said) => Error::NotFound(refusal(said)),
        Failure::Forbidden(said) => Error::Forbidden(refusal(said)),
        Failure::RateLimited { seconds } => Error::RateLimited(seconds),
        Failure::Refused(said) => Error::Refused(refusal(said)),
        Failure::Unavailable(text) => Error::Unavailable(text),
        Failure::Exhausted(text) => Error::Exhausted(text),
    }
}

fn refusal(said: Refusal) -> okta_plugin::Refusal {
    okta_plugin::Refusal {
        status: said.status,
        code: said.code,
        summary: said.summary,
        request_id: said.request_id,
    }
}
