//! The data of the org: generated once from a seed and a moment, then never changed.
//!
//! The order of generation follows the references: users, groups, policies, applications,
//! assignments, factors. Nothing here knows about HTTP or about queries, so that
//! [`Org::to_json`] can serve as the raw data behind an independent check of the answers.

mod app_settings;
pub(crate) mod apps;
pub(crate) mod assignments;
mod catalogue;
pub(crate) mod factors;
pub mod fixtures;
pub(crate) mod groups;
mod names;
mod people;
pub(crate) mod policies;
mod policy_rules;
pub(crate) mod users;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::apps::{App, Surroundings};
use self::assignments::Assignments;
use self::groups::Group;
use self::policies::Policy;
use self::users::User;
use crate::id::id;
use crate::json::Json;
use crate::random::Random;

/// The address in the links of [`Org::to_json`]. A served org puts its own address there.
pub const DUMP_ADDRESS: &str = "https://northwind.example.com";

/// An Okta org: users, groups, applications, factors, policies and what connects them.
///
/// Lists are in the order of ids unless said otherwise, and refer to each other by position.
#[derive(Clone, Debug)]
pub struct Org {
    pub(crate) id: String,
    pub(crate) users: Vec<User>,
    pub(crate) groups: Vec<Group>,
    pub(crate) group_rules: Vec<Json>,
    pub(crate) apps: Vec<App>,
    /// One entry per application.
    pub(crate) assignments: Vec<Assignments>,
    /// One list per user.
    pub(crate) factors: Vec<Vec<Json>>,
    /// By type, then by priority.
    pub(crate) policies: Vec<Policy>,
}

impl Org {
    /// The org of `seed` as of `now` (epoch seconds). Equal arguments give equal data on every
    /// machine; every time stamp lies before `now`.
    pub fn generate(seed: u64, now: i64) -> Org {
        let users = people::generate(seed, now);
        let directory = apps::app_id(seed, 1);
        let groups = groups::generate(seed, now, &users, &directory);
        let group_rules = groups::rules(seed, now, &groups);
        let policies = policies::generate(seed, now, &groups);
        let first_of = |kind: &str| {
            policies
                .iter()
                .find(|policy| policy.kind == kind)
                .map_or("", |policy| policy.id.as_str())
        };
        let org_id = id("00o", 1, &mut Random::stream(seed, "org", 0));
        let apps = apps::generate(&Surroundings {
            seed,
            now,
            org_id: &org_id,
            access_policy: first_of("ACCESS_POLICY"),
            profile_enrollment_policy: first_of("PROFILE_ENROLLMENT"),
        });
        let assignments = assignments::generate(seed, now, &users, &groups);
        let factors = factors::generate(seed, now, &users);
        Org {
            id: org_id,
            users,
            groups,
            group_rules,
            apps,
            assignments,
            factors,
            policies,
        }
    }

    /// How many users it has.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// How many groups it has.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// How many applications it has.
    pub fn app_count(&self) -> usize {
        self.apps.len()
    }

