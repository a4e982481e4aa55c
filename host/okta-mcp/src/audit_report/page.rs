//! The frame of the report's page: one file that needs no network, no script and no other file.
//!
//! It is opened from a disk or an attachment by somebody who decides about security, so it can do nothing: its policy
//! allows the one style sheet in it, by hash, and forbids everything else. Markup is made by `maud`, which escapes
//! every text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

/// Light and dark, wide and narrow, on a screen and on paper.
const STYLE: &str = include_str!("page.css");

/// A page as it is put together.
pub(super) struct Page<'a> {
    /// The title of the window, and the first heading.
    pub(super) title: &'a str,
    /// One line below the heading.
    pub(super) lead: Markup,
    /// Rules behind the shared ones; never from a text of somebody else's.
    pub(super) rules: String,
    /// What stands in `<main>`; its headings begin with `<h2>`.
    pub(super) body: Markup,
}

impl Page<'_> {
    /// The whole file.
    pub(super) fn render(&self) -> String {
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
                        p { "Made by okta-mcp " (env!("CARGO_PKG_VERSION")) " from its audit log. This page loads nothing and runs no script." }
                    }
                }
            }
        };
        page.into_string()
    }
}
