//! Texts in Markdown: nothing that an author wrote is markup, a link, a mention or a line of its own.

use super::words::visible;

/// Characters that begin markup somewhere in a line; GitHub's mentions and references are among them.
const MARKUP: &[char] = &[
    '\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '(', ')', '#', '+', '!', '|', '~', '&', '@',
    '$', '=',
];

/// `plain` as a run of text.
#[must_use]
pub fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for character in visible(plain).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // No backslash stops GitHub from making a mention or a bare link; an entity does.
            '@' => out.push_str("&#64;"),
            ':' => out.push_str("&#58;"),
            other if MARKUP.contains(&other) => {
                out.push('\\');
                out.push(other);
            }
            other => out.push(other),
        }
    }
    out
}

/// `plain` inside a table; a bar would end the cell, and [`text`] escapes it.
#[must_use]
pub fn cell(plain: &str) -> String {
    text(plain)
}

/// `plain` as code, inside a table, too.
#[must_use]
pub fn code(plain: &str) -> String {
    // A backtick would end it, and a bar the cell: neither is in any name, path or digest of ours.
    format!("`{}`", visible(plain).replace('`', "'").replace('|', "¦"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_cannot_write_markup_links_or_mentions() {
        for (hostile, safe) in [
            (
                "**b** [x](https://evil.example)",
                r"\*\*b\*\* \[x\]\(https&#58;//evil.example\)",
            ),
            ("![x](y)", r"\!\[x\]\(y\)"),
            ("<img src=x>", r"&lt;img src\=x&gt;"),
            ("@everyone #1", r"&#64;everyone \#1"),
            ("a | b", r"a \| b"),
            ("`code` ~~x~~", r"\`code\` \~\~x\~\~"),
            ("&#64;all", r"&amp;\#64;all"),
        ] {
            assert_eq!(text(hostile), safe);
        }
    }

    #[test]
    fn code_cannot_end_itself() {
        assert_eq!(code("a`b|c"), "`a'b¦c`");
    }
}
