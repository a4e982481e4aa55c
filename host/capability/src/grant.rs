//! The choke point: a tool's grant, and the proof that a request is within it.
//!
//! [`Grant::authorize`] is the only way to an [`AuthorizedGet`], and the gateway sends nothing else.
//! Everything that a request can ask for is decided here, before the network and below every version
//! of the plugin interface: the endpoint, each parameter's form, the finished URL, the cursor, and the
//! fields of the answer. Malformed is refused, never repaired.

mod denial;
mod parameter;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::address;
use crate::catalogue::{self, Operation};
use crate::cursor::{self, Binding, CursorKey};
use crate::expression;
use crate::field::FieldPath;
use crate::grammar::{Grammar, Place};
use crate::manifest::{Endpoint, Manifest};
use crate::org::OrgUrl;
use crate::projection::{Projection, Seen};
use crate::scopes;
use crate::template::{Segment, Template};
use crate::text::clean;

pub use denial::{Class, Denial};
pub use parameter::Parameter;

/// What a plugin asks for, as it came through the plugin interface: nothing of it is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The endpoint's template, letter for letter.
    pub endpoint: String,
    /// A value for every parameter of the template.
    pub path: Vec<(String, String)>,
    /// Query parameters.
    pub query: Vec<(String, String)>,
    /// A sealed cursor of an earlier page.
    pub cursor: Option<String>,
}

/// A GET that was checked against a grant: the only thing that the gateway sends.
///
/// Nobody outside this module can make one.
///
/// ```compile_fail
/// let forged = capability::grant::AuthorizedGet { url: todo!() };
/// ```
#[derive(Clone)]
pub struct AuthorizedGet {
    url: Url,
    operation: &'static Operation,
    projection: Arc<Projection>,
    scopes: Arc<BTreeSet<&'static str>>,
    seal: Seal,
    limit: Option<String>,
    /// Whether it goes on where an earlier page ended.
    continues: bool,
    declared: Declared,
}

/// The endpoint of a grant that a request was checked against.
#[derive(Clone)]
struct Declared {
    all: Arc<[GrantedEndpoint]>,
    at: usize,
}

impl Declared {
    fn get(&self) -> Option<&GrantedEndpoint> {
        self.all.get(self.at)
    }
}

/// What a next page's cursor is bound to.
#[derive(Clone)]
struct Seal {
    key: CursorKey,
    plugin: Arc<str>,
    org: String,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl AuthorizedGet {
    /// The whole URL; nothing is to be added to it.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Okta's operation.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The OAuth scopes of the token that it is to be sent with: what the plugin's offered tools need
    /// together, and nothing else. One token for all of a plugin's tools, since a person reviews and
    /// Okta's administrator grants by the plugin; the tools' own bounds are this crate's work.
    #[must_use]
    pub fn scopes(&self) -> &BTreeSet<&'static str> {
        &self.scopes
    }

    /// The plugin that asked.
    #[must_use]
    pub fn plugin(&self) -> &str {
        &self.seal.plugin
    }

    /// The fields that may be seen of the answer.
    #[must_use]
    pub fn projection(&self) -> &Projection {
        &self.projection
    }

    /// The parameters that it sends, but for Okta's `after`: those of the path in the template's order, then
    /// those of the query.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        let endpoint = self.declared.get();
        let path = self.seal.path.iter().filter_map(move |(name, value)| {
            Parameter::of(Place::Path, name, value, &endpoint?.path)
        });
        let query = self.seal.query.iter().map(|(n, v)| (n.as_str(), v));
        let limit = self.limit.iter().map(|limit| ("limit", limit));
        let query = query.chain(limit).filter_map(move |(name, value)| {
            Parameter::of(Place::Query, name, value, &endpoint?.query)
        });
        path.chain(query)
    }

    /// Whether it asks for a later page: it carries what a cursor held.
    #[must_use]
    pub fn continues(&self) -> bool {
        self.continues
    }

    /// The declared fields that are in `seen`, as the manifest writes them.
    pub fn fields<'a>(&'a self, seen: &'a Seen) -> impl Iterator<Item = &'a str> {
        let names = self
            .declared
            .get()
            .map_or(&[][..], |e| e.field_names.as_slice());
        names
            .iter()
            .enumerate()
            .filter(|(place, _)| seen.contains(*place))
            .map(|(_, name)| name.as_str())
    }

    /// The cursor for the page that Okta's `after` begins; none when `after` is not one that can be
    /// sealed (over 2 KiB, or not printable ASCII).
    #[must_use]
    pub fn next_cursor(&self, after: &str) -> Option<String> {
        cursor::seal(
            &self.seal.key,
            &self.seal.binding(self.operation.template),
            after,
        )
    }
}

