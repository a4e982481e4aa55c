//! Which keys a `*` matches, found out once for each key of a body.
//!
//! Folding a name and searching it for a dozen words costs more than reading it, and a page has the same
//! keys two hundred times.

use std::collections::HashMap;

use crate::sensitivity::is_secret_field;
use crate::text::is_hidden;

/// Keys that are remembered; a body with more, which Okta does not send, has the rest judged each time.
const REMEMBERED: usize = 256;

/// What was found out so far.
#[derive(Default)]
pub(super) struct Stars<'t>(HashMap<&'t str, bool>);

impl<'t> Stars<'t> {
    /// Whether `*` matches `key`, which stands in the body as it is.
    pub(super) fn match_key(&mut self, key: &'t str) -> bool {
        if let Some(known) = self.0.get(key) {
            return *known;
        }
        let matches = star_matches(key);
        if self.0.len() < REMEMBERED {
            self.0.insert(key, matches);
        }
        matches
    }
}

/// Whether `*` matches `key`: not when it names a secret, nor when part of it cannot be seen.
pub(super) fn star_matches(key: &str) -> bool {
    !is_secret_field(key) && !key.chars().any(is_hidden)
}
