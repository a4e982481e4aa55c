//! Names that are another's, or look like it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use super::words::{fold, look};
use super::{Category, Finding, PluginSurface, ToolSurface};

/// Shorter names differ by one letter all the time: `get` and `set`.
const SHORTEST_SIMILAR: usize = 6;

/// The names of the plugins that load together and of their tools, as an eye takes them in.
///
/// It finds what refuses a plugin its loading by names alone: what a start can afford in every process.
#[derive(Debug, Default)]
pub struct Names {
    plugins: HashMap<String, String>,
    tools: HashMap<String, (String, String)>,
}

impl Names {
    /// Takes the names of `plugin` in, and says which of them are taken or look like one that is.
    pub fn add(&mut self, plugin: &PluginSurface<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let own = plugin.plugin;
        match self.plugins.entry(look(own)) {
            Entry::Occupied(other) => {
                let other = other.get();
                findings.push(clash("plugin", own, None, own, other, "another plugin"));
            }
            Entry::Vacant(place) => {
                place.insert(own.to_owned());
            }
        }
        for tool in &plugin.tools {
            match self.tools.entry(look(tool.name)) {
                Entry::Occupied(taken) => {
                    let (owner, other) = taken.get();
                    let whose = if owner == own {
                        "the same plugin".to_owned()
                    } else {
                        format!("plugin `{owner}`")
                    };
                    let name = Some(tool.name);
                    findings.push(clash("tool", own, name, tool.name, other, &whose));
                }
                Entry::Vacant(place) => {
                    place.insert((own.to_owned(), tool.name.to_owned()));
                }
            }
        }
        findings
    }

    /// Gives the names of `plugin` free again, of those that are its own: it does not load.
    pub fn forget(&mut self, plugin: &PluginSurface<'_>) {
        let own = |owner: &String| owner == plugin.plugin;
        self.plugins.retain(|_, name| !own(name));
        self.tools.retain(|_, (owner, _)| !own(owner));
    }
}

/// Names that refuse, and likenesses that are asked about.
pub(super) fn check(plugins: &[PluginSurface<'_>]) -> Vec<Finding> {
    let mut names = Names::default();
    let mut findings: Vec<Finding> = plugins
        .iter()
        .flat_map(|plugin| names.add(plugin))
        .collect();
    let tools = tools_of(plugins);
    same_titles(&tools, &mut findings);
    similar_names(&tools, &mut findings);
    findings
}

/// A tool and its plugin.
type Owned<'p, 'a> = (&'p PluginSurface<'a>, &'p ToolSurface<'a>);

fn tools_of<'p, 'a>(plugins: &'p [PluginSurface<'a>]) -> Vec<Owned<'p, 'a>> {
    plugins
        .iter()
        .flat_map(|plugin| plugin.tools.iter().map(move |tool| (plugin, tool)))
        .collect()
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

/// Titles that two tools of two plugins have in common, which they may.
fn same_titles(tools: &[Owned<'_, '_>], findings: &mut Vec<Finding>) {
    let mut seen: HashMap<String, Vec<Owned<'_, '_>>> = HashMap::new();
    for (plugin, own) in tools {
        let same = seen.entry(fold(own.title)).or_default();
        for (owner, other) in same
            .iter()
            .filter(|(owner, _)| owner.plugin != plugin.plugin)
        {
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
        same.push((plugin, own));
    }
}

/// Names of two plugins' tools with a letter more, less or other, or two that changed places; which they may have.
///
/// Two such names share what is left of one of them when a letter is taken out of each or of one: so only those
/// that do are compared, and not each with each.
fn similar_names(tools: &[Owned<'_, '_>], findings: &mut Vec<Finding>) {
    let long = |name: &str| name.len() >= SHORTEST_SIMILAR;
    let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, (plugin, own)) in tools.iter().enumerate() {
        if !long(own.name) {
            continue;
        }
        let mut likely = BTreeSet::new();
        for rest in with_one_letter_less(own.name) {
            let earlier = seen.entry(rest).or_default();
            likely.extend(earlier.iter().copied());
            earlier.push(number);
        }
        for (owner, other) in likely.into_iter().filter_map(|number| tools.get(number)) {
            let similar = owner.plugin != plugin.plugin
                && strsim::damerau_levenshtein(own.name, other.name) == 1
                && look(own.name) != look(other.name);
            if similar {
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
        }
    }
}

/// `name`, and what is left of it without each of its letters.
fn with_one_letter_less(name: &str) -> BTreeSet<String> {
    let without = name.char_indices().map(|(at, letter)| {
        let (before, after) = (name.get(..at), name.get(at + letter.len_utf8()..));
        [before.unwrap_or_default(), after.unwrap_or_default()].concat()
    });
    without.chain([name.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn names_that_are_one_change_apart_share_what_is_left_of_them(one in "[a-c_]{6,9}", other in "[a-c_]{5,10}") {
            let shared = !with_one_letter_less(&one).is_disjoint(&with_one_letter_less(&other));
            if strsim::damerau_levenshtein(&one, &other) <= 1 {
                proptest::prop_assert!(shared);
            }
        }
    }
}
