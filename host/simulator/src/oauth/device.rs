//! The device authorization grant ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)): a code for a
//! person, and the page where he types it.

use serde_json::json;

use super::Wrong;
use super::token::{form, granted, native};
use crate::envelope::Content;
use crate::query_string::Parameters;
use crate::server::{Shared, lock};
use crate::wire::Request;

/// Seconds that a code can be used.
const LIFETIME: i64 = 600;

/// Seconds between two polls.
const INTERVAL: i64 = 5;

/// Seconds that `slow_down` adds.
const SLOWER: i64 = 5;

/// Letters of a user code. Choice [?]: without vowels, so that no words come out.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A device that waits for its person.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(super) client_id: String,
    pub(super) scopes: Vec<String>,
    user_code: String,
    /// Epoch seconds.
    expires: i64,
    interval: i64,
    polled: Option<i64>,
    decision: Option<bool>,
}

/// What a poll finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    TooFast,
    Approved,
    Denied,
    Expired,
}

impl Device {
    pub(super) fn poll(&mut self, now: i64) -> State {
        let fast = self
            .polled
            .is_some_and(|before| now < before + self.interval);
        self.polled = Some(now);
        if self.expires <= now {
            return State::Expired;
        }
        match self.decision {
            Some(true) => State::Approved,
            Some(false) => State::Denied,
            None if fast => {
                self.interval += SLOWER;
                State::TooFast
            }
            None => State::Pending,
        }
    }
}

/// `POST /oauth2/v1/device/authorize`.
pub(super) fn authorize(shared: &Shared, request: &Request, now: i64) -> Result<Content, Wrong> {
    let form = form(request)?;
    let app = native(shared, &form)?;
    let scopes = granted(app, form.get("scope").unwrap_or_default())?;
    let mut access = lock(&shared.access);
    let code = access.next(shared.options.seed, "device code", 40);
    let serial = access.issued;
    let user_code =
        crate::random::Random::stream(shared.options.seed, "user code", serial).text(LETTERS, 8);
    let page = format!("{}/activate", shared.base);
    let body = json!({
        "device_code": code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": LIFETIME,
        "interval": INTERVAL,
    });
    let device = Device {
        client_id: app.client_id().to_owned(),
        scopes,
        user_code,
        expires: now + LIFETIME,
        interval: INTERVAL,
        polled: None,
        decision: None,
    };
    access.devices.insert(code, device);
    Ok(Content::json(200, body.to_string()))
}

/// `GET /activate?user_code=…`: the person signs in by opening it, or declines with `&deny=true`.
///
/// At Okta this is a page with a sign-in form.
pub(super) fn activate(shared: &Shared, query: &str, now: i64) -> Content {
    let parameters = Parameters::parse(query);
    let code = parameters.get("user_code").unwrap_or_default();
    let approve = parameters.get("deny").is_none();
    let mut access = lock(&shared.access);
    let device = access
        .devices
        .values_mut()
        .find(|device| device.user_code == code && device.expires > now);
    let (status, text) = match device {
        Some(device) => {
            device.decision = Some(approve);
            (
                200,
                if approve {
                    "Device activated"
                } else {
                    "Access denied"
                },
            )
        }
        None => (404, "There is no such code, or it has expired"),
    };
    Content {
        status,
        content_type: "text/html".to_owned(),
        headers: Vec::new(),
        body: format!("<html><body><h1>{text}</h1></body></html>\n"),
    }
}
