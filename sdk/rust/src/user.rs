//! Users as most plugins meet them: an argument, a row in a list.

use crate::arguments::Detail;
use crate::attributes::Attributes;
use crate::directory::{Directory, Get};
use crate::error::Failure;
use crate::schema::{Property, Schema};
use crate::text::Text;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The endpoint that reads one user, and that turns a login into an id.
pub const USER: &str = "/api/v1/users/{id}";

/// What to do about a user that Okta does not have.
pub const FIND_USER: &str = "Call search_users with a name, email or login to find the id.";

/// The longest login that Okta allows.
const LONGEST_LOGIN: usize = 100;

/// Okta's statuses of a user.
pub const STATUSES: [&str; 8] = [
    "STAGED",
    "PROVISIONED",
    "ACTIVE",
    "RECOVERY",
    "PASSWORD_EXPIRED",
    "LOCKED_OUT",
    "SUSPENDED",
    "DEPROVISIONED",
];

/// The argument `user`: an id or a login.
pub fn argument() -> Property {
    Property::text_up_to(
        LONGEST_LOGIN,
        "User id (00u...) or login (like an email address)",
    )
}

/// The id of a user given as id or login, for endpoints that document ids alone. Asks Okta only for a login;
/// the manifest must then declare [`USER`] with the field `id` for the tool.
pub fn id_of<'a>(user: &'a str, okta: &dyn Directory) -> Result<Cow<'a, str>, Failure> {
    if is_id(user) {
        return Ok(Cow::Borrowed(user));
    }
    let page = Get::new(USER)
        .path("id", user)
        .or_missing("user", user, FIND_USER)
        .send(okta)?;
    match page.read::<Identity<'_>>()?.id {
        Some(id) => Ok(Cow::Owned(id.to_string())),
        None => Err(Failure::Failed(format!(
            "Okta did not tell the id of user \"{user}\". {FIND_USER}"
        ))),
    }
}

/// All that [`id_of`] reads: the whole [`User`] would cost every component that only resolves logins.
#[derive(Deserialize)]
struct Identity<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
}

fn is_id(user: &str) -> bool {
    user.len() == 20
        && user.starts_with("00u")
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A user out of Okta's JSON. Anything may be missing: the manifest decides what a plugin gets to see.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Okta's own names")]
pub struct User<'a> {
    #[serde(borrow)]
    pub id: Option<Text<'a>>,
    #[serde(borrow)]
    pub status: Option<Text<'a>>,
    #[serde(borrow)]
    pub created: Option<Text<'a>>,
    #[serde(borrow)]
    pub activated: Option<Text<'a>>,
    #[serde(borrow)]
    pub status_changed: Option<Text<'a>>,
    #[serde(borrow)]
    pub last_login: Option<Text<'a>>,
    #[serde(borrow)]
    pub last_updated: Option<Text<'a>>,
    #[serde(borrow)]
    pub password_changed: Option<Text<'a>>,
    #[serde(borrow)]
    pub r#type: Option<UserType<'a>>,
    #[serde(borrow)]
    pub profile: Option<Attributes<'a>>,
}

/// A user's type.
#[derive(Debug, Default, Deserialize)]
#[allow(missing_docs, reason = "Okta's own names")]
pub struct UserType<'a> {
    #[serde(borrow)]
    pub id: Option<Text<'a>>,
}

/// A user as our tools answer it: up to `last_login` always, the rest with `detail: full`.
#[derive(Debug, Serialize)]
pub struct UserRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_changed: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_changed: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Attributes<'a>>,
}

impl<'a> UserRow<'a> {
    /// The row of a user.
    pub fn new(user: User<'a>, detail: Detail) -> Self {
        let profile = user.profile.unwrap_or_default();
        let login = profile.text("login");
        Self {
            id: user.id,
            status: user.status,
            name: full_name(&profile),
            email: profile
                .text("email")
                .filter(|email| Some(email) != login.as_ref()),
            department: profile.text("department"),
            login,
            last_login: user.last_login,
            created: detail.if_full(user.created),
            activated: detail.if_full(user.activated),
            status_changed: detail.if_full(user.status_changed),
            last_updated: detail.if_full(user.last_updated),
            password_changed: detail.if_full(user.password_changed),
            type_id: detail.if_full(user.r#type.and_then(|of| of.id)),
            profile: detail
                .if_full(Some(profile))
                .filter(|profile| !profile.is_empty()),
        }
    }

    /// The schema of a row.
    pub fn schema() -> Schema {
        Schema::new()
            .optional("id", Property::text("User id"))
            .optional(
                "status",
                Property::text("Such as ACTIVE, SUSPENDED or DEPROVISIONED"),
            )
            .optional("login", Property::text("Name to sign in with"))
            .optional("name", Property::text("First and last name"))
            .optional("email", Property::text("Left out where it equals login"))
            .optional("department", Property::text("Department"))
            .optional(
                "last_login",
                Property::text("Left out where the user never signed in"),
            )
            .optional("created", Property::text("When the user was created"))
            .optional("activated", Property::text("When the user was activated"))
            .optional(
                "status_changed",
                Property::text("When the status last changed"),
            )
            .optional("last_updated", Property::text("When the user last changed"))
            .optional(
                "password_changed",
                Property::text("When the password last changed"),
            )
            .optional("type_id", Property::text("Id of the user type"))
            .optional(
                "profile",
                Property::open_object(
                    "Profile attributes, by Okta's names, the org's own included",
                ),
            )
    }
}

fn full_name(profile: &Attributes<'_>) -> Option<String> {
    match (profile.text("firstName"), profile.text("lastName")) {
        (Some(first), Some(last)) => Some(format!("{} {}", &*first, &*last)),
        (Some(one), None) | (None, Some(one)) => Some(one.to_string()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_user_id_is_taken_for_one() {
        assert!(is_id("00u11qxw8mzK7RtPd5f6"));
        assert!(!is_id("mara@northwind.example"));
        assert!(!is_id("0oa11qxw8mzK7RtPd5f6"));
        assert!(!is_id("00u11qxw8mzK7RtPd5f"));
    }

    #[test]
    fn a_row_needs_no_field_at_all() {
        let row = UserRow::new(
            serde_json::from_str("{\"profile\":null}").unwrap(),
            Detail::Full,
        );
        assert_eq!(serde_json::to_string(&row).unwrap(), "{}");
    }

    #[test]
    fn an_email_that_says_nothing_new_is_left_out() {
        let row = |profile: &str| {
            let json = format!("{{\"profile\":{profile}}}");
            serde_json::to_string(&UserRow::new(
                serde_json::from_str(&json).unwrap(),
                Detail::Concise,
            ))
            .unwrap()
        };
        assert_eq!(
            row(r#"{"login":"a@x","email":"a@x","firstName":"A"}"#),
            r#"{"login":"a@x","name":"A"}"#
        );
        assert_eq!(
            row(r#"{"login":"a","email":"a@x"}"#),
            r#"{"login":"a","email":"a@x"}"#
        );
        assert_eq!(row(r#"{"email":"a@x"}"#), r#"{"email":"a@x"}"#);
    }
}
