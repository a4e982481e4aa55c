//! `list_applications`: applications by name, status or who is assigned.

use crate::application::ApplicationRow;
use okta_plugin::expression::{Operator, comparison};
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Property, Schema, Tool, user,
};
use serde::Deserialize;

pub(crate) struct ListApplications;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    q: Option<String>,
    status: Option<String>,
    user: Option<String>,
    group_id: Option<String>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
    #[serde(default)]
    detail: Detail,
}

impl Arguments {
    /// Okta takes a single comparison here.
    fn filter(&self, okta: &dyn Directory) -> Result<Option<String>, Failure> {
        let equals = |attribute, value: &str| Ok(Some(comparison(attribute, Operator::Eq, value)));
        match (&self.status, &self.user, &self.group_id) {
            (None, None, None) => Ok(None),
            (Some(status), None, None) => equals("status", status),
            (None, Some(user), None) => equals("user.id", &user::id_of(user, okta)?),
            (None, None, Some(group)) => equals("group.id", group),
            _ => Err(Failure::InvalidArguments(
                "Okta takes only one of status, user and group_id. Give one and look at the rest in the rows.".into(),
            )),
        }
    }
}

impl Tool for ListApplications {
    const NAME: &'static str = "list_applications";
    const TITLE: &'static str = "List applications";
    const DESCRIPTION: &'static str = "Lists applications: all, by the beginning of the name, by status, or those of one user or group. \
        Give at most one of status, user and group_id; q goes with each. \
        Sign-on settings: get_application; who is assigned: get_application_users.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new()
            .optional(
                "q",
                Property::text_up_to(100, "Beginning of label or technical name"),
            )
            .optional(
                "status",
                Property::one_of(&["ACTIVE", "INACTIVE"], "Only this status"),
            )
            .optional("user", user::argument())
            .optional("group_id", Property::text_up_to(40, "Group id (00g...)"));
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&ApplicationRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
        let filter = arguments.filter(okta)?;
        let page = Get::new("/api/v1/apps")
            .query_if("q", arguments.q)
            .query_if("filter", filter)
            .rows(&place, arguments.limit)
            .send(okta)?;
        Listing::of(&page, place, arguments.limit, |app| {
            ApplicationRow::new(app, arguments.detail)
        })?
        .if_empty(
            "No application matches. q matches beginnings only: try its first letters, or no q.",
        )
        .if_more("To narrow, give q.")
        .answer()
    }
}