impl fmt::Debug for AuthorizedGet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values can be logins and names: a log that prints this shows the shape of a request only.
        write!(
            f,
            "AuthorizedGet({} for {})",
            self.operation.template, self.seal.plugin
        )
    }
}

impl Seal {
    fn binding<'a>(&'a self, template: &'a str) -> Binding<'a> {
        Binding {
            plugin: &self.plugin,
            org: &self.org,
            template,
            path: &self.path,
            query: &self.query,
        }
    }
}

/// All grants of one plugin on one org, made once when it is loaded.
#[derive(Debug, Clone)]
pub struct Grants {
    plugin: Arc<str>,
    org: OrgUrl,
    key: CursorKey,
    /// Every endpoint once, with the tools that may use it.
    endpoints: Arc<[GrantedEndpoint]>,
    /// What a token for these needs.
    scopes: Arc<BTreeSet<&'static str>>,
}

/// What one tool may do in one call. Cheap to make: it borrows nothing and copies three pointers.
#[derive(Debug, Clone)]
pub struct Grant {
    all: Grants,
    tool: Arc<str>,
}

#[derive(Debug)]
struct GrantedEndpoint {
    operation: &'static Operation,
    template: Template,
    tools: Vec<String>,
    path: BTreeMap<String, Grammar>,
    query: BTreeMap<String, Grammar>,
    projection: Arc<Projection>,
    /// What may be seen, and so be searched for.
    fields: Vec<FieldPath>,
    /// The same as texts, in the same order.
    field_names: Vec<String>,
    /// What the operator hides, which may not be searched for or sorted by either.
    hidden: Arc<[FieldPath]>,
    /// Other templates that a value could name by accident or on purpose.
    shadows: Vec<Template>,
}

impl Grants {
    /// The grants of `manifest` on `org`, less the response fields that the operator hides.
    #[must_use]
    pub fn new(manifest: &Manifest, org: OrgUrl, key: CursorKey, hidden: &[FieldPath]) -> Self {
        let endpoints = manifest
            .endpoints
            .iter()
            .map(|endpoint| GrantedEndpoint::new(endpoint, hidden))
            .collect();
        Self {
            plugin: manifest.name.as_str().into(),
            org,
            key,
            endpoints,
            scopes: Arc::new(scopes::of_manifest(manifest)),
        }
    }

    /// The same grants with scopes for `tools` alone: what only a tool that is not offered needs is
    /// not asked of Okta.
    #[must_use]
    pub fn offering<'a>(mut self, tools: impl IntoIterator<Item = &'a str>) -> Self {
        let tools: Vec<&str> = tools.into_iter().collect();
        let needed = self
            .endpoints
            .iter()
            .filter(|endpoint| tools.iter().any(|tool| endpoint.serves(tool)))
            .flat_map(|endpoint| endpoint.operation.scopes.iter().copied())
            .collect();
        self.scopes = Arc::new(needed);
        self
    }

    /// The OAuth scopes that the plugin's offered tools need together.
    #[must_use]
    pub fn scopes(&self) -> &BTreeSet<&'static str> {
        &self.scopes
    }

    /// The grant of one call of `tool`. A tool that no endpoint names can ask for nothing.
    #[must_use]
    pub fn of_tool(&self, tool: &str) -> Grant {
        Grant {
            all: self.clone(),
            tool: tool.into(),
        }
    }
}

impl GrantedEndpoint {
    fn new(endpoint: &Endpoint, hidden: &[FieldPath]) -> Self {
        Self {
            operation: endpoint.operation,
            template: endpoint.template.clone(),
            tools: endpoint.tools.clone(),
            path: endpoint.path.clone(),
            query: endpoint.query.clone(),
            projection: Arc::new(Projection::new(&endpoint.fields, hidden)),
            fields: endpoint.fields.clone(),
            field_names: endpoint.fields.iter().map(ToString::to_string).collect(),
            hidden: hidden.into(),
            shadows: catalogue::shadows(&endpoint.template),
        }
    }

