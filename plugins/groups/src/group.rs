//! A group: as Okta sends it, and as our tools answer it.

use okta_plugin::{Attributes, Detail, Property, Schema, Text};
use serde::{Deserialize, Serialize};

/// Characters of a description that a concise row keeps.
const DESCRIPTION: usize = 60;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    r#type: Option<Text<'a>>,
    #[serde(borrow)]
    created: Option<Text<'a>>,
    #[serde(borrow)]
    last_updated: Option<Text<'a>>,
    #[serde(borrow)]
    last_membership_updated: Option<Text<'a>>,
    #[serde(borrow)]
    source: Option<Source<'a>>,
    #[serde(borrow)]
    profile: Option<Attributes<'a>>,
}

/// The application that a group is imported from.
#[derive(Deserialize)]
struct Source<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
}

/// A row: up to `description` always, the rest with `detail: full`.
#[derive(Serialize)]
pub(crate) struct GroupRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_membership_updated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_app_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sam_account_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dn: Option<Text<'a>>,
}

impl<'a> GroupRow<'a> {
    pub(crate) fn new(group: Group<'a>, detail: Detail) -> Self {
        let profile = group.profile.unwrap_or_default();
        let description = profile.text("description").map(|text| match detail {
            Detail::Concise => text.shortened(DESCRIPTION),
            Detail::Full => text,
        });
        Self {
            id: group.id,
            name: profile.text("name"),
            r#type: group.r#type,
            description,
            created: detail.if_full(group.created),
            last_updated: detail.if_full(group.last_updated),
            last_membership_updated: detail.if_full(group.last_membership_updated),
            source_app_id: detail.if_full(group.source.and_then(|source| source.id)),
            sam_account_name: detail.if_full(profile.text("samAccountName")),
            dn: detail.if_full(profile.text("dn")),
        }
    }

    pub(crate) fn schema() -> Schema {
        Schema::new()
            .optional("id", Property::text("Group id"))
            .optional("name", Property::text("Name"))
            .optional(
                "type",
                Property::text(
                    "OKTA_GROUP (managed in Okta), APP_GROUP (imported, read-only) or BUILT_IN",
                ),
            )
            .optional(
                "description",
                Property::text("Description; cut at 60 characters unless detail is full"),
            )
            .optional("created", Property::text("When the group was created"))
            .optional(
                "last_updated",
                Property::text("When the group's profile last changed"),
            )
            .optional(
                "last_membership_updated",
                Property::text("When its membership last changed"),
            )
            .optional(
                "source_app_id",
                Property::text("Id of the application an APP_GROUP comes from"),
            )
            .optional(
                "sam_account_name",
                Property::text("Active Directory's account name"),
            )
            .optional("dn", Property::text("Directory's distinguished name"))
    }
}
