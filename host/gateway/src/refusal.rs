//! Okta's no, read leniently and told in a line.
//!
//! An error's body may be Okta's envelope, the OAuth one, HTML from the edge or nothing at all; the
//! status always counts, and what the body adds is cleaned and capped. The text goes to a model, so
//! it is Okta's summary and causes, and never a page of markup.

use capability::answer::{Failure, Refusal};
use capability::text::clean;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::header;

/// The longest summary, causes included, in characters: a paragraph. Okta's longest are about 200.
const MAX_SUMMARY: usize = 300;

/// The longest code, in characters. Okta's have 8, OAuth's up to 30.
const MAX_CODE: usize = 40;

/// The longest request id that is kept, in bytes. Okta's have 27 or 32.
const MAX_REQUEST_ID: usize = 64;

/// `errorCode` for a feature that the org does not have, which Okta sends with 401.
const NO_SUCH_FEATURE: &str = "E0000015";

/// Reads the refusal that a response of `status` is.
pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
    let (code, summary) = envelope(body)
        .or_else(|| challenge(headers))
        .unwrap_or_else(|| {
            let reason = status.canonical_reason().unwrap_or("unknown status");
            (String::new(), format!("{reason} (no JSON in the answer)"))
        });
    Refusal {
        status: status.as_u16(),
        code: clean(&code, MAX_CODE),
        summary: clean(&summary, MAX_SUMMARY),
        request_id: request_id(headers),
    }
}

/// The failure that a refusal is to the plugin.
pub(crate) fn failure(refusal: Refusal) -> Failure {
    match (refusal.status, refusal.code.as_str()) {
        (404, _) => Failure::NotFound(refusal),
        // The credential is fine: whoever reads `forbidden` would look for the fault in the wrong place.
        (401, NO_SUCH_FEATURE) => Failure::Refused(refusal),
        (401 | 403, _) => Failure::Forbidden(refusal),
        _ => Failure::Refused(refusal),
    }
}

/// `X-Okta-Request-Id`, when it has the form of one: it goes into logs and into a header.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-okta-request-id")?.to_str().ok()?;
    let plain = id
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'@'));
    (plain && (1..=MAX_REQUEST_ID).contains(&id.len())).then(|| id.to_owned())
}

/// Code and summary from [Okta's envelope](https://developer.okta.com/docs/reference/error-codes/) or OAuth's.
fn envelope(body: &[u8]) -> Option<(String, String)> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(code) = text("errorCode") {
        let causes = value
            .get("errorCauses")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|cause| cause.get("errorSummary")?.as_str());
        let summary = text("errorSummary");
        let parts: Vec<&str> = summary.as_deref().into_iter().chain(causes).collect();
        let summary = if parts.is_empty() {
            "no summary".to_owned()
        } else {
            parts.join("; ")
        };
        return Some((code, summary));
    }
    let code = text("error")?;
    let summary = text("error_description").unwrap_or_else(|| code.clone());
    Some((code, summary))
}

