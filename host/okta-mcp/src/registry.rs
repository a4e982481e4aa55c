//! The plugins, and the tools, prompts and resources of theirs that this process offers, decided once at start.
//!
//! Built-in packages, and packages that the operator names and somebody approved. Each has to get past
//! [`Admission`]; one that does not is reported and left out, and the others serve. Nothing is compiled here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use capability::cursor::CursorKey;
use capability::field::FieldPath;
use capability::grant::{Grant, Grants};
use capability::limits::LimitWish;
use capability::org::OrgUrl;
use capability::reach::Reach;
use capability::review::Operator;
use capability::scopes;
use capability::surface::{self, Accepted, Finding, Names, NotAccepted, Origin, PluginSurface};
use capability::text::clean;
use jiff::civil::Date;
use rayon::prelude::*;
use sandbox::{Engine, Package, Plugin, Prompt, Resource, Template, Tool};

use crate::admission::{Admission, Offer};
use crate::approval::Signature;
use crate::approval::signature::TrustedKeys;
use crate::builtin::{self, Builtin};
use crate::config::file::PluginSettings;
use crate::guide::prompts;
use crate::package_file;
use crate::report::review::Noticed;
use crate::schema::Schema;

/// All plugins and tools of a process.
pub struct Registry {
    plugins: Vec<Arc<Loaded>>,
    tools: BTreeMap<String, Arc<Offered>>,
    prompts: BTreeMap<String, OfferedPrompt>,
    /// By URI.
    resources: BTreeMap<String, OfferedResource>,
    /// By template.
    templates: BTreeMap<String, OfferedTemplate>,
    problems: Vec<Problem>,
    names: Names,
    /// Every tool of every package that was admitted, offered or not: what a misspelled name may have meant.
    known: BTreeSet<String>,
    /// Every plugin that is built in or configured, loaded or not.
    declared: BTreeSet<String>,
    /// What somebody accepted of the tools' texts, as of the day after it.
    accepted: Accepted,
    today: Date,
    /// Keys of those who sign packages.
    package_keys: TrustedKeys,
}

/// A plugin that runs.
pub struct Loaded {
    /// The plugin in its sandbox.
    pub plugin: Plugin,
    reach: Reach,
    origin: Origin,
    /// Where its package is, for a message; empty for one that is built in.
    path: String,
    /// The operator's ceilings for the limits of one call.
    ceilings: LimitWish,
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

/// A prompt that clients see.
pub struct OfferedPrompt {
    /// Name, texts and arguments, from the package.
    pub prompt: Prompt,
    /// The plugin behind it.
    pub loaded: Arc<Loaded>,
}

/// A resource that clients see.
pub struct OfferedResource {
    /// URI and texts, from the package.
    pub resource: Resource,
    /// The plugin behind it.
    pub loaded: Arc<Loaded>,
}

/// A template of resources that clients see.
pub struct OfferedTemplate {
    /// Template and texts, from the package.
    pub resource: Resource,
    /// The template, taken apart.
    pub template: Template,
    /// The plugin behind it.
    pub loaded: Arc<Loaded>,
}

/// A plugin that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The plugin's name.
    pub plugin: String,
    /// What is wrong and what to do, in one line.
    pub text: String,
}

/// A flag asks for something that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// A plugin.
    #[error("--toolsets names `{name}`, which is no plugin here; there are {known}")]
    Toolset {
        /// The name.
        name: String,
        /// What there is.
        known: String,
    },
    /// A tool.
    #[error("--tools names `{name}`, which no plugin that is loaded offers{hint}")]
    Tool {
        /// The name.
        name: String,
        /// A suggestion, or what there is.
        hint: String,
    },
}

/// A package on its way into the registry.
struct Candidate {
    package: Package,
    origin: Origin,
    path: String,
}

