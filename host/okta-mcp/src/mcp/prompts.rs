//! Prompts: the plugins' and the program's own, as MCP's.

use rmcp::model::{
    ErrorData, GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role,
};
use sandbox::Message;
use serde_json::Value;

use super::content;

pub(super) fn describe(prompt: &sandbox::Prompt) -> Prompt {
    let arguments = prompt.arguments.iter().map(|argument| {
        PromptArgument::new(argument.name.clone())
            .with_description(argument.description.clone())
            .with_required(argument.required)
    });
    let arguments: Vec<PromptArgument> = arguments.collect();
    Prompt::new(
        prompt.name.clone(),
        Some(prompt.description.clone()),
        (!arguments.is_empty()).then_some(arguments),
    )
    .with_title(prompt.title.clone())
}

/// What a client filled in, held against what `prompt` takes; nothing is run when it does not fit.
pub(super) fn arguments(
    prompt: &Prompt,
    given: Option<&JsonObject>,
) -> Result<Vec<(String, String)>, ErrorData> {
    let known = prompt.arguments.as_deref().unwrap_or_default();
    let wrong = |what: String| {
        let names: Vec<&str> = known.iter().map(|own| own.name.as_str()).collect();
        let names = if names.is_empty() {
            "no arguments".to_owned()
        } else {
            names.join(", ")
        };
        let text = format!("{what}; {} takes {names}", prompt.name);
        ErrorData::invalid_params(text, None)
    };
    let mut arguments = Vec::new();
    for (name, value) in given.into_iter().flatten() {
        if !known.iter().any(|own| own.name == *name) {
            let name = capability::text::clean(name, 40);
            return Err(wrong(format!("there is no argument `{name}`")));
        }
        let Value::String(value) = value else {
            return Err(wrong(format!("{name} is not a text")));
        };
        arguments.push((name.clone(), value.clone()));
    }
    let is_missing = |own: &&PromptArgument| {
        own.required == Some(true) && !arguments.iter().any(|(name, _)| *name == own.name)
    };
    match known.iter().find(is_missing) {
        Some(missing) => Err(wrong(format!("{} is missing", missing.name))),
        None => Ok(arguments),
    }
}

pub(super) fn translate(prompt: &Prompt, messages: Vec<Message>) -> GetPromptResult {
    let messages = messages.into_iter().map(|message| {
        let role = match message.role {
            sandbox::Role::User => Role::User,
            sandbox::Role::Assistant => Role::Assistant,
        };
        PromptMessage::new(role, content::block(message.content))
    });
    let mut result = GetPromptResult::new(messages.collect());
    result.description = prompt.description.clone();
    result.meta = Some(super::server_meta());
    result
}

/// The program's own text, as the person's message.
pub(super) fn own(prompt: &Prompt, text: String) -> GetPromptResult {
    let mut result = GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]);
    result.description = prompt.description.clone();
    result.meta = Some(super::server_meta());
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn prompt() -> Prompt {
        let argument = |name: &str, required| PromptArgument::new(name).with_required(required);
        let arguments = vec![argument("user", true), argument("since", false)];
        Prompt::new("review", Some("A review"), Some(arguments))
    }

    fn given(value: &Value) -> Result<Vec<(String, String)>, String> {
        arguments(&prompt(), value.as_object()).map_err(|error| error.message.into_owned())
    }

    #[test]
    fn what_fits_is_taken_and_what_is_optional_may_be_left_out() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(given(&json!({"user": "a"})), Ok(vec![pair("user", "a")]));
        let both = given(&json!({"user": "a", "since": "b"}));
        assert_eq!(both, Ok(vec![pair("user", "a"), pair("since", "b")]));
    }

    #[test]
    fn what_does_not_fit_is_named_with_what_is_taken() {
        for (value, text) in [
            (json!({}), "user is missing; review takes user, since"),
            (
                json!({"user": 1}),
                "user is not a text; review takes user, since",
            ),
            (
                json!({"user": "a", "until": "b"}),
                "there is no argument `until`; review takes user, since",
            ),
        ] {
            assert_eq!(given(&value), Err(text.to_owned()));
        }
    }
}
