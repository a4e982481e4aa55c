//! Entries in TOML: `[mcp_servers.NAME]`, as Codex reads them.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, value};

use super::Installed;
use super::entry::Entry;

const SERVERS: &str = "mcp_servers";

/// `text` with the entry in it.
pub(super) fn put(text: &str, entry: &Entry) -> Result<String, String> {
    let mut document = read(text)?;
    let servers = document
        .entry(SERVERS)
        .or_insert_with(|| {
            let mut servers = Table::new();
            servers.set_implicit(true);
            Item::Table(servers)
        })
        .as_table_like_mut()
        .ok_or_else(|| format!("`{SERVERS}` is not a table"))?;
    if !servers.contains_key(&entry.name) {
        servers.insert(&entry.name, Item::Table(Table::new()));
    }
    let own = servers
        .get_mut(&entry.name)
        .and_then(Item::as_table_like_mut)
        .ok_or_else(|| format!("`{SERVERS}.{}` is not a table", entry.name))?;
    let arguments: Array = entry.arguments.iter().map(String::as_str).collect();
    set(own, "command", value(entry.command.as_str()));
    set(own, "args", value(arguments));
    if entry.environment.is_empty() {
        own.remove("env");
    } else {
        let environment: InlineTable = entry
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        set(own, "env", value(environment));
    }
    Ok(document.to_string())
}

/// The same value again must not move a byte.
fn set(table: &mut dyn toml_edit::TableLike, key: &str, new: Item) {
    let same = |old: &Item| {
        old.to_string().split_whitespace().collect::<String>()
            == new.to_string().split_whitespace().collect::<String>()
    };
    if !table.get(key).is_some_and(same) {
        table.insert(key, new);
    }
}

/// `text` without the entry called `name`.
pub(super) fn take(text: &str, name: &str) -> Result<String, String> {
    let mut document = read(text)?;
    let removed = document
        .get_mut(SERVERS)
        .and_then(Item::as_table_like_mut)
        .and_then(|servers| servers.remove(name));
    Ok(match removed {
        Some(_) => document.to_string(),
        None => text.to_owned(),
    })
}

/// The servers in `text` that a program is started for.
pub(super) fn servers(text: &str) -> Result<Vec<Installed>, String> {
    let document = read(text)?;
    let Some(servers) = document.get(SERVERS).and_then(Item::as_table_like) else {
        return Ok(Vec::new());
    };
    let named = |(name, item): (&str, &Item)| {
        let own = item.as_table_like()?;
        let arguments = own.get("args").and_then(Item::as_array);
        Some(Installed {
            name: name.to_owned(),
            command: own.get("command")?.as_str()?.to_owned(),
            arguments: arguments
                .into_iter()
                .flatten()
                .filter_map(|argument| argument.as_str().map(str::to_owned))
                .collect(),
        })
    };
    Ok(servers.iter().filter_map(named).collect())
}

fn read(text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let line = error.span().map_or(1, |span| {
            text.bytes()
                .take(span.start)
                .filter(|byte| *byte == b'\n')
                .count()
                + 1
        });
        format!(
            "line {line}: {}",
            capability::text::clean(error.message(), 100)
        )
    })
}
