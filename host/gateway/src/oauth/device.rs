//! The device authorization grant: a person at a desktop signs in with a browser
//! ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628),
//! [Okta's guide](https://developer.okta.com/docs/guides/device-authorization-grant/main/)).
//!
//! Nobody can be asked while a client starts this program, so the first call that needs a token gets
//! the address and the code as its error, and a task asks Okta in the background until the person is
//! done. He signs in once, for the scopes of all plugins together; each plugin's token is then made
//! with its own scopes from the refresh token. Where Okta gives none, the one token serves all
//! plugins until it ends.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex as StdMutex, PoisonError, Weak};
use std::time::Duration;

use capability::answer::Failure;
use capability::org::OrgUrl;
use capability::text::clean;
use reqwest::Client;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::clock::Clock;
use super::dpop::{Prover, Server};
use super::endpoint::{DEVICE, Granted, No, TOKEN, Token, Way, post};
use super::error::AuthError;
use super::service::is_about_scope;

/// What gets a refresh token, where the app may have one.
const OFFLINE: &str = "offline_access";

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Seconds between polls where Okta names none, and what `slow_down` adds: both from RFC 8628.
const STEP: u64 = 5;

/// The longest pause between polls that Okta can ask for: a person is waiting.
const MAX_INTERVAL: Duration = Duration::from_secs(60);

/// Seconds that a code lasts at most, whatever the answer says.
const MAX_LIFE: u64 = 1_800;

/// A sign-in and its state.
#[derive(Default)]
pub(super) struct Device {
    wanted: StdMutex<BTreeSet<String>>,
    state: Mutex<State>,
}

#[derive(Default)]
enum State {
    /// Nobody was asked yet, or the code has expired.
    #[default]
    SignedOut,
    /// A person has the code.
    Waiting {
        text: String,
        until: Instant,
    },
    SignedIn(Session),
    /// Told to the next caller, who may then ask again.
    Failed(AuthError),
}

struct Session {
    refresh: Option<SecretString>,
    /// For everything that was asked for.
    whole: Token,
}

/// What a request is made with.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) way: Way<'a>,
    pub(super) client_id: &'a str,
    pub(super) prover: Option<&'a Arc<Prover>>,
    pub(super) clock: &'a Arc<Clock>,
}

/// The answer to the request for a code.
#[derive(Deserialize)]
struct Code {
    device_code: SecretString,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

impl Device {
    /// Sets the scopes that the person is asked for.
    pub(super) fn ask_for(&self, scopes: BTreeSet<String>) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = scopes;
    }

    /// Returns when somebody is signed in; begins a sign-in where none is under way.
    ///
    /// # Errors
    /// [`AuthError::SignIn`] with the address and the code, at once.
    pub(super) async fn signed_in(
        self: &Arc<Self>,
        request: &Request<'_>,
    ) -> Result<(), AuthError> {
        let mut state = self.state.lock().await;
        match &*state {
            State::SignedIn(_) => return Ok(()),
            State::Waiting { text, until } if Instant::now() < *until => {
                return Err(AuthError::SignIn(text.clone()));
            }
            State::Failed(error) => {
                let error = error.clone();
                *state = State::SignedOut;
                return Err(error);
            }
            State::Waiting { .. } | State::SignedOut => {}
        }
        let code = self.begin(request).await?;
        let life = Duration::from_secs(code.expires_in.min(MAX_LIFE));
        let until = Instant::now() + life;
        let text = told(&code, request.way.org)?;
        *state = State::Waiting {
            text: text.clone(),
            until,
        };
        let poll = Poll {
            device: Arc::downgrade(self),
            client: request.way.client.clone(),
            org: request.way.org.clone(),
            user_agent: request.way.user_agent.clone(),
            client_id: request.client_id.to_owned(),
            prover: request.prover.cloned(),
            clock: Arc::clone(request.clock),
            code: code.device_code,
            until,
        };
        let interval = Duration::from_secs(code.interval.unwrap_or(STEP)).min(MAX_INTERVAL);
        tokio::spawn(poll.run(interval));
        Err(AuthError::SignIn(text))
    }

