//! What a guest can be entered for: a tool, a prompt, a resource, a completion.
//!
//! All go the same way: a turn, a fresh instance, limits, the grant of the name that was asked for. An errand knows
//! only which export to call and how to check what comes back.

use std::future::Future;

use wasmtime::Store;

use crate::bindings::exports::okta::plugin::tools;
use crate::bindings::full::exports::okta::plugin::{prompts, resources};
use crate::bindings::okta::plugin::content::{self, Answers};
use crate::compile::Compiled;
use crate::error::CallError;
use crate::host::HostState;
use crate::outcome::{Document, Outcome};
use crate::prompt::{self, Prompted};
use crate::resource;

/// One reason to enter a guest.
pub(crate) trait Errand: Sync {
    /// What the export answers.
    type Raw: Send;
    /// The same, checked.
    type Answer;

    /// Calls the export in a store of its own.
    fn enter(
        &self,
        guest: &Compiled,
        store: &mut Store<HostState>,
        resumed: Option<&Answers>,
    ) -> impl Future<Output = wasmtime::Result<Self::Raw>> + Send;

    /// `most`: bytes of the whole answer.
    fn check(&self, raw: Self::Raw, most: usize) -> Result<Self::Answer, CallError>;
}

/// A name and a value.
type Pair = (String, String);

/// A call of a tool.
pub(crate) struct CallTool<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a str,
}

/// A prompt that was picked.
pub(crate) struct GetPrompt<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a [Pair],
}

/// A resource that is read.
pub(crate) struct Read<'a> {
    pub(crate) uri: &'a str,
}

/// What was typed so far for an argument of a prompt or a variable of a template.
#[derive(Debug, Clone, Copy)]
pub struct Typing<'a> {
    /// The argument or variable.
    pub argument: &'a str,
    /// What was typed.
    pub typed: &'a str,
    /// Other arguments that are filled in already.
    pub context: &'a [Pair],
}

/// A completion for an argument of a prompt.
pub(crate) struct CompletePrompt<'a> {
    pub(crate) name: &'a str,
    pub(crate) typing: Typing<'a>,
}

/// A completion for a variable of a template.
pub(crate) struct CompleteTemplate<'a> {
    pub(crate) template: &'a str,
    pub(crate) typing: Typing<'a>,
}

impl Errand for CallTool<'_> {
    type Raw = Result<tools::Outcome, tools::ToolError>;
    type Answer = Outcome;

    async fn enter(
        &self,
        guest: &Compiled,
        store: &mut Store<HostState>,
        resumed: Option<&Answers>,
    ) -> wasmtime::Result<Self::Raw> {
        let plugin = guest.plugin.instantiate_async(&mut *store).await?;
        plugin
            .okta_plugin_tools()
            .call_call(store, self.name, self.arguments, resumed)
            .await
    }

    fn check(&self, raw: Self::Raw, most: usize) -> Result<Outcome, CallError> {
        Outcome::of(raw, most)
    }
}

impl Errand for GetPrompt<'_> {
    type Raw = Result<prompts::Outcome, String>;
    type Answer = Prompted;

    async fn enter(
        &self,
        guest: &Compiled,
        store: &mut Store<HostState>,
        resumed: Option<&Answers>,
    ) -> wasmtime::Result<Self::Raw> {
        let prompts = guest.prompts(store).await?;
        prompts
            .call_get(store, self.name, self.arguments, resumed)
            .await
    }

    fn check(&self, raw: Self::Raw, most: usize) -> Result<Prompted, CallError> {
        Prompted::of(raw, most)
    }
}

impl Errand for Read<'_> {
    type Raw = Result<Vec<content::Document>, resources::ReadError>;
    type Answer = Option<Vec<Document>>;

    async fn enter(
        &self,
        guest: &Compiled,
        store: &mut Store<HostState>,
        _: Option<&Answers>,
    ) -> wasmtime::Result<Self::Raw> {
        let resources = guest.resources(store).await?;
        resources.call_read(store, self.uri).await
    }

    fn check(&self, raw: Self::Raw, most: usize) -> Result<Self::Answer, CallError> {
        resource::documents(raw, most)
    }
}

impl Errand for CompletePrompt<'_> {
    type Raw = Vec<String>;
    type Answer = Vec<String>;

    async fn enter(
        &self,
        guest: &Compiled,
        store: &mut Store<HostState>,
        _: Option<&Answers>,
    ) -> wasmtime::Result<Self::Raw> {
        let prompts = guest.prompts(store).await?;
        let Typing {
            argument,
            typed,
            context,
        } = self.typing;
        prompts
            .call_complete(store, self.name, argument, typed, context)
            .await
    }

    fn check(&self, raw: Self::Raw, _: usize) -> Result<Self::Answer, CallError> {
        Ok(prompt::completions(raw))
    }
}

impl Errand for CompleteTemplate<'_> {
    type Raw = Vec<String>;
    type Answer = Vec<String>;

    async fn enter(
        &self,
        guest: &Compiled,
        store: &mut Store<HostState>,
        _: Option<&Answers>,
    ) -> wasmtime::Result<Self::Raw> {
        let resources = guest.resources(store).await?;
        let Typing {
            argument,
            typed,
            context,
        } = self.typing;
        resources
            .call_complete(store, self.template, argument, typed, context)
            .await
    }

    fn check(&self, raw: Self::Raw, _: usize) -> Result<Self::Answer, CallError> {
        Ok(prompt::completions(raw))
    }
}
