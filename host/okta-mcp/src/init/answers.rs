//! What has to be known, and the file that it makes.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use capability::org::OrgUrl;
use capability::text::clean;
use clap::ValueEnum;
use gateway::Credential;
use serde_json::{Map, Value, json};

use super::questions::{NoAnswer, Question, Questions};
use crate::builtin;
use crate::cli::{Auth, InitArguments, Options, SecretPlace};

/// The answers.
pub(crate) struct Answers {
    org: OrgUrl,
    credential: Signs,
    /// Built-in plugins that are left out.
    without: Vec<&'static str>,
}

/// How this server signs in.
enum Signs {
    ApiToken(Kept),
    ServiceApp {
        client_id: String,
        key_id: Option<String>,
        key: Kept,
    },
    Person {
        client_id: String,
    },
}

/// Where a secret is kept.
enum Kept {
    File(PathBuf),
    Environment,
    Command(Vec<String>),
    Keyring(String),
}

impl Answers {
    /// Takes what the flags say, and asks for the rest.
    pub(crate) fn gather<R: BufRead, W: Write>(
        options: &Options,
        own: &InitArguments,
        questions: &mut Questions<R, W>,
    ) -> Result<Self, NoAnswer> {
        let org = questions.ask(
            Question {
                flag: "--org-url",
                given: options.org_url.clone(),
                text: "The org's URL, such as https://your-org.okta.com",
                usual: None,
            },
            |text| OrgUrl::parse(text).map_err(|error| error.to_string()),
        )?;
        let auth = match (own.auth, &options.api_token_file) {
            (None, Some(_)) => Auth::ApiToken,
            (auth, _) => choose(
                questions,
                "--auth",
                auth,
                "How this server signs in:\n  \
                 1  service-app  an app with a private key and only the scopes that are granted (recommended)\n  \
                 2  api-token    an API token: it reads all that its owner may\n  \
                 3  person       you, with a browser, once for each start",
                "Choose",
            )?,
        };
        let credential = match auth {
            Auth::ApiToken => Signs::ApiToken(kept(options, own, questions, "the API token")?),
            Auth::ServiceApp => Signs::ServiceApp {
                client_id: client_id(own, questions)?,
                key_id: own.key_id.clone(),
                key: kept(options, own, questions, "the private key (PEM or JWK)")?,
            },
            Auth::Person => Signs::Person {
                client_id: client_id(own, questions)?,
            },
        };
        let given = options.toolsets.as_ref().map(|names| names.join(","));
        let usual = builtin::ALL.map(|builtin| builtin.name).join(",");
        let wanted = questions.ask(
            Question {
                flag: "--toolsets",
                given,
                text: "The plugins to offer",
                usual: Some(&usual),
            },
            toolsets,
        )?;
        let without = builtin::ALL
            .iter()
            .map(|builtin| builtin.name)
            .filter(|name| !wanted.contains(name))
            .collect();
        Ok(Self {
            org,
            credential,
            without,
        })
    }

    /// The file that says so.
    pub(crate) fn file(&self) -> String {
        let mut okta = Map::new();
        okta.insert("orgUrl".to_owned(), json!(self.org.origin()));
        let mut auth = Map::new();
        match &self.credential {
            Signs::ApiToken(kept) => match kept {
                Kept::File(path) => {
                    okta.insert("apiTokenFile".to_owned(), json!(path));
                }
                Kept::Command(words) => {
                    auth.insert("tokenCommand".to_owned(), json!(words));
                }
                Kept::Keyring(account) => {
                    auth.insert("keyring".to_owned(), json!({"account": account}));
                }
                Kept::Environment => {}
            },
            Signs::ServiceApp {
                client_id,
                key_id,
                key,
            } => {
                // Said, not guessed: an app whose key is missing must not become one that a person signs in to.
                auth.insert("method".to_owned(), json!("serviceApp"));
                auth.insert("clientId".to_owned(), json!(client_id));
                if let Some(id) = key_id {
                    auth.insert("keyId".to_owned(), json!(id));
                }
                match key {
                    Kept::File(path) => {
                        auth.insert("privateKeyFile".to_owned(), json!(path));
                    }
                    Kept::Command(words) => {
                        auth.insert("privateKeyCommand".to_owned(), json!(words));
                    }
                    Kept::Keyring(account) => {
                        auth.insert("keyring".to_owned(), json!({"account": account}));
                    }
                    Kept::Environment => {}
                }
            }
            Signs::Person { client_id } => {
                auth.insert("method".to_owned(), json!("person"));
                auth.insert("clientId".to_owned(), json!(client_id));
            }
        }
        if !auth.is_empty() {
            okta.insert("auth".to_owned(), Value::Object(auth));
        }
        let mut file = Map::new();
        file.insert("okta".to_owned(), Value::Object(okta));
        if !self.without.is_empty() {
            let plugins: Map<String, Value> = self
                .without
                .iter()
                .map(|name| ((*name).to_owned(), json!({"enabled": false})))
                .collect();
            file.insert("plugins".to_owned(), Value::Object(plugins));
        }
        // `{:#}` of a JSON value is indented JSON.
        format!("{:#}\n", Value::Object(file))
    }

    /// The variable that whoever starts this server has to set.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        match &self.credential {
            Signs::ApiToken(Kept::Environment) => Some("OKTA_API_TOKEN"),
            Signs::ServiceApp {
                key: Kept::Environment,
                ..
            } => Some("OKTA_PRIVATE_KEY"),
            _ => None,
        }
    }
}

