//! `list_users`: the plain list, by status or by the beginning of a name.

use okta_plugin::expression::{Expression, Operator};
use okta_plugin::user::{STATUSES, UserRow};
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Property, Schema, Tool,
};
use serde::Deserialize;

pub(crate) const USERS: &str = "/api/v1/users";

pub(crate) struct ListUsers;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    status: Option<String>,
    q: Option<String>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
    #[serde(default)]
    detail: Detail,
}

impl Tool for ListUsers {
    const NAME: &'static str = "list_users";
    const TITLE: &'static str = "List users";
    const DESCRIPTION: &'static str = "Lists users, all, of one status, or whose name or email begins with q. \
        Without status, deactivated (DEPROVISIONED) users are left out. \
        For departments, titles, dates, last sign-in or several conditions use search_users; for one known user, get_user.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new()
            .optional(
                "status",
                Property::one_of(&STATUSES, "Only users of this status"),
            )
            .optional(
                "q",
                Property::text_up_to(
                    100,
                    "Beginning of first name, last name or email; not with status",
                ),
            );
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&UserRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
        check(&arguments, &place)?;
        let page = Get::new(USERS)
            .query_if("q", arguments.q)
            .query_if(
                "search",
                Expression::new()
                    .and_if("status", Operator::Eq, arguments.status.as_deref())
                    .text(),
            )
            .rows(&place, arguments.limit)
            .send(okta)?;
        Listing::of(&page, place, arguments.limit, |user| UserRow::new(user, arguments.detail))?
            .if_empty("No user here. q matches beginnings only: try search_users with name, which matches any part.")
            .if_more("To narrow, give status, or use search_users.")
            .answer()
    }
}

/// What Okta does with `q` beside a search is not documented, and its answer to `q` has no further pages: it can
/// only go on within the first.
fn check(arguments: &Arguments, place: &Place) -> Result<(), Failure> {
    let clash = match (&arguments.q, &arguments.status, &place.page) {
        (Some(_), Some(_), _) => {
            "q and status cannot be given together: use search_users with name and status."
        }
        (Some(_), _, Some(_)) => {
            "q and cursor cannot be given together: use search_users with name, which has pages."
        }
        _ => return Ok(()),
    };
    Err(Failure::InvalidArguments(clash.into()))
}
