//! How plugins are run: the file's section `sandbox`, and what it comes to with the defaults.

use std::path::{Path, PathBuf};
use std::time::Duration;

use capability::limits::{parse_duration, parse_size};
use sandbox::EngineOptions;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ConfigError, Given};

/// Bytes of compiled code that are kept: about a thousand built-in plugins, or five whole Pythons.
const CACHE_BYTES: u64 = 512 << 20;

/// How plugins are run.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct SandboxSection {
    /// `false` keeps no compiled code: every process compiles every plugin that it calls.
    pub cache: Option<bool>,
    /// Where compiled code is kept, relative to this file: a directory that nobody else may enter.
    /// Default: okta-mcp/code in the user's cache directory.
    pub cache_dir: Option<PathBuf>,
    /// The most that compiled code may take, such as `512 MiB`, the default; what was not used for longest goes first.
    pub cache_size: Option<String>,
    /// `false` compiles a plugin when it is first called, and not before.
    pub compile_ahead: Option<bool>,
    /// Calls that run at once, of which one plugin has at most half; 64 unless set.
    pub calls: Option<u32>,
    /// How long a call waits for its turn, such as `5 s`, the default.
    pub queue_wait: Option<String>,
}

/// How plugins are run in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxSettings {
    /// Where compiled code is kept; none keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// The most that it may take.
    pub cache_bytes: u64,
    /// Whether plugins are compiled before they are called.
    pub compile_ahead: bool,
    /// Calls that run at once.
    pub calls: usize,
    /// How long a call waits for its turn.
    pub queue_wait: Duration,
}

impl Default for SandboxSettings {
    /// Keeps nothing: where to keep it is for the environment to say.
    fn default() -> Self {
        let options = EngineOptions::default();
        Self {
            cache_dir: None,
            cache_bytes: CACHE_BYTES,
            compile_ahead: true,
            calls: options.concurrent_calls,
            queue_wait: options.queue_wait,
        }
    }
}

impl SandboxSection {
    /// The settings, with relative paths starting at `base`.
    ///
    /// # Errors
    /// With the key that is wrong and what is accepted.
    pub(super) fn settle(
        &self,
        given: &Given,
        env: &dyn Fn(&str) -> Option<String>,
        base: &Path,
    ) -> Result<SandboxSettings, ConfigError> {
        let default = SandboxSettings::default();
        let kept = !given.no_cache && self.cache != Some(false);
        let own = self.cache_dir.as_ref().map(|dir| base.join(dir));
        let calls = match self.calls {
            Some(0) => return Err(wrong("calls", "at least 1")),
            Some(calls) => calls as usize,
            None => default.calls,
        };
        Ok(SandboxSettings {
            cache_dir: own.or_else(|| user_cache(env)).filter(|_| kept),
            cache_bytes: read("cacheSize", self.cache_size.as_ref(), parse_size, "512 MiB")?
                .unwrap_or(default.cache_bytes),
            compile_ahead: self.compile_ahead.unwrap_or(default.compile_ahead),
            calls,
            queue_wait: read("queueWait", self.queue_wait.as_ref(), parse_duration, "5 s")?
                .unwrap_or(default.queue_wait),
        })
    }
}

fn read<T>(
    key: &str,
    text: Option<&String>,
    parse: fn(&str) -> Option<T>,
    example: &str,
) -> Result<Option<T>, ConfigError> {
    text.map(|text| parse(text).ok_or_else(|| wrong(key, &format!("write it as in `{example}`"))))
        .transpose()
}

fn wrong(key: &str, problem: &str) -> ConfigError {
    ConfigError::Value {
        place: format!("sandbox.{key}"),
        problem: problem.to_owned(),
    }
}

/// `okta-mcp/code` in the user's cache directory.
fn user_cache(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let absolute = |name: &str| {
        env(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("LOCALAPPDATA"))
        .or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("okta-mcp").join("code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(json: &str, given: &Given) -> Result<SandboxSettings, ConfigError> {
        let section: SandboxSection = serde_json::from_str(json).unwrap();
        let env = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
        section.settle(given, &env, Path::new("/etc/okta"))
    }

    #[test]
    fn compiled_code_is_kept_in_the_user_s_cache_unless_somebody_says_otherwise() {
        let place = |json: &str, given: &Given| settle(json, given).unwrap().cache_dir;
        let here = Given::default();
        assert_eq!(
            place("{}", &here).unwrap(),
            Path::new("/home/ada/.cache/okta-mcp/code")
        );
        assert_eq!(
            place(r#"{"cacheDir": "code"}"#, &here).unwrap(),
            Path::new("/etc/okta/code")
        );
        assert_eq!(place(r#"{"cache": false}"#, &here), None);
        assert_eq!(
            place(r#"{"cache": false, "cacheDir": "code"}"#, &here),
            None
        );
        let no_cache = Given {
            no_cache: true,
            ..Given::default()
        };
        assert_eq!(place(r#"{"cache": true}"#, &no_cache), None);
    }

    #[test]
    fn what_is_not_set_is_the_default_and_what_is_malformed_is_named() {
        let here = Given::default();
        let mut default = settle("{}", &here).unwrap();
        default.cache_dir = None;
        assert_eq!(default, SandboxSettings::default());
        let own =
            r#"{"cacheSize": "1 MiB", "compileAhead": false, "calls": 2, "queueWait": "100 ms"}"#;
        let own = settle(own, &here).unwrap();
        assert_eq!((own.cache_bytes, own.calls), (1 << 20, 2));
        assert_eq!(own.queue_wait, Duration::from_millis(100));
        assert!(!own.compile_ahead);
        for (json, problem) in [
            (r#"{"calls": 0}"#, "sandbox.calls: at least 1"),
            (
                r#"{"cacheSize": "512MB"}"#,
                "sandbox.cacheSize: write it as in `512 MiB`",
            ),
            (
                r#"{"queueWait": "soon"}"#,
                "sandbox.queueWait: write it as in `5 s`",
            ),
        ] {
            let error = settle(json, &here).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
