//! The manifest as TOML gives it, and its way into the checked types. Lines are kept for the errors.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{
    Endpoint, MAX_BYTES, Manifest, ManifestError, VERSION, World, is_plugin_name, is_tool_name,
};
use crate::catalogue;
use crate::field::FieldPath;
use crate::grammar::{Grammar, MAX_TEXT, Place};
use crate::limits::{LimitError, LimitWish, Written};
use crate::sensitivity;
use crate::template::Template;
use crate::text::{clean, is_hidden};

/// Endpoints of one plugin: a reviewer reads each of them.
const MAX_ENDPOINTS: usize = 64;
/// Tools of one endpoint: as many as a plugin may have.
const MAX_TOOLS: usize = 64;
/// Fields of one endpoint: three times the most that a built-in plugin declares.
const MAX_FIELDS: usize = 256;
/// Names of one expression beside the declared fields.
const MAX_NAMES: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    manifest: Spanned<u32>,
    name: Spanned<String>,
    version: Spanned<String>,
    summary: Spanned<String>,
    world: Option<Spanned<String>>,
    #[serde(default)]
    endpoint: Vec<Spanned<RawEndpoint>>,
    #[serde(default)]
    limits: RawLimits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEndpoint {
    get: Spanned<String>,
    tools: Spanned<Vec<Spanned<String>>>,
    why: Spanned<String>,
    #[serde(default)]
    path: BTreeMap<Spanned<String>, Spanned<Value>>,
    #[serde(default)]
    query: BTreeMap<Spanned<String>, Spanned<Value>>,
    fields: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    sensitive: bool,
}

/// By key; which keys there are is the limits' own knowledge.
type RawLimits = BTreeMap<Spanned<String>, Spanned<Value>>;

/// A mistake and the bytes it is at.
struct Mistake(Range<usize>, String);

type Checked<T> = Result<T, Mistake>;

fn mistake<T, S>(at: &Spanned<S>, problem: impl Into<String>) -> Checked<T> {
    Err(Mistake(at.span(), problem.into()))
}

pub(super) fn parse(text: &str) -> Result<Manifest, ManifestError> {
    if text.len() > MAX_BYTES {
        return Err(ManifestError {
            line: 1,
            problem: format!("longer than {} KiB", MAX_BYTES / 1024),
        });
    }
    let raw: RawManifest = toml::from_str(text).map_err(|error| ManifestError {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        problem: clean(&error.message().replace('\n', "; "), 400),
    })?;
    check(raw).map_err(|Mistake(span, problem)| ManifestError {
        line: line_of(text, span.start),
        problem,
    })
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|b| *b == b'\n').count()
}

fn check(raw: RawManifest) -> Checked<Manifest> {
    if *raw.manifest.get_ref() != VERSION {
        return mistake(
            &raw.manifest,
            format!("this host reads manifest = {VERSION}"),
        );
    }
    if !is_plugin_name(raw.name.get_ref()) {
        return mistake(
            &raw.name,
            "a plugin's name has 1 to 40 lower-case letters, digits and `-`, and begins with a letter",
        );
    }
    let version = raw.version.get_ref();
    if version.is_empty()
        || version.len() > 40
        || !version
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-+".contains(&b))
    {
        return mistake(&raw.version, "a version looks like `0.1.0`");
    }
    let summary = sentence(&raw.summary, "summary")?;
    if raw.endpoint.len() > MAX_ENDPOINTS {
        return mistake(
            &raw.name,
            format!("more than {MAX_ENDPOINTS} endpoints; make two plugins of it"),
        );
    }
    let world = check_world(raw.world.as_ref())?;
    let endpoints = raw
        .endpoint
        .into_iter()
        .map(check_endpoint)
        .collect::<Checked<Vec<_>>>()?;
    Ok(Manifest {
        name: raw.name.into_inner(),
        version: raw.version.into_inner(),
        summary,
        world,
        endpoints: distinct(endpoints)?,
        limits: check_limits(&raw.limits)?,
    })
}

fn check_world(raw: Option<&Spanned<String>>) -> Checked<World> {
    raw.map_or(Ok(World::default()), |name| {
        World::named(name.get_ref()).map_or_else(
            || {
                mistake(
                    name,
                    format!(
                        "`{}` is not a world; accepted: `plugin`, which needs no WASI and is meant where none is named, and `compat`, for a runtime that does not start without WASI",
                        clean(name.get_ref(), 40)
                    ),
                )
            },
            Ok,
        )
    })
}

/// A tool's call finds an endpoint by its template: two for one tool would make the grant a guess.
fn distinct(endpoints: Vec<(Range<usize>, Endpoint)>) -> Checked<Vec<Endpoint>> {
    let mut seen = std::collections::BTreeSet::new();
    for (span, endpoint) in &endpoints {
        for tool in &endpoint.tools {
            if !seen.insert((endpoint.template.as_str(), tool)) {
                return Err(Mistake(
                    span.clone(),
                    format!(
                        "`{}` is declared twice for tool `{tool}`; join the two",
                        endpoint.template
                    ),
                ));
            }
        }
    }
    Ok(endpoints
        .into_iter()
        .map(|(_, endpoint)| endpoint)
        .collect())
}

