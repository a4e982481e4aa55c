//! A tool call from arguments to answer, whatever transport or command it came from.
//!
//! Everything that a caller can get wrong is answered here with a text for the model or the person:
//! what happened, why, and what to do next. Nothing is run before the arguments fit the schema.

mod cursor_key;
mod reporter;

use std::sync::Arc;
use std::time::Instant;

use capability::cursor::CursorKey;
use capability::org::OrgUrl;
use capability::text::clean;
use gateway::Gateway;
use sandbox::{Block, Call, CallError, Engine, Outcome};
use serde_json::{Map, Value};

use crate::builtin::Builtin;
use crate::config::{Okta as OktaSettings, Settings};
use crate::directory::Okta;
use crate::registry::{Offered, Registry};

use reporter::CallReporter;
pub use reporter::{Progress, Silent, Update};

/// The program's heart: the registry, and the way to an org if there is one.
pub struct Host {
    registry: Registry,
    connection: Connection,
    cursor_key: CursorKey,
}

/// Where calls go.
pub enum Connection {
    /// To this org.
    Org {
        /// The org's origin, which every grant is bound to.
        org: OrgUrl,
        /// The gateway.
        gateway: Arc<Gateway>,
    },
    /// Nowhere; the text says what to set.
    Missing(String),
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The tool's result.
    Done {
        /// Structured result, valid against the tool's output schema.
        structured: Option<Map<String, Value>>,
        /// Content blocks, empty where `structured` says it all.
        content: Vec<Block>,
    },
    /// Arguments or set-up do not allow the call: nothing was run. Says what to change.
    Refused(String),
    /// What went wrong, and what to do next.
    Failed(String),
}

/// There is no such tool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no tool `{name}`{}", hint.as_deref().map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default())]
pub struct UnknownTool {
    /// What was asked for, cleaned.
    pub name: String,
    /// The tool that it looks like.
    pub hint: Option<String>,
}

impl UnknownTool {
    /// Without a hint.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: clean(name, 60),
            hint: None,
        }
    }
}

