//! `okta-mcp plugin learn`: what a plugin's manifest would have needed, from what it was denied on the example org.
//!
//! Nothing is let through that a manifest does not allow: a round runs under the candidate as it stands, what is
//! denied in it widens the candidate through the manifest's own parser, and the next round runs under that. The only
//! org that is ever asked is the one inside this process.

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};
use audit::learn::{Candidate, Lesson, Refused};
use capability::cursor::CursorKey;
use capability::grant::{Denial, Grants, Request};
use capability::limits::Limits;
use capability::text::clean;
use gateway::Gateway;
use sandbox::{Call, Engine, Level, Package, Plugin, Reporter};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::FOUND;
use crate::demo::ExampleOrg;
use crate::directory::Okta;
use crate::host::{Connection, Silent};
use crate::{package_file, state_key};

/// Rounds after which a plugin that always asks for something new is left alone. Each round learns at least one
/// thing, and a manifest has room for 64 endpoints.
const MAX_ROUNDS: usize = 64;

/// One call that the plugin is to make.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Wanted {
    tool: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

pub(super) async fn run(
    file: &Path,
    calls: Option<&Path>,
    words: &[String],
) -> anyhow::Result<ExitCode> {
    let mut wanted = calls.map(from_file).transpose()?.unwrap_or_default();
    wanted.extend(from_words(words)?);
    ensure!(
        !wanted.is_empty(),
        "say which calls to make, such as: okta-mcp plugin learn {} -- list_things '{{\"limit\": 5}}'",
        file.display()
    );
    let package = package_file::read(file)?;
    for call in &wanted {
        ensure!(
            package.tools().iter().any(|tool| tool.name == call.tool),
            "{} has no tool `{}`; it has {}",
            file.display(),
            clean(&call.tool, 60),
            package
                .tools()
                .iter()
                .map(|tool| tool.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    let mut lessons = Lessons {
        candidate: Candidate::new(package.manifest_text())?,
        denied: Vec::new(),
        learned: 0,
    };
    let ground = Ground::start(package).await?;
    for _ in 0..MAX_ROUNDS {
        let refused = ground.round(&lessons.candidate, &wanted).await;
        if !lessons.take(&refused) {
            break;
        }
    }
    lessons.tell(&wanted, &ground.round(&lessons.candidate, &wanted).await)
}

/// What a round's refusals have taught so far.
struct Lessons {
    candidate: Candidate,
    /// What stays denied, each thing once.
    denied: Vec<String>,
    learned: usize,
}

impl Lessons {
    /// Whether anything new was learned.
    fn take(&mut self, outcome: &Outcome) -> bool {
        let before = self.learned;
        for refused in &outcome.refused {
            // Another refusal of this round may have taught the same.
            match self.candidate.learn(refused) {
                Lesson::Learned(what) => {
                    anstream::eprintln!("learned: {what}");
                    self.learned += 1;
                }
                Lesson::Denied(why) if !self.denied.contains(&why) => {
                    anstream::eprintln!("stays denied: {why}");
                    self.denied.push(why);
                }
                Lesson::Denied(_) => {}
            }
            if self.learned > before {
                // What came after it was asked under the old manifest: the next round tells what is still needed.
                return true;
            }
        }
        false
    }

    fn tell(&self, wanted: &[Wanted], last: &Outcome) -> anyhow::Result<ExitCode> {
        for (call, problem) in wanted.iter().zip(&last.problems) {
            if let Some(problem) = problem {
                anstream::eprintln!("{}: {problem}", call.tool);
            }
        }
        if self.learned == 0 {
            anstream::eprintln!("nothing was learned; the manifest is as it was");
        }
        anstream::print!("{}", self.candidate.text());
        Ok(if self.denied.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(FOUND)
        })
    }
}

/// The example org, and the plugin on it.
struct Ground {
    plugin: Plugin,
    gateway: Arc<Gateway>,
    org: capability::org::OrgUrl,
    key: CursorKey,
    _org: ExampleOrg,
}

/// What one round came to.
struct Outcome {
    refused: Vec<Refused>,
    /// Why each call brought no answer, where it brought none.
    problems: Vec<Option<String>>,
}

impl Ground {
    async fn start(package: Package) -> anyhow::Result<Self> {
        let example = ExampleOrg::start().await?;
        let settings = example.settings()?;
        let Connection::Org { org, gateway } = Connection::new(settings.okta, settings.pace)?
        else {
            bail!("the example org cannot be reached")
        };
        let limits = Limits::DEFAULT.least(&package.manifest().limits);
        let key = state_key::random()
            .map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
        Ok(Self {
            plugin: Plugin::new(&Engine::new()?, package, limits),
            gateway,
            org,
            key: CursorKey::new(key),
            _org: example,
        })
    }

    /// Makes all calls under `candidate`.
    async fn round(&self, candidate: &Candidate, wanted: &[Wanted]) -> Outcome {
        let grants = Grants::new(
            candidate.manifest(),
            self.org.clone(),
            self.key.clone(),
            &[],
        );
        let (mut refused, mut problems) = (Vec::new(), Vec::new());
        for call in wanted {
            let listener = Arc::new(Listener {
                tool: call.tool.clone(),
                refused: Mutex::default(),
            });
            let arguments = Value::Object(call.arguments.clone()).to_string();
            let made = Call {
                grant: grants.of_tool(&call.tool),
                directory: Arc::new(Okta::for_call(&self.gateway, Arc::new(Silent))),
                reporter: Arc::clone(&listener) as Arc<dyn Reporter>,
                resumed: None,
            };
            let answer = self.plugin.call(&call.tool, &arguments, made).await;
            problems.push(answer.err().map(|error| clean(&error.to_string(), 400)));
            let mut heard = listener
                .refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            refused.append(&mut heard);
        }
        Outcome { refused, problems }
    }
}

/// Hears what is refused.
struct Listener {
    tool: String,
    refused: Mutex<Vec<Refused>>,
}

impl Reporter for Listener {
    fn log(&self, _: Level, message: &str) {
        tracing::debug!(target: "plugin", tool = self.tool, "{message}");
    }

    fn progress(&self, _: u32, _: Option<u32>, _: &str) {}

    fn now(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    fn denied(&self, _: &Denial) {}

    fn refused(&self, request: &Request, denial: &Denial) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.push(Refused {
            tool: self.tool.clone(),
            request: request.clone(),
            denial: denial.clone(),
        });
    }

    fn setting(&self, _: &str) -> Option<String> {
        None
    }
}

fn from_file(path: &Path) -> anyhow::Result<Vec<Wanted>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| shown.to_string())?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).with_context(|| {
                format!(
                    "{shown}, line {}: write {{\"tool\": \"…\", \"arguments\": {{…}}}}",
                    at + 1
                )
            })
        })
        .collect()
}

