//! The one door to Okta.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use capability::org::OrgUrl;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::header::HeaderValue;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{debug, warn};

use crate::cache::Cache;
use crate::client::Client;
use crate::credential::{Credential, Method};
use crate::flight::Flights;
use crate::look::Sighting;
use crate::oauth::Holds;
use crate::oauth::endpoint::Way;
use crate::oauth::error::AuthError;
use crate::pace::{Admission, Attempts, Pacing, Permit, Setback, Wait, Waits};
use crate::request::Earlier;
use crate::run::Run;
use crate::secret::source::Exposed;
use crate::tally::{RateLimit, Tally};
use crate::tls::CaFile;
use crate::{answer, body, look, refusal, send};

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

/// Why requests cannot be authorized.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unauthorized {
    /// Somebody has to do something first, such as mend a setting. The text is one line without a full
    /// stop, and says what.
    #[error("{0}")]
    Needs(String),
    /// A person has to sign in first; the text has the page and the code.
    #[error("{0}")]
    SignIn(String),
    /// The credential is good, and does not hold the scopes; the text says who has to grant what.
    #[error("{0}")]
    Scope(String),
    /// What happened to the request for a token.
    #[error("{0}")]
    Failed(Failure),
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
    line: Arc<Line>,
    admission: Arc<Admission>,
    flights: Arc<Flights>,
    cache: Option<Cache>,
}

/// What a request needs on its way; it may outlive the call that sent it, when another waits for it.
struct Line {
    org: OrgUrl,
    credential: Credential,
    user_agent: HeaderValue,
    client: Client,
    tally: Tally,
}

