//! `http.access`: which callers may use which plugins and tools.
//!
//! The organisation's own groups and scopes decide. A caller may use what some rule opens to one of theirs, and
//! nothing else; a tool that is not theirs is not listed to them, and calling it is answered as if it did not exist.
//! Rules only open, so their order does not matter and none can take away what another gives.
//!
//! Tokens are asked for and no rule is written: then the server does not start. That every employee with a token can
//! read the whole org by this server's credential has to be written down by somebody who means it.

use std::collections::BTreeSet;

use capability::text::clean;
use gateway::Bearer;

use super::access::Opened;
use crate::config::file::AccessSection;
use crate::registry::{Registry, nearest};

/// Every plugin, or everybody with a token.
const ALL: &str = "*";

/// The rules of one server; at least one.
#[derive(Debug)]
pub struct Rules(Vec<AccessSection>);

/// A rule that cannot be meant as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Nobody could call anything.
    #[error(
        "http.access is empty, so that no caller could use any tool: open plugins to groups of yours, such as \
         [{{\"groups\": [\"IAM\"], \"plugins\": [\"*\"]}}]"
    )]
    Empty,
    /// A rule for nobody, which is easily taken for one for everybody.
    #[error(
        "http.access[{0}] says for whom it is neither by groups nor by scopes or subjects; \"subjects\": [\"*\"] is \
         everybody with a valid token"
    )]
    ForNobody(usize),
    /// A rule that opens nothing.
    #[error(
        "http.access[{0}] opens nothing: name plugins or tools; \"plugins\": [\"*\"] is every plugin"
    )]
    OpensNothing(usize),
    /// A plugin that there is not.
    #[error("http.access[{rule}].plugins: there is no plugin `{name}`{hint}")]
    Plugin {
        /// The rule's position.
        rule: usize,
        /// The name.
        name: String,
        /// A suggestion, or what there is.
        hint: String,
    },
    /// A tool that no plugin has.
    #[error("http.access[{rule}].tools: no plugin has a tool `{name}`{hint}")]
    Tool {
        /// The rule's position.
        rule: usize,
        /// The name.
        name: String,
        /// A suggestion, or where to look.
        hint: String,
    },
}

impl Rules {
    /// Takes `sections` for the plugins and tools of `registry`.
    ///
    /// # Errors
    /// [`RuleError`], for the first rule that is wrong. A plugin or tool that exists and is not offered is none.
    pub fn parse(sections: &[AccessSection], registry: &Registry) -> Result<Self, RuleError> {
        if sections.is_empty() {
            return Err(RuleError::Empty);
        }
        for (rule, section) in sections.iter().enumerate() {
            if section.groups.is_empty() && section.scopes.is_empty() && section.subjects.is_empty()
            {
                return Err(RuleError::ForNobody(rule));
            }
            if section.plugins.is_empty() && section.tools.is_empty() {
                return Err(RuleError::OpensNothing(rule));
            }
            for name in &section.plugins {
                check_plugin(rule, name, registry)?;
            }
            for name in &section.tools {
                check_tool(rule, name, registry)?;
            }
        }
        Ok(Self(sections.to_vec()))
    }

    /// What of `registry` is open to `bearer`.
    pub(super) fn opened_to(&self, bearer: &Bearer, registry: &Registry) -> Opened {
        let own: Vec<_> = self.0.iter().filter(|rule| is_for(rule, bearer)).collect();
        let has = |plugin: &str| own.iter().any(|rule| opens_all_of(rule, plugin));
        let tools = registry.tools().filter(|offered| {
            let tool = &offered.tool.name;
            has(offered.loaded.name()) || own.iter().any(|rule| rule.tools.contains(tool))
        });
        let names = registry.plugins().iter().map(|loaded| loaded.name());
        Opened {
            tools: tools.map(|offered| offered.tool.name.clone()).collect(),
            plugins: names.filter(|name| has(name)).map(str::to_owned).collect(),
        }
    }
}

/// A rule that names groups and scopes wants one of each.
fn is_for(rule: &AccessSection, bearer: &Bearer) -> bool {
    let one_of = |wanted: &[String], held: &BTreeSet<String>| {
        wanted.is_empty() || wanted.iter().any(|name| held.contains(name))
    };
    let subject = rule.subjects.is_empty()
        || rule
            .subjects
            .iter()
            .any(|name| name == ALL || *name == bearer.subject);
    subject && one_of(&rule.groups, &bearer.groups) && one_of(&rule.scopes, &bearer.scopes)
}

