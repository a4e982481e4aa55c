//! A review as SARIF: what a reviewer should not overlook.

use capability::review::Facts;
use capability::sensitivity::Sensitivity;
use capability::surface::Category;
use serde_json::Value;

use super::super::sarif::{Level, Result, Rule, log};
use super::{Review, Reviewed, Source, default_limits, lowered_limits};

const READS_CREDENTIALS: Rule = Rule {
    id: "reads-credentials",
    text: "A tool can read secrets, or what acts like one.",
    level: Level::Error,
};
const MANAGE_SCOPE: Rule = Rule {
    id: "manage-scope",
    text: "The plugin needs an OAuth scope that could also change things; the host sends GETs only.",
    level: Level::Warning,
};
const BROAD_FIELD: Rule = Rule {
    id: "broad-field",
    text: "A `*` takes in fields that nobody listed.",
    level: Level::Warning,
};
const IMPORTS_WASI: Rule = Rule {
    id: "imports-wasi",
    text: "The component imports WASI, behind which the host grants nothing.",
    level: Level::Warning,
};
const READS_PERSONAL_DATA: Rule = Rule {
    id: "reads-personal-data",
    text: "A tool can read data about people.",
    level: Level::Note,
};
const LIMITS: Rule = Rule {
    id: "limits",
    text: "How much one call may use, after all ceilings.",
    level: Level::Note,
};
const SIGNER: Rule = Rule {
    id: "signer",
    text: "Who signed the package.",
    level: Level::Note,
};
const LEFT_OUT: Rule = Rule {
    id: "left-out",
    text: "A plugin is configured and cannot be loaded.",
    level: Level::Error,
};

const RULES: [Rule; 8] = [
    READS_CREDENTIALS,
    MANAGE_SCOPE,
    BROAD_FIELD,
    IMPORTS_WASI,
    READS_PERSONAL_DATA,
    LIMITS,
    SIGNER,
    LEFT_OUT,
];

pub(super) fn render(review: &Review) -> Value {
    let mut results: Vec<Result> = review.plugins.iter().flat_map(of_plugin).collect();
    results.extend(review.left_out.iter().map(|left_out| Result {
        rule: LEFT_OUT.id,
        level: LEFT_OUT.level,
        text: left_out.problem.clone(),
        id: format!("{}:{}", LEFT_OUT.id, left_out.plugin),
        file: None,
        about: vec![left_out.plugin.clone()],
        accepted: None,
    }));
    let mut rules = RULES.to_vec();
    rules.extend(Category::ALL.map(|category| Rule {
        id: category.id(),
        text: category.reason(),
        level: if category.refuses() {
            Level::Error
        } else {
            Level::Warning
        },
    }));
    log(&rules, &results)
}

fn of_plugin(plugin: &Reviewed) -> Vec<Result> {
    let facts = &plugin.facts;
    let file = match &plugin.source {
        Source::BuiltIn => None,
        Source::File(path) => Some(path.clone()),
    };
    let result = |rule: Rule, about: &[&str], name: Option<&str>, text: String| Result {
        rule: rule.id,
        level: rule.level,
        text,
        id: [rule.id]
            .into_iter()
            .chain(about.iter().copied())
            .chain(name)
            .collect::<Vec<_>>()
            .join(":"),
        file: file.clone(),
        about: about.iter().map(|part| (*part).to_owned()).collect(),
        accepted: None,
    };
    let mut results = Vec::new();
    for scope in facts
        .scopes
        .iter()
        .filter(|scope| scope.ends_with(".manage"))
    {
        results.push(result(
            MANAGE_SCOPE,
            &[&facts.plugin],
            Some(scope),
            format!("Plugin {} needs {scope}.", facts.plugin),
        ));
    }
    if !facts.imports_only_okta() {
        results.push(result(
            IMPORTS_WASI,
            &[&facts.plugin],
            None,
            format!(
                "Plugin {} imports {}.",
                facts.plugin,
                facts.imports.join(", ")
            ),
        ));
    }
    results.push(result(LIMITS, &[&facts.plugin], None, limits(facts)));
    if plugin.source != Source::BuiltIn {
        results.push(result(
            SIGNER,
            &[&facts.plugin],
            None,
            format!(
                "Signer of plugin {}: {}.",
                facts.plugin,
                plugin.signature.text()
            ),
        ));
    }
    results.extend(plugin.noticed.iter().map(|noticed| {
        Result {
            rule: noticed.category,
            level: noticed.level(),
            text: format!("Plugin {}, {}.", facts.plugin, noticed.says()),
            id: noticed.id.clone(),
            file: file.clone(),
            about: [Some(facts.plugin.clone()), noticed.tool.clone()]
                .into_iter()
                .flatten()
                .collect(),
            accepted: noticed
                .standing
                .is_accepted()
                .then(|| noticed.standing.says()),
        }
    }));
    for tool in &facts.tools {
        for (endpoint, says) in tool.endpoints.iter().zip(&tool.says) {
            let about = [facts.plugin.as_str(), &tool.name, &endpoint.get];
            let rule = match endpoint.sensitivity {
                Sensitivity::Credential => READS_CREDENTIALS,
                Sensitivity::Personal => READS_PERSONAL_DATA,
                Sensitivity::Ordinary => continue,
            };
            results.push(result(rule, &about, None, says.clone()));
        }
        for endpoint in &tool.endpoints {
            for field in endpoint.fields.iter().filter(|field| field.broad) {
                let path = field.path.to_string();
                results.push(result(
                    BROAD_FIELD,
                    &[&facts.plugin, &tool.name, &endpoint.get],
                    Some(&path),
                    format!(
                        "Tool {} sees {path} of {}: any key in the place of the star.",
                        tool.name, endpoint.subject
                    ),
                ));
            }
        }
    }
    results
}

fn limits(facts: &Facts) -> String {
    let defaults = default_limits(facts);
    let lowered = lowered_limits(facts);
    if defaults.is_empty() {
        format!("Limits of plugin {}: {lowered}.", facts.plugin)
    } else {
        format!(
            "Limits of plugin {}: {lowered}; the host's defaults are {defaults}.",
            facts.plugin
        )
    }
}
