//! Sealed cursors: Okta's `after`, bound to the plugin and the query that it came from.
//!
//! A cursor is Okta's own `after` value behind a MAC over plugin, org, endpoint and parameters. It is
//! not a secret, it is a claim that only this host can make: a cursor of another plugin, of another
//! query, or with a letter changed is `invalid`, and no `after` of a guest's own making reaches Okta.
//! `limit` is left out of what is bound, so that a page may be larger or smaller than the one before.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key that seals cursors. Whoever has it can make cursors, not read anything.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl CursorKey {
    /// A key from 32 bytes of a random source or of a file.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey([redacted])")
    }
}

/// Why a cursor is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Not a cursor at all, or altered.
    #[error("the cursor was not made by this server, or was altered; start again without a cursor")]
    Forged,
    /// A true cursor of another plugin, endpoint or query cannot be told from a forged one.
    #[error("the cursor is longer than any that this server makes")]
    TooLong,
}

/// Bytes of the MAC that a cursor carries: 128 bits, out of reach for guessing within a process' life.
const MAC_BYTES: usize = 16;

/// The longest `after` that is sealed. Okta's are short, the System Log's some hundred bytes.
pub const MAX_AFTER: usize = 2_048;

/// What a cursor is bound to, field by field; each is length-prefixed in the MAC.
pub(crate) struct Binding<'a> {
    pub(crate) plugin: &'a str,
    pub(crate) org: &'a str,
    pub(crate) template: &'a str,
    pub(crate) path: &'a [(String, String)],
    /// The query without `limit` and `after`.
    pub(crate) query: &'a [(String, String)],
}

/// Seals `after` for `binding`; none when it is longer than [`MAX_AFTER`] or not printable ASCII.
pub(crate) fn seal(key: &CursorKey, binding: &Binding<'_>, after: &str) -> Option<String> {
    if !is_after(after) {
        return None;
    }
    let mut raw = mac(key, binding, after).finalize().into_bytes().to_vec();
    raw.truncate(MAC_BYTES);
    raw.extend_from_slice(after.as_bytes());
    Some(URL_SAFE_NO_PAD.encode(raw))
}

/// The `after` inside `cursor`, when it was sealed for this very binding.
pub(crate) fn open(
    key: &CursorKey,
    binding: &Binding<'_>,
    cursor: &str,
) -> Result<String, CursorError> {
    if cursor.len() > (MAX_AFTER + MAC_BYTES) * 4 / 3 + 4 {
        return Err(CursorError::TooLong);
    }
    let raw = URL_SAFE_NO_PAD
        .decode(cursor)
        .map_err(|_| CursorError::Forged)?;
    let (tag, after) = raw.split_at_checked(MAC_BYTES).ok_or(CursorError::Forged)?;
    let after = std::str::from_utf8(after).map_err(|_| CursorError::Forged)?;
    mac(key, binding, after)
        .verify_truncated_left(tag)
        .map_err(|_| CursorError::Forged)?;
    if is_after(after) {
        Ok(after.to_owned())
    } else {
        Err(CursorError::Forged)
    }
}

fn is_after(after: &str) -> bool {
    (1..=MAX_AFTER).contains(&after.len())
        && after.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

fn mac(key: &CursorKey, binding: &Binding<'_>, after: &str) -> Hmac<Sha256> {
    // The key has the length of the hash's block or less: the constructor cannot refuse it.
    let mut mac = Hmac::<Sha256>::new(&key.0.into_block());
    let mut field = |text: &str| {
        mac.update(&(text.len() as u64).to_le_bytes());
        mac.update(text.as_bytes());
    };
    field("okta-mcp cursor 1");
    field(binding.plugin);
    field(binding.org);
    field(binding.template);
    for (name, value) in binding.path.iter().chain(binding.query) {
        field(name);
        field(value);
    }
    // Ends the list of pairs: no pair has an empty name.
    field("");
    field(after);
    mac
}

/// A 32-byte key as the 64-byte block that HMAC-SHA-256 starts from (zero-padded, RFC 2104).
trait IntoBlock {
    fn into_block(self) -> hmac::digest::Key<Hmac<Sha256>>;
}

impl IntoBlock for [u8; 32] {
    fn into_block(self) -> hmac::digest::Key<Hmac<Sha256>> {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        for (to, from) in block.iter_mut().zip(self) {
            *to = from;
        }
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn binding<'a>(
        plugin: &'a str,
        path: &'a [(String, String)],
        query: &'a [(String, String)],
    ) -> Binding<'a> {
        Binding {
            plugin,
            org: "https://a.okta.com",
            template: "/api/v1/groups/{groupId}/users",
            path,
            query,
        }
    }

    #[test]
    fn a_cursor_opens_for_the_query_it_was_sealed_for_and_no_other() {
        let key = CursorKey::new([7; 32]);
        let (path, query) = (pairs(&[("groupId", "00g1")]), pairs(&[("search", "x")]));
        let cursor = seal(&key, &binding("groups", &path, &query), "00u1").unwrap();
        assert_eq!(
            open(&key, &binding("groups", &path, &query), &cursor).unwrap(),
            "00u1"
        );
        let other = pairs(&[("groupId", "00g2")]);
        for (plugin, path, query) in [
            ("users", &path, &query),
            ("groups", &other, &query),
            ("groups", &path, &vec![]),
        ] {
            assert_eq!(
                open(&key, &binding(plugin, path, query), &cursor),
                Err(CursorError::Forged)
            );
        }
        assert_eq!(
            open(
                &CursorKey::new([8; 32]),
                &binding("groups", &path, &query),
                &cursor
            ),
            Err(CursorError::Forged)
        );
    }

    #[test]
    fn a_pair_cannot_be_moved_between_path_and_query_or_joined() {
        let key = CursorKey::new([7; 32]);
        let (one, two) = (pairs(&[("a", "bc")]), pairs(&[("ab", "c")]));
        let cursor = seal(&key, &binding("p", &one, &[]), "x").unwrap();
        assert!(open(&key, &binding("p", &two, &[]), &cursor).is_err());
    }

    #[test]
    fn an_after_that_is_too_long_or_not_printable_is_not_sealed() {
        let key = CursorKey::new([7; 32]);
        let seal = |after: &str| seal(&key, &binding("p", &[], &[]), after);
        assert!(seal(&"a".repeat(MAX_AFTER)).is_some());
        assert!(seal(&"a".repeat(MAX_AFTER + 1)).is_none());
        for bad in ["", "a\nb", "é"] {
            assert!(seal(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(
            format!("{:?}", CursorKey::new([7; 32])),
            "CursorKey([redacted])"
        );
    }

    proptest! {
        #[test]
        fn any_altered_letter_closes_it(after in "[ -~]{1,40}", at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_-]") {
            let key = CursorKey::new([7; 32]);
            let cursor = seal(&key, &binding("p", &[], &[]), &after).unwrap();
            let mut altered = cursor.clone();
            let at = at.index(altered.len());
            altered.replace_range(at..=at, &letter);
            if altered != cursor {
                prop_assert!(open(&key, &binding("p", &[], &[]), &altered).is_err());
            }
        }

        #[test]
        fn nothing_that_is_not_a_cursor_opens(text in "\\PC{0,80}") {
            prop_assert!(open(&CursorKey::new([7; 32]), &binding("p", &[], &[]), &text).is_err());
        }
    }
}
