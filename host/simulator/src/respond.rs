//! From a request to its reply: faults, authentication, limits, method, endpoint, envelope.

use std::time::Duration;

use crate::endpoints::{self, Answer, Call};
use crate::envelope::{Content, Ids, wrap};
use crate::fault::FaultKind;
use crate::limits::{Bucket, Standing};
use crate::oauth::{self, Caller};
use crate::paging::Links;
use crate::query_string::Parameters;
use crate::refusal::{self, Refusal};
use crate::route::Route;
use crate::sending::{self, Sending};
use crate::server::{Shared, lock};
use crate::view::Omit;
use crate::wire::{Request, Response};

/// What happens on the connection.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) response: Response,
    pub(crate) authorized: bool,
    pub(crate) delay: Option<Duration>,
    pub(crate) sending: Sending,
}

impl Reply {
    /// The status that the client sees, 0 for none.
    pub(crate) fn status(&self) -> u16 {
        if self.sending.answers() {
            self.response.status
        } else {
            0
        }
    }
}

/// Replies to one request. `crowded` tells that too many are under way beside it.
pub(crate) fn reply(shared: &Shared, request: &Request, crowded: bool) -> Reply {
    let now = shared.options.clock.now();
    let ids = Ids::new(shared.options.seed, shared.next_number());
    let (raw_path, _) = request.path_and_query();
    let caller = oauth::caller(shared, request, &Route::of(raw_path));
    let authorized = caller == Caller::Known;
    let fault = lock(&shared.faults).take(raw_path);
    let instead = fault
        .as_ref()
        .and_then(|fault| instead(shared, request, fault, now, &ids));
    let (content, standing) = match instead {
        Some(outcome) => outcome,
        None if crowded => too_many_at_once(&ids, now),
        None => regular(shared, request, &caller, now, &ids, fault.as_ref()),
    };
    let host = shared.base.strip_prefix("http://").unwrap_or(&shared.base);
    let mut reply = Reply {
        response: wrap(content, &ids, standing, host, now),
        authorized,
        delay: None,
        sending: Sending::Whole,
    };
    if let Some(fault) = fault {
        spoil(&mut reply, fault);
    }
    reply
}

/// What is answered instead of the real answer, for faults that do.
fn instead(
    shared: &Shared,
    request: &Request,
    fault: &FaultKind,
    now: i64,
    ids: &Ids,
) -> Option<(Content, Option<Standing>)> {
    let (raw_path, _) = request.path_and_query();
    let outcome = match fault {
        FaultKind::Respond {
            status,
            content_type,
            body,
        } => {
            let content = Content {
                status: *status,
                content_type: content_type.clone(),
                headers: Vec::new(),
                body: body.clone(),
            };
            (content, None)
        }
        FaultKind::Refuse {
            status,
            code,
            summary,
        } => {
            let body = refusal::envelope(code, summary, None, ids.error.clone());
            (Content::json(*status, body), None)
        }
        FaultKind::RateLimited { reset_after } => {
            let route = Route::of(raw_path);
            let open = lock(&shared.limiter).look(Bucket::of(&route), shared.options.plan, now);
            let standing = Standing {
                remaining: 0,
                reset: now.saturating_add(*reset_after),
                ..open
            };
            (refused(&Refusal::RateLimit, ids), Some(standing))
        }
        FaultKind::TooManyConcurrent => too_many_at_once(ids, now),
        FaultKind::InsufficientScope(scope) => {
            let error = format!(
                "scope=\"{scope}\", error=\"insufficient_scope\", error_description=\"The access token \
                 provided does not contain the required scopes.\", resource=\"{raw_path}\""
            );
            (challenge(shared, 403, &error), None)
        }
        FaultKind::InvalidToken => {
            // Choice [?]: the description.
            let error =
                "error=\"invalid_token\", error_description=\"The access token is invalid.\"";
            (challenge(shared, 401, error), None)
        }
        FaultKind::RedirectToHost(origin) => {
            let mut content = empty(302);
            content
                .headers
                .push(("location", format!("{origin}{}", request.target)));
            (content, None)
        }
        FaultKind::DeepJson => {
            let body = "[".repeat(100_000) + &"]".repeat(100_000);
            (Content::json(200, body), None)
        }
        FaultKind::GzipBomb(_) | FaultKind::GzipOfNothing => {
            let mut content = Content::json(200, String::new());
            content
                .headers
                .push(("content-encoding", "gzip".to_owned()));
            (content, None)
        }
        FaultKind::Endless | FaultKind::Disconnect | FaultKind::Reset => {
            (Content::json(200, String::new()), None)
        }
        _ => return None,
    };
    Some(outcome)
}

