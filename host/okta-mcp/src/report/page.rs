//! The frame of an HTML report: one file that needs no network, no script and no other file.
//!
//! The page is opened from a disk or an attachment by somebody who decides about security, so it can do
//! nothing: its policy allows the one style sheet in it, by hash, and forbids everything else. Markup is
//! made by `maud`, which escapes every text; nothing is put together by hand.
//!
//! For a page that reads well everywhere: headings in order, classes of this style sheet, no `style`
//! attributes (the policy would drop them), colours only beside a word or a shape.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

/// The style sheet of all reports: light and dark, wide and narrow, on a screen and on paper.
const STYLE: &str = include_str!("page.css");

/// A page as it is put together.
#[derive(Debug)]
pub struct Page<'a> {
    /// The title of the window, and the first heading.
    pub title: &'a str,
    /// One line below the heading: what this is about.
    pub lead: Markup,
    /// What it was made from, behind "Made by okta-mcp 1.0.0".
    pub made_from: Markup,
    /// Rules of this page's own, behind the shared ones. Made by the program, never from a text of
    /// somebody else's.
    pub rules: String,
    /// What stands in `<main>`; its headings begin with `<h2>`.
    pub body: Markup,
}

impl Page<'_> {
    /// The whole file.
    #[must_use]
    pub fn render(&self) -> String {
        let style = format!("{STYLE}{}", self.rules);
        let hash = STANDARD.encode(Sha256::digest(&style));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
        );
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content=(concat!("okta-mcp ", env!("CARGO_PKG_VERSION")));
                    title { (self.title) }
                    style { (PreEscaped(&style)) }
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        h1 { (self.title) }
                        p.lead { (self.lead) }
                    }
                    main id="main" tabindex="-1" { (self.body) }
                    footer {
                        p {
                            "Made by okta-mcp " (env!("CARGO_PKG_VERSION"))
                            (self.made_from)
                            ". This page loads nothing and runs no script."
                        }
                    }
                }
            }
        };
        page.into_string()
    }
}

/// [`Page::made_from`] of a page about packages.
#[must_use]
pub fn packages() -> Markup {
    html! { " from the packages themselves, with Okta's API document " (capability::catalogue::SOURCE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_nothing_can_be_loaded_or_run() {
        let page = Page {
            title: "<script>alert(1)</script>",
            lead: html! { "a \"quoted\" & <b>" },
            made_from: packages(),
            rules: ".x{color:red}".to_owned(),
            body: html! { p { "</style><img src=x onerror=alert(1)>" } },
        }
        .render();
        assert!(
            !page.contains("<script") && !page.contains("<img"),
            "{page}"
        );
        assert!(page.contains("default-src 'none'; style-src 'sha256-"));
        assert_eq!(page.matches("<style>").count(), 1);
    }
}
