//! A review for a terminal.

use capability::review::{EndpointFacts, Facts, ToolFacts};
use capability::sensitivity::Sensitivity;
use serde_json::{Map, Value};

use super::super::words::{count, hanging, indented};
use super::{Review, Reviewed, default_limits, lowered_limits, signer};
use crate::table::strong;

pub(super) fn render(review: &Review) -> String {
    let mut out = String::new();
    for plugin in &review.plugins {
        out.push_str(&of_plugin(plugin));
        out.push('\n');
    }
    for left_out in &review.left_out {
        out.push_str(&hanging(
            &format!("{}: left out: ", left_out.plugin),
            &left_out.problem,
        ));
        out.push('\n');
    }
    out.push_str(&summary(review));
    out
}

fn summary(review: &Review) -> String {
    let tools = review.tools();
    let mut out = hanging(
        "",
        &format!(
            "{}, {}. OAuth scopes for all of them: {}.",
            count(review.plugins.len(), "plugin"),
            count(tools, "tool"),
            or_none(&review.scopes, ", "),
        ),
    );
    out.push_str(&hanging(
        "",
        "Schemas in full: --format json; as a page for a browser: --format html -o FILE.",
    ));
    out
}

fn of_plugin(plugin: &Reviewed) -> String {
    let facts = &plugin.facts;
    let mut out = format!(
        "{}\n",
        strong(&format!(
            "{} {} [{}]",
            facts.plugin,
            facts.version,
            facts.sensitivity.as_str()
        ))
    );
    for sentence in &facts.says {
        out.push_str(&indented(2, sentence));
    }
    out.push('\n');
    let pairs = [
        ("author says", facts.summary.clone()),
        ("package", plugin.source.text()),
        ("sha256", facts.digest.clone()),
        ("signer", signer(plugin)),
        ("built with", plugin.built_with.clone()),
        ("imports", imports(facts)),
        ("scopes", or_none(&facts.scopes, ", ")),
        ("limits", lowered_limits(facts)),
        ("defaults", default_limits(facts)),
        ("disabled", facts.disabled_tools.join(", ")),
        ("hidden", fields(facts.hidden_fields.iter())),
    ];
    for (name, text) in pairs.iter().filter(|(_, text)| !text.is_empty()) {
        out.push_str(&hanging(&format!("  {name:<12}"), text));
    }
    out.push_str(&texts(plugin));
    for tool in &facts.tools {
        out.push('\n');
        out.push_str(&of_tool(tool));
    }
    out
}

/// What was found in the tools' texts.
fn texts(plugin: &Reviewed) -> String {
    if plugin.noticed.is_empty() {
        return hanging(
            "  texts       ",
            "nothing in them steers a model or hides from a reader",
        );
    }
    let mut out = format!("  texts       {}\n", count(plugin.noticed.len(), "finding"));
    for noticed in &plugin.noticed {
        let said = format!(
            "{} [{}] {}",
            noticed.category,
            noticed.standing.word(),
            noticed.says()
        );
        out.push_str(&hanging("    - ", &said));
        for line in [
            noticed.reason,
            noticed.standing.says().as_str(),
            &noticed.id,
        ] {
            out.push_str(&indented(6, line));
        }
    }
    out
}

fn of_tool(tool: &ToolFacts) -> String {
    let mut out = format!(
        "  {}\n",
        strong(&format!("{} [{}]", tool.name, tool.sensitivity.as_str()))
    );
    for sentence in &tool.says {
        out.push_str(&indented(4, sentence));
    }
    for endpoint in &tool.endpoints {
        out.push('\n');
        out.push_str(&of_endpoint(endpoint));
    }
    out.push('\n');
    out.push_str(&indented(4, "What the author tells the model:"));
    out.push_str(&hanging("    | ", &tool.title));
    out.push_str(&hanging("    | ", &tool.description));
    out.push_str(&arguments(&tool.input_schema));
    out
}

fn of_endpoint(endpoint: &EndpointFacts) -> String {
    let mut out = indented(4, &format!("GET {}", endpoint.get));
    out.push_str(&hanging("      why         ", &endpoint.why));
    out.push_str(&hanging(
        "      Okta        ",
        &format!(
            "{} ({}), needs {}",
            endpoint.operation,
            endpoint.stage,
            or_none(&endpoint.scopes, " and ")
        ),
    ));
    out.push_str(&hanging("                  ", &endpoint.documentation));
    if !endpoint.admin_roles.is_empty() {
        out.push_str(&hanging(
            "      role        ",
            &endpoint.admin_roles.join(" and "),
        ));
    }
    for parameter in &endpoint.path {
        out.push_str(&hanging(
            &format!("      {:<12}", format!("{{{}}}", parameter.name)),
            &parameter.accepts,
        ));
    }
    for parameter in &endpoint.query {
        out.push_str(&hanging(
            &format!("      {:<12}", format!("?{}", parameter.name)),
            &parameter.accepts,
        ));
    }
    for (class, name) in [
        (Sensitivity::Credential, "CREDENTIALS"),
        (Sensitivity::Personal, "personal"),
        (Sensitivity::Ordinary, "ordinary"),
    ] {
        let own = fields(
            endpoint
                .fields
                .iter()
                .filter(|field| field.sensitivity == class)
                .map(|field| &field.path),
        );
        if !own.is_empty() {
            out.push_str(&hanging(&format!("      {name:<12}"), &own));
        }
    }
    out
}

/// The arguments that a model fills in, one a line.
fn arguments(schema: &Map<String, Value>) -> String {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return indented(4, "It takes no arguments.");
    };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut out = indented(4, "Arguments:");
    for (name, property) in properties {
        let kind = match property.get("type") {
            Some(Value::String(kind)) => kind.clone(),
            Some(other) => other.to_string(),
            None => "value".to_owned(),
        };
        let needed = if required.contains(&name.as_str()) {
            ", required"
        } else {
            ""
        };
        let text = property
            .get("description")
            .and_then(Value::as_str)
            .map_or_else(String::new, |text| format!(": {text}"));
        out.push_str(&hanging(
            &format!("      {name:<12}"),
            &format!("{kind}{needed}{text}"),
        ));
    }
    out
}

fn imports(facts: &Facts) -> String {
    let names = or_none(&facts.imports, ", ");
    if facts.imports_only_okta() {
        format!("okta:plugin only ({names})")
    } else {
        names
    }
}

fn fields<'a>(paths: impl Iterator<Item = &'a capability::field::FieldPath>) -> String {
    paths
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn or_none(items: &[String], between: &str) -> String {
    if items.is_empty() {
        "none".to_owned()
    } else {
        items.join(between)
    }
}
