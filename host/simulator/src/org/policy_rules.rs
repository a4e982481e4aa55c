//! The rules inside policies.

use super::policies::is_classic;
use crate::id::id;
use crate::json::{Json, list, object};
use crate::random::Random;

/// What differs from rule to rule within one policy.
struct Row {
    name: &'static str,
    priority: i64,
    system: bool,
    active: bool,
    conditions: Json,
    actions: Json,
}

/// The rules of one policy, by priority. `serial` is the policy's number.
pub(super) fn generate(
    seed: u64,
    serial: usize,
    kind: &'static str,
    system_policy: bool,
    policy_id: &str,
    created: i64,
    group: Option<&str>,
) -> Vec<Json> {
    rows(kind, system_policy, group)
        .into_iter()
        .enumerate()
        .map(|(place, row)| {
            let mut random = Random::stream(seed, "policy rule", serial * 10 + place);
            let prefix = if is_classic(kind) { "0pr" } else { "rul" };
            rule(
                id(prefix, 1_000 + serial * 10 + place, &mut random),
                row,
                kind,
                policy_id,
                created,
            )
        })
        .collect()
}

fn rule(rule_id: String, row: Row, kind: &'static str, policy_id: &str, created: i64) -> Json {
    let path = format!("/api/v1/policies/{policy_id}/rules/{rule_id}");
    let own = if row.system {
        list!["GET", "PUT"]
    } else {
        list!["GET", "PUT", "DELETE"]
    };
    let mut links = object! {
        "self": object! { "href": Json::Href(path.clone()), "hints": object! { "allow": own } },
    };
    if !row.system {
        let action = if row.active { "deactivate" } else { "activate" };
        let href = Json::Href(format!("{path}/lifecycle/{action}"));
        links.push(
            action,
            object! { "href": href, "hints": object! { "allow": list!["POST"] } },
        );
    }
    // Recorded: rules of the enrolment policy have no time stamps.
    let created = (kind != "MFA_ENROLL").then_some(created);
    object! {
        "id": rule_id,
        "status": if row.active { "ACTIVE" } else { "INACTIVE" },
        "name": row.name,
        "priority": row.priority,
        "created": Json::time(created),
        "lastUpdated": Json::time(created),
        "system": row.system,
        "conditions": row.conditions,
        "actions": row.actions,
        "_links": links,
        "type": if kind == "OKTA_SIGN_ON" { "SIGN_ON" } else { kind },
    }
}

fn rows(kind: &str, system_policy: bool, group: Option<&str>) -> Vec<Row> {
    let default = |conditions, actions| Row {
        name: "Default Rule",
        priority: 1,
        system: true,
        active: true,
        conditions,
        actions,
    };
    let catch_all = |actions| Row {
        name: "Catch-all Rule",
        priority: 99,
        system: true,
        active: true,
        conditions: Json::Null,
        actions,
    };
    match kind {
        "OKTA_SIGN_ON" if system_policy => vec![default(sign_on_conditions(), sign_on(false, 120))],
        "OKTA_SIGN_ON" => vec![
            Row {
                name: "Second factor everywhere",
                priority: 1,
                system: false,
                active: true,
                conditions: sign_on_conditions(),
                actions: sign_on(true, 15),
            },
            Row {
                name: "Office hours (off)",
                priority: 2,
                system: false,
                active: false,
                conditions: sign_on_conditions(),
                actions: sign_on(false, 480),
            },
        ],
        "PASSWORD" => vec![default(
            object! { "people": nobody_excluded(), "network": anywhere() },
            object! {
                "passwordChange": object! { "access": "ALLOW" },
                "selfServicePasswordReset": object! {
                    "access": "ALLOW",
                    "requirement": object! {
                        "primary": object! { "methods": list!["email"] },
                        "stepUp": object! { "required": false },
                        "accessControl": "LEGACY",
                    },
                },
                "selfServiceUnlock": object! { "access": if system_policy { "DENY" } else { "ALLOW" } },
            },
        )],
        "MFA_ENROLL" => vec![default(
            object! {
                "people": nobody_excluded(),
                "network": anywhere(),
                "app": object! { "include": list![], "exclude": list![] },
            },
            object! { "enroll": object! { "self": "CHALLENGE" } },
        )],
        "IDP_DISCOVERY" => vec![default(
            object! {
                "network": anywhere(),
                "userIdentifier": object! { "patterns": list![] },
                "app": object! { "include": list![], "exclude": list![] },
            },
            object! { "idp": object! { "providers": list![object! { "type": "OKTA" }], "idpSelectionType": "SPECIFIC" } },
        )],
        "ACCESS_POLICY" => vec![
            Row {
                name: "Two factors off network",
                priority: 1,
                system: false,
                active: true,
                conditions: access_conditions(group),
                actions: app_sign_on("2FA", "PT2H", true),
            },
            catch_all(app_sign_on("1FA", "PT12H", false)),
        ],
        "PROFILE_ENROLLMENT" => vec![catch_all(profile_enrollment())],
        "POST_AUTH_SESSION" => vec![
            Row {
                name: "End sessions that fail",
                priority: 0,
                system: false,
                active: true,
                conditions: object! { "people": nobody_excluded() },
                actions: object! {
                    "postAuthSession": object! {
                        "failureActions": list![object! { "action": "TERMINATE_SESSION", "slo": Json::Null }],
                    },
                },
            },
            catch_all(object! { "postAuthSession": object! {} }),
        ],
        "ENTITY_RISK" => vec![
            Row {
                name: "High risk ends sessions",
                priority: 0,
                system: false,
                active: true,
                conditions: object! {
                    "people": nobody_excluded(),
                    "entityRisk": object! { "level": "HIGH" },
                    "riskDetectionTypes": object! { "include": list!["BRUTE_FORCE_ATTACK"], "exclude": list![] },
                },
                actions: object! {
                    "entityRisk": object! { "actions": list![object! { "action": "TERMINATE_ALL_SESSIONS" }] },
                },
            },
            catch_all(object! { "entityRisk": object! { "actions": list![] } }),
        ],
        // Choice [?]: nobody recorded a rule of the remaining types; a catch-all without an action.
        _ => vec![catch_all(object! {})],
    }
}

