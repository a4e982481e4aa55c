//! Text that comes from elsewhere, made fit for a log line, an error or a terminal.
//!
//! A name in Okta can hold anything a person could type or paste. Data keeps its letters; what we
//! *write* about data does not carry its control characters, its direction marks or its length.

use std::borrow::Cow;

/// `text` without control, bidirectional and zero-width characters, on one line, at most `limit`
/// characters long; a longer one ends in `…`.
#[must_use]
pub fn clean(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit.saturating_mul(4)));
    let mut kept = 0;
    for character in text.chars() {
        if is_hidden(character) {
            continue;
        }
        if kept == limit {
            out.push('…');
            break;
        }
        out.push(character);
        kept += 1;
    }
    out
}

/// The longest text value that is passed on, in characters: twice the longest attribute that Okta documents
/// (a postal address of 4,096).
pub const MAX_VALUE: usize = 8_192;

/// A value of Okta's as it is passed on: its letters, without what steers a reader unseen.
///
/// Anybody who may edit a profile writes these texts. Line breaks and tabs become blanks; controls, direction
/// marks, invisible characters and tags go; the joiners of Persian and Indic scripts stay, since there they
/// are spelling. A text over [`MAX_VALUE`] ends in `…`.
#[must_use]
pub fn value(text: &str) -> Cow<'_, str> {
    // Nearly every value is short and printable ASCII, which a look at the bytes tells.
    if text.len() <= MAX_VALUE && is_printable_ascii(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let is_joiner = |c: char| matches!(c, '\u{200C}' | '\u{200D}');
    let steers = |c: char| is_hidden(c) && !is_joiner(c);
    if !text.chars().any(steers) && text.chars().nth(MAX_VALUE).is_none() {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|c| {
        if matches!(c, '\n' | '\r' | '\t') {
            ' '
        } else {
            c
        }
    });
    let mut kept: String = shown.filter(|c| !steers(*c)).take(MAX_VALUE + 1).collect();
    if kept.chars().count() > MAX_VALUE {
        kept.pop();
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// Whether every byte is from `' '` to `'~'`, eight bytes at a time: each text of a page comes through here.
fn is_printable_ascii(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().all(|word| {
        let word = u64::from_le_bytes(*word);
        // In the first byte that is not printable, one of these three sets the high bit: it is set
        // already (0x80 and above), taking a blank from it borrows, or 0x7f overflows by one.
        let odd = word | word.wrapping_sub(0x20 * ONES) | word.wrapping_add(ONES);
        odd & HIGH == 0
    }) && rest.iter().all(|byte| (b' '..0x7f).contains(byte))
}

/// Whether `character` is one that a reader cannot see or that moves what he sees: C0 and C1
/// controls, zero-width characters, direction marks, line separators, tags and the byte order mark.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_direction_marks_and_zero_widths_disappear() {
        assert_eq!(
            clean("a\u{1b}[31mb\nc\u{202e}d\u{200b}e\u{85}f", 80),
            "a[31mbcdef"
        );
    }

    #[test]
    fn a_value_keeps_its_letters_and_loses_what_steers_a_reader() {
        for letters in ["Zoë Živković", "می‌خواهم", "क्‍ष", "O'Brien <b> \"x\" \\", ""]
        {
            assert_eq!(value(letters), letters);
        }
        assert_eq!(
            value("a\nb\tc\u{1b}[31m\u{202e}d\u{2066}e\u{200b}f\u{feff}g\u{e0041}h"),
            "a b c[31mdefgh"
        );
    }

    #[test]
    fn a_value_is_limited_on_both_sides() {
        for letter in ["x", "ж"] {
            assert_eq!(value(&letter.repeat(MAX_VALUE)), letter.repeat(MAX_VALUE));
            assert_eq!(
                value(&letter.repeat(MAX_VALUE + 1)),
                letter.repeat(MAX_VALUE) + "…"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Letter by letter, without a look at eight bytes at once.
        #[test]
        fn a_value_is_what_its_letters_say(text in "[ -~]{0,20}(\\PC|[\\x00-\\x1f\\x7f\u{200b}-\u{2030}]|é){0,2}[ -~]{0,20}") {
            let expected: String = text
                .chars()
                .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
                .filter(|c| !is_hidden(*c) || matches!(c, '\u{200C}' | '\u{200D}'))
                .collect();
            prop_assert_eq!(value(&text), expected);
        }

        #[test]
        fn bytes_are_printable_ascii_when_each_of_them_is(bytes in prop::collection::vec(prop_oneof![9 => b' '..=b'~', 1 => any::<u8>()], 0..40)) {
            prop_assert_eq!(is_printable_ascii(&bytes), bytes.iter().all(|b| (b' '..=b'~').contains(b)));
        }
    }

    #[test]
    fn length_is_counted_in_characters_and_marked_when_cut() {
        assert_eq!(clean("äöü", 3), "äöü");
        assert_eq!(clean("äöüß", 3), "äöü…");
    }
}