    /// Ends a session whose only token Okta does not take any more.
    pub(super) async fn lost_token(&self) {
        let mut state = self.state.lock().await;
        if matches!(&*state, State::SignedIn(session) if session.refresh.is_none()) {
            *state = State::SignedOut;
        }
    }

    async fn begin(&self, request: &Request<'_>) -> Result<Code, AuthError> {
        let wanted = self
            .wanted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let plain = wanted
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        let ask = |scope: String| async move {
            let form = [("client_id", request.client_id), ("scope", scope.as_str())];
            post::<Code>(request.way, DEVICE, &form, None).await
        };
        let mut answer = ask(format!("{plain} {OFFLINE}")).await?;
        if answer.as_ref().is_err_and(is_about_scope) {
            // An app that may not have refresh tokens.
            answer = ask(plain.clone()).await?;
        }
        answer.map_err(|no| {
            let remedy = if is_about_scope(&no) {
                format!("grant the app {plain} in the Okta admin console (Applications > the app > Okta API Scopes)")
            } else {
                "the app must be a native app of this org, with the grant types Device Authorization and Refresh Token"
                    .to_owned()
            };
            refused(request.client_id, &no, &remedy)
        })
    }

    /// A token with exactly `scopes`, from the refresh token; without one, the token of the sign-in.
    pub(super) async fn token(
        &self,
        request: &Request<'_>,
        scopes: &BTreeSet<String>,
    ) -> Result<Token, AuthError> {
        // One refresh at a time: the token is used once, and its successor comes with the answer.
        let mut state = self.state.lock().await;
        let State::SignedIn(session) = &mut *state else {
            return Err(again());
        };
        let Some(refresh) = session.refresh.clone() else {
            if session.whole.until <= Instant::now() {
                *state = State::SignedOut;
                return Err(again());
            }
            return Ok(session.whole.clone());
        };
        let scope = scopes
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose_secret()),
            ("scope", scope.as_str()),
            ("client_id", request.client_id),
        ];
        let asked = Instant::now();
        match ask(request.way, request.prover, request.clock, &form).await? {
            Ok(mut granted) => {
                if let Some(next) = granted.refresh_token.take() {
                    session.refresh = Some(next);
                }
                granted.token(asked)
            }
            Err(no) if is_about_scope(&no) => Err(refused(
                request.client_id,
                &no,
                &format!("grant the app {scope} in the Okta admin console and sign in again"),
            )),
            // The session has ended, or the app was changed: a new sign-in settles both.
            Err(_) => {
                *state = State::SignedOut;
                Err(again())
            }
        }
    }
}

/// The background's side of a sign-in. It ends with the code, or when nobody is left to sign in for.
struct Poll {
    device: Weak<Device>,
    client: Client,
    org: OrgUrl,
    user_agent: HeaderValue,
    client_id: String,
    prover: Option<Arc<Prover>>,
    clock: Arc<Clock>,
    code: SecretString,
    until: Instant,
}

impl Poll {
    async fn run(self, mut interval: Duration) {
        loop {
            tokio::time::sleep(interval).await;
            let Some(device) = self.device.upgrade() else {
                return;
            };
            let next = if self.until <= Instant::now() {
                Some(State::SignedOut)
            } else {
                self.ask(&mut interval).await
            };
            if let Some(next) = next {
                *device.state.lock().await = next;
                return;
            }
        }
    }

