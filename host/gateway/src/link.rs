//! `Link` header fields, read as [RFC 8288](https://www.rfc-editor.org/rfc/rfc8288#section-3) writes them.
//!
//! Okta sends one field per link today and sent one comma-joined field before: both are read. This
//! file knows syntax only; what a link may be used for is decided in `paging`.

use crate::header::{parameter, split};

/// A link whose relation is `next`, as written: not yet known to be a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Next<'a>(pub(crate) &'a str);

/// A field that does not have the syntax of a `Link`: whether it names a next page cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The targets of all links in one field value whose `rel` has the word `next`.
pub(crate) fn next_of(field: &str) -> Result<Vec<Next<'_>>, Unreadable> {
    let mut found = Vec::new();
    // RFC 9110 lets a list have empty elements.
    for link in split(field, ',').filter(|link| !link.is_empty()) {
        let mut parts = split(link, ';');
        let target = parts
            .next()
            .and_then(|part| part.strip_prefix('<')?.strip_suffix('>'))
            .ok_or(Unreadable)?;
        // Only the first `rel` counts; a second one is to be ignored.
        let relation = parts
            .map(parameter)
            .find(|(name, _)| name.eq_ignore_ascii_case("rel"));
        let is_next = relation.is_some_and(|(_, words)| {
            words
                .split_ascii_whitespace()
                .any(|word| word.eq_ignore_ascii_case("next"))
        });
        if is_next {
            found.push(Next(target));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn next(field: &str) -> Vec<&str> {
        next_of(field)
            .unwrap()
            .into_iter()
            .map(|next| next.0)
            .collect()
    }

    #[test]
    fn a_next_link_is_found_in_every_spelling() {
        for field in [
            r#"<u>; rel="next""#,
            "<u>; rel=next",
            "<u>;rel=NEXT",
            "<u> ; REL = \"next\"",
            r#"<u>; rel="last next""#,
            r#"<u>; title="a;b,c"; rel="next""#,
            r#"<s>; rel="self", <u>; rel="next""#,
            r#", <s>; rel="self",, <u>; rel="next","#,
        ] {
            assert_eq!(next(field), ["u"], "{field}");
        }
    }

    #[test]
    fn other_relations_are_not_next() {
        for field in [
            "",
            "<u>",
            "<u>; rel=self",
            r#"<u>; rel="nextish not-next""#,
            r#"<u>; title="; rel=next""#,
            "<u>; rel=self; rel=next",
            "<u>; rev=next",
        ] {
            assert_eq!(next(field), [""; 0], "{field}");
        }
    }

    #[test]
    fn commas_and_semicolons_belong_to_the_target_in_brackets() {
        assert_eq!(
            next("<https://a/b?x=1,2;3&y=\">; rel=next, <c>; rel=self"),
            ["https://a/b?x=1,2;3&y=\""]
        );
    }

    #[test]
    fn what_is_no_link_is_unreadable() {
        for field in ["u; rel=next", "<u; rel=next", "rel=next", "<u> x; rel=next"] {
            assert_eq!(next_of(field), Err(Unreadable), "{field}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(field in "\\PC{0,80}|[<>\",;=\\\\ a-z]{0,80}") {
            let _ = next_of(&field);
        }

        #[test]
        fn what_is_written_is_read_again(
            targets in prop::collection::vec("[a-z:/?=&,;%\"]{1,20}", 1..5),
            title in "[a-z ,;<>]{0,10}",
            joiner in prop_oneof![Just(","), Just(", "), Just(" ,\t")],
        ) {
            let field = targets
                .iter()
                .map(|target| format!("<{target}>; title=\"{title}\"; rel=\"x next\""))
                .collect::<Vec<_>>()
                .join(joiner);
            prop_assert_eq!(next(&field), targets);
        }
    }
}
