//! An application: as Okta sends it, and as our tools answer it.

use okta_plugin::{Attributes, Detail, Property, Schema, Text};
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Application<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    label: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    sign_on_mode: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    created: Option<Text<'a>>,
    #[serde(borrow)]
    last_updated: Option<Text<'a>>,
    #[serde(borrow)]
    features: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    accessibility: Option<Attributes<'a>>,
    #[serde(borrow)]
    visibility: Option<Visibility<'a>>,
    #[serde(borrow)]
    universal_logout: Option<Attributes<'a>>,
    #[serde(borrow)]
    credentials: Option<Credentials<'a>>,
    #[serde(borrow)]
    settings: Option<Settings<'a>>,
}

#[derive(Deserialize)]
struct Visibility<'a> {
    #[serde(borrow)]
    hide: Option<Attributes<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials<'a> {
    #[serde(borrow)]
    user_name_template: Option<Attributes<'a>>,
    #[serde(borrow)]
    oauth_client: Option<Attributes<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    #[serde(borrow)]
    oauth_client: Option<Attributes<'a>>,
    #[serde(borrow)]
    sign_on: Option<Attributes<'a>>,
}

/// An answer: up to `name` always, the rest with `detail: full`.
#[derive(Serialize)]
pub(crate) struct ApplicationRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_on_mode: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    features: Option<Vec<Text<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_service: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Attributes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    universal_logout: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name_template: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_client: Option<Attributes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_settings: Option<Attributes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saml_settings: Option<Attributes<'a>>,
}

impl<'a> ApplicationRow<'a> {
    pub(crate) fn new(app: Application<'a>, detail: Detail) -> Self {
        let credentials = app.credentials.unwrap_or_default();
        let settings = app.settings.unwrap_or_default();
        let filled = |attributes: Option<Attributes<'a>>| {
            detail.if_full(attributes).filter(|some| !some.is_empty())
        };
        Self {
            id: app.id,
            label: app.label,
            status: app.status,
            sign_on_mode: app.sign_on_mode,
            name: app.name,
            created: detail.if_full(app.created),
            last_updated: detail.if_full(app.last_updated),
            features: detail
                .if_full(app.features)
                .filter(|features| !features.is_empty()),
            self_service: detail.if_full(
                app.accessibility
                    .and_then(|access| access.flag("selfService")),
            ),
            hidden: filled(app.visibility.and_then(|visibility| visibility.hide)),
            universal_logout: detail.if_full(
                app.universal_logout
                    .and_then(|logout| logout.text("status")),
            ),
            user_name_template: detail.if_full(
                credentials
                    .user_name_template
                    .and_then(|template| template.text("template")),
            ),
            oauth_client: filled(credentials.oauth_client),
            oauth_settings: filled(settings.oauth_client),
            saml_settings: filled(settings.sign_on),
        }
    }

    /// The schema of a row in a list, which does not see sign-on settings.
    pub(crate) fn schema() -> Schema {
        Schema::new()
            .optional("id", Property::text("Application id"))
            .optional("label", Property::text("Name that people see"))
            .optional("status", Property::text("ACTIVE or INACTIVE"))
            .optional(
                "sign_on_mode",
                Property::text("Such as OPENID_CONNECT, SAML_2_0, BOOKMARK"),
            )
            .optional(
                "name",
                Property::text("Technical name: the kind of application"),
            )
            .optional("created", Property::text("When it was added"))
            .optional("last_updated", Property::text("When it last changed"))
            .optional(
                "features",
                Property::texts("Provisioning features that are on"),
            )
    }

    /// The schema of one application.
    pub(crate) fn schema_of_one() -> Schema {
        Self::schema()
            .optional(
                "self_service",
                Property::boolean("Whether users may request it"),
            )
            .optional(
                "hidden",
                Property::open_object("Where users do not see it: web, iOS"),
            )
            .optional(
                "universal_logout",
                Property::text("Status of universal logout"),
            )
            .optional(
                "user_name_template",
                Property::text("How user names are formed"),
            )
            .optional(
                "oauth_client",
                Property::open_object("OAuth client: client_id, authentication method, PKCE"),
            )
            .optional(
                "oauth_settings",
                Property::open_object("OpenID Connect settings by Okta's names"),
            )
            .optional(
                "saml_settings",
                Property::open_object("SAML settings by Okta's names"),
            )
    }
}