    /// All data as plain Okta-shaped objects, before any query, paging or redaction:
    ///
    /// | key | value |
    /// |---|---|
    /// | `users`, `groups`, `groupRules`, `apps`, `policies` | whole objects, in the order of ids |
    /// | `memberships` | group id → ids of its members |
    /// | `appUsers`, `appGroups` | application id → assignments in Okta's order |
    /// | `appSecrets` | application id → its client secrets in clear |
    /// | `factors` | user id → factors; users without any are left out |
    /// | `policyRules` | policy id → rules by priority |
    ///
    /// Links start with [`DUMP_ADDRESS`].
    pub fn to_json(&self) -> Value {
        let value = |object: &Json| object.to_value(DUMP_ADDRESS);
        let memberships: BTreeMap<&str, Vec<&str>> = self
            .groups
            .iter()
            .map(|group| {
                let members = group
                    .members
                    .iter()
                    .filter_map(|member| self.users.get(*member));
                (
                    group.id.as_str(),
                    members.map(|user| user.id.as_str()).collect(),
                )
            })
            .collect();
        let assigned = || self.apps.iter().zip(&self.assignments);
        let app_users: BTreeMap<&str, Vec<Value>> = assigned()
            .map(|(app, assignments)| {
                let objects = assignments
                    .users
                    .iter()
                    .filter_map(|entry| self.app_user(app, entry, false));
                (
                    app.id.as_str(),
                    objects.map(|object| value(&object)).collect(),
                )
            })
            .collect();
        let app_groups: BTreeMap<&str, Vec<Value>> = assigned()
            .map(|(app, assignments)| {
                let objects =
                    assignments
                        .groups
                        .iter()
                        .enumerate()
                        .filter_map(|(priority, entry)| {
                            Some(value(&entry.object(
                                app,
                                self.groups.get(entry.group)?,
                                priority,
                            )))
                        });
                (app.id.as_str(), objects.collect())
            })
            .collect();
        let factors: BTreeMap<&str, Vec<Value>> = self
            .users
            .iter()
            .zip(&self.factors)
            .filter(|(_, factors)| !factors.is_empty())
            .map(|(user, factors)| (user.id.as_str(), factors.iter().map(value).collect()))
            .collect();
        let rules: BTreeMap<&str, Vec<Value>> = self
            .policies
            .iter()
            .map(|policy| (policy.id.as_str(), policy.rules.iter().map(value).collect()))
            .collect();
        let secrets: BTreeMap<&str, Value> = self
            .apps
            .iter()
            .map(|app| (app.id.as_str(), value(&app.secrets)))
            .collect();
        json!({
            "users": self.users.iter().map(|user| value(&user.full())).collect::<Vec<_>>(),
            "groups": self.groups.iter().map(|group| value(&group.object)).collect::<Vec<_>>(),
            "groupRules": self.group_rules.iter().map(value).collect::<Vec<_>>(),
            "memberships": memberships,
            "apps": self.apps.iter().map(|app| value(&app.object)).collect::<Vec<_>>(),
            "appUsers": app_users,
            "appGroups": app_groups,
            "appSecrets": secrets,
            "factors": factors,
            "policies": self.policies.iter().map(|policy| value(&policy.object)).collect::<Vec<_>>(),
            "policyRules": rules,
        })
    }

    /// The object of one application user.
    pub(crate) fn app_user(
        &self,
        app: &App,
        entry: &assignments::AppUser,
        embed: bool,
    ) -> Option<Json> {
        let user = self.users.get(entry.user)?;
        let group = entry.group.and_then(|group| self.groups.get(group));
        Some(entry.object(app, user, group, embed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a over everything that is generated. Equal on every machine; a change of the data
    /// changes it, and then the number here.
    #[test]
    fn the_data_of_seed_1_are_the_same_on_every_machine() {
        let org = Org::generate(1, 1_780_300_800);
        let mut text = String::new();
        let users = org.users.iter().map(User::full);
        let groups = org.groups.iter().map(|group| group.object.clone());
        let apps = org.apps.iter().map(|app| app.object.clone());
        let policies = org.policies.iter().map(|policy| policy.object.clone());
        let rules = org.policies.iter().flat_map(|policy| policy.rules.clone());
        let factors = org.factors.iter().flatten().cloned();
        let assigned = org
            .apps
            .iter()
            .zip(&org.assignments)
            .flat_map(|(app, assignments)| {
                assignments
                    .users
                    .iter()
                    .filter_map(|entry| org.app_user(app, entry, false))
            });
        for object in users
            .chain(groups)
            .chain(apps)
            .chain(policies)
            .chain(rules)
            .chain(factors)
            .chain(assigned)
        {
            object.write("", &mut text);
        }
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        assert_eq!(format!("{hash:016x}"), "5131390c92b65ef3");
    }
}
