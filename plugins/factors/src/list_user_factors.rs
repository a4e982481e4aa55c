//! `list_user_factors`: what a user can sign in with.

use crate::factor::FactorRow;
use okta_plugin::user::{self, FIND_USER};
use okta_plugin::{Answer, Detail, Directory, Failure, Get, Listing, Schema, Tool};
use serde::Deserialize;

pub(crate) struct ListUserFactors;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    user: String,
    #[serde(default)]
    detail: Detail,
}

impl Tool for ListUserFactors {
    const NAME: &'static str = "list_user_factors";
    const TITLE: &'static str = "List a user's factors";
    const DESCRIPTION: &'static str = "Lists the MFA factors that a user has enrolled and policy allows: type, provider, status, dates, device; \
        never phone numbers or addresses. Which factors the org asks for: list_policies with type MFA_ENROLL.";
    type Arguments = Arguments;

    fn input() -> Schema {
        Detail::argument(Schema::new().required("user", user::argument()))
    }

    fn output() -> Schema {
        Listing::output(&FactorRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let id = user::id_of(&arguments.user, okta)?;
        let page = Get::new("/api/v1/users/{userId}/factors")
            .path("userId", id)
            .or_missing("user", &arguments.user, FIND_USER)
            .send(okta)?;
        Listing::whole(&page, |factor| FactorRow::new(factor, arguments.detail))?
            .if_empty("The user has no factor enrolled, or only such as the user's enrolment policy does not list.")
            .answer()
    }
}
