//! A user as Okta shows it: life cycle, links, entity tag. Who the users are is in
//! [`super::people`].

use crate::json::{Json, object};
use crate::random::Random;

/// Where a user is in the life cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    Staged,
    Provisioned,
    #[default]
    Active,
    Recovery,
    PasswordExpired,
    LockedOut,
    Suspended,
    Deprovisioned,
}

impl Status {
    /// Okta's spelling.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Staged => "STAGED",
            Status::Provisioned => "PROVISIONED",
            Status::Active => "ACTIVE",
            Status::Recovery => "RECOVERY",
            Status::PasswordExpired => "PASSWORD_EXPIRED",
            Status::LockedOut => "LOCKED_OUT",
            Status::Suspended => "SUSPENDED",
            Status::Deprovisioned => "DEPROVISIONED",
        }
    }

    /// Whether a user in this status has set a password.
    pub(super) fn has_password(self) -> bool {
        !matches!(
            self,
            Status::Staged | Status::Provisioned | Status::Deprovisioned
        )
    }

    /// The links of `GET /users/{id}` in the recorded order; the last word is the link's action.
    fn links(self) -> &'static [&'static str] {
        match self {
            Status::Active | Status::PasswordExpired => &[
                "suspend",
                "schema",
                "resetPassword",
                "forgotPassword",
                "expirePassword",
                "changeRecoveryQuestion",
                "self",
                "resetFactors",
                "type",
                "changePassword",
                "deactivate",
            ],
            Status::Provisioned => &[
                "suspend",
                "schema",
                "resetPassword",
                "reactivate",
                "self",
                "resetFactors",
                "type",
                "deactivate",
            ],
            Status::Staged => &["schema", "activate", "self", "resetFactors", "type"],
            Status::Suspended => &[
                "schema",
                "unsuspend",
                "self",
                "resetFactors",
                "type",
                "deactivate",
            ],
            Status::Deprovisioned => &[
                "schema",
                "activate",
                "self",
                "resetFactors",
                "type",
                "delete",
            ],
            // Choice [?]: no recording of these two; the links of ACTIVE without those that need a
            // working password, with `unlock` for a locked account.
            Status::LockedOut => &[
                "schema",
                "resetPassword",
                "unlock",
                "self",
                "resetFactors",
                "type",
                "deactivate",
            ],
            Status::Recovery => &[
                "suspend",
                "schema",
                "resetPassword",
                "self",
                "resetFactors",
                "type",
                "deactivate",
            ],
        }
    }
}

/// One user. `object` is Okta's object without `credentials` and `_links`.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) status: Status,
    /// `id` … `profile`, in Okta's order.
    pub(crate) object: Json,
    pub(crate) credentials: Json,
    /// The object id of the user schema, which the `schema` link names.
    pub(super) schema_id: String,
    pub(super) type_id: String,
}

impl User {
    /// The user's login.
    pub(crate) fn login(&self) -> &str {
        self.object.text_at("profile.login")
    }

    /// The user's department, empty when there is none.
    pub(crate) fn department(&self) -> &str {
        self.object.text_at("profile.department")
    }

    /// First and last name as one text.
    pub(crate) fn full_name(&self) -> String {
        format!(
            "{} {}",
            self.object.text_at("profile.firstName"),
            self.object.text_at("profile.lastName")
        )
    }

    /// The links of the single object; `omit` names those to leave out.
    pub(crate) fn links(&self, omit: &[&str]) -> Json {
        let names = self
            .status
            .links()
            .iter()
            .filter(|name| !omit.contains(name));
        Json::Object(
            names
                .map(|name| ((*name).into(), self.link(name)))
                .collect(),
        )
    }

    /// The only link of a user in a list.
    pub(crate) fn self_link(&self) -> Json {
        object! { "self": self.link("self") }
    }

    fn link(&self, name: &str) -> Json {
        let user = format!("/api/v1/users/{}", self.id);
        let action = match name {
            "schema" => {
                return object! { "href": Json::Href(format!("/api/v1/meta/schemas/user/{}", self.schema_id)) };
            }
            "type" => {
                return object! { "href": Json::Href(format!("/api/v1/meta/types/user/{}", self.type_id)) };
            }
            "self" => return object! { "href": Json::Href(user) },
            "delete" => return object! { "href": Json::Href(user), "method": "DELETE" },
            "resetPassword" => "lifecycle/reset_password",
            "forgotPassword" => "credentials/forgot_password",
            "expirePassword" => "lifecycle/expire_password",
            "changeRecoveryQuestion" => "credentials/change_recovery_question",
            "resetFactors" => "lifecycle/reset_factors",
            "changePassword" => "credentials/change_password",
            "suspend" => "lifecycle/suspend",
            "unsuspend" => "lifecycle/unsuspend",
            "unlock" => "lifecycle/unlock",
            "activate" => "lifecycle/activate",
            "reactivate" => "lifecycle/reactivate",
            _ => "lifecycle/deactivate",
        };
        object! { "href": Json::Href(format!("{user}/{action}")), "method": "POST" }
    }

    /// The whole object, as `GET /users/{id}` answers it.
    pub(crate) fn full(&self) -> Json {
        let mut object = self.object.clone();
        object.push("credentials", self.credentials.clone());
        object.push("_links", self.links(&[]));
        object
    }
}

/// The answer of `GET /users/{id}` carries an opaque weak tag of 64 hex digits that recordings show
/// unchanged across updates, so it depends on the id alone.
pub(crate) fn entity_tag(user_id: &str) -> String {
    let mut random = Random::stream(0, user_id, 0);
    let digits: String = (0..4).map(|_| format!("{:016x}", random.next())).collect();
    format!("W/\"{digits}\"")
}
