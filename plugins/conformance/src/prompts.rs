//! The suite's prompts.

use crate::bindings::exports::okta::plugin::prompts::{
    Argument, Guest, Message, Outcome, Prompt, Role,
};
use crate::bindings::okta::plugin::content::{Answers, Block, Pause};
use crate::tools::{document, text};
use crate::{Conformance, input, media};

const NAMES: [(&str, &str); 5] = [
    ("test_simple_prompt", "A text."),
    (
        "test_prompt_with_arguments",
        "A text with what was filled in.",
    ),
    (
        "test_prompt_with_embedded_resource",
        "A document and a text.",
    ),
    ("test_prompt_with_image", "A picture and a text."),
    (
        "test_input_required_result_prompt",
        "A text about something that is asked for first.",
    ),
];

/// Places for the completion of an argument.
const PLACES: [&str; 4] = ["paris", "park", "party", "test"];

fn user<const N: usize>(content: [Block; N]) -> Result<Outcome, String> {
    let messages = content.into_iter().map(|content| Message {
        role: Role::User,
        content,
    });
    Ok(Outcome::Done(messages.collect()))
}

impl Guest for Conformance {
    fn describe() -> Vec<Prompt> {
        let prompt = |&(name, description): &(&str, &str)| {
            let argument = |name: &str| Argument {
                name: name.to_owned(),
                description: "What is shown in the text".to_owned(),
                required: true,
            };
            let arguments = match name {
                "test_prompt_with_arguments" => vec![argument("arg1"), argument("arg2")],
                "test_prompt_with_embedded_resource" => vec![argument("resourceUri")],
                _ => Vec::new(),
            };
            Prompt {
                name: name.to_owned(),
                title: name.replace('_', " "),
                description: description.to_owned(),
                arguments,
            }
        };
        NAMES.iter().map(prompt).collect()
    }

    fn get(
        name: String,
        arguments: Vec<(String, String)>,
        resumed: Option<Answers>,
    ) -> Result<Outcome, String> {
        let argument = |name: &str| {
            let mut arguments = arguments.iter();
            let found = arguments.find(|(own, _)| own == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        match name.as_str() {
            "test_simple_prompt" => user([text("This is a simple prompt for testing.")]),
            "test_prompt_with_arguments" => user([text(&format!(
                "Prompt with arguments: arg1='{}', arg2='{}'",
                argument("arg1"),
                argument("arg2")
            ))]),
            "test_prompt_with_embedded_resource" => user([
                document(
                    argument("resourceUri"),
                    "text/plain",
                    "Embedded resource content for testing.",
                ),
                text("Please process the embedded resource above."),
            ]),
            "test_prompt_with_image" => user([
                Block::Image(media::picture()),
                text("Please analyze the image above."),
            ]),
            "test_input_required_result_prompt" => {
                match input::answer(resumed.as_ref(), "user_context") {
                    Some(answer) => user([text(&format!(
                        "Use this context: {}",
                        answer["content"]["context"]
                    ))]),
                    None => Ok(Outcome::NeedsInput(Pause {
                        questions: vec![input::elicit(
                            "user_context",
                            "What context should the prompt use?",
                            "context",
                        )],
                        state: None,
                    })),
                }
            }
            _ => Err(format!("there is no prompt {name}")),
        }
    }

    fn complete(_: String, _: String, typed: String, _: Vec<(String, String)>) -> Vec<String> {
        let places = PLACES.iter().filter(|place| place.starts_with(&typed));
        places.map(|place| (*place).to_owned()).collect()
    }
}
