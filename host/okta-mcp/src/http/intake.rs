//! Bodies that are no message are answered in JSON-RPC's own terms.
//!
//! rmcp answers them with 415 and plain text, which tells a client nothing about its mistake. A body is read whole
//! first: within a size and a time, so that a slow sender holds one connection and nothing else.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rmcp::model::RequestId;
use serde_json::{Value, json};

use crate::mcp::message;

/// The longest message, as over stdio.
pub(super) const MAX_BODY: usize = message::LONGEST;

/// What a body of [`MAX_BODY`] takes on a line of 1 Mbit/s.
const BODY_TIME: Duration = Duration::from_secs(32);

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

/// The layer in front of the message endpoints.
pub(super) async fn check(request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !is_json(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = match tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            return problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                INVALID_REQUEST,
                "the message is over 4 MiB or broke off",
                &Value::Null,
            );
        }
        Err(_) => {
            return problem(
                StatusCode::REQUEST_TIMEOUT,
                INVALID_REQUEST,
                "the message did not arrive within 32 seconds",
                &Value::Null,
            );
        }
    };
    if !message::is_json(&bytes) {
        return problem(
            StatusCode::BAD_REQUEST,
            PARSE_ERROR,
            "the body is not JSON",
            &Value::Null,
        );
    }
    let response = next
        .run(Request::from_parts(parts, Body::from(bytes.clone())))
        .await;
    // The type was JSON and so is the body: it is the message that does not fit.
    if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return problem(
            StatusCode::BAD_REQUEST,
            INVALID_REQUEST,
            "the body is no JSON-RPC 2.0 message of MCP; batches are not accepted",
            &message::id(&bytes).map_or(Value::Null, RequestId::into_json_value),
        );
    }
    response
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// An error of JSON-RPC as a whole answer.
pub(super) fn problem(status: StatusCode, code: i32, message: &str, id: &Value) -> Response {
    let body = json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}});
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}
