//! The objects that documentation, the demo and tests may name. They are the same under every seed.

/// An ACTIVE engineer with push, TOTP, WebAuthn and question factors and several groups. The
/// simulator's API token is hers, so `/api/v1/users/me` is this user too.
pub const ENGINEER: &str = "mara.okonkwo@northwind.example.com";
/// A LOCKED_OUT user.
pub const LOCKED_OUT_USER: &str = "priya.raman@northwind.example.com";
/// A DEPROVISIONED user: absent from every list except a `search`, or a `filter` that asks for it.
pub const DEPROVISIONED_USER: &str = "lena.sato@northwind.example.com";
/// A SUSPENDED user.
pub const SUSPENDED_USER: &str = "kofi.brandt@northwind.example.com";
/// A user with an administrator's group and more than 80 groups in all.
pub const USER_WITH_MANY_GROUPS: &str = "noor.haddad@northwind.example.com";
/// Two users share this short login, so it names nobody.
pub const AMBIGUOUS_SHORT_LOGIN: &str = "alex.kim";
/// A login with a slash: Okta can read this user by id only.
pub const LOGIN_WITH_SLASH: &str = "warehouse/robot-7@northwind.example.com";
/// A group of the department of the same name.
pub const ENGINEERING_GROUP: &str = "Engineering";
/// The group of everyone who is not DEPROVISIONED.
pub const EVERYONE_GROUP: &str = "Everyone";
/// A group without a member.
pub const EMPTY_GROUP: &str = "Empty Quarter";
/// An OIDC web application, assigned to Everyone and to some users directly.
pub const PORTAL_APP: &str = "Northwind Portal";
/// An application whose `settings.app` holds a key that must never reach a model.
pub const APP_WITH_SECRET_SETTING: &str = "Parcel Tracker";
/// An OIDC application whose `credentials.oauthClient` holds a `client_secret`.
pub const APP_WITH_CLIENT_SECRET: &str = "Invoice Robot";
/// A PASSWORD policy for the Engineering group.
pub const ENGINEERING_PASSWORD_POLICY: &str = "Engineering passwords";
/// Every secret of the org contains this word, so a test can look for one string.
pub const SECRET_MARKER: &str = "nwSecretDoNotLeak";
