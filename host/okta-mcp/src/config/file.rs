//! The file's own types: what `config.json` can hold, and its JSON Schema.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use capability::field::FieldPath;
use capability::limits::{LimitError, LimitWish, Written};
use capability::manifest::is_plugin_name;
use gateway::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::http::{AccessSection, HttpAuthSection, HttpSection};
use super::{ConfigError, SandboxSection};

/// `config.json`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(title = "okta-mcp configuration", deny_unknown_fields)]
pub struct File {
    /// The JSON Schema that an editor checks this file against.
    #[serde(rename = "$schema")]
    #[allow(dead_code, reason = "read by editors")]
    schema: Option<String>,
    /// The Okta org and the credential for it. OKTA_ORG_URL, OKTA_API_TOKEN, OKTA_CLIENT_ID, OKTA_PRIVATE_KEY,
    /// OKTA_KEY_ID and OKTA_SCOPES in the environment win.
    pub okta: OktaSection,
    /// Settings of single plugins, by the plugin's name.
    pub plugins: BTreeMap<String, PluginSettings>,
    /// How `serve --http` serves.
    pub http: HttpSection,
    /// The audit log. Without `audit.log` none is kept.
    pub audit: AuditSection,
    /// Where it is written which packages may run besides the built-in ones.
    pub lock: LockSection,
    /// Public keys of minisign, each the line of a `minisign.pub` that begins with `RW`, of those who sign packages: a
    /// review, an approval and a comparison then tell who signed one, by `NAME.wasm.minisig` beside it.
    pub package_keys: Vec<String>,
    /// The organisation's outer line around every plugin, such as boundary.toml; relative to this file.
    pub boundary: Option<PathBuf>,
    /// Findings about tools' texts that somebody accepted, with reason, owner and end, such as accepted.toml;
    /// relative to this file.
    pub accepted_findings: Option<PathBuf>,
    /// How plugins are run.
    pub sandbox: SandboxSection,
    /// A file with the key that seals cursors, for several servers behind one balancer: 32 characters or more, such as
    /// `openssl rand -base64 32` makes; relative to this file. OKTA_MCP_CURSOR_KEY holds the key itself and wins. Without
    /// either the key is made and kept on this machine.
    pub cursor_key_file: Option<PathBuf>,
    /// What goes to stderr: error, warn, info, debug, trace, or a filter such as `warn,gateway=debug`.
    pub log: Option<String>,
}

/// The way to the org.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct OktaSection {
    /// The org's URL, such as https://your-org.okta.com; not the `-admin` one.
    pub org_url: Option<String>,
    /// An API token. Prefer apiTokenFile or the environment: this file is easily shared.
    #[schemars(with = "Option<String>")]
    pub api_token: Option<Token>,
    /// A file that holds the API token and nothing else; relative to this file.
    pub api_token_file: Option<PathBuf>,
    /// Other ways to authenticate than a token in a file: OAuth, a password manager, the keyring.
    pub auth: AuthSection,
    /// A PEM file with certificates of private authorities to trust beside the system's; relative to this file.
    pub ca_file: Option<PathBuf>,
    /// How hard this server may press on Okta's rate limits.
    pub pace: PaceSection,
    /// How long an answer may be used again for the very same question, such as `60 s`; at most `60 min`. Left out,
    /// never: every answer is Okta's own of the moment.
    pub cache_ttl: Option<String>,
}

/// The pace of requests.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct PaceSection {
    /// Percent of every rate limit that is left to others, who share it: 0 to 90; 10 when left out.
    #[schemars(range(max = 90))]
    pub reserve: Option<u8>,
    /// Requests at the same time: 1 to 32; 8 when left out.
    #[schemars(range(min = 1, max = 32))]
    pub concurrency: Option<u16>,
}

/// The approvals.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct LockSection {
    /// The file that `okta-mcp approve` writes [default: plugins.lock beside this file]; relative to this file.
    pub file: Option<PathBuf>,
    /// Public keys of minisign, each the line of a `minisign.pub` that begins with `RW`. With any, the lock counts
    /// only with a signature by one of them in `plugins.lock.minisig`.
    pub require_signature_by: Vec<String>,
}

