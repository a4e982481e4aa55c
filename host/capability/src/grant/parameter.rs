//! What of an authorized request may be told to an audit log: which parameter, in which form, how long.

use std::collections::BTreeMap;

use crate::expression;
use crate::grammar::{Grammar, Place};

/// One parameter of an [`AuthorizedGet`](super::AuthorizedGet).
#[derive(Clone, Copy)]
pub struct Parameter<'a> {
    /// Where it stands.
    pub place: Place,
    /// Its name in the manifest.
    pub name: &'a str,
    /// Its value, which may be a login or a search by one: not for every log.
    pub value: &'a str,
    grammar: &'a Grammar,
}

impl<'a> Parameter<'a> {
    pub(super) fn of(
        place: Place,
        name: &'a str,
        value: &'a str,
        declared: &'a BTreeMap<String, Grammar>,
    ) -> Option<Self> {
        let grammar = declared.get(name)?;
        Some(Self {
            place,
            name,
            value,
            grammar,
        })
    }

    /// The form that the value has: the manifest's word for its grammar, and for `okta-user` which of the two it is.
    #[must_use]
    pub fn form(&self) -> &'static str {
        match self.grammar {
            Grammar::OktaUser if Grammar::OktaLogin.accepts(self.value) => "okta-login",
            Grammar::OktaUser => "okta-id",
            other => other.word(),
        }
    }

    /// The attributes that the value names, when it is a search; without their values.
    #[must_use]
    pub fn names(&self) -> Vec<&'a str> {
        match self.grammar {
            Grammar::Expression { .. } => expression::attributes(self.value),
            _ => Vec::new(),
        }
    }
}
