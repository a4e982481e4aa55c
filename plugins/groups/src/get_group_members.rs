//! `get_group_members`: the users in a group.

use okta_plugin::user::UserRow;
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Property, Schema, Tool,
};
use serde::Deserialize;

pub(crate) struct GetGroupMembers;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    group_id: String,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetGroupMembers {
    const NAME: &'static str = "get_group_members";
    const TITLE: &'static str = "Get a group's members";
    const DESCRIPTION: &'static str = "Lists the users in one group, by user id. \
        No filter and no total: page through with limit 200 to count. \
        Is one user a member: get_user_groups is quicker. The id comes from list_groups.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema =
            Schema::new().required("group_id", Property::text_up_to(40, "Group id (00g...)"));
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&UserRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
        let page = Get::new("/api/v1/groups/{groupId}/users")
            .path("groupId", &arguments.group_id)
            .rows(&place, arguments.limit)
            .or_missing(
                "group",
                &arguments.group_id,
                "Call list_groups with part of its name to find the id.",
            )
            .send(okta)?;
        Listing::of(&page, place, arguments.limit, |user| {
            UserRow::new(user, arguments.detail)
        })?
        .if_empty("The group has no members.")
        .if_more("A limit of 200 needs the fewest calls.")
        .answer()
    }
}
