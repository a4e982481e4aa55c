//! The resources that a plugin describes, and what reading one brings.
//!
//! A template is of RFC 6570's first level: `{name}` stands for a value without `/`, and a literal text is between
//! any two of them. So a URI is matched to the template that it came from without guessing, and no plugin can claim
//! all URIs.

use capability::snapshot::{Kind, ToolText};
use capability::text::clean;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::bindings::full::exports::okta::plugin::resources as wit;
use crate::error::CallError;
use crate::limits::{MAX_DOCUMENTS, MAX_LABEL_BYTES, MAX_OFFER_DESCRIPTION, MAX_OFFERS, MAX_TITLE};
use crate::outcome::{Block, Document};
use crate::prompt::{check_name, is_argument_name};
use crate::tool::{ToolError, shown_text};

/// The scheme of the host's own resources, which no plugin may offer.
pub const OWN_SCHEME: &str = "okta-mcp:";

/// What a package offers to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resources {
    /// Resources with a URI of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<Resource>,
    /// Resources whose URI is a template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Resource>,
}

/// One resource, or one template of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resource {
    /// Its URI, or a template of URIs.
    pub uri: String,
    /// As a tool's, and different from every tool's and prompt's.
    pub name: String,
    /// For people; one line of at most 80 characters.
    pub title: String,
    /// For people and models; one line of at most 400 characters.
    pub description: String,
    /// Its media type, where all that it brings has the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
}

impl Resources {
    /// The catalogue as the guest described it.
    pub(crate) fn described(catalogue: wit::Catalogue) -> Self {
        let all = |entries: Vec<wit::Entry>| entries.into_iter().map(Resource::from).collect();
        Self {
            listed: all(catalogue.resources),
            templates: all(catalogue.templates),
        }
    }

    /// All entries, listed ones first.
    pub fn all(&self) -> impl Iterator<Item = &Resource> {
        self.listed.iter().chain(&self.templates)
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.templates.is_empty()
    }

    pub(crate) fn check(&self) -> Result<(), ToolError> {
        let count = self.all().count();
        if count > MAX_OFFERS {
            return Err(ToolError::new(format!(
                "there are {count} resources; a plugin has at most {MAX_OFFERS}"
            )));
        }
        self.all().try_for_each(Resource::check)?;
        for resource in &self.listed {
            let place = resource.place();
            if resource.uri.contains(['{', '}']) {
                return Err(ToolError::new(format!(
                    "{place}: its URI is a template; list it among the templates"
                )));
            }
        }
        for template in &self.templates {
            Template::parse(&template.uri)
                .map_err(|problem| ToolError::new(format!("{}: {problem}", template.place())))?;
        }
        let mut uris: Vec<&str> = self.all().map(|resource| resource.uri.as_str()).collect();
        uris.sort_unstable();
        match uris.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => Err(ToolError::new(format!(
                "there are two resources `{}`",
                clean(pair.first().unwrap_or(&""), 80)
            ))),
            None => Ok(()),
        }
    }
}

impl Resource {
    fn place(&self) -> String {
        format!(
            "resource `{}`",
            clean(&self.name, capability::manifest::MAX_TOOL_NAME)
        )
    }