fn opens_all_of(rule: &AccessSection, plugin: &str) -> bool {
    rule.plugins
        .iter()
        .any(|name| name == ALL || name == plugin)
}

fn check_plugin(rule: usize, name: &str, registry: &Registry) -> Result<(), RuleError> {
    if name == ALL || registry.declared().any(|known| known == name) {
        return Ok(());
    }
    let hint = match nearest(registry.declared(), name) {
        Some(known) => format!("; did you mean `{known}`?"),
        None => format!(
            "; there are {}",
            registry.declared().collect::<Vec<_>>().join(", ")
        ),
    };
    Err(RuleError::Plugin {
        rule,
        name: clean(name, 60),
        hint,
    })
}

fn check_tool(rule: usize, name: &str, registry: &Registry) -> Result<(), RuleError> {
    match registry.has_tool(name) {
        Some(true) => Ok(()),
        // Its plugin was left out or switched off: no reason to stop serving the others.
        None => {
            tracing::warn!(
                "http.access[{rule}].tools names `{}`, which no plugin that is loaded has",
                clean(name, 60)
            );
            Ok(())
        }
        Some(false) => Err(RuleError::Tool {
            rule,
            name: clean(name, 60),
            hint: match registry.nearest_known(name) {
                Some(known) => format!("; did you mean `{known}`?"),
                None => " (`okta-mcp tools` lists them)".to_owned(),
            },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn rule(groups: &[&str], scopes: &[&str], subjects: &[&str]) -> AccessSection {
        AccessSection {
            groups: own(groups),
            scopes: own(scopes),
            subjects: own(subjects),
            plugins: own(&[ALL]),
            tools: Vec::new(),
        }
    }

    fn bearer(groups: &[&str], scopes: &[&str]) -> Bearer {
        Bearer {
            subject: "mara@northwind.example.com".to_owned(),
            groups: own(groups).into_iter().collect(),
            scopes: own(scopes).into_iter().collect(),
        }
    }

    #[test]
    fn one_of_the_groups_and_one_of_the_scopes_has_to_be_there() {
        let both = rule(&["IAM", "Audit"], &["mcp"], &[]);
        assert!(is_for(&both, &bearer(&["Audit"], &["mcp"])));
        assert!(!is_for(&both, &bearer(&["Audit"], &[])));
        assert!(!is_for(&both, &bearer(&[], &["mcp"])));
        assert!(!is_for(&both, &bearer(&["iam"], &["mcp"])));
        assert!(!is_for(&both, &bearer(&["IAM "], &["mcp"])));
    }

    #[test]
    fn a_star_among_groups_and_scopes_is_a_name_like_any_other() {
        assert!(!is_for(&rule(&["*"], &[], &[]), &bearer(&["IAM"], &[])));
        assert!(!is_for(&rule(&[], &["*"], &[]), &bearer(&[], &["x"])));
        assert!(is_for(&rule(&["*"], &[], &[]), &bearer(&["*"], &[])));
    }

    #[test]
    fn a_subject_is_one_person_or_everybody() {
        let mara = rule(&[], &[], &["mara@northwind.example.com"]);
        assert!(is_for(&mara, &bearer(&[], &[])));
        assert!(is_for(&rule(&[], &[], &["*"]), &bearer(&[], &[])));
        assert!(!is_for(&rule(&[], &[], &["mara"]), &bearer(&[], &[])));
        assert!(!is_for(&rule(&["IAM"], &[], &["*"]), &bearer(&[], &[])));
    }

    #[test]
    fn a_rule_opens_whole_plugins_and_single_tools_of_others() {
        let registry = Registry::load(
            &sandbox::Engine::new().unwrap(),
            &crate::builtin::ALL,
            &std::collections::BTreeMap::new(),
            std::path::Path::new(""),
            &crate::admission::Admission::default(),
        )
        .unwrap();
        let section = AccessSection {
            plugins: own(&["policies"]),
            tools: own(&["list_groups"]),
            ..rule(&["Helpdesk"], &[], &[])
        };
        let rules = Rules::parse(&[section], &registry).unwrap();
        let opened = rules.opened_to(&bearer(&["Helpdesk"], &[]), &registry);
        let set = |names: &[&str]| own(names).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(
            opened.tools,
            set(&["get_policy", "list_groups", "list_policies"])
        );
        assert_eq!(opened.plugins, set(&["policies"]));
        let nothing = rules.opened_to(&bearer(&["IAM"], &[]), &registry);
        assert_eq!(nothing, Opened::default());
    }
}
