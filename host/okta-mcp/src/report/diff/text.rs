//! A comparison for a terminal.

use capability::diff::{Diff, Finding};

use super::super::words::{hanging, indented};
use super::{other, shows_texts, strangers, verdict, version, widening};
use crate::table::{bad, good, strong};

pub(super) fn render(diff: &Diff) -> String {
    let mut out = String::new();
    if let Some(old) = &diff.old {
        out.push_str(&hanging("old  ", &version(old)));
    }
    out.push_str(&hanging("new  ", &version(&diff.new)));
    if let Some(note) = strangers(diff) {
        out.push_str(&indented(0, &note));
    }
    let verdict = verdict(diff);
    out.push_str(&format!(
        "\n{}\n",
        if diff.widens {
            bad(&verdict)
        } else {
            good(&verdict)
        }
    ));
    section(&mut out, "It can now", widening(diff));
    section(&mut out, "Also changed", other(diff));
    out
}

fn section<'a>(out: &mut String, title: &str, findings: impl Iterator<Item = &'a Finding>) {
    let mut first = true;
    for finding in findings {
        if std::mem::take(&mut first) {
            out.push_str(&format!("\n{}\n", strong(title)));
        }
        let mark = if finding.widens { "+" } else { "-" };
        out.push_str(&hanging(&format!("  {mark} "), &finding.text));
        out.push_str(&format!(
            "    {} [{}]\n",
            super::super::words::visible(&finding.id),
            finding.sensitivity.as_str()
        ));
        if shows_texts(finding) {
            for (name, text) in [("was", &finding.old), ("is", &finding.new)] {
                out.push_str(&hanging(
                    &format!("      {name:<5}"),
                    text.as_deref().unwrap_or("not there"),
                ));
            }
        }
    }
}