fn check_endpoint(raw: Spanned<RawEndpoint>) -> Checked<(Range<usize>, Endpoint)> {
    let span = raw.span();
    let raw = raw.into_inner();
    let text = raw.get.get_ref();
    let Some(operation) = catalogue::find(text) else {
        let hint = catalogue::nearest(text)
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return mistake(
            &raw.get,
            format!(
                "`{}` is not a GET of Okta's management API {}{hint}",
                clean(text, 120),
                catalogue::SOURCE
            ),
        );
    };
    let template =
        Template::parse(text).map_err(|error| Mistake(raw.get.span(), error.to_string()))?;
    let why = sentence(&raw.why, "why")?;
    let tools = check_tools(&raw.tools)?;
    let path = check_path(&raw.get, &template, raw.path)?;
    let query = check_query(operation, raw.query)?;
    let fields = check_fields(operation.template, &raw.fields, raw.sensitive)?;
    if sensitivity::is_credential_endpoint(operation.template) && !raw.sensitive {
        return mistake(
            &raw.get,
            format!(
                "`{}` answers with credentials; declare it with `sensitive = true` and say why",
                operation.template
            ),
        );
    }
    let endpoint = Endpoint {
        operation,
        template,
        tools,
        why,
        path,
        query,
        fields,
        sensitive: raw.sensitive,
    };
    Ok((span, endpoint))
}

fn check_tools(raw: &Spanned<Vec<Spanned<String>>>) -> Checked<Vec<String>> {
    let tools = raw.get_ref();
    if tools.is_empty() {
        return mistake(raw, "name the tools that use this endpoint");
    }
    if tools.len() > MAX_TOOLS {
        return mistake(raw, format!("more than {MAX_TOOLS} tools"));
    }
    for (position, tool) in tools.iter().enumerate() {
        if !is_tool_name(tool.get_ref()) {
            return mistake(
                tool,
                "a tool's name has 1 to 48 lower-case letters, digits and `_`, and begins with a letter",
            );
        }
        if tools
            .iter()
            .take(position)
            .any(|other| other.get_ref() == tool.get_ref())
        {
            return mistake(tool, "the same tool twice");
        }
    }
    Ok(tools.iter().map(|tool| tool.get_ref().clone()).collect())
}

fn check_path(
    get: &Spanned<String>,
    template: &Template,
    raw: BTreeMap<Spanned<String>, Spanned<Value>>,
) -> Checked<BTreeMap<String, Grammar>> {
    let mut path = BTreeMap::new();
    for (name, value) in raw {
        if !template
            .parameters()
            .any(|parameter| parameter == name.get_ref())
        {
            let known: Vec<_> = template.parameters().collect();
            let known = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            return mistake(
                &name,
                format!(
                    "the template has no parameter `{}`; {known}",
                    clean(name.get_ref(), 60)
                ),
            );
        }
        let grammar = check_grammar(&value)?;
        if !grammar.fits(Place::Path) {
            return mistake(
                &value,
                "free text cannot stand in a path; use okta-id, okta-user, policy-type or name",
            );
        }
        path.insert(name.into_inner(), grammar);
    }
    for parameter in template.parameters() {
        if !path.contains_key(parameter) {
            return mistake(
                get,
                format!("say what `{{{parameter}}}` may be: path.{parameter} = \"okta-id\""),
            );
        }
    }
    Ok(path)
}

fn check_query(
    operation: &'static catalogue::Operation,
    raw: BTreeMap<Spanned<String>, Spanned<Value>>,
) -> Checked<BTreeMap<String, Grammar>> {
    let mut query = BTreeMap::new();
    for (name, value) in raw {
        if name.get_ref() == "after" {
            return mistake(
                &name,
                "`after` is never declared: pages are followed with the cursor that the host seals",
            );
        }
        if !operation.query.contains(&name.get_ref().as_str()) {
            let known: Vec<_> = operation
                .query
                .iter()
                .copied()
                .filter(|known| *known != "after")
                .collect();
            return mistake(
                &name,
                format!(
                    "`{}` takes no query parameter `{}`; it takes {}",
                    operation.id,
                    clean(name.get_ref(), 60),
                    known.join(", ")
                ),
            );
        }
        let grammar = check_grammar(&value)?;
        let kind = match name.get_ref().as_str() {
            // Whoever writes a search freely reads what no field declares; whoever sorts freely, as well.
            "search" | "filter" if !matches!(grammar, Grammar::Expression { .. }) => {
                Some("{ expression = bytes }")
            }
            "sortBy" if !matches!(grammar, Grammar::OneOf(_)) => Some("{ one-of = [..] }"),
            _ => None,
        };
        if let Some(kind) = kind {
            return mistake(
                &value,
                format!("`{}` takes {kind} and no other grammar", name.get_ref()),
            );
        }
        query.insert(name.into_inner(), grammar);
    }
    Ok(query)
}

