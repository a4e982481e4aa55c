//! `search_users`: users by attributes, status and dates.

use crate::criteria;
use crate::last_login::{Range, Scan};
use crate::list_users::USERS;
use crate::timestamp::Timestamp;
use okta_plugin::expression::Operator;
use okta_plugin::user::{STATUSES, UserRow};
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Property, Schema, Tool,
};
use serde::Deserialize;

pub(crate) struct SearchUsers;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arguments {
    pub(crate) name: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) login: Option<String>,
    pub(crate) department: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) created_after: Option<Timestamp>,
    pub(crate) created_before: Option<Timestamp>,
    pub(crate) last_updated_after: Option<Timestamp>,
    pub(crate) last_updated_before: Option<Timestamp>,
    pub(crate) last_login_after: Option<Timestamp>,
    pub(crate) last_login_before: Option<Timestamp>,
    pub(crate) search: Option<String>,
    sort_by: Option<SortBy>,
    sort_order: Option<SortOrder>,
    limit: Limit,
    cursor: Option<String>,
    detail: Detail,
}

/// What a search can be sorted by, in our words.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SortBy {
    LastName,
    Login,
    Email,
    Department,
    Title,
    Status,
    Created,
    LastUpdated,
}

impl SortBy {
    const WORDS: [&'static str; 8] = [
        "last_name",
        "login",
        "email",
        "department",
        "title",
        "status",
        "created",
        "last_updated",
    ];

    /// In Okta's words.
    fn property(self) -> &'static str {
        match self {
            Self::LastName => "profile.lastName",
            Self::Login => "profile.login",
            Self::Email => "profile.email",
            Self::Department => "profile.department",
            Self::Title => "profile.title",
            Self::Status => "status",
            Self::Created => "created",
            Self::LastUpdated => "lastUpdated",
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SortOrder {
    Asc,
    Desc,
}

impl SortOrder {
    fn word(self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
        }
    }
}

impl Tool for SearchUsers {
    const NAME: &'static str = "search_users";
    const TITLE: &'static str = "Search users";
    const DESCRIPTION: &'static str = "Finds users by name, email, login, department, title, status or dates; all conditions given must hold, in any letter case. \
        Deactivated users are included unless status is given. \
        last_login is checked by paging, 2,000 users a call: add other conditions. \
        Anything else in Okta's syntax in search: profile.city eq \"Oslo\" and (profile.userType eq \"Contractor\" or profile.manager pr); \
        operators eq sw gt ge lt le pr. One known id or login: get_user.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let part = |about| Property::text_up_to(100, about);
        let date = |about| Property::text_up_to(40, about);
        let schema = Schema::new()
            .optional("name", part("Parts of first or last name, any order"))
            .optional("first_name", part("Part of the first name"))
            .optional("last_name", part("Part of the last name"))
            .optional("email", part("Part of the email"))
            .optional("login", part("Part of the login"))
            .optional("department", part("Beginning of the department"))
            .optional("title", part("Beginning of the title"))
            .optional("status", Property::one_of(&STATUSES, "Status"))
            .optional("created_after", date("2026-01-31 or 2026-01-31T08:30:00Z"))
            .optional("created_before", date("Same form"))
            .optional("last_updated_after", date("Same form"))
            .optional("last_updated_before", date("Same form"))
            .optional("last_login_after", date("Same form"))
            .optional(
                "last_login_before",
                date("Same form; includes who never signed in"),
            )
            .optional(
                "search",
                Property::text_up_to(1000, "More, in Okta's syntax"),
            )
            .optional("sort_by", Property::one_of(&SortBy::WORDS, "Sort key"))
            .optional(
                "sort_order",
                Property::one_of(&["asc", "desc"], "With sort_by").default("asc"),
            );
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&UserRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let last_login = Range {
            after: arguments.last_login_after,
            before: arguments.last_login_before,
        };
        let request = request(&arguments, last_login)?;
        if !last_login.is_open() {
            let scan = Scan {
                request,
                range: last_login,
                wanted: arguments.limit.rows(),
                detail: arguments.detail,
            };
            return scan.run(arguments.cursor.as_deref(), okta);
        }
        let place = Place::parse(arguments.cursor.as_deref())?;
        let page = request.rows(&place, arguments.limit).send(okta)?;
        Listing::of(&page, place, arguments.limit, |user| UserRow::new(user, arguments.detail))?
            .if_empty("No user matches. Drop a condition or shorten a value; department and title match from their beginning.")
            .if_more("To narrow, add a condition.")
            .answer()
    }
}

/// The request without limit and cursor.
fn request(arguments: &Arguments, last_login: Range) -> Result<Get, Failure> {
    let mut expression = criteria::expression(arguments)?;
    if expression.is_empty() {
        if last_login.is_open() {
            let text = "Give at least one condition, such as name or status; list_users lists without conditions.";
            return Err(Failure::InvalidArguments(text.into()));
        }
        // Holds for everyone. Without a search Okta would leave out deactivated users and could not sort.
        expression = expression.and("created", Operator::Gt, "1970-01-01T00:00:00.000Z");
    }
    Ok(Get::new(USERS)
        .query_if("search", expression.text())
        .query_if("sortBy", arguments.sort_by.map(SortBy::property))
        .query_if(
            "sortOrder",
            arguments
                .sort_by
                .and(arguments.sort_order)
                .map(SortOrder::word),
        ))
}
