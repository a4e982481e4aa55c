//! `/policies` and below.

use super::{Answer, Call, array};
use crate::json::{Json, object};
use crate::order;
use crate::org::policies::{Policy, TYPES, is_classic};
use crate::paging::Links;
use crate::refusal::Refusal;
use crate::scim::query::starts_with_folded;

/// `GET /api/v1/policies?type=`: by priority, or by name with `sortBy=name`. All recorded lists
/// carry a `self` link only.
///
/// Choice [?]: `limit`, `after` and `resourceId` change nothing.
pub(super) fn list(call: &Call<'_>) -> Result<Answer, Refusal> {
    // Choice [?]: a missing type is not recorded; the catalogue's E0000028 fits.
    let kind = call
        .parameters
        .filled("type")
        .ok_or(Refusal::MissingParameter("type"))?;
    if !TYPES.contains(&kind) {
        return Err(Refusal::Invalid("Invalid policy type specified"));
    }
    let mut policies: Vec<&Policy> = call
        .org
        .policies
        .iter()
        .filter(|policy| policy.kind == kind)
        .collect();
    if let Some(status) = call.parameters.filled("status") {
        // Choice [?]: an unknown status is no policy's status.
        policies.retain(|policy| policy.object.text_at("status") == status);
    }
    if let Some(q) = call.parameters.filled("q") {
        let prefix = q.to_lowercase();
        policies.retain(|policy| starts_with_folded(policy.object.text_at("name"), &prefix));
    }
    // Choice [?]: other values of `sortBy` change nothing.
    if call.parameters.get("sortBy") == Some("name") {
        order::sort(&mut policies, false, |policy| policy.object.at("name"));
    }
    let links = Links::unpaged(call.raw_path, call.parameters, None);
    let body = if expands_rules(call) {
        let objects: Vec<Json> = policies.iter().map(|policy| with_rules(policy)).collect();
        array(call, &objects)
    } else {
        array(call, policies.iter().map(|policy| &policy.object))
    };
    Ok(Answer {
        body,
        links,
        entity_tag: None,
    })
}

fn expands_rules(call: &Call<'_>) -> bool {
    call.parameters.get("expand") == Some("rules")
}

/// `expand=rules` puts the rules into `_embedded.rules`.
fn with_rules(policy: &Policy) -> Json {
    let rules = Json::List(policy.rules.clone());
    let mut object = policy.object.clone();
    if let Json::Object(members) = &mut object
        && let Some((_, embedded)) = members.iter_mut().find(|(name, _)| name == "_embedded")
    {
        embedded.push("rules", rules);
        return object;
    }
    object.push("_embedded", object! { "rules": rules });
    object
}

/// The two engines have different names for their policies, which shows in the 404.
fn find<'a>(call: &Call<'a>, id: &str) -> Result<&'a Policy, Refusal> {
    let kind = if id.starts_with("rst") {
        "RuleSetEntity"
    } else {
        "Policy"
    };
    call.org
        .policies
        .iter()
        .find(|policy| policy.id == id)
        .ok_or_else(|| Refusal::not_found(id, kind))
}

/// `GET /api/v1/policies/{policyId}`
pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let policy = find(call, id)?;
    if expands_rules(call) {
        return Ok(Answer::object(call, &with_rules(policy)));
    }
    Ok(Answer::object(call, &policy.object))
}

/// `GET /api/v1/policies/{policyId}/rules`, by priority. Choice [?]: `limit` changes nothing.
pub(super) fn rules(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let policy = find(call, id)?;
    let links = Links::unpaged(call.raw_path, call.parameters, None);
    Ok(Answer {
        body: array(call, &policy.rules),
        links,
        entity_tag: None,
    })
}

/// `GET /api/v1/policies/{policyId}/rules/{ruleId}`
pub(super) fn rule(call: &Call<'_>, id: &str, rule_id: &str) -> Result<Answer, Refusal> {
    let policy = find(call, id)?;
    let kind = if is_classic(policy.kind) {
        "PolicyRule"
    } else {
        "RuleEntity"
    };
    match policy
        .rules
        .iter()
        .find(|rule| rule.text_at("id") == rule_id)
    {
        Some(rule) => Ok(Answer::object(call, rule)),
        None => Err(Refusal::not_found(rule_id, kind)),
    }
}
