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
    use serde_json::Map;

    use super::super::Origin;
    use super::*;

    /// `name` with one change at `at`: a letter less, more or other, or two that changed places.
    fn changed(name: &str, at: usize, kind: usize, letter: char) -> String {
        let mut letters: Vec<char> = name.chars().collect();
        let at = at % letters.len();
        match kind {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letter),
            2 => letters[at] = letter,
            _ => letters.swap(at, (at + 1) % name.len()),
        }
        letters.into_iter().collect()
    }

    proptest::proptest! {
        #[test]
        fn names_that_are_one_change_apart_share_what_is_left_of_them(
            name in "[a-d_]{6,12}", at in 0_usize..12, kind in 0_usize..4, letter in "[a-e]"
        ) {
            let letter = letter.chars().next().unwrap();
            let other = changed(&name, at, kind, letter);
            // The first and the last letter do not stand beside each other.
            if strsim::damerau_levenshtein(&name, &other) <= 1 {
                let rest = with_one_letter_less(&name);
                proptest::prop_assert!(!rest.is_disjoint(&with_one_letter_less(&other)), "{name} {other}");
            }
        }
    }

    #[test]
    fn a_plugin_that_does_not_load_leaves_its_names_to_others() {
        let schema = Map::new();
        let tool = |name| ToolSurface {
            name,
            title: "A title",
            description: "A description.",
            input_schema: &schema,
            output_schema: None,
        };
        let plugin = |plugin, tools: &[&'static str]| PluginSurface {
            plugin,
            origin: Origin::Added,
            tools: tools.iter().map(|name| tool(*name)).collect(),
        };
        let mut names = Names::default();
        assert!(names.add(&plugin("first", &["list_all"])).is_empty());
        let second = plugin("second", &["list_a1l", "get_one"]);
        assert_eq!(names.add(&second).len(), 1);
        names.forget(&second);
        let third = plugin("third", &["get_one"]);
        assert!(
            names.add(&third).is_empty(),
            "it was taken for a moment only"
        );
        let fourth = plugin("fourth", &["list_all"]);
        assert_eq!(
            names.add(&fourth).len(),
            1,
            "the first one's is still taken"
        );
    }
}
