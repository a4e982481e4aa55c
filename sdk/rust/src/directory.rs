//! The way to Okta: a GET on a declared endpoint.
//!
//! A request names an endpoint by its template, exactly as the manifest declares it, and gives values for the
//! template's names and for declared query parameters. The host checks, encodes and sends; a plugin never
//! builds a URL.

use crate::error::{Error, Failure};
use crate::listing::Limit;
use crate::place::Place;
use crate::remedy::{self, Subject};
use serde::Deserialize;

/// Everything that a tool may do beside computing: ask Okta, and say how far it has come.
pub trait Directory {
    /// One page.
    fn get(&self, request: &Get) -> Result<Page, Error>;

    /// Several pages at once; answers keep the order of the requests.
    fn get_all(&self, requests: &[Get]) -> Vec<Result<Page, Error>> {
        requests.iter().map(|request| self.get(request)).collect()
    }

    /// Tells the person who waits that `done` of `total` steps are done.
    fn progress(&self, done: u32, total: Option<u32>, message: &str);
}

/// One GET, built by its parts and then [sent](Get::send).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Get {
    pub(crate) endpoint: &'static str,
    pub(crate) path: Vec<(&'static str, String)>,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) cursor: Option<String>,
    subject: Option<Subject>,
}

impl Get {
    /// A GET on the endpoint that the manifest declares by this very template.
    pub fn new(endpoint: &'static str) -> Self {
        Self {
            endpoint,
            path: Vec::new(),
            query: Vec::new(),
            cursor: None,
            subject: None,
        }
    }

    /// The value of one `{name}` of the template.
    pub fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    /// A query parameter.
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// A query parameter, where there is a value for it.
    pub fn query_if(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Goes on where an earlier page of this endpoint ended: its [`Page::next`].
    pub fn cursor(mut self, cursor: Option<impl Into<String>>) -> Self {
        self.cursor = cursor.map(Into::into);
        self
    }

    /// The page that holds `place`, and as many of its rows as a caller who wants `limit` needs.
    pub fn rows(self, place: &Place, limit: Limit) -> Self {
        self.query("limit", limit.after(place.passed))
            .cursor(place.page.clone())
    }

    /// What to say when Okta answers 404: "No `what` "`value`". `next`".
    pub fn or_missing(
        mut self,
        what: &'static str,
        value: impl Into<String>,
        next: &'static str,
    ) -> Self {
        self.subject = Some(Subject {
            what,
            value: value.into(),
            next,
        });
        self
    }

    /// Sends this request; an error comes back as advice for the model.
    pub fn send(&self, okta: &dyn Directory) -> Result<Page, Failure> {
        okta.get(self).map_err(|error| self.failure(&error))
    }

    /// Sends several requests at once. All or nothing: the first failure, in the order asked, is the answer.
    pub fn send_all<const N: usize>(
        requests: &[Self; N],
        okta: &dyn Directory,
    ) -> Result<[Page; N], Failure> {
        let answers = okta.get_all(requests);
        let pages = requests
            .iter()
            .zip(answers)
            .map(|(request, answer)| answer.map_err(|error| request.failure(&error)))
            .collect::<Result<Vec<Page>, Failure>>()?;
        pages.try_into().map_err(|_| {
            Failure::Failed("The host answered fewer requests than were asked.".into())
        })
    }

    fn failure(&self, error: &Error) -> Failure {
        remedy::failure(error, self.subject.as_ref())
    }

    /// The template of the endpoint.
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The value given for a `{name}` of the template.
    pub fn path_value(&self, name: &str) -> Option<&str> {
        value(&self.path, name)
    }

    /// The value given for a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// The cursor given.
    pub fn cursor_value(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

fn value<'a>(pairs: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.as_str())
}

/// One page of Okta's answer, less every field that the manifest does not declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// JSON text.
    pub body: String,
    /// Present while more pages follow: the cursor of the next one.
    pub next: Option<String>,
}

impl Page {
    /// Reads the body into a type that may borrow from it.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(&self.body).map_err(|error| {
            Failure::Failed(format!(
                "Okta's answer does not have the documented shape ({error}). No argument cures this; tell the user."
            ))
        })
    }
}
