//! The factors plugin: `list_user_factors` and `get_factor`.
//!
//! It shows which factors a user has and in what state. Phone numbers, email addresses, security questions and
//! credential ids are not declared in the manifest: no tool here can leak what the plugin never sees.

mod factor;
mod get_factor;
mod list_user_factors;
#[cfg(test)]
mod tests;

use get_factor::GetFactor;
use list_user_factors::ListUserFactors;

okta_plugin::export!(ListUserFactors, GetFactor);
