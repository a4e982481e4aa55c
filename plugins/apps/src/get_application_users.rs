//! `get_application_users`: who is assigned to an application.

use crate::FIND_APPLICATION;
use crate::app_user::AppUserRow;
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Property, Schema, Tool,
};
use serde::Deserialize;

pub(crate) struct GetApplicationUsers;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    app_id: String,
    q: Option<String>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetApplicationUsers {
    const NAME: &'static str = "get_application_users";
    const TITLE: &'static str = "Get an application's users";
    const DESCRIPTION: &'static str = "Lists the users assigned to one application, directly (scope USER) or through a group (GROUP). \
        A row's id is the user's id. The applications of one user: list_applications with user.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new()
            .required(
                "app_id",
                Property::text_up_to(40, "Application id (0oa...)"),
            )
            .optional(
                "q",
                Property::text_up_to(100, "Beginning of user name, first or last name, or email"),
            );
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&AppUserRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
        let page = Get::new("/api/v1/apps/{appId}/users")
            .path("appId", &arguments.app_id)
            .query_if("q", arguments.q)
            .rows(&place, arguments.limit)
            .or_missing("application", &arguments.app_id, FIND_APPLICATION)
            .send(okta)?;
        Listing::of(&page, place, arguments.limit, |user| {
            AppUserRow::new(user, arguments.detail)
        })?
        .if_empty("Nobody is assigned, or nobody whose name begins with q.")
        .if_more("To narrow, give q.")
        .answer()
    }
}
