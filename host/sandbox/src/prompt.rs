//! The prompts that a plugin describes, and what one answers.
//!
//! As with tools, what a reviewer approves is what was written when the plugin was packed. A prompt's name is one
//! of the plugin's names, beside its tools': the manifest grants endpoints to it by that name.

use capability::manifest::{MAX_TOOL_NAME, is_tool_name};
use capability::snapshot::{Kind, ToolText};
use capability::text::clean;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::bindings::full::exports::okta::plugin::prompts as wit;
use crate::error::{CallError, line};
use crate::limits::{
    self, MAX_MESSAGES, MAX_OFFER_DESCRIPTION, MAX_OFFERS, MAX_PROMPT_ARGUMENTS, MAX_TITLE,
};
use crate::outcome::{Block, Pause};
use crate::tool::{ToolError, shown_text};

/// One MCP prompt of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prompt {
    /// As a tool's, and different from every tool's.
    pub name: String,
    /// For people; one line of at most 80 characters.
    pub title: String,
    /// For people; one line of at most 400 characters.
    pub description: String,
    /// What a person fills in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
}

/// One argument of a prompt; its value is a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Argument {
    /// Letters, digits and `_`, as in code.
    pub name: String,
    /// For people; one line of at most 400 characters.
    pub description: String,
    /// Whether the prompt cannot do without.
    pub required: bool,
}

/// How a prompt was answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Prompted {
    /// With the messages that begin the conversation.
    Done(Vec<Message>),
    /// With questions; it is to be asked again with their [`Answers`](crate::Answers).
    NeedsInput(Pause),
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: Block,
}

/// Who says a message of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Prompt {
    /// A prompt as the guest described it.
    pub(crate) fn described(prompt: wit::Prompt) -> Self {
        Self {
            name: prompt.name,
            title: prompt.title,
            description: prompt.description,
            arguments: prompt
                .arguments
                .into_iter()
                .map(|argument| Argument {
                    name: argument.name,
                    description: argument.description,
                    required: argument.required,
                })
                .collect(),
        }
    }

    fn check(&self) -> Result<(), ToolError> {
        let place = format!("prompt `{}`", clean(&self.name, MAX_TOOL_NAME));
        check_name(&place, &self.name)?;
        shown_text(&place, "title", &self.title, MAX_TITLE)?;
        let description = &self.description;
        shown_text(&place, "description", description, MAX_OFFER_DESCRIPTION)?;
        if self.arguments.len() > MAX_PROMPT_ARGUMENTS {
            return Err(ToolError::new(format!(
                "{place}: it has {} arguments; at most {MAX_PROMPT_ARGUMENTS} are accepted",
                self.arguments.len()
            )));
        }
        for (index, argument) in self.arguments.iter().enumerate() {
            let place = format!("{place}, argument `{}`", clean(&argument.name, 40));
            if !is_argument_name(&argument.name) {
                return Err(ToolError::new(format!(
                    "{place}: an argument's name has letters, digits and `_`, begins with a letter and has at most 40 characters"
                )));
            }
            let description = &argument.description;
            shown_text(&place, "description", description, MAX_OFFER_DESCRIPTION)?;
            let earlier = self.arguments.iter().take(index);
            if earlier.into_iter().any(|other| other.name == argument.name) {
                return Err(ToolError::new(format!("{place}: there are two of them")));
            }
        }
        Ok(())
    }
}

impl From<&Prompt> for ToolText {
    fn from(prompt: &Prompt) -> Self {
        let properties: Map<String, Value> = prompt
            .arguments
            .iter()
            .map(|argument| {
                let schema = json!({"type": "string", "description": argument.description});
                (argument.name.clone(), schema)
            })
            .collect();
        let required = prompt.arguments.iter().filter(|argument| argument.required);
        let required = required.map(|argument| argument.name.clone().into());
        Self {
            kind: Kind::Prompt,
            name: prompt.name.clone(),
            title: prompt.title.clone(),
            description: prompt.description.clone(),
            input_schema: Map::from_iter([
                ("type".to_owned(), "object".into()),
                ("properties".to_owned(), Value::Object(properties)),
                ("required".to_owned(), Value::Array(required.collect())),
            ]),
            output_schema: None,
        }
    }
}

/// Checks each prompt, and the list as a whole.
pub(crate) fn check(prompts: &[Prompt]) -> Result<(), ToolError> {
    if prompts.len() > MAX_OFFERS {
        return Err(ToolError::new(format!(
            "there are {} prompts; a plugin has at most {MAX_OFFERS}",
            prompts.len()
        )));
    }
    prompts.iter().try_for_each(Prompt::check)
}

/// The name of a prompt or a resource: a manifest grants by it, so it is one that a manifest can hold.
pub(crate) fn check_name(place: &str, name: &str) -> Result<(), ToolError> {
    if is_tool_name(name) {
        Ok(())
    } else {
        Err(ToolError::new(format!(
            "{place}: a name must match [a-z][a-z0-9_]* and have at most {MAX_TOOL_NAME} characters"
        )))
    }
}

pub(crate) fn is_argument_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl Prompted {
    /// `most`: bytes of all messages together.
    pub(crate) fn of(result: Result<wit::Outcome, String>, most: usize) -> Result<Self, CallError> {
        match result {
            Ok(wit::Outcome::Done(messages)) => Self::done(messages, most),
            Ok(wit::Outcome::NeedsInput(pause)) => Ok(Self::NeedsInput(Pause::of(pause)?)),
            Err(text) => Err(CallError::failed(&text)),
        }
    }

    fn done(messages: Vec<wit::Message>, most: usize) -> Result<Self, CallError> {
        if messages.is_empty() || messages.len() > MAX_MESSAGES {
            return Err(CallError::BadResult(format!(
                "a prompt has 1 to {MAX_MESSAGES} messages, not {}",
                messages.len()
            )));
        }
        let (roles, blocks): (Vec<_>, Vec<_>) = messages
            .into_iter()
            .map(|message| (message.role, message.content))
            .unzip();
        let blocks = Block::all("messages", blocks, most)?;
        let messages = roles
            .into_iter()
            .zip(blocks)
            .map(|(role, content)| Message {
                role: match role {
                    wit::Role::User => Role::User,
                    wit::Role::Assistant => Role::Assistant,
                },
                content,
            });
        Ok(Self::Done(messages.collect()))
    }
}

/// Values for a menu: clean, short, and no more of them than MCP lets an answer have.
pub(crate) fn completions(values: Vec<String>) -> Vec<String> {
    values
        .into_iter()
        .take(limits::MAX_COMPLETIONS)
        .map(|value| line(&value, limits::MAX_COMPLETION))
        .filter(|value| !value.is_empty())
        .collect()
}
