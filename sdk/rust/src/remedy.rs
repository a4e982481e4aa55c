//! From Okta's errors to the next step.
//!
//! A model repeats what it is told: "not found" makes it give up, "call search_users with the name" makes it
//! succeed. Advice goes by `errorCode` and status, never by `errorSummary`, which Okta may reword any day.
//! Okta's own words follow in brackets, with the request id that its support asks for.

use crate::error::{Error, Failure, Refusal};

/// What a request was about, for the day that Okta does not find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) what: &'static str,
    pub(crate) value: String,
    pub(crate) next: &'static str,
}

/// The failure that a tool answers for this error.
pub(crate) fn failure(error: &Error, subject: Option<&Subject>) -> Failure {
    match error {
        Error::Invalid(text) => Failure::InvalidArguments(invalid(text, subject)),
        other => Failure::Failed(advice(other, subject)),
    }
}

/// One or two sentences: what happened, what to do now.
pub(crate) fn advice(error: &Error, subject: Option<&Subject>) -> String {
    match error {
        Error::Denied(text) => {
            format!(
                "Not allowed by this server: {text}. Other arguments may be allowed; otherwise ask the operator."
            )
        }
        Error::Invalid(text) => text.clone(),
        Error::NotFound(refusal) => not_found(refusal, subject),
        Error::Forbidden(refusal) => with_okta(forbidden(&refusal.code), refusal),
        Error::RateLimited(seconds) => format!(
            "Okta's rate limit is used up and resets in {seconds} s. Wait that long before the next Okta call; do not retry sooner."
        ),
        Error::Refused(refusal) => with_okta(refused(&refusal.code, refusal.status), refusal),
        Error::Unavailable(text) => {
            format!(
                "No usable answer from Okta: {text}. Retry once; if that fails, tell the user that Okta cannot be reached."
            )
        }
        Error::Exhausted(text) => {
            format!(
                "This call's budget is spent: {text}. Ask for less: a smaller limit or a narrower search."
            )
        }
    }
}

/// A value of a path is the object that the tool was asked about: the host names the place, this names the way on.
fn invalid(text: &str, subject: Option<&Subject>) -> String {
    match subject {
        Some(Subject { what, value, next }) if text.starts_with("path.") => {
            let value: String = value.chars().filter(|c| !c.is_control()).take(60).collect();
            format!("\"{value}\" cannot be the {what} that this tool takes. {next} ({text})")
        }
        _ => text.to_owned(),
    }
}

fn not_found(refusal: &Refusal, subject: Option<&Subject>) -> String {
    match (refusal.code.as_str(), subject) {
        // The path, its media type or its age: nothing that was asked for is missing.
        ("E0000008" | "E0000012" | "E0000026", _) => with_okta(REPORT, refusal),
        (_, Some(Subject { what, value, next })) => {
            with_okta(&format!("No {what} \"{value}\". {next}"), refusal)
        }
        (_, None) => with_okta(
            "Okta does not have this. Check the id; find it by name first.",
            refusal,
        ),
    }
}

const REPORT: &str = "Okta does not know this kind of request: a fault of this server that no argument cures. Tell the user.";

fn forbidden(code: &str) -> &'static str {
    match code {
        "E0000015" => NO_FEATURE,
        // The second is OAuth's name for it.
        "E0000011" | "invalid_token" => {
            "Okta rejects this server's credential (wrong, expired or revoked). Stop and ask the operator to renew it."
        }
        "E0000004" | "E0000005" | "E0000013" | "E0000260" => {
            "Okta does not accept this server's credential. Stop and ask the operator."
        }
        "E0000038" => {
            "Okta forbids this in the object's present status. Look at its status; do not retry."
        }
        _ => {
            "The credential of this server may not read this: its OAuth scopes or its admin role do not reach it. Do not retry; ask the operator."
        }
    }
}

/// Okta answers 401 where a feature is off, which reads like a credential that is not accepted.
const NO_FEATURE: &str =
    "This Okta org does not have the feature. Do not retry; the credential is not at fault.";