/// How this server authenticates at the org.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct AuthSection {
    /// Which credential is meant, where more than one is configured; otherwise it is what there is.
    pub method: Option<Method>,
    /// The client id of the app at Okta, such as 0oa1abCDefGHijKL2d7. With a private key it is a service app; without
    /// one it is a native app in which a person signs in with a browser.
    pub client_id: Option<String>,
    /// A file with the service app's private key: PEM or JWK, RSA or EC; relative to this file.
    pub private_key_file: Option<PathBuf>,
    /// A program that prints the private key, with its arguments; run without a shell when the key is first needed.
    pub private_key_command: Option<Vec<String>>,
    /// The key's id (kid) at Okta, where the app has several keys.
    pub key_id: Option<String>,
    /// A ceiling: no access token gets more scopes than these. Without it each plugin's token has what the plugin needs.
    pub scopes: Option<Vec<String>>,
    /// `false` sends no DPoP proofs; they bind access tokens to this process.
    pub dpop: Option<bool>,
    /// A program that prints the API token, with its arguments, such as ["op", "read", "op://vault/okta/token"]; run
    /// without a shell when the token is first needed.
    pub token_command: Option<Vec<String>>,
    /// The entry of the system's keyring that has the API token or, beside a client id, the private key.
    pub keyring: KeyringSection,
}

/// Ways to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// An API token.
    ApiToken,
    /// A service app with a private key.
    ServiceApp,
    /// A person signs in with a browser.
    Person,
}

/// An entry of the system's keyring.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct KeyringSection {
    /// The entry's service; okta-mcp when left out.
    pub service: Option<String>,
    /// The entry's account (its user name).
    pub account: Option<String>,
}

/// A token as the file holds it.
pub struct Token(Secret);

impl Token {
    /// The token, for the gateway.
    #[must_use]
    pub fn secret(&self) -> Secret {
        self.0.clone()
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader).map(|text| Self(text.into()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How the audit log is kept.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct AuditSection {
    /// The log's file, such as `audit.jsonl`; relative to this file. Several servers may share one. --audit-log and
    /// OKTA_MCP_AUDIT_LOG win.
    pub log: Option<PathBuf>,
    /// What happens to calls while the log cannot be written: `deny` (unless said otherwise) fails them, `allow` lets
    /// them pass unrecorded.
    pub on_failure: Option<OnFailureSetting>,
    /// `true` writes the values of arguments and parameters beside their shapes: logins, names and searches.
    pub values: bool,
    /// A file that would become larger is put away under a lasting name and a new one begun: `64 MiB` unless said
    /// otherwise, at least `64 KiB`.
    pub max_bytes: Option<String>,
    /// How many files that were put away are kept: 10 unless said otherwise.
    pub keep: Option<u32>,
    /// `true` forces every row to the disk before its call is answered. Without it a machine that loses its power may
    /// lose the last seconds; a program that ends loses nothing.
    pub sync: bool,
}

/// Whether calls fail while the audit log cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailureSetting {
    /// They fail.
    Deny,
    /// They pass unrecorded.
    Allow,
}

/// What the operator says of one plugin. It can only take away; a package is added by its approval alone.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct PluginSettings {
    /// `false` leaves the plugin out.
    pub enabled: Option<bool>,
    /// A package file that is not built in, relative to this file. It loads once `okta-mcp approve FILE` has
    /// approved exactly its bytes.
    pub package: Option<PathBuf>,
    /// Only these tools of the plugin are offered. What only the others may GET is gone, and so are its OAuth scopes.
    pub tools: Option<Vec<String>>,
    /// Response fields that the plugin does not get to see, whatever its manifest declares: `profile.mobilePhone`.
    pub hide: Vec<String>,
    /// Ceilings for the limits of one call.
    pub limits: LimitSettings,
}

/// Ceilings; the least of host default, manifest and these wins.
#[derive(Debug, Default, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct LimitSettings {
    /// Memory of the guest, such as `32 MiB`.
    pub memory: Option<String>,
    /// Processor time of the guest, such as `500 ms`.
    pub cpu: Option<String>,
    /// Wall time of a call, such as `30 s`.
    pub time: Option<String>,
    /// GETs of one call.
    pub requests: Option<u32>,
    /// Bytes that one call may receive from Okta, such as `16 MiB`.
    pub bytes: Option<String>,
    /// GETs that a plugin may ask for in one go.
    pub at_once: Option<u32>,
    /// Bytes of one answer to the client, such as `1 MiB`.
    pub output: Option<String>,
    /// Bytes that the guest may hand to the host in one go, such as `3 MiB`.
    pub hostcall: Option<String>,
    /// Elements of all tables of the guest.
    pub table_elements: Option<u32>,
    /// Core instances in the guest.
    pub instances: Option<u32>,
    /// Component-model handles of the guest.
    pub handles: Option<u32>,
    /// Log lines of one call.
    pub log_lines: Option<u32>,
    /// Bytes of log text of one call, such as `512 KiB`.
    pub log_bytes: Option<String>,
    /// Progress messages of one call.
    pub progress: Option<u32>,
    /// Calls of the plugin that run at once.
    pub calls: Option<u32>,
}

