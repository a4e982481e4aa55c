//! W3C trace context: a client that traces its requests finds them again in this program's log.
//!
//! `traceparent` comes in a request's `_meta`, as MCP 2026-07-28 has it, or as the HTTP header. It stands on every
//! line that is logged for the request, and goes nowhere else: not to Okta, and not to a plugin.
//! [Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header).

use rmcp::RoleServer;
use rmcp::service::RequestContext;
use tracing::Span;

/// The span that everything of the request of `context` is logged in; none where it is not traced.
pub(super) fn span(context: &RequestContext<RoleServer>) -> Span {
    let parts = context.extensions.get::<http::request::Parts>();
    let header = || parts?.headers.get("traceparent")?.to_str().ok();
    let parent = context.meta.get_traceparent().or_else(header);
    match parent.filter(|parent| is_traceparent(parent)) {
        // At the level that no filter leaves out: what is logged decides which lines there are, not this.
        Some(traceparent) => tracing::error_span!("request", traceparent),
        None => Span::none(),
    }
}

/// Version, trace, parent and flags in lower-case hex; the zeros that mean nothing are not taken.
fn is_traceparent(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |length: usize| {
        parts.next().is_some_and(|part| {
            let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            part.len() == length && part.bytes().all(hex)
        })
    };
    let well_formed = part(2) && part(32) && part(16) && part(2);
    well_formed
        && parts.next().is_none()
        && !text.starts_with("ff")
        && !text.contains(&format!("-{}-", "0".repeat(32)))
        && !text.contains(&format!("-{}-", "0".repeat(16)))
}

#[cfg(test)]
mod tests {
    use super::is_traceparent;

    #[test]
    fn only_a_trace_of_the_standards_form_is_written_into_the_log() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert!(is_traceparent(good));
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473\n-00f067aa0ba902b7-01",
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