    fn check(&self) -> Result<(), ToolError> {
        let place = self.place();
        check_name(&place, &self.name)?;
        shown_text(&place, "title", &self.title, MAX_TITLE)?;
        let description = &self.description;
        shown_text(&place, "description", description, MAX_OFFER_DESCRIPTION)?;
        if let Some(mime_type) = &self.mime_type {
            shown_text(&place, "media type", mime_type, MAX_TITLE)?;
        }
        let printable = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`|".contains(&b);
        if self.uri.len() > MAX_LABEL_BYTES
            || !has_scheme(&self.uri)
            || !self.uri.bytes().all(printable)
        {
            return Err(ToolError::new(format!(
                "{place}: its URI must be one of at most {MAX_LABEL_BYTES} characters, as in notes://overview"
            )));
        }
        if self.uri.starts_with(OWN_SCHEME) {
            return Err(ToolError::new(format!(
                "{place}: URIs that begin with {OWN_SCHEME} are the server's own; take another scheme"
            )));
        }
        Ok(())
    }
}

/// In lower case, so that one scheme is written in one way.
fn has_scheme(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
    })
}

impl From<wit::Entry> for Resource {
    fn from(entry: wit::Entry) -> Self {
        Self {
            uri: entry.uri,
            name: entry.name,
            title: entry.title,
            description: entry.description,
            mime_type: entry.mime_type,
        }
    }
}

impl From<&Resource> for ToolText {
    fn from(resource: &Resource) -> Self {
        let uri = json!({"uri": {"type": "string", "description": resource.uri}});
        Self {
            kind: Kind::Resource,
            name: resource.name.clone(),
            title: resource.title.clone(),
            description: resource.description.clone(),
            input_schema: Map::from_iter([
                ("type".to_owned(), "object".into()),
                ("properties".to_owned(), uri),
            ]),
            output_schema: None,
        }
    }
}

/// A URI template, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What is before the first variable.
    first: String,
    /// Each variable, and the literal text after it.
    rest: Vec<(String, String)>,
}

impl Template {
    /// Takes `text` apart.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form =
            "a template is written as in notes://{year}/{name}: names in braces, text between them";
        let mut parts = text.split('{');
        let first = parts.next().unwrap_or_default().to_owned();
        let mut rest: Vec<(String, String)> = Vec::new();
        for part in parts {
            let (name, literal) = part.split_once('}').ok_or(form)?;
            let adjoins = rest.last().is_some_and(|(_, literal)| literal.is_empty());
            let again = rest.iter().any(|(other, _)| other == name);
            if !is_argument_name(name) || literal.contains('}') || adjoins || again {
                return Err(form.to_owned());
            }
            rest.push((name.to_owned(), literal.to_owned()));
        }
        let scheme = first.contains(':') && has_scheme(text);
        if rest.is_empty() || first.contains('}') || !scheme {
            return Err(form.to_owned());
        }
        Ok(Self { first, rest })
    }

    /// Whether `uri` is one of the template's.
    #[must_use]
    pub fn matches(&self, uri: &str) -> bool {
        let Some(mut left) = uri.strip_prefix(self.first.as_str()) else {
            return false;
        };
        for (index, (_, literal)) in self.rest.iter().enumerate() {
            let is_last = index + 1 == self.rest.len();
            let split = if is_last {
                left.strip_suffix(literal.as_str()).map(|value| (value, ""))
            } else {
                // The literal cannot begin a value: no value is empty.
                left.char_indices()
                    .nth(1)
                    .and_then(|(at, _)| left.get(at..))
                    .and_then(|tail| {
                        tail.find(literal.as_str())
                            .map(|at| left.len() - tail.len() + at)
                    })
                    .and_then(|at| Some((left.get(..at)?, left.get(at + literal.len()..)?)))
            };
            match split {
                Some((value, rest)) if !value.is_empty() && !value.contains('/') => left = rest,
                _ => return false,
            }
        }
        true
    }

    /// Whether it has a variable called `name`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.rest.iter().any(|(own, _)| own == name)
    }
}

/// What a read brings; none where the plugin has nothing at the URI.
pub(crate) fn documents(
    result: Result<Vec<wit::Document>, wit::ReadError>,
    most: usize,
) -> Result<Option<Vec<Document>>, CallError> {
    match result {
        Ok(documents) if documents.is_empty() || documents.len() > MAX_DOCUMENTS => {
            Err(CallError::BadResult(format!(
                "a read brings 1 to {MAX_DOCUMENTS} documents, not {}",
                documents.len()
            )))
        }
        Ok(documents) => Block::documents(documents, most).map(Some),
        Err(wit::ReadError::NotFound) => Ok(None),
        Err(wit::ReadError::Failed(text)) => Err(CallError::failed(&text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_its_templates_only_when_every_variable_has_a_value_without_a_slash() {
        let template = Template::parse("test://template/{id}/data").unwrap();
        assert!(template.matches("test://template/123/data"));
        for other in [
            "test://template//data",
            "test://template/1/2/data",
            "test://template/123/datum",
            "test://template/123",
            "other://template/123/data",
        ] {
            assert!(!template.matches(other), "{other}");
        }
        assert!(template.has("id") && !template.has("data"));
    }

    #[test]
    fn several_variables_are_told_apart_by_the_text_between_them() {
        let template = Template::parse("log:{year}-{month}").unwrap();
        assert!(template.matches("log:2026-07"));
        assert!(template.matches("log:2026-07-28"));
        assert!(!template.matches("log:2026-"));
        assert!(!template.matches("log:-07"));
    }

    #[test]
    fn what_could_be_matched_in_several_ways_is_no_template() {
        for bad in [
            "notes://overview",
            "{scheme}://x",
            "notes://{a}{b}",
            "notes://{a}/{a}",
            "notes://{a",
            "notes://a}",
            "notes://{a}}",
            "notes://{+a}",
            "notes://{}",
        ] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_resource_of_the_servers_own_scheme_and_one_without_a_scheme_are_refused() {
        let resource = |uri: &str| Resource {
            uri: uri.to_owned(),
            name: "notes".to_owned(),
            title: "Notes".to_owned(),
            description: "Notes.".to_owned(),
            mime_type: None,
        };
        assert!(resource("notes://overview").check().is_ok());
        for bad in [
            "okta-mcp://review",
            "overview",
            "Notes://x",
            "notes:",
            "notes://a b",
        ] {
            assert!(resource(bad).check().is_err(), "{bad}");
        }
    }
}