fn check_grammar(raw: &Spanned<Value>) -> Checked<Grammar> {
    let refuse = || {
        Mistake(
            raw.span(),
            format!("not a grammar; accepted: {}", Grammar::ACCEPTED),
        )
    };
    match raw.get_ref() {
        Value::String(word) => Grammar::named(word).ok_or_else(refuse),
        Value::Table(table) if table.contains_key("expression") => {
            expression(table).ok_or_else(refuse)
        }
        Value::Table(table) if table.len() == 1 => {
            let (kind, value) = table.iter().next().ok_or_else(refuse)?;
            inline_grammar(kind, value).ok_or_else(refuse)
        }
        _ => Err(refuse()),
    }
}

fn inline_grammar(kind: &str, value: &Value) -> Option<Grammar> {
    match kind {
        "integer" => match value.as_array()?.as_slice() {
            [min, max] => {
                let bound = |bound: &Value| bound.as_integer().and_then(|n| u32::try_from(n).ok());
                let (min, max) = (bound(min)?, bound(max)?);
                (min <= max).then_some(Grammar::Integer { min, max })
            }
            _ => None,
        },
        "one-of" => {
            let words: Vec<String> = value
                .as_array()?
                .iter()
                .map(|word| word.as_str().map(str::to_owned))
                .collect::<Option<_>>()?;
            let fit = !words.is_empty()
                && words.iter().all(|word| {
                    !word.is_empty()
                        && word.len() <= 200
                        && word.bytes().all(|b| b.is_ascii_graphic())
                });
            fit.then_some(Grammar::OneOf(words))
        }
        "text" => bytes(value).map(Grammar::Text),
        _ => None,
    }
}

/// `{ expression = bytes }`, with `names` or without.
fn expression(table: &toml::Table) -> Option<Grammar> {
    let max = bytes(table.get("expression")?)?;
    let names = match table.get("names") {
        Some(names) => names
            .as_array()?
            .iter()
            .map(|name| name.as_str()?.parse().ok())
            .collect::<Option<Vec<FieldPath>>>()?,
        None => Vec::new(),
    };
    let known = 1 + usize::from(table.contains_key("names"));
    let few = names.len() <= MAX_NAMES && !names.iter().any(FieldPath::is_broad);
    (table.len() == known && few).then_some(Grammar::Expression { max, names })
}

fn bytes(value: &Value) -> Option<usize> {
    usize::try_from(value.as_integer()?)
        .ok()
        .filter(|n| (1..=MAX_TEXT).contains(n))
}

fn check_fields(
    template: &str,
    raw: &Spanned<Vec<Spanned<String>>>,
    sensitive: bool,
) -> Checked<Vec<FieldPath>> {
    if raw.get_ref().is_empty() {
        return mistake(
            raw,
            "declare at least one field; an answer without fields tells nothing",
        );
    }
    if raw.get_ref().len() > MAX_FIELDS {
        return mistake(raw, format!("more than {MAX_FIELDS} fields"));
    }
    let mut fields = Vec::new();
    for field in raw.get_ref() {
        let path: FieldPath = field
            .get_ref()
            .parse()
            .map_err(|error| Mistake(field.span(), format!("{error}")))?;
        if fields.contains(&path) {
            return mistake(field, format!("field `{path}` is there twice"));
        }
        if let Some(secret) = path.secret(template).filter(|_| !sensitive) {
            return mistake(
                field,
                format!(
                    "`{secret}` holds a secret; declare the endpoint with `sensitive = true` and say why"
                ),
            );
        }
        fields.push(path);
    }
    Ok(fields)
}

fn check_limits(raw: &RawLimits) -> Checked<LimitWish> {
    let mut wish = LimitWish::default();
    for (key, value) in raw {
        let written = match value.get_ref() {
            Value::String(text) => Written::Text(text),
            Value::Integer(number) => Written::Number(u32::try_from(*number).unwrap_or_default()),
            _ => Written::Text(""),
        };
        if let Err(error) = wish.set(key.get_ref(), written) {
            return match error {
                LimitError::Unknown => mistake(key, error.to_string()),
                LimitError::Value { .. } => mistake(value, error.to_string()),
            };
        }
    }
    Ok(wish)
}

/// One line of visible text for the reviewer, 1 to 200 characters.
fn sentence(raw: &Spanned<String>, key: &str) -> Checked<String> {
    let text = raw.get_ref();
    let fit =
        !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(is_hidden);
    if fit {
        Ok(text.clone())
    } else {
        mistake(
            raw,
            format!("`{key}` is one line of 1 to 200 visible characters"),
        )
    }
}
