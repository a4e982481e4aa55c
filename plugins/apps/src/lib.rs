//! The apps plugin: `list_applications`, `get_application` and `get_application_users`.
//!
//! An application's own settings (`settings.app`) are not declared: their names differ from one catalogue
//! application to the next, and some hold keys.

mod app_user;
mod application;
mod get_application;
mod get_application_users;
mod list_applications;
#[cfg(test)]
mod tests;

use get_application::GetApplication;
use get_application_users::GetApplicationUsers;
use list_applications::ListApplications;

okta_plugin::export!(ListApplications, GetApplication, GetApplicationUsers);

/// What to do about an application that Okta does not have.
const FIND_APPLICATION: &str = "Call list_applications with q to find the id.";
