//! What a plugin has to get past before it loads, in one place, for `serve` as for `approve`.
//!
//! In this order: the operator's own list of tools, the organisation's boundary, the approval of exactly
//! these bytes, and what its tools say. Everything only takes away: nothing here can give a plugin more
//! than its package declares.

use std::path::PathBuf;

use capability::boundary::Boundary;
use capability::reach::Reach;
use capability::review::Operator;
use capability::surface::{Accepted, Finding, NotAccepted};
use capability::text::clean;
use jiff::civil::Date;
use sandbox::Package;

use crate::approval::signature::TrustedKeys;
use crate::approval::{Approvals, today};
use crate::config::file::PluginSettings;

/// What plugins have to get past.
#[derive(Debug)]
pub struct Admission {
    /// Packages that may run besides the built-in ones.
    pub approvals: Approvals,
    /// The organisation's outer line and the file it is in, where there is one.
    pub boundary: Option<(PathBuf, Boundary)>,
    /// Findings about tools' texts that somebody accepted.
    pub accepted: Accepted,
    /// Keys of those who sign packages: whose signature is told.
    pub package_keys: TrustedKeys,
    /// What this process offers at most.
    pub offer: Offer,
    /// The day that approvals and acceptances are held against.
    pub today: Date,
}

impl Default for Admission {
    /// Nothing is approved and nothing is bounded, as of today.
    fn default() -> Self {
        Self {
            approvals: Approvals::default(),
            boundary: None,
            accepted: Accepted::default(),
            package_keys: TrustedKeys::default(),
            offer: Offer::default(),
            today: today(),
        }
    }
}

/// `--tools` and `--toolsets`: what one process offers at most. Both hold where both are given.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Only these tools, prompts and resources; all where there is no list.
    pub tools: Option<Vec<String>>,
    /// Only the tools of these plugins; of all where there is no list.
    pub toolsets: Option<Vec<String>>,
}

impl Offer {
    /// Whether anything of the plugin called `name` can be offered.
    #[must_use]
    pub fn includes_plugin(&self, name: &str) -> bool {
        match &self.toolsets {
            Some(toolsets) => toolsets.iter().any(|known| known == name),
            None => true,
        }
    }
}

impl Admission {
    /// What is left of `package` under the operator's settings `own` and what this process offers.
    ///
    /// # Errors
    /// One line: `own` names a tool that the package does not have, or a field that is none.
    pub fn reach(&self, package: &Package, own: &PluginSettings) -> Result<Reach, String> {
        let names = || package.names().into_iter();
        let mut operator = operator(package, own)?;
        if let Some(offered) = &self.offer.tools {
            let kept = names()
                .filter(|tool| offered.iter().any(|known| known == tool))
                .filter(|tool| {
                    operator
                        .tools
                        .as_ref()
                        .is_none_or(|own| own.iter().any(|known| known == tool))
                });
            operator.tools = Some(kept.map(str::to_owned).collect());
        }
        Ok(Reach::new(package.manifest(), names(), &operator))
    }

    /// Whether `reach` is inside the organisation's boundary.
    ///
    /// # Errors
    /// One line: the file's line that is crossed, with what.
    pub fn bound(&self, reach: &Reach) -> Result<(), String> {
        let Some((path, boundary)) = &self.boundary else {
            return Ok(());
        };
        boundary
            .contains(reach)
            .map_err(|crossing| format!("it is outside {}: {crossing}", path.display()))
    }

    /// The first of `findings` that keeps its plugin from loading, and why.
    #[must_use]
    pub fn objection<'f>(&self, findings: &'f [Finding]) -> Option<(&'f Finding, NotAccepted)> {
        findings.iter().find_map(|finding| {
            let reason = self.accepted.of(finding, self.today).err()?;
            Some((finding, reason))
        })
    }
}

/// What the operator takes away from `package` in the file.
///
/// # Errors
/// One line: a tool, prompt or resource that the package does not have, or a field that is none.
pub fn operator(package: &Package, own: &PluginSettings) -> Result<Operator, String> {
    let known = || package.names().into_iter();
    for name in own.tools.iter().flatten() {
        if !known().any(|tool| tool == name) {
            return Err(format!(
                "plugins.{}.tools names `{}`, which it does not have; it has {}",
                package.manifest().name,
                clean(name, 60),
                known().collect::<Vec<_>>().join(", ")
            ));
        }
    }
    Ok(Operator {
        tools: own.tools.clone(),
        hidden: own.hidden()?,
        limits: own.limits.wish().unwrap_or_default(),
    })
}
