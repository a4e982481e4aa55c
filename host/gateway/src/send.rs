//! One GET on the wire: authorized, sent, and sent once more where the answer asks for another
//! authorization only.

use capability::answer::Failure;
use capability::grant::AuthorizedGet;
use reqwest::Response;
use reqwest::header::USER_AGENT;
use tokio::time::Instant;
use tracing::debug;

use crate::credential::Credential;
use crate::fault;
use crate::oauth::endpoint::Way;
use crate::pace::Setback;
use crate::request::{self, Earlier};
use crate::tally::Tally;

/// Sends `get` and returns the head of the response.
///
/// A 401 that asks for a new DPoP nonce, or says that the access token has ended, is met with one more
/// request at once: it says nothing of the GET itself, so it does not count as an attempt.
pub(crate) async fn send(
    get: &AuthorizedGet,
    credential: &Credential,
    way: Way<'_>,
    tally: &Tally,
    earlier: Earlier<'_>,
) -> Result<Response, Setback> {
    let mut first = true;
    loop {
        let authorization = credential
            .authorization(get.scopes(), way)
            .await
            .map_err(crate::oauth::error::AuthError::setback)?;
        let own = authorization
            .headers(get.url())
            .map_err(crate::oauth::error::AuthError::setback)?;
        let headers = request::headers(get, own, earlier).map_err(|_| {
            Setback::Final(Failure::Unavailable(
                "nothing was sent: a header cannot be written".to_owned(),
            ))
        })?;
        let begun = Instant::now();
        let sent = way
            .client
            .get(get.url().clone())
            .headers(headers)
            .header(USER_AGENT, way.user_agent.clone())
            .send()
            .await;
        tally.count(
            sent.as_ref()
                .ok()
                .map(|response| response.status().as_u16()),
        );
        let response = sent.map_err(|error| {
            let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            debug!(
                template = get.operation().template,
                retries = earlier.retries,
                ms,
                "no response"
            );
            fault::no_response(error)
        })?;
        let again = authorization
            .hear(response.status().as_u16(), response.headers())
            .await;
        if !again || !std::mem::take(&mut first) {
            return Ok(response);
        }
        debug!(
            template = get.operation().template,
            "sent again with a new authorization"
        );
    }
}
