//! A user's assignment to an application: as Okta sends it, and as our tool answers it.

use okta_plugin::{Detail, Property, Schema, Text};
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppUser<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    scope: Option<Text<'a>>,
    #[serde(borrow)]
    credentials: Option<Credentials<'a>>,
    #[serde(borrow)]
    external_id: Option<Text<'a>>,
    #[serde(borrow)]
    created: Option<Text<'a>>,
    #[serde(borrow)]
    last_updated: Option<Text<'a>>,
    #[serde(borrow)]
    status_changed: Option<Text<'a>>,
    #[serde(borrow)]
    password_changed: Option<Text<'a>>,
    #[serde(borrow)]
    sync_state: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials<'a> {
    #[serde(borrow)]
    user_name: Option<Text<'a>>,
}

/// A row: up to `scope` always, the rest with `detail: full`.
#[derive(Serialize)]
pub(crate) struct AppUserRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_changed: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_changed: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_state: Option<Text<'a>>,
}

impl<'a> AppUserRow<'a> {
    pub(crate) fn new(user: AppUser<'a>, detail: Detail) -> Self {
        Self {
            id: user.id,
            user_name: user
                .credentials
                .and_then(|credentials| credentials.user_name),
            status: user.status,
            scope: user.scope,
            external_id: detail.if_full(user.external_id),
            created: detail.if_full(user.created),
            last_updated: detail.if_full(user.last_updated),
            status_changed: detail.if_full(user.status_changed),
            password_changed: detail.if_full(user.password_changed),
            sync_state: detail.if_full(user.sync_state),
        }
    }

    pub(crate) fn schema() -> Schema {
        Schema::new()
            .optional("id", Property::text("User id, for get_user"))
            .optional(
                "user_name",
                Property::text("Name the user has in the application"),
            )
            .optional(
                "status",
                Property::text("Status of the assignment, such as ACTIVE"),
            )
            .optional(
                "scope",
                Property::text("USER: assigned directly; GROUP: through a group"),
            )
            .optional(
                "external_id",
                Property::text("Id the user has in the application"),
            )
            .optional("created", Property::text("When the user was assigned"))
            .optional(
                "last_updated",
                Property::text("When the assignment last changed"),
            )
            .optional(
                "status_changed",
                Property::text("When its status last changed"),
            )
            .optional(
                "password_changed",
                Property::text("When the application's password last changed"),
            )
            .optional("sync_state", Property::text("State of provisioning"))
    }
}
