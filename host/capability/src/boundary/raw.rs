//! The file as TOML gives it, and its way into the checked types.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{Boundary, BoundaryError, Lined, MAX_BYTES, Templates, VERSION};
use crate::catalogue;
use crate::field::FieldPath;
use crate::limits::{LimitError, LimitWish, Written};
use crate::text::clean;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    boundary: Spanned<u32>,
    #[serde(default)]
    never_endpoints: Vec<Spanned<String>>,
    only_scopes: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    never_fields: Vec<Spanned<String>>,
    #[serde(default)]
    only_fields: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    compat_world: Option<Spanned<bool>>,
    credentials: Option<Spanned<bool>>,
    #[serde(default)]
    limits: RawLimits,
}

/// By key; which keys there are is the limits' own knowledge.
type RawLimits = BTreeMap<Spanned<String>, Spanned<toml::Value>>;

/// A mistake and the bytes it is at.
struct Mistake(Range<usize>, String);

type Checked<T> = Result<T, Mistake>;

fn mistake<T, S>(at: &Spanned<S>, problem: impl Into<String>) -> Checked<T> {
    Err(Mistake(at.span(), problem.into()))
}

pub(super) fn parse(text: &str) -> Result<Boundary, BoundaryError> {
    if text.len() > MAX_BYTES {
        return Err(BoundaryError {
            line: 1,
            problem: format!("longer than {} KiB", MAX_BYTES >> 10),
        });
    }
    let line = |offset: usize| 1 + text.bytes().take(offset).filter(|b| *b == b'\n').count();
    let raw: Raw = toml::from_str(text).map_err(|error| BoundaryError {
        line: line(error.span().map_or(0, |span| span.start)),
        problem: clean(&error.message().replace('\n', "; "), 400),
    })?;
    check(raw, &line).map_err(|Mistake(span, problem)| BoundaryError {
        line: line(span.start),
        problem,
    })
}

fn check(raw: Raw, line: &dyn Fn(usize) -> usize) -> Checked<Boundary> {
    if *raw.boundary.get_ref() != VERSION {
        return mistake(
            &raw.boundary,
            format!("this host reads boundary = {VERSION}"),
        );
    }
    let forbids = |flag: &Option<Spanned<bool>>| {
        flag.as_ref()
            .filter(|flag| !flag.get_ref())
            .map(|flag| Lined {
                line: line(flag.span().start),
                value: (),
            })
    };
    let (limits, limit_lines) = check_limits(&raw.limits, line)?;
    Ok(Boundary {
        never_endpoints: raw
            .never_endpoints
            .iter()
            .map(|text| lined(text, line, check_templates(text)?))
            .collect::<Checked<_>>()?,
        only_scopes: raw
            .only_scopes
            .as_ref()
            .map(|scopes| {
                let known = scopes.get_ref().iter().map(check_scope);
                lined(scopes, line, known.collect::<Checked<_>>()?)
            })
            .transpose()?,
        never_fields: raw
            .never_fields
            .iter()
            .map(|text| lined(text, line, check_field(text)?))
            .collect::<Checked<_>>()?,
        only_fields: raw
            .only_fields
            .iter()
            .map(|(template, fields)| {
                let fields = fields.iter().map(check_field).collect::<Checked<_>>()?;
                Ok((check_template(template)?, lined(template, line, fields)?))
            })
            .collect::<Checked<_>>()?,
        no_compat_world: forbids(&raw.compat_world),
        no_credentials: forbids(&raw.credentials),
        limits,
        limit_lines,
    })
}

fn lined<T, S>(at: &Spanned<S>, line: &dyn Fn(usize) -> usize, value: T) -> Checked<Lined<T>> {
    Ok(Lined {
        line: line(at.span().start),
        value,
    })
}

/// A template that Okta does not have would bound nothing.
fn check_templates(text: &Spanned<String>) -> Checked<Templates> {
    match Templates::parse(text.get_ref()) {
        Some(templates) => Ok(templates),
        None => unknown_template(text),
    }
}

fn check_template(text: &Spanned<String>) -> Checked<String> {
    match catalogue::find(text.get_ref()) {
        Some(_) => Ok(text.get_ref().clone()),
        None => unknown_template(text),
    }
}

fn unknown_template<T>(text: &Spanned<String>) -> Checked<T> {
    let hint = catalogue::nearest(text.get_ref())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    mistake(
        text,
        format!(
            "`{}` is not a GET of Okta's management API {}, nor (with `/**` at its end) what one begins with{hint}",
            clean(text.get_ref(), 120),
            catalogue::SOURCE
        ),
    )
}

fn check_scope(text: &Spanned<String>) -> Checked<String> {
    let mut known = catalogue::operations()
        .iter()
        .flat_map(|operation| operation.scopes);
    if known.any(|scope| scope == text.get_ref()) {
        return Ok(text.get_ref().clone());
    }
    mistake(
        text,
        format!(
            "`{}` is not a scope that any GET of Okta's needs; one is `okta.users.read`",
            clean(text.get_ref(), 80)
        ),
    )
}

fn check_field(text: &Spanned<String>) -> Checked<FieldPath> {
    text.get_ref()
        .parse()
        .map_err(|error| Mistake(text.span(), format!("{error}")))
}

type Lines = BTreeMap<String, usize>;

fn check_limits(raw: &RawLimits, line: &dyn Fn(usize) -> usize) -> Checked<(LimitWish, Lines)> {
    let mut wish = LimitWish::default();
    let mut lines = Lines::new();
    for (key, value) in raw {
        let written = match value.get_ref() {
            toml::Value::String(text) => Written::Text(text),
            toml::Value::Integer(number) => {
                Written::Number(u32::try_from(*number).unwrap_or_default())
            }
            _ => Written::Text(""),
        };
        if let Err(error) = wish.set(key.get_ref(), written) {
            return match error {
                LimitError::Unknown => mistake(key, error.to_string()),
                LimitError::Value { .. } => mistake(value, error.to_string()),
            };
        }
        lines.insert(key.get_ref().clone(), line(key.span().start));
    }
    Ok((wish, lines))
}
