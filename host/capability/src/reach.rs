//! What is left of a plugin's manifest once the operator has taken away what he takes away.
//!
//! A tool that is not offered takes its endpoints with it, and so the OAuth scopes that only it needed; a
//! hidden field takes nothing but itself. This is what a lockfile approves, what a boundary is drawn
//! around, and what [`Grants`](crate::grant::Grants) are made from.

use crate::field::FieldPath;
use crate::limits::Limits;
use crate::manifest::{Endpoint, Manifest};
use crate::review::Operator;

/// All that a plugin can reach in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Its manifest, less the tools that are not offered and the endpoints that only they use.
    pub manifest: Manifest,
    /// The tools that are offered, also those that may ask for nothing, in the package's order.
    pub tools: Vec<String>,
    /// Response fields that it does not get to see.
    pub hidden: Vec<FieldPath>,
    /// The limits of one call, after all ceilings.
    pub limits: Limits,
}

impl Reach {
    /// What `operator` leaves of `manifest`, whose package has `tools`.
    #[must_use]
    pub fn new<'a>(
        manifest: &Manifest,
        tools: impl IntoIterator<Item = &'a str>,
        operator: &Operator,
    ) -> Self {
        let offered = |tool: &str| match &operator.tools {
            Some(tools) => tools.iter().any(|known| known == tool),
            None => true,
        };
        Self {
            manifest: manifest.restricted(&offered),
            tools: tools
                .into_iter()
                .filter(|tool| offered(tool))
                .map(str::to_owned)
                .collect(),
            hidden: operator.hidden.clone(),
            limits: Limits::DEFAULT
                .least(&manifest.limits)
                .least(&operator.limits),
        }
    }

    /// Whether the field that a manifest calls `field` does not reach the plugin.
    #[must_use]
    pub fn hides(&self, field: &str) -> bool {
        self.hidden.iter().any(|hidden| hidden.covers(field))
    }
}

impl Manifest {
    /// The manifest with the tools that `offered` lets through: an endpoint that none of them uses is gone.
    #[must_use]
    pub fn restricted(&self, offered: &dyn Fn(&str) -> bool) -> Self {
        let endpoints = self.endpoints.iter().filter_map(|endpoint| {
            let mut tools = endpoint.tools.clone();
            tools.retain(|tool| offered(tool));
            (!tools.is_empty()).then(|| Endpoint {
                tools,
                ..endpoint.clone()
            })
        });
        Self {
            endpoints: endpoints.collect(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LimitWish;
    use crate::scopes;

    const MANIFEST: &str = r#"
manifest = 1
name = "mine"
version = "0.1.0"
summary = "For tests"

[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["one_user", "his_groups"]
why = "Read a user"
path.id = "okta-user"
fields = ["id", "profile.login"]

[[endpoint]]
get = "/api/v1/groups"
tools = ["his_groups"]
why = "Read groups"
fields = ["id"]
"#;

    fn reach(tools: Option<&[&str]>) -> Reach {
        let operator = Operator {
            tools: tools.map(|tools| tools.iter().map(|tool| (*tool).to_owned()).collect()),
            limits: LimitWish {
                requests: Some(7),
                ..LimitWish::default()
            },
            ..Operator::default()
        };
        Reach::new(
            &Manifest::parse(MANIFEST).unwrap(),
            ["one_user", "his_groups", "no_request"],
            &operator,
        )
    }

    #[test]
    fn a_tool_that_is_not_offered_takes_its_endpoints_and_scopes_with_it() {
        let reach = reach(Some(&["one_user", "no_request"]));
        let templates: Vec<_> = reach
            .manifest
            .endpoints
            .iter()
            .map(|endpoint| (endpoint.template.as_str(), endpoint.tools.as_slice()))
            .collect();
        assert_eq!(
            templates,
            [("/api/v1/users/{id}", ["one_user".to_owned()].as_slice())]
        );
        assert_eq!(reach.tools, ["one_user", "no_request"]);
        assert_eq!(
            scopes::of_manifest(&reach.manifest)
                .into_iter()
                .collect::<Vec<_>>(),
            ["okta.users.read"]
        );
    }

    #[test]
    fn without_a_list_everything_stays_and_the_least_limit_holds() {
        let reach = reach(None);
        assert_eq!(reach.manifest, Manifest::parse(MANIFEST).unwrap());
        assert_eq!(reach.tools.len(), 3);
        assert_eq!(reach.limits.requests, 7);
    }
}
