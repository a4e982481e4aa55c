//! Groups, who is in them, and the rules that put people there.

use super::fixtures;
use super::names;
use super::users::{Status, User};
use crate::id::id;
use crate::json::{Json, list, object};
use crate::random::{BASE64URL, Random};

/// How many groups a generated org has.
const GROUPS: usize = 90;

const DAY: i64 = 86_400;
const LOGO: &str = "https://ok12static.oktacdn.com/assets/img/logos/groups/odyssey/";
const LOGO_TAIL: &str = ".00000000000000000000000000000000.png";

/// One group. `object` is Okta's whole object.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) object: Json,
    /// Positions in the org's list of users, ascending.
    pub(crate) members: Vec<usize>,
}

impl Group {
    /// The group's name.
    pub(crate) fn name(&self) -> &str {
        self.object.text_at("profile.name")
    }
}

/// What decides who is in a group.
#[derive(Clone, Copy)]
enum Membership {
    Everyone,
    Nobody,
    Administrators,
    Department(&'static str),
    Site(&'static str),
    /// This many users of a hundred.
    Percent(u64),
}

struct Plan {
    kind: &'static str,
    name: String,
    description: Json,
    membership: Membership,
}

/// The groups in the order of their ids. `directory` is the id of the application that APP_GROUPs
/// come from.
pub(super) fn generate(seed: u64, now: i64, users: &[User], directory: &str) -> Vec<Group> {
    let position = |login: &str| users.iter().position(|user| user.login() == login);
    let engineer = position(fixtures::ENGINEER);
    let joiner = position(fixtures::USER_WITH_MANY_GROUPS);
    let plans = plans();
    let count = plans.len();
    plans
        .into_iter()
        .enumerate()
        .map(|(index, plan)| {
            let engineers = matches!(plan.name.as_str(), "On-call" | "VPN Users" | "Project 01");
            // The user in very many groups is in all but the empty one and the last four.
            let joined = !matches!(plan.membership, Membership::Nobody) && index + 4 < count;
            let invited = [engineer.filter(|_| engineers), joiner.filter(|_| joined)];
            group(seed, index, plan, invited, now, users, directory)
        })
        .collect()
}

fn plans() -> Vec<Plan> {
    let plan = |kind, name: &str, description: &str, membership| Plan {
        kind,
        name: name.to_owned(),
        description: Json::text(description),
        membership,
    };
    let mut plans = vec![
        plan(
            "BUILT_IN",
            fixtures::EVERYONE_GROUP,
            "All users in your organization",
            Membership::Everyone,
        ),
        plan(
            "BUILT_IN",
            "Okta Administrators",
            "Okta manages this group, which contains all administrators in your organization.",
            Membership::Administrators,
        ),
    ];
    for department in names::DEPARTMENTS {
        let description = match *department {
            "Engineering" => "Everyone who builds robots".to_owned(),
            other => format!("The department {other}"),
        };
        plans.push(plan(
            "OKTA_GROUP",
            department,
            &description,
            Membership::Department(department),
        ));
    }
    for (city, country) in names::SITES {
        let name = format!("Site {city}");
        plans.push(plan(
            "OKTA_GROUP",
            &name,
            &format!("Office in {country}"),
            Membership::Site(city),
        ));
    }
    plans.push(plan(
        "OKTA_GROUP",
        fixtures::EMPTY_GROUP,
        "Nobody works here",
        Membership::Nobody,
    ));
    for (name, percent) in [
        ("All Managers", 9),
        ("Contractors", 7),
        ("VPN Users", 35),
        ("Forklift Licence", 4),
        ("Badge Printers", 2),
        ("Fire Wardens", 3),
        ("Kanteen Überraschung", 5),
        ("開発者", 6),
        ("Σχεδίαση", 2),
        ("On-call", 3),
    ] {
        // Choice [?]: a description that was never set is null; recordings show texts only.
        let mut plan = plan("OKTA_GROUP", name, "", Membership::Percent(percent));
        plan.description = Json::Null;
        plans.push(plan);
    }
    for (index, text) in names::HOSTILE
        .iter()
        .enumerate()
        .filter(|(index, _)| index % 2 == 0)
    {
        let name = if text.len() > 3 {
            (*text).to_owned()
        } else {
            format!("{text}{index}")
        };
        plans.push(plan("OKTA_GROUP", &name, text, Membership::Percent(1)));
    }
    for (index, name) in [
        "Operators",
        "Planners",
        "Welders",
        "Auditors",
        "Drivers",
        "Domain Users",
    ]
    .iter()
    .enumerate()
    {
        for site in ["Plant", "Depot", "Yard"] {
            let percent = 1 + index as u64 % 3;
            plans.push(plan(
                "APP_GROUP",
                &format!("{site}-{name}"),
                "Imported from AD",
                Membership::Percent(percent),
            ));
        }
    }
    let mut number = 1;
    while plans.len() < GROUPS {
        let description = format!("Project team number {number}");
        plans.push(plan(
            "OKTA_GROUP",
            &format!("Project {number:02}"),
            &description,
            Membership::Percent(number % 5),
        ));
        number += 1;
    }
    plans
}

/// `invited` are members whatever the plan says.
fn group(
    seed: u64,
    index: usize,
    plan: Plan,
    invited: [Option<usize>; 2],
    now: i64,
    users: &[User],
    directory: &str,
) -> Group {
    let mut random = Random::stream(seed, "group", index);
    let group_id = id("00g", index, &mut random);
    let created = now - random.between(100 * DAY, 1_500 * DAY);
    let updated = random.between(created, now - DAY);
    let membership_updated = random.between(created, now - 1);
    let imported = plan.kind == "APP_GROUP";

    let mut profile = object! { "name": plan.name.clone(), "description": plan.description };
    if imported {
        let name = &plan.name;
        profile.push("samAccountName", name.clone());
        profile.push(
            "dn",
            format!("CN={name},OU=Groups,DC=northwind,DC=example,DC=com"),
        );
        profile.push("windowsDomainQualifiedName", format!("NORTHWIND\\{name}"));
        profile.push("externalId", random.text(BASE64URL, 22) + "==");
        profile.push(
            "objectSid",
            format!("S-1-5-21-100-200-300-{}", 1_100 + index),
        );
    }
    let mut object = object! {
        "id": group_id.clone(),
        "created": Json::Time(created),
        "lastUpdated": Json::Time(updated),
        "lastMembershipUpdated": Json::Time(membership_updated),
        "objectClass": list![if imported { "okta:windows_security_principal" } else { "okta:user_group" }],
        "type": plan.kind,
        "profile": profile,
    };
    if imported {
        object.push("source", object! { "id": directory.to_owned() });
    }
    object.push("_links", links(&group_id, imported.then_some(directory)));

    let members = users
        .iter()
        .enumerate()
        // Choice [?]: a DEPROVISIONED user is in no group.
        .filter(|(_, user)| user.status != Status::Deprovisioned)
        .filter(|(position, user)| {
            belongs(plan.membership, *position, user, &mut random)
                || invited.contains(&Some(*position))
        })
        .map(|(position, _)| position)
        .collect();
    Group {
        id: group_id,
        object,
        members,
    }
}

fn belongs(membership: Membership, position: usize, user: &User, random: &mut Random) -> bool {
    match membership {
        Membership::Everyone => true,
        Membership::Nobody => false,
        Membership::Administrators => position < 9,
        Membership::Department(name) => user.department() == name,
        Membership::Site(city) => user.object.text_at("profile.city") == city,
        Membership::Percent(percent) => random.chance(percent),
    }
}

fn links(group_id: &str, directory: Option<&str>) -> Json {
    let picture = if directory.is_some() {
        "active_directory"
    } else {
        "okta"
    };
    let logo = |size: &'static str| {
        object! { "name": size, "href": format!("{LOGO}{picture}-{size}{LOGO_TAIL}"), "type": "image/png" }
    };
    let mut links = object! { "logo": list![logo("medium"), logo("large")] };
    if let Some(directory) = directory {
        links.push(
            "source",
            object! { "href": Json::Href(format!("/api/v1/apps/{directory}")) },
        );
    }
    links.push(
        "users",
        object! { "href": Json::Href(format!("/api/v1/groups/{group_id}/users")) },
    );
    links.push(
        "apps",
        object! { "href": Json::Href(format!("/api/v1/groups/{group_id}/apps")) },
    );
    links
}

/// One rule per department, and one that is INVALID because its group is gone.
pub(super) fn rules(seed: u64, now: i64, groups: &[Group]) -> Vec<Json> {
    let mut rules: Vec<Json> = names::DEPARTMENTS
        .iter()
        .enumerate()
        .map(|(index, department)| {
            let target = groups.iter().find(|group| group.name() == *department);
            let status = if index == 7 { "INACTIVE" } else { "ACTIVE" };
            rule(
                seed,
                index,
                now,
                &format!("{department} by department"),
                status,
                department,
                target,
            )
        })
        .collect();
    let orphan = rules.len();
    rules.push(rule(
        seed,
        orphan,
        now,
        "Robots of the old plant",
        "INVALID",
        "Robotics",
        None,
    ));
    rules
}

fn rule(
    seed: u64,
    index: usize,
    now: i64,
    name: &str,
    status: &'static str,
    department: &str,
    target: Option<&Group>,
) -> Json {
    let mut random = Random::stream(seed, "group rule", index);
    let rule_id = id("0pr", index, &mut random);
    let created = now - random.between(90 * DAY, 400 * DAY);
    let target_id = target.map_or_else(|| id("00g", 9_999, &mut random), |group| group.id.clone());
    object! {
        "type": "group_rule",
        "id": rule_id,
        "status": status,
        "name": name.to_owned(),
        "created": Json::Time(created),
        "lastUpdated": Json::Time(created + 5),
        "conditions": object! {
            "people": object! {
                "users": object! { "exclude": list![] },
                "groups": object! { "exclude": list![] },
            },
            "expression": object! {
                "value": format!("user.department==\"{department}\""),
                "type": "urn:okta:expression:1.0",
            },
        },
        "actions": object! { "assignUserToGroups": object! { "groupIds": list![target_id] } },
        "allGroupsValid": target.is_some(),
    }
}
