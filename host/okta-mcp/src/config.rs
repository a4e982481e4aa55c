//! Settings: flags over environment over file, each key checked, nothing guessed.
//!
//! The file is the one that `--config` or `OKTA_MCP_CONFIG` names, else `okta-mcp/config.json` in the user's
//! configuration directory. Unknown keys are errors with a suggestion. The file's JSON Schema is generated
//! from the types of [`mod@file`] (`okta-mcp config schema`).
//!
//! A `config.json` in the working directory is not read unless it is named. A client starts this program
//! wherever its user happens to be, a cloned repository for one, and whoever writes the file decides where a
//! token goes, which plugins read with it, and which restrictions of the operator's hold.

mod audit;
mod auth;
mod cursor_key;
mod error;
pub mod file;
mod http;
mod pace;
mod sandbox;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use capability::boundary::Boundary;
use capability::cursor::CursorKey;
use capability::org::OrgUrl;
use capability::surface::Accepted;
use gateway::{CaFile, Credential};

use crate::admission::{Admission, Offer};
use crate::approval::signature::TrustedKeys;
use crate::approval::{Approvals, CommandLine, LockFile, Memory, today};
use crate::{builtin, state};

pub use self::sandbox::{SandboxSection, SandboxSettings};
pub use error::ConfigError;
use file::{File, HttpSection, PluginSettings};
pub use pace::Pace;