impl Gateway {
    /// A gateway that has not connected yet: certificates are read and connections made by the first GET.
    ///
    /// # Errors
    /// When `user_agent` cannot be sent.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let user_agent =
            HeaderValue::from_str(&settings.user_agent).map_err(|_| SetupError::UserAgent)?;
        if let Some(exposed) = settings.credential.exposed() {
            warn!("{exposed}");
        }
        Ok(Self {
            line: Arc::new(Line {
                client: Client::new(&settings.org),
                org: settings.org,
                credential: settings.credential,
                user_agent,
                tally: Tally::default(),
            }),
            admission: Admission::new(Pacing::default()),
            flights: Arc::default(),
            cache: None,
        })
    }

    /// The same, with the authorities in `file` trusted beside the system's.
    #[must_use]
    pub fn trusting(self, file: CaFile) -> Self {
        self.line.client.trust(file);
        self
    }

    /// Looks at the org from outside, without the credential: see [`Sighting`].
    pub async fn look(&self, deadline: Instant) -> Sighting {
        let line = &self.line;
        look::look(&line.client, &line.org, &line.user_agent, deadline).await
    }

    /// What it authenticates with.
    #[must_use]
    pub fn method(&self) -> Method {
        self.line.credential.method()
    }

    /// Where others can read the secret, if they can.
    #[must_use]
    pub fn exposed(&self) -> Option<&Exposed> {
        self.line.credential.exposed()
    }

    /// Tells what all plugins need together: a person who signs in does so once for all.
    pub fn will_ask_for(&self, scopes: &BTreeSet<&'static str>) {
        self.line.credential.sign_in_for(scopes);
    }

    /// Makes sure that GETs with `scopes` can be authorized: gets the token that they will be sent with,
    /// where there is none yet.
    ///
    /// For whoever runs a plugin: what a person or an operator has to do is told here, to them, and not
    /// through a plugin, which has no business with sign-in pages and settings.
    ///
    /// # Errors
    /// [`Unauthorized`], when `deadline` leaves no time for another attempt at the latest.
    pub async fn authorize(
        &self,
        scopes: &BTreeSet<&'static str>,
        deadline: Instant,
    ) -> Result<(), Unauthorized> {
        let work = async {
            let mut attempts = Attempts::until(deadline);
            // Nobody is told: what is waited for here is seconds.
            let (waits, _) = Waits::new();
            loop {
                let error = match self.line.token(scopes).await {
                    Ok(()) => return Ok(()),
                    Err(error) => error,
                };
                match error {
                    AuthError::Needs { code, text } if code == "invalid_scope" => {
                        return Err(Unauthorized::Scope(text));
                    }
                    AuthError::Needs { text, .. } => return Err(Unauthorized::Needs(text)),
                    AuthError::SignIn(text) => return Err(Unauthorized::SignIn(text)),
                    passing => attempts
                        .wait(passing.setback(), &waits)
                        .await
                        .map_err(Unauthorized::Failed)?,
                }
            }
        };
        tokio::time::timeout_at(deadline, work)
            .await
            .unwrap_or_else(|_| {
                Err(Unauthorized::Failed(Failure::Unavailable(
                    "Okta did not answer the request for a token within the call's time".to_owned(),
                )))
            })
    }

    /// Finds out which of `needed`, and which of `others` besides, the service app holds: asks for tokens, one after
    /// the other, and drops them. Nothing is sent with an API token or where a person signs in.
    ///
    /// # Errors
    /// [`Unauthorized`]: what somebody has to do before the app can be asked for at all, or what happened.
    pub async fn holds(
        &self,
        needed: &BTreeSet<&'static str>,
        others: &BTreeSet<&'static str>,
        deadline: Instant,
    ) -> Result<Holds, Unauthorized> {
        let work = async {
            let client = self.line.client.get().await.map_err(|error| {
                Unauthorized::Failed(Failure::Unavailable(format!("nothing was sent: {error}")))
            })?;
            let way = self.line.way(client);
            let found = self.line.credential.holds(needed, others, way).await;
            found.map_err(|error| Unauthorized::Needs(error.told()))
        };
        tokio::time::timeout_at(deadline, work)
            .await
            .unwrap_or_else(|_| {
                Err(Unauthorized::Failed(Failure::Unavailable(
                    "Okta did not answer the requests for tokens in time".to_owned(),
                )))
            })
    }

    /// Requests so far by the status of the answer; none for those without one. Retries count like any other.
    #[must_use]
    pub fn requests_by_status(&self) -> BTreeMap<Option<u16>, u64> {
        self.line.tally.counts()
    }

    /// Okta's rate limits as far as answers have told of them, one for each bucket: where a bucket turned out to be
    /// several, the one with the least left.
    #[must_use]
    pub fn rate_limits(&self) -> Vec<RateLimit> {
        self.admission.rate_limits()
    }

    /// Another pace than [`Pacing::default`].
    #[must_use]
    pub fn paced(self, pacing: Pacing) -> Self {
        Self {
            admission: Admission::new(pacing),
            ..self
        }
    }

    /// Lets a page be used again for the same question until it is so old; without this, never.
    #[must_use]
    pub fn caching(self, ttl: Duration) -> Self {
        Self {
            cache: Some(Cache::new(ttl)),
            ..self
        }
    }

    /// Sends `get` and brings one page, projected, with a sealed cursor while more follow.
    ///
    /// It goes when Okta's rate limit, as far as it is known, leaves room for it. A 429 is waited out
    /// and a broken connection, 503 or 504 is tried again, at most twice, as long as the deadline
    /// allows; waits of over a second are told to `run`. A GET that is under way for the same plugin
    /// and grant is not sent again. Dropping the future cancels the request.
    ///
    /// # Errors
    /// [`Failure`]: Okta's refusal, its rate limit, a spent budget, or why there is no usable answer.
    /// Its text holds no value of the request and nothing of the credential.
    pub async fn get_in(
        &self,
        run: &Run,
        get: &AuthorizedGet,
        budget: Budget,
    ) -> Result<Page, Failure> {
        self.line.check(get, budget)?;
        let page = match self.cache.as_ref().and_then(|cache| cache.find(get)) {
            Some(page) if page.received > budget.bytes => {
                return Err(body::over_budget(budget.bytes));
            }
            Some(page) => page,
            None => {
                let page = tokio::time::timeout_at(budget.deadline, self.fly(run, get, budget))
                    .await
                    .unwrap_or_else(|_| Err(out_of_time()))?;
                if let Some(cache) = &self.cache {
                    cache.keep(get, &page);
                }
                page
            }
        };
        run.follow(get, &page)?;
        Ok(page)
    }

    /// [`get_in`](Gateway::get_in) a run of its own, of which nobody hears.
    ///
    /// # Errors
    /// As there.
    pub async fn get(&self, get: &AuthorizedGet, budget: Budget) -> Result<Page, Failure> {
        self.get_in(&Run::default(), get, budget).await
    }

    /// The answer to a request that is under way, or to one of its own.
    async fn fly(&self, run: &Run, get: &AuthorizedGet, budget: Budget) -> Result<Page, Failure> {
        let ticket = self.flights.board(get, budget, || self.depart(get, budget));
        let sent_under = ticket.budget;
        match landed(ticket.answer, ticket.waits, run).await {
            Ok(page) if page.received > budget.bytes => Err(body::over_budget(budget.bytes)),
            // What ended the other's request need not end this one.
            Err(failure) if is_its_own(&failure, sent_under, budget) => {
                let (exchange, waits) = self.depart(get, budget);
                landed(exchange, waits, run).await
            }
            answer => answer,
        }
    }

    /// A request of its own, and where it tells of its waits.
    fn depart(
        &self,
        get: &AuthorizedGet,
        budget: Budget,
    ) -> (
        BoxFuture<'static, Result<Page, Failure>>,
        watch::Receiver<Option<Wait>>,
    ) {
        let (waits, told) = Waits::new();
        let (line, admission, get) = (
            Arc::clone(&self.line),
            Arc::clone(&self.admission),
            get.clone(),
        );
        let exchange = async move { line.exchange(&admission, &get, budget, &waits).await };
        (exchange.boxed(), told)
    }
}

