//! OAuth scopes, derived from the endpoints that a manifest declares and never written by an author.

use std::collections::BTreeSet;

use crate::catalogue;
use crate::manifest::{Endpoint, Manifest};

/// The scopes that `endpoints` need, sorted, each once.
#[must_use]
pub fn of<'a>(endpoints: impl IntoIterator<Item = &'a Endpoint>) -> BTreeSet<&'static str> {
    endpoints
        .into_iter()
        .flat_map(|endpoint| endpoint.operation.scopes.iter().copied())
        .collect()
}

/// The scopes that a whole manifest needs.
#[must_use]
pub fn of_manifest(manifest: &Manifest) -> BTreeSet<&'static str> {
    of(&manifest.endpoints)
}

/// Every scope to read that any of Okta's GETs asks for.
#[must_use]
pub fn to_read() -> BTreeSet<&'static str> {
    catalogue::operations()
        .iter()
        .flat_map(|operation| operation.scopes.iter().copied())
        .filter(|scope| scope.ends_with(".read"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each is one request to the token endpoint, whose rate limit is about 150 a minute.
    #[test]
    fn the_scopes_to_read_are_few_enough_to_ask_for_each() {
        let scopes = to_read();
        assert!((40..80).contains(&scopes.len()), "{}", scopes.len());
        assert!(scopes.contains("okta.logs.read") && !scopes.contains("okta.users.manage"));
    }

    #[test]
    fn the_table_knows_the_scopes_that_were_counted_in_okta_s_document() {
        let none = catalogue::operations()
            .iter()
            .filter(|operation| operation.scopes.is_empty())
            .count();
        let two = catalogue::operations()
            .iter()
            .filter(|operation| operation.scopes.len() == 2)
            .count();
        let manage: Vec<_> = catalogue::operations()
            .iter()
            .filter(|operation| {
                operation
                    .scopes
                    .iter()
                    .any(|scope| scope.ends_with(".manage"))
            })
            .map(|operation| operation.template)
            .collect();
        assert_eq!((none, two), (7, 2));
        assert_eq!(manage, ["/api/v1/org/privacy/aerial"]);
    }
}
