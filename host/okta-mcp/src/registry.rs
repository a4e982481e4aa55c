//! The plugins and tools that this process offers, decided once at start.
//!
//! Built-in packages, and packages that the operator names with the digest of their bytes. A package
//! that cannot be loaded is reported and left out; the others serve. Nothing is compiled here.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use cap_std::fs::Dir;
use capability::cursor::CursorKey;
use capability::field::FieldPath;
use capability::grant::{Grant, Grants};
use capability::limits::Limits;
use capability::manifest::World;
use capability::org::OrgUrl;
use sandbox::{Engine, Package, Plugin, Tool};

use crate::builtin::{self, Builtin};
use crate::config::file::PluginSettings;
use crate::schema::Schema;

/// All plugins and tools of a process.
pub struct Registry {
    plugins: Vec<Arc<Loaded>>,
    tools: BTreeMap<String, Arc<Offered>>,
    problems: Vec<Problem>,
}

/// A plugin that runs.
pub struct Loaded {
    /// The plugin in its sandbox.
    pub plugin: Plugin,
    hidden: Vec<FieldPath>,
    grants: OnceLock<Grants>,
}

/// A tool that clients see.
pub struct Offered {
    /// Name, texts and schemas, from the package.
    pub tool: Tool,
    /// The plugin behind it.
    pub loaded: Arc<Loaded>,
    /// The arguments' schema.
    pub input: Schema,
    /// The result's schema.
    pub output: Option<Schema>,
}

/// A plugin that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The plugin's name.
    pub plugin: String,
    /// What is wrong and what to do, in one line.
    pub text: String,
}

impl Registry {
    /// Loads `builtins` and the plugins of `settings`, whose relative paths start at `base`.
    #[must_use]
    pub fn load(
        engine: &Engine,
        builtins: &[Builtin],
        settings: &BTreeMap<String, PluginSettings>,
        base: &Path,
    ) -> Self {
        let mut registry = Self {
            plugins: Vec::new(),
            tools: BTreeMap::new(),
            problems: Vec::new(),
        };
        let default = PluginSettings::default();
        for builtin in builtins {
            let own = settings.get(builtin.name).unwrap_or(&default);
            registry.add(engine, builtin.name, own, built_in(*builtin, own));
        }
        for (name, own) in settings {
            if !builtins.iter().any(|builtin| builtin.name == name) {
                registry.add(engine, name, own, from_file(name, own, base));
            }
        }
        registry
    }

    /// The plugins that run, built-in ones first.
    #[must_use]
    pub fn plugins(&self) -> &[Arc<Loaded>] {
        &self.plugins
    }

    /// The tools that are offered, by name.
    pub fn tools(&self) -> impl Iterator<Item = &Arc<Offered>> {
        self.tools.values()
    }

    /// The tool called `name`.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Arc<Offered>> {
        self.tools.get(name)
    }

    /// The tool whose name looks most like `name`.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        self.tools
            .keys()
            .map(|known| (strsim::jaro_winkler(known, name), known))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known.as_str())
    }

    /// The plugins that were left out.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn add(
        &mut self,
        engine: &Engine,
        name: &str,
        own: &PluginSettings,
        package: Result<Package, String>,
    ) {
        if own.enabled == Some(false) {
            return;
        }
        if let Err(text) = package.and_then(|package| self.admit(engine, name, own, package)) {
            tracing::error!(plugin = name, "left out: {text}");
            self.problems.push(Problem {
                plugin: name.to_owned(),
                text,
            });
        }
    }

    fn admit(
        &mut self,
        engine: &Engine,
        name: &str,
        own: &PluginSettings,
        package: Package,
    ) -> Result<(), String> {
        if package.manifest().name != name {
            return Err(format!(
                "the package calls itself `{}`; use that name in the configuration",
                package.manifest().name
            ));
        }
        allowed(&package, own)?;
        let wanted = chosen(&package, own)?;
        if let Some(tool) = wanted
            .iter()
            .find(|tool| self.tools.contains_key(&tool.name))
        {
            return Err(format!(
                "its tool `{}` is already another plugin's; rename it or disable that plugin",
                tool.name
            ));
        }
        let ceiling = own.limits.wish().unwrap_or_default();
        let limits = Limits::DEFAULT
            .least(&package.manifest().limits)
            .least(&ceiling);
        let loaded = Arc::new(Loaded {
            plugin: Plugin::new(engine, package, limits),
            hidden: own.hidden()?,
            grants: OnceLock::new(),
        });
        for tool in wanted {
            let offered = Offered {
                input: Schema::new(tool.input_schema.clone()),
                output: tool.output_schema.clone().map(Schema::new),
                loaded: Arc::clone(&loaded),
                tool,
            };
            self.tools
                .insert(offered.tool.name.clone(), Arc::new(offered));
        }
        self.plugins.push(loaded);
        Ok(())
    }
}

