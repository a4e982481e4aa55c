//! The suite's tools that ask for something before they answer.
//!
//! Each ends with its questions and is called again with the answers; what it has to remember meanwhile is its
//! state, which the host seals. The suite asks for the same in its older scenarios in the middle of a call: the
//! fixtures are the same, and the host asks a client of that age while the call waits.

use serde_json::{Value, json};

use crate::bindings::exports::okta::plugin::tools::{Outcome, ToolError};
use crate::bindings::okta::plugin::content::{Answers, Pause, Question};
use crate::tools::{Fixture, done, text};

pub(crate) const FIXTURES: [Fixture; 14] = [
    Fixture {
        name: "test_input_required_result_elicitation",
        description: "Asks for a name and greets.",
        arguments: &[],
        run: |_, resumed| match accepted(resumed, "user_name", "name") {
            Some(name) => say(&format!("Hello, {}!", plain(&name))),
            None => ask([ask_name()], None),
        },
    },
    Fixture {
        name: "test_input_required_result_sampling",
        description: "Asks the client's model for a capital.",
        arguments: &[],
        run: |_, resumed| match answer(resumed, "capital_question") {
            Some(answer) => say(&said(&answer)),
            None => ask(
                [sample("capital_question", "What is the capital of France?")],
                None,
            ),
        },
    },
    Fixture {
        name: "test_input_required_result_list_roots",
        description: "Asks for the client's roots.",
        arguments: &[],
        run: |_, resumed| match answer(resumed, "client_roots") {
            Some(answer) => say(&format!("The roots are {}.", answer["roots"])),
            None => ask([ask_roots()], None),
        },
    },
    Fixture {
        name: "test_input_required_result_request_state",
        description: "Asks for a yes, and checks that it gets its state back.",
        arguments: &[],
        run: |_, resumed| match (answer(resumed, "confirm"), state(resumed)) {
            (Some(_), Some(b"remembered")) => say("state-ok"),
            _ => ask([confirm()], Some(b"remembered")),
        },
    },
    Fixture {
        name: "test_input_required_result_multiple_inputs",
        description: "Asks for a name, a greeting and the roots at once.",
        arguments: &[],
        run: |_, resumed| {
            let keys = ["user_name", "greeting", "client_roots"];
            if keys.iter().all(|key| answer(resumed, key).is_some()) {
                return say("All three were answered.");
            }
            ask(
                [
                    ask_name(),
                    sample("greeting", "Generate a greeting"),
                    ask_roots(),
                ],
                Some(b"all three"),
            )
        },
    },
    Fixture {
        name: "test_input_required_result_multi_round",
        description: "Asks for a name, then for a colour.",
        arguments: &[],
        run: |_, resumed| match state(resumed) {
            Some(b"step 1") => match accepted(resumed, "step1", "name") {
                Some(_) => ask(
                    [elicit(
                        "step2",
                        "Step 2: What is your favorite color?",
                        "color",
                    )],
                    Some(b"step 2"),
                ),
                None => first_step(),
            },
            Some(b"step 2") => match accepted(resumed, "step2", "color") {
                Some(color) => say(&format!("Both steps are done; the color is {color}.")),
                None => first_step(),
            },
            _ => first_step(),
        },
    },
    Fixture {
        name: "test_input_required_result_tampered_state",
        description: "Asks for a yes with a state that nobody may alter.",
        arguments: &[],
        run: |_, resumed| match (answer(resumed, "confirm"), state(resumed)) {
            (Some(_), Some(b"untouched")) => say("The state came back as it was."),
            _ => ask([confirm()], Some(b"untouched")),
        },
    },
    Fixture {
        name: "test_input_required_result_capabilities",
        description: "Asks the person and the client's model, whichever there is.",
        arguments: &[],
        run: |_, resumed| {
            if resumed.is_some_and(|resumed| !resumed.answers.is_empty()) {
                return say("Thank you.");
            }
            ask(
                [ask_name(), sample("greeting", "Generate a greeting")],
                None,
            )
        },
    },
    Fixture {
        name: "test_missing_capability",
        description: "Cannot do without the client's model.",
        arguments: &[],
        run: |_, resumed| match answer(resumed, "sample") {
            Some(answer) => say(&said(&answer)),
            None => ask([sample("sample", "Say something")], None),
        },
    },
    Fixture {
        name: "test_streaming_elicitation",
        description: "Asks for a name without a request of its own on the stream.",
        arguments: &[],
        run: |_, resumed| match answer(resumed, "user_name") {
            Some(_) => say("Thank you."),
            None => ask([ask_name()], None),
        },
    },
    Fixture {
        name: "test_sampling",
        description: "Passes a prompt on to the client's model.",
        arguments: &[("prompt", "What to ask")],
        run: |arguments, resumed| match answer(resumed, "sample") {
            Some(answer) => say(&format!("LLM response: {}", said(&answer))),
            None => ask([sample("sample", &plain(&arguments["prompt"]))], None),
        },
    },
    Fixture {
        name: "test_elicitation",
        description: "Passes a message on to the person and shows the answer.",
        arguments: &[("message", "What to ask")],
        run: |arguments, resumed| match answer(resumed, "form") {
            Some(answer) => say(&format!("User response: {}", shown(&answer))),
            None => {
                let field = |what: &str| json!({"type": "string", "description": what});
                let properties = json!({"username": field("User's response"), "email": field("User's email address")});
                form(
                    &plain(&arguments["message"]),
                    &properties,
                    &["username", "email"],
                )
            }
        },
    },
    Fixture {
        name: "test_elicitation_sep1034_defaults",
        description: "Shows a form with a default in every field.",
        arguments: &[],
        run: |_, resumed| match answer(resumed, "form") {
            Some(answer) => say(&format!("Elicitation completed: {}", shown(&answer))),
            None => form(
                "Please look through these values",
                &json!({
                    "name": {"type": "string", "description": "User name", "default": "John Doe"},
                    "age": {"type": "integer", "description": "User age", "default": 30},
                    "score": {"type": "number", "description": "User score", "default": 95.5},
                    "status": {"type": "string", "description": "User status", "enum": ["active", "inactive", "pending"], "default": "active"},
                    "verified": {"type": "boolean", "description": "Verification status", "default": true},
                }),
                &[],
            ),
        },
    },
    Fixture {
        name: "test_elicitation_sep1330_enums",
        description: "Shows a form with every kind of choice.",
        arguments: &[],
        run: |_, resumed| match answer(resumed, "form") {
            Some(answer) => say(&format!("Elicitation completed: {}", shown(&answer))),
            None => {
                let plain = ["option1", "option2", "option3"];
                let titled = |word: &str| {
                    ["First", "Second", "Third"]
                        .iter()
                        .zip(1..)
                        .map(|(title, n)| json!({"const": format!("value{n}"), "title": format!("{title} {word}")}))
                        .collect::<Value>()
                };
                form(
                    "Please choose",
                    &json!({
                        "untitledSingle": {"type": "string", "enum": plain},
                        "titledSingle": {"type": "string", "oneOf": titled("Option")},
                        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"]},
                        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
                        "titledMulti": {"type": "array", "items": {"anyOf": titled("Choice")}},
                    }),
                    &[],
                )
            }
        },
    },
];

