//! The manifest that a plugin would have needed for what it asked and was denied.
//!
//! As with AppArmor's complain mode, what is denied is written down and proposed; unlike there, nothing is let
//! through meanwhile. Each denial is answered by the least change that would have allowed it, and each change has to
//! pass the manifest's own parser. So the deny classes hold: what answers with credentials, names a secret or is no
//! GET of Okta's is never learned, and neither is a value that no grammar accepts.

use capability::catalogue::{self, Operation};
use capability::grammar::{Grammar, MAX_TEXT, Place};
use capability::grant::{Denial, Request};
use capability::manifest::Manifest;
use capability::sensitivity;
use capability::text::clean;
use toml_edit::{Array, Item, Table, Value};

use crate::manifest_text::{self, ManifestText};

pub use crate::manifest_text::TextError;

/// Why the author has to write a sentence: we do not know it.
const WHY: &str = "TODO: say what this is needed for";

/// A request that was not authorized.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The tool that asked.
    pub tool: String,
    /// What it asked.
    pub request: Request,
    /// Why not.
    pub denial: Denial,
}

/// What came of one refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lesson {
    /// The candidate allows it now; says what was added.
    Learned(String),
    /// It stays denied; says why.
    Denied(String),
}

/// A manifest that grows by what is denied.
#[derive(Debug, Clone)]
pub struct Candidate {
    text: String,
    manifest: Manifest,
}

impl Candidate {
    /// Begins with a plugin's own manifest.
    ///
    /// # Errors
    /// When `text` is not a manifest.
    pub fn new(text: &str) -> Result<Self, TextError> {
        Ok(Self {
            text: text.to_owned(),
            manifest: Manifest::parse(text)?,
        })
    }

    /// The candidate as it stands.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same, checked.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Allows what `refused` asked, if it may be allowed.
    pub fn learn(&mut self, refused: &Refused) -> Lesson {
        match self.change(refused) {
            Ok((text, manifest, what)) => {
                self.text = text;
                self.manifest = manifest;
                Lesson::Learned(what)
            }
            Err(why) => Lesson::Denied(why),
        }
    }

    fn change(&self, refused: &Refused) -> Result<(String, Manifest, String), String> {
        let Refused {
            tool,
            request,
            denial,
        } = refused;
        let operation = catalogue::find(&request.endpoint)
            .ok_or_else(|| format!("GET {} is none of Okta's", clean(&request.endpoint, 120)))?;
        if sensitivity::is_credential_endpoint(operation.template) {
            return Err(format!(
                "GET {} answers with credentials: declare it by hand, with `sensitive = true` and a `why`",
                operation.template
            ));
        }
        let mut text = ManifestText::parse(&self.text).map_err(|error| error.to_string())?;
        let what = match denial {
            Denial::UndeclaredEndpoint { .. } => {
                text.add_endpoint(endpoint(operation, tool, request)?);
                format!("GET {} for {tool}", operation.template)
            }
            Denial::EndpointOfOtherTool { .. } => {
                let table = of_any(&mut text, operation)?;
                if let Some(tools) = table.get_mut("tools").and_then(Item::as_array_mut) {
                    tools.push(tool.as_str());
                }
                format!("{tool} as a tool of GET {}", operation.template)
            }
            Denial::UndeclaredQuery { .. } => {
                let name = denial.parameter().unwrap_or_default();
                let given = given(&request.query, name)?;
                let grammar = query_grammar(operation, name, given)?;
                set(
                    of_tool(&mut text, operation, tool)?,
                    "query",
                    name,
                    &grammar,
                )?;
                format!("query.{name} = {grammar} of GET {}", operation.template)
            }
            Denial::UndeclaredName { name, .. } => {
                let parameter = denial.parameter().unwrap_or_default();
                let keys: Vec<&str> = name.split('.').collect();
                if let Some(secret) = sensitivity::secret_on_the_way(operation.template, &keys) {
                    return Err(format!("a search by `{secret}` would tell a secret"));
                }
                let table = of_tool(&mut text, operation, tool)?;
                add_name(table, parameter, name)?;
                format!(
                    "{name} as a name that query.{parameter} of GET {} may ask for",
                    operation.template
                )
            }
            Denial::Value { .. } => {
                let name = denial.parameter().unwrap_or_default();
                self.widen(&mut text, operation, tool, request, name)?
            }
            other => {
                return Err(format!(
                    "it is malformed, which no manifest allows: {other}"
                ));
            }
        };
        let (text, manifest) = text.finish().map_err(|error| error.to_string())?;
        Ok((text, manifest, what))
    }

