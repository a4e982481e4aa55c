//! The admin role that an API token's owner, or a service app, needs besides the OAuth scope.
//!
//! Okta decides by scope *and* role. Only what Okta's documents name is told here, and nothing where
//! they name nothing: the permissions that a custom role can hold
//! ([Okta: permissions](https://developer.okta.com/docs/api/openapi/okta-management/guides/permissions)),
//! and that viewing who is an admin is the super admin's
//! ([Okta: standard roles](https://help.okta.com/en-us/content/topics/security/administrators-admin-comparison.htm)).

use crate::catalogue::Operation;

/// Scopes, and the permission of a role that lets the same objects be read.
const PERMISSIONS: &[(&str, &str)] = &[
    (
        "okta.users.read",
        "an admin role with the permission okta.users.read",
    ),
    (
        "okta.groups.read",
        "an admin role with the permission okta.groups.read",
    ),
    (
        "okta.apps.read",
        "an admin role with the permission okta.apps.read",
    ),
    (
        "okta.authorizationServers.read",
        "an admin role with the permission okta.authzServers.read",
    ),
    ("okta.roles.read", "the role super admin"),
];

/// What Okta's documents name for `operation`; empty where they name nothing.
pub(super) fn roles(operation: &Operation) -> Vec<String> {
    PERMISSIONS
        .iter()
        .filter(|(scope, _)| operation.scopes.contains(scope))
        .map(|(_, role)| (*role).to_owned())
        .collect()
}
