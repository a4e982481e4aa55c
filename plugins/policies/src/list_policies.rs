//! `list_policies`: the policies of one type.

use crate::policy::PolicyRow;
use okta_plugin::{
    Answer, Detail, Directory, Failure, Get, Limit, Listing, Place, Property, Schema, Tool,
};
use serde::Deserialize;

/// The types of policy that Okta knows.
pub(crate) const TYPES: [&str; 12] = [
    "OKTA_SIGN_ON",
    "ACCESS_POLICY",
    "PASSWORD",
    "MFA_ENROLL",
    "PROFILE_ENROLLMENT",
    "IDP_DISCOVERY",
    "POST_AUTH_SESSION",
    "ENTITY_RISK",
    "SESSION_VIOLATION_DETECTION",
    "DEVICE_SIGNAL_COLLECTION",
    "CLIENT_UPDATE",
    "IDENTITY_CLAIM_SOURCING",
];

pub(crate) struct ListPolicies;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    r#type: String,
    status: Option<String>,
    q: Option<String>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
    #[serde(default)]
    detail: Detail,
}

impl Tool for ListPolicies {
    const NAME: &'static str = "list_policies";
    const TITLE: &'static str = "List policies";
    const DESCRIPTION: &'static str = "Lists the policies of one type, in the order in which they apply. \
        OKTA_SIGN_ON: sign-in to Okta; ACCESS_POLICY: sign-in to applications; PASSWORD: passwords and their recovery; \
        MFA_ENROLL: which factors to enrol. \
        What a policy demands is in its rules: get_policy.";
    type Arguments = Arguments;

    fn input() -> Schema {
        let schema = Schema::new()
            .required("type", Property::one_of(&TYPES, "Type of policy"))
            .optional(
                "status",
                Property::one_of(&["ACTIVE", "INACTIVE"], "Only this status"),
            )
            .optional("q", Property::text_up_to(100, "Beginning of the name"));
        Detail::argument(Listing::arguments(schema))
    }

    fn output() -> Schema {
        Listing::output(&PolicyRow::schema())
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let place = Place::parse(arguments.cursor.as_deref())?;
        let page = Get::new("/api/v1/policies")
            .query("type", arguments.r#type)
            .query_if("status", arguments.status)
            .query_if("q", arguments.q)
            .rows(&place, arguments.limit)
            .send(okta)?;
        let row = |policy| PolicyRow::listed(policy, arguments.detail);
        Listing::of(&page, place, arguments.limit, row)?
            .if_empty("No policy of this type matches. q matches beginnings only.")
            .if_more("To narrow, give status or q.")
            .answer()
    }
}
