//! `list_groups`: groups by name and type.

use crate::group::GroupRow;
use okta_plugin::expression::{Expression, Operator};
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Property, Schema, Tool,
};
use serde::Deserialize;

pub(crate) struct ListGroups;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    name: Option<String>,
    r#type: Option<String>,
    search: Option<String>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
    #[serde(default)]
    detail: Detail,
}

impl Arguments {
    /// `search` alone: it has pages and finds parts of names, which `q` does not, and what Okta does with both
    /// is not documented.
    fn expression(&self) -> Result<Expression, Failure> {
        let expression = Expression::new()
            .and_if("profile.name", Operator::Co, self.name.as_deref())
            .and_if("type", Operator::Eq, self.r#type.as_deref());
        match &self.search {
            None => Ok(expression),
            Some(written) => expression.and_written(written).map_err(|why| {
                let example = "lastMembershipUpdated gt \"2026-01-31T00:00:00.000Z\"";
                Failure::InvalidArguments(format!(
                    "Argument search: {why}. Write it like {example}."
                ))
            }),
        }
    }
}

impl Tool for ListGroups {
    const NAME: &'static str = "list_groups";
    const TITLE: &'static str = "List groups";
    const DESCRIPTION: &'static str = "Lists groups, all or by part of the name and type, to find a group's id. \
        APP_GROUP groups are imported from a directory or application. \
        search takes Okta's syntax: lastMembershipUpdated gt \"2026-01-31T00:00:00.000Z\" or profile.description co \"VPN\". \
        Who is in a group: get_group_members; the groups of one user: get_user_groups.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new()
            .optional("name", Property::text_up_to(100, "Part of the name"))
            .optional(
                "type",
                Property::one_of(&["OKTA_GROUP", "APP_GROUP", "BUILT_IN"], "Only this type"),
            )
            .optional(
                "search",
                Property::text_up_to(1000, "More, in Okta's syntax"),
            );
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&GroupRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
        let page = Get::new("/api/v1/groups")
            .query_if("search", arguments.expression()?.text())
            .rows(&place, arguments.limit)
            .send(okta)?;
        Listing::of(&page, place, arguments.limit, |group| {
            GroupRow::new(group, arguments.detail)
        })?
        .if_empty("No group matches. Try a shorter part of the name, or leave out type.")
        .if_more("To narrow, give more of the name, or type.")
        .answer()
    }
}