/// The 429 of the concurrency limit. Okta's reset is only an estimate there; here it is now.
fn too_many_at_once(ids: &Ids, now: i64) -> (Content, Option<Standing>) {
    let standing = Standing {
        limit: 0,
        remaining: 0,
        reset: now,
        exceeded: true,
    };
    (refused(&Refusal::RateLimit, ids), Some(standing))
}

/// An answer that has nothing but its status and a challenge, as access tokens meet it.
fn challenge(shared: &Shared, status: u16, error: &str) -> Content {
    let mut content = empty(status);
    let base = &shared.base;
    content.headers.push((
        "www-authenticate",
        format!(
            "Bearer authorization_uri=\"{base}/oauth2/v1/authorize\", realm=\"{base}\", {error}"
        ),
    ));
    content
}

/// Choice [?]: an answer without a body keeps the content type of those with one.
fn empty(status: u16) -> Content {
    Content::json(status, String::new())
}

/// Changes how a finished reply looks or is sent.
fn spoil(reply: &mut Reply, fault: FaultKind) {
    let body = &mut reply.response.body;
    match fault {
        FaultKind::Delay(delay) => reply.delay = Some(delay),
        FaultKind::BadJson => body.truncate(body.len() / 2),
        FaultKind::ContentType(content_type) => {
            for (name, value) in &mut reply.response.headers {
                if *name == "content-type" {
                    value.clone_from(&content_type);
                }
            }
        }
        FaultKind::Oversized(bytes) => {
            let size = usize::try_from(bytes).unwrap_or(usize::MAX);
            body.resize(size.max(body.len()), b' ');
        }
        // Packing into memory does not fail; if it did, the body would stay empty.
        FaultKind::GzipBomb(bytes) => *body = sending::bomb(bytes).unwrap_or_default(),
        FaultKind::GzipOfNothing => {
            *body = sending::GZIP_HEAD.to_vec();
            reply.sending = Sending::Endless(sending::EMPTY_BLOCKS);
        }
        FaultKind::Endless => {
            *body = b"[".to_vec();
            reply.sending = Sending::Endless(sending::BLANKS);
        }
        FaultKind::ContentLength(announced) => reply.sending = Sending::Announced(announced),
        FaultKind::SlowDrip(pause) => reply.sending = Sending::Drip(pause),
        FaultKind::Truncate => reply.sending = Sending::HalfTheBody,
        FaultKind::Disconnect => reply.sending = Sending::Nothing,
        FaultKind::Reset => reply.sending = Sending::Reset,
        _ => {}
    }
}

/// What an org tells everybody of itself, with or without a credential; the example is an Identity Engine org.
///
/// Choice [?]: no rate limit, and the settings' values.
fn metadata(shared: &Shared, request: &Request) -> Option<Content> {
    let (raw_path, _) = request.path_and_query();
    if request.method != "GET" || raw_path != "/.well-known/okta-organization" {
        return None;
    }
    let document = serde_json::json!({
        "id": shared.org.id,
        "_links": {"organization": {"href": shared.base}},
        "pipeline": "idx",
        "settings": {"analyticsCollectionEnabled": false, "bugReportingEnabled": true, "omEnabled": true},
    });
    Some(Content::json(200, document.to_string()))
}