impl Registry {
    /// Loads `builtins` and the plugins of `settings`, whose relative paths start at `base`, as far as
    /// `admission` lets them.
    ///
    /// # Errors
    /// [`OfferError`]: a name on the command line that is nobody's would offer less than was meant.
    pub fn load(
        engine: &Engine,
        builtins: &[Builtin],
        settings: &BTreeMap<String, PluginSettings>,
        base: &Path,
        admission: &Admission,
    ) -> Result<Self, OfferError> {
        let mut registry = Self {
            plugins: Vec::new(),
            tools: BTreeMap::new(),
            prompts: BTreeMap::new(),
            resources: BTreeMap::new(),
            templates: BTreeMap::new(),
            problems: Vec::new(),
            names: Names::default(),
            accepted: admission.accepted.clone(),
            today: admission.today,
            package_keys: admission.package_keys.clone(),
            known: BTreeSet::new(),
            declared: builtins
                .iter()
                .map(|builtin| builtin.name)
                .chain(settings.keys().map(String::as_str))
                .map(str::to_owned)
                .collect(),
        };
        check_toolsets(&admission.offer, builtins, settings)?;
        let default = PluginSettings::default();
        let built_in_ones = builtins.iter().map(|builtin| {
            let own = settings.get(builtin.name).unwrap_or(&default);
            (builtin.name, own, Some(*builtin))
        });
        let added = settings
            .iter()
            .filter(|(name, _)| !builtins.iter().any(|builtin| builtin.name == **name))
            .map(|(name, own)| (name.as_str(), own, None));
        let wanted: Vec<_> = built_in_ones
            .chain(added)
            .filter(|(name, own, _)| {
                own.enabled != Some(false) && admission.offer.includes_plugin(name)
            })
            .collect();
        // Hashing a package takes longest, and each is read by itself.
        let candidates: Vec<_> = wanted
            .par_iter()
            .map(|(name, own, builtin)| match builtin {
                Some(builtin) => built_in(*builtin, own),
                None => from_file(name, own, base),
            })
            .collect();
        for ((name, own, _), candidate) in wanted.into_iter().zip(candidates) {
            registry.add(engine, name, own, admission, candidate);
        }
        registry.hold_to_their_words(admission);
        registry.check_tools(&admission.offer)?;
        Ok(registry)
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

    /// The prompts that are offered, by name.
    pub fn prompts(&self) -> impl Iterator<Item = &OfferedPrompt> {
        self.prompts.values()
    }

    /// The prompt called `name`.
    #[must_use]
    pub fn prompt(&self, name: &str) -> Option<&OfferedPrompt> {
        self.prompts.get(name)
    }

    /// The resources with a URI of their own, by URI.
    pub fn resources(&self) -> impl Iterator<Item = &OfferedResource> {
        self.resources.values()
    }

    /// The templates of resources, by template.
    pub fn templates(&self) -> impl Iterator<Item = &OfferedTemplate> {
        self.templates.values()
    }

    /// The template that is written as `template`.
    #[must_use]
    pub fn template(&self, template: &str) -> Option<&OfferedTemplate> {
        self.templates.get(template)
    }

    /// The plugin that is asked for what is at `uri`, and the resource's name: the one that lists the URI, or
    /// the first whose template it is of.
    #[must_use]
    pub fn reader(&self, uri: &str) -> Option<(&Arc<Loaded>, &str)> {
        let listed = self.resources.get(uri);
        let listed = listed.map(|own| (&own.loaded, own.resource.name.as_str()));
        listed.or_else(|| {
            self.templates
                .values()
                .find(|own| own.template.matches(uri))
                .map(|own| (&own.loaded, own.resource.name.as_str()))
        })
    }

    /// The tool whose name looks most like `name`.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(self.tools.keys().map(String::as_str), name)
    }

    /// The names of all plugins that are built in or configured, loaded or not.
    pub fn declared(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().map(String::as_str)
    }

    /// Whether some plugin has a tool called `name`, offered or not. None where that cannot be told, because the
    /// package of a plugin that is not loaded is not read.
    #[must_use]
    pub fn has_tool(&self, name: &str) -> Option<bool> {
        let is_built_in = |name: &str| builtin::ALL.iter().any(|builtin| builtin.name == name);
        let in_a_builtin = || {
            let packages = builtin::ALL
                .iter()
                .filter_map(|one| Package::built_in(one.bytes).ok());
            let mut tools = packages.flat_map(|package| package.tools().to_vec());
            tools.any(|tool| tool.name == name)
        };
        if self.known.contains(name) || in_a_builtin() {
            return Some(true);
        }
        let is_loaded = |name: &str| self.plugins.iter().any(|loaded| loaded.name() == name);
        let all_read = self
            .declared()
            .all(|name| is_built_in(name) || is_loaded(name));
        all_read.then_some(false)
    }

