//! What surrounds every answer: ids, rate-limit headers, cookies, the recorded set of headers.

use std::time::{Duration, UNIX_EPOCH};

use crate::limits::Standing;
use crate::random::{BASE64URL, HEX, Random};
use crate::wire::Response;

/// The ids of one answer. They depend on the seed and on how many requests came before.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    /// 32 hexadecimal digits.
    pub(crate) request: String,
    /// `oae` and 22 characters.
    pub(crate) error: String,
    session: String,
}

impl Ids {
    /// The ids of the request with this number.
    pub(crate) fn new(seed: u64, number: u64) -> Ids {
        let mut random = Random::stream(seed ^ number.rotate_left(32), "request", 0);
        Ids {
            request: random.text(HEX, 32),
            error: format!("oae{}", random.text(BASE64URL, 22)),
            session: random.text(HEX, 32).to_ascii_uppercase(),
        }
    }
}

/// The part of an answer that depends on the request.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Content {
    /// JSON with this status and no headers of its own.
    pub(crate) fn json(status: u16, body: String) -> Content {
        Content {
            status,
            content_type: "application/json".to_owned(),
            headers: Vec::new(),
            body,
        }
    }
}

/// A response with the recorded headers in front of those of `content`.
///
/// `host` is the org's host for the content security policy; `now` is in epoch seconds.
pub(crate) fn wrap(
    content: Content,
    ids: &Ids,
    standing: Option<Standing>,
    host: &str,
    now: i64,
) -> Response {
    let date = UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap_or(0));
    let mut headers: Vec<(&'static str, String)> = Vec::with_capacity(28);
    headers.push(("date", httpdate::fmt_http_date(date)));
    headers.push(("content-type", content.content_type));
    headers.push(("x-okta-request-id", ids.request.clone()));
    for (name, value) in RECORDED {
        headers.push((name, (*value).to_owned()));
    }
    // Choice [?]: the recorded policy is long and names the org's host; this is its beginning.
    headers.push((
        "content-security-policy",
        format!("default-src 'self' {host}; frame-ancestors 'self'"),
    ));
    if let Some(standing) = standing {
        headers.push(("x-rate-limit-limit", standing.limit.to_string()));
        headers.push(("x-rate-limit-remaining", standing.remaining.to_string()));
        headers.push(("x-rate-limit-reset", standing.reset.to_string()));
    }
    // The names are recorded. Choice [?]: the attributes.
    headers.push((
        "set-cookie",
        "sid=\"\"; Version=1; Path=/; Max-Age=0".to_owned(),
    ));
    headers.push((
        "set-cookie",
        "xids=\"\"; Version=1; Path=/; Max-Age=0".to_owned(),
    ));
    headers.push((
        "set-cookie",
        format!("JSESSIONID={}; Path=/; Secure; HttpOnly", ids.session),
    ));
    headers.extend(content.headers);
    Response {
        status: content.status,
        headers,
        body: content.body.into_bytes(),
    }
}

/// Headers that are the same on every recorded answer.
const RECORDED: &[(&str, &str)] = &[
    ("cache-control", "no-cache, no-store"),
    ("pragma", "no-cache"),
    ("expires", "0"),
    ("vary", "Accept-Encoding"),
    ("p3p", "CP=\"HONK\""),
    ("x-content-type-options", "nosniff"),
    (
        "strict-transport-security",
        "max-age=315360000; includeSubDomains",
    ),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    // Choice [?]: the header is recorded, its value is not.
    ("accept-ch", "Sec-CH-UA-Platform-Version"),
];
