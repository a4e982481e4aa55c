//! Which endpoints share a rate limit.
//!
//! Okta counts an exact path template by itself where it lists one, and by the longest prefix that it
//! lists otherwise. Its table of buckets was withdrawn in December 2025 (an org's own dashboard is the
//! authority now), so what stands here is a first guess that errs towards sharing; answers correct it:
//! endpoints of one group whose limits differ cannot share a bucket ([`super::window`]).
//! [Okta: rate limits](https://developer.okta.com/docs/reference/rate-limits/).

/// A group of endpoints, named by what Okta's table called it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Group(&'static str);

impl Group {
    /// What Okta's table calls it.
    pub(crate) fn name(self) -> &'static str {
        self.0
    }

    /// The group of an endpoint's template.
    pub(crate) fn of(template: &str) -> Self {
        let mut segments = template.split('/').skip(1);
        let (api, v1) = (segments.next(), segments.next());
        if (api, v1) != (Some("api"), Some("v1")) {
            // Choice: not in any table that is known; one bucket for all of them is the safe guess.
            return Self("elsewhere");
        }
        let below: Vec<&str> = segments.collect();
        Self(match below.as_slice() {
            ["apps"] => "/api/v1/apps",
            ["apps", one] if is_parameter(one) => "/api/v1/apps/{id}",
            ["groups"] => "/api/v1/groups",
            ["groups", ..] => "/api/v1/groups/{id}",
            ["users"] => "/api/v1/users",
            ["users", one] if is_parameter(one) => "/api/v1/users/{id}",
            ["logs"] => "/api/v1/logs",
            // Choice: whether what lies below counts with it is not written anywhere.
            ["devices", ..] => "/api/v1/devices",
            _ => "/api/v1",
        })
    }
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_template_wins_and_then_the_longest_prefix() {
        for (template, group) in [
            ("/api/v1/users", "/api/v1/users"),
            ("/api/v1/users/{id}", "/api/v1/users/{id}"),
            ("/api/v1/users/{id}/groups", "/api/v1"),
            ("/api/v1/users/{userId}/factors", "/api/v1"),
            ("/api/v1/groups", "/api/v1/groups"),
            ("/api/v1/groups/{groupId}", "/api/v1/groups/{id}"),
            ("/api/v1/groups/{groupId}/users", "/api/v1/groups/{id}"),
            ("/api/v1/groups/rules", "/api/v1/groups/{id}"),
            ("/api/v1/apps", "/api/v1/apps"),
            ("/api/v1/apps/{appId}", "/api/v1/apps/{id}"),
            ("/api/v1/apps/{appId}/users", "/api/v1"),
            ("/api/v1/policies", "/api/v1"),
            ("/api/v1/logs", "/api/v1/logs"),
            ("/api/v1/devices/{deviceId}/users", "/api/v1/devices"),
            ("/oauth2/v1/clients/{clientId}/roles", "elsewhere"),
        ] {
            assert_eq!(Group::of(template), Group(group), "{template}");
        }
    }
}
