//! A policy and a rule: as Okta sends them, and as our tools answer them.

use crate::tree;
use okta_plugin::{Detail, Failure, Listing, Place, Property, Schema, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// Characters of a description that a concise row keeps.
const DESCRIPTION: usize = 80;

/// A policy, and a rule as well: a rule has `actions` where a policy has `settings`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    r#type: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    priority: Option<i64>,
    system: Option<bool>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    #[serde(borrow)]
    created: Option<Text<'a>>,
    #[serde(borrow)]
    last_updated: Option<Text<'a>>,
    conditions: Option<Value>,
    settings: Option<Value>,
    actions: Option<Value>,
}

/// A policy or a rule as our tools answer it.
#[derive(Serialize)]
pub(crate) struct PolicyRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

impl<'a> PolicyRow<'a> {
    /// A row of a list, which is concise about the description and leaves out conditions.
    pub(crate) fn listed(policy: Policy<'a>, detail: Detail) -> Self {
        let mut row = Self::of(policy, detail);
        row.conditions = detail.if_full(row.conditions);
        if detail == Detail::Concise {
            row.description = row.description.map(|text| text.shortened(DESCRIPTION));
        }
        row
    }

    /// A rule. Its type says nothing that its policy's does not.
    pub(crate) fn rule(rule: Policy<'a>, detail: Detail) -> Self {
        Self {
            r#type: None,
            ..Self::of(rule, detail)
        }
    }

    /// A policy with these of its rules; `next` is where they go on and `hint` what to know of them.
    pub(crate) fn with_rules(
        self,
        rules: Box<RawValue>,
        next: Option<Place>,
        hint: Option<&'static str>,
    ) -> Self {
        Self {
            rules: Some(rules),
            next_cursor: next.map(|next| next.to_cursor()),
            hint,
            ..self
        }
    }

    /// Characters that it takes in an answer.
    pub(crate) fn length(&self) -> Result<usize, Failure> {
        let written = serde_json::to_string(self)
            .map_err(|error| Failure::Failed(format!("The answer cannot be written: {error}.")))?;
        Ok(written.chars().count())
    }

    /// A policy or a rule with all that it says.
    pub(crate) fn of(policy: Policy<'a>, detail: Detail) -> Self {
        Self {
            id: policy.id,
            name: policy.name,
            r#type: policy.r#type,
            status: policy.status,
            priority: policy.priority,
            system: policy.system,
            description: policy.description,
            created: detail.if_full(policy.created),
            last_updated: detail.if_full(policy.last_updated),
            conditions: tree::object(policy.conditions),
            settings: tree::object(policy.settings),
            actions: tree::object(policy.actions),
            rules: None,
            next_cursor: None,
            hint: None,
        }
    }

    /// What policies and rules have in common.
    fn common() -> Schema {
        Schema::new()
            .optional("id", Property::text("Id"))
            .optional("name", Property::text("Name"))
            .optional("status", Property::text("ACTIVE or INACTIVE"))
            .optional(
                "priority",
                Property::integer("Order: the lowest number is tried first"),
            )
            .optional(
                "system",
                Property::boolean("Whether it is Okta's default, which applies last"),
            )
            .optional("created", Property::text("When it was created"))
            .optional("last_updated", Property::text("When it last changed"))
            .optional(
                "conditions",
                Property::open_object("To whom and when it applies; missing: to everyone, always"),
            )
    }

    /// The schema of a row in a list.
    pub(crate) fn schema() -> Schema {
        Self::common()
            .optional("type", Property::text("Type of policy"))
            .optional(
                "description",
                Property::text(
                    "Description; a list cuts it at 80 characters unless detail is full",
                ),
            )
    }

    /// The schema of a policy with its rules.
    pub(crate) fn schema_with_rules() -> Schema {
        let rule = Self::common().optional(
            "actions",
            Property::open_object("What happens when the rule applies"),
        );
        let schema = Self::schema()
            .optional("settings", Property::open_object("What the policy sets"))
            .required(
                "rules",
                Property::rows(&rule, "Its rules, in order: the first that applies decides"),
            );
        Listing::next_cursor(schema).optional("hint", Property::text("What to know of the rules"))
    }
}