impl Loaded {
    /// Whether the operator hides the field that a manifest calls `field`.
    #[must_use]
    pub fn hides(&self, field: &str) -> bool {
        self.hidden.iter().any(|hidden| hidden.covers(field))
    }

    /// The response fields that the operator hides.
    #[must_use]
    pub fn hidden(&self) -> &[FieldPath] {
        &self.hidden
    }

    /// The grant of one call of `tool` on `org`.
    #[must_use]
    pub fn grant(&self, tool: &str, org: &OrgUrl, key: &CursorKey) -> Grant {
        self.grants
            .get_or_init(|| {
                Grants::new(
                    self.plugin.package().manifest(),
                    org.clone(),
                    key.clone(),
                    &self.hidden,
                )
            })
            .of_tool(tool)
    }
}

/// Refuses a package that needs more than the contract where the operator did not allow it.
fn allowed(package: &Package, own: &PluginSettings) -> Result<(), String> {
    match package.manifest().world {
        World::Plugin => Ok(()),
        World::Compat if own.allow_wasi => Ok(()),
        world @ World::Compat => Err(format!(
            "its manifest says world = \"{world}\": it needs WASI, which is linked to a host that grants nothing but is more code to trust; review it, then set plugins.{}.allowWasi to true",
            package.manifest().name
        )),
    }
}

/// The tools of `package` that the operator lets through: all, or the ones he lists.
fn chosen(package: &Package, own: &PluginSettings) -> Result<Vec<Tool>, String> {
    let Some(names) = &own.tools else {
        return Ok(package.tools().to_vec());
    };
    for name in names {
        if !package.tools().iter().any(|tool| tool.name == *name) {
            let known: Vec<_> = package
                .tools()
                .iter()
                .map(|tool| tool.name.as_str())
                .collect();
            return Err(format!(
                "plugins.{}.tools names `{}`, which it does not have; it has {}",
                package.manifest().name,
                capability::text::clean(name, 60),
                known.join(", ")
            ));
        }
    }
    Ok(package
        .tools()
        .iter()
        .filter(|tool| names.contains(&tool.name))
        .cloned()
        .collect())
}

fn built_in(builtin: Builtin, own: &PluginSettings) -> Result<Package, String> {
    if own.package.is_some() {
        return Err(format!(
            "`{}` is built in; give a package of your own another name",
            builtin.name
        ));
    }
    Package::parse(builtin.bytes).map_err(|error| error.to_string())
}

/// A package that the operator named together with the digest of its bytes.
fn from_file(name: &str, own: &PluginSettings, base: &Path) -> Result<Package, String> {
    let (Some(path), Some(sha256)) = (&own.package, &own.sha256) else {
        let known: Vec<_> = builtin::ALL.iter().map(|builtin| builtin.name).collect();
        return Err(format!(
            "there is no built-in plugin `{name}` ({}); one of your own needs `package` and `sha256`",
            known.join(", ")
        ));
    };
    let path = base.join(path);
    let shown = path.display();
    let (Some(dir), Some(file)) = (
        path.parent(),
        path.file_name().and_then(|file| file.to_str()),
    ) else {
        return Err(format!("{shown} is not a file"));
    };
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    let dir = Dir::open_ambient_dir(dir, cap_std::ambient_authority())
        .map_err(|error| format!("{}: {error}", dir.display()))?;
    let package = Package::read(&dir, file).map_err(|error| format!("{shown}: {error}"))?;
    let digest = package.digest().to_string();
    if !digest.eq_ignore_ascii_case(sha256) {
        return Err(format!(
            "{shown} is not the package that was approved: its sha256 is {digest}; review it, then set plugins.{name}.sha256 to that"
        ));
    }
    Ok(package)
}
