//! The operator's ceiling for tokens: `OKTA_SCOPES`, `okta.auth.scopes`.

use std::collections::BTreeSet;

use capability::catalogue;
use capability::text::clean;

use super::error::AuthError;

/// The scopes that no token may exceed; without one a token has what its plugin needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeCeiling(Option<BTreeSet<String>>);

/// A scope that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Not of an Okta scope's form.
    #[error(
        "`{0}` is not a scope of Okta's management API; write them as in `okta.users.read okta.groups.read`"
    )]
    Form(String),
    /// Like one that there is.
    #[error("there is no scope `{0}`; did you mean `{1}`?")]
    Misspelt(String, &'static str),
    /// None at all, which would allow nothing.
    #[error(
        "there is no scope in it; leave it out to give each plugin what it needs, or write it as in `okta.users.read okta.groups.read`"
    )]
    None,
}

impl ScopeCeiling {
    /// The ceiling that `scopes` are, parted by blanks or commas.
    ///
    /// # Errors
    /// The first that is not a scope. A mistyped one would silently disable a plugin.
    pub fn parse(scopes: &str) -> Result<Self, ScopeError> {
        let mut ceiling = BTreeSet::new();
        for scope in scopes
            .split([' ', ',', '\n', '\t'])
            .filter(|scope| !scope.is_empty())
        {
            check(scope)?;
            ceiling.insert(scope.to_owned());
        }
        if ceiling.is_empty() {
            return Err(ScopeError::None);
        }
        Ok(Self(Some(ceiling)))
    }

    /// Those of `scopes` that are within it.
    pub(super) fn within(&self, scopes: &BTreeSet<&'static str>) -> BTreeSet<String> {
        scopes
            .iter()
            .filter(|scope| self.has(scope))
            .map(|scope| (*scope).to_owned())
            .collect()
    }

    /// Those of `scopes` that are within it, and those that are not.
    pub(super) fn split(
        &self,
        scopes: &BTreeSet<&'static str>,
    ) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
        scopes.iter().copied().partition(|scope| self.has(scope))
    }

    /// All of `scopes`, if they are within it.
    pub(super) fn allow(
        &self,
        scopes: &BTreeSet<&'static str>,
    ) -> Result<BTreeSet<String>, AuthError> {
        let allowed = self.within(scopes);
        if allowed.len() == scopes.len() {
            return Ok(allowed);
        }
        let beyond: Vec<&str> = scopes
            .iter()
            .copied()
            .filter(|scope| !self.has(scope))
            .collect();
        Err(AuthError::needs(
            "invalid_scope",
            format!(
                "OKTA_SCOPES (or okta.auth.scopes) does not have {}, which the plugin needs; add it there, or \
                 disable the plugin",
                beyond.join(", ")
            ),
        ))
    }

    /// `x.manage` implies `x.read`; a token is asked for with the lesser one all the same.
    fn has(&self, scope: &str) -> bool {
        let Some(ceiling) = &self.0 else { return true };
        let manage = scope
            .strip_suffix(".read")
            .map(|family| format!("{family}.manage"));
        ceiling.contains(scope) || manage.is_some_and(|manage| ceiling.contains(&manage))
    }
}

fn check(scope: &str) -> Result<(), ScopeError> {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let formed = scope.len() <= 100
        && scope.split('.').count() >= 3
        && scope.starts_with("okta.")
        && scope.split('.').all(word);
    if !formed {
        return Err(ScopeError::Form(clean(scope, 60)));
    }
    // Only GETs are ever sent, so the scopes to read are all that there are here.
    let read = scope
        .strip_suffix(".manage")
        .map_or_else(|| scope.to_owned(), |family| format!("{family}.read"));
    let known = || {
        catalogue::operations()
            .iter()
            .flat_map(|operation| operation.scopes.iter().copied())
    };
    if known().any(|known| known == read || known == scope) {
        return Ok(());
    }
    // Okta has other APIs, with scopes that no plugin can need here; they do no harm in a ceiling.
    let nearest = known()
        .map(|known| (strsim::normalized_levenshtein(known, &read), known))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, known)) => Err(ScopeError::Misspelt(clean(scope, 60), known)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(ceiling: &str, scopes: &[&'static str]) -> Result<Vec<String>, String> {
        let scopes = scopes.iter().copied().collect();
        match ScopeCeiling::parse(ceiling).unwrap().allow(&scopes) {
            Ok(allowed) => Ok(allowed.into_iter().collect()),
            Err(AuthError::Needs { text, .. }) => Err(text),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_has_what_its_plugin_needs_and_never_the_whole_ceiling() {
        let ceiling = "okta.users.read, okta.groups.manage okta.apps.read";
        assert_eq!(
            needs(ceiling, &["okta.users.read"]).unwrap(),
            ["okta.users.read"]
        );
        assert_eq!(
            needs(ceiling, &["okta.groups.read"]).unwrap(),
            ["okta.groups.read"]
        );
        let text = needs(ceiling, &["okta.users.read", "okta.policies.read"]).unwrap_err();
        assert!(text.contains("does not have okta.policies.read,"), "{text}");
        let all = ScopeCeiling::default().allow(&BTreeSet::from(["okta.logs.read"]));
        assert_eq!(all.unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_scope_is_told_with_the_one_that_was_meant() {
        let error = |text: &str| ScopeCeiling::parse(text).unwrap_err().to_string();
        assert_eq!(
            error("okta.user.read"),
            "there is no scope `okta.user.read`; did you mean `okta.users.read`?"
        );
        assert!(error("okta.users.read openid").starts_with("`openid` is not a scope"));
        assert!(error("users:read").starts_with("`users:read` is not a scope"));
        assert!(ScopeCeiling::parse("okta.governance.accessRequests.manage").is_ok());
        assert!(error(" , ").starts_with("there is no scope in it"));
    }
}
