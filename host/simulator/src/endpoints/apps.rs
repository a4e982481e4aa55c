//! `/apps` and below.

use super::{Answer, Call, array, paged};
use crate::json::{Json, object};
use crate::org::apps::App;
use crate::org::assignments::{AppUser, Assignments};
use crate::paging::Links;
use crate::refusal::Refusal;
use crate::scim::query::starts_with_folded;
use crate::scim::{Expression, Literal, Operator, ScimError, parse};

type Assigned<'a> = (&'a App, &'a Assignments);

/// `GET /api/v1/apps`, by id.
pub(super) fn list(call: &Call<'_>) -> Result<Answer, Refusal> {
    let limit = call.parameters.limit(20, 200)?;
    let mut apps: Vec<Assigned<'_>> = call.org.apps.iter().zip(&call.org.assignments).collect();
    let filter = call
        .parameters
        .filled("filter")
        .map(Filter::parse)
        .transpose()?;
    if let Some(filter) = &filter {
        apps.retain(|app| filter.accepts(call, app));
    }
    if let Some(q) = call.parameters.filled("q") {
        // Choice [?]: without regard to case.
        let prefix = q.to_lowercase();
        apps.retain(|(app, _)| {
            starts_with_folded(app.name(), &prefix) || starts_with_folded(app.label(), &prefix)
        });
    }
    let embedded = embedded_user(call, filter.as_ref())?;
    paged(
        call,
        &apps,
        limit,
        |(app, _)| &app.id,
        |page| {
            let Some(user) = embedded else {
                return array(call, page.iter().map(|(app, _)| &app.object));
            };
            let objects: Vec<Json> = page.iter().map(|app| with_user(call, app, user)).collect();
            array(call, &objects)
        },
    )
}

/// The one expression that a filter of applications may be.
struct Filter {
    attribute: &'static str,
    value: Literal,
}

impl Filter {
    /// `user.id` and `group.id` are from a withdrawn page.
    const ATTRIBUTES: &[&'static str] = &[
        "id",
        "status",
        "name",
        "credentials.signing.kid",
        "settings.slo.enabled",
        "user.id",
        "group.id",
    ];

    fn parse(text: &str) -> Result<Filter, Refusal> {
        let refused = |attribute: &str, operator| {
            Err(Refusal::Filter(ScimError::Operator {
                operator,
                attribute: attribute.to_owned(),
            }))
        };
        match parse(text).map_err(Refusal::of_filter)? {
            Expression::And(_) => refused("", "and"),
            Expression::Or(_) => refused("", "or"),
            Expression::Compare {
                attribute,
                operator: Operator::Equal,
                value: Some(value),
            } => match Filter::ATTRIBUTES.iter().find(|known| **known == attribute) {
                Some(attribute) => Ok(Filter { attribute, value }),
                None => Err(Refusal::Filter(ScimError::Attribute(attribute))),
            },
            Expression::Compare {
                attribute,
                operator,
                ..
            } => refused(&attribute, operator.name()),
        }
    }

    fn text(&self) -> &str {
        match &self.value {
            Literal::Text(text) => text,
            _ => "",
        }
    }

    fn accepts(&self, call: &Call<'_>, (app, assignments): &Assigned<'_>) -> bool {
        let wanted = self.text();
        match self.attribute {
            "user.id" => app_user(call, assignments, wanted).is_some(),
            "group.id" => assignments
                .groups
                .iter()
                .filter_map(|entry| call.org.groups.get(entry.group))
                .any(|group| group.id == wanted),
            // The attribute is short for the one below `signOn`.
            "settings.slo.enabled" => {
                match (app.object.at("settings.signOn.slo.enabled"), &self.value) {
                    (Some(Json::Bool(enabled)), Literal::Bool(wanted)) => enabled == wanted,
                    _ => false,
                }
            }
            attribute => app.object.text_at(attribute) == wanted,
        }
    }
}