impl File {
    /// Parses the text of the file called `name`.
    ///
    /// # Errors
    /// With the line, or with the key and a suggestion.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let mut unknown = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(text);
        let syntax = |error: serde_json::Error| {
            let line = error.line();
            let text = error.to_string();
            let problem = text
                .rsplit_once(" at line")
                .map_or(text.as_str(), |(problem, _)| problem);
            ConfigError::Syntax {
                file: name.to_owned(),
                line,
                problem: capability::text::clean(problem, 200),
            }
        };
        let file = serde_ignored::deserialize(&mut reader, |path| unknown.push(path.to_string()))
            .map_err(syntax)?;
        reader.end().map_err(syntax)?;
        objects_only(text, name)?;
        match unknown.into_iter().next() {
            Some(key) => Err(unknown_key(name, &key)),
            None => Ok(file),
        }
    }

    /// The JSON Schema of the file.
    #[must_use]
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl PluginSettings {
    /// Checks the values that serde cannot.
    ///
    /// # Errors
    /// With the key that is wrong and what is accepted.
    pub fn check(&self, plugin: &str) -> Result<(), ConfigError> {
        let place = |key: &str| format!("plugins.{plugin}.{key}");
        let wrong = |key: &str, problem: String| {
            Err(ConfigError::Value {
                place: place(key),
                problem,
            })
        };
        if !is_plugin_name(plugin) {
            return Err(ConfigError::Value {
                place: format!("plugins.{}", capability::text::clean(plugin, 60)),
                problem: "a plugin's name has 1 to 40 lower-case letters, digits and `-`"
                    .to_owned(),
            });
        }
        if let Err(problem) = self.hidden() {
            return wrong("hide", problem);
        }
        match self.limits.wish() {
            Ok(_) => Ok(()),
            Err((key, error)) => wrong(&format!("limits.{key}"), error.to_string()),
        }
    }

    /// The fields to hide.
    ///
    /// # Errors
    /// When one is not a field path.
    pub fn hidden(&self) -> Result<Vec<FieldPath>, String> {
        self.hide
            .iter()
            .map(|field| field.parse().map_err(|error| format!("{error}")))
            .collect()
    }
}

impl LimitSettings {
    /// The ceilings as numbers.
    ///
    /// # Errors
    /// The key whose value is none of its limit's, and what is accepted.
    pub fn wish(&self) -> Result<LimitWish, (&'static str, LimitError)> {
        let mut wish = LimitWish::default();
        // The fields are named as the table of limits names them.
        let own = serde_json::to_value(self).unwrap_or_default();
        for (key, camel) in LimitWish::KEYS {
            let written = match own.get(camel) {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => Written::Text(text),
                Some(other) => Written::Number(
                    other
                        .as_u64()
                        .and_then(|number| u32::try_from(number).ok())
                        .unwrap_or_default(),
                ),
            };
            wish.set(key, written).map_err(|error| (*camel, error))?;
        }
        Ok(wish)
    }
}