    /// Refuses a query value that asks about what the tool may not see: a search is a way to read.
    fn check_names(&self, grammar: &Grammar, value: &str, place: &str) -> Result<(), Denial> {
        let (named, also): (Vec<&str>, &[FieldPath]) = match grammar {
            Grammar::Expression { names, .. } => (expression::attributes(value), names),
            Grammar::OneOf(_) => (vec![value], &[]),
            _ => return Ok(()),
        };
        for name in named {
            let shown = || clean(name, 60);
            if self.hidden.iter().any(|field| field.covers(name)) {
                return Err(Denial::Hidden {
                    place: place.to_owned(),
                    field: shown(),
                });
            }
            let declared = self
                .fields
                .iter()
                .chain(also)
                .any(|field| field.leads_to(name));
            // The words of a `one-of` are in the manifest already, where the reviewer has read them.
            if !declared && matches!(grammar, Grammar::Expression { .. }) {
                let declared = self
                    .fields
                    .iter()
                    .chain(also)
                    .map(ToString::to_string)
                    .collect();
                return Err(Denial::UndeclaredName {
                    place: place.to_owned(),
                    name: shown(),
                    declared,
                });
            }
        }
        Ok(())
    }

    fn serves(&self, tool: &str) -> bool {
        self.tools.iter().any(|name| name == tool)
    }
}