    /// Widens the grammar of the parameter called `name` to the value that was given.
    fn widen(
        &self,
        text: &mut ManifestText,
        operation: &Operation,
        tool: &str,
        request: &Request,
        name: &str,
    ) -> Result<String, String> {
        let declared = self
            .manifest
            .endpoints_of(tool)
            .find(|endpoint| endpoint.template.as_str() == operation.template)
            .ok_or("the endpoint is not declared for this tool")?;
        let (place, grammar, value) = match declared.path.get(name) {
            Some(grammar) => ("path", grammar, given(&request.path, name)?),
            None => {
                let grammar = declared
                    .query
                    .get(name)
                    .ok_or("the parameter is not declared")?;
                ("query", grammar, given(&request.query, name)?)
            }
        };
        let refuse = || {
            format!(
                "no form of a parameter takes the value of {place}.{name} of GET {}",
                operation.template
            )
        };
        let wider = match grammar {
            Grammar::OktaId if Grammar::OktaLogin.accepts(value) => "\"okta-user\"".to_owned(),
            Grammar::OktaLogin if Grammar::OktaId.accepts(value) => "\"okta-user\"".to_owned(),
            Grammar::Integer { min, max } => {
                let number = integer(value).ok_or_else(refuse)?;
                format!(
                    "{{ integer = [{}, {}] }}",
                    number.min(*min),
                    number.max(*max)
                )
            }
            Grammar::OneOf(words) if is_word(value) => {
                let all: Vec<String> = words
                    .iter()
                    .map(String::as_str)
                    .chain([value])
                    .map(quoted)
                    .collect();
                format!("{{ one-of = [{}] }}", all.join(", "))
            }
            Grammar::Text(_) => format!("{{ text = {} }}", room(value).ok_or_else(refuse)?),
            Grammar::Expression { names, .. } => {
                let names: Vec<String> =
                    names.iter().map(|name| quoted(&name.to_string())).collect();
                expression(room(value).ok_or_else(refuse)?, &names)
            }
            _ => return Err(refuse()),
        };
        set(of_tool(text, operation, tool)?, place, name, &wider)?;
        Ok(format!(
            "{place}.{name} = {wider} of GET {}",
            operation.template
        ))
    }
}

/// The least `[[endpoint]]` that allows the request. Which fields the plugin reads cannot be known from what it asks.
fn endpoint(operation: &Operation, tool: &str, request: &Request) -> Result<Table, String> {
    let mut table = Table::new();
    table.insert("get", operation.template.into());
    table.insert("tools", Item::Value(Array::from_iter([tool]).into()));
    table.insert("why", WHY.into());
    for (name, value) in &request.path {
        set(&mut table, "path", name, path_grammar(name, value)?)?;
    }
    for (name, value) in &request.query {
        let grammar = query_grammar(operation, name, value)?;
        set(&mut table, "query", name, &grammar)?;
    }
    table.insert("fields", Item::Value(Array::from_iter(["id"]).into()));
    if let Some(fields) = table.get_mut("fields").and_then(Item::as_value_mut) {
        fields
            .decor_mut()
            .set_suffix(" # add the fields that the plugin reads");
    }
    Ok(table)
}

fn path_grammar(name: &str, value: &str) -> Result<&'static str, String> {
    let forms = [
        (Grammar::OktaId, "\"okta-id\""),
        (Grammar::OktaLogin, "\"okta-user\""),
        (Grammar::PolicyType, "\"policy-type\""),
        (Grammar::Name, "\"name\""),
    ];
    forms
        .into_iter()
        .find(|(grammar, _)| grammar.fits(Place::Path) && grammar.accepts(value))
        .map(|(_, word)| word)
        .ok_or_else(|| {
            format!(
                "no form of a parameter takes the value of path.{}",
                clean(name, 60)
            )
        })
}

