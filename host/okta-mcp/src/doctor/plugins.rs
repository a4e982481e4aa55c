//! The plugins: whether each loads, what keeps the others out, and whether the approvals can be relied on.

use sandbox::{Engine, EngineOptions};

use crate::approval::Approvals;
use crate::builtin;
use crate::config::Settings;
use crate::findings::Findings;
use crate::host::code_cache;
use crate::registry::{Loaded, Registry};

/// The plugins that `settings` let load.
pub(super) fn load(settings: &Settings) -> Result<Registry, String> {
    let engine = Engine::with(EngineOptions {
        // What is wrong with the cache is a finding of its own.
        cache: code_cache::try_open(&settings.sandbox).unwrap_or_default(),
        ..EngineOptions::default()
    })
    .map_err(|error| error.to_string())?;
    Registry::load(
        &engine,
        &builtin::ALL,
        &settings.plugins,
        &settings.base,
        &settings.admission,
    )
    .map_err(|error| error.to_string())
}

/// Looks at them; those that run, if any can.
pub(super) async fn look(settings: &Settings, findings: &mut Findings) -> Option<Registry> {
    let registry = match load(settings) {
        Ok(registry) => registry,
        Err(error) => {
            findings.problem("plugins", error, "no plugin loads before that is mended");
            return None;
        }
    };
    for loaded in registry.plugins() {
        one(loaded, findings).await;
    }
    for problem in registry.problems() {
        let name = &problem.plugin;
        findings.problem(
            format!("plugin.{name}"),
            format!("left out: {}", problem.text),
            format!(
                "the others serve; to leave it out on purpose, set plugins.{name}.enabled to false"
            ),
        );
    }
    if registry.plugins().is_empty() && registry.problems().is_empty() {
        findings.problem(
            "plugins",
            "the settings leave every plugin out",
            "take plugins.NAME.enabled: false, --tools or --toolsets back",
        );
    }
    approvals(&settings.admission.approvals, findings);
    match &settings.admission.boundary {
        None => findings.ok("boundary", "no organisation's boundary is set"),
        Some((path, _)) => findings.ok(
            "boundary",
            format!("{} holds for all plugins", path.display()),
        ),
    }
    Some(registry)
}

async fn one(loaded: &Loaded, findings: &mut Findings) {
    let (package, check) = (loaded.plugin.package(), format!("plugin.{}", loaded.name()));
    if let Err(error) = loaded.plugin.prepare().await {
        findings.problem(
            check,
            error.to_string(),
            "its tools are listed and fail: build it for this version, or leave it out",
        );
        return;
    }
    let digest: String = package.digest().to_string().chars().take(12).collect();
    findings.ok(
        check,
        format!(
            "{} loads, {} {} offered, {} ({digest})",
            package.manifest().version,
            loaded.reach().tools.len(),
            match loaded.reach().tools.len() {
                1 => "tool",
                _ => "tools",
            },
            match loaded.origin() {
                capability::surface::Origin::BuiltIn => "built in",
                capability::surface::Origin::Added => "approved",
            },
        ),
    );
}

fn approvals(approvals: &Approvals, findings: &mut Findings) {
    let path = approvals.file().path().display();
    match approvals.read() {
        Ok(read) if read.digest.is_none() => {
            findings.ok(
                "lock",
                "there is none: nothing but the built-in plugins may run",
            );
        }
        Ok(read) => {
            let signed = match &read.signer {
                Some(key) => format!(", signed by {key}"),
                None => String::new(),
            };
            findings.ok(
                "lock",
                format!(
                    "{path} approves {} (serial {}{signed})",
                    match read.lock.plugins.len() {
                        1 => "1 plugin".to_owned(),
                        count => format!("{count} plugins"),
                    },
                    read.lock.serial
                ),
            );
        }
        Err(error) => findings.problem(
            "lock",
            error.to_string(),
            "until then nothing but the built-in plugins loads",
        ),
    }
}