/// Why the host cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The sandbox cannot be set up on this machine.
    #[error("the sandbox cannot start: {0}")]
    Engine(#[from] sandbox::EngineError),
    /// The gateway cannot be set up.
    #[error("the connection to Okta cannot be set up: {0}")]
    Gateway(#[from] gateway::SetupError),
    /// No randomness for the cursor key.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

impl Host {
    /// A host with the plugins that are built in, and the plugins and the org of `settings`.
    ///
    /// # Errors
    /// [`StartError`]; a missing org or credential is none: the tools are listed and a call says what to set.
    pub fn start(settings: Settings, builtins: &[Builtin]) -> Result<Self, StartError> {
        let engine = Engine::new()?;
        let registry = Registry::load(&engine, builtins, &settings.plugins, &settings.base);
        let connection = match settings.okta {
            OktaSettings::Missing(text) => Connection::Missing(text),
            OktaSettings::Ready { org, credential } => {
                let gateway = Gateway::new(gateway::Settings {
                    org: org.clone(),
                    credential,
                    user_agent: concat!("okta-mcp/", env!("CARGO_PKG_VERSION")).to_owned(),
                })?;
                Connection::Org {
                    gateway: Arc::new(settings.pace.apply(gateway)),
                    org,
                }
            }
        };
        Ok(Self {
            registry,
            connection,
            cursor_key: cursor_key::load()?,
        })
    }

    /// The plugins and tools.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Calls `name` with `arguments`. Dropping the future cancels the call and its requests.
    ///
    /// # Errors
    /// Only when there is no such tool; everything else is an [`Answer`].
    pub async fn call(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        progress: Arc<dyn Progress>,
    ) -> Result<Answer, UnknownTool> {
        let Some(offered) = self.registry.tool(name) else {
            return Err(UnknownTool {
                hint: self.registry.nearest(name).map(str::to_owned),
                ..UnknownTool::named(name)
            });
        };
        let mut record = Record::start(offered);
        let answer = match self.run(offered, arguments, progress).await {
            Ok(answer) | Err(answer) => answer,
        };
        record.outcome = match answer {
            Answer::Done { .. } => "done",
            Answer::Refused(_) => "refused",
            Answer::Failed(_) => "failed",
        };
        Ok(answer)
    }

    async fn run(
        &self,
        offered: &Offered,
        arguments: Map<String, Value>,
        progress: Arc<dyn Progress>,
    ) -> Result<Answer, Answer> {
        let name = &offered.tool.name;
        let arguments = Value::Object(arguments);
        offered.input.check(&arguments).map_err(|violations| {
            Answer::Refused(format!("The arguments of {name} do not fit: {violations}."))
        })?;
        let (org, gateway) = match &self.connection {
            Connection::Org { org, gateway } => (org, gateway),
            Connection::Missing(text) => {
                return Err(Answer::Refused(format!(
                    "This server cannot reach Okta yet: {text}."
                )));
            }
        };
        let call = Call {
            grant: offered.loaded.grant(name, org, &self.cursor_key),
            directory: Arc::new(Okta::for_call(gateway, Arc::clone(&progress))),
            reporter: Arc::new(CallReporter::new(offered, progress)),
            resumed: None,
        };
        match offered
            .loaded
            .plugin
            .call(name, &arguments.to_string(), call)
            .await
        {
            Ok(Outcome::Done(output)) => {
                let structured =
                    check_output(offered, output.structured).map_err(Answer::Failed)?;
                Ok(Answer::Done {
                    structured,
                    content: output.content,
                })
            }
            Ok(Outcome::NeedsInput(_)) => Err(Answer::Failed(format!(
                "{name} asked for input that this server cannot pass on yet; nothing was changed. Use another tool."
            ))),
            Err(error) => Err(tell(name, error)),
        }
    }
}

/// The audit record of one call, written however the call ends: a dropped one was cancelled.
struct Record<'a> {
    offered: &'a Offered,
    started: Instant,
    outcome: &'static str,
}

impl<'a> Record<'a> {
    fn start(offered: &'a Offered) -> Self {
        Self {
            offered,
            started: Instant::now(),
            outcome: "cancelled",
        }
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        tracing::info!(
            target: "audit",
            event = "call",
            plugin = self.offered.loaded.plugin.package().manifest().name,
            tool = self.offered.tool.name,
            outcome = self.outcome,
            took_ms = self.started.elapsed().as_secs_f64() * 1e3,
        );
    }
}

/// A result that breaks the tool's own schema is the plugin's mistake, and is not passed on.
fn check_output(
    offered: &Offered,
    structured: Option<Map<String, Value>>,
) -> Result<Option<Map<String, Value>>, String> {
    let Some(schema) = &offered.output else {
        return Ok(structured);
    };
    let fault = |what: String| {
        format!(
            "{} {what}. This is a fault of the plugin; the answer was thrown away.",
            offered.tool.name
        )
    };
    let Some(structured) = structured else {
        return Err(fault(
            "answered without the structured result that its output schema promises".to_owned(),
        ));
    };
    let value = Value::Object(structured);
    schema.check(&value).map_err(|violations| {
        fault(format!(
            "answered something that breaks its own output schema ({violations})"
        ))
    })?;
    match value {
        Value::Object(structured) => Ok(Some(structured)),
        _ => Ok(None),
    }
}

/// What the model reads when a call failed. A plugin's own words stand alone; ours say what to do.
fn tell(tool: &str, error: CallError) -> Answer {
    match error {
        CallError::InvalidArguments(text) => Answer::Refused(text),
        CallError::Failed(text) => Answer::Failed(text),
        other => Answer::Failed(format!("{tool} did not finish: {other}")),
    }
}
