//! Which credential is configured: an API token, a service app with its key, or a person who signs in.
//!
//! Each of its parts comes from the nearest place that has it (flag, environment, file). An API token
//! and a client id at the same place are two credentials, and which one was meant is not guessed.

use std::path::{Path, PathBuf};

use gateway::{Credential, CredentialError, ScopeCeiling, Secret, Source};

use super::file::{AuthSection, Method, OktaSection};
use super::{ConfigError, Given};

/// How near a setting is: the nearest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    File,
    Environment,
    Flag,
}

/// A value, the place that a message can name, and how near that is.
struct Setting<T> {
    value: T,
    place: String,
    level: Level,
}

/// The places where settings are.
pub(super) struct Places<'a> {
    pub(super) given: &'a Given,
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
    pub(super) okta: &'a OktaSection,
    /// Where the file is.
    pub(super) path: Option<&'a Path>,
}

/// The credential that is configured, if there is one.
pub(super) fn credential(places: &Places<'_>) -> Result<Option<Credential>, ConfigError> {
    let auth = &places.okta.auth;
    let client = places.client_id();
    let key = places.private_key(client.is_some())?;
    let token = places.api_token(client.is_some())?;
    match method(places, token.as_ref(), client.as_ref(), key.as_ref())? {
        None => Ok(None),
        Some(Method::ApiToken) => match token {
            Some(Setting { value, place, .. }) => Credential::api_token_from(value)
                .map(Some)
                .map_err(|error| wrong(place, &error)),
            None => Err(ConfigError::Value {
                place: places.in_file("okta.auth.method"),
                problem:
                    "is apiToken, but there is no token; set OKTA_API_TOKEN or okta.apiTokenFile"
                        .to_owned(),
            }),
        },
        Some(chosen) => {
            let Some(client) = client else {
                return Err(ConfigError::Value {
                    place: key.map_or_else(|| places.in_file("okta.auth.method"), |key| key.place),
                    problem: "needs a client id beside it: set OKTA_CLIENT_ID (okta.auth.clientId), such as \
                              0oa1abCDefGHijKL2d7"
                        .to_owned(),
                });
            };
            let credential = if chosen == Method::Person {
                Credential::person(&client.value).map_err(|error| wrong(client.place, &error))?
            } else {
                let Some(key) = key else {
                    return Err(ConfigError::Value {
                        place: places.in_file("okta.auth.method"),
                        problem: "is serviceApp, but there is no key; set OKTA_PRIVATE_KEY or \
                                  okta.auth.privateKeyFile"
                            .to_owned(),
                    });
                };
                let id = places.key_id()?;
                Credential::service_app(&client.value, key.value, id).map_err(|error| {
                    let place = match error {
                        CredentialError::ClientId(_) => client.place,
                        CredentialError::Secret(_) => key.place,
                    };
                    wrong(place, &error)
                })?
            };
            let credential = match places.ceiling()? {
                Some(ceiling) => credential.within(ceiling),
                None => credential,
            };
            Ok(Some(if auth.dpop == Some(false) {
                credential.without_dpop()
            } else {
                credential
            }))
        }
    }
}

/// The method that is said or meant.
fn method(
    places: &Places<'_>,
    token: Option<&Setting<Source>>,
    client: Option<&Setting<String>>,
    key: Option<&Setting<Source>>,
) -> Result<Option<Method>, ConfigError> {
    if let Some(said) = places.okta.auth.method {
        return Ok(Some(said));
    }
    let oauth = || {
        Some(if key.is_some() {
            Method::ServiceApp
        } else {
            Method::Person
        })
    };
    let nearest = client
        .map(|client| client.level)
        .max(key.map(|key| key.level));
    match (token, nearest) {
        (None, None) => Ok(None),
        (Some(_), None) => Ok(Some(Method::ApiToken)),
        (None, Some(_)) => Ok(oauth()),
        (Some(token), Some(level)) if token.level > level => Ok(Some(Method::ApiToken)),
        (Some(token), Some(level)) if token.level < level => Ok(oauth()),
        (Some(token), Some(_)) => Err(ConfigError::Value {
            place: token.place.clone(),
            problem: format!(
                "is there beside {}; keep one of them, or say okta.auth.method: apiToken, serviceApp or person",
                client.map_or("OKTA_PRIVATE_KEY", |client| client.place.as_str())
            ),
        }),
    }
}