fn query_grammar(operation: &Operation, name: &str, value: &str) -> Result<String, String> {
    if !operation.query.contains(&name) || name == "after" {
        return Err(format!(
            "GET {} takes no query parameter `{}` that a manifest can declare",
            operation.template,
            clean(name, 60)
        ));
    }
    let text = || {
        room(value)
            .ok_or_else(|| format!("the value of query.{name} is longer than any that is accepted"))
    };
    Ok(match name {
        "search" | "filter" => expression(text()?, &[]),
        "sortBy" | "sortOrder" | "expand" if is_word(value) => {
            format!("{{ one-of = [{}] }}", quoted(value))
        }
        _ if matches!(value, "true" | "false") => "\"boolean\"".to_owned(),
        _ if Grammar::Timestamp.accepts(value) => "\"timestamp\"".to_owned(),
        _ if Grammar::PolicyType.accepts(value) => "\"policy-type\"".to_owned(),
        _ => match integer(value) {
            Some(number) => format!("{{ integer = [{}, {number}] }}", number.min(1)),
            None => format!("{{ text = {} }}", text()?),
        },
    })
}

fn integer(value: &str) -> Option<u32> {
    let number: u32 = value.parse().ok()?;
    Grammar::Integer {
        min: number,
        max: number,
    }
    .accepts(value)
    .then_some(number)
}

fn is_word(value: &str) -> bool {
    (1..=200).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic())
}

/// Bytes that the value needs, in whole hundreds: the next value is seldom just as long.
fn room(value: &str) -> Option<usize> {
    let bytes = value.len().max(1).next_multiple_of(100).min(MAX_TEXT);
    Grammar::Text(bytes).accepts(value).then_some(bytes)
}

fn expression(bytes: usize, names: &[String]) -> String {
    if names.is_empty() {
        format!("{{ expression = {bytes} }}")
    } else {
        format!("{{ expression = {bytes}, names = [{}] }}", names.join(", "))
    }
}

fn quoted(word: &str) -> String {
    Value::from(word).to_string()
}

fn given<'r>(pairs: &'r [(String, String)], name: &str) -> Result<&'r str, String> {
    pairs
        .iter()
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.as_str())
        .ok_or_else(|| "the parameter's name is none of Okta's".to_owned())
}

/// Writes `place.name = grammar`, as dotted keys where the author wrote none yet.
fn set(table: &mut Table, place: &str, name: &str, grammar: &str) -> Result<(), String> {
    let value = manifest_text::value(grammar).ok_or("the grammar cannot be written")?;
    let item = table.entry(place).or_insert_with(|| {
        let mut dotted = Table::new();
        dotted.set_dotted(true);
        Item::Table(dotted)
    });
    let below = item
        .as_table_like_mut()
        .ok_or("the endpoint is written in a way that cannot be changed")?;
    below.insert(name, Item::Value(value));
    Ok(())
}

fn add_name(table: &mut Table, parameter: &str, name: &str) -> Result<(), String> {
    let unusual = || "the search's grammar is written in a way that cannot be changed".to_owned();
    let below = manifest_text::below(table, "query").ok_or_else(unusual)?;
    let item = below.get_mut(parameter).ok_or_else(unusual)?;
    let grammar = item.as_table_like_mut().ok_or_else(unusual)?;
    if grammar.get("names").is_none() {
        grammar.insert("names", Item::Value(Array::new().into()));
    }
    let names = grammar
        .get_mut("names")
        .and_then(Item::as_array_mut)
        .ok_or_else(unusual)?;
    names.push(name);
    if let Some(inline) = item.as_inline_table_mut() {
        inline.fmt();
    }
    Ok(())
}

/// The `[[endpoint]]` of `operation` that `tool` may use.
fn of_tool<'t>(
    text: &'t mut ManifestText,
    operation: &Operation,
    tool: &str,
) -> Result<&'t mut Table, String> {
    find(text, operation, |tools| {
        tools.iter().any(|known| known.as_str() == Some(tool))
    })
}

/// The first `[[endpoint]]` of `operation`.
fn of_any<'t>(text: &'t mut ManifestText, operation: &Operation) -> Result<&'t mut Table, String> {
    find(text, operation, |_| true)
}

fn find<'t>(
    text: &'t mut ManifestText,
    operation: &Operation,
    fits: impl Fn(&Array) -> bool,
) -> Result<&'t mut Table, String> {
    text.endpoints()
        .and_then(|endpoints| {
            endpoints.iter_mut().find(|table| {
                let get = table.get("get").and_then(Item::as_str);
                get == Some(operation.template)
                    && table
                        .get("tools")
                        .and_then(Item::as_array)
                        .is_some_and(&fits)
            })
        })
        .ok_or_else(|| format!("no endpoint of the manifest is GET {}", operation.template))
}