/// The answer without a fault, or with one that changes its links only.
fn regular(
    shared: &Shared,
    request: &Request,
    caller: &Caller,
    now: i64,
    ids: &Ids,
    fault: Option<&FaultKind>,
) -> (Content, Option<Standing>) {
    if !request.well_formed {
        // Choice [?]: what Okta's edge says to a request that is no HTTP; without an envelope.
        let content = Content {
            status: 400,
            content_type: "text/html".to_owned(),
            headers: Vec::new(),
            body: "<html><body><h1>400 Bad Request</h1></body></html>\n".to_owned(),
        };
        return (content, None);
    }
    if let Some(content) = oauth::endpoint(shared, request) {
        return (content, None);
    }
    if let Some(content) = metadata(shared, request) {
        return (content, None);
    }
    let (raw_path, raw_query) = request.path_and_query();
    let route = Route::of(raw_path);
    let bucket = Bucket::of(&route);
    if let Caller::Unknown(unknown) = caller {
        // Choice [?]: a request without a valid token is checked before everything else, sees the
        // rate-limit headers and does not count.
        let standing = lock(&shared.limiter).look(bucket, shared.options.plan, now);
        let content = unknown.content().unwrap_or_else(|| {
            let mut content = refused(&Refusal::Token, ids);
            content
                .headers
                .push(("www-authenticate", "SSWS".to_owned()));
            content
        });
        return (content, Some(standing));
    }
    let standing = lock(&shared.limiter).take(bucket, shared.options.plan, now);
    if standing.exceeded {
        return (refused(&Refusal::RateLimit, ids), Some(standing));
    }
    if request.method != "GET" {
        // Choice [?]: also for an unknown path.
        return (refused(&Refusal::Method, ids), Some(standing));
    }
    let parameters = Parameters::parse(raw_query);
    let call = Call {
        org: &shared.org,
        view: &shared.view,
        base: &shared.base,
        raw_path,
        parameters: &parameters,
        omit: Omit::from_content_type(request.header("content-type")),
    };
    let content = match endpoints::answer(&route, &call) {
        Ok(answer) => answered(shared, raw_path, answer, fault),
        Err(refusal) => refused(&refusal, ids),
    };
    (content, Some(standing))
}

fn refused(refusal: &Refusal, ids: &Ids) -> Content {
    Content::json(refusal.status(), refusal.body(ids.error.clone()))
}

fn answered(shared: &Shared, raw_path: &str, answer: Answer, fault: Option<&FaultKind>) -> Content {
    let base = shared.base.as_str();
    let mut content = Content::json(200, answer.body);
    if let Some(tag) = answer.entity_tag {
        content.headers.push(("etag", tag));
    }
    let Links { this, next, beyond } = answer.links;
    let next = match fault {
        Some(FaultKind::EmptyLastPage) => next.or(beyond),
        Some(FaultKind::CursorLoop) => in_a_circle(shared, raw_path, this.as_deref(), next),
        _ => next,
    };
    let origin = match fault {
        Some(FaultKind::NextLinkOnHost(origin)) => origin,
        _ => base,
    };
    let mut links: Vec<String> = [(base, this, "self"), (origin, next, "next")]
        .into_iter()
        .filter_map(|(origin, target, relation)| {
            Some(format!("<{origin}{}>; rel=\"{relation}\"", target?))
        })
        .collect();
    if matches!(fault, Some(FaultKind::JoinedLinks)) && !links.is_empty() {
        links = vec![links.join(", ")];
    }
    content
        .headers
        .extend(links.into_iter().map(|link| ("link", link)));
    content
}

/// The second page's target, for every page of a list but the first two; that one is remembered
/// when the first page leads to it.
fn in_a_circle(
    shared: &Shared,
    raw_path: &str,
    this: Option<&str>,
    next: Option<String>,
) -> Option<String> {
    let is_first = |target: &str| !target.contains("after=");
    let mut loops = lock(&shared.loops);
    if this.is_some_and(is_first) {
        if let Some(next) = &next {
            loops.insert(raw_path.to_owned(), next.clone());
        }
        return next;
    }
    let second = loops.get(raw_path).cloned();
    if second.as_deref() == this && next.is_some() {
        next
    } else {
        second.or(next)
    }
}
