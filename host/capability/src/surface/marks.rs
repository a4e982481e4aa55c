//! Single characters and pieces of a text that are suspicious by themselves.

use unicode_security::MixedScript as _;

use crate::text::is_hidden;

/// A word longer than this is data: the longest English words and Okta's longest attribute names have fewer
/// than 40 letters.
const LONGEST_WORD: usize = 60;

/// Openings of markup and of chat templates, with what they are called.
const OPENINGS: &[(&str, &str)] = &[
    ("<!--", "an HTML comment"),
    ("<![CDATA[", "a CDATA section"),
    ("<|", "a chat marker"),
    ("[INST]", "a chat marker"),
    ("[/INST]", "a chat marker"),
    ("[SYSTEM]", "a chat marker"),
    ("<<SYS>>", "a chat marker"),
    ("```", "a code fence"),
    ("![", "an image"),
    ("](", "a link in Markdown"),
    ("\\u00", "an escape"),
    ("\\x", "an escape"),
    ("&#", "a character reference"),
];

/// Who speaks, as transcripts write it. `user:` is not among them: it labels documentation too often.
const SPEAKERS: &[&str] = &["system:", "assistant:", "human:", "developer:"];

/// Schemes that lead somewhere.
const SCHEMES: &[&str] = &[
    "http://",
    "https://",
    "ftp://",
    "data:",
    "javascript:",
    "file:",
    "mailto:",
];

/// The first character of `text` that a reader cannot see.
///
/// Wider than [`is_hidden`], which is for values: a value may hold an emoji's selector, a tool's text need not.
/// The rest of `Default_Ignorable_Code_Point`
/// ([Unicode 16, DerivedCoreProperties](https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt)),
/// the blank that is a letter, and what only a private font shows.
pub(super) fn hidden(text: &str) -> Option<char> {
    text.chars().find(|c| {
        is_hidden(*c)
            || matches!(c,
                '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
                | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}'
                | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
                | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
    })
}

/// The first word that mixes scripts which are not written together.
pub(super) fn mixed(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_ascii() && !word.is_single_script())
}

/// The first word that is too long to be one.
pub(super) fn opaque(text: &str) -> Option<&str> {
    text.split(char::is_whitespace)
        .find(|word| word.chars().nth(LONGEST_WORD).is_some())
}

/// Markup: what it is called.
pub(super) fn markup(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if let Some((opening, name)) = OPENINGS
        .iter()
        .find(|(opening, _)| lower.contains(&opening.to_lowercase()))
    {
        return Some(format!("{name} (`{opening}`)"));
    }
    if let Some(speaker) = SPEAKERS.iter().find(|speaker| speaks(&lower, speaker)) {
        return Some(format!("a speaker's mark (`{speaker}`)"));
    }
    // A tag: `<` and a letter, as in `<important>`; a comparison has a blank there.
    let mut rest = lower.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        if c == '<' && (next.is_alphabetic() || matches!(next, '/' | '?' | '!')) {
            return Some("a tag".to_owned());
        }
    }
    None
}

/// Whether `text` holds `speaker` where a new turn could begin: at its start, or after a sentence.
fn speaks(text: &str, speaker: &str) -> bool {
    text.match_indices(speaker).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().trim_end();
        before.is_empty() || before.ends_with(['.', '!', '?', ':', ']', '>', '-', '#', '*'])
    })
}

/// The first thing that leads elsewhere.
pub(super) fn link(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    SCHEMES
        .iter()
        .copied()
        .find(|scheme| lower.contains(scheme))
}
