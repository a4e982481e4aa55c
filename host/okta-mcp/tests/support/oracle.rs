//! What the tools must answer, worked out from the example org's raw data.
//!
//! The data are what `okta-mcp simulate --dump` prints: whole objects before any query. Nothing here
//! knows how the simulator answers or how a plugin asks; the rules are Okta's documented ones.

use serde_json::Value;
use tokio::sync::OnceCell;

use super::{Home, SECRET, at, bounded, text};

/// The example org's data.
pub struct Oracle(Value);

/// The data, printed once for all tests of a suite.
pub async fn seed() -> &'static Oracle {
    static SEED: OnceCell<Oracle> = OnceCell::const_new();
    SEED.get_or_init(|| async {
        let dump = bounded("the dump", Home::new().run(["simulate", "--dump"])).await;
        assert_eq!(dump.code, Some(0), "{}", dump.stderr);
        assert!(
            dump.stdout.contains(SECRET),
            "without a secret in the data no test could find one"
        );
        Oracle(serde_json::from_str(&dump.stdout).unwrap())
    })
    .await
}

impl Oracle {
    fn list(&self, kind: &str) -> Vec<&Value> {
        self.0[kind].as_array().unwrap().iter().collect()
    }

    fn of(&self, kind: &str, id: &str) -> Vec<&Value> {
        self.0[kind]
            .get(id)
            .and_then(Value::as_array)
            .map(|list| list.iter().collect())
            .unwrap_or_default()
    }

    /// All users, by id.
    pub fn users(&self) -> Vec<&Value> {
        let mut users = self.list("users");
        users.sort_by_key(|user| text(user, "id"));
        users
    }

    /// The users that meet a condition, by id.
    pub fn users_who(&self, condition: impl Fn(&Value) -> bool) -> Vec<&Value> {
        self.users()
            .into_iter()
            .filter(|user| condition(user))
            .collect()
    }

    /// The users that Okta lists without being asked for a status.
    pub fn listed_users(&self) -> Vec<&Value> {
        self.users_who(|user| text(user, "status") != "DEPROVISIONED")
    }

    pub fn user(&self, login: &str) -> &Value {
        self.users_who(|user| text(user, "profile.login") == login)
            .first()
            .unwrap()
    }

    pub fn user_by_id(&self, id: &str) -> &Value {
        self.users_who(|user| text(user, "id") == id)
            .first()
            .unwrap()
    }

    /// All groups, by name.
    pub fn groups(&self) -> Vec<&Value> {
        let mut groups = self.list("groups");
        groups.sort_by_key(|group| (folded(text(group, "profile.name")), text(group, "id")));
        groups
    }

    pub fn group(&self, name: &str) -> &Value {
        self.groups()
            .into_iter()
            .find(|group| text(group, "profile.name") == name)
            .unwrap()
    }

    /// The members of a group, by id.
    pub fn members(&self, group: &Value) -> Vec<&Value> {
        let ids = self.of("memberships", text(group, "id"));
        self.users_who(|user| ids.contains(&&user["id"]))
    }

    /// The groups of a user, by id.
    pub fn groups_of(&self, user: &Value) -> Vec<&Value> {
        let mut groups = self.list("groups");
        groups.retain(|group| {
            self.of("memberships", text(group, "id"))
                .contains(&&user["id"])
        });
        groups.sort_by_key(|group| text(group, "id"));
        groups
    }

    /// All applications, by id.
    pub fn apps(&self) -> Vec<&Value> {
        let mut apps = self.list("apps");
        apps.sort_by_key(|app| text(app, "id"));
        apps
    }

    pub fn app(&self, label: &str) -> &Value {
        self.apps()
            .into_iter()
            .find(|app| text(app, "label") == label)
            .unwrap()
    }

    /// Who is assigned to an application, in Okta's order.
    pub fn app_users(&self, app: &Value) -> Vec<&Value> {
        self.of("appUsers", text(app, "id"))
    }

    /// The groups that an application is assigned to.
    pub fn app_groups(&self, app: &Value) -> Vec<&Value> {
        self.of("appGroups", text(app, "id"))
    }

    pub fn factors(&self, user: &Value) -> Vec<&Value> {
        self.of("factors", text(user, "id"))
    }

    /// The policies of a type, in the order in which they apply.
    pub fn policies(&self, kind: &str) -> Vec<&Value> {
        let mut policies = self.list("policies");
        policies.retain(|policy| text(policy, "type") == kind);
        policies.sort_by_key(|policy| policy["priority"].as_i64());
        policies
    }

    /// The rules of a policy, in the order in which they apply.
    pub fn rules(&self, policy: &Value) -> Vec<&Value> {
        let mut rules = self.of("policyRules", text(policy, "id"));
        rules.sort_by_key(|rule| rule["priority"].as_i64());
        rules
    }
}

/// Okta compares without regard to letter case.
pub fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Okta's `co`.
pub fn contains(object: &Value, path: &str, part: &str) -> bool {
    at(object, path).is_some() && folded(text(object, path)).contains(&folded(part))
}

/// Okta's `sw`, and its `q`.
pub fn begins(object: &Value, path: &str, part: &str) -> bool {
    at(object, path).is_some() && folded(text(object, path)).starts_with(&folded(part))
}

/// Okta's `eq` on texts.
pub fn is(object: &Value, path: &str, whole: &str) -> bool {
    at(object, path).is_some() && folded(text(object, path)) == folded(whole)
}

/// Okta's `gt` and `lt` on times, which all have one spelling.
pub fn between(object: &Value, path: &str, after: &str, before: &str) -> bool {
    at(object, path).is_some() && text(object, path) > after && text(object, path) < before
}

/// Okta's `sortBy`: without regard to case, equal values by id in both directions.
pub fn sort_users(users: &mut [&Value], path: &str, descending: bool) {
    users.sort_by(|left, right| {
        let order = folded(text(left, path)).cmp(&folded(text(right, path)));
        let order = if descending { order.reverse() } else { order };
        order.then_with(|| text(left, "id").cmp(text(right, "id")))
    });
}

/// Whether a text has characters that no search may carry: controls, direction marks, invisible ones.
pub fn has_hidden_characters(text: &str) -> bool {
    text.chars().any(|character| {
        character.is_control() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    })
}

/// The data as they may reach a client: letters as they are, line breaks as blanks, and none of the characters
/// that a reader cannot see or that change the order of what he sees. Joiners are letters' own.
pub fn passed_on(value: &Value) -> Value {
    match value {
        Value::String(text) => text
            .chars()
            .map(|c| if "\n\r\t".contains(c) { ' ' } else { c })
            .filter(|c| !is_unseen(*c))
            .collect::<String>()
            .into(),
        Value::Array(items) => items.iter().map(passed_on).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), passed_on(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// The characters that Unicode calls controls, direction marks, zero-width or tags.
pub fn is_unseen(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || [0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF].contains(&code)
        || (0x2028..=0x202E).contains(&code)
        || (0x2060..=0x206F).contains(&code)
        || (0xFFF9..=0xFFFB).contains(&code)
        || (0xE0000..=0xE007F).contains(&code)
}