impl Grant {
    /// The OAuth scopes of the token that a call's GETs are sent with; none for a tool that may send
    /// nothing.
    #[must_use]
    pub fn scopes(&self) -> Option<&BTreeSet<&'static str>> {
        let sends = self.all.endpoints.iter().any(|e| e.serves(&self.tool));
        sends.then_some(&*self.all.scopes)
    }

    /// Checks `request` and makes the GET that may be sent.
    ///
    /// # Errors
    /// [`Denial`]: what was asked, and what would have been allowed. Nothing was sent.
    pub fn authorize(&self, request: &Request) -> Result<AuthorizedGet, Denial> {
        let declared = self.endpoint(&request.endpoint)?;
        let Some(endpoint) = declared.get() else {
            return Err(self.not_granted(&request.endpoint));
        };
        let path = self.path(endpoint, &request.path)?;
        let query = self.query(endpoint, &request.query)?;
        let mut seal = Seal {
            key: self.all.key.clone(),
            plugin: Arc::clone(&self.all.plugin),
            org: self.all.org.origin(),
            path,
            query,
        };
        let limit = take(&mut seal.query, "limit");
        let after = match &request.cursor {
            Some(cursor) if !endpoint.operation.paged => {
                return Err(Denial::NotPaged {
                    endpoint: endpoint.template.to_string(),
                    cursor: clean(cursor, 20),
                });
            }
            Some(cursor) => Some(cursor::open(
                &seal.key,
                &seal.binding(endpoint.operation.template),
                cursor,
            )?),
            None => None,
        };
        let mut pairs: Vec<(&str, &str)> = seal
            .query
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        pairs.extend(limit.as_ref().map(|limit| ("limit", limit.as_str())));
        pairs.extend(after.as_ref().map(|after| ("after", after.as_str())));
        let values: Vec<&str> = seal.path.iter().map(|(_, value)| value.as_str()).collect();
        let url = address::build(&self.all.org, &endpoint.template, &values, &pairs)?;
        Ok(AuthorizedGet {
            url,
            operation: endpoint.operation,
            projection: Arc::clone(&endpoint.projection),
            scopes: Arc::clone(&self.all.scopes),
            seal,
            limit,
            continues: after.is_some(),
            declared: declared.clone(),
        })
    }

    fn endpoint(&self, asked: &str) -> Result<Declared, Denial> {
        self.all
            .endpoints
            .iter()
            .position(|endpoint| endpoint.template.as_str() == asked && endpoint.serves(&self.tool))
            .map(|at| Declared {
                all: Arc::clone(&self.all.endpoints),
                at,
            })
            .ok_or_else(|| self.not_granted(asked))
    }

    fn not_granted(&self, asked: &str) -> Denial {
        let others: Vec<String> = self
            .all
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.template.as_str() == asked)
            .flat_map(|endpoint| endpoint.tools.iter().cloned())
            .collect();
        let asked = clean(asked, 120);
        let (plugin, tool) = (self.all.plugin.to_string(), self.tool.to_string());
        if others.is_empty() {
            let allowed = self
                .all
                .endpoints
                .iter()
                .filter(|e| e.serves(&self.tool))
                .map(|e| e.template.to_string())
                .collect();
            Denial::UndeclaredEndpoint {
                plugin,
                tool,
                endpoint: asked,
                allowed,
            }
        } else {
            Denial::EndpointOfOtherTool {
                plugin,
                tool,
                endpoint: asked,
                others,
            }
        }
    }

    /// The parameters' values in the template's order.
    fn path(
        &self,
        endpoint: &GrantedEndpoint,
        given: &[(String, String)],
    ) -> Result<Vec<(String, String)>, Denial> {
        let place = |name: &str| format!("path.{} of {}", clean(name, 60), endpoint.template);
        for (position, (name, _)) in given.iter().enumerate() {
            if !endpoint.path.contains_key(name) {
                let known = endpoint.template.parameters().map(str::to_owned).collect();
                return Err(Denial::UnknownParameter {
                    place: place(name),
                    known,
                });
            }
            if given.iter().take(position).any(|(other, _)| other == name) {
                return Err(Denial::Twice { place: place(name) });
            }
        }
        let mut values = Vec::with_capacity(endpoint.path.len());
        for name in endpoint.template.parameters() {
            let (Some((_, value)), Some(grammar)) = (
                given.iter().find(|(n, _)| n == name),
                endpoint.path.get(name),
            ) else {
                return Err(Denial::Missing { place: place(name) });
            };
            if !grammar.accepts(value) {
                return Err(Denial::value(place(name), grammar, value));
            }
            values.push((name.to_owned(), value.clone()));
        }
        match endpoint
            .shadows
            .iter()
            .find(|shadow| shadow_matches(shadow, &endpoint.template, &values))
        {
            Some(shadow) => Err(Denial::OtherEndpoint {
                endpoint: endpoint.template.to_string(),
                named: shadow.to_string(),
            }),
            None => Ok(values),
        }
    }

    fn query(
        &self,
        endpoint: &GrantedEndpoint,
        given: &[(String, String)],
    ) -> Result<Vec<(String, String)>, Denial> {
        let place = |name: &str| format!("query.{} of {}", clean(name, 60), endpoint.template);
        let mut query: Vec<(String, String)> = Vec::with_capacity(given.len());
        for (name, value) in given {
            let Some(grammar) = endpoint.query.get(name) else {
                return Err(Denial::UndeclaredQuery {
                    plugin: self.all.plugin.to_string(),
                    place: place(name),
                    declared: endpoint.query.keys().cloned().collect(),
                });
            };
            if query.iter().any(|(other, _)| other == name) {
                return Err(Denial::Twice { place: place(name) });
            }
            if !grammar.accepts(value) {
                return Err(Denial::value(place(name), grammar, value));
            }
            endpoint.check_names(grammar, value, &place(name))?;
            query.push((name.clone(), value.clone()));
        }
        // One spelling for one request: a cursor must not depend on the order of a guest's list.
        query.sort();
        Ok(query)
    }
}

/// Whether the path that `values` give `template` is (in any letter case) one of `shadow`.
fn shadow_matches(shadow: &Template, template: &Template, values: &[(String, String)]) -> bool {
    let mut values = values.iter();
    shadow
        .segments()
        .iter()
        .zip(template.segments())
        .all(|(shadow, own)| {
            let value = match own {
                Segment::Parameter(_) => values.next().map(|(_, value)| value.as_str()),
                Segment::Literal(literal) => Some(literal.as_str()),
            };
            match shadow {
                Segment::Literal(literal) => {
                    value.is_some_and(|value| value.eq_ignore_ascii_case(literal))
                }
                Segment::Parameter(_) => true,
            }
        })
}

fn take(pairs: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = pairs.iter().position(|(other, _)| other == name)?;
    Some(pairs.remove(at).1)
}

#[cfg(test)]
mod strays;
#[cfg(test)]
mod tests;
