//! Prompts, resources and completions of plugins: the same way as a tool's call, with another question.
//!
//! What a prompt or a resource may ask of Okta is what the manifest declares under its name; for most that is
//! nothing. A completion has the grant of the prompt or template that it is for.

use std::sync::Arc;

use audit::row::Client;
use sandbox::{Answers, Document, Prompted, Typing};
use serde_json::{Map, Value};

use super::begun::{Begun, Of};
use super::{Host, Silent, Stop, tell};

impl Host {
    /// Asks for the prompt `name`; none where there is no such prompt.
    pub async fn prompt(
        &self,
        client: Client,
        name: &str,
        arguments: &[(String, String)],
        resumed: Option<Answers>,
    ) -> Option<Result<Prompted, Stop>> {
        let offered = self.registry.prompt(name)?;
        let of = Of {
            loaded: &offered.loaded,
            name: &offered.prompt.name,
        };
        let declared = |name: &str| {
            let mut own = offered.prompt.arguments.iter();
            own.any(|argument| argument.name == name)
        };
        let shown = arguments.iter().cloned();
        let shown = shown.map(|(name, value)| (name, Value::String(value)));
        let begun = Begun::new(self, client, of, &shown.collect(), declared);
        let run = async {
            begun.admit().await?;
            let call = self.prepare(of, Arc::new(Silent), begun.record(), resumed);
            let call = call.await?;
            let prompted = of.loaded.plugin.prompt(name, arguments, call).await;
            prompted.map_err(|error| tell(name, error))
        };
        let result = run.await;
        Some(begun.end(result).await)
    }

    /// Reads what is at `uri`; none where no plugin has anything there.
    pub async fn read(&self, client: Client, uri: &str) -> Option<Result<Vec<Document>, Stop>> {
        let (loaded, name) = self.registry.reader(uri)?;
        let of = Of { loaded, name };
        let shown = Map::from_iter([("uri".to_owned(), Value::from(uri))]);
        let begun = Begun::new(self, client, of, &shown, |_| true);
        let run = async {
            begun.admit().await?;
            let call = self.prepare(of, Arc::new(Silent), begun.record(), None);
            let call = call.await?;
            let read = of.loaded.plugin.read(uri, call).await;
            read.map_err(|error| tell(name, error))
        };
        let result = run.await;
        begun.end(result).await.transpose()
    }

    /// Completes an argument of the prompt `name`; none where there is no such prompt or argument.
    pub async fn complete_prompt(
        &self,
        client: Client,
        name: &str,
        typing: Typing<'_>,
    ) -> Option<Result<Vec<String>, Stop>> {
        let offered = self.registry.prompt(name)?;
        let mut arguments = offered.prompt.arguments.iter();
        arguments.find(|own| own.name == typing.argument)?;
        let of = Of {
            loaded: &offered.loaded,
            name: &offered.prompt.name,
        };
        let begun = Begun::new(self, client, of, &typed(typing), |_| true);
        let run = async {
            begun.admit().await?;
            let call = self.prepare(of, Arc::new(Silent), begun.record(), None);
            let call = call.await?;
            let plugin = &of.loaded.plugin;
            let values = plugin.complete_prompt(name, typing, call).await;
            values.map_err(|error| tell(name, error))
        };
        let result = run.await;
        Some(begun.end(result).await)
    }

    /// Completes a variable of the resource template `template`; none where there is no such template or variable.
    pub async fn complete_template(
        &self,
        client: Client,
        template: &str,
        typing: Typing<'_>,
    ) -> Option<Result<Vec<String>, Stop>> {
        let offered = self.registry.template(template)?;
        offered.template.has(typing.argument).then_some(())?;
        let of = Of {
            loaded: &offered.loaded,
            name: &offered.resource.name,
        };
        let begun = Begun::new(self, client, of, &typed(typing), |_| true);
        let run = async {
            begun.admit().await?;
            let call = self.prepare(of, Arc::new(Silent), begun.record(), None);
            let call = call.await?;
            let plugin = &of.loaded.plugin;
            let values = plugin.complete_template(template, typing, call).await;
            values.map_err(|error| tell(of.name, error))
        };
        let result = run.await;
        Some(begun.end(result).await)
    }
}

fn typed(typing: Typing<'_>) -> Map<String, Value> {
    Map::from_iter([(typing.argument.to_owned(), Value::from(typing.typed))])
}
