//! A package that runs: compiled once, instantiated anew for every call.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use capability::limits::Limits;
use capability::text::clean;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use tokio::time::Instant;

use crate::bindings::okta::plugin::content;
use crate::call::{Answers, Call};
use crate::compile::{self, Compiled, Haste};
use crate::engine::Engine;
use crate::errand::{CallTool, CompletePrompt, CompleteTemplate, Errand, GetPrompt, Read, Typing};
use crate::error::{CallError, LoadError};
use crate::host::HostState;
use crate::outcome::{Document, Outcome};
use crate::package::{self, Package};
use crate::prompt::Prompted;
use crate::store::{self, Metered as _};
use crate::turn::OwnTurns;

/// A plugin. Making one compiles nothing: the first call does, or [`Plugin::prepare`].
pub struct Plugin {
    engine: Engine,
    package: Package,
    limits: Limits,
    turns: OwnTurns,
    compiling: OnceLock<Compiling>,
}

/// One compilation that everybody who needs it waits for. It goes on when nobody waits any more, so
/// that a call whose time is up does not throw away what the next one needs.
type Compiling = Shared<BoxFuture<'static, Result<Arc<Compiled>, LoadError>>>;

impl Plugin {
    /// A plugin that runs `package`; each call has `limits`.
    #[must_use]
    pub fn new(engine: &Engine, package: Package, limits: Limits) -> Self {
        Self {
            engine: engine.clone(),
            turns: engine.turns().of_plugin(limits.calls),
            package,
            limits,
            compiling: OnceLock::new(),
        }
    }

    /// What it runs.
    #[must_use]
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// What each call may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Compiles the package unless that was done, on a thread for blocking work. To be called within a
    /// tokio runtime.
    ///
    /// # Errors
    /// [`CallError::Load`]; it stays so, since the same bytes give the same answer.
    pub async fn prepare(&self) -> Result<(), CallError> {
        self.compiled(Haste::Awaited).await?;
        Ok(())
    }

    /// The same for a plugin that nobody has called yet: on one thread, at a low priority.
    ///
    /// # Errors
    /// As [`Plugin::prepare`].
    pub async fn prepare_ahead(&self) -> Result<(), CallError> {
        self.compiled(Haste::Ahead).await?;
        Ok(())
    }

    /// Calls `tool` in a fresh instance. `arguments` is a JSON object that satisfies the tool's schema.
    ///
    /// Dropping the future ends the call, with whatever it has asked of the directory; a guest that computes
    /// stops at the next tick, 10 ms later at most. Waiting for the compilation and for a turn is bounded by the
    /// engine, and everything after that by the call's time.
    ///
    /// # Errors
    /// [`CallError`], whose text can be shown to the model.
    pub async fn call(
        &self,
        tool: &str,
        arguments: &str,
        call: Call,
    ) -> Result<Outcome, CallError> {
        if !self.package.tools().iter().any(|known| known.name == tool) {
            return Err(CallError::UnknownTool {
                plugin: self.package.manifest().name.clone(),
                tool: clean(tool, 40),
                known: package::names(self.package.tools()),
            });
        }
        self.run_errand(
            &CallTool {
                name: tool,
                arguments,
            },
            call,
        )
        .await
    }

    /// Asks for the prompt `name`, which the package describes, in a fresh instance. As [`Plugin::call`].
    ///
    /// # Errors
    /// [`CallError`], whose text can be shown to a person.
    pub async fn prompt(
        &self,
        name: &str,
        arguments: &[(String, String)],
        call: Call,
    ) -> Result<Prompted, CallError> {
        self.run_errand(&GetPrompt { name, arguments }, call).await
    }

    /// Reads what is at `uri`, in a fresh instance; none where there is nothing. As [`Plugin::call`].
    ///
    /// # Errors
    /// [`CallError`], whose text can be shown to a person.
    pub async fn read(&self, uri: &str, call: Call) -> Result<Option<Vec<Document>>, CallError> {
        self.run_errand(&Read { uri }, call).await
    }

    /// Completes an argument of the prompt `name`, in a fresh instance. As [`Plugin::call`].
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn complete_prompt(
        &self,
        name: &str,
        typing: Typing<'_>,
        call: Call,
    ) -> Result<Vec<String>, CallError> {
        self.run_errand(&CompletePrompt { name, typing }, call)
            .await
    }

    /// Completes a variable of the resource template `template`, in a fresh instance. As [`Plugin::call`].
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn complete_template(
        &self,
        template: &str,
        typing: Typing<'_>,
        call: Call,
    ) -> Result<Vec<String>, CallError> {
        self.run_errand(&CompleteTemplate { template, typing }, call)
            .await
    }

    async fn run_errand<E: Errand>(&self, errand: &E, call: Call) -> Result<E::Answer, CallError> {
        // First: a plugin that takes long to compile must not hold turns meanwhile.
        let wait = self.engine.compile_wait();
        let compiled = tokio::time::timeout(wait, self.compiled(Haste::Awaited))
            .await
            .map_err(|_| CallError::Compiling { waited: wait })??;
        let _turn = self.engine.turns().next(&self.turns).await?;
        let deadline = deadline(self.limits.time);
        let run = self.run(&compiled, errand, call, deadline);
        tokio::time::timeout_at(deadline, run)
            .await
            .unwrap_or(Err(CallError::TimedOut {
                limit: self.limits.time,
            }))
    }

    async fn run<E: Errand>(
        &self,
        compiled: &Compiled,
        errand: &E,
        mut call: Call,
        deadline: Instant,
    ) -> Result<E::Answer, CallError> {
        let _ticking = self.engine.tick()?;
        let resumed = call.resumed.take().map(content::Answers::from);
        let state = HostState::start(call, deadline, &self.limits);
        let mut store = store::fresh(self.engine.wasm(), state)
            .map_err(|error| CallError::Load(LoadError::link(&error)))?;
        match errand.enter(compiled, &mut store, resumed.as_ref()).await {
            Ok(raw) => errand.check(raw, store::size(self.limits.output)),
            Err(error) => Err(CallError::of_guest(
                &error,
                store.data_mut().meters(),
                &self.limits,
            )),
        }
    }

    fn compiled(&self, haste: Haste) -> Compiling {
        let compiling = self.compiling.get_or_init(|| {
            let code = compile::obtain(self.engine.clone(), self.package.clone(), haste);
            // A task of its own goes on whoever stops waiting.
            let job = tokio::spawn(code);
            async move {
                match job.await {
                    Ok(compiled) => compiled.map(Arc::new),
                    Err(_) => Err(LoadError::Aborted),
                }
            }
            .boxed()
            .shared()
        });
        compiling.clone()
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let package = &self.package;
        write!(
            f,
            "Plugin({} {})",
            package.manifest().name,
            package.digest()
        )
    }
}

/// When a call that begins now must have ended.
fn deadline(time: Duration) -> Instant {
    // A limit beyond a year would overflow some clocks, and bounds nothing.
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now() + time.min(YEAR)
}

impl From<Answers> for content::Answers {
    fn from(answers: Answers) -> Self {
        Self {
            answers: answers.answers,
            state: answers.state,
        }
    }
}
