//! The packages that a command is about: those that would load, one of them by name, or any file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use capability::reach::Reach;
use capability::review::{Facts, Operator};
use capability::snapshot::Snapshot;
use capability::surface::Origin;
use sandbox::{Engine, Package};

use crate::admission::Admission;
use crate::approval::Signature;
use crate::builtin;
use crate::cli::Options;
use crate::config::file::PluginSettings;
use crate::config::{Okta, Pace, Settings};
use crate::host::Connection;
use crate::package_file;
use crate::registry::{Loaded, Registry};
use crate::report::review::{LeftOut, Noticed, Reviewed, Source};

/// How the approval of a plugin is named where a package can be: no plugin's name has a colon.
const APPROVED: &str = "approved:";

/// What would load with the settings that are given.
pub(super) struct Packages {
    registry: Registry,
    settings: BTreeMap<String, PluginSettings>,
    admission: Admission,
    /// The way to the org; none with `--demo`.
    org: Option<(Okta, Pace)>,
}

impl Packages {
    /// Reads the settings and the packages; compiles nothing and talks to nobody.
    pub(super) fn load(options: &Options) -> anyhow::Result<Self> {
        let (settings, base, admission, org) = if options.demo {
            let admission = Admission {
                offer: options.offer(),
                ..Admission::default()
            };
            (BTreeMap::new(), PathBuf::new(), admission, None)
        } else {
            let Settings {
                plugins,
                base,
                admission,
                okta,
                pace,
                ..
            } = super::read_settings(options)?;
            (plugins, base, admission, Some((okta, pace)))
        };
        Ok(Self {
            registry: Registry::load(&Engine::new()?, &builtin::ALL, &settings, &base, &admission)?,
            settings,
            admission,
            org,
        })
    }

    /// All that would load.
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The way to the org that is configured.
    pub(super) fn connection(self) -> anyhow::Result<Connection> {
        Ok(match self.org {
            Some((okta, pace)) => Connection::new(okta, pace)?,
            None => Connection::Missing("the example org has no apps of yours".to_owned()),
        })
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
        let origin = match source {
            Source::BuiltIn => Origin::BuiltIn,
            Source::File(_) => Origin::Added,
        };
        let signature = self.signature_of(&package, &source)?;
        self.reviewed(&package, origin, source, signature, &Operator::default())
    }

    /// All that the whole package of [`Packages::find`] can do, whatever the operator takes away, and its file; or
    /// what the lock keeps of a package that was approved.
    pub(super) fn find_whole(&self, name: &str) -> anyhow::Result<(Facts, Source)> {
        if let Some(plugin) = name.strip_prefix(APPROVED) {
            return self.approved(plugin);
        }
        let (package, source, signature) = match self.loaded(name) {
            Some(loaded) => (
                loaded.plugin.package().clone(),
                self.source(name),
                self.signature(loaded)?,
            ),
            None => {
                let (package, source) = self.unloaded(name)?;
                let signature = self.signature_of(&package, &source)?;
                (package, source, signature)
            }
        };
        let facts = snapshot(&package, &signature).facts(&Operator::default())?;
        Ok((facts, source))
    }

    /// What was approved of a plugin, out of the lock: its file may be long gone.
    fn approved(&self, plugin: &str) -> anyhow::Result<(Facts, Source)> {
        let approvals = &self.admission.approvals;
        let lock = &approvals.read().map_err(Clone::clone)?.lock;
        let path = approvals.file().path().display();
        let Some(approval) = lock.plugins.get(plugin) else {
            let known: Vec<&str> = lock.plugins.keys().map(String::as_str).collect();
            anyhow::bail!(
                "{path} has no approval of `{}`; approved are {}",
                capability::text::clean(plugin, 60),
                if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                }
            );
        };
        let facts = approval.snapshot.facts(&Operator::default());
        let facts = facts
            .map_err(|error| anyhow::anyhow!("{path}, the approval of `{plugin}`: {error}"))?;
        Ok((facts, Source::File(path.to_string())))
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
            return Ok((Package::built_in(builtin.bytes)?, Source::BuiltIn));
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
        self.reviewed(
            package,
            loaded.origin(),
            self.source(name),
            self.signature(loaded)?,
            &loaded.operator(),
        )
    }

    /// Who signed a plugin that loads.
    fn signature(&self, loaded: &Loaded) -> anyhow::Result<Signature> {
        match loaded.file() {
            Some(file) => self.checked(loaded.plugin.package(), file),
            None => Ok(Signature::None),
        }
    }

    /// Who signed a package that does not load.
    fn signature_of(&self, package: &Package, source: &Source) -> anyhow::Result<Signature> {
        match source {
            Source::File(file) => self.checked(package, Path::new(file)),
            Source::BuiltIn => Ok(Signature::None),
        }
    }

    fn checked(&self, package: &Package, file: &Path) -> anyhow::Result<Signature> {
        Ok(Signature::of(package, file, &self.admission.package_keys)?)
    }

    /// What a package can do under `operator`, and what its texts say beside those that load.
    fn reviewed(
        &self,
        package: &Package,
        origin: Origin,
        source: Source,
        signature: Signature,
        operator: &Operator,
    ) -> anyhow::Result<Reviewed> {
        let reach = Reach::new(package.manifest(), package.names(), operator);
        Ok(Reviewed {
            source,
            built_with: package.build_record().toolchain.clone(),
            facts: snapshot(package, &signature).facts(operator)?,
            signature,
            noticed: self
                .registry
                .findings(package, origin, &reach)
                .iter()
                .map(|finding| {
                    Noticed::new(finding, &self.admission.accepted, self.admission.today)
                })
                .collect(),
        })
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

/// The package with who signed it.
pub(super) fn snapshot(package: &Package, signature: &Signature) -> Snapshot {
    Snapshot {
        signer: signature.signer().map(str::to_owned),
        ..package.snapshot()
    }
}
