//! A comparison as SARIF: a finding that widens is a warning, one that reaches credentials an error.

use capability::diff::{Category, Diff, Finding};
use capability::sensitivity::Sensitivity;
use serde_json::Value;

use super::super::sarif::{Level, Result, Rule, log};

pub(super) fn render(diff: &Diff, file: Option<&str>) -> Value {
    let rules = Category::ALL.map(|category| {
        let (id, text) = category.describe();
        Rule {
            id,
            text,
            level: if category.widens() {
                Level::Warning
            } else {
                Level::Note
            },
        }
    });
    let results: Vec<Result> = diff
        .findings
        .iter()
        .map(|finding| Result {
            rule: finding.category.id(),
            level: level(finding),
            text: finding.text.clone(),
            id: finding.id.clone(),
            file: file.map(str::to_owned),
            about: [
                Some(diff.new.plugin.clone()),
                finding.tool.clone(),
                finding.endpoint.clone(),
            ]
            .into_iter()
            .flatten()
            .collect(),
            accepted: None,
        })
        .collect();
    log(&rules, &results)
}

fn level(finding: &Finding) -> Level {
    match (finding.widens, finding.sensitivity) {
        (true, Sensitivity::Credential) => Level::Error,
        (true, _) => Level::Warning,
        (false, _) => Level::Note,
    }
}
