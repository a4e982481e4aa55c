//! Text that comes from elsewhere, made fit for a log line, an error or a terminal.
//!
//! A name in Okta can hold anything a person could type or paste. Data keeps its letters; what we
//! *write* about data does not carry its control characters, its direction marks or its length.

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

    #[test]
    fn controls_direction_marks_and_zero_widths_disappear() {
        assert_eq!(
            clean("a\u{1b}[31mb\nc\u{202e}d\u{200b}e\u{85}f", 80),
            "a[31mbcdef"
        );
    }

    #[test]
    fn length_is_counted_in_characters_and_marked_when_cut() {
        assert_eq!(clean("äöü", 3), "äöü");
        assert_eq!(clean("äöüß", 3), "äöü…");
    }
}
