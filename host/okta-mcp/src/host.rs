//! A tool call from arguments to answer, whatever transport or command it came from.
//!
//! Everything that a caller can get wrong is answered here with a text for the model or the person:
//! what happened, why, and what to do next. Nothing is run before the arguments fit the schema.

mod begun;
pub(crate) mod code_cache;
mod cursor_key;
mod length;
mod offers;
mod recorded;
mod reporter;
mod request_state;

use std::sync::{Arc, OnceLock};

use audit::SealKey;
use audit::log::Log;
use audit::record::Record;
use audit::row::{Client, Outcome as Ended};
use capability::cursor::CursorKey;
use capability::org::OrgUrl;
use capability::text::clean;
use gateway::{Gateway, Unauthorized};
use sandbox::{Answers, Block, Call, CallError, Engine, EngineOptions, Outcome, Pause};
use serde_json::{Map, Value};

use crate::builtin::Builtin;
use crate::config::{Okta as OktaSettings, Pace, SandboxSettings, Settings};
use crate::directory::Okta;
use crate::metrics::{Collected, Metrics};
use crate::registry::{OfferError, Offered, Registry};
use crate::{AUDIT_KEY, state_key};

use begun::{Begun, Of};
use recorded::Recorded;
use reporter::CallReporter;
pub use reporter::{Progress, Silent, Update};
use request_state::StateKey;
pub use request_state::{Binding, NotOurs};

/// The program's heart: the registry, and the way to an org if there is one.
pub struct Host {
    engine: Engine,
    metrics: Metrics,
    registry: Registry,
    connection: Connection,
    cursor_key: CursorKey,
    /// Made when the first plugin wants something back; none of the built-in ones does.
    state_key: OnceLock<Option<StateKey>>,
    audit: Option<Arc<Log>>,
    compile_ahead: bool,
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

impl Connection {
    /// The connection that `okta` describes. Nothing is sent yet.
    ///
    /// # Errors
    /// When the gateway cannot be set up.
    pub fn new(okta: OktaSettings, pace: Pace) -> Result<Self, StartError> {
        Ok(match okta {
            OktaSettings::Missing(text) => Self::Missing(text),
            OktaSettings::Ready {
                org,
                credential,
                ca_file,
            } => {
                let mut gateway = Gateway::new(gateway::Settings {
                    org: org.clone(),
                    credential,
                    user_agent: concat!("okta-mcp/", env!("CARGO_PKG_VERSION")).to_owned(),
                })?;
                if let Some(file) = ca_file {
                    gateway = gateway.trusting(file);
                }
                Self::Org {
                    gateway: Arc::new(pace.apply(gateway)),
                    org,
                }
            }
        })
    }
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
    /// The tool asks for something first; the call is to be made again with the answers.
    NeedsInput(Pause),
    /// The tool needs a capability that it thinks the client lacks.
    NeedsCapability {
        /// MCP's name of it.
        capability: String,
        /// For a client that has it all the same.
        text: String,
    },
    /// Arguments or set-up do not allow the call: nothing was run. Says what to change.
    Refused(String),
    /// What went wrong, and what to do next.
    Failed(String),
}

/// Why something that was asked of a plugin brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Arguments or set-up do not allow it: nothing was run. Says what to change.
    Refused(String),
    /// What went wrong, and what to do next.
    Failed(String),
    /// The plugin needs a capability that it thinks the client lacks.
    NeedsCapability {
        /// MCP's name of it.
        capability: String,
        /// For a client that has it all the same.
        text: String,
    },
}

impl From<Stop> for Answer {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(text) => Self::Refused(text),
            Stop::Failed(text) => Self::Failed(text),
            Stop::NeedsCapability { capability, text } => {
                Self::NeedsCapability { capability, text }
            }
        }
    }
}

