//! A factor: as Okta sends it, and as our tools answer it.

use okta_plugin::{Attributes, Detail, Property, Schema, Text};
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Factor<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    factor_type: Option<Text<'a>>,
    #[serde(borrow)]
    provider: Option<Text<'a>>,
    #[serde(borrow)]
    vendor_name: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    created: Option<Text<'a>>,
    #[serde(borrow)]
    last_updated: Option<Text<'a>>,
    #[serde(borrow)]
    profile: Option<Attributes<'a>>,
}

/// A row: up to `device` always, the rest with `detail: full`.
#[derive(Serialize)]
pub(crate) struct FactorRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Text<'a>>,
}

impl<'a> FactorRow<'a> {
    pub(crate) fn new(factor: Factor<'a>, detail: Detail) -> Self {
        let profile = factor.profile.unwrap_or_default();
        Self {
            id: factor.id,
            r#type: factor.factor_type,
            provider: factor.provider,
            status: factor.status,
            created: factor.created,
            last_updated: factor.last_updated,
            device: profile
                .text("name")
                .or_else(|| profile.text("authenticatorName")),
            vendor_name: detail.if_full(factor.vendor_name),
            device_type: detail.if_full(profile.text("deviceType")),
            platform: detail.if_full(profile.text("platform")),
            version: detail.if_full(profile.text("version")),
        }
    }

    pub(crate) fn schema() -> Schema {
        Schema::new()
            .optional("id", Property::text("Factor id"))
            .optional(
                "type",
                Property::text(
                    "Such as push, sms, token:software:totp, webauthn, signed_nonce (FastPass)",
                ),
            )
            .optional("provider", Property::text("Such as OKTA, GOOGLE, FIDO"))
            .optional(
                "status",
                Property::text("Such as ACTIVE, PENDING_ACTIVATION, EXPIRED"),
            )
            .optional("created", Property::text("When it was enrolled"))
            .optional("last_updated", Property::text("When it last changed"))
            .optional(
                "device",
                Property::text("Name of the device or security key"),
            )
            .optional("vendor_name", Property::text("Provider's own name"))
            .optional("device_type", Property::text("Kind of device"))
            .optional("platform", Property::text("Operating system"))
            .optional(
                "version",
                Property::text("Version of the operating system or of U2F"),
            )
    }
}
