//! Names that are another's, or look like it.

use std::collections::BTreeMap;

use super::words::{fold, look};
use super::{Category, Finding, PluginSurface, ToolSurface};

/// Shorter names differ by one letter all the time: `get` and `set`.
const SHORTEST_SIMILAR: usize = 6;

/// Names that refuse.
pub(super) fn clashes(plugins: &[PluginSurface<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    plugin_names(plugins, &mut findings);
    tool_names(&tools_of(plugins), &mut findings);
    findings
}

/// Names that refuse, and likenesses that are asked about.
pub(super) fn check(plugins: &[PluginSurface<'_>]) -> Vec<Finding> {
    let mut findings = clashes(plugins);
    let tools = tools_of(plugins);
    for (position, own) in tools.iter().enumerate() {
        for other in tools.iter().take(position) {
            if own.0.plugin != other.0.plugin {
                likenesses(*own, *other, &mut findings);
            }
        }
    }
    findings
}

fn tools_of<'p, 'a>(
    plugins: &'p [PluginSurface<'a>],
) -> Vec<(&'p PluginSurface<'a>, &'p ToolSurface<'a>)> {
    plugins
        .iter()
        .flat_map(|plugin| plugin.tools.iter().map(move |tool| (plugin, tool)))
        .collect()
}

fn plugin_names(plugins: &[PluginSurface<'_>], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for plugin in plugins {
        let own = plugin.plugin;
        if let Some(other) = seen.get(look(own).as_str()) {
            findings.push(clash("plugin", own, None, own, other, "another plugin"));
        }
        seen.entry(look(own)).or_insert(own);
    }
}

fn tool_names(tools: &[(&PluginSurface<'_>, &ToolSurface<'_>)], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for (plugin, tool) in tools {
        let look = look(tool.name);
        if let Some((owner, other)) = seen.get(&look) {
            let whose = if *owner == plugin.plugin {
                "the same plugin".to_owned()
            } else {
                format!("plugin `{owner}`")
            };
            findings.push(clash(
                "tool",
                plugin.plugin,
                Some(tool.name),
                tool.name,
                other,
                &whose,
            ));
        }
        seen.entry(look).or_insert((plugin.plugin, tool.name));
    }
}

fn clash(
    kind: &str,
    plugin: &str,
    tool: Option<&str>,
    own: &str,
    other: &str,
    whose: &str,
) -> Finding {
    let (category, what) = if own == other {
        (
            Category::DuplicateName,
            format!("there is a {kind} `{other}` already, of {whose}"),
        )
    } else {
        (
            Category::ConfusableName,
            format!("`{own}` looks like the {kind} `{other}` of {whose}"),
        )
    };
    Finding::new(category, plugin, tool, "name", what, &[own, other])
}

/// What two tools of two plugins should not have in common, but may.
fn likenesses(
    (plugin, own): (&PluginSurface<'_>, &ToolSurface<'_>),
    (owner, other): (&PluginSurface<'_>, &ToolSurface<'_>),
    findings: &mut Vec<Finding>,
) {
    let apart = look(own.name) != look(other.name);
    let long = own.name.len().min(other.name.len()) >= SHORTEST_SIMILAR;
    if apart && long && strsim::damerau_levenshtein(own.name, other.name) == 1 {
        findings.push(Finding::new(
            Category::SimilarName,
            plugin.plugin,
            Some(own.name),
            "name",
            format!(
                "one letter from `{}` of plugin `{}`",
                other.name, owner.plugin
            ),
            &[own.name, other.name],
        ));
    }
    if fold(own.title) == fold(other.title) {
        findings.push(Finding::new(
            Category::SameTitle,
            plugin.plugin,
            Some(own.name),
            "title",
            format!(
                "the title of `{}` of plugin `{}` as well",
                other.name, owner.plugin
            ),
            &[own.title, other.title, other.name],
        ));
    }
}
