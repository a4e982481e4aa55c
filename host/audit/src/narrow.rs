//! The manifest that would have been enough for what a log shows.
//!
//! It only takes away: endpoints, tools of endpoints, query parameters and fields that were never used, and of the
//! two forms of `okta-user` the one that never came. What stays, stays as its author wrote it, comments and every
//! `why` included. A field counts as used when it held a value once, or was searched by.
//!
//! What was not used in the time of the log may be needed tomorrow: it is a proposal for its author, and nothing
//! applies it.

use capability::grammar::Grammar;
use capability::manifest::{Endpoint, Manifest};

use crate::manifest_text::{self, ManifestText};
use crate::report::uses;
use crate::usage::{EndpointUse, Usage};

pub use crate::manifest_text::TextError;

/// Narrows the manifest `text` to what `usage` shows.
///
/// # Errors
/// When `text` is not a manifest.
pub fn narrow(text: &str, usage: &Usage) -> Result<String, TextError> {
    let manifest = Manifest::parse(text)?;
    let mut narrowed = ManifestText::parse(text)?;
    let mut left = 0;
    if let Some(endpoints) = narrowed.endpoints() {
        let mut unused = Vec::new();
        for (at, (table, declared)) in endpoints.iter_mut().zip(&manifest.endpoints).enumerate() {
            let used = uses(usage, &manifest.name, declared);
            if used.is_empty() {
                unused.push(at);
            } else {
                shrink(table, declared, &used, |tool| {
                    usage
                        .endpoint(&manifest.name, tool, declared.template.as_str())
                        .is_some()
                });
                left += 1;
            }
        }
        for at in unused.into_iter().rev() {
            endpoints.remove(at);
        }
    }
    if left == 0 {
        narrowed.remove_endpoints();
    }
    let header = format!(
        "# Narrowed to what an audit log shows from {} to {}. What was not used in that time is\n\
         # gone from it: look at every change before you build with it.\n",
        or_nothing(&usage.rows.first),
        or_nothing(&usage.rows.last),
    );
    let (text, _) = narrowed.finish()?;
    Ok(header + &text)
}

fn or_nothing(time: &str) -> &str {
    if time.is_empty() { "nothing" } else { time }
}

fn shrink(
    table: &mut toml_edit::Table,
    declared: &Endpoint,
    used: &[&EndpointUse],
    has_used: impl Fn(&str) -> bool,
) {
    manifest_text::keep_listed(table, "tools", has_used);
    manifest_text::keep_below(table, "query", |name| {
        used.iter().any(|used| used.query.contains_key(name))
    });
    for (name, grammar) in &declared.path {
        if *grammar == Grammar::OktaUser
            && let Some(form) = only_form(name, used)
            && let Some(path) = manifest_text::below(table, "path")
            && let Some(item) = path.get_mut(name)
            && let Some(value) = item.as_value_mut()
        {
            let decor = value.decor().clone();
            *value = form.into();
            *value.decor_mut() = decor;
        }
    }
    let is_used = |name: &str| {
        declared
            .fields
            .iter()
            .filter(|field| field.to_string() == name)
            .any(|field| {
                used.iter().any(|used| {
                    used.fields.contains_key(name)
                        || used.names.keys().any(|asked| field.leads_to(asked))
                })
            })
    };
    // Answers without any value tell nothing about fields, and an endpoint without fields is none.
    if declared
        .fields
        .iter()
        .any(|field| is_used(&field.to_string()))
    {
        manifest_text::keep_listed(table, "fields", is_used);
    }
}

/// The form that all values of the parameter had, when it was one.
fn only_form(name: &str, used: &[&EndpointUse]) -> Option<&'static str> {
    let seen = |form: &str| {
        used.iter().any(|used| {
            used.path
                .get(name)
                .is_some_and(|kinds| kinds.contains_key(form))
        })
    };
    match (seen("okta-id"), seen("okta-login")) {
        (true, false) => Some("okta-id"),
        (false, true) => Some("okta-login"),
        _ => None,
    }
}
