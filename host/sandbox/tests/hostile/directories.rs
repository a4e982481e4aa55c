//! What stands for Okta.

use std::sync::Mutex;

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use sandbox::{Budget, Directory};

use crate::support::world;

/// Answers an empty page that has a next one, and remembers what was asked.
#[derive(Default)]
pub struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    /// The URLs that were let through.
    pub fn sent(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Directory for Recorder {
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        _: Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        self.0.lock().unwrap().push(get.url().to_string());
        let page = page("[]".to_owned(), get.next_cursor("00g00000000000000001"));
        async { Ok(page) }.boxed()
    }
}

/// What nobody but the healthy plugin is told.
pub const SECRET: &str = "00aSecretOfAnotherPlugin_0123456789-abcdefgh";

/// The body of the user `id`.
pub fn user(id: &str) -> String {
    format!("{{\"id\":\"{id}\",\"secret\":\"{SECRET}\"}}")
}

/// Answers the user that was asked for.
pub struct Users;

impl Directory for Users {
    fn get<'a>(
        &'a self,
        get: &'a AuthorizedGet,
        _: Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        let id = get
            .url()
            .path_segments()
            .and_then(|mut all| all.next_back())
            .unwrap();
        let page = page(user(id), None);
        async {
            // As a request does, it lets go of the thread.
            tokio::task::yield_now().await;
            Ok(page)
        }
        .boxed()
    }
}

/// Never answers.
pub struct Silent;

impl Directory for Silent {
    fn get<'a>(&'a self, _: &'a AuthorizedGet, _: Budget) -> BoxFuture<'a, Result<Page, Failure>> {
        std::future::pending().boxed()
    }
}

fn page(body: String, next: Option<String>) -> Page {
    let page = world::page(body.len() as u64);
    Page { body, next, ..page }
}
