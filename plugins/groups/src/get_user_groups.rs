//! `get_user_groups`: the groups that a user is in.

use crate::group::GroupRow;
use okta_plugin::user::{self, FIND_USER};
use okta_plugin::{Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Schema, Tool};
use serde::Deserialize;

pub(crate) struct GetUserGroups;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    user: String,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetUserGroups {
    const NAME: &'static str = "get_user_groups";
    const TITLE: &'static str = "Get a user's groups";
    const DESCRIPTION: &'static str = "Lists all groups that one user is in, Everyone included, by group id. \
        Checks a membership too. The users of a group: get_group_members.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new().required("user", user::argument());
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&GroupRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
        let id = user::id_of(&arguments.user, okta)?;
        let page = Get::new("/api/v1/users/{id}/groups")
            .path("id", id)
            .rows(&place, arguments.limit)
            .or_missing("user", &arguments.user, FIND_USER)
            .send(okta)?;
        Listing::of(&page, place, arguments.limit, |group| {
            GroupRow::new(group, arguments.detail)
        })?
        .if_empty("The user is in no group.")
        .if_more("A limit of 200 needs the fewest calls.")
        .answer()
    }
}
