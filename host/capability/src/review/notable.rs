//! Kinds of delicate data that Okta's objects have, so that a review can say which of them a tool
//! sees and, as much to the point, which it cannot.
//!
//! The list is ours and short: what a reviewer asks after first. The fields are those of Okta's
//! reference of each object ([users](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/),
//! [factors](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserFactor/),
//! [applications](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/),
//! [System Log](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/)).

use crate::field::{FieldPath, Step};
use crate::sensitivity::is_secret_field;

use super::parts::FieldFacts;

/// A kind of data, and the fields that hold it.
type Kind = (&'static str, &'static [&'static str]);

/// Objects, by the operations that answer with them.
const OBJECTS: &[(&[&str], &[Kind])] = &[
    (
        &[
            "/api/v1/users",
            "/api/v1/users/{id}",
            "/api/v1/groups/{groupId}/users",
        ],
        &[
            (
                "phone numbers",
                &["profile.mobilePhone", "profile.primaryPhone"],
            ),
            (
                "postal addresses",
                &["profile.streetAddress", "profile.postalAddress"],
            ),
            ("secondary e-mail addresses", &["profile.secondEmail"]),
            (
                "passwords or recovery questions",
                &[
                    "credentials.password.value",
                    "credentials.password.hash.value",
                    "credentials.recovery_question.question",
                    "credentials.recovery_question.answer",
                ],
            ),
        ],
    ),
    (
        &[
            "/api/v1/users/{userId}/factors",
            "/api/v1/users/{userId}/factors/{factorId}",
        ],
        &[
            ("phone numbers", &["profile.phoneNumber"]),
            ("e-mail addresses", &["profile.email"]),
            ("credential ids", &["profile.credentialId"]),
            ("shared secrets", &["profile.sharedSecret"]),
        ],
    ),
    (
        &["/api/v1/apps", "/api/v1/apps/{appId}"],
        &[
            ("client secrets", &["credentials.oauthClient.client_secret"]),
            ("settings of the application's own", &["settings.app.*"]),
        ],
    ),
    (
        &[
            "/api/v1/apps/{appId}/users",
            "/api/v1/apps/{appId}/users/{userId}",
        ],
        &[
            ("profiles in the application", &["profile.*"]),
            ("passwords", &["credentials.password.value"]),
        ],
    ),
    (
        &["/api/v1/logs"],
        &[
            ("IP addresses", &["client.ipAddress"]),
            (
                "places",
                &[
                    "client.geographicalContext.city",
                    "client.geographicalContext.country",
                ],
            ),
            ("session ids", &["authenticationContext.externalSessionId"]),
            ("debug data", &["debugContext.debugData.*"]),
        ],
    ),
    (
        &["/api/v1/idps", "/api/v1/idps/{idpId}"],
        &[(
            "client secrets",
            &["protocol.credentials.client.client_secret"],
        )],
    ),
];

/// The kinds that `fields` of `template` show, and those that they do not.
pub(super) fn of(
    template: &str,
    fields: &[FieldFacts],
    hidden: &[FieldPath],
) -> (Vec<String>, Vec<String>) {
    let kinds = OBJECTS
        .iter()
        .filter(|(templates, _)| templates.contains(&template))
        .flat_map(|(_, kinds)| *kinds);
    let (seen, unseen): (Vec<Kind>, Vec<Kind>) = kinds.copied().partition(|(_, paths)| {
        paths
            .iter()
            .filter_map(|path| path.parse::<FieldPath>().ok())
            .filter(|path| !hidden.iter().any(|own| own.covers(&path.to_string())))
            .any(|path| fields.iter().any(|field| meet(&field.path, &path)))
    });
    let names = |kinds: Vec<Kind>| kinds.into_iter().map(|(name, _)| name.to_owned()).collect();
    (names(seen), names(unseen))
}

/// Whether there can be a field that both paths lead to.
fn meet(a: &FieldPath, b: &FieldPath) -> bool {
    a.steps().len() == b.steps().len()
        && a.steps().iter().zip(b.steps()).all(|pair| match pair {
            (Step::Any, Step::Any) => true,
            (Step::Any, Step::Key(key)) | (Step::Key(key), Step::Any) => !is_secret_field(key),
            (Step::Key(a), Step::Key(b)) => a == b,
        })
}
