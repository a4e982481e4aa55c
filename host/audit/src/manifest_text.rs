//! Changes to a manifest's text that leave its comments, its order and every `why` where they are.

use capability::manifest::{Manifest, ManifestError};
use toml_edit::{ArrayOfTables, DocumentMut, Item, RawString, Table, TableLike, Value};

/// A manifest's text, taken apart so that it can be changed.
#[derive(Debug, Clone)]
pub(crate) struct ManifestText(DocumentMut);

/// A text that is not a manifest, before or after it was changed.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// Not TOML.
    #[error("the manifest is not TOML: {0}")]
    Toml(String),
    /// Not a manifest.
    #[error("{0}")]
    Manifest(#[from] ManifestError),
}

impl ManifestText {
    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        let toml = |error: toml_edit::TomlError| TextError::Toml(error.message().to_owned());
        text.parse().map(Self).map_err(toml)
    }

    /// The text, once it is a manifest.
    pub(crate) fn finish(&self) -> Result<(String, Manifest), TextError> {
        let text = self.0.to_string();
        let manifest = Manifest::parse(&text)?;
        Ok((text, manifest))
    }

    /// The `[[endpoint]]`s, in the manifest's order.
    pub(crate) fn endpoints(&mut self) -> Option<&mut ArrayOfTables> {
        self.0.get_mut("endpoint")?.as_array_of_tables_mut()
    }

    /// Adds an `[[endpoint]]` at the end of them.
    pub(crate) fn add_endpoint(&mut self, table: Table) {
        let item = self
            .0
            .entry("endpoint")
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        if let Some(endpoints) = item.as_array_of_tables_mut() {
            endpoints.push(table);
        }
    }

    pub(crate) fn remove_endpoints(&mut self) {
        self.0.remove("endpoint");
    }
}

/// The table below `key` of an endpoint: `path` or `query`, however the author wrote it.
pub(crate) fn below<'t>(endpoint: &'t mut Table, key: &str) -> Option<&'t mut dyn TableLike> {
    endpoint.get_mut(key)?.as_table_like_mut()
}

/// Keeps of the table below `key` what `keep` wants, and takes the table out as well when nothing stays.
pub(crate) fn keep_below(endpoint: &mut Table, key: &str, keep: impl Fn(&str) -> bool) {
    let Some(table) = below(endpoint, key) else {
        return;
    };
    let gone: Vec<String> = table
        .iter()
        .map(|(name, _)| name.to_owned())
        .filter(|name| !keep(name))
        .collect();
    for name in gone {
        table.remove(&name);
    }
    if table.is_empty() {
        endpoint.remove(key);
    }
}

/// Keeps those texts of the list called `key` that `keep` wants, and the comments behind them.
///
/// What stands behind an element belongs, for TOML, to the one that follows. So the first of a row of elements that
/// go hands on the comment of the element that stays before it.
pub(crate) fn keep_listed(endpoint: &mut Table, key: &str, keep: impl Fn(&str) -> bool) {
    let Some(list) = endpoint.get_mut(key).and_then(Item::as_array_mut) else {
        return;
    };
    let stays = |value: &Value| value.as_str().is_none_or(&keep);
    let mut handed_on: Option<String> = None;
    for value in list.iter_mut() {
        let own = value.decor().prefix().and_then(RawString::as_str);
        let own = own.unwrap_or_default().to_owned();
        if !stays(value) {
            handed_on.get_or_insert(own);
        } else if let Some(before) = handed_on.take() {
            let prefix = match (before.split_once('\n'), own.split_once('\n')) {
                (Some((comment, _)), Some((_, rest))) => format!("{comment}\n{rest}"),
                (None, Some(_)) => own,
                (_, None) => before,
            };
            value.decor_mut().set_prefix(prefix);
        }
    }
    if let Some((comment, _)) = handed_on
        .as_deref()
        .and_then(|before| before.split_once('\n'))
    {
        let trailing = list.trailing().as_str().unwrap_or_default();
        let rest = trailing.split_once('\n').map_or("", |(_, rest)| rest);
        let trailing = format!("{comment}\n{rest}");
        list.set_trailing(trailing);
    }
    list.retain(stays);
}

/// A value of TOML from its text.
pub(crate) fn value(text: &str) -> Option<Value> {
    text.parse().ok()
}
