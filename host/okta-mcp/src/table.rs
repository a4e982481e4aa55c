//! Answers for people: tables on a terminal and in a pipe.
//!
//! What is shown comes from Okta and was written by anybody: each cell is cleaned of control and
//! direction characters and cut, so that a name cannot move the cursor or forge a row.

use anstyle::{AnsiColor, Style};
use capability::text::clean;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value};

/// The longest text in a cell, in characters: eight columns still fit a wide terminal.
const CELL: usize = 60;

/// A structured answer: a list as rows, anything else as names and values.
#[must_use]
pub fn render(answer: &Map<String, Value>) -> String {
    match answer.get("items").and_then(Value::as_array) {
        Some(items) => {
            let mut text = rows(items);
            for key in ["returned", "next_cursor", "hint"] {
                if let Some(value) = answer.get(key) {
                    text.push_str(&format!("\n{key}: {}", cell(value, 300)));
                }
            }
            text
        }
        None => {
            let rows = answer
                .iter()
                .map(|(name, value)| vec![clean(name, CELL), cell(value, 400)])
                .collect();
            grid(&["field", "value"], rows)
        }
    }
}

/// Compact JSON in which every character that a terminal would obey or a reader would not see is escaped.
///
/// # Errors
/// None that can be met: a map of JSON values is JSON.
pub fn json(answer: &Map<String, Value>) -> serde_json::Result<String> {
    let text = serde_json::to_string(answer)?;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if capability::text::is_hidden(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    Ok(out)
}

/// A table with `headings` over `rows`.
#[must_use]
pub fn grid(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(headings.iter().map(|heading| clean(heading, CELL)));
    if !std::io::IsTerminal::is_terminal(&std::io::stdout()) {
        // A pipe has no width of its own; this one keeps a line readable in a file.
        table.set_width(140);
    }
    for row in rows {
        table.add_row(row);
    }
    table.to_string()
}

/// `text`, emphasised; the stream that prints it drops the emphasis where it is no terminal.
#[must_use]
pub fn strong(text: &str) -> String {
    paint(text, Style::new().bold())
}

/// `text` in the colour of success.
#[must_use]
pub fn good(text: &str) -> String {
    paint(text, AnsiColor::Green.on_default().bold())
}

/// `text` in the colour of a refusal.
#[must_use]
pub fn bad(text: &str) -> String {
    paint(text, AnsiColor::Red.on_default().bold())
}

fn paint(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

fn rows(items: &[Value]) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for item in items.iter().filter_map(Value::as_object) {
        for name in item.keys() {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
    }
    if columns.is_empty() {
        return "(nothing)".to_owned();
    }
    let rows = items
        .iter()
        .map(|item| {
            columns
                .iter()
                .map(|column| {
                    item.get(*column)
                        .map_or_else(String::new, |value| cell(value, CELL))
                })
                .collect()
        })
        .collect();
    grid(&columns, rows)
}

fn cell(value: &Value, limit: usize) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => clean(text, limit),
        Value::Array(items)
            if items
                .iter()
                .all(|item| !item.is_object() && !item.is_array()) =>
        {
            let items: Vec<String> = items.iter().map(|item| cell(item, limit)).collect();
            clean(&items.join(", "), limit)
        }
        other => clean(&other.to_string(), limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rendered(value: Value) -> String {
        match value {
            Value::Object(map) => render(&map),
            _ => panic!("an object"),
        }
    }

    #[test]
    fn a_list_becomes_rows_with_every_column_that_any_item_has() {
        let text = rendered(
            json!({"items": [{"id": "1", "name": "a"}, {"id": "2", "email": "b@c"}], "returned": 2}),
        );
        for part in ["id", "name", "email", "b@c", "returned: 2"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_name_cannot_forge_a_row_or_a_colour() {
        let text =
            rendered(json!({"items": [{"name": "a\u{1b}[31m\nroot \u{202e}x"}], "returned": 1}));
        assert!(
            text.contains("a[31mroot x") && !text.contains('\u{1b}') && !text.contains('\u{202e}'),
            "{text}"
        );
    }

    #[test]
    fn json_for_a_terminal_reads_back_as_what_it_was() {
        let Value::Object(answer) = json!({"a\u{202e}": "x\u{1b}[2J\u{e0041}"}) else {
            panic!("an object")
        };
        let text = json(&answer).unwrap();
        assert!(text.is_ascii(), "{text}");
        assert_eq!(
            serde_json::from_str::<Map<String, Value>>(&text).unwrap(),
            answer
        );
    }

    #[test]
    fn an_empty_list_says_so() {
        assert_eq!(
            rendered(json!({"items": [], "returned": 0})),
            "(nothing)\nreturned: 0"
        );
    }
}