/// There is no such tool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no tool `{name}`{}{}",
    hint.as_deref().map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default(),
    id.as_deref().map(shown_id).unwrap_or_default()
)]
pub struct UnknownTool {
    /// What was asked for, cleaned.
    pub name: String,
    /// The tool that it looks like.
    pub hint: Option<String>,
    /// The call's id in the audit log, where one is kept.
    pub id: Option<String>,
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
    /// The command line asks for what is not there.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// No randomness for the cursor key.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The audit log cannot be kept.
    #[error(transparent)]
    Audit(#[from] audit::log::StartError),
}

/// The sandbox that `settings` describe, with its cache of compiled code.
///
/// # Errors
/// When WebAssembly cannot be run on this machine.
pub fn engine(settings: &SandboxSettings) -> Result<Engine, sandbox::EngineError> {
    Engine::with(EngineOptions {
        concurrent_calls: settings.calls,
        queue_wait: settings.queue_wait,
        cache: code_cache::open(settings),
        ..EngineOptions::default()
    })
}

impl Host {
    /// A host with the plugins that are built in, and the plugins and the org of `settings`.
    ///
    /// # Errors
    /// [`StartError`]; a missing org or credential is none: the tools are listed and a call says what to set.
    pub fn start(settings: Settings, builtins: &[Builtin]) -> Result<Self, StartError> {
        let engine = engine(&settings.sandbox)?;
        let registry = Registry::load(
            &engine,
            builtins,
            &settings.plugins,
            &settings.base,
            &settings.admission,
        )?;
        let connection = Connection::new(settings.okta, settings.pace)?;
        if let Connection::Org { gateway, .. } = &connection {
            gateway.will_ask_for(&registry.scopes());
        }
        Ok(Self {
            engine,
            metrics: Metrics::default(),
            registry,
            connection,
            cursor_key: match settings.cursor_key {
                Some(key) => key,
                None => cursor_key::load()?,
            },
            state_key: OnceLock::new(),
            audit: match settings.audit {
                Some(audit) => {
                    let key = state_key::keep(AUDIT_KEY).map(SealKey::new);
                    Some(Arc::new(Log::start(audit, key)?))
                }
                None => None,
            },
            compile_ahead: settings.sandbox.compile_ahead,
        })
    }

    /// Compiles what nobody has called yet, one plugin after the other and on the time that others leave,
    /// unless the settings say not to. A plugin that cannot be compiled is reported in the log, and says so
    /// when it is called.
    pub async fn compile_ahead(&self) {
        if !self.compile_ahead {
            return;
        }
        for loaded in self.registry.plugins() {
            if let Err(error) = loaded.plugin.prepare_ahead().await {
                let plugin = &loaded.plugin.package().manifest().name;
                tracing::error!(plugin, "cannot be run: {error}");
            }
        }
    }

    /// What is counted of its calls.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// All that is counted of it, for whoever watches.
    #[must_use]
    pub fn counted(&self) -> prometheus_client::registry::Registry {
        self.metrics.registry(Collected {
            engine: self.engine.clone(),
            gateway: match &self.connection {
                Connection::Org { gateway, .. } => Some(Arc::clone(gateway)),
                Connection::Missing(_) => None,
            },
        })
    }

    /// The plugins and tools.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Opens the audit log now, where one is kept, so that what is wrong with it is told before the first call.
    pub fn open_audit(&self) {
        if let Some(log) = &self.audit {
            log.open();
        }
    }

    /// Waits until the audit log is written, where one is kept: before the process ends.
    pub async fn settle_audit(&self) {
        if let Some(log) = &self.audit {
            log.settle().await;
        }
    }

    /// Calls `name` with `arguments` for `client`. Dropping the future cancels the call and its requests.
    ///
    /// # Errors
    /// Only when there is no such tool; everything else is an [`Answer`].
    pub async fn call(
        &self,
        client: Client,
        name: &str,
        arguments: Map<String, Value>,
        progress: Arc<dyn Progress>,
    ) -> Result<Answer, UnknownTool> {
        self.resume(client, name, arguments, progress, None).await
    }

