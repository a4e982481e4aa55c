//! `/users` and below.

use super::{Answer, Call, array, paged};
use crate::id::looks_like;
use crate::json::{Json, object};
use crate::order;
use crate::org::fixtures;
use crate::org::users::{Status, User, entity_tag};
use crate::paging::{Links, page};
use crate::refusal::Refusal;
use crate::scim::dialect::{Kind, USER_FILTER, USER_SEARCH};
use crate::scim::query::starts_with_folded;
use crate::scim::{Query, ScimError};
use crate::view::{Fields, single};

/// The maximum is that of a withdrawn page.
const LIMIT: usize = 200;
const LIMIT_WITH_Q: usize = 10;

/// `GET /api/v1/users`
pub(super) fn list(call: &Call<'_>) -> Result<Answer, Refusal> {
    let parameters = call.parameters;
    let (search, filter, q) = (
        parameters.filled("search"),
        parameters.filled("filter"),
        parameters.filled("q"),
    );
    if search.is_some() && filter.is_some() {
        return Err(Refusal::SearchWithFilter);
    }
    // Choice [?]: the documentation advises against `q` beside the others; it is refused here.
    if q.is_some() && (search.is_some() || filter.is_some()) {
        return Err(Refusal::Combination(
            "q cannot be combined with search or filter",
        ));
    }
    if let Some(text) = search {
        return searched(call, text);
    }
    if let Some(text) = filter {
        let query = Query::new(text, &USER_FILTER).map_err(Refusal::of_filter)?;
        let limit = parameters.limit(LIMIT, LIMIT)?;
        return by_last_id(
            call,
            &positions(call, |user| query.matches(&user.object)),
            limit,
        );
    }
    if let Some(prefix) = q {
        return prefixed(call, prefix);
    }
    let limit = parameters.limit(LIMIT, LIMIT)?;
    unfiltered(
        call,
        &positions(call, |user| user.status != Status::Deprovisioned),
        limit,
    )
}

fn positions(call: &Call<'_>, keep: impl Fn(&User) -> bool) -> Vec<usize> {
    let kept = call
        .org
        .users
        .iter()
        .enumerate()
        .filter(|(_, user)| keep(user));
    kept.map(|(position, _)| position).collect()
}

/// All users but DEPROVISIONED ones, by id. The cursor is the digit 2 before the last id, and any
/// id will do: the page begins behind it.
fn unfiltered(call: &Call<'_>, users: &[usize], limit: usize) -> Result<Answer, Refusal> {
    let start = match call.parameters.filled("after") {
        None => 0,
        Some(after) => {
            // Choice [?]: a bad cursor of this list is not recorded; E0000029 as for applications.
            let last = after
                .strip_prefix('2')
                .filter(|id| looks_like(id, "00u"))
                .ok_or(Refusal::Cursor)?;
            users.partition_point(|position| user_id(call, position) <= last)
        }
    };
    let page = page(users, start, limit);
    let last = page
        .items
        .last()
        .map(|position| format!("2{}", user_id(call, position)));
    let links = Links::paged(
        call.raw_path,
        call.parameters,
        limit,
        last.as_deref(),
        page.more,
    );
    Ok(Answer {
        body: render(call, page.items),
        links,
        entity_tag: None,
    })
}

/// DEPROVISIONED users included, sorted on request. The cursor is the last id.
///
/// Sorting is documented for `search` only. Choice [?]: elsewhere `sortBy` changes nothing.
fn searched(call: &Call<'_>, text: &str) -> Result<Answer, Refusal> {
    let query = Query::new(text, &USER_SEARCH).map_err(Refusal::of_search)?;
    let limit = call.parameters.limit(LIMIT, LIMIT)?;
    let mut found = positions(call, |user| query.matches(&user.object));
    if let Some(attribute) = call.parameters.filled("sortBy") {
        // Choice [?]: an unknown attribute and an array attribute cannot be sorted by: E0000031.
        if USER_SEARCH.kind(attribute).map_err(Refusal::Search)? == Kind::TextList {
            return Err(Refusal::Search(ScimError::Attribute(attribute.to_owned())));
        }
        order::sort(&mut found, descending(call)?, |position| {
            call.org
                .users
                .get(*position)
                .and_then(|user| user.object.at(attribute))
        });
    }
    by_last_id(call, &found, limit)
}

/// Whether `sortOrder` asks for the reverse. Choice [?]: with `sortBy`, anything but `asc` and
/// `desc` is refused; without it, recordings show that nonsense is accepted.
pub(super) fn descending(call: &Call<'_>) -> Result<bool, Refusal> {
    match call.parameters.filled("sortOrder") {
        None => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("asc") => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("desc") => Ok(true),
        Some(_) => {
            let cause = "sortOrder: must be 'asc' or 'desc'".to_owned();
            Err(Refusal::Validation {
                what: "sortOrder",
                cause,
            })
        }
    }
}

/// Prefix of first name, last name or email, without regard to case; one page only.
fn prefixed(call: &Call<'_>, q: &str) -> Result<Answer, Refusal> {
    let limit = call.parameters.limit(LIMIT_WITH_Q, LIMIT)?;
    let prefix = q.to_lowercase();
    let found = positions(call, |user| {
        user.status != Status::Deprovisioned
            && ["profile.firstName", "profile.lastName", "profile.email"]
                .iter()
                .any(|attribute| starts_with_folded(user.object.text_at(attribute), &prefix))
    });
    let page = page(&found, 0, limit);
    let links = Links::unpaged(call.raw_path, call.parameters, Some(limit));
    Ok(Answer {
        body: render(call, page.items),
        links,
        entity_tag: None,
    })
}

