//! A review as Markdown: for a wiki, or a pull request that adds a plugin.

use capability::review::{EndpointFacts, ToolFacts};
use capability::sensitivity::Sensitivity;

use super::super::markdown::{cell, code, text};
use super::{Review, Reviewed, default_limits, lowered_limits, signer};

pub(super) fn render(review: &Review) -> String {
    let mut out = String::from("# Plugin review\n\n");
    out.push_str(&format!(
        "OAuth scopes for all of it: {}.\n",
        codes(&review.scopes)
    ));
    for plugin in &review.plugins {
        of_plugin(&mut out, plugin);
    }
    for left_out in &review.left_out {
        out.push_str(&format!(
            "\n> **{} is left out**: {}\n",
            text(&left_out.plugin),
            text(&left_out.problem)
        ));
    }
    out
}

fn of_plugin(out: &mut String, plugin: &Reviewed) {
    let facts = &plugin.facts;
    out.push_str(&format!(
        "\n## {} {} ({})\n\n",
        text(&facts.plugin),
        text(&facts.version),
        facts.sensitivity.as_str()
    ));
    for sentence in &facts.says {
        out.push_str(&format!("- {}\n", text(sentence)));
    }
    out.push_str("\n| | |\n|---|---|\n");
    let rows = [
        ("author says", cell(&facts.summary)),
        ("package", cell(&plugin.source.text())),
        ("sha256", code(&facts.digest)),
        ("signer", cell(&signer(plugin))),
        ("built with", cell(&plugin.built_with)),
        ("imports", codes(&facts.imports)),
        ("scopes", codes(&facts.scopes)),
        ("limits", cell(&lowered_limits(facts))),
        ("defaults", cell(&default_limits(facts))),
    ];
    for (name, value) in rows {
        out.push_str(&format!("| {name} | {value} |\n"));
    }
    texts(out, plugin);
    for tool in &facts.tools {
        of_tool(out, tool);
    }
}

/// What was found in the tools' texts.
fn texts(out: &mut String, plugin: &Reviewed) {
    if plugin.noticed.is_empty() {
        out.push_str("\nNothing in its texts steers a model or hides from a reader.\n");
        return;
    }
    out.push_str("\n| found in its texts | decided | id |\n|---|---|---|\n");
    for noticed in &plugin.noticed {
        out.push_str(&format!(
            "| **{}**: {}<br>{} | {} | {} |\n",
            noticed.category,
            cell(&noticed.says()),
            cell(noticed.reason),
            cell(&noticed.standing.says()),
            code(&noticed.id),
        ));
    }
}

fn of_tool(out: &mut String, tool: &ToolFacts) {
    out.push_str(&format!(
        "\n### {} ({})\n\n",
        text(&tool.name),
        tool.sensitivity.as_str()
    ));
    for sentence in &tool.says {
        out.push_str(&format!("- {}\n", text(sentence)));
    }
    out.push_str(&format!(
        "\nThe author tells the model: *{}*. {}\n",
        text(&tool.title),
        text(&tool.description)
    ));
    if tool.endpoints.is_empty() {
        return;
    }
    out.push_str("\n| GET | why | may send | sees | scopes |\n|---|---|---|---|---|\n");
    for endpoint in &tool.endpoints {
        out.push_str(&format!(
            "| [{}]({}) | {} | {} | {} | {} |\n",
            code(&endpoint.get),
            endpoint.documentation,
            cell(&endpoint.why),
            parameters(endpoint),
            fields(endpoint),
            codes(&endpoint.scopes),
        ));
    }
}

fn parameters(endpoint: &EndpointFacts) -> String {
    let one = |mark: &str, parameter: &capability::review::ParameterFacts| {
        format!(
            "{}: {}",
            code(&format!("{mark}{}", parameter.name)),
            cell(&parameter.accepts)
        )
    };
    let all: Vec<String> = endpoint
        .path
        .iter()
        .map(|parameter| one("", parameter))
        .chain(endpoint.query.iter().map(|parameter| one("?", parameter)))
        .collect();
    if all.is_empty() {
        "nothing".to_owned()
    } else {
        all.join("<br>")
    }
}

fn fields(endpoint: &EndpointFacts) -> String {
    let all: Vec<String> = [
        (Sensitivity::Credential, "**credentials**: "),
        (Sensitivity::Personal, "**personal**: "),
        (Sensitivity::Ordinary, ""),
    ]
    .into_iter()
    .filter_map(|(class, label)| {
        let own: Vec<String> = endpoint
            .fields
            .iter()
            .filter(|field| field.sensitivity == class)
            .map(|field| field.path.to_string())
            .collect();
        (!own.is_empty()).then(|| format!("{label}{}", codes(&own)))
    })
    .collect();
    all.join("<br>")
}

fn codes(items: &[String]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items
        .iter()
        .map(|item| code(item))
        .collect::<Vec<_>>()
        .join(" ")
}