/// One of a list, by its number or its name.
fn choose<T: ValueEnum + Copy, R: BufRead, W: Write>(
    questions: &mut Questions<R, W>,
    flag: &'static str,
    given: Option<T>,
    list: &str,
    text: &str,
) -> Result<T, NoAnswer> {
    if let Some(given) = given {
        return Ok(given);
    }
    questions.say(list)?;
    let question = Question {
        flag,
        given: None,
        text,
        usual: None,
    };
    questions.ask(question, |answer| {
        let by_number = answer
            .parse::<usize>()
            .ok()
            .and_then(|number| T::value_variants().get(number.checked_sub(1)?))
            .copied();
        by_number
            .ok_or(())
            .or_else(|()| T::from_str(answer, true))
            .map_err(|_| {
                format!(
                    "give one of the numbers from 1 to {}",
                    T::value_variants().len()
                )
            })
    })
}

fn client_id<R: BufRead, W: Write>(
    own: &InitArguments,
    questions: &mut Questions<R, W>,
) -> Result<String, NoAnswer> {
    let question = Question {
        flag: "--client-id",
        given: own.client_id.clone(),
        text: "The app's client id, such as 0oa1abCDefGHijKL2d7",
        usual: None,
    };
    questions.ask(question, |text| match Credential::person(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    })
}

fn kept<R: BufRead, W: Write>(
    options: &Options,
    own: &InitArguments,
    questions: &mut Questions<R, W>,
    what: &str,
) -> Result<Kept, NoAnswer> {
    if let Some(path) = &options.api_token_file {
        return Ok(Kept::File(whole(path)));
    }
    let given = own.secret.or_else(|| {
        // A flag that goes with one place only names it.
        let file = own.secret_file.as_ref().map(|_| SecretPlace::File);
        let command = own.secret_command.as_ref().map(|_| SecretPlace::Command);
        let keyring = own.keyring_account.as_ref().map(|_| SecretPlace::Keyring);
        file.or(command).or(keyring)
    });
    let list = format!(
        "Where {what} is kept (it is not asked for, and not written into the configuration):\n  \
         1  file     a file with it and nothing else\n  \
         2  env      the environment of whoever starts this server\n  \
         3  command  a program that prints it, such as op read op://vault/okta/token\n  \
         4  keyring  the system's keyring, service okta-mcp"
    );
    Ok(
        match choose(questions, "--secret", given, &list, "Choose")? {
            SecretPlace::Env => Kept::Environment,
            SecretPlace::File => Kept::File(
                questions.ask(
                    Question {
                        flag: "--secret-file",
                        given: own
                            .secret_file
                            .as_ref()
                            .map(|path| path.display().to_string()),
                        text: "The file",
                        usual: None,
                    },
                    |text| Ok(whole(Path::new(text))),
                )?,
            ),
            SecretPlace::Command => Kept::Command(questions.ask(
                Question {
                    flag: "--secret-command",
                    given: own.secret_command.clone(),
                    text: "The command, run without a shell",
                    usual: None,
                },
                words,
            )?),
            SecretPlace::Keyring => Kept::Keyring(questions.ask(
                Question {
                    flag: "--keyring-account",
                    given: own.keyring_account.clone(),
                    text: "The entry's account",
                    usual: None,
                },
                |text| Ok(text.to_owned()),
            )?),
        },
    )
}

/// A path that means the same wherever the server is started; `~` is the user's home, as in his shell.
fn whole(path: &Path) -> PathBuf {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    let path = match (path.strip_prefix("~"), home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    };
    std::path::absolute(&path).unwrap_or(path)
}

/// A program and its arguments: a JSON list, or words between blanks.
fn words(text: &str) -> Result<Vec<String>, String> {
    let words: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text)
            .map_err(|_| "that is no JSON list of words, such as [\"op\", \"read\"]".to_owned())?
    } else if text.contains(['"', '\'', '\\']) {
        return Err(
            "quotes mean nothing without a shell; write a JSON list, such as [\"op\", \"read\", \"a b\"]"
                .to_owned(),
        );
    } else {
        text.split_whitespace().map(str::to_owned).collect()
    };
    match words.first() {
        Some(program) if !program.is_empty() => Ok(words),
        _ => Err("the command is empty".to_owned()),
    }
}

fn toolsets(text: &str) -> Result<Vec<&'static str>, String> {
    let known = builtin::ALL.map(|builtin| builtin.name);
    let named: Vec<&'static str> = text
        .split([',', ' '])
        .filter(|name| !name.is_empty())
        .map(|name| {
            known
                .into_iter()
                .find(|known| *known == name)
                .ok_or_else(|| {
                    format!(
                        "there is no plugin `{}`; there are {}",
                        clean(name, 40),
                        known.join(", ")
                    )
                })
        })
        .collect::<Result<_, String>>()?;
    if named.is_empty() {
        return Err("name one at least".to_owned());
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_words_or_a_list_and_quotes_are_not_guessed() {
        assert_eq!(
            words("op read op://vault/okta/token").unwrap(),
            ["op", "read", "op://vault/okta/token"]
        );
        assert_eq!(words(r#"["a b", "c"]"#).unwrap(), ["a b", "c"]);
        for bad in ["sh -c 'cat x'", "[]", "[7]", "[\"\"]", "  "] {
            assert!(words(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plugins_are_named_as_they_are_called() {
        assert_eq!(toolsets("users, groups").unwrap(), ["users", "groups"]);
        assert!(toolsets(",").is_err());
        assert!(
            toolsets("user")
                .unwrap_err()
                .contains("there is no plugin `user`")
        );
    }
}
