//! What a response is: a page, a refusal, a limit, or nothing that can be used.

use capability::answer::{Failure, Page};
use capability::grant::AuthorizedGet;
use capability::text::clean;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode};

use crate::pace::{Limit, Setback};
use crate::{body, paging, refusal};

/// Reads a response to `get`, of whose body at most `bytes` may be received.
pub(crate) async fn read(
    get: &AuthorizedGet,
    response: Response,
    bytes: u64,
) -> Result<Page, Setback> {
    let status = response.status();
    match status {
        StatusCode::OK => page(get, response, bytes).await.map_err(Setback::Final),
        StatusCode::TOO_MANY_REQUESTS => {
            let limit = Limit::of(response.headers());
            // Says nothing that the headers do not; a body that is read leaves the connection usable.
            body::of_refusal(response).await;
            Err(Setback::Limited(limit))
        }
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Err(Setback::Passing(refused(response).await))
        }
        _ if status.is_client_error() || status.is_server_error() => {
            Err(Setback::Final(refused(response).await))
        }
        // Where to is not told: the text reaches a model, and `Location` is the network's word.
        _ if status.is_redirection() => Err(unusable(format!(
            "Okta answered with a redirect (status {}); none is ever followed. Is the org's URL the one \
             that the org is known by?",
            status.as_u16()
        ))),
        _ => Err(unusable(format!(
            "Okta answered with status {}, which carries no page",
            status.as_u16()
        ))),
    }
}

async fn page(get: &AuthorizedGet, response: Response, bytes: u64) -> Result<Page, Failure> {
    let headers = response.headers().clone();
    if !is_json(&headers) {
        return Err(Failure::Unavailable(
            "Okta's answer is not JSON by its Content-Type; is a proxy or a sign-in page in the way?"
                .to_owned(),
        ));
    }
    let body = body::page(response, bytes).await?;
    let projected = get.projection().apply(&body).map_err(|error| {
        Failure::Unavailable(clean(
            &format!("Okta's answer cannot be used: {error}"),
            MAX_TEXT,
        ))
    })?;
    Ok(Page {
        next: paging::next(get, &headers, &body)?,
        body: projected.body,
        received: body.len() as u64,
        rows: projected.rows,
        seen: projected.seen,
        request_id: refusal::request_id(&headers),
    })
}

/// The longest text of a failure, in characters; the reader's errors are far below it.
const MAX_TEXT: usize = 300;

/// `application/json` or any `…+json`, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let essence = value.split_once(';').map_or(value, |(essence, _)| essence);
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json" || (essence.contains('/') && essence.ends_with("+json"))
}

async fn refused(response: Response) -> Failure {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = body::of_refusal(response).await;
    refusal::failure(refusal::read(status, &headers, &body))
}

fn unusable(text: String) -> Setback {
    Setback::Final(Failure::Unavailable(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn json_is_known_by_its_media_type_and_nothing_else() {
        let is = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            is_json(&headers)
        };
        for good in [
            "application/json",
            "Application/JSON;charset=UTF-8",
            "application/scim+json ; x=y",
        ] {
            assert!(is(good), "{good}");
        }
        for bad in [
            "text/html",
            "application/jsonp",
            "text/html; x=application/json",
            "+json",
            "",
        ] {
            assert!(!is(bad), "{bad}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
