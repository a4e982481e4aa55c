//! The layer that lets nothing begin any more once the end was asked for.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::intake;

/// JSON-RPC's range for errors of a server's own.
const LEAVING: i32 = -32000;

/// Seconds after which another replica, or this one's successor, may be asked.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// The layer in front of the message endpoints; `asked` is cancelled when the end was asked for.
pub(super) async fn check(
    State(asked): State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    if asked.is_cancelled() {
        let mut response = intake::problem(
            StatusCode::SERVICE_UNAVAILABLE,
            LEAVING,
            "this server is ending and begins nothing new; send the request again",
            &Value::Null,
        );
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, RETRY_AFTER);
        return response;
    }
    let is_stream = request.method() == Method::GET;
    let response = next.run(request).await;
    if !is_stream {
        return response;
    }
    // The stream that a client of the older revisions listens on has no end of its own: nothing would be waited for
    // but time. A subscription of 2026-07-28 is ended by its handler, with a result.
    let (parts, body) = response.into_parts();
    let until = body.into_data_stream().take_until(asked.cancelled_owned());
    (parts, Body::from_stream(until)).into_response()
}
