//! The users plugin: `list_users`, `get_user` and `search_users`.
//!
//! Listing and searching use the same endpoint but are tools of their own, because they answer different
//! questions and Okta treats them differently: only a search can see deactivated users beside the others.

mod criteria;
mod get_user;
mod last_login;
mod list_users;
mod search_users;
#[cfg(test)]
mod tests;
mod timestamp;

use get_user::GetUser;
use list_users::ListUsers;
use search_users::SearchUsers;

okta_plugin::export!(ListUsers, GetUser, SearchUsers);
