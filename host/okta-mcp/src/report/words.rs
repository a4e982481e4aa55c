//! Text for a terminal: lines of at most 80 columns, and nothing that a terminal would obey.

use capability::text::is_hidden;
use textwrap::{Options, WordSplitter};

/// Columns of a terminal that nobody widened, and of a quoted line in an e-mail.
const COLUMNS: usize = 80;

/// `text` in lines, the first after `first`, the others after as many blanks.
#[must_use]
pub fn hanging(first: &str, text: &str) -> String {
    let rest = " ".repeat(textwrap::core::display_width(first));
    wrap(first, &rest, text)
}

/// `text` in lines that are indented by `indent` blanks.
#[must_use]
pub fn indented(indent: usize, text: &str) -> String {
    let blanks = " ".repeat(indent);
    wrap(&blanks, &blanks, text)
}

fn wrap(first: &str, rest: &str, text: &str) -> String {
    let options = Options::new(COLUMNS)
        .initial_indent(first)
        .subsequent_indent(rest)
        // A path, a scope or a link is copied: it stays in one piece, if need be in a longer line.
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let mut lines = textwrap::fill(&visible(text), options);
    lines.push('\n');
    lines
}

/// `text` with every character that a terminal would obey, or that a reader would not see, written out
/// as `⟨U+202E⟩`: a reviewer is shown it instead of being spared it.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            out.push_str(&format!("⟨U+{:04X}⟩", u32::from(character)));
        } else {
            out.push(character);
        }
    }
    out
}

/// JSON in which every such character is a `\u` escape; its own line breaks stay.
#[must_use]
pub fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_hidden(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// `1 tool`, `2 tools`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_eighty_first_column_and_a_link_stays_whole() {
        let link = "https://example.com/".to_owned() + &"x".repeat(90);
        let text = hanging("  why  ", &format!("{} {link} end", "word ".repeat(30)));
        for line in text.lines() {
            assert!(line.chars().count() <= 80 || line.trim() == link, "{line}");
        }
        assert!(text.starts_with("  why  word") && text.contains("\n       word"));
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("a\u{202e}b\u{1b}[2J"), "a⟨U+202E⟩b⟨U+001B⟩[2J");
        assert_eq!(
            escaped("{\n\"a\": \"\u{e0041}\"}"),
            "{\n\"a\": \"\\udb40\\udc41\"}"
        );
    }
}
