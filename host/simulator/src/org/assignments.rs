//! Who has which application, directly or through a group.

use super::apps::App;
use super::catalogue::{APPS, Audience};
use super::fixtures;
use super::groups::Group;
use super::users::{Status, User};
use crate::id::id;
use crate::json::{Json, object};
use crate::random::Random;

const DAY: i64 = 86_400;

/// A group that has an application. Its place in the list is its priority.
#[derive(Clone, Debug)]
pub(crate) struct AppGroup {
    /// Position in the org's list of groups.
    pub(crate) group: usize,
    updated: i64,
}

/// A user who has an application.
#[derive(Clone, Debug)]
pub(crate) struct AppUser {
    /// Okta's internal id of the assignment; it shows as the cursor of the list and nowhere else.
    pub(crate) cursor: String,
    /// Position in the org's list of users.
    pub(crate) user: usize,
    /// Position of the group that brings the application; none for a direct assignment.
    pub(crate) group: Option<usize>,
    created: i64,
}

/// The assignments of one application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assignments {
    /// By priority.
    pub(crate) groups: Vec<AppGroup>,
    /// By internal id: single users first, then the members of each group.
    pub(crate) users: Vec<AppUser>,
}

/// The assignments of each application, in the order of the applications.
pub(super) fn generate(seed: u64, now: i64, users: &[User], groups: &[Group]) -> Vec<Assignments> {
    APPS.iter()
        .enumerate()
        .map(|(index, (label, _, audience, _))| {
            assign(seed, index, label, *audience, now, users, groups)
        })
        .collect()
}

fn assign(
    seed: u64,
    index: usize,
    label: &str,
    audience: Audience,
    now: i64,
    users: &[User],
    groups: &[Group],
) -> Assignments {
    let mut random = Random::stream(seed, "assignment", index);
    let created = now - random.between(5 * DAY, 55 * DAY);
    let names = match audience {
        Audience::Group(name) => vec![name],
        Audience::Groups(first, second) => vec![first, second],
        Audience::Direct | Audience::Nobody => Vec::new(),
    };
    let assigned: Vec<AppGroup> = names
        .iter()
        .filter_map(|name| groups.iter().position(|group| group.name() == *name))
        .map(|group| AppGroup {
            group,
            updated: created,
        })
        .collect();

    let mut taken = vec![false; users.len()];
    let mut list = Vec::new();
    let mut add = |user: usize, group: Option<usize>, random: &mut Random| {
        if taken.get(user).copied().unwrap_or(true) {
            return;
        }
        if let Some(slot) = taken.get_mut(user) {
            *slot = true;
        }
        let serial = index * 2_000 + list.len();
        let created = created + random.between(0, 4 * DAY);
        list.push(AppUser {
            cursor: id("0ua", serial, random),
            user,
            group,
            created,
        });
    };
    if !matches!(audience, Audience::Nobody) {
        for (position, user) in users.iter().enumerate() {
            let direct = match user.login() {
                fixtures::ENGINEER => label == fixtures::PORTAL_APP,
                _ => random.below(1_000) < 8,
            };
            if direct && user.status != Status::Deprovisioned {
                add(position, None, &mut random);
            }
        }
    }
    for assignment in &assigned {
        for member in groups
            .get(assignment.group)
            .map_or(&[][..], |group| &group.members)
        {
            add(*member, Some(assignment.group), &mut random);
        }
    }
    Assignments {
        groups: assigned,
        users: list,
    }
}

impl AppUser {
    /// Okta's object for this assignment; with `embed`, the user goes into `_embedded.user`.
    pub(crate) fn object(
        &self,
        app: &App,
        user: &User,
        group: Option<&Group>,
        embed: bool,
    ) -> Json {
        let mut object = object! {
            "id": user.id.clone(),
            "externalId": Json::Null,
            "created": Json::Time(self.created),
            "lastUpdated": Json::Time(self.created),
            "scope": if group.is_some() { "GROUP" } else { "USER" },
            // Choice [?]: only ACTIVE assignments are generated.
            "status": "ACTIVE",
            "statusChanged": Json::Time(self.created),
            "passwordChanged": Json::Null,
            "syncState": "DISABLED",
            "credentials": object! { "userName": Json::text(user.login()) },
            "profile": if app.oidc { oidc_profile(user) } else { object! {} },
        };
        let mut links =
            object! { "app": object! { "href": Json::Href(format!("/api/v1/apps/{}", app.id)) } };
        if let Some(group) = group {
            let href = Json::Href(format!("/api/v1/groups/{}", group.id));
            links.push(
                "group",
                object! { "name": Json::text(group.name()), "href": href },
            );
        }
        links.push(
            "user",
            object! { "href": Json::Href(format!("/api/v1/users/{}", user.id)) },
        );
        object.push("_links", links);
        if embed {
            object.push("_embedded", object! { "user": user.full() });
        }
        object
    }
}

fn oidc_profile(user: &User) -> Json {
    let from = |path: &str| user.object.at(path).cloned().unwrap_or(Json::Null);
    object! {
        "street_address": Json::Null,
        "country": Json::Null,
        "website": Json::Null,
        "zoneinfo": "America/Los_Angeles",
        "birthdate": Json::Null,
        "gender": Json::Null,
        "formatted": Json::Null,
        "profile": Json::Null,
        "locality": Json::Null,
        "given_name": from("profile.firstName"),
        "middle_name": Json::Null,
        "locale": "en_US",
        "picture": Json::Null,
        "name": user.full_name(),
        "nickname": Json::Null,
        "phone_number": Json::Null,
        "region": Json::Null,
        "postal_code": Json::Null,
        "family_name": from("profile.lastName"),
        "email": from("profile.email"),
    }
}

impl AppGroup {
    /// Okta's object for this assignment.
    pub(crate) fn object(&self, app: &App, group: &Group, priority: usize) -> Json {
        let app_path = format!("/api/v1/apps/{}", app.id);
        object! {
            "id": group.id.clone(),
            "lastUpdated": Json::Time(self.updated),
            "priority": priority,
            "profile": object! {},
            "_links": object! {
                "app": object! { "href": Json::Href(app_path.clone()) },
                "self": object! { "href": Json::Href(format!("{app_path}/groups/{}", group.id)) },
                "group": object! { "href": Json::Href(format!("/api/v1/groups/{}", group.id)) },
            },
        }
    }
}