    /// The tool, offered or not, whose name looks most like `name`.
    #[must_use]
    pub fn nearest_known(&self, name: &str) -> Option<&str> {
        nearest(self.known.iter().map(String::as_str), name)
    }

    /// The plugins that were left out.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The OAuth scopes that the offered tools need, and no others.
    #[must_use]
    pub fn scopes(&self) -> BTreeSet<&'static str> {
        self.plugins
            .iter()
            .flat_map(|loaded| scopes::of_manifest(&loaded.reach.manifest))
            .collect()
    }

    /// Who signed the package of `loaded`, for a reader: the approval pins the bytes, and a start looks at no signature.
    /// One that cannot be taken for a signature is told in the log.
    #[must_use]
    pub fn signature(&self, loaded: &Loaded) -> Signature {
        let signature = loaded.file().map(|file| {
            Signature::of(loaded.plugin.package(), file, &self.package_keys)
                .inspect_err(|error| tracing::warn!(plugin = loaded.name(), "{error}"))
        });
        signature.and_then(Result::ok).unwrap_or_default()
    }

    /// `finding` with who accepted it, if anybody did.
    #[must_use]
    pub fn noticed(&self, finding: &Finding) -> Noticed {
        Noticed::new(finding, &self.accepted, self.today)
    }

    /// What is to be said of the tools of `package`, of which `reach` is left, beside those that are offered by
    /// other plugins: what runs under its own name is what it would replace.
    #[must_use]
    pub fn findings(&self, package: &Package, origin: Origin, reach: &Reach) -> Vec<Finding> {
        let name = &package.manifest().name;
        let mut all = self.surfaces();
        let own = offered(package, origin, reach);
        // Of two that clash, the later one answers for it: it keeps its place where it has one.
        match all.iter_mut().find(|surface| surface.plugin == name) {
            Some(place) => *place = own,
            None => all.push(own),
        }
        surface::check_one(&all, name)
    }

    fn add(
        &mut self,
        engine: &Engine,
        name: &str,
        own: &PluginSettings,
        admission: &Admission,
        candidate: Result<Candidate, String>,
    ) {
        let admitted =
            candidate.and_then(|candidate| self.admit(engine, name, own, admission, candidate));
        if let Err(text) = admitted {
            self.leave_out(name, text);
        }
    }

    fn leave_out(&mut self, plugin: &str, text: String) {
        tracing::error!(plugin, "left out: {text}");
        self.problems.push(Problem {
            plugin: plugin.to_owned(),
            text,
        });
    }

    fn admit(
        &mut self,
        engine: &Engine,
        name: &str,
        own: &PluginSettings,
        admission: &Admission,
        candidate: Candidate,
    ) -> Result<(), String> {
        let Candidate {
            package,
            origin,
            path,
        } = candidate;
        if package.manifest().name != name {
            return Err(format!(
                "the package calls itself `{}`; use that name in the configuration",
                package.manifest().name
            ));
        }
        let reach = admission.reach(&package, own)?;
        admission.bound(&reach)?;
        if origin == Origin::Added {
            admission
                .approvals
                .check(&package, &path, &reach, admission.today)?;
        }
        self.known
            .extend(package.names().into_iter().map(str::to_owned));
        if reach.tools.is_empty() {
            return Ok(());
        }
        if let Some(taken) = self.taken(&package, &reach) {
            return Err(format!(
                "{taken} is there already; rename it, or leave one of the two out with `tools` or `enabled`"
            ));
        }
        let surface = offered(&package, origin, &reach);
        if let Some(clash) = self.names.add(&surface).first() {
            self.names.forget(&surface);
            return Err(format!(
                "{clash}; rename it, or leave one of the two out with `tools` or `enabled`"
            ));
        }
        let wanted: Vec<Tool> = package
            .tools()
            .iter()
            .filter(|tool| reach.tools.contains(&tool.name))
            .cloned()
            .collect();
        let offers = package.clone();
        let loaded = Arc::new(Loaded {
            plugin: Plugin::new(engine, package, reach.limits),
            reach,
            origin,
            path,
            ceilings: own.limits.wish().unwrap_or_default(),
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
        self.offer(&offers, &loaded);
        self.plugins.push(loaded);
        Ok(())
    }

    /// A prompt, resource or template of `package` that is offered already, for a text.
    fn taken(&self, package: &Package, reach: &Reach) -> Option<String> {
        let is_left = |name: &String| reach.tools.contains(name);
        let own = package.prompts().iter().filter(|own| is_left(&own.name));
        let prompt = own
            .map(|own| &own.name)
            .find(|name| self.prompts.contains_key(*name) || prompts::is_one(name));
        let resources = package.resources().all().filter(|own| is_left(&own.name));
        let uri = resources
            .map(|own| &own.uri)
            .find(|uri| self.resources.contains_key(*uri) || self.templates.contains_key(*uri));
        prompt
            .map(|name| format!("the prompt `{name}`"))
            .or_else(|| uri.map(|uri| format!("the resource {}", clean(uri, 80))))
    }

    /// Offers what is left of the prompts and resources of `package`.
    fn offer(&mut self, package: &Package, loaded: &Arc<Loaded>) {
        let is_left = |name: &String| loaded.reach.tools.contains(name);
        for prompt in package.prompts().iter().filter(|own| is_left(&own.name)) {
            let offered = OfferedPrompt {
                prompt: prompt.clone(),
                loaded: Arc::clone(loaded),
            };
            self.prompts.insert(prompt.name.clone(), offered);
        }
        let resources = package.resources();
        for resource in resources.listed.iter().filter(|own| is_left(&own.name)) {
            let offered = OfferedResource {
                resource: resource.clone(),
                loaded: Arc::clone(loaded),
            };
            self.resources.insert(resource.uri.clone(), offered);
        }
        for resource in resources.templates.iter().filter(|own| is_left(&own.name)) {
            // A package's templates were taken apart when it was parsed.
            if let Ok(template) = Template::parse(&resource.uri) {
                let offered = OfferedTemplate {
                    resource: resource.clone(),
                    template,
                    loaded: Arc::clone(loaded),
                };
                self.templates.insert(resource.uri.clone(), offered);
            }
        }
    }

    fn surfaces(&self) -> Vec<PluginSurface<'_>> {
        self.plugins
            .iter()
            .map(|loaded| offered(loaded.plugin.package(), loaded.origin, &loaded.reach))
            .collect()
    }

    /// Leaves out whatever says what nobody accepted. Only when all are there: what a text means depends on
    /// what is read beside it.
    fn hold_to_their_words(&mut self, admission: &Admission) {
        let mut found: HashMap<String, Vec<Finding>> = HashMap::new();
        for finding in surface::check_added(&self.surfaces()) {
            let own = found.entry(finding.plugin.clone()).or_default();
            own.push(finding);
        }
        let objections: Vec<(String, String)> = self
            .plugins
            .iter()
            .filter_map(|loaded| {
                let name = loaded.name();
                let findings = found.get(name)?;
                let (finding, reason) = admission.objection(findings)?;
                let reason = match reason {
                    NotAccepted::Expired(day) => format!("was accepted until {day}"),
                    NotAccepted::Open | NotAccepted::Never => "is not accepted".to_owned(),
                };
                let text = format!(
                    "{finding}; that {reason} ({}): run `{}` to see what to do",
                    finding.id(),
                    admission.approvals.approve_command(&loaded.path)
                );
                Some((name.to_owned(), text))
            })
            .collect();
        for (name, text) in objections {
            self.plugins.retain(|loaded| loaded.name() != name);
            self.tools
                .retain(|_, offered| offered.loaded.name() != name);
            self.prompts
                .retain(|_, offered| offered.loaded.name() != name);
            self.resources
                .retain(|_, offered| offered.loaded.name() != name);
            self.templates
                .retain(|_, offered| offered.loaded.name() != name);
            self.leave_out(&name, text);
        }
    }

    fn offers(&self, name: &str) -> bool {
        self.plugins
            .iter()
            .any(|loaded| loaded.reach.tools.iter().any(|own| own == name))
    }

    /// Every tool that the command line names is there.
    fn check_tools(&self, offer: &Offer) -> Result<(), OfferError> {
        let Some(name) = offer.tools.iter().flatten().find(|name| !self.offers(name)) else {
            return Ok(());
        };
        // One that is spelled right is not offered for another reason.
        let nearest = (!self.known.contains(name))
            .then(|| self.nearest_known(name))
            .flatten();
        Err(OfferError::Tool {
            name: clean(name, 60),
            hint: match nearest {
                Some(known) => format!("; did you mean `{known}`?"),
                None => " (`okta-mcp tools` lists them)".to_owned(),
            },
        })
    }
}

