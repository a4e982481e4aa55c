//! The packages that a command is about: those that would load, one of them by name, or any file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use capability::review::{Facts, Operator};
use sandbox::{Engine, Package};

use crate::admission::Admission;
use crate::builtin;
use crate::cli::Options;
use crate::config::Settings;
use crate::config::file::PluginSettings;
use crate::package_file;
use crate::registry::{Loaded, Registry};
use crate::report::review::{LeftOut, Reviewed, Source};

/// What would load with the settings that are given.
pub(super) struct Packages {
    registry: Registry,
    settings: BTreeMap<String, PluginSettings>,
}

impl Packages {
    /// Reads the settings and the packages; compiles nothing and talks to nobody.
    pub(super) fn load(options: &Options) -> anyhow::Result<Self> {
        let (settings, base, admission) = if options.demo {
            let admission = Admission {
                offer: options.offer(),
                ..Admission::default()
            };
            (BTreeMap::new(), PathBuf::new(), admission)
        } else {
            let Settings {
                plugins,
                base,
                admission,
                ..
            } = super::read_settings(options)?;
            (plugins, base, admission)
        };
        Ok(Self {
            registry: Registry::load(&Engine::new()?, &builtin::ALL, &settings, &base, &admission)?,
            settings,
        })
    }

    /// All that would load.
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Every plugin that would load, less what the operator takes away.
    pub(super) fn all(&self) -> anyhow::Result<Vec<Reviewed>> {
        self.registry
            .plugins()
            .iter()
            .map(|loaded| self.of_loaded(loaded))
            .collect()
    }

    /// The plugins that are configured and would not load.
    pub(super) fn left_out(&self) -> Vec<LeftOut> {
        self.registry
            .problems()
            .iter()
            .map(|problem| LeftOut {
                plugin: problem.plugin.clone(),
                problem: problem.text.clone(),
            })
            .collect()
    }

    /// The plugin `name`, or the package file of that name. What the operator takes away counts for a
    /// plugin, and not for a file: nobody knows yet under which settings that would run.
    pub(super) fn find(&self, name: &str) -> anyhow::Result<Reviewed> {
        if let Some(loaded) = self.loaded(name) {
            return self.of_loaded(loaded);
        }
        let (package, source) = self.unloaded(name)?;
        reviewed(&package, source, &Operator::default())
    }

    /// The whole package of [`Packages::find`], whatever the operator takes away.
    pub(super) fn find_whole(&self, name: &str) -> anyhow::Result<Reviewed> {
        let (package, source) = match self.loaded(name) {
            Some(loaded) => (loaded.plugin.package().clone(), self.source(name)),
            None => self.unloaded(name)?,
        };
        reviewed(&package, source, &Operator::default())
    }

    fn loaded(&self, name: &str) -> Option<&Loaded> {
        self.registry
            .plugins()
            .iter()
            .find(|loaded| loaded.plugin.package().manifest().name == name)
            .map(AsRef::as_ref)
    }

    /// A built-in plugin that the settings switch off, or a file.
    fn unloaded(&self, name: &str) -> anyhow::Result<(Package, Source)> {
        if let Some(builtin) = builtin::ALL.iter().find(|builtin| builtin.name == name) {
            return Ok((Package::parse(builtin.bytes)?, Source::BuiltIn));
        }
        if let Some(problem) = self.registry.problems().iter().find(|p| p.plugin == name) {
            anyhow::bail!("plugin `{name}` cannot be loaded: {}", problem.text);
        }
        let path = Path::new(name);
        if !path.exists() {
            let known: Vec<_> = self
                .registry
                .plugins()
                .iter()
                .map(|loaded| loaded.plugin.package().manifest().name.as_str())
                .collect();
            anyhow::bail!(
                "there is no plugin and no file `{}`; the plugins are {}",
                capability::text::clean(name, 120),
                known.join(", ")
            );
        }
        Ok((package_file::read(path)?, Source::File(name.to_owned())))
    }

    fn of_loaded(&self, loaded: &Loaded) -> anyhow::Result<Reviewed> {
        let package = loaded.plugin.package();
        let name = &package.manifest().name;
        let operator = Operator {
            tools: Some(
                package
                    .tools()
                    .iter()
                    .map(|tool| tool.name.clone())
                    .filter(|tool| self.registry.tool(tool).is_some())
                    .collect(),
            ),
            hidden: loaded.hidden().to_vec(),
            limits: self
                .settings
                .get(name)
                .and_then(|settings| settings.limits.wish().ok())
                .unwrap_or_default(),
        };
        reviewed(package, self.source(name), &operator)
    }

    fn source(&self, name: &str) -> Source {
        self.settings
            .get(name)
            .and_then(|settings| settings.package.as_ref())
            .map_or(Source::BuiltIn, |path| {
                Source::File(path.display().to_string())
            })
    }
}

/// What a package can do under `operator`.
fn reviewed(package: &Package, source: Source, operator: &Operator) -> anyhow::Result<Reviewed> {
    let facts: Facts = package.snapshot().facts(operator)?;
    Ok(Reviewed {
        source,
        built_with: package.build_record().toolchain.clone(),
        facts,
    })
}
