//! What people and their tools read: a review, a comparison, in the form that they need it in.
//!
//! The facts come from [`capability::review`] and [`capability::diff`]; here they are only laid out.
//! All forms say the same. None of them holds a date: the same packages give the same bytes, so that a
//! report can be committed and compared.
//!
//! [`page`] is the frame of every HTML page, for other reports, too.

pub mod diff;
pub mod markdown;
pub mod output;
pub mod page;
pub mod review;
pub mod sarif;
pub mod words;

use serde::Serialize;

/// A form of report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal, 80 columns wide
    #[default]
    Text,
    /// For programs; `--schema` prints its JSON Schema
    Json,
    /// SARIF 2.1.0, for code review tools
    Sarif,
    /// One file for a browser; needs no network and no script
    Html,
    /// For a pull request's comment
    Markdown,
}

/// Indented JSON with a line break at its end; what a terminal would obey is escaped.
///
/// # Errors
/// None that can be met: the documents are JSON.
pub(crate) fn json<T: Serialize>(document: &T) -> serde_json::Result<String> {
    let mut text = words::escaped(&serde_json::to_string_pretty(document)?);
    text.push('\n');
    Ok(text)
}

/// A published schema as it is committed: indented, with a line break at its end.
///
/// # Errors
/// None that can be met: a schema is JSON.
pub(crate) fn schema<T: schemars::JsonSchema>() -> serde_json::Result<String> {
    let schema = schemars::generate::SchemaSettings::default()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>();
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}