/// The one of `names` that looks most like `name`, if one does.
pub(crate) fn nearest<'a>(names: impl Iterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    names
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn check_toolsets(
    offer: &Offer,
    builtins: &[Builtin],
    settings: &BTreeMap<String, PluginSettings>,
) -> Result<(), OfferError> {
    let known = || {
        let own = settings.iter().filter(|(_, own)| own.package.is_some());
        builtins
            .iter()
            .map(|builtin| builtin.name)
            .chain(own.map(|(name, _)| name.as_str()))
    };
    match offer
        .toolsets
        .iter()
        .flatten()
        .find(|name| !known().any(|known| known == *name))
    {
        Some(name) => Err(OfferError::Toolset {
            name: clean(name, 60),
            known: known().collect::<Vec<_>>().join(", "),
        }),
        None => Ok(()),
    }
}

/// The tools that clients are shown of a package.
fn offered<'a>(package: &'a Package, origin: Origin, reach: &Reach) -> PluginSurface<'a> {
    let mut surface = package.surface(origin);
    surface
        .tools
        .retain(|tool| reach.tools.iter().any(|name| name == tool.name));
    surface
}

impl Loaded {
    /// The plugin's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.plugin.package().manifest().name
    }

    /// What is left of it under the operator's settings: every grant is made from this.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The file that its package was read from; none where it is part of the program.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        (self.origin == Origin::Added).then(|| Path::new(&self.path))
    }

    /// What the operator takes away from it, as a review is told.
    #[must_use]
    pub fn operator(&self) -> Operator {
        Operator {
            tools: Some(self.reach.tools.clone()),
            hidden: self.reach.hidden.clone(),
            limits: self.ceilings,
        }
    }

    /// Whether it is part of the program.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Whether the operator hides the field that a manifest calls `field`.
    #[must_use]
    pub fn hides(&self, field: &str) -> bool {
        self.reach.hides(field)
    }

    /// The response fields that the operator hides.
    #[must_use]
    pub fn hidden(&self) -> &[FieldPath] {
        &self.reach.hidden
    }

    /// The grant of one call of `tool` on `org`.
    #[must_use]
    pub fn grant(&self, tool: &str, org: &OrgUrl, key: &CursorKey) -> Grant {
        self.grants
            .get_or_init(|| {
                Grants::new(
                    &self.reach.manifest,
                    org.clone(),
                    key.clone(),
                    &self.reach.hidden,
                )
                .offering(self.reach.tools.iter().map(String::as_str))
            })
            .of_tool(tool)
    }
}

fn built_in(builtin: Builtin, own: &PluginSettings) -> Result<Candidate, String> {
    if own.package.is_some() {
        return Err(format!(
            "`{}` is built in; give a package of your own another name",
            builtin.name
        ));
    }
    Ok(Candidate {
        package: Package::built_in(builtin.bytes).map_err(|error| error.to_string())?,
        origin: Origin::BuiltIn,
        path: String::new(),
    })
}

/// A package that the operator named.
fn from_file(name: &str, own: &PluginSettings, base: &Path) -> Result<Candidate, String> {
    let Some(path) = &own.package else {
        let known: Vec<_> = builtin::ALL.iter().map(|builtin| builtin.name).collect();
        return Err(format!(
            "there is no built-in plugin `{name}` ({}); one of your own needs `package`",
            known.join(", ")
        ));
    };
    let path = base.join(path);
    Ok(Candidate {
        package: package_file::read(&path).map_err(|error| error.to_string())?,
        origin: Origin::Added,
        path: path.display().to_string(),
    })
}