fn nobody_excluded() -> Json {
    object! { "users": object! { "exclude": list![] } }
}

fn anywhere() -> Json {
    object! { "connection": "ANYWHERE" }
}

fn sign_on_conditions() -> Json {
    object! {
        "people": nobody_excluded(),
        "network": anywhere(),
        "authContext": object! { "authType": "ANY" },
        "identityProvider": object! { "provider": "ANY" },
    }
}

fn sign_on(second_factor: bool, idle_minutes: i64) -> Json {
    let mut action = object! { "access": "ALLOW", "requireFactor": second_factor };
    if second_factor {
        action.push("factorPromptMode", "ALWAYS");
    }
    action.push("primaryFactor", "PASSWORD_IDP_ANY_FACTOR");
    action.push("rememberDeviceByDefault", false);
    action.push(
        "session",
        object! {
            "usePersistentCookie": false, "maxSessionIdleMinutes": idle_minutes, "maxSessionLifetimeMinutes": 0i64,
        },
    );
    object! { "signon": action }
}

fn access_conditions(group: Option<&str>) -> Json {
    let mut people = nobody_excluded();
    if let Some(group) = group {
        people.push(
            "groups",
            object! { "include": list![group.to_owned()], "exclude": list![] },
        );
    }
    object! {
        "people": people,
        "network": anywhere(),
        "riskScore": object! { "level": "ANY" },
        "userType": object! { "include": list![], "exclude": list![] },
    }
}

fn app_sign_on(mode: &'static str, again_in: &'static str, bound: bool) -> Json {
    let mut method =
        object! { "factorMode": mode, "type": "ASSURANCE", "reauthenticateIn": again_in };
    if bound {
        let possession =
            object! { "possession": object! { "required": true, "deviceBound": "REQUIRED" } };
        method.push("constraints", list![possession]);
    }
    object! {
        "appSignOn": object! {
            "access": "ALLOW",
            "verificationMethod": method,
            "keepMeSignedIn": object! { "postAuth": "NOT_ALLOWED" },
        },
    }
}

fn profile_enrollment() -> Json {
    let attribute = |name: &'static str, label: &'static str| {
        object! { "name": name, "label": label, "required": true }
    };
    object! {
        "profileEnrollment": object! {
            "access": "ALLOW",
            "preRegistrationInlineHooks": Json::Null,
            "profileAttributes": list![attribute("email", "Email"), attribute("firstName", "First name")],
            "targetGroupIds": Json::Null,
            "unknownUserAction": "REGISTER",
            "activationRequirements": object! { "emailVerification": true },
            "progressiveProfilingAction": "DISABLED",
        },
    }
}
