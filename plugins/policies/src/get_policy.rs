//! `get_policy`: one policy with its rules.

use crate::policy::{Policy, PolicyRow};
use okta_plugin::{Answer, Detail, Directory, Failure, Get, Property, Schema, Tool};
use serde::Deserialize;

const FIND_POLICY: &str = "Call list_policies with the type to find the id.";

pub(crate) struct GetPolicy;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    policy_id: String,
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetPolicy {
    const NAME: &'static str = "get_policy";
    const TITLE: &'static str = "Get a policy and its rules";
    const DESCRIPTION: &'static str = "Reads one policy with all its rules: to whom it applies (conditions), what it sets (settings), what each rule does (actions). \
        Rules are tried in order of priority and the first that applies decides. \
        Its id comes from list_policies.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new().required(
            "policy_id",
            Property::text_up_to(40, "Policy id (00p... or rst...)"),
        );
        Detail::argument(schema)
    }

    fn output() -> Schema {
        PolicyRow::schema_with_rules()
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let about = |endpoint| {
            Get::new(endpoint)
                .path("policyId", &arguments.policy_id)
                .or_missing("policy", &arguments.policy_id, FIND_POLICY)
        };
        let requests = [
            about("/api/v1/policies/{policyId}"),
            about("/api/v1/policies/{policyId}/rules"),
        ];
        let [policy, rules] = Get::send_all(&requests, okta)?;
        // Okta documents no pages here. Should it send some, the answer must not pass for complete.
        let hint = rules
            .next
            .is_some()
            .then_some("Okta told only the first rules.");
        let rules: Vec<Policy<'_>> = rules.read()?;
        let rules = rules
            .into_iter()
            .map(|rule| PolicyRow::rule(rule, arguments.detail))
            .collect();
        Answer::of(&PolicyRow::with_rules(
            policy.read()?,
            rules,
            hint,
            arguments.detail,
        ))
    }
}
