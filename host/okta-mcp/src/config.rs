//! Settings: flags over environment over file, each key checked, nothing guessed.
//!
//! The file is `config.json`: the one that `--config` or `OKTA_MCP_CONFIG` names, else `./config.json`,
//! else `okta-mcp/config.json` in the user's configuration directory. Unknown keys are errors with a
//! suggestion. The file's JSON Schema is generated from the types of [`file`] (`okta-mcp config schema`).
//!
//! One mixture is refused: an org URL or a plugin's package from a `./config.json` that nobody named, with a
//! token from the environment. A file that came with a cloned repository must not be able to decide where
//! a token goes, or which plugin reads with it.

mod error;
pub mod file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use capability::org::OrgUrl;
use gateway::Credential;
use secrecy::SecretString;

pub use error::ConfigError;
use file::{File, PluginSettings};

/// What the command line and the environment say; see [`Settings::load`].
#[derive(Debug, Default, Clone)]
pub struct Given {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--org-url`.
    pub org_url: Option<String>,
    /// `--api-token-file`.
    pub api_token_file: Option<PathBuf>,
    /// `--log`.
    pub log: Option<String>,
}

/// The settings of one process.
#[derive(Debug)]
pub struct Settings {
    /// The way to an org, or what is missing for it.
    pub okta: Okta,
    /// What the operator says of plugins, by name.
    pub plugins: BTreeMap<String, PluginSettings>,
    /// Where relative paths of the file start.
    pub base: PathBuf,
    /// The log filter, in `tracing`'s syntax.
    pub log: String,
}

/// The connection that is configured.
#[derive(Debug)]
pub enum Okta {
    /// Both an org and a credential.
    Ready {
        /// The org.
        org: OrgUrl,
        /// The credential.
        credential: Credential,
    },
    /// Something is missing: the tools are listed, and a call says this text.
    Missing(String),
}

/// A value and the place that a message can name.
struct Sourced<T> {
    value: T,
    place: String,
    /// From a `./config.json` that nobody named.
    unasked: bool,
}

impl Settings {
    /// Reads the file and the environment and puts them together.
    ///
    /// # Errors
    /// [`ConfigError`]: one line that names the setting, what is wrong and an example.
    pub fn load(given: &Given, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let (file, location) = read_file(given, env)?;
        let okta = okta(given, env, &file, location.as_ref())?;
        for (name, plugin) in &file.plugins {
            plugin.check(name)?;
        }
        let log = given
            .log
            .clone()
            .or_else(|| env("OKTA_MCP_LOG").filter(|text| !text.is_empty()))
            .or(file.log)
            .unwrap_or_else(|| "warn".to_owned());
        let base = location
            .and_then(|location| location.path.parent().map(Path::to_owned))
            .unwrap_or_default();
        Ok(Self {
            okta,
            plugins: file.plugins,
            base,
            log,
        })
    }
}

struct Location {
    path: PathBuf,
    unasked: bool,
}

fn read_file(
    given: &Given,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(File, Option<Location>), ConfigError> {
    let named = given.config.clone().or_else(|| {
        env("OKTA_MCP_CONFIG")
            .filter(|p| !p.is_empty())
            .map(PathBuf::from)
    });
    let candidates = match named {
        Some(path) => vec![Location {
            path,
            unasked: false,
        }],
        None => {
            let home = env("XDG_CONFIG_HOME")
                .map(PathBuf::from)
                .or_else(|| env("HOME").map(|home| Path::new(&home).join(".config")));
            let own = home.map(|home| home.join("okta-mcp/config.json"));
            let here = Location {
                path: PathBuf::from("config.json"),
                unasked: true,
            };
            let own = own.map(|path| Location {
                path,
                unasked: false,
            });
            std::iter::once(here)
                .chain(own)
                .filter(|location| location.path.is_file())
                .take(1)
                .collect()
        }
    };
    let Some(location) = candidates.into_iter().next() else {
        return Ok((File::default(), None));
    };
    let text = std::fs::read_to_string(&location.path).map_err(|error| {
        ConfigError::Unreadable(location.path.display().to_string(), error.to_string())
    })?;
    let file = File::parse(&text, &location.path.display().to_string())?;
    Ok((file, Some(location)))
}

fn okta(
    given: &Given,
    env: &dyn Fn(&str) -> Option<String>,
    file: &File,
    location: Option<&Location>,
) -> Result<Okta, ConfigError> {
    let in_file = |key: &str| {
        location.map_or_else(
            || key.to_owned(),
            |l| format!("{key} in {}", l.path.display()),
        )
    };
    let unasked = location.is_some_and(|location| location.unasked);
    let from_env = |names: &[&str]| {
        names.iter().find_map(|name| {
            env(name)
                .filter(|value| !value.is_empty())
                .map(|value| Sourced {
                    value,
                    place: (*name).to_owned(),
                    unasked: false,
                })
        })
    };
    let url = given
        .org_url
        .clone()
        .map(|value| Sourced {
            value,
            place: "--org-url".to_owned(),
            unasked: false,
        })
        .or_else(|| from_env(&["OKTA_ORG_URL", "OKTA_CLIENT_ORGURL"]))
        .or_else(|| {
            file.okta.org_url.clone().map(|value| Sourced {
                value,
                place: in_file("okta.orgUrl"),
                unasked,
            })
        });
    let token = token(given, &from_env, file, location, &in_file)?;
    match (url, token) {
        (None, None) => Ok(Okta::Missing(
            "no Okta org is configured: set OKTA_ORG_URL (https://your-org.okta.com) and OKTA_API_TOKEN in the \
             server's environment, or okta.orgUrl and okta.apiTokenFile in config.json, and restart; \
             to try it without an org, start the server with --demo"
                .to_owned(),
        )),
        (Some(_), None) => Ok(Okta::Missing(
            "an org is configured but no credential: set OKTA_API_TOKEN in the server's environment or \
             okta.apiTokenFile in config.json (Okta admin console: Security > API > Tokens), and restart"
                .to_owned(),
        )),
        (None, Some(_)) => Ok(Okta::Missing(
            "a credential is configured but no org: set OKTA_ORG_URL (https://your-org.okta.com) and restart".to_owned(),
        )),
        (Some(url), Some(token)) => {
            if url.unasked && !token.unasked {
                return Err(ConfigError::Mixed { what: url.place, token: token.place });
            }
            let package = file.plugins.iter().find(|(_, plugin)| plugin.package.is_some());
            if let Some((name, _)) = package.filter(|_| unasked && !token.unasked) {
                let what = in_file(&format!("plugins.{name}.package"));
                return Err(ConfigError::Mixed { what, token: token.place });
            }
            let org = OrgUrl::parse(&url.value)
                .map_err(|error| ConfigError::Value { place: url.place, problem: error.to_string() })?;
            let credential = Credential::api_token(token.value)
                .map_err(|error| ConfigError::Value { place: token.place, problem: error.to_string() })?;
            Ok(Okta::Ready { org, credential })
        }
    }
}

fn token(
    given: &Given,
    from_env: &dyn Fn(&[&str]) -> Option<Sourced<String>>,
    file: &File,
    location: Option<&Location>,
    in_file: &dyn Fn(&str) -> String,
) -> Result<Option<Sourced<SecretString>>, ConfigError> {
    let read = |path: &Path, place: String, unasked: bool| {
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigError::Unreadable(path.display().to_string(), error.to_string())
        })?;
        Ok(Some(Sourced {
            value: SecretString::from(text.trim().to_owned()),
            place,
            unasked,
        }))
    };
    if let Some(path) = &given.api_token_file {
        return read(path, "--api-token-file".to_owned(), false);
    }
    if let Some(Sourced {
        value,
        place,
        unasked,
    }) = from_env(&["OKTA_API_TOKEN"])
    {
        return Ok(Some(Sourced {
            value: SecretString::from(value),
            place,
            unasked,
        }));
    }
    let unasked = location.is_some_and(|location| location.unasked);
    match (&file.okta.api_token, &file.okta.api_token_file) {
        (Some(_), Some(_)) => Err(ConfigError::Value {
            place: in_file("okta.apiToken"),
            problem: "is there beside okta.apiTokenFile; keep one of them".to_owned(),
        }),
        (Some(token), None) => Ok(Some(Sourced {
            value: token.secret(),
            place: in_file("okta.apiToken"),
            unasked,
        })),
        (None, Some(path)) => {
            let base = location
                .and_then(|l| l.path.parent())
                .unwrap_or(Path::new(""));
            read(&base.join(path), in_file("okta.apiTokenFile"), unasked)
        }
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