    /// Calls `name` again, with the answers to what an earlier call asked for. As [`Host::call`].
    ///
    /// # Errors
    /// Only when there is no such tool; everything else is an [`Answer`].
    pub async fn resume(
        &self,
        client: Client,
        name: &str,
        arguments: Map<String, Value>,
        progress: Arc<dyn Progress>,
        resumed: Option<Answers>,
    ) -> Result<Answer, UnknownTool> {
        let Some(offered) = self.registry.tool(name) else {
            return Err(UnknownTool {
                hint: self.registry.nearest(name).map(str::to_owned),
                ..self.no_such_tool(client, name).await
            });
        };
        let of = Of {
            loaded: &offered.loaded,
            name: &offered.tool.name,
        };
        let properties = offered.tool.input_schema.get("properties");
        let declared =
            |name: &str| properties.is_some_and(|known: &Value| known.get(name).is_some());
        let begun = Begun::new(self, client, of, &arguments, declared);
        let run = async {
            begun.admit().await?;
            self.run(offered, of, arguments, progress, begun.record(), resumed)
                .await
        };
        let result = run.await;
        Ok(begun.end(result).await.unwrap_or_else(Answer::from))
    }

    /// Seals what a plugin wants back, for the client to carry; none where the system gives no random bytes.
    #[must_use]
    pub fn seal(&self, binding: &Binding<'_>, state: &[u8]) -> Option<String> {
        self.state_key()?.seal(binding, state)
    }

    /// What is in a state that a client brought back.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open(&self, binding: &Binding<'_>, state: &str) -> Result<Vec<u8>, NotOurs> {
        self.state_key().ok_or(NotOurs)?.open(binding, state)
    }

    fn state_key(&self) -> Option<&StateKey> {
        self.state_key.get_or_init(StateKey::load).as_ref()
    }

    /// What a caller is told of a tool that there is not, or not for them: no hint, which could name another one.
    pub async fn no_such_tool(&self, client: Client, name: &str) -> UnknownTool {
        let mut unknown = UnknownTool {
            name: clean(name, 60),
            hint: None,
            id: None,
        };
        self.metrics.called_unknown();
        if let Some(log) = &self.audit {
            let record = Record::of_unknown(log, client, name);
            // That it could not be written changes nothing: nothing is answered.
            let _ = record.finish(Ended::UnknownTool).await;
            unknown.id = Some(record.id().to_string());
        }
        unknown
    }

    async fn run(
        &self,
        offered: &Offered,
        of: Of<'_>,
        arguments: Map<String, Value>,
        progress: Arc<dyn Progress>,
        record: Option<&Arc<Record>>,
        resumed: Option<Answers>,
    ) -> Result<Answer, Stopped> {
        let name = &offered.tool.name;
        let arguments = Value::Object(arguments);
        offered.input.check(&arguments).map_err(|violations| {
            refused(
                Ended::InvalidArguments,
                format!("The arguments of {name} do not fit: {violations}."),
            )
        })?;
        let call = self.prepare(of, progress, record, resumed).await?;
        match offered
            .loaded
            .plugin
            .call(name, &arguments.to_string(), call)
            .await
        {
            Ok(Outcome::Done(output)) => {
                let structured = check_output(offered, output.structured)
                    .map_err(|text| failed(Ended::Broken, text))?;
                length::check(offered, &arguments, structured.as_ref(), &output.content)
                    .map_err(|text| failed(Ended::Limited, text))?;
                Ok(Answer::Done {
                    structured,
                    content: output.content,
                })
            }
            Ok(Outcome::NeedsInput(pause)) => Ok(Answer::NeedsInput(pause)),
            Err(error) => {
                if let Some(limit) = limit(&error) {
                    self.metrics.limited(limit);
                }
                Err(tell(name, error))
            }
        }
    }

