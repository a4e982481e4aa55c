//! The row that a tool must answer for one of the org's objects: concise, or with all it may see.

use serde_json::{Map, Value};

use super::declared::{Endpoint, pruned};
use super::oracle::passed_on;
use super::{at, text};

/// A row under construction; what Okta does not tell is left out.
struct Row(Map<String, Value>);

impl Row {
    fn new(object: &Value, members: &[(&str, &str)]) -> Self {
        Self(Map::new()).and(object, members)
    }

    /// Adds members: our name, and Okta's place.
    fn and(mut self, object: &Value, members: &[(&str, &str)]) -> Self {
        for (name, path) in members {
            self = self.put(name, at(object, path).cloned());
        }
        self
    }

    fn put(mut self, name: &str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// At most `limit` characters, with `…` where something was cut.
fn cut(text: &str, limit: usize) -> Value {
    if text.chars().count() <= limit {
        return text.into();
    }
    let kept: String = text.chars().take(limit - 1).collect();
    format!("{kept}…").into()
}

pub fn user(user: &Value, full: bool) -> Value {
    let user = &passed_on(user);
    let (login, email) = (text(user, "profile.login"), text(user, "profile.email"));
    let name = format!(
        "{} {}",
        text(user, "profile.firstName"),
        text(user, "profile.lastName")
    );
    let row = Row::new(
        user,
        &[
            ("id", "id"),
            ("status", "status"),
            ("login", "profile.login"),
            ("department", "profile.department"),
            ("last_login", "lastLogin"),
        ],
    )
    .put("name", Some(name.into()))
    .put("email", (login != email).then(|| email.into()));
    if !full {
        return row.done();
    }
    let profile = user["profile"].as_object().unwrap().clone();
    let profile = profile
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    row.and(
        user,
        &[
            ("created", "created"),
            ("activated", "activated"),
            ("status_changed", "statusChanged"),
            ("last_updated", "lastUpdated"),
            ("password_changed", "passwordChanged"),
            ("type_id", "type.id"),
        ],
    )
    .put("profile", Some(Value::Object(profile)))
    .done()
}

/// A member of a group: the profile has only what the plugin declares for members.
pub fn member(member: &Value, full: bool) -> Value {
    let member = &passed_on(member);
    let mut row = user(member, full);
    if full {
        let object = row.as_object_mut().unwrap();
        object.remove("password_changed");
        object.remove("type_id");
        let profile = object["profile"].as_object_mut().unwrap();
        let seen = [
            "login",
            "email",
            "firstName",
            "lastName",
            "department",
            "title",
        ];
        profile.retain(|name, _| seen.contains(&name.as_str()));
    }
    row
}

pub fn group(group: &Value, full: bool) -> Value {
    let group = &passed_on(group);
    let description = at(group, "profile.description").and_then(Value::as_str);
    let row = Row::new(
        group,
        &[("id", "id"), ("name", "profile.name"), ("type", "type")],
    )
    .put(
        "description",
        description.map(|text| if full { text.into() } else { cut(text, 60) }),
    );
    if !full {
        return row.done();
    }
    row.and(
        group,
        &[
            ("created", "created"),
            ("last_updated", "lastUpdated"),
            ("last_membership_updated", "lastMembershipUpdated"),
            ("source_app_id", "source.id"),
            ("sam_account_name", "profile.samAccountName"),
            ("dn", "profile.dn"),
        ],
    )
    .done()
}

const APP: [(&str, &str); 5] = [
    ("id", "id"),
    ("label", "label"),
    ("status", "status"),
    ("sign_on_mode", "signOnMode"),
    ("name", "name"),
];
const APP_MORE: [(&str, &str); 2] = [("created", "created"), ("last_updated", "lastUpdated")];

/// A row of a list of applications, which does not see how people sign in.
pub fn listed_app(app: &Value, full: bool) -> Value {
    let app = &passed_on(app);
    let row = Row::new(app, &APP);
    if !full {
        return row.done();
    }
    row.and(app, &APP_MORE)
        .put("features", features(app))
        .done()
}

fn features(app: &Value) -> Option<Value> {
    app.get("features")
        .filter(|features| !features.as_array().unwrap().is_empty())
        .cloned()
}

/// One application.
pub fn app(app: &Value, full: bool) -> Value {
    let app = &passed_on(app);
    if !full {
        return Row::new(app, &APP).done();
    }
    let declared = Endpoint::of("apps", "/api/v1/apps/{appId}").project(app);
    let part = |path: &str| {
        let mut part = at(&declared, path)?.as_object()?.clone();
        part.retain(|_, value| !value.is_null());
        (!part.is_empty()).then_some(Value::Object(part))
    };
    let row = Row::new(app, &APP)
        .and(app, &APP_MORE)
        .put("features", features(app));
    row.and(
        app,
        &[
            ("self_service", "accessibility.selfService"),
            ("universal_logout", "universalLogout.status"),
            (
                "user_name_template",
                "credentials.userNameTemplate.template",
            ),
        ],
    )
    .put("hidden", part("visibility.hide"))
    .put("oauth_client", part("credentials.oauthClient"))
    .put("oauth_settings", part("settings.oauthClient"))
    .put("saml_settings", part("settings.signOn"))
    .done()
}

pub fn app_user(user: &Value, full: bool) -> Value {
    let user = &passed_on(user);
    let row = Row::new(
        user,
        &[
            ("id", "id"),
            ("user_name", "credentials.userName"),
            ("status", "status"),
            ("scope", "scope"),
        ],
    );
    if !full {
        return row.done();
    }
    row.and(
        user,
        &[
            ("external_id", "externalId"),
            ("created", "created"),
            ("last_updated", "lastUpdated"),
            ("status_changed", "statusChanged"),
            ("password_changed", "passwordChanged"),
            ("sync_state", "syncState"),
        ],
    )
    .done()
}

pub fn factor(factor: &Value, full: bool) -> Value {
    let factor = &passed_on(factor);
    let device = at(factor, "profile.name").or_else(|| at(factor, "profile.authenticatorName"));
    let row = Row::new(
        factor,
        &[
            ("id", "id"),
            ("type", "factorType"),
            ("provider", "provider"),
            ("status", "status"),
            ("created", "created"),
            ("last_updated", "lastUpdated"),
        ],
    )
    .put("device", device.cloned());
    if !full {
        return row.done();
    }
    row.and(
        factor,
        &[
            ("vendor_name", "vendorName"),
            ("device_type", "profile.deviceType"),
            ("platform", "profile.platform"),
            ("version", "profile.version"),
        ],
    )
    .done()
}

const POLICY: [(&str, &str); 5] = [
    ("id", "id"),
    ("name", "name"),
    ("status", "status"),
    ("priority", "priority"),
    ("system", "system"),
];
const POLICY_MORE: [(&str, &str); 2] = [("created", "created"), ("last_updated", "lastUpdated")];

/// A row of a list of policies.
pub fn listed_policy(policy: &Value, full: bool) -> Value {
    let policy = &passed_on(policy);
    let description = at(policy, "description").and_then(Value::as_str);
    let row = Row::new(policy, &POLICY)
        .and(policy, &[("type", "type")])
        .put(
            "description",
            description.map(|text| if full { text.into() } else { cut(text, 80) }),
        );
    if !full {
        return row.done();
    }
    let declared = Endpoint::of("policies", "/api/v1/policies").project(policy);
    row.and(policy, &POLICY_MORE)
        .put("conditions", pruned(&declared["conditions"]))
        .done()
}

/// One policy with its rules.
pub fn policy(policy: &Value, rules: &[&Value], full: bool) -> Value {
    let policy = &passed_on(policy);
    let declared = Endpoint::of("policies", "/api/v1/policies/{policyId}").project(policy);
    let of_rules = Endpoint::of("policies", "/api/v1/policies/{policyId}/rules");
    let more: &[(&str, &str)] = if full { &POLICY_MORE } else { &[] };
    let rules = rules.iter().map(|rule| {
        let declared = of_rules.project(rule);
        Row::new(rule, &POLICY)
            .and(rule, more)
            .put("conditions", pruned(&declared["conditions"]))
            .put("actions", pruned(&declared["actions"]))
            .done()
    });
    Row::new(policy, &POLICY)
        .and(policy, &[("type", "type"), ("description", "description")])
        .and(policy, more)
        .put("conditions", pruned(&declared["conditions"]))
        .put("settings", pruned(&declared["settings"]))
        .put("rules", Some(rules.collect()))
        .done()
}