/// serde also reads a struct from an array; a configuration is an object at every level.
fn objects_only(text: &str, file: &str) -> Result<(), ConfigError> {
    let whole: Value = serde_json::from_str(text).unwrap_or_default();
    let mut places = vec![("the file".to_owned(), Some(&whole))];
    places.push(("okta".to_owned(), whole.get("okta")));
    places.push(("http".to_owned(), whole.get("http")));
    places.push(("http.auth".to_owned(), whole.pointer("/http/auth")));
    let access = whole.pointer("/http/access").and_then(Value::as_array);
    for (position, rule) in access.into_iter().flatten().enumerate() {
        places.push((format!("http.access[{position}]"), Some(rule)));
    }
    places.push(("okta.pace".to_owned(), whole.pointer("/okta/pace")));
    places.push(("audit".to_owned(), whole.get("audit")));
    places.push(("lock".to_owned(), whole.get("lock")));
    places.push(("sandbox".to_owned(), whole.get("sandbox")));
    places.push(("okta.auth".to_owned(), whole.pointer("/okta/auth")));
    places.push((
        "okta.auth.keyring".to_owned(),
        whole.pointer("/okta/auth/keyring"),
    ));
    for (name, plugin) in whole
        .get("plugins")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        places.push((format!("plugins.{name}"), Some(plugin)));
        places.push((format!("plugins.{name}.limits"), plugin.get("limits")));
    }
    match places
        .into_iter()
        .find(|(_, value)| value.is_some_and(Value::is_array))
    {
        Some((place, _)) => Err(ConfigError::Value {
            place: format!("{file}: {place}"),
            problem: "an array where an object is expected".to_owned(),
        }),
        None => Ok(()),
    }
}

/// The error for a key that nothing reads, with what it may have been meant for.
fn unknown_key(file: &str, key: &str) -> ConfigError {
    let (parent, last) = key.rsplit_once('.').unwrap_or(("", key));
    if let ("plugins", "sha256" | "allowWasi") = (parent.split('.').next().unwrap_or(""), last) {
        return ConfigError::UnknownKey {
            file: file.to_owned(),
            key: capability::text::clean(key, 80),
            hint: " any more: take it out, review the package, and run `okta-mcp approve FILE`, which writes \
                   its digest into plugins.lock and asks about WASI"
                .to_owned(),
        };
    }
    let known = known_keys(parent);
    let nearest = known
        .iter()
        .map(|name| {
            (
                strsim::jaro_winkler(&name.to_lowercase(), &last.to_lowercase()),
                name,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest {
        Some((_, name)) => format!("; did you mean `{name}`?"),
        None => format!("; accepted here: {}", known.join(", ")),
    };
    ConfigError::UnknownKey {
        file: file.to_owned(),
        key: capability::text::clean(key, 80),
        hint,
    }
}

/// The keys that the schema knows below `parent`, a path of keys joined by dots.
fn known_keys(parent: &str) -> Vec<String> {
    let schema = File::json_schema();
    let mut place = &schema;
    for key in parent.split('.').filter(|key| !key.is_empty()) {
        let below = resolve(&schema, place);
        place = match below.pointer(&format!("/properties/{key}")) {
            Some(property) => property,
            None => ["additionalProperties", "items"]
                .iter()
                .find_map(|members| below.get(members))
                .unwrap_or(below),
        };
    }
    resolve(&schema, place)
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

/// Follows a `$ref` of schemars into the schema's own definitions.
fn resolve<'a>(schema: &'a Value, place: &'a Value) -> &'a Value {
    place
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|pointer| schema.pointer(pointer))
        .unwrap_or(place)
}