    /// One poll; none while the person is not done.
    async fn ask(&self, interval: &mut Duration) -> Option<State> {
        let way = Way {
            client: &self.client,
            org: &self.org,
            user_agent: &self.user_agent,
        };
        let form = [
            ("grant_type", GRANT),
            ("device_code", self.code.expose_secret()),
            ("client_id", self.client_id.as_str()),
        ];
        let asked = Instant::now();
        match ask(way, self.prover.as_ref(), &self.clock, &form).await {
            Ok(Ok(mut granted)) => {
                let refresh = granted.refresh_token.take();
                if refresh.is_none() {
                    tracing::info!(
                        "Okta gave no refresh token: one token serves all plugins until it ends; allow the \
                         app the grant type Refresh Token"
                    );
                }
                Some(match granted.token(asked) {
                    Ok(whole) => State::SignedIn(Session { refresh, whole }),
                    Err(error) => State::Failed(error),
                })
            }
            Ok(Err(no)) => match no.code.as_str() {
                "authorization_pending" => None,
                "slow_down" => {
                    *interval = (*interval + Duration::from_secs(STEP)).min(MAX_INTERVAL);
                    None
                }
                "expired_token" => Some(State::SignedOut),
                "access_denied" => Some(State::Failed(AuthError::needs(
                    "access_denied",
                    "the sign-in at Okta was declined; call the tool again to get a new code",
                ))),
                _ => Some(State::Failed(refused(
                    &self.client_id,
                    &no,
                    "call the tool again to get a new code",
                ))),
            },
            // Nothing is lost: the code is still good. RFC 8628 wants longer pauses then.
            Err(_) => {
                *interval = (*interval * 2).min(MAX_INTERVAL);
                None
            }
        }
    }
}

/// A request for a token; once more with the nonce, or by the time, that it was answered with.
async fn ask(
    way: Way<'_>,
    prover: Option<&Arc<Prover>>,
    clock: &Clock,
    form: &[(&str, &str)],
) -> Result<Result<Granted, No>, AuthError> {
    let mut first = true;
    loop {
        let with = prover.map(|prover| (&**prover, clock));
        let no = match post::<Granted>(way, TOKEN, form, with).await? {
            Ok(granted) => return Ok(Ok(granted)),
            Err(no) => no,
        };
        let nonce = prover.is_some_and(|prover| prover.hear(Server::Authorization, &no.headers));
        let again = match no.code.as_str() {
            "use_dpop_nonce" => nonce,
            "invalid_dpop_proof" => clock.hear(&no.headers) == super::clock::Heard::Moved,
            _ => false,
        };
        if !again || !std::mem::take(&mut first) {
            return Ok(Err(no));
        }
    }
}

/// What the person is told. Address and code are Okta's words, and go to a person who will type a
/// password there: both have to be what they should be.
fn told(code: &Code, org: &OrgUrl) -> Result<String, AuthError> {
    let shown = code
        .verification_uri_complete
        .as_ref()
        .unwrap_or(&code.verification_uri);
    let page = Url::parse(shown).ok().filter(|url| {
        org.is_origin_of(url) && url.username().is_empty() && url.as_str().len() <= 500
    });
    let well_formed = (1..=32).contains(&code.user_code.len())
        && code
            .user_code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match page {
        Some(page) if well_formed => Ok(format!(
            "sign in to Okta first: open {page} in a browser, check that it shows the code {}, and sign in \
             within {} minutes; then call the tool again",
            code.user_code,
            code.expires_in.min(MAX_LIFE).div_ceil(60)
        )),
        _ => Err(AuthError::Final(Failure::Unavailable(
            "the org's authorization server sent a page or a code for the sign-in that cannot be trusted; \
             nothing was opened"
                .to_owned(),
        ))),
    }
}

fn again() -> AuthError {
    AuthError::SignIn(
        "the sign-in at Okta has ended; call the tool again to get a new code".to_owned(),
    )
}

fn refused(client_id: &str, no: &No, remedy: &str) -> AuthError {
    AuthError::needs(
        &no.code,
        format!(
            "Okta refused the app {client_id} ({} {}): {}; {remedy}",
            no.status.as_u16(),
            no.code,
            clean(no.description.trim_end_matches('.'), 200)
        ),
    )
}
