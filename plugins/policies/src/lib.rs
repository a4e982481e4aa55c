//! The policies plugin: `list_policies` and `get_policy`.
//!
//! Conditions, settings and actions differ from one policy type to the next and grow with Okta. They pass
//! through by Okta's own names, less what is empty; which of them the plugin sees, the manifest says.

mod get_policy;
mod list_policies;
mod policy;
#[cfg(test)]
mod tests;
mod tree;

use get_policy::GetPolicy;
use list_policies::ListPolicies;

okta_plugin::export!(ListPolicies, GetPolicy);
