//! The one door to Okta.

use std::fmt;

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use capability::org::OrgUrl;
use reqwest::header::{HeaderValue, USER_AGENT};
use tokio::time::Instant;
use tracing::debug;

use crate::client::Client;
use crate::credential::Credential;
use crate::pace::{Pace, Setback};
use crate::request::{self, Earlier};
use crate::{answer, fault, refusal};

/// What a gateway is made of.
#[derive(Debug)]
pub struct Settings {
    /// The one origin that it talks to.
    pub org: OrgUrl,
    /// What it authenticates with.
    pub credential: Credential,
    /// `User-Agent`, such as `okta-mcp/0.1.0`: printable ASCII.
    pub user_agent: String,
}

/// Why a gateway cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The user agent cannot stand in a header.
    #[error("the user agent has a character that no HTTP header can carry")]
    UserAgent,
}

/// What one GET may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// When the call ends: connecting, waiting, retrying and reading all happen before it.
    pub deadline: Instant,
    /// Body bytes that may be received, decoded. The bodies of Okta's errors do not count: they have
    /// a cap of their own (64 KiB), and a plugin sees only their summary.
    pub bytes: u64,
}

/// A way to one org, with connections that are kept between requests. Share it by reference.
pub struct Gateway {
    org: OrgUrl,
    credential: Credential,
    user_agent: HeaderValue,
    client: Client,
}

impl Gateway {
    /// A gateway that has not connected yet: certificates are read and connections made by the first GET.
    ///
    /// # Errors
    /// When `user_agent` cannot be sent.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let user_agent =
            HeaderValue::from_str(&settings.user_agent).map_err(|_| SetupError::UserAgent)?;
        Ok(Self {
            client: Client::new(&settings.org),
            org: settings.org,
            credential: settings.credential,
            user_agent,
        })
    }

    /// Sends `get` and brings one page, projected, with a sealed cursor while more follow.
    ///
    /// A 429 is waited out and a broken connection, 503 or 504 is tried again, at most twice, as long
    /// as the deadline allows. Dropping the future cancels the request.
    ///
    /// # Errors
    /// [`Failure`]: Okta's refusal, its rate limit, a spent budget, or why there is no usable answer.
    /// Its text holds no value of the request and nothing of the credential.
    pub async fn get(&self, get: &AuthorizedGet, budget: Budget) -> Result<Page, Failure> {
        // The proof was made for an org; that it is this one is checked where the token is.
        if !self.org.is_origin_of(get.url()) {
            return Err(Failure::Unavailable(
                "the request is for another org than this server is configured for; it was not sent"
                    .to_owned(),
            ));
        }
        if budget.bytes == 0 {
            return Err(Failure::Exhausted(
                "the call has received all the bytes it may; the request was not sent".to_owned(),
            ));
        }
        if budget.deadline <= Instant::now() {
            return Err(Failure::Unavailable(
                "the call's time was over before Okta was asked; the request was not sent"
                    .to_owned(),
            ));
        }
        tokio::time::timeout_at(budget.deadline, self.exchange(get, budget))
            .await
            .unwrap_or_else(|_| {
                Err(Failure::Unavailable(
                    "Okta did not answer within the call's time; ask for smaller pages or a narrower \
                     search"
                        .to_owned(),
                ))
            })
    }

    /// Attempt after attempt, until there is a page or no point in another.
    async fn exchange(&self, get: &AuthorizedGet, budget: Budget) -> Result<Page, Failure> {
        let mut pace = Pace::until(budget.deadline);
        let mut first_id = None;
        loop {
            match self
                .attempt(get, budget.bytes, pace.retries(), &mut first_id)
                .await
            {
                Ok(page) => return Ok(page),
                Err(setback) => pace.wait(setback).await?,
            }
        }
    }

    async fn attempt(
        &self,
        get: &AuthorizedGet,
        bytes: u64,
        retries: u32,
        first_id: &mut Option<String>,
    ) -> Result<Page, Setback> {
        let template = get.operation().template;
        let earlier = Earlier {
            retries,
            request_id: first_id.as_deref(),
        };
        let headers = request::headers(get, &self.credential, earlier)
            .map_err(|_| not_sent("a header cannot be written"))?;
        let client = self
            .client
            .get()
            .await
            .map_err(|error| not_sent(&error.to_string()))?;
        let begun = Instant::now();
        let sent = client
            .get(get.url().clone())
            .headers(headers)
            .header(USER_AGENT, self.user_agent.clone())
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                debug!(template, retries, ms = millis(begun), "no response");
                return Err(fault::no_response(error));
            }
        };
        let status = response.status().as_u16();
        let request_id = refusal::request_id(response.headers());
        if first_id.is_none() {
            first_id.clone_from(&request_id);
        }
        let read = answer::read(get, response, bytes).await;
        let received = read.as_ref().map_or(0, |page| page.received);
        debug!(
            template,
            retries,
            status,
            received,
            ms = millis(begun),
            request_id,
            "response"
        );
        read
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gateway({})", self.org)
    }
}

fn not_sent(why: &str) -> Setback {
    Setback::Final(Failure::Unavailable(format!("nothing was sent: {why}")))
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
