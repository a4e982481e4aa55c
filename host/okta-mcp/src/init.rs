//! `okta-mcp init`: from answers to a configuration file.
//!
//! `questions` asks, `answers` says what is to be known and what the file will hold, and `file` writes it: whole,
//! for this user alone, and never over another one that nobody gave up. A secret is asked for by no question: the
//! file says where it is kept.

pub(crate) mod answers;
pub(crate) mod file;
pub(crate) mod questions;
