//! A comparison for a pull request's comment.

use capability::diff::{Diff, Finding};

use super::super::markdown::{cell, code, text};
use super::{other, shows_texts, strangers, verdict, version, widening};

pub(super) fn render(diff: &Diff) -> String {
    let mut out = format!(
        "### {} {}\n\n",
        if diff.widens { "⚠️" } else { "✅" },
        text(&verdict(diff))
    );
    if let Some(old) = &diff.old {
        out.push_str(&format!(
            "{} → {}\n",
            text(&version(old)),
            text(&version(&diff.new))
        ));
    } else {
        out.push_str(&format!("{}\n", text(&version(&diff.new))));
    }
    if let Some(note) = strangers(diff) {
        out.push_str(&format!("\n{}\n", text(&note)));
    }
    table(&mut out, "It can now", widening(diff));
    let others: Vec<&Finding> = other(diff).collect();
    if !others.is_empty() {
        out.push_str("\n<details><summary>Also changed</summary>\n");
        table(&mut out, "", others.into_iter());
        out.push_str("\n</details>\n");
    }
    out
}

fn table<'a>(out: &mut String, title: &str, findings: impl Iterator<Item = &'a Finding>) {
    let mut first = true;
    for finding in findings {
        if std::mem::take(&mut first) {
            if !title.is_empty() {
                out.push_str(&format!("\n**{title}**\n"));
            }
            out.push_str("\n| change | class | id |\n|---|---|---|\n");
        }
        let mut change = cell(&finding.text);
        if shows_texts(finding) {
            change.push_str(&format!(
                "<br>was: {}<br>is: {}",
                cell(finding.old.as_deref().unwrap_or("not there")),
                cell(finding.new.as_deref().unwrap_or("not there"))
            ));
        }
        out.push_str(&format!(
            "| {change} | {} | {} |\n",
            finding.sensitivity.as_str(),
            code(&finding.id)
        ));
    }
}
