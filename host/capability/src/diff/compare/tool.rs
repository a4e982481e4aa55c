//! Tools that came, went, were renamed, or say something else.

use crate::review::ToolFacts;
use crate::sensitivity::Sensitivity;

use super::super::Category;
use super::{Findings, Place, endpoint};

pub(super) fn all(findings: &mut Findings, old: &[ToolFacts], new: &[ToolFacts]) {
    let only = |own: &'_ [ToolFacts], other: &[ToolFacts]| -> Vec<usize> {
        own.iter()
            .enumerate()
            .filter(|(_, tool)| !other.iter().any(|other| other.name == tool.name))
            .map(|(index, _)| index)
            .collect()
    };
    let mut gone: Vec<&ToolFacts> = only(old, new).iter().filter_map(|i| old.get(*i)).collect();
    let come: Vec<&ToolFacts> = only(new, old).iter().filter_map(|i| new.get(*i)).collect();
    for tool in come {
        match gone.iter().position(|before| is_the_same(before, tool)) {
            Some(at) => renamed(findings, gone.remove(at), tool),
            None => added(findings, tool),
        }
    }
    for tool in gone {
        removed(findings, tool);
    }
    for after in new {
        if let Some(before) = old.iter().find(|before| before.name == after.name) {
            changed(findings, before, after);
        }
    }
}

/// Whether `new` does what `old` did and takes what it took; then it is the same tool under another name.
fn is_the_same(old: &ToolFacts, new: &ToolFacts) -> bool {
    old.kind == new.kind && old.endpoints == new.endpoints && old.input_schema == new.input_schema
}

fn place(tool: &ToolFacts) -> Place<'_> {
    Place {
        tool: Some(&tool.name),
        ..Place::default()
    }
}

fn added(findings: &mut Findings, tool: &ToolFacts) {
    findings.add(
        Category::ToolAdded,
        place(tool),
        tool.sensitivity,
        (None, Some(tool.name.clone())),
        format!("There is a new {}, {}.", tool.kind.word(), tool.name),
    );
    endpoint::all(findings, &tool.name, &[], &tool.endpoints);
}

fn removed(findings: &mut Findings, tool: &ToolFacts) {
    findings.add(
        Category::ToolRemoved,
        place(tool),
        tool.sensitivity,
        (Some(tool.name.clone()), None),
        format!("The {} {} is gone.", tool.kind.word(), tool.name),
    );
    endpoint::all(findings, &tool.name, &tool.endpoints, &[]);
}

fn renamed(findings: &mut Findings, old: &ToolFacts, new: &ToolFacts) {
    findings.add(
        Category::ToolRenamed,
        place(new),
        new.sensitivity,
        (Some(old.name.clone()), Some(new.name.clone())),
        format!(
            "The {} {} is now called {}.",
            old.kind.word(),
            old.name,
            new.name
        ),
    );
    texts(findings, old, new);
}

fn changed(findings: &mut Findings, old: &ToolFacts, new: &ToolFacts) {
    texts(findings, old, new);
    endpoint::all(findings, &new.name, &old.endpoints, &new.endpoints);
}

/// Title, description and schemas: all of it reaches the model.
fn texts(findings: &mut Findings, old: &ToolFacts, new: &ToolFacts) {
    let json = |schema: &serde_json::Map<String, serde_json::Value>| {
        serde_json::Value::Object(schema.clone()).to_string()
    };
    let parts = [
        (
            "title",
            "title",
            Some(old.title.clone()),
            Some(new.title.clone()),
        ),
        (
            "description",
            "description",
            Some(old.description.clone()),
            Some(new.description.clone()),
        ),
        (
            "input-schema",
            "arguments' schema",
            Some(json(&old.input_schema)),
            Some(json(&new.input_schema)),
        ),
        (
            "output-schema",
            "result's schema",
            old.output_schema.as_ref().map(json),
            new.output_schema.as_ref().map(json),
        ),
    ];
    for (name, words, before, after) in parts {
        if before == after {
            continue;
        }
        findings.add(
            Category::ToolTextChanged,
            Place {
                name: Some(name),
                ..place(new)
            },
            Sensitivity::Ordinary,
            (before, after),
            format!(
                "The {words} of {} {} is another one.",
                new.kind.word(),
                new.name
            ),
        );
    }
}
