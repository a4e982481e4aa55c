//! `get_factor`: one factor of a user.

use crate::factor::{Factor, FactorRow};
use okta_plugin::user;
use okta_plugin::{Answer, Detail, Directory, Failure, Get, Property, Schema, Tool};
use serde::Deserialize;

pub(crate) struct GetFactor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    user: String,
    factor_id: String,
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetFactor {
    const NAME: &'static str = "get_factor";
    const TITLE: &'static str = "Get a factor";
    const DESCRIPTION: &'static str = "Reads one enrolled MFA factor of a user, to look again at one: \
        list_user_factors tells the same of all.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new().required("user", user::argument()).required(
            "factor_id",
            Property::text_up_to(40, "Factor id from list_user_factors"),
        );
        Detail::argument(schema)
    }

    fn output() -> Schema {
        FactorRow::schema()
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let id = user::id_of(&arguments.user, okta)?;
        let page = Get::new("/api/v1/users/{userId}/factors/{factorId}")
            .path("userId", id)
            .path("factorId", &arguments.factor_id)
            .or_missing(
                "factor",
                &arguments.factor_id,
                "Call list_user_factors for the factors of this user.",
            )
            .send(okta)?;
        let factor: Factor<'_> = page.read()?;
        Answer::of(&FactorRow::new(factor, arguments.detail))
    }
}
