//! The facts of one endpoint, parameter and field.

use schemars::JsonSchema;
use serde::Serialize;

use crate::field::FieldPath;
use crate::grammar::Grammar;
use crate::manifest::Endpoint;
use crate::sensitivity::{self, Sensitivity};

use super::subject;

/// One GET that a tool may make.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct EndpointFacts {
    /// Okta's template, byte for byte.
    pub get: String,
    /// What it answers with, in our words: `one factor of any user`.
    pub subject: String,
    /// Okta's operation, such as `listUsers`.
    pub operation: String,
    /// Where Okta documents it.
    pub documentation: String,
    /// Okta's release stage: `GA`, `LIMITED_GA`, `EA` or `DEPRECATED`.
    pub stage: String,
    /// Whether it answers in pages.
    pub paged: bool,
    /// Why the plugin needs it, in its author's words.
    pub why: String,
    /// Whether the manifest asks for credentials here (`sensitive = true`).
    pub declared_sensitive: bool,
    /// The highest class of what the tool can read here.
    pub sensitivity: Sensitivity,
    /// OAuth scopes that Okta asks for, all of them; none where Okta's document names none.
    pub scopes: Vec<String>,
    /// The admin roles that are needed besides; none where Okta's documents name none.
    pub admin_roles: Vec<String>,
    /// What each parameter of the path may be.
    pub path: Vec<ParameterFacts>,
    /// Query parameters that may be sent; all others are denied.
    pub query: Vec<ParameterFacts>,
    /// What the plugin sees of each object; nothing else reaches it.
    pub fields: Vec<FieldFacts>,
    /// Kinds of delicate data that the objects have and the tool can see.
    pub sees: Vec<String>,
    /// Kinds of delicate data that the objects have and the tool cannot see.
    pub cannot_see: Vec<String>,
}

/// What one parameter may be.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ParameterFacts {
    /// Its name.
    pub name: String,
    /// The grammar, as a manifest writes it.
    #[schemars(with = "serde_json::Value")]
    pub grammar: Grammar,
    /// The grammar in words.
    pub accepts: String,
}

/// One declared response field.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct FieldFacts {
    /// Its path; `*` stands for any one key.
    pub path: FieldPath,
    /// What kind of data it is.
    pub sensitivity: Sensitivity,
    /// Whether it holds a `*`, and so fields that nobody listed.
    pub broad: bool,
}

impl EndpointFacts {
    pub(super) fn new(endpoint: &Endpoint, hidden: &[FieldPath]) -> Self {
        let template = endpoint.operation.template;
        let fields: Vec<FieldFacts> = endpoint
            .fields
            .iter()
            .filter(|field| !hidden.iter().any(|own| own.covers(&field.to_string())))
            .map(|field| FieldFacts {
                path: field.clone(),
                sensitivity: sensitivity::of_field(template, field),
                broad: field.is_broad(),
            })
            .collect();
        let own = if sensitivity::is_credential_endpoint(template) {
            Sensitivity::Credential
        } else {
            Sensitivity::Ordinary
        };
        let (sees, cannot_see) = super::notable::of(template, &fields, hidden);
        Self {
            get: template.to_owned(),
            subject: subject::of(&endpoint.template),
            operation: endpoint.operation.id.to_owned(),
            documentation: endpoint.operation.documentation(),
            stage: endpoint.operation.stage.to_owned(),
            paged: endpoint.operation.paged,
            why: endpoint.why.clone(),
            declared_sensitive: endpoint.sensitive,
            sensitivity: fields
                .iter()
                .map(|field| field.sensitivity)
                .fold(own, Ord::max),
            scopes: endpoint
                .operation
                .scopes
                .iter()
                .map(|scope| (*scope).to_owned())
                .collect(),
            admin_roles: super::admin::roles(endpoint.operation),
            path: endpoint
                .template
                .parameters()
                .filter_map(|name| Some(ParameterFacts::new(name, endpoint.path.get(name)?)))
                .collect(),
            query: endpoint
                .query
                .iter()
                .map(|(name, grammar)| ParameterFacts::new(name, grammar))
                .collect(),
            fields,
            sees,
            cannot_see,
        }
    }
}

impl ParameterFacts {
    fn new(name: &str, grammar: &Grammar) -> Self {
        Self {
            name: name.to_owned(),
            grammar: grammar.clone(),
            accepts: grammar.to_string(),
        }
    }
}