fn app_user<'a>(
    call: &Call<'_>,
    assignments: &'a Assignments,
    user_id: &str,
) -> Option<&'a AppUser> {
    let is = |entry: &&AppUser| {
        call.org
            .users
            .get(entry.user)
            .is_some_and(|user| user.id == user_id)
    };
    assignments.users.iter().find(is)
}

/// `expand=user/{userId}` goes only with `filter=user.id eq "{userId}"`.
fn embedded_user<'a>(call: &Call<'a>, filter: Option<&Filter>) -> Result<Option<&'a str>, Refusal> {
    let Some(expand) = call.parameters.filled("expand") else {
        return Ok(None);
    };
    let malformed = || Refusal::Validation {
        what: "RequestParams",
        cause: "Expand query is malformed.".to_owned(),
    };
    let user = expand.strip_prefix("user/").ok_or_else(malformed)?;
    match filter {
        Some(filter) if filter.attribute == "user.id" && filter.text() == user => Ok(Some(user)),
        _ => Err(malformed()),
    }
}

fn with_user(call: &Call<'_>, (app, assignments): &Assigned<'_>, user_id: &str) -> Json {
    let mut object = app.object.clone();
    let user =
        app_user(call, assignments, user_id).and_then(|entry| call.org.app_user(app, entry, false));
    object.push("_embedded", object! { "user": user });
    object
}

fn find<'a>(call: &Call<'a>, id: &str) -> Result<Assigned<'a>, Refusal> {
    let mut apps = call.org.apps.iter().zip(&call.org.assignments);
    apps.find(|(app, _)| app.id == id)
        .ok_or_else(|| Refusal::not_found(id, "AppInstance"))
}

/// `GET /api/v1/apps/{appId}`
pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let (app, _) = find(call, id)?;
    Ok(Answer::object(call, &app.object))
}

/// `GET /api/v1/apps/{appId}/users`, by internal id, which is the cursor.
///
/// Choice [?]: the order of this list is not documented. The `next` link keeps `expand`; a
/// recording of 2017 shows it lost.
pub(super) fn users(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let (app, assignments) = find(call, id)?;
    let limit = call.parameters.limit(50, 500)?;
    let mut entries: Vec<&AppUser> = assignments.users.iter().collect();
    if let Some(q) = call.parameters.filled("q") {
        let prefix = q.to_lowercase();
        // OIDC applications compare user name and email only.
        let attributes: &[&str] = if app.oidc {
            &["profile.login", "profile.email"]
        } else {
            &[
                "profile.login",
                "profile.email",
                "profile.firstName",
                "profile.lastName",
            ]
        };
        entries.retain(|entry| {
            call.org.users.get(entry.user).is_some_and(|user| {
                attributes
                    .iter()
                    .any(|attribute| starts_with_folded(user.object.text_at(attribute), &prefix))
            })
        });
    }
    let embed = call.parameters.get("expand") == Some("user");
    paged(
        call,
        &entries,
        limit,
        |entry| &entry.cursor,
        |page| {
            let objects: Vec<Json> = page
                .iter()
                .filter_map(|entry| call.org.app_user(app, entry, embed))
                .collect();
            array(call, &objects)
        },
    )
}

/// `GET /api/v1/apps/{appId}/groups`, by priority.
pub(super) fn groups(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let (app, assignments) = find(call, id)?;
    let limit = call.parameters.limit(20, 200)?;
    let groups: Vec<Json> = assignments
        .groups
        .iter()
        .enumerate()
        .filter_map(|(priority, entry)| {
            Some(entry.object(app, call.org.groups.get(entry.group)?, priority))
        })
        .collect();
    paged(
        call,
        &groups,
        limit,
        |group| group.text_at("id"),
        |page| array(call, page),
    )
}

/// `GET /api/v1/apps/{appId}/credentials/secrets`: client secrets in clear, as Okta answers. It is
/// here so that a test can prove that nothing reaches it.
pub(super) fn secrets(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let (app, _) = find(call, id)?;
    let links = Links::unpaged(call.raw_path, call.parameters, None);
    Ok(Answer {
        body: app.secrets.render(call.base),
        links,
        entity_tag: None,
    })
}