/// Waits for an answer, and tells of its waits meanwhile.
async fn landed(
    mut answer: impl Future<Output = Result<Page, Failure>> + Unpin,
    mut waits: watch::Receiver<Option<Wait>>,
    run: &Run,
) -> Result<Page, Failure> {
    // Who joins late hears of a wait that has begun.
    waits.mark_changed();
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return answer,
            Ok(()) = waits.changed() => {
                let wait = *waits.borrow_and_update();
                if let Some(wait) = wait {
                    run.hears(wait);
                }
            }
        }
    }
}

/// Whether a failure came from the budget under which a request was sent, and might be spared by `mine`.
fn is_its_own(failure: &Failure, sent_under: Budget, mine: Budget) -> bool {
    match failure {
        Failure::Exhausted(_) => sent_under.bytes < mine.bytes,
        Failure::RateLimited { .. } => sent_under.deadline < mine.deadline,
        _ => false,
    }
}

impl Line {
    async fn token(&self, scopes: &BTreeSet<&'static str>) -> Result<(), AuthError> {
        let client = self.client.get().await.map_err(|error| {
            AuthError::Final(Failure::Unavailable(format!("nothing was sent: {error}")))
        })?;
        self.credential
            .authorization(scopes, self.way(client))
            .await
            .map(drop)
    }

    fn way<'a>(&'a self, client: &'a reqwest::Client) -> Way<'a> {
        Way {
            client,
            org: &self.org,
            user_agent: &self.user_agent,
        }
    }

    /// What is refused before anything is sent.
    fn check(&self, get: &AuthorizedGet, budget: Budget) -> Result<(), Failure> {
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
        Ok(())
    }

    /// Attempt after attempt, until there is a page or no point in another.
    async fn exchange(
        &self,
        admission: &Arc<Admission>,
        get: &AuthorizedGet,
        budget: Budget,
        waits: &Waits,
    ) -> Result<Page, Failure> {
        let mut attempts = Attempts::until(budget.deadline);
        let (template, plugin) = (get.operation().template, Arc::from(get.plugin()));
        let mut first_id = None;
        loop {
            let mut permit = admission
                .admit(template, &plugin, budget.deadline, waits)
                .await?;
            let attempt = self
                .attempt(
                    get,
                    budget.bytes,
                    attempts.retries(),
                    &mut first_id,
                    &mut permit,
                )
                .await;
            drop(permit);
            match attempt {
                Ok(page) => return Ok(page),
                Err(setback) => attempts.wait(setback, waits).await?,
            }
        }
    }

    async fn attempt(
        &self,
        get: &AuthorizedGet,
        bytes: u64,
        retries: u32,
        first_id: &mut Option<String>,
        permit: &mut Permit,
    ) -> Result<Page, Setback> {
        let template = get.operation().template;
        let earlier = Earlier {
            retries,
            request_id: first_id.as_deref(),
        };
        let client = self
            .client
            .get()
            .await
            .map_err(|error| not_sent(&error.to_string()))?;
        let begun = Instant::now();
        let sent = send::send(
            get,
            &self.credential,
            self.way(client),
            &self.tally,
            earlier,
        )
        .await;
        let response = sent?;
        permit.heard(response.status(), response.headers());
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
        write!(f, "Gateway({})", self.line.org)
    }
}

fn out_of_time() -> Failure {
    Failure::Unavailable(
        "Okta did not answer within the call's time; ask for smaller pages or a narrower search"
            .to_owned(),
    )
}

fn not_sent(why: &str) -> Setback {
    Setback::Final(Failure::Unavailable(format!("nothing was sent: {why}")))
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
