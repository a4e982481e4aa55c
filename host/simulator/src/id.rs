//! Okta-shaped ids: 20 characters, a type prefix, and the tail that most ids of one org share.

use crate::random::{BASE62, Random};

/// The last characters of every id: recordings show that ids of one org mostly end alike.
const TAIL: &str = "5d7";

/// The id of the object `serial` of its kind: prefix, `1`, four digits of the serial number in
/// base 62, random characters, tail. Ids of one kind ascend with `serial`, so "ordered by id" is
/// the order of generation.
pub(crate) fn id(prefix: &str, serial: usize, random: &mut Random) -> String {
    let mut out = String::with_capacity(20);
    out.push_str(prefix);
    out.push('1');
    for place in (0..4u32).rev() {
        let digit = serial / 62usize.pow(place) % 62;
        out.push(char::from(BASE62.get(digit).copied().unwrap_or(b'0')));
    }
    let rest = 20usize.saturating_sub(out.len() + TAIL.len());
    out.push_str(&random.text(BASE62, rest));
    out.push_str(TAIL);
    out
}

/// Whether `text` could be an id with this prefix.
pub(crate) fn looks_like(text: &str, prefix: &str) -> bool {
    text.len() == 20
        && text.starts_with(prefix)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_twenty_characters_and_ascend() {
        let make = |serial| id("00u", serial, &mut Random::stream(1, "id", serial));
        let ids: Vec<String> = (0..5000).map(make).collect();
        assert!(
            ids.iter()
                .all(|id| looks_like(id, "00u") && id.ends_with(TAIL))
        );
        assert!(ids.is_sorted());
    }
}
