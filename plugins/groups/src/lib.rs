//! The groups plugin: `list_groups`, `get_group_members` and `get_user_groups`.

mod get_group_members;
mod get_user_groups;
mod group;
mod list_groups;
#[cfg(test)]
mod tests;

use get_group_members::GetGroupMembers;
use get_user_groups::GetUserGroups;
use list_groups::ListGroups;

okta_plugin::export!(ListGroups, GetGroupMembers, GetUserGroups);
