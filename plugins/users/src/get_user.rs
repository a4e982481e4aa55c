//! `get_user`: one user by id or login.

use okta_plugin::user::{self, FIND_USER, USER, User, UserRow};
use okta_plugin::{Answer, Detail, Directory, Failure, Get, Schema, Tool};
use serde::Deserialize;

pub(crate) struct GetUser;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    user: String,
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetUser {
    const NAME: &'static str = "get_user";
    const TITLE: &'static str = "Get a user";
    const DESCRIPTION: &'static str = "Reads one user by id or login: status, name, email, department, last sign-in. \
        detail=full adds all profile attributes and dates (created, status change, password change). \
        To find someone by name use search_users; groups: get_user_groups; MFA: list_user_factors.";
    type Arguments = Arguments;

    fn input() -> Schema {
        Detail::argument(Schema::new().required("user", user::argument()))
    }

    fn output() -> Schema {
        UserRow::schema()
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let page = Get::new(USER)
            .path("id", &arguments.user)
            .or_missing("user", &arguments.user, FIND_USER)
            .send(okta)?;
        let user: User<'_> = page.read()?;
        Answer::of(&UserRow::new(user, arguments.detail))
    }
}
