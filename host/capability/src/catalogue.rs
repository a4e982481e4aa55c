//! Every GET that Okta's management API documents, as a table in the program.
//!
//! The table is the outer edge of what any manifest can declare: a template that is not in it is an
//! error, and OAuth scopes, operation ids and documentation links are derived from it and never
//! written by a plugin's author. It is generated from `catalogue/okta-gets.json` (extracted from
//! [Okta's OpenAPI document](https://github.com/okta/okta-management-openapi-spec), Apache-2.0) by
//! `cargo run -p capability --example generate_catalogue`; a test fails when the two differ.

mod table;

use crate::template::{Segment, Template};

pub use table::SOURCE;

/// One GET operation of Okta's management API.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The path template, byte for byte Okta's.
    pub template: &'static str,
    /// Okta's `operationId`, such as `listUsers`.
    pub id: &'static str,
    /// Okta's tag, the chapter of the reference.
    pub tag: &'static str,
    /// The OAuth scopes that it needs, all of them; empty for operations that take none.
    pub scopes: &'static [&'static str],
    /// The query parameters that the document names; `after` included where it pages.
    pub query: &'static [&'static str],
    /// Whether it answers in pages that a `Link` header chains.
    pub paged: bool,
    /// `GA`, `LIMITED_GA`, `EA` or `DEPRECATED`.
    pub stage: &'static str,
}

impl Operation {
    /// Where Okta documents it.
    #[must_use]
    pub fn documentation(&self) -> String {
        format!(
            "https://developer.okta.com/docs/api/openapi/okta-management/management/tag/{0}/#tag/{0}/operation/{1}",
            self.tag, self.id
        )
    }
}

/// All operations, sorted by template.
#[must_use]
pub fn operations() -> &'static [Operation] {
    table::OPERATIONS
}

/// The operation whose template is exactly `template`.
#[must_use]
pub fn find(template: &str) -> Option<&'static Operation> {
    let at = table::OPERATIONS
        .binary_search_by(|operation| operation.template.cmp(template))
        .ok()?;
    table::OPERATIONS.get(at)
}

/// The template of the catalogue that looks most like `text`, for an error message.
#[must_use]
pub fn nearest(text: &str) -> Option<&'static str> {
    table::OPERATIONS
        .iter()
        .map(|operation| {
            (
                strsim::normalized_levenshtein(operation.template, text),
                operation,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, operation)| operation.template)
}

/// Templates that a value of one of `template`'s parameters could name instead: as many segments,
/// the same shape, and a literal where `template` has a parameter.
///
/// `/api/v1/groups/rules` shadows `/api/v1/groups/{groupId}`: with `groupId = rules` Okta would
/// answer from another endpoint than the one that was granted.
#[must_use]
pub fn shadows(template: &Template) -> Vec<Template> {
    table::OPERATIONS
        .iter()
        .filter_map(|operation| Template::parse(operation.template).ok())
        .filter(|other| {
            let (own, theirs) = (template.segments(), other.segments());
            own.len() == theirs.len()
                && own.iter().zip(theirs).all(|pair| match pair {
                    (Segment::Literal(a), Segment::Literal(b)) => a == b,
                    _ => true,
                })
                && own
                    .iter()
                    .zip(theirs)
                    .any(|pair| matches!(pair, (Segment::Parameter(_), Segment::Literal(_))))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses_and_is_found_by_its_own_text() {
        assert_eq!(operations().len(), 288);
        for operation in operations() {
            Template::parse(operation.template).expect(operation.template);
            assert_eq!(find(operation.template), Some(operation));
        }
    }

    #[test]
    fn a_literal_sibling_shadows_a_parameter() {
        let template = Template::parse("/api/v1/groups/{groupId}").unwrap();
        let shadows = shadows(&template);
        assert!(shadows.iter().any(|t| t.as_str() == "/api/v1/groups/rules"));
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_neighbour() {
        assert_eq!(nearest("/api/v1/user/{id}"), Some("/api/v1/users/{id}"));
        assert_eq!(nearest("/admin/everything"), None);
    }
}
