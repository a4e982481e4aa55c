//! `get_application`: one application.

use crate::FIND_APPLICATION;
use crate::application::{Application, ApplicationRow};
use okta_plugin::{Answer, Detail, Directory, Failure, Get, Property, Schema, Tool};
use serde::Deserialize;

pub(crate) struct GetApplication;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    app_id: String,
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetApplication {
    const NAME: &'static str = "get_application";
    const TITLE: &'static str = "Get an application";
    const DESCRIPTION: &'static str = "Reads one application by id: label, status, sign-on mode. \
        detail=full adds OpenID Connect or SAML settings, features, visibility; \
        never secrets. The id comes from list_applications.";
    type Arguments = Arguments;

    fn input() -> Schema {
        Detail::argument(Schema::new().required(
            "app_id",
            Property::text_up_to(40, "Application id (0oa...)"),
        ))
    }

    fn output() -> Schema {
        ApplicationRow::schema_of_one()
    }

    fn call(arguments: Arguments, okta: &dyn Directory) -> Result<Answer, Failure> {
        let page = Get::new("/api/v1/apps/{appId}")
            .path("appId", &arguments.app_id)
            .or_missing("application", &arguments.app_id, FIND_APPLICATION)
            .send(okta)?;
        let app: Application<'_> = page.read()?;
        Answer::of(&ApplicationRow::new(app, arguments.detail))
    }
}
