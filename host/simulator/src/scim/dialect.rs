//! What `search` and `filter` accept for users and groups.

use super::{Operator, ScimError};

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// True if any element matches.
    TextList,
    Time,
    Number,
    Bool,
}

/// One kind of expression: its attributes, its operators, its treatment of letter case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    attribute: fn(&str) -> Option<Kind>,
    allows: fn(&str, Kind, Operator) -> bool,
    /// Whether text values are compared without regard to case. Attribute names always count
    /// case, operators never do, accents always count.
    pub(crate) ignores_case: bool,
}

impl Dialect {
    /// The type of an attribute that this dialect knows.
    ///
    /// Choice [?]: an unknown attribute is an error, not a condition that nobody meets.
    pub(crate) fn kind(&self, attribute: &str) -> Result<Kind, ScimError> {
        (self.attribute)(attribute).ok_or_else(|| ScimError::Attribute(attribute.to_owned()))
    }

    /// Whether the operator may be used with the attribute.
    pub(crate) fn check(
        &self,
        attribute: &str,
        kind: Kind,
        operator: Operator,
    ) -> Result<(), ScimError> {
        if (self.allows)(attribute, kind, operator) {
            Ok(())
        } else {
            Err(ScimError::Operator {
                operator: operator.name(),
                attribute: attribute.to_owned(),
            })
        }
    }
}

/// `GET /users?search=`
pub(crate) const USER_SEARCH: Dialect = Dialect {
    attribute: user_attribute,
    allows: |attribute, kind, operator| match operator {
        Operator::Equal | Operator::Present => true,
        Operator::StartsWith => matches!(kind, Kind::Text | Kind::TextList),
        Operator::Contains => {
            matches!(
                attribute,
                "profile.firstName" | "profile.lastName" | "profile.email" | "profile.login"
            )
        }
        // Choice [?]: texts have an order too (that of their lower-case letters), booleans have none.
        ordering if ordering.is_ordering() => kind != Kind::Bool,
        _ => false,
    },
    ignores_case: true,
};

/// `GET /users?filter=`
pub(crate) const USER_FILTER: Dialect = Dialect {
    attribute: |attribute| match attribute {
        "lastUpdated" => Some(Kind::Time),
        "status" | "id" | "profile.login" | "profile.email" | "profile.firstName"
        | "profile.lastName" => Some(Kind::Text),
        _ => None,
    },
    allows: |_, kind, operator| {
        operator == Operator::Equal || (operator.is_ordering() && kind == Kind::Time)
    },
    ignores_case: false,
};

/// `GET /groups?search=`
pub(crate) const GROUP_SEARCH: Dialect = Dialect {
    attribute: group_attribute,
    allows: |attribute, kind, operator| match operator {
        Operator::Equal => true,
        // Choice [?]: `pr` is accepted here as it is for users.
        Operator::Present => true,
        Operator::StartsWith => kind == Kind::Text,
        Operator::Contains => matches!(attribute, "profile.name" | "profile.description"),
        // Choice [?]: `ge` and `le` are accepted where `gt` and `lt` are: on dates.
        ordering if ordering.is_ordering() => kind == Kind::Time,
        _ => false,
    },
    // Choice [?]: as for users.
    ignores_case: true,
};

/// `GET /groups?filter=`
pub(crate) const GROUP_FILTER: Dialect = Dialect {
    attribute: |attribute| match attribute {
        "lastUpdated" | "lastMembershipUpdated" => Some(Kind::Time),
        "id" | "type" => Some(Kind::Text),
        _ => None,
    },
    // Choice [?]: `and`, `ge`, `le` and parentheses are accepted beside the documented `or`, `gt`, `lt`.
    allows: |_, kind, operator| {
        operator == Operator::Equal || (operator.is_ordering() && kind == Kind::Time)
    },
    ignores_case: false,
};

/// The 31 standard profile attributes and the four that this org adds.
fn user_attribute(attribute: &str) -> Option<Kind> {
    if let Some(name) = attribute.strip_prefix("profile.") {
        return match name {
            "login" | "email" | "secondEmail" | "firstName" | "lastName" | "middleName"
            | "honorificPrefix" | "honorificSuffix" | "title" | "displayName" | "nickName"
            | "profileUrl" | "primaryPhone" | "mobilePhone" | "streetAddress" | "city"
            | "state" | "zipCode" | "countryCode" | "postalAddress" | "preferredLanguage"
            | "locale" | "timezone" | "userType" | "employeeNumber" | "costCenter"
            | "organization" | "division" | "department" | "managerId" | "manager"
            | "badgeColour" => Some(Kind::Text),
            "deskNumber" => Some(Kind::Number),
            "remote" => Some(Kind::Bool),
            "skills" => Some(Kind::TextList),
            _ => None,
        };
    }
    match attribute {
        "id" | "status" | "type.id" => Some(Kind::Text),
        "created" | "activated" | "statusChanged" | "lastUpdated" => Some(Kind::Time),
        _ => None,
    }
}

fn group_attribute(attribute: &str) -> Option<Kind> {
    match attribute {
        "id"
        | "type"
        | "source.id"
        | "profile.name"
        | "profile.description"
        | "profile.samAccountName"
        | "profile.dn"
        | "profile.windowsDomainQualifiedName"
        | "profile.externalId"
        | "profile.objectSid" => Some(Kind::Text),
        "created" | "lastUpdated" | "lastMembershipUpdated" => Some(Kind::Time),
        _ => None,
    }
}
