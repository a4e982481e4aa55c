//! The chain: how a row's line is closed with its hash, and how a line is taken apart again.
//!
//! The hash is over the very bytes of the line, so nothing has to be agreed about how JSON is written, and
//! checking a row needs no JSON reader: `sha256(previous hash, line up to ',"hash":')`.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The hash of a row.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Hash([u8; 32]);

/// What row 0 follows.
pub const BEGINNING: Hash = Hash([0; 32]);

/// What stands between a row's text and its hash.
const SEAM: &[u8] = br#","hash":""#;

/// What ends every line.
const END: &[u8] = br#""}"#;

impl Hash {
    /// The hash of a row with this text after the row with this hash.
    #[must_use]
    pub fn of(previous: Self, text: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(previous.0);
        hash.update(text);
        Self(hash.finalize().into())
    }

    /// From 64 lower-case hex digits.
    #[must_use]
    pub fn parse(hex: &[u8]) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        let (pairs, rest) = hex.as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Writes the line of a row to `out` and returns its hash. `event` is a JSON object with at least one member.
pub(crate) fn write(out: &mut Vec<u8>, previous: Hash, seq: u64, time: &str, event: &[u8]) -> Hash {
    let begin = out.len();
    out.extend_from_slice(br#"{"v":1,"seq":"#);
    out.extend_from_slice(seq.to_string().as_bytes());
    out.extend_from_slice(br#","time":""#);
    out.extend_from_slice(time.as_bytes());
    out.extend_from_slice(br#"","#);
    let members = event
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"))
        .unwrap_or_default();
    out.extend_from_slice(members);
    let hash = Hash::of(previous, out.get(begin..).unwrap_or_default());
    out.extend_from_slice(SEAM);
    out.extend_from_slice(hash.to_string().as_bytes());
    out.extend_from_slice(END);
    out.push(b'\n');
    hash
}

/// A line of the log, taken apart but not yet believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// What the hash is over.
    pub text: &'a [u8],
    /// The row's number, by its own word.
    pub seq: u64,
    /// The row's hash, by its own word.
    pub hash: Hash,
}

impl<'a> Line<'a> {
    /// Takes `line`, without its line break, apart; none when it is not of the form.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_prefix(br#"{"v":1,"seq":"#)?;
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let seq = str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
        if rest.get(digits) != Some(&b',') {
            return None;
        }
        let (text, hex) = line.strip_suffix(END)?.split_last_chunk::<64>()?;
        Some(Self {
            text: text.strip_suffix(SEAM)?,
            seq,
            hash: Hash::parse(hex)?,
        })
    }

    /// Whether it follows the row with this hash.
    #[must_use]
    pub fn follows(&self, previous: Hash) -> bool {
        Hash::of(previous, self.text) == self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hash_is_what_any_other_tool_says() {
        // printf '\0%.0s' {1..32} | cat - <(printf abc) | sha256sum
        let mut all = vec![0; 32];
        all.extend_from_slice(b"abc");
        let expected: [u8; 32] = Sha256::digest(&all).into();
        assert_eq!(Hash::of(BEGINNING, b"abc"), Hash(expected));
        let text = Hash(expected).to_string();
        assert_eq!(Hash::parse(text.as_bytes()), Some(Hash(expected)));
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let good = "0a".repeat(32);
        assert!(Hash::parse(good.as_bytes()).is_some());
        for bad in [
            "0A".repeat(32),
            "0a".repeat(31),
            good.clone() + "0",
            "zz".repeat(32),
            String::new(),
        ] {
            assert_eq!(Hash::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again_and_no_byte_of_it_can_change(
            seq in any::<u64>(), before in any::<[u8; 32]>(), text in "[a-zäß\\\\\"]{0,40}", at in any::<prop::sample::Index>(), flip in 1_u8..,
        ) {
            let event = serde_json::to_vec(&serde_json::json!({"event": "x", "text": text})).unwrap();
            let mut out = Vec::new();
            let hash = write(&mut out, Hash(before), seq, "2026-01-01T00:00:00.000Z", &event);
            prop_assert_eq!(out.pop(), Some(b'\n'));
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
            let line = Line::parse(&out).unwrap();
            prop_assert_eq!((line.seq, line.hash), (seq, hash));
            prop_assert!(line.follows(Hash(before)));
            let at = at.index(out.len());
            out[at] ^= flip;
            prop_assert!(!Line::parse(&out).is_some_and(|line| line.follows(Hash(before)) && line.hash == hash));
        }

        #[test]
        fn whatever_a_line_is_taking_it_apart_does_not_panic(line in any::<Vec<u8>>()) {
            let _ = Line::parse(&line);
        }
    }
}