    /// Everything that the plugin may use while it does what it is asked.
    async fn prepare(
        &self,
        of: Of<'_>,
        progress: Arc<dyn Progress>,
        record: Option<&Arc<Record>>,
        resumed: Option<Answers>,
    ) -> Result<Call, Stopped> {
        let name = of.name;
        let (org, gateway) = match &self.connection {
            Connection::Org { org, gateway } => (org, gateway),
            Connection::Missing(text) => {
                return Err(refused(
                    Ended::NotConfigured,
                    format!("This server cannot reach Okta yet: {text}."),
                ));
            }
        };
        let grant = of.loaded.grant(name, org, &self.cursor_key);
        let okta = Okta::for_call(gateway, Arc::clone(&progress));
        // Before the plugin runs: a page to sign in at and a setting to mend are for the person, not for a plugin.
        if let Some(scopes) = grant.scopes() {
            okta.authorize(scopes).await.map_err(|error| match error {
                Unauthorized::Needs(text)
                | Unauthorized::SignIn(text)
                | Unauthorized::Scope(text) => {
                    refused(Ended::NotConfigured, format!("{name} was not run: {text}."))
                }
                Unauthorized::Failed(failure) => {
                    failed(Ended::Failed, format!("{name} was not run: {failure}."))
                }
            })?;
        }
        let directory: Arc<dyn sandbox::Directory> = Arc::new(okta);
        Ok(Call {
            grant,
            directory: match record {
                Some(record) => Arc::new(Recorded::new(directory, Arc::clone(record))),
                None => directory,
            },
            reporter: Arc::new(CallReporter::new(
                of,
                progress,
                record.cloned(),
                self.metrics.clone(),
            )),
            resumed,
        })
    }
}

/// A call that brought no result: what its caller reads, and what the audit log is told.
struct Stopped {
    stop: Stop,
    outcome: Ended,
}

fn refused(outcome: Ended, text: String) -> Stopped {
    Stopped {
        stop: Stop::Refused(text),
        outcome,
    }
}

fn failed(outcome: Ended, text: String) -> Stopped {
    Stopped {
        stop: Stop::Failed(text),
        outcome,
    }
}

impl Stop {
    /// The one place where an error gets the id by which a person finds it in the audit log.
    fn with_id(self, id: &str) -> Self {
        match self {
            Self::Refused(text) => Self::Refused(text + &shown_id(id)),
            Self::Failed(text) => Self::Failed(text + &shown_id(id)),
            Self::NeedsCapability { capability, text } => Self::NeedsCapability {
                capability,
                text: text + &shown_id(id),
            },
        }
    }
}

fn shown_id(id: &str) -> String {
    format!(" [audit {id}]")
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

/// The limit of the sandbox that ended a call, if one did.
fn limit(error: &CallError) -> Option<&'static str> {
    Some(match error {
        CallError::CpuExhausted { .. } => "cpu",
        CallError::TimedOut { .. } => "time",
        CallError::MemoryExhausted { .. } => "memory",
        CallError::TooMuch { .. } => "space",
        CallError::Busy => "queue",
        _ => return None,
    })
}

/// What the model reads when a call failed. A plugin's own words stand alone; ours say what to do.
fn tell(tool: &str, error: CallError) -> Stopped {
    let outcome = match &error {
        CallError::InvalidArguments(text) => {
            return refused(Ended::InvalidArguments, text.clone());
        }
        CallError::Failed(text) => return failed(Ended::Failed, text.clone()),
        CallError::NeedsCapability(capability) => {
            let capability = capability.clone();
            let text = format!("{tool} did not finish: {error}");
            return Stopped {
                stop: Stop::NeedsCapability { capability, text },
                outcome: Ended::Failed,
            };
        }
        CallError::CpuExhausted { .. }
        | CallError::TimedOut { .. }
        | CallError::MemoryExhausted { .. }
        | CallError::TooMuch { .. } => Ended::Limited,
        CallError::Busy | CallError::Compiling { .. } => Ended::Busy,
        _ => Ended::Broken,
    };
    failed(outcome, format!("{tool} did not finish: {error}"))
}
