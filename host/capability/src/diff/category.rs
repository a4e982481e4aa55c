//! The kinds of change, with ids that stay.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// A kind of change. Its id is its name in kebab case and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// A tool can reach credentials that it could not.
    SensitiveEndpoint,
    /// The plugin needs a scope that could also change things.
    ManageScope,
    /// The plugin needs an OAuth scope more.
    ScopeAdded,
    /// There is a tool more.
    ToolAdded,
    /// A tool may send a GET that it could not.
    EndpointAdded,
    /// A tool may ask Okta to put more objects into an answer.
    ExpandAdded,
    /// A tool may send a query parameter that it could not.
    QueryParameterAdded,
    /// A parameter accepts values that it did not.
    ParameterWidened,
    /// A tool sees a field that it did not.
    ResponseFieldAdded,
    /// A call may use more of something.
    LimitRaised,
    /// The component imports something more.
    ImportAdded,
    /// Somebody else signed it, or nobody.
    SignerChanged,
    /// A tool has another name.
    ToolRenamed,
    /// What a tool tells the model is another text.
    ToolTextChanged,
    /// The author gives another reason for an endpoint.
    ReasonChanged,
    /// A tool can no longer reach credentials.
    SensitiveEndpointRemoved,
    /// The plugin no longer needs a scope that could change things.
    ManageScopeRemoved,
    /// The plugin needs an OAuth scope less.
    ScopeRemoved,
    /// There is a tool less.
    ToolRemoved,
    /// A tool may no longer send a GET.
    EndpointRemoved,
    /// A tool may no longer ask for more objects in an answer.
    ExpandRemoved,
    /// A tool may no longer send a query parameter.
    QueryParameterRemoved,
    /// A parameter accepts fewer values.
    ParameterNarrowed,
    /// A tool no longer sees a field.
    ResponseFieldRemoved,
    /// A call may use less of something.
    LimitLowered,
    /// The component imports something less.
    ImportRemoved,
}

impl Category {
    /// All of them, what widens first.
    pub const ALL: [Self; 26] = [
        Self::SensitiveEndpoint,
        Self::ManageScope,
        Self::ScopeAdded,
        Self::ToolAdded,
        Self::EndpointAdded,
        Self::ExpandAdded,
        Self::QueryParameterAdded,
        Self::ParameterWidened,
        Self::ResponseFieldAdded,
        Self::LimitRaised,
        Self::ImportAdded,
        Self::SignerChanged,
        Self::ToolRenamed,
        Self::ToolTextChanged,
        Self::ReasonChanged,
        Self::SensitiveEndpointRemoved,
        Self::ManageScopeRemoved,
        Self::ScopeRemoved,
        Self::ToolRemoved,
        Self::EndpointRemoved,
        Self::ExpandRemoved,
        Self::QueryParameterRemoved,
        Self::ParameterNarrowed,
        Self::ResponseFieldRemoved,
        Self::LimitLowered,
        Self::ImportRemoved,
    ];

    /// Its id, and what it means in one sentence.
    #[must_use]
    pub fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::SensitiveEndpoint => (
                "sensitive-endpoint",
                "A tool can reach credentials that it could not reach before.",
            ),
            Self::ManageScope => (
                "manage-scope",
                "The plugin needs an OAuth scope that could also change things; the host sends GETs only.",
            ),
            Self::ScopeAdded => ("scope-added", "The plugin needs one OAuth scope more."),
            Self::ToolAdded => ("tool-added", "The plugin has one tool more."),
            Self::EndpointAdded => (
                "endpoint-added",
                "A tool may send a GET that it could not send before.",
            ),
            Self::ExpandAdded => (
                "expand-added",
                "A tool may ask Okta to put more objects into an answer.",
            ),
            Self::QueryParameterAdded => (
                "query-parameter-added",
                "A tool may send a query parameter that it could not send before.",
            ),
            Self::ParameterWidened => (
                "parameter-widened",
                "A parameter accepts values that it did not accept before.",
            ),
            Self::ResponseFieldAdded => (
                "response-field-added",
                "A tool sees a response field that it did not see before.",
            ),
            Self::LimitRaised => ("limit-raised", "A call may use more than before."),
            Self::ImportAdded => (
                "import-added",
                "The component imports something that it did not import before.",
            ),
            Self::SignerChanged => (
                "signer-changed",
                "The package is signed by another key than before, or by none.",
            ),
            Self::ToolRenamed => (
                "tool-renamed",
                "A tool has another name and otherwise does the same.",
            ),
            Self::ToolTextChanged => (
                "tool-text-changed",
                "What a tool tells the model is another text than before.",
            ),
            Self::ReasonChanged => (
                "reason-changed",
                "The author gives another reason for an endpoint.",
            ),
            Self::SensitiveEndpointRemoved => (
                "sensitive-endpoint-removed",
                "A tool can no longer reach credentials.",
            ),
            Self::ManageScopeRemoved => (
                "manage-scope-removed",
                "The plugin no longer needs an OAuth scope that could change things.",
            ),
            Self::ScopeRemoved => ("scope-removed", "The plugin needs one OAuth scope less."),
            Self::ToolRemoved => ("tool-removed", "The plugin has one tool less."),
            Self::EndpointRemoved => ("endpoint-removed", "A tool may no longer send a GET."),
            Self::ExpandRemoved => (
                "expand-removed",
                "A tool may no longer ask Okta to put more objects into an answer.",
            ),
            Self::QueryParameterRemoved => (
                "query-parameter-removed",
                "A tool may no longer send a query parameter.",
            ),
            Self::ParameterNarrowed => (
                "parameter-narrowed",
                "A parameter accepts fewer values than before.",
            ),
            Self::ResponseFieldRemoved => (
                "response-field-removed",
                "A tool no longer sees a response field.",
            ),
            Self::LimitLowered => ("limit-lowered", "A call may use less than before."),
            Self::ImportRemoved => (
                "import-removed",
                "The component no longer imports something.",
            ),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.describe().0
    }

    /// Whether a finding of this kind lets a plugin do more. A signature where there was none is the
    /// one finding of a widening kind that does not widen.
    #[must_use]
    pub fn widens(self) -> bool {
        self < Self::ReasonChanged
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_what_json_says_and_all_are_listed_in_order() {
        for category in Category::ALL {
            assert_eq!(serde_json::to_value(category).unwrap(), category.id());
        }
        assert!(Category::ALL.is_sorted());
        assert_eq!(Category::ALL.len(), Category::ImportRemoved as usize + 1);
    }
}
