//! Resources: the plugins' and the program's own, as MCP's.

use rmcp::model::{CacheScope, ErrorData, ReadResourceResult, Resource, ResourceTemplate};
use sandbox::Document;
use serde_json::json;

use super::content;

pub(super) fn describe(own: &sandbox::Resource) -> Resource {
    let mut resource = Resource::new(own.uri.clone(), own.name.clone())
        .with_title(own.title.clone())
        .with_description(own.description.clone());
    resource.mime_type.clone_from(&own.mime_type);
    resource
}

pub(super) fn describe_template(own: &sandbox::Resource) -> ResourceTemplate {
    let mut template = ResourceTemplate::new(own.uri.clone(), own.name.clone())
        .with_title(own.title.clone())
        .with_description(own.description.clone());
    template.mime_type.clone_from(&own.mime_type);
    template
}

/// What a plugin brought: fresh from Okta and this caller's, so nobody keeps it.
pub(super) fn translate(documents: Vec<Document>) -> ReadResourceResult {
    let contents = documents.into_iter().map(content::document);
    let mut result = ReadResourceResult::new(contents.collect());
    result.ttl_ms = Some(0);
    result.cache_scope = Some(CacheScope::Private);
    result.meta = Some(super::server_meta());
    result
}

/// A text of the program's own: it stays as it is while the program runs.
pub(super) fn own(document: Document, ttl_ms: u64) -> ReadResourceResult {
    let mut result = translate(vec![document]);
    result.ttl_ms = Some(ttl_ms);
    result
}

/// rmcp gives it the code that the client's revision has for it.
pub(super) fn not_found(uri: &str) -> ErrorData {
    let shown = capability::text::clean(uri, 200);
    let text = format!(
        "there is no resource {shown}; resources/list and resources/templates/list say what there is"
    );
    ErrorData::resource_not_found(text, Some(json!({"uri": uri})))
}
