//! `boundary.toml`: the outer line that an organisation draws around every plugin, the built-in ones too.
//!
//! ```toml
//! boundary = 1
//! never-endpoints = ["/api/v1/logs", "/api/v1/apps/**"]
//! only-scopes = ["okta.users.read", "okta.groups.read"]
//! never-fields = ["profile.ssn", "profile.mobilePhone"]
//! compat-world = false
//! credentials = false
//!
//! [only-fields]
//! "/api/v1/users" = ["id", "status", "profile.login"]
//!
//! [limits]
//! requests = 20
//! ```
//!
//! What is not mentioned is not bounded. A plugin outside the line is neither approved nor loaded; it is not
//! trimmed to fit, because a plugin that silently reads less than it says misleads whoever relies on it. The
//! operator can trim it in his settings (`tools`, `hide`, `limits`), which [`Reach`] has applied by then. Each
//! [`Crossing`] names the line of the file that was crossed and what is beyond it.

mod raw;

use std::collections::BTreeMap;
use std::fmt;

use crate::catalogue;
use crate::field::{FieldPath, Step};
use crate::grammar::Grammar;
use crate::limits::{LimitWish, Limits};
use crate::manifest::{Endpoint, World};
use crate::reach::Reach;

/// The only version of the file that there is.
pub const VERSION: u32 = 1;

/// The largest file that is read: every template and scope of Okta's has a tenth of it.
pub const MAX_BYTES: usize = 256 * 1024;

/// The outer line; without anything in it by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Boundary {
    never_endpoints: Vec<Lined<Templates>>,
    only_scopes: Option<Lined<Vec<String>>>,
    never_fields: Vec<Lined<FieldPath>>,
    only_fields: BTreeMap<String, Lined<Vec<FieldPath>>>,
    no_compat_world: Option<Lined<()>>,
    no_credentials: Option<Lined<()>>,
    limits: LimitWish,
    /// The line of each limit, by its key.
    limit_lines: BTreeMap<String, usize>,
}

/// A value and the line of the file that it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lined<T> {
    line: usize,
    value: T,
}

/// One template of Okta's, or all below one: `/api/v1/apps/**`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Templates {
    One(String),
    /// What all of them begin with; ends in `/`.
    Below(String),
}

/// A boundary that is not one: where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BoundaryError {
    /// 1-based line of the file's text.
    pub line: usize,
    /// What is wrong and what is accepted, in one line.
    pub problem: String,
}

/// A plugin that is outside: which line of the file it crosses, with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// 1-based line of the file.
    pub line: usize,
    /// What that line says.
    pub rule: String,
    /// What of the plugin is beyond it.
    pub what: String,
    /// What the operator can take away so that it is inside; none where that has no name.
    pub remedy: Option<String>,
}

impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} ({}) is crossed: {}",
            self.line, self.rule, self.what
        )?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl Boundary {
    /// Parses the file's text.
    ///
    /// # Errors
    /// The first mistake, with its line and what is accepted instead.
    pub fn parse(text: &str) -> Result<Self, BoundaryError> {
        raw::parse(text)
    }

    /// Whether everything that `reach` leaves is inside.
    ///
    /// # Errors
    /// The first line that is crossed.
    pub fn contains(&self, reach: &Reach) -> Result<(), Box<Crossing>> {
        let plugin = &reach.manifest.name;
        if let (World::Compat, Some(rule)) = (reach.manifest.world, &self.no_compat_world) {
            return crossing(rule.line, "compat-world = false", "it needs WASI", None);
        }
        for endpoint in &reach.manifest.endpoints {
            self.check_endpoint(plugin, endpoint)?;
            self.check_fields(plugin, endpoint, reach)?;
        }
        self.check_limits(plugin, &reach.limits)
    }

    fn check_endpoint(&self, plugin: &str, endpoint: &Endpoint) -> Result<(), Box<Crossing>> {
        let template = endpoint.operation.template;
        let without = || {
            Some(format!(
                "leave {} out with plugins.{plugin}.tools",
                endpoint.tools.join(", ")
            ))
        };
        if let Some(rule) = self
            .never_endpoints
            .iter()
            .find(|rule| rule.value.include(template))
        {
            return crossing(
                rule.line,
                &format!("never-endpoints \"{}\"", rule.value),
                &format!("it declares GET {template}"),
                without(),
            );
        }
        if let (true, Some(rule)) = (endpoint.sensitive, &self.no_credentials) {
            return crossing(
                rule.line,
                "credentials = false",
                &format!("it asks for credentials from GET {template}"),
                without(),
            );
        }
        if let Some(rule) = &self.only_scopes
            && let Some(scope) = endpoint
                .operation
                .scopes
                .iter()
                .find(|scope| !rule.value.iter().any(|own| own == *scope))
        {
            return crossing(
                rule.line,
                "only-scopes",
                &format!("GET {template} needs {scope}"),
                without(),
            );
        }
        Ok(())
    }

    fn check_fields(
        &self,
        plugin: &str,
        endpoint: &Endpoint,
        reach: &Reach,
    ) -> Result<(), Box<Crossing>> {
        let template = endpoint.operation.template;
        for field in readable(endpoint) {
            if let Some(rule) = self
                .never_fields
                .iter()
                .find(|rule| meets(field, &rule.value) && !hides(reach, field, &rule.value))
            {
                return crossing(
                    rule.line,
                    &format!("never-fields \"{}\"", rule.value),
                    &format!("it may read `{field}` from GET {template}"),
                    Some(format!(
                        "hide it with plugins.{plugin}.hide = [\"{}\"]",
                        rule.value
                    )),
                );
            }
            if let Some(rule) = self.only_fields.get(template)
                && !reach.hides(&field.to_string())
                && !rule.value.iter().any(|own| own.covers(&field.to_string()))
            {
                return crossing(
                    rule.line,
                    &format!("only-fields \"{template}\""),
                    &format!("it may read `{field}` there"),
                    Some(format!(
                        "hide it with plugins.{plugin}.hide = [\"{field}\"]"
                    )),
                );
            }
        }
        Ok(())
    }

    fn check_limits(&self, plugin: &str, now: &Limits) -> Result<(), Box<Crossing>> {
        match now.beyond(&self.limits) {
            Some((name, most, now)) => crossing(
                self.limit_lines.get(name).copied().unwrap_or(1),
                &format!("limits.{name}"),
                &format!("its limit is {now}"),
                Some(format!("set plugins.{plugin}.limits.{name} to {most}")),
            ),
            None => Ok(()),
        }
    }
}

fn crossing(
    line: usize,
    rule: &str,
    what: &str,
    remedy: Option<String>,
) -> Result<(), Box<Crossing>> {
    Err(Box::new(Crossing {
        line,
        rule: rule.to_owned(),
        what: what.to_owned(),
        remedy,
    }))
}

/// The fields that an endpoint shows, and those that its searches may ask about: a search is a way to read.
fn readable(endpoint: &Endpoint) -> impl Iterator<Item = &FieldPath> {
    let named = endpoint.query.values().flat_map(|grammar| match grammar {
        Grammar::Expression { names, .. } => names.as_slice(),
        _ => &[],
    });
    endpoint.fields.iter().chain(named)
}

/// Whether `field` can lead to `forbidden` or to something below it; letter case is not regarded.
fn meets(field: &FieldPath, forbidden: &FieldPath) -> bool {
    let (own, other) = (field.steps(), forbidden.steps());
    own.len() >= other.len()
        && own.iter().zip(other).all(|pair| match pair {
            (Step::Any, _) | (_, Step::Any) => true,
            (Step::Key(a), Step::Key(b)) => a.eq_ignore_ascii_case(b),
        })
}

/// Whether the operator hides what `field` and `forbidden` have in common: the one or the other as a whole.
fn hides(reach: &Reach, field: &FieldPath, forbidden: &FieldPath) -> bool {
    reach.hides(&field.to_string()) || reach.hides(&forbidden.to_string())
}

impl Templates {
    fn parse(text: &str) -> Option<Self> {
        let known = |fits: &dyn Fn(&str) -> bool| {
            catalogue::operations()
                .iter()
                .any(|operation| fits(operation.template))
        };
        match text.strip_suffix("**") {
            Some(prefix) if prefix.ends_with('/') => {
                known(&|template| template.starts_with(prefix))
                    .then(|| Self::Below(prefix.to_owned()))
            }
            Some(_) => None,
            None => known(&|template| template == text).then(|| Self::One(text.to_owned())),
        }
    }

    fn include(&self, template: &str) -> bool {
        match self {
            Self::One(own) => own == template,
            Self::Below(prefix) => {
                template.starts_with(prefix.as_str()) || Some(template) == prefix.strip_suffix('/')
            }
        }
    }
}

impl fmt::Display for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(template) => f.write_str(template),
            Self::Below(prefix) => write!(f, "{prefix}**"),
        }
    }
}

#[cfg(test)]
mod tests;
