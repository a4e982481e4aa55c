//! The report as text, as Markdown and as CSV.

use audit::report::Report;
use capability::text::clean;

use super::sections;
use crate::table;

/// The longest cell, in characters: names of clients and of fields are far below it.
const CELL: usize = 400;

pub(super) fn text(report: &Report) -> String {
    let mut out = format!("{}\n", sections::lead(report));
    for section in sections::all(report) {
        out.push_str(&format!("\n{}\n", table::strong(section.title)));
        if section.rows.is_empty() {
            out.push_str(section.nothing);
        } else {
            out.push_str(&table::grid(section.head, section.rows));
        }
        out.push('\n');
    }
    out
}

pub(super) fn markdown(report: &Report) -> String {
    let mut out = format!("# Audit report\n\n{}\n", escaped(&sections::lead(report)));
    for section in sections::all(report) {
        out.push_str(&format!("\n## {}\n\n", section.title));
        if section.rows.is_empty() {
            out.push_str(section.nothing);
            out.push('\n');
            continue;
        }
        out.push_str(&format!(
            "| {} |\n|{}\n",
            section.head.join(" | "),
            "---|".repeat(section.head.len())
        ));
        for row in section.rows {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    out
}

/// A text that is no markup: a client chooses its own name. Entities stop what a backslash does not, such as
/// GitHub's mentions and bare links.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in clean(text, CELL).chars() {
        match character {
            '<' | '>' | '&' | '@' | ':' | '|' | '`' => {
                out.push_str(&format!("&#{};", u32::from(character)))
            }
            '\\' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '!' | '~' | '{' | '}' | '$' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}

pub(super) fn csv(report: &Report) -> Result<String, csv::Error> {
    let sections = sections::all(report);
    let width = sections
        .iter()
        .map(|section| section.head.len())
        .max()
        .unwrap_or(0);
    let mut out = csv::WriterBuilder::new()
        .flexible(false)
        .from_writer(Vec::new());
    for section in sections {
        // Each section with a line of its own headings: a filter on the first column leaves one table.
        let head = section.head.iter().map(|cell| (*cell).to_owned()).collect();
        for row in std::iter::once(head).chain(section.rows) {
            let mut cells = vec![section.title.to_owned()];
            cells.extend(row.iter().map(|cell| inert(cell)));
            cells.resize(width + 1, String::new());
            out.write_record(&cells)?;
        }
    }
    let bytes = out
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A cell that no spreadsheet takes for a formula.
fn inert(cell: &str) -> String {
    let cell = clean(cell, CELL);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_s_name_is_neither_markup_nor_a_formula() {
        assert_eq!(inert("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(inert("Claude Desktop"), "Claude Desktop");
        for hostile in [
            "<img src=x>",
            "[a](https://evil.example)",
            "a | b",
            "@everyone",
            "**b**",
            "`c`",
        ] {
            let safe = escaped(hostile).replace('\\', "\\ ");
            for raw in ["<img", "](", " | ", "@e", "**b", "`c", "://"] {
                assert!(!safe.contains(raw), "{hostile}: {safe}");
            }
        }
    }
}
