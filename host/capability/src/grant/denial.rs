//! What a plugin reads when it asked for something that is not its own.
//!
//! These texts reach the plugin's author and, through the tool, the model: one line, what was asked
//! and what would have been allowed.

use crate::address::AddressError;
use crate::cursor::CursorError;
use crate::grammar::Grammar;
use crate::text::clean;

/// Why a request was not authorized. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No `[[endpoint]]` of the plugin has this template.
    #[error(
        "plugin `{plugin}` does not declare GET {endpoint}; tool `{tool}` may use {}; to change that, declare it in plugin.toml and have the plugin approved",
        list(allowed, "no endpoint")
    )]
    UndeclaredEndpoint {
        /// The plugin.
        plugin: String,
        /// The tool that is running.
        tool: String,
        /// What it asked for.
        endpoint: String,
        /// What it may ask for.
        allowed: Vec<String>,
    },
    /// The plugin has this endpoint, for other tools.
    #[error(
        "plugin `{plugin}` declares GET {endpoint} for {}, not for tool `{tool}`; to change that, add the tool to the endpoint in plugin.toml and have the plugin approved",
        list(others, "no tool")
    )]
    EndpointOfOtherTool {
        /// The plugin.
        plugin: String,
        /// The tool that is running.
        tool: String,
        /// What it asked for.
        endpoint: String,
        /// The tools that may use it.
        others: Vec<String>,
    },
    /// A query parameter that the endpoint does not list.
    #[error(
        "plugin `{plugin}` does not declare {place}; declared are {}",
        list(declared, "none")
    )]
    UndeclaredQuery {
        /// The plugin.
        plugin: String,
        /// `query.NAME of TEMPLATE`.
        place: String,
        /// The parameters that may be sent.
        declared: Vec<String>,
    },
    /// A path parameter that the template does not have.
    #[error(
        "there is no {place}; the template has {}",
        list(known, "no parameters")
    )]
    UnknownParameter {
        /// `path.NAME of TEMPLATE`.
        place: String,
        /// The template's own parameters.
        known: Vec<String>,
    },
    /// A parameter of the template without a value.
    #[error("{place} is missing")]
    Missing {
        /// `path.NAME of TEMPLATE`.
        place: String,
    },
    /// The same parameter more than once.
    #[error("{place} is given twice")]
    Twice {
        /// Where.
        place: String,
    },
    /// A value that does not have its parameter's form.
    #[error("{place} must be {expected}; got `{found}`")]
    Value {
        /// Where.
        place: String,
        /// The form.
        expected: String,
        /// The value, cleaned and cut.
        found: String,
    },
    /// A search by something that is no declared field.
    #[error(
        "{place} names `{name}`, which plugin.toml does not declare; a search may name {}",
        list(declared, "nothing")
    )]
    UndeclaredName {
        /// `query.NAME of TEMPLATE`.
        place: String,
        /// What it names.
        name: String,
        /// What it may name.
        declared: Vec<String>,
    },
    /// A search or an order by a field that the operator hides.
    #[error(
        "{place} names `{field}`, which the operator of this server hides (plugins.*.hide); leave it out"
    )]
    Hidden {
        /// `query.NAME of TEMPLATE`.
        place: String,
        /// The field.
        field: String,
    },
    /// The values name an endpoint of Okta's that is another one than was asked for.
    #[error("the values for {endpoint} name another endpoint, {named}")]
    OtherEndpoint {
        /// What was asked for.
        endpoint: String,
        /// What would have been read.
        named: String,
    },
    /// A cursor for an endpoint that has no pages.
    #[error("{endpoint} has no pages; leave the cursor `{cursor}` out")]
    NotPaged {
        /// The endpoint.
        endpoint: String,
        /// The beginning of the cursor.
        cursor: String,
    },
    /// A cursor that does not belong to this query, or to nobody.
    #[error(
        "the cursor does not belong to this query ({0}); a cursor is only good with the arguments of the call that returned it"
    )]
    Cursor(#[from] CursorError),
    /// The last layer found what the first should have.
    #[error("{0}; nothing was sent")]
    Address(#[from] AddressError),
}

/// The two ways in which a request can be wrong, as the plugin interface tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The manifest does not allow it.
    Denied,
    /// It is malformed.
    Invalid,
}

impl Denial {
    /// Whether the request was not allowed or not well formed.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::UndeclaredEndpoint { .. }
            | Self::EndpointOfOtherTool { .. }
            | Self::UndeclaredQuery { .. }
            | Self::UndeclaredName { .. }
            | Self::Hidden { .. }
            | Self::OtherEndpoint { .. } => Class::Denied,
            Self::UnknownParameter { .. }
            | Self::Missing { .. }
            | Self::Twice { .. }
            | Self::Value { .. }
            | Self::NotPaged { .. }
            | Self::Cursor(_)
            | Self::Address(_) => Class::Invalid,
        }
    }

    /// The name of the parameter that it is about, as the request wrote it, cleaned.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::UndeclaredQuery { place, .. }
            | Self::UnknownParameter { place, .. }
            | Self::Missing { place }
            | Self::Twice { place }
            | Self::Value { place, .. }
            | Self::UndeclaredName { place, .. }
            | Self::Hidden { place, .. } => {
                let (name, _) = place.split_once(" of ")?;
                Some(name.split_once('.')?.1)
            }
            Self::UndeclaredEndpoint { .. }
            | Self::EndpointOfOtherTool { .. }
            | Self::OtherEndpoint { .. }
            | Self::NotPaged { .. }
            | Self::Cursor(_)
            | Self::Address(_) => None,
        }
    }

    /// The field that a search or an order named and may not, cleaned.
    #[must_use]
    pub fn named_field(&self) -> Option<&str> {
        match self {
            Self::UndeclaredName { name, .. } => Some(name),
            Self::Hidden { field, .. } => Some(field),
            _ => None,
        }
    }

    pub(super) fn value(place: String, grammar: &Grammar, found: &str) -> Self {
        Self::Value {
            place,
            expected: grammar.to_string(),
            found: clean(found, 60),
        }
    }
}

fn list(items: &[String], none: &str) -> String {
    if items.is_empty() {
        none.to_owned()
    } else {
        items.join(", ")
    }
}