/// A word that begins with `{` is the arguments of the tool before it; every other is a tool.
fn from_words(words: &[String]) -> anyhow::Result<Vec<Wanted>> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut open = false;
    for word in words {
        if !word.trim_start().starts_with('{') {
            wanted.push(Wanted {
                tool: word.clone(),
                arguments: Map::new(),
            });
            open = true;
            continue;
        }
        let arguments = serde_json::from_str(word)
            .with_context(|| format!("`{}` is not a JSON object", clean(word, 80)))?;
        match wanted.last_mut().filter(|_| open) {
            Some(call) => call.arguments = arguments,
            None => bail!("`{}` stands behind no tool's name", clean(word, 80)),
        }
        open = false;
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(words: &[&str]) -> Result<Vec<(String, Value)>, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match from_words(&words) {
            Ok(calls) => Ok(calls
                .into_iter()
                .map(|call| (call.tool, Value::Object(call.arguments)))
                .collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn calls_are_tools_with_or_without_arguments() {
        assert_eq!(
            read(&["a", "{\"x\": 1}", "b", "c", " {}"]).unwrap(),
            [
                ("a".to_owned(), json!({"x": 1})),
                ("b".to_owned(), json!({})),
                ("c".to_owned(), json!({}))
            ]
        );
    }

    #[test]
    fn arguments_without_a_tool_and_what_is_no_object_are_refused() {
        assert!(read(&["{}"]).unwrap_err().contains("behind no tool's name"));
        assert!(
            read(&["a", "{}", "{}"])
                .unwrap_err()
                .contains("behind no tool's name")
        );
        assert!(
            read(&["a", "{x}"])
                .unwrap_err()
                .contains("is not a JSON object")
        );
    }
}