/// Code and summary from `WWW-Authenticate`, which is all that Okta says of an access token's faults.
fn challenge(headers: &HeaderMap) -> Option<(String, String)> {
    for field in headers.get_all(WWW_AUTHENTICATE) {
        let Ok(field) = field.to_str() else { continue };
        // The scheme stands before the first parameter, parted by a blank.
        let field = field.split_once(' ').map_or(field, |(_, rest)| rest);
        let find = |wanted: &str| {
            header::split(field, ',')
                .map(header::parameter)
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.into_owned())
                .filter(|value| !value.is_empty())
        };
        let Some(error) = find("error") else { continue };
        let summary = match (error.as_str(), find("scope"), find("error_description")) {
            ("insufficient_scope", Some(scope), _) => {
                format!("the access token lacks the scope {scope}; grant it to the app in Okta")
            }
            ("invalid_token", _, description) => {
                let words = description.map(|words| format!(" ({words})"));
                format!(
                    "the access token is wrong, expired or revoked{}",
                    words.unwrap_or_default()
                )
            }
            (_, _, Some(description)) => description,
            (error, _, None) => error.to_owned(),
        };
        return Some((error, summary));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn read_as(status: u16, body: &str) -> Refusal {
        let status = StatusCode::from_u16(status).unwrap();
        read(status, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn summary_and_causes_make_one_line() {
        let refusal = read_as(
            400,
            r#"{"errorCode":"E0000031","errorSummary":"Invalid search criteria.",
                "errorCauses":[{"errorSummary":"Invalid cursor."},{"reason":"x"},7,{"errorSummary":"Too long."}]}"#,
        );
        assert_eq!(refusal.code, "E0000031");
        assert_eq!(
            refusal.summary,
            "Invalid search criteria.; Invalid cursor.; Too long."
        );
    }

    #[test]
    fn whatever_the_body_is_there_is_a_summary() {
        for (status, body, code, summary) in [
            (
                503,
                "<html>down</html>",
                "",
                "Service Unavailable (no JSON in the answer)",
            ),
            (403, "", "", "Forbidden (no JSON in the answer)"),
            (599, "", "", "unknown status (no JSON in the answer)"),
            (
                500,
                "[1]",
                "",
                "Internal Server Error (no JSON in the answer)",
            ),
            (500, r#"{"errorCode":"E0000009"}"#, "E0000009", "no summary"),
            (
                500,
                r#"{"errorCode":"E1","errorSummary":3,"errorCauses":"x"}"#,
                "E1",
                "no summary",
            ),
            (
                400,
                r#"{"error":"invalid_dpop_proof","error_description":"missing"}"#,
                "invalid_dpop_proof",
                "missing",
            ),
            (
                400,
                r#"{"error":"consent_required"}"#,
                "consent_required",
                "consent_required",
            ),
        ] {
            let refusal = read_as(status, body);
            assert_eq!(
                (refusal.code.as_str(), refusal.summary.as_str()),
                (code, summary),
                "{body}"
            );
        }
    }

    #[test]
    fn controls_are_stripped_and_lengths_capped() {
        let long = "s".repeat(400);
        let refusal = read_as(
            400,
            &format!(r#"{{"errorCode":"E\u001b[31m{long}","errorSummary":"a\r\nb\u202ec{long}"}}"#),
        );
        assert!(refusal.code.starts_with("E[31ms"), "{}", refusal.code);
        assert_eq!(refusal.code.chars().count(), MAX_CODE + 1);
        assert!(refusal.summary.starts_with("abcs"), "{}", refusal.summary);
        assert_eq!(refusal.summary.chars().count(), MAX_SUMMARY + 1);
    }

    #[test]
    fn a_missing_scope_is_named_from_the_challenge() {
        let mut headers = HeaderMap::new();
        headers.insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static(
                r#"Bearer authorization_uri="https://a.okta.com/oauth2/v1/authorize", realm="a, error=b", scope="okta.groups.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.""#,
            ),
        );
        let refusal = read(StatusCode::FORBIDDEN, &headers, b"");
        assert_eq!(refusal.code, "insufficient_scope");
        assert_eq!(
            refusal.summary,
            "the access token lacks the scope okta.groups.read; grant it to the app in Okta"
        );
        assert!(matches!(failure(refusal), Failure::Forbidden(_)));
    }

    #[test]
    fn an_access_token_that_is_not_valid_is_told_as_one() {
        for (field, summary) in [
            (
                r#"Bearer realm="a", error="invalid_token", error_description="It has expired.""#,
                "the access token is wrong, expired or revoked (It has expired.)",
            ),
            (
                r#"Bearer error="invalid_token""#,
                "the access token is wrong, expired or revoked",
            ),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(field));
            let refusal = read(StatusCode::UNAUTHORIZED, &headers, b"");
            assert_eq!(
                (refusal.code.as_str(), refusal.summary.as_str()),
                ("invalid_token", summary)
            );
        }
    }

    #[test]
    fn a_challenge_without_an_error_is_not_a_summary() {
        let mut headers = HeaderMap::new();
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("SSWS"));
        let refusal = read(StatusCode::UNAUTHORIZED, &headers, b"");
        assert_eq!(refusal.summary, "Unauthorized (no JSON in the answer)");
    }

    #[test]
    fn a_missing_feature_does_not_read_as_an_auth_failure() {
        let refused = |status, code: &str| {
            failure(read_as(
                status,
                &format!(r#"{{"errorCode":"{code}","errorSummary":"x"}}"#),
            ))
        };
        assert!(matches!(refused(401, "E0000015"), Failure::Refused(_)));
        assert!(matches!(refused(401, "E0000011"), Failure::Forbidden(_)));
        assert!(matches!(refused(403, "E0000006"), Failure::Forbidden(_)));
        assert!(matches!(refused(404, "E0000007"), Failure::NotFound(_)));
        assert!(matches!(refused(400, "E0000031"), Failure::Refused(_)));
    }

    #[test]
    fn a_request_id_of_another_form_is_dropped() {
        let id = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-okta-request-id", HeaderValue::from_str(text).unwrap());
            request_id(&headers)
        };
        assert!(id("X0f4kZzw3Z5oRU0l4ygKGQAABE0").is_some());
        assert!(id(&"a".repeat(64)).is_some());
        for bad in ["", "a b", "a\"b", &"a".repeat(65)] {
            assert_eq!(id(bad), None, "{bad}");
        }
    }
}
