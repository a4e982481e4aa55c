//! `/groups` and below.

use super::users::descending;
use super::{Answer, Call, array, paged};
use crate::json::{Json, object};
use crate::order;
use crate::org::groups::Group;
use crate::paging::{Links, page};
use crate::refusal::Refusal;
use crate::scim::Query;
use crate::scim::dialect::{GROUP_FILTER, GROUP_SEARCH};
use crate::scim::query::starts_with_folded;

const LIMIT: usize = 10_000;
const LIMIT_WITH_Q: usize = 300;

/// `GET /api/v1/groups`
pub(super) fn list(call: &Call<'_>) -> Result<Answer, Refusal> {
    let parameters = call.parameters;
    let (search, filter, q) = (
        parameters.filled("search"),
        parameters.filled("filter"),
        parameters.filled("q"),
    );
    // Choice [?]: as for users. `filter` with `q` is recorded and works.
    if search.is_some() && filter.is_some() {
        return Err(Refusal::SearchWithFilter);
    }
    if search.is_some() && q.is_some() {
        return Err(Refusal::Combination("q cannot be combined with search"));
    }
    let mut groups: Vec<&Group> = call.org.groups.iter().collect();
    if let Some(text) = search {
        let query = Query::new(text, &GROUP_SEARCH).map_err(Refusal::of_search)?;
        groups.retain(|group| query.matches(&group.object));
    }
    if let Some(text) = filter {
        let query = Query::new(text, &GROUP_FILTER).map_err(Refusal::of_filter)?;
        groups.retain(|group| query.matches(&group.object));
    }
    sort(call, &mut groups)?;
    if let Some(q) = q {
        let prefix = q.to_lowercase();
        groups.retain(|group| starts_with_folded(group.name(), &prefix));
        // Exact hits come first; the sort is stable.
        groups.sort_by_key(|group| group.name().to_lowercase() != prefix);
        let limit = parameters.limit(LIMIT_WITH_Q, LIMIT)?;
        let page = page(&groups, 0, limit);
        let links = Links::unpaged(call.raw_path, parameters, Some(limit));
        return Ok(Answer {
            body: render(call, page.items),
            links,
            entity_tag: None,
        });
    }
    let limit = parameters.limit(LIMIT, LIMIT)?;
    paged(
        call,
        &groups,
        limit,
        |group| &group.id,
        |page| render(call, page),
    )
}

/// By name, as recorded, or by `sortBy`; ties by id.
///
/// Choice [?]: letter case does not count for the name; `sortBy` works without `search` too.
fn sort(call: &Call<'_>, groups: &mut Vec<&Group>) -> Result<(), Refusal> {
    let (attribute, reverse) = match call.parameters.filled("sortBy") {
        None => ("profile.name", false),
        Some(attribute) => {
            GROUP_SEARCH.kind(attribute).map_err(Refusal::Search)?;
            (attribute, descending(call)?)
        }
    };
    order::sort(groups, reverse, |group| group.object.at(attribute));
    Ok(())
}

fn render(call: &Call<'_>, groups: &[&Group]) -> String {
    // Choice [?]: `expand=app` and unknown values change nothing.
    if call
        .parameters
        .get("expand")
        .is_some_and(|value| value.split(',').any(|word| word == "stats"))
    {
        let expanded: Vec<Json> = groups.iter().map(|group| with_stats(call, group)).collect();
        return array(call, &expanded);
    }
    array(call, groups.iter().map(|group| &group.object))
}

fn with_stats(call: &Call<'_>, group: &Group) -> Json {
    let apps = apps_of(call, group).count();
    let mut object = group.object.clone();
    let users = Json::Href(format!("/api/v1/groups/{}/users", group.id));
    let apps_link = Json::Href(format!("/api/v1/groups/{}/apps", group.id));
    let stats = object! {
        "usersCount": group.members.len(),
        "appsCount": apps,
        "groupPushMappingsCount": 0i64,
        // The document spells this key so.
        "hasAdminPrivlege": group.name() == "Okta Administrators",
        "_links": object! { "users": object! { "href": users }, "apps": object! { "href": apps_link } },
    };
    object.push("_embedded", object! { "stats": stats });
    object
}

fn find<'a>(call: &Call<'a>, id: &str) -> Result<(usize, &'a Group), Refusal> {
    let found = call
        .org
        .groups
        .iter()
        .enumerate()
        .find(|(_, group)| group.id == id);
    found.ok_or_else(|| Refusal::not_found(id, "UserGroup"))
}

/// `GET /api/v1/groups/{groupId}`
pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let (_, group) = find(call, id)?;
    Ok(Answer::object(call, &group.object))
}

/// `GET /api/v1/groups/{groupId}/users`: full users with their `self` link only, by id.
pub(super) fn members(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let (_, group) = find(call, id)?;
    let limit = call.parameters.limit(1_000, 1_000)?;
    let user_id = |position: &usize| {
        call.org
            .users
            .get(*position)
            .map_or("", |user| user.id.as_str())
    };
    // Choice [?]: the `okta-response` switches are documented for users only and honoured here too.
    paged(call, &group.members, limit, user_id, |page| {
        call.view.list(page, call.omit)
    })
}

fn apps_of<'a>(call: &Call<'a>, group: &Group) -> impl Iterator<Item = &'a Json> + use<'a> {
    let position = call
        .org
        .groups
        .iter()
        .position(|other| other.id == group.id);
    let assigned = call.org.apps.iter().zip(&call.org.assignments);
    assigned
        .filter(move |(_, assignments)| {
            assignments
                .groups
                .iter()
                .any(|entry| Some(entry.group) == position)
        })
        .map(|(app, _)| &app.object)
}

/// `GET /api/v1/groups/{groupId}/apps`, by id.
pub(super) fn apps(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let (_, group) = find(call, id)?;
    let limit = call.parameters.limit(20, 200)?;
    let apps: Vec<&Json> = apps_of(call, group).collect();
    paged(
        call,
        &apps,
        limit,
        |app| app.text_at("id"),
        |page| array(call, page.iter().copied()),
    )
}

/// `GET /api/v1/groups/rules`. Choice [?]: ordered by id; `search` is a part of the name without
/// regard to case.
pub(super) fn rules(call: &Call<'_>) -> Result<Answer, Refusal> {
    let limit = call.parameters.limit(50, 200)?;
    let wanted = call
        .parameters
        .get("search")
        .unwrap_or_default()
        .to_lowercase();
    let rules: Vec<&Json> = call
        .org
        .group_rules
        .iter()
        .filter(|rule| rule.text_at("name").to_lowercase().contains(&wanted))
        .collect();
    paged(
        call,
        &rules,
        limit,
        |rule| rule.text_at("id"),
        |page| array(call, page.iter().copied()),
    )
}

/// `GET /api/v1/groups/rules/{ruleId}`
pub(super) fn rule(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    match call
        .org
        .group_rules
        .iter()
        .find(|rule| rule.text_at("id") == id)
    {
        Some(rule) => Ok(Answer::object(call, rule)),
        None => Err(Refusal::not_found(id, "PolicyRule")),
    }
}