impl Places<'_> {
    /// How a message names a key of the file.
    pub(super) fn in_file(&self, key: &str) -> String {
        match self.path {
            Some(path) => format!("{key} in {}", path.display()),
            None => key.to_owned(),
        }
    }

    fn environment(&self, name: &str) -> Option<Setting<String>> {
        (self.env)(name)
            .filter(|value| !value.is_empty())
            .map(|value| Setting {
                value,
                place: name.to_owned(),
                level: Level::Environment,
            })
    }

    fn written<T>(&self, key: &str, value: T) -> Setting<T> {
        Setting {
            value,
            place: self.in_file(key),
            level: Level::File,
        }
    }

    /// A path of the file, which starts where the file is.
    pub(super) fn resolve(&self, path: &Path) -> PathBuf {
        self.path
            .and_then(Path::parent)
            .unwrap_or(Path::new(""))
            .join(path)
    }

    fn client_id(&self) -> Option<Setting<String>> {
        self.environment("OKTA_CLIENT_ID").or_else(|| {
            let id = self.okta.auth.client_id.clone()?;
            Some(self.written("okta.auth.clientId", id))
        })
    }

    /// The API token's source. A keyring entry beside a client id is the key's.
    fn api_token(&self, has_client: bool) -> Result<Option<Setting<Source>>, ConfigError> {
        if let Some(path) = &self.given.api_token_file {
            return Ok(Some(Setting {
                value: Source::File(path.clone()),
                place: "--api-token-file".to_owned(),
                level: Level::Flag,
            }));
        }
        if let Some(token) = self.environment("OKTA_API_TOKEN") {
            return Ok(Some(given(token)));
        }
        let (okta, auth) = (self.okta, &self.okta.auth);
        self.only_one([
            okta.api_token
                .as_ref()
                .map(|token| ("okta.apiToken", Source::Given(token.secret()))),
            okta.api_token_file
                .as_ref()
                .map(|path| ("okta.apiTokenFile", Source::File(self.resolve(path)))),
            auth.token_command
                .as_ref()
                .map(|command| ("okta.auth.tokenCommand", Source::Command(command.clone()))),
            (!has_client).then(|| keyring(auth)).flatten(),
        ])
    }

    fn private_key(&self, has_client: bool) -> Result<Option<Setting<Source>>, ConfigError> {
        if let Some(key) = self.environment("OKTA_PRIVATE_KEY") {
            return Ok(Some(given(key)));
        }
        let auth = &self.okta.auth;
        self.only_one([
            auth.private_key_file
                .as_ref()
                .map(|path| ("okta.auth.privateKeyFile", Source::File(self.resolve(path)))),
            auth.private_key_command.as_ref().map(|command| {
                (
                    "okta.auth.privateKeyCommand",
                    Source::Command(command.clone()),
                )
            }),
            has_client.then(|| keyring(auth)).flatten(),
            None,
        ])
    }

    /// The one source that the file names.
    fn only_one(
        &self,
        sources: [Option<(&str, Source)>; 4],
    ) -> Result<Option<Setting<Source>>, ConfigError> {
        let mut there = sources.into_iter().flatten();
        let Some((key, source)) = there.next() else {
            return Ok(None);
        };
        match there.next() {
            Some((other, _)) => Err(ConfigError::Value {
                place: self.in_file(key),
                problem: format!("is there beside {other}; keep one of them"),
            }),
            None => Ok(Some(self.written(key, source))),
        }
    }

    /// `kid`: a word that can stand in a header.
    fn key_id(&self) -> Result<Option<String>, ConfigError> {
        let id = self.environment("OKTA_KEY_ID").or_else(|| {
            let id = self.okta.auth.key_id.clone()?;
            Some(self.written("okta.auth.keyId", id))
        });
        match id {
            Some(Setting { value, place, .. })
                if value.len() > 200 || !value.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Err(ConfigError::Value {
                    place,
                    problem: "is not a key's id; Okta shows it beside the public key, such as \
                              SIMcCQNY3uwXoW3y0vf6VxiBb5n9pf8L2fK8d-FIbm4"
                        .to_owned(),
                })
            }
            id => Ok(id.map(|id| id.value)),
        }
    }

    fn ceiling(&self) -> Result<Option<ScopeCeiling>, ConfigError> {
        let scopes = self.environment("OKTA_SCOPES").or_else(|| {
            let scopes = self.okta.auth.scopes.as_ref()?.join(" ");
            Some(self.written("okta.auth.scopes", scopes))
        });
        scopes
            .map(|Setting { value, place, .. }| {
                ScopeCeiling::parse(&value).map_err(|error| ConfigError::Value {
                    place,
                    problem: error.to_string(),
                })
            })
            .transpose()
    }
}

/// The keyring's entry, if the file names one.
fn keyring(auth: &AuthSection) -> Option<(&'static str, Source)> {
    let account = auth.keyring.account.clone()?;
    let service = auth
        .keyring
        .service
        .clone()
        .unwrap_or_else(|| "okta-mcp".to_owned());
    Some(("okta.auth.keyring", Source::Keyring { service, account }))
}

fn given(setting: Setting<String>) -> Setting<Source> {
    Setting {
        value: Source::Given(Secret::from(setting.value)),
        place: setting.place,
        level: setting.level,
    }
}

fn wrong(place: String, error: &CredentialError) -> ConfigError {
    ConfigError::Value {
        place,
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
