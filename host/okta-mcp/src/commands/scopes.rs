//! `okta-mcp scopes`: what to grant in Okta, and not a scope more.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::packages::Packages;
use crate::cli::Options;

pub(super) fn run(options: &Options, tools: &[String]) -> anyhow::Result<ExitCode> {
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
    let packages = Packages::load(options)?;
    let registry = packages.registry();
    for name in tools {
        if registry.tool(name).is_none() {
            let hint = registry
                .nearest(name)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            anyhow::bail!(
                "there is no tool `{}` among the enabled ones{hint}",
                capability::text::clean(name, 60)
            );
        }
    }
    let scopes: BTreeSet<String> = packages
        .all()?
        .into_iter()
        .flat_map(|plugin| plugin.facts.tools)
        .filter(|tool| tools.is_empty() || tools.contains(&tool.name))
        .flat_map(|tool| tool.scopes)
        .collect();
    for scope in scopes {
        anstream::println!("{scope}");
    }
    Ok(ExitCode::SUCCESS)
}
