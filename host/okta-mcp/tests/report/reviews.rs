use capability::review::Operator;
use okta_mcp::approval::Signature;
use okta_mcp::report::Format;
use okta_mcp::report::review::{Review, Reviewed, Source};
use sandbox::Package;

use crate::comparisons::plain;
use crate::plugin;

#[test]
fn a_review_in_text_and_markdown_reads_as_it_was_approved() {
    let review = plugin::review(&plugin::snapshot());
    insta::assert_snapshot!("review-text", plain(&review.render(Format::Text).unwrap()));
    insta::assert_snapshot!("review-markdown", review.render(Format::Markdown).unwrap());
}

/// The five plugins that are part of the program, as `okta-mcp review` shows them.
pub fn built_in() -> Review {
    let plugins = okta_mcp::builtin::ALL
        .iter()
        .map(|builtin| {
            let package = Package::parse(builtin.bytes).unwrap();
            Reviewed {
                source: Source::BuiltIn,
                signature: Signature::None,
                built_with: package.build_record().toolchain.clone(),
                facts: package.snapshot().facts(&Operator::default()).unwrap(),
                noticed: Vec::new(),
            }
        })
        .collect();
    Review::new(plugins, Vec::new())
}

#[test]
fn a_review_of_the_built_in_plugins_fits_eighty_columns() {
    let text = plain(&built_in().render(Format::Text).unwrap());
    for line in text.lines() {
        // A link, a path or a digest is copied, and so never broken.
        let words = line.split_whitespace().count();
        assert!(line.chars().count() <= 80 || words <= 2, "{line}");
    }
    // A sentence is broken where a line ends.
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    for fact in [
        "Tool get_factor can read one factor of any user:",
        "it cannot see phone numbers, e-mail addresses, credential ids or shared",
        "It imports okta:plugin only",
        "okta.policies.read",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
}

#[test]
fn what_an_author_hides_in_a_text_is_shown_in_every_form() {
    let mut hostile = plugin::snapshot();
    hostile.tools[0].description = "a\u{202e}b\u{1b}[2Jc<script>alert(1)</script>".to_owned();
    let review = plugin::review(&hostile);
    for format in [Format::Text, Format::Markdown, Format::Html] {
        // Markdown's own escapes are not looked at here.
        let text = plain_unless_html(format, &review.render(format).unwrap()).replace('\\', "");
        assert!(
            text.contains("⟨U+202E⟩") && !text.contains(['\u{202e}', '\u{1b}']),
            "{format:?}"
        );
    }
    for format in [Format::Json, Format::Sarif] {
        let text = review.render(format).unwrap();
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{format:?}");
    }
    for format in [Format::Html, Format::Markdown] {
        assert!(!review.render(format).unwrap().contains("<script"));
    }
}

fn plain_unless_html(format: Format, text: &str) -> String {
    match format {
        Format::Text => plain(text),
        _ => text.to_owned(),
    }
}