/// What the command line and the environment say; see [`Settings::load`].
#[derive(Debug, Default, Clone)]
pub struct Given {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--org-url`.
    pub org_url: Option<String>,
    /// `--api-token-file`.
    pub api_token_file: Option<PathBuf>,
    /// `--audit-log`.
    pub audit_log: Option<PathBuf>,
    /// `--log`.
    pub log: Option<String>,
    /// `--tools` and `--toolsets`.
    pub offer: Offer,
    /// `--no-cache`.
    pub no_cache: bool,
}

/// The settings of one process.
#[derive(Debug)]
pub struct Settings {
    /// The way to an org, or what is missing for it.
    pub okta: Okta,
    /// How Okta is asked.
    pub pace: Pace,
    /// What the operator says of plugins, by name.
    pub plugins: BTreeMap<String, PluginSettings>,
    /// How HTTP is served, when it is.
    pub http: HttpSection,
    /// How the audit log is kept, if one is.
    pub audit: Option<::audit::log::Settings>,
    /// The key that seals cursors, where several servers share one.
    pub cursor_key: Option<CursorKey>,
    /// What plugins have to get past.
    pub admission: Admission,
    /// How plugins are run.
    pub sandbox: SandboxSettings,
    /// The file that was read, if one was.
    pub file: Option<PathBuf>,
    /// Where relative paths of the file start.
    pub base: PathBuf,
    /// The log filter, in `tracing`'s syntax.
    pub log: String,
}

/// The connection that is configured.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one in a process, and it is moved once"
)]
#[derive(Debug)]
pub enum Okta {
    /// Both an org and a credential.
    Ready {
        /// The org.
        org: OrgUrl,
        /// The credential.
        credential: Credential,
        /// Authorities to trust beside the system's.
        ca_file: Option<CaFile>,
    },
    /// Something is missing: the tools are listed, and a call says this text.
    Missing(String),
}

impl Settings {
    /// Reads the file and the environment and puts them together.
    ///
    /// # Errors
    /// [`ConfigError`]: one line that names the setting, what is wrong and an example.
    pub fn load(given: &Given, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let (file, path) = read_file(given, env)?;
        Self::settle(file, path, given, env)
    }

    /// The settings that `text` would give as the file at `path`, which need not be there.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn of_text(
        text: &str,
        path: &Path,
        given: &Given,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let file = File::parse(text, &path.display().to_string())?;
        Self::settle(file, Some(path.to_owned()), given, env)
    }

    fn settle(
        file: File,
        path: Option<PathBuf>,
        given: &Given,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut okta = okta(&auth::Places {
            given,
            env,
            okta: &file.okta,
            path: path.as_deref(),
        })?;
        if let (Okta::Missing(text), None) = (&mut okta, &path)
            && Path::new("config.json").is_file()
        {
            text.push_str(" (the config.json in this directory is read only where --config config.json names it)");
        }
        let pace = Pace::of(&file.okta)?;
        for (name, plugin) in &file.plugins {
            plugin.check(name)?;
            known(name, plugin)?;
        }
        let admission = admission(given, env, &file, path.as_deref())?;
        let log = given
            .log
            .clone()
            .or_else(|| env("OKTA_MCP_LOG").filter(|text| !text.is_empty()))
            .or_else(|| file.log.clone())
            .unwrap_or_else(|| "warn".to_owned());
        let base = path
            .as_deref()
            .and_then(Path::parent)
            .map(Path::to_owned)
            .unwrap_or_default();
        Ok(Self {
            okta,
            pace,
            cursor_key: cursor_key::configured(&file, env, &base)?,
            audit: audit::settings(&file.audit, given.audit_log.as_deref(), env, &base)?,
            plugins: file.plugins,
            http: file.http,
            admission,
            sandbox: file.sandbox.settle(given, env, &base)?,
            file: path,
            base,
            log,
        })
    }
}

/// The audit log that the flag or the environment names, where no file is read.
///
/// # Errors
/// None at present: a path can be anything until it is opened.
pub fn audit_of(
    flag: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<::audit::log::Settings>, ConfigError> {
    audit::settings(&file::AuditSection::default(), flag, env, Path::new(""))
}

/// What plugins have to get past: the files that `file` names, read now, so that a mistake in one of them is told
/// before anything loads.
fn admission(
    given: &Given,
    env: &dyn Fn(&str) -> Option<String>,
    file: &File,
    path: Option<&Path>,
) -> Result<Admission, ConfigError> {
    let base = match path {
        Some(path) => path.parent().map(Path::to_owned).unwrap_or_default(),
        // Without a file there is a lock all the same: the one beside the file that would be read.
        None => own_file(env)
            .and_then(|file| file.parent().map(Path::to_owned))
            .unwrap_or_default(),
    };
    let lock_keys = keys("lock.requireSignatureBy", &file.lock.require_signature_by)?;
    let lock = file
        .lock
        .file
        .as_deref()
        .unwrap_or(Path::new("plugins.lock"));
    let approvals = Approvals::new(
        LockFile::new(base.join(lock)),
        lock_keys,
        Memory::new(state::dir(env).as_deref()),
        // A file that is where it is looked for need not be named again; one that a client's settings name must.
        CommandLine::new(path.filter(|path| own_file(env).as_deref() != Some(path))),
    );
    let boundary = file
        .boundary
        .as_ref()
        .map(|own| {
            let path = base.join(own);
            let boundary = read_toml(&path, Boundary::parse)?;
            Ok((path, boundary))
        })
        .transpose()?;
    let accepted = file
        .accepted_findings
        .as_ref()
        .map(|own| read_toml(&base.join(own), Accepted::parse))
        .transpose()?
        .unwrap_or_default();
    Ok(Admission {
        approvals,
        boundary,
        accepted,
        package_keys: keys("packageKeys", &file.package_keys)?,
        offer: given.offer.clone(),
        today: today(),
    })
}

/// The public keys that the list at `place` holds.
fn keys(place: &str, texts: &[String]) -> Result<TrustedKeys, ConfigError> {
    TrustedKeys::parse(texts).map_err(|position| ConfigError::Value {
        place: format!("{place}[{position}]"),
        problem:
            "is not a public key of minisign; it is the line of minisign.pub that begins with `RW`"
                .to_owned(),
    })
}

/// Reads the file at `path` with `parse`, whose errors begin with the line.
fn read_toml<T, E: std::fmt::Display>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, ConfigError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable(shown.clone(), error.to_string()))?;
    parse(&text).map_err(|error| ConfigError::Value {
        place: shown,
        problem: error.to_string(),
    })
}

/// Settings for a plugin that is nowhere would silently restrict nothing.
fn known(name: &str, plugin: &PluginSettings) -> Result<(), ConfigError> {
    let names: Vec<&str> = builtin::ALL.iter().map(|builtin| builtin.name).collect();
    if names.contains(&name) || plugin.package.is_some() {
        return Ok(());
    }
    let nearest = names
        .iter()
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let problem = match nearest {
        Some((_, known)) => format!("there is no such plugin; did you mean `{known}`?"),
        None => format!(
            "there is no such plugin; built in are {}, and one of your own needs `package`",
            names.join(", ")
        ),
    };
    Err(ConfigError::Value {
        place: format!("plugins.{name}"),
        problem,
    })
}

/// The file that the command line or the environment names.
#[must_use]
pub fn named_file(given: &Given, env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    given.config.clone().or_else(|| {
        env("OKTA_MCP_CONFIG")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    })
}

/// The file's settings, and where the file is.
fn read_file(
    given: &Given,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(File, Option<PathBuf>), ConfigError> {
    let Some(path) = named_file(given, env).or_else(|| own_file(env).filter(|path| path.is_file()))
    else {
        return Ok((File::default(), None));
    };
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| ConfigError::Unreadable(shown.clone(), error.to_string()))?;
    Ok((File::parse(&text, &shown)?, Some(path)))
}

/// `okta-mcp/config.json` in the user's configuration directory: the file that is read without being named.
#[must_use]
pub fn own_file(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let absolute = |name: &str| {
        env(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("okta-mcp/config.json"))
}

fn okta(places: &auth::Places<'_>) -> Result<Okta, ConfigError> {
    let org = org(places)?;
    let credential = auth::credential(places)?;
    let ca_file = places
        .okta
        .ca_file
        .as_ref()
        .map(|path| CaFile::read(&places.resolve(path)))
        .transpose()
        .map_err(|error| ConfigError::Value {
            place: places.in_file("okta.caFile"),
            problem: error.to_string(),
        })?;
    match (org, credential) {
        (None, None) => Ok(Okta::Missing(
            "no Okta org is configured: set OKTA_ORG_URL (https://your-org.okta.com) and OKTA_API_TOKEN in the \
             server's environment, or run `okta-mcp init` in a terminal, which asks for what is needed, and restart; \
             to try it without an org, start the server with --demo"
                .to_owned(),
        )),
        (Some(_), None) => Ok(Okta::Missing(
            "an org is configured but no credential: set OKTA_API_TOKEN (Okta admin console: Security > API > \
             Tokens), or OKTA_CLIENT_ID and OKTA_PRIVATE_KEY of a service app, or OKTA_CLIENT_ID alone of a native \
             app to sign in yourself, in the server's environment or its file, and restart"
                .to_owned(),
        )),
        (None, Some(_)) => Ok(Okta::Missing(
            "a credential is configured but no org: set OKTA_ORG_URL (https://your-org.okta.com) and restart".to_owned(),
        )),
        (Some(org), Some(credential)) => Ok(Okta::Ready { org, credential, ca_file }),
    }
}

fn org(places: &auth::Places<'_>) -> Result<Option<OrgUrl>, ConfigError> {
    let from_env = |name: &str| {
        (places.env)(name)
            .filter(|value| !value.is_empty())
            .map(|value| (value, name.to_owned()))
    };
    let url = places
        .given
        .org_url
        .clone()
        .map(|value| (value, "--org-url".to_owned()))
        .or_else(|| from_env("OKTA_ORG_URL"))
        .or_else(|| from_env("OKTA_CLIENT_ORGURL"))
        .or_else(|| {
            let url = places.okta.org_url.clone()?;
            Some((url, places.in_file("okta.orgUrl")))
        });
    url.map(|(value, place)| {
        OrgUrl::parse(&value).map_err(|error| ConfigError::Value {
            place,
            problem: error.to_string(),
        })
    })
    .transpose()
}

#[cfg(test)]
mod tests;
