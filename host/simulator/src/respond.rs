//! From a request to its reply: faults, authentication, limits, method, endpoint, envelope.

use std::time::Duration;

use crate::endpoints::{self, Answer, Call};
use crate::envelope::{Content, Ids, wrap};
use crate::fault::FaultKind;
use crate::limits::{Bucket, Standing};
use crate::paging::Links;
use crate::query_string::Parameters;
use crate::refusal::{self, Refusal};
use crate::route::Route;
use crate::server::{Shared, lock};
use crate::view::Omit;
use crate::wire::{Request, Response};

/// What happens on the connection.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) response: Response,
    pub(crate) authorized: bool,
    pub(crate) delay: Option<Duration>,
    pub(crate) ending: Ending,
}

/// How much of the response is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Normal,
    /// The connection closes after half of the body.
    HalfTheBody,
    /// The connection closes at once.
    Nothing,
}

impl Reply {
    /// The status that the client sees, 0 for none.
    pub(crate) fn status(&self) -> u16 {
        if self.ending == Ending::Nothing {
            0
        } else {
            self.response.status
        }
    }
}

/// Replies to one request.
pub(crate) fn reply(shared: &Shared, request: &Request) -> Reply {
    let now = shared.options.clock.now();
    let ids = Ids::new(shared.options.seed, shared.next_number());
    let (raw_path, _) = request.path_and_query();
    let authorized = is_authorized(request, &shared.options.token);
    let fault = lock(&shared.faults).take(raw_path);
    let mut reply = Reply {
        response: Response::default(),
        authorized,
        delay: None,
        ending: Ending::Normal,
    };

    let outcome = match &fault {
        Some(FaultKind::Respond {
            status,
            content_type,
            body,
        }) => {
            let content = Content {
                status: *status,
                content_type: content_type.clone(),
                headers: Vec::new(),
                body: body.clone(),
            };
            (content, None)
        }
        Some(FaultKind::Refuse {
            status,
            code,
            summary,
        }) => {
            let body = refusal::envelope(code, summary, None, ids.error.clone());
            (Content::json(*status, body), None)
        }
        Some(FaultKind::RateLimited { reset_after }) => {
            let route = Route::of(raw_path);
            let open = lock(&shared.limiter).look(Bucket::of(&route), shared.options.plan, now);
            let standing = Standing {
                remaining: 0,
                reset: now.saturating_add(*reset_after),
                ..open
            };
            (refused(&Refusal::RateLimit, &ids), Some(standing))
        }
        Some(FaultKind::TooManyConcurrent) => {
            let standing = Standing {
                limit: 0,
                remaining: 0,
                reset: now,
                exceeded: true,
            };
            (refused(&Refusal::RateLimit, &ids), Some(standing))
        }
        Some(FaultKind::Disconnect) => {
            reply.ending = Ending::Nothing;
            return reply;
        }
        _ => regular(shared, request, authorized, now, &ids, fault.as_ref()),
    };
    match fault {
        Some(FaultKind::Delay(delay)) => reply.delay = Some(delay),
        Some(FaultKind::Truncate) => reply.ending = Ending::HalfTheBody,
        _ => {}
    }
    let (content, standing) = outcome;
    let host = shared.base.strip_prefix("http://").unwrap_or(&shared.base);
    reply.response = wrap(content, &ids, standing, host, now);
    reply
}

/// The answer without a fault, or with one that changes its links only.
fn regular(
    shared: &Shared,
    request: &Request,
    authorized: bool,
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
    let (raw_path, raw_query) = request.path_and_query();
    let route = Route::of(raw_path);
    let bucket = Bucket::of(&route);
    if !authorized {
        // Choice [?]: a request without a valid token is checked before everything else, sees the
        // rate-limit headers and does not count.
        let standing = lock(&shared.limiter).look(bucket, shared.options.plan, now);
        let mut content = refused(&Refusal::Token, ids);
        content
            .headers
            .push(("www-authenticate", "SSWS".to_owned()));
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
        Ok(answer) => answered(answer, &shared.base, fault),
        Err(refusal) => refused(&refusal, ids),
    };
    (content, Some(standing))
}

fn refused(refusal: &Refusal, ids: &Ids) -> Content {
    Content::json(refusal.status(), refusal.body(ids.error.clone()))
}

fn answered(answer: Answer, base: &str, fault: Option<&FaultKind>) -> Content {
    let mut content = Content::json(200, answer.body);
    if let Some(tag) = answer.entity_tag {
        content.headers.push(("etag", tag));
    }
    let Links { this, next, beyond } = answer.links;
    let mut link = |origin: &str, target: &str, relation: &str| {
        content
            .headers
            .push(("link", format!("<{origin}{target}>; rel=\"{relation}\"")));
    };
    if let Some(this) = &this {
        link(base, this, "self");
    }
    match (next, beyond, fault) {
        (Some(next), _, Some(FaultKind::NextLinkOnHost(origin))) => link(origin, &next, "next"),
        (Some(next), _, _) => link(base, &next, "next"),
        (None, Some(beyond), Some(FaultKind::EmptyLastPage)) => link(base, &beyond, "next"),
        (None, _, _) => {}
    }
    content
}

/// `Authorization: SSWS <token>`. The simulator knows no other scheme.
///
/// Choice [?]: the scheme's letter case does not count, as HTTP has it.
fn is_authorized(request: &Request, token: &str) -> bool {
    request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, sent)| scheme.eq_ignore_ascii_case("SSWS") && sent.trim() == token)
}
