//! `get_policy`: one policy with its rules.

use crate::policy::{Policy, PolicyRow};
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Listing, Page, Place, Property, Rows, Schema, Tool,
};
use serde::Deserialize;

const FIND_POLICY: &str = "Call list_policies with the type to find the id.";

pub(crate) struct GetPolicy;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    policy_id: String,
    cursor: Option<String>,
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
        Detail::argument(Listing::cursor(schema))
    }

    fn output() -> Schema {
        PolicyRow::schema_with_rules()
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
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
        answer(&policy, &rules, place, arguments.detail)
    }
}

/// The policy with its rules from `place` on, as many as one answer holds.
fn answer(policy: &Page, rules: &Page, place: Place, detail: Detail) -> Result<Answer, Failure> {
    let policy = PolicyRow::of(policy.read()?, detail);
    let mut rows = Rows::beside(policy.length()?);
    let all: Vec<Policy<'_>> = rules.read()?;
    let count = all.len();
    for rule in all.into_iter().skip(place.passed) {
        if !rows.add(&PolicyRow::rule(rule, detail))? {
            break;
        }
    }
    let passed = place.passed.saturating_add(rows.len());
    let next = (passed < count).then_some(Place { passed, ..place });
    // Okta documents no pages here. Should it send some, the answer must not pass for complete.
    let hint = match (&next, &rules.next) {
        (Some(_), _) => Some("More rules follow: repeat the call with cursor = next_cursor."),
        (None, Some(_)) => Some("Okta told only the first rules."),
        (None, None) => None,
    };
    Answer::of(&policy.with_rules(rows.into_list()?, next, hint))
}
