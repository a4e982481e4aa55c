//! The request that a proof becomes: its URL as it is, and headers that no caller has a say in.
//!
//! Okta's new query parameter `fields`, which makes an answer sparse, is not added: the proof's URL is
//! sent byte for byte, no recording shows how it treats links and attributes of an org's own, and the
//! built-in plugins read `profile.*`, which it cannot name.

use capability::grant::AuthorizedGet;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    InvalidHeaderValue,
};

/// Asks Okta to leave credentials and their links out of users before it answers: less to receive,
/// and what is not sent cannot leak. Okta reads it from this header, on a GET too.
/// [Okta: list users](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#tag/User/operation/listUsers).
const WITHOUT_CREDENTIALS: HeaderValue = HeaderValue::from_static(
    "application/json; okta-response=omitCredentials,omitCredentialsLinks,omitTransitioningToStatus",
);

/// The operations that know this switch, by Okta's ids.
const SWITCHED: [&str; 2] = ["listUsers", "getUser"];

/// The first attempt's request id, on later attempts. Okta's SDKs send both of these.
const RETRY_FOR: HeaderName = HeaderName::from_static("x-okta-retry-for");

/// How many attempts came before.
const RETRY_COUNT: HeaderName = HeaderName::from_static("x-okta-retry-count");

/// What came before this attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier<'a> {
    pub(crate) retries: u32,
    pub(crate) request_id: Option<&'a str>,
}

/// The proof that goes with an access token that is bound to a key.
const DPOP: HeaderName = HeaderName::from_static("dpop");

/// The headers of one attempt, `User-Agent` apart; `authorization` and the DPoP proof beside it, where
/// there is one, as they are.
pub(crate) fn headers(
    get: &AuthorizedGet,
    (authorization, proof): (HeaderValue, Option<HeaderValue>),
    earlier: Earlier<'_>,
) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(AUTHORIZATION, authorization);
    if let Some(proof) = proof {
        headers.insert(DPOP, proof);
    }
    if SWITCHED.contains(&get.operation().id) {
        headers.insert(CONTENT_TYPE, WITHOUT_CREDENTIALS);
    }
    if earlier.retries > 0 {
        headers.insert(RETRY_COUNT, earlier.retries.into());
        if let Some(id) = earlier.request_id {
            headers.insert(RETRY_FOR, HeaderValue::from_str(id)?);
        }
    }
    Ok(headers)
}