fn first_step() -> Result<Outcome, ToolError> {
    ask(
        [elicit("step1", "Step 1: What is your name?", "name")],
        Some(b"step 1"),
    )
}

fn ask_name() -> Question {
    elicit("user_name", "What is your name?", "name")
}

fn ask_roots() -> Question {
    question(
        "client_roots",
        &json!({"method": "roots/list", "params": {}}),
    )
}

fn confirm() -> Question {
    let properties = json!({"ok": {"type": "boolean"}});
    question(
        "confirm",
        &elicitation("Please confirm", &properties, &["ok"]),
    )
}

/// A form with one text in it.
pub(crate) fn elicit(key: &str, message: &str, field: &str) -> Question {
    let properties = Value::Object(
        [(field.to_owned(), json!({"type": "string"}))]
            .into_iter()
            .collect(),
    );
    question(key, &elicitation(message, &properties, &[field]))
}

fn form(message: &str, properties: &Value, required: &[&str]) -> Result<Outcome, ToolError> {
    ask(
        [question(
            "form",
            &elicitation(message, properties, required),
        )],
        None,
    )
}

fn elicitation(message: &str, properties: &Value, required: &[&str]) -> Value {
    let schema = json!({"type": "object", "properties": properties, "required": required});
    json!({"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}})
}

fn sample(key: &str, prompt: &str) -> Question {
    let message = json!({"role": "user", "content": {"type": "text", "text": prompt}});
    let params = json!({"messages": [message], "maxTokens": 100});
    question(
        key,
        &json!({"method": "sampling/createMessage", "params": params}),
    )
}

fn question(key: &str, request: &Value) -> Question {
    Question {
        key: key.to_owned(),
        request: request.to_string(),
    }
}

fn ask<const N: usize>(
    questions: [Question; N],
    state: Option<&[u8]>,
) -> Result<Outcome, ToolError> {
    Ok(Outcome::NeedsInput(Pause {
        questions: questions.into(),
        state: state.map(<[u8]>::to_vec),
    }))
}

fn say(words: &str) -> Result<Outcome, ToolError> {
    done([text(words)])
}

/// The answer to the question `key`, if there is one.
pub(crate) fn answer(resumed: Option<&Answers>, key: &str) -> Option<Value> {
    let mut answers = resumed?.answers.iter();
    let (_, answer) = answers.find(|(own, _)| own == key)?;
    serde_json::from_str(answer).ok()
}

/// What was filled in for `field` of a form that was sent off.
fn accepted(resumed: Option<&Answers>, key: &str, field: &str) -> Option<Value> {
    let answer = answer(resumed, key)?;
    let field = answer.get("content")?.get(field)?;
    (answer["action"] == "accept").then(|| field.clone())
}

fn state(resumed: Option<&Answers>) -> Option<&[u8]> {
    resumed?.state.as_deref()
}

/// What the client's model said.
fn said(answer: &Value) -> String {
    plain(&answer["content"]["text"])
}

fn shown(answer: &Value) -> String {
    format!(
        "action={}, content={}",
        plain(&answer["action"]),
        answer["content"]
    )
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
