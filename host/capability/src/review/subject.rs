//! What an endpoint answers with, in words that are read off its template: `one factor of any user`.

use crate::template::{Segment, Template};

/// Words of Okta's paths that are not words of English, and what a reader calls them.
const WORDS: &[(&str, &str)] = &[
    ("aaguids", "AAGUIDs"),
    ("api-services", "API services"),
    ("api-tokens", "API tokens"),
    ("apps", "applications"),
    ("appLinks", "application links"),
    ("authorizationServers", "authorization servers"),
    ("captchas", "CAPTCHAs"),
    ("csrs", "certificate signing requests"),
    ("cwo", "cross-app access"),
    ("iam", ""),
    ("idps", "identity providers"),
    ("jwks", "JSON web keys"),
    ("logs", "System Log events"),
    ("org", "the org's"),
    ("sso", ""),
    ("saml", "SAML"),
    ("ssf", "SSF"),
    ("ui", "UI"),
];

/// A run of literals, and the parameter behind it if there is one.
struct Part {
    noun: String,
    one: bool,
}

/// What `template` answers with.
pub(super) fn of(template: &Template) -> String {
    let mut parts = parts(template);
    let Some(last) = parts.pop() else {
        return "the org".to_owned();
    };
    let mut text = match (last.one, parts.is_empty()) {
        (true, true) => format!("any one {}", singular(&last.noun)),
        (true, false) => format!("one {}", singular(&last.noun)),
        (false, true) => last.noun,
        (false, false) => format!("the {}", last.noun),
    };
    for owner in parts.iter().rev() {
        text.push_str(&if owner.one {
            format!(" of any {}", singular(&owner.noun))
        } else {
            format!(" of {}", owner.noun)
        });
    }
    text
}

fn parts(template: &Template) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for segment in template.segments() {
        match segment {
            Segment::Literal(literal) if is_prefix(literal) => {}
            Segment::Literal(literal) => words.extend(word(literal)),
            Segment::Parameter(name) => {
                // Two parameters in a row: the second one's own name says what it is.
                if words.is_empty() {
                    words.push(split(name.trim_end_matches("Id")));
                }
                parts.push(Part {
                    noun: words.join(" "),
                    one: true,
                });
                words.clear();
            }
        }
    }
    if !words.is_empty() {
        parts.push(Part {
            noun: words.join(" "),
            one: false,
        });
    }
    parts
}

/// Segments that say where the API is and nothing of what it answers.
fn is_prefix(literal: &str) -> bool {
    matches!(
        literal,
        "api" | "v1" | "oauth2" | "integrations" | ".well-known" | "privileged-access"
    )
}

fn word(literal: &str) -> Option<String> {
    let known = WORDS.iter().find(|(own, _)| *own == literal);
    let text = known.map_or_else(|| split(literal), |(_, text)| (*text).to_owned());
    (!text.is_empty()).then_some(text)
}

/// `groupPushMappings`, `group-push` and `yubikey_token` as words.
fn split(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 4);
    let mut lower = false;
    for character in text.chars() {
        if character.is_ascii_uppercase() && lower {
            words.push(' ');
        }
        lower = character.is_ascii_lowercase();
        words.push(match character {
            '-' | '_' | '.' => ' ',
            other => other.to_ascii_lowercase(),
        });
    }
    words
}

/// The last word of `noun` in the singular.
fn singular(noun: &str) -> String {
    let stem = |end: &str, with: &str| noun.strip_suffix(end).map(|stem| format!("{stem}{with}"));
    if noun.ends_with("ss") || noun.ends_with("metadata") {
        return noun.to_owned();
    }
    stem("ies", "y")
        .or_else(|| stem("sses", "ss"))
        .or_else(|| stem("s", ""))
        .unwrap_or_else(|| noun.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(template: &str) -> String {
        of(&Template::parse(template).unwrap())
    }

    #[test]
    fn a_template_says_what_it_answers_with() {
        for (template, text) in [
            ("/api/v1/users", "users"),
            ("/api/v1/users/{id}", "any one user"),
            ("/api/v1/users/{userId}/factors", "the factors of any user"),
            (
                "/api/v1/users/{userId}/factors/{factorId}",
                "one factor of any user",
            ),
            ("/api/v1/groups/{groupId}/users", "the users of any group"),
            (
                "/api/v1/policies/{policyId}/rules",
                "the rules of any policy",
            ),
            ("/api/v1/apps/{appId}", "any one application"),
            (
                "/api/v1/apps/{appId}/credentials/secrets",
                "the credentials secrets of any application",
            ),
            ("/api/v1/logs", "System Log events"),
            (
                "/api/v1/authorizationServers/{authServerId}/policies/{policyId}/rules/{ruleId}",
                "one rule of any policy of any authorization server",
            ),
        ] {
            assert_eq!(subject(template), text);
        }
    }

    #[test]
    fn every_template_of_okta_s_gives_words() {
        for operation in crate::catalogue::operations() {
            let text = subject(operation.template);
            assert!(
                !text.is_empty() && !text.contains(['{', '/', '_']) && !text.contains("  "),
                "{}: {text}",
                operation.template
            );
        }
    }
}