fn refused(code: &str, status: u16) -> &'static str {
    match code {
        "E0000015" => NO_FEATURE,
        "E0000001" => {
            "Okta found an argument invalid. Fix the one it names; do not repeat the call unchanged."
        }
        "E0000002" | "E0000028" | "E0000063" => {
            "Okta does not accept this combination of arguments. Change it."
        }
        "E0000029" => "Okta does not accept the cursor any more. Start again without cursor.",
        "E0000030" => {
            "Okta does not accept the date. Use ISO 8601 with time, such as 2026-01-31T00:00:00.000Z."
        }
        "E0000031" => {
            "Okta does not accept the search. Rewrite it as: attribute operator \"value\", joined by and/or, with eq, sw, gt, ge, lt, le or pr; no ne, not or ew."
        }
        "E0000033" => "Okta does not accept search and filter together. Use one.",
        "E0000037" => "A value has the wrong type for its attribute. Fix the value.",
        "E0000053" | "E0000094" => {
            "Okta does not accept the filter. Use a supported attribute with eq."
        }
        "E0000256" => "The search is too long. Make it shorter.",
        "E0000009" => {
            "Okta failed inside, on lists often by a time-out. Retry once with a smaller limit or a narrower search."
        }
        "E0000010" | "E0000239" => "Okta cannot answer just now. Retry in a minute.",
        "E0000100" => {
            "Okta's search is out of order just now. Retry later, or read the object by its id."
        }
        "E0000060" => "Okta does not offer this.",
        "E0000018" | "E0000019" | "E0000021" | "E0000022" | "E0000122" | "E0000215" => REPORT,
        _ if status >= 500 => "Okta failed. Retry once; if that fails, tell the user.",
        _ => "Okta refused the request. Change the arguments; do not repeat the call unchanged.",
    }
}

/// The advice, then Okta's words in brackets.
fn with_okta(advice: &str, refusal: &Refusal) -> String {
    let mut text = format!("{advice} (Okta {}", refusal.status);
    for part in [&refusal.code, &refusal.summary] {
        if !part.is_empty() {
            text.push_str(", ");
            text.push_str(part);
        }
    }
    if let Some(id) = &refusal.request_id {
        text.push_str(", request ");
        text.push_str(id);
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, code: &str, summary: &str) -> Refusal {
        Refusal {
            status,
            code: code.into(),
            summary: summary.into(),
            request_id: Some("req1".into()),
        }
    }

    #[test]
    fn a_missing_object_names_what_was_asked_and_the_tool_that_finds_it() {
        let subject = Subject {
            what: "user",
            value: "nobody".into(),
            next: "Call search_users.",
        };
        let text = advice(
            &Error::NotFound(refusal(404, "E0000007", "Not found")),
            Some(&subject),
        );
        assert_eq!(
            text,
            "No user \"nobody\". Call search_users. (Okta 404, E0000007, Not found, request req1)"
        );
    }

    #[test]
    fn a_missing_path_is_not_blamed_on_the_id_and_any_other_404_is() {
        let subject = Subject {
            what: "user",
            value: "x".into(),
            next: "Call search_users.",
        };
        for (code, beginning) in [
            ("E0000008", REPORT),
            ("E0000012", REPORT),
            ("E0000026", REPORT),
            ("E0000163", "No user \"x\". Call search_users."),
            ("", "No user \"x\". Call search_users."),
        ] {
            let error = Error::NotFound(refusal(404, code, "gone"));
            let text = advice(&error, Some(&subject));
            assert!(text.starts_with(beginning), "{code}: {text}");
        }
    }

    #[test]
    fn a_credential_that_okta_rejects_is_told_so_under_either_of_its_names() {
        for (status, code) in [(401, "E0000011"), (401, "invalid_token")] {
            let text = advice(&Error::Forbidden(refusal(status, code, "expired")), None);
            assert!(
                text.starts_with(
                    "Okta rejects this server's credential (wrong, expired or revoked)."
                ),
                "{code}: {text}"
            );
        }
        let scope = Error::Forbidden(refusal(403, "insufficient_scope", "lacks okta.users.read"));
        assert!(advice(&scope, None).contains("OAuth scopes"));
    }

    #[test]
    fn a_feature_that_the_org_lacks_is_not_called_a_credential_problem() {
        let lacking = advice(&Error::Forbidden(refusal(401, "E0000015", "")), None);
        let invalid = advice(&Error::Forbidden(refusal(401, "E0000011", "")), None);
        assert!(lacking.contains("does not have the feature"), "{lacking}");
        assert!(invalid.contains("renew"), "{invalid}");
    }

    #[test]
    fn a_refusal_without_code_or_body_still_reads_as_a_sentence() {
        let bare = Refusal {
            status: 403,
            ..Refusal::default()
        };
        assert!(advice(&Error::Forbidden(bare), None).ends_with("ask the operator. (Okta 403)"));
        let edge = Refusal {
            status: 503,
            ..Refusal::default()
        };
        assert!(advice(&Error::Refused(edge), None).starts_with("Okta failed. Retry once"));
    }

    #[test]
    fn rate_limits_say_the_seconds() {
        assert!(advice(&Error::RateLimited(41), None).contains("resets in 41 s"));
    }

    #[test]
    fn malformed_values_are_the_caller_s_arguments_and_the_host_s_words_pass_unchanged() {
        assert_eq!(
            failure(&Error::Invalid("id: 15 to 40 letters".into()), None),
            Failure::InvalidArguments("id: 15 to 40 letters".into())
        );
        assert!(
            failure(&Error::Denied("not declared".into()), None)
                .text()
                .contains("not declared.")
        );
    }
}