fn by_last_id(call: &Call<'_>, users: &[usize], limit: usize) -> Result<Answer, Refusal> {
    paged(
        call,
        users,
        limit,
        |position| user_id(call, position),
        |page| render(call, page),
    )
}

fn user_id<'a>(call: &Call<'a>, position: &usize) -> &'a str {
    call.org
        .users
        .get(*position)
        .map_or("", |user| user.id.as_str())
}

fn render(call: &Call<'_>, users: &[usize]) -> String {
    match call.parameters.filled("fields") {
        None => call.view.list(users, call.omit),
        Some(text) => {
            let fields = Fields::parse(text);
            let users = users
                .iter()
                .filter_map(|position| call.org.users.get(*position));
            let sparse: Vec<Json> = users.map(|user| fields.of(user, call.omit, true)).collect();
            array(call, &sparse)
        }
    }
}

/// `GET /api/v1/users/{idOrLogin}`
pub(super) fn get(call: &Call<'_>, key: &str) -> Result<Answer, Refusal> {
    let (_, user) = find(call, key)?;
    let body = match call.parameters.filled("fields") {
        None => single(user, call.base, call.omit),
        Some(text) => Fields::parse(text)
            .of(user, call.omit, false)
            .render(call.base),
    };
    Ok(Answer {
        body,
        links: Links::default(),
        entity_tag: Some(entity_tag(&user.id)),
    })
}

/// A user by id, by login, by the part of a login before `@` if only one user has it, or `me`,
/// which is the owner of the simulator's token.
///
/// Choice [?]: logins are compared without regard to ASCII case; a login with `/` or `?` is found
/// by id only; an ambiguous short login is not found.
fn find<'a>(call: &Call<'a>, key: &str) -> Result<(usize, &'a User), Refusal> {
    let users = || call.org.users.iter().enumerate();
    let absent = || Refusal::not_found(key, "User");
    if let Ok(position) = call
        .org
        .users
        .binary_search_by(|user| user.id.as_str().cmp(key))
    {
        return call
            .org
            .users
            .get(position)
            .map(|user| (position, user))
            .ok_or_else(absent);
    }
    if key.contains(['/', '?']) {
        return Err(absent());
    }
    let login = if key == "me" { fixtures::ENGINEER } else { key };
    if login.contains('@') {
        return users()
            .find(|(_, user)| user.login().eq_ignore_ascii_case(login))
            .ok_or_else(absent);
    }
    let mut short = users().filter(|(_, user)| {
        user.login()
            .split_once('@')
            .is_some_and(|(part, _)| part.eq_ignore_ascii_case(login))
    });
    match (short.next(), short.next()) {
        (Some(found), None) => Ok(found),
        _ => Err(absent()),
    }
}

/// `GET /api/v1/users/{id}/groups`: all groups including Everyone, by id.
pub(super) fn groups(call: &Call<'_>, key: &str) -> Result<Answer, Refusal> {
    let (position, _) = find(call, key)?;
    // Choice [?]: the maximum is not documented; that of the group list.
    let limit = call.parameters.limit(200, 10_000)?;
    let groups: Vec<_> = call
        .org
        .groups
        .iter()
        .filter(|group| group.members.binary_search(&position).is_ok())
        .collect();
    paged(
        call,
        &groups,
        limit,
        |group| &group.id,
        |page| array(call, page.iter().map(|group| &group.object)),
    )
}

/// `GET /api/v1/users/{id}/factors`: not paged, no `Link`.
pub(super) fn factors(call: &Call<'_>, key: &str) -> Result<Answer, Refusal> {
    let (position, _) = find(call, key)?;
    let factors = call
        .org
        .factors
        .get(position)
        .map_or(&[][..], Vec::as_slice);
    Ok(Answer {
        body: array(call, factors),
        ..Answer::default()
    })
}

/// `GET /api/v1/users/{id}/factors/{factorId}`
pub(super) fn factor(call: &Call<'_>, key: &str, factor_id: &str) -> Result<Answer, Refusal> {
    let (position, _) = find(call, key)?;
    let mut factors = call.org.factors.get(position).into_iter().flatten();
    match factors.find(|factor| factor.text_at("id") == factor_id) {
        Some(factor) => Ok(Answer::object(call, factor)),
        None => Err(Refusal::not_found(factor_id, "UserFactor")),
    }
}

/// `GET /api/v1/users/{id}/appLinks`: one entry for each application of the user, in the order of
/// the applications' ids. Choice [?]: no recording was found; the members follow the document.
pub(super) fn app_links(call: &Call<'_>, key: &str) -> Result<Answer, Refusal> {
    let (position, _) = find(call, key)?;
    let mut links = Vec::new();
    for (app, assignments) in call.org.apps.iter().zip(&call.org.assignments) {
        let Some(entry) = assignments
            .users
            .iter()
            .find(|entry| entry.user == position)
        else {
            continue;
        };
        let order = links.len();
        links.push(object! {
            "id": entry.cursor.clone(),
            "label": Json::text(app.label()),
            "linkUrl": Json::Href(format!("/home/{}/{}/{}", app.name(), app.id, entry.cursor)),
            "logoUrl": Json::Href("/assets/img/logos/default.png".to_owned()),
            "appName": Json::text(app.name()),
            "appInstanceId": app.id.clone(),
            "appAssignmentId": entry.cursor.clone(),
            "credentialsSetup": false,
            "hidden": false,
            "sortOrder": order,
        });
    }
    Ok(Answer {
        body: array(call, &links),
        ..Answer::default()
    })
}
