//! The suite's tools.

use serde_json::Value;

use crate::bindings::exports::okta::plugin::tools::{Guest, Outcome, Output, Tool, ToolError};
use crate::bindings::okta::plugin::content::{Answers, Block, Body, Document};
use crate::bindings::okta::plugin::host::{self, Level};
use crate::{Conformance, input, media};

/// The tool whose argument travels as an HTTP header, too.
const CUSTOM_HEADER: &str = "test_custom_header";

/// What a fixture does with its arguments and, when it is called again, with the answers.
type Run = fn(&Value, Option<&Answers>) -> Result<Outcome, ToolError>;

/// One tool. Its name is the suite's.
pub(crate) struct Fixture {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) arguments: &'static [(&'static str, &'static str)],
    pub(crate) run: Run,
}

const FIXTURES: [Fixture; 10] = [
    Fixture {
        name: "test_simple_text",
        description: "Answers with a text.",
        arguments: &[],
        run: |_, _| done([text("This is a simple text response for testing.")]),
    },
    Fixture {
        name: "test_image_content",
        description: "Answers with a picture.",
        arguments: &[],
        run: |_, _| done([Block::Image(media::picture())]),
    },
    Fixture {
        name: "test_audio_content",
        description: "Answers with a sound.",
        arguments: &[],
        run: |_, _| done([Block::Audio(media::sound())]),
    },
    Fixture {
        name: "test_embedded_resource",
        description: "Answers with a document.",
        arguments: &[],
        run: |_, _| {
            done([document(
                "test://embedded-resource",
                "text/plain",
                "This is an embedded resource content.",
            )])
        },
    },
    Fixture {
        name: "test_multiple_content_types",
        description: "Answers with a text, a picture and a document, in this order.",
        arguments: &[],
        run: |_, _| {
            done([
                text("Multiple content types test:"),
                Block::Image(media::picture()),
                document(
                    "test://mixed-content-resource",
                    "application/json",
                    r#"{"test":"data","value":123}"#,
                ),
            ])
        },
    },
    Fixture {
        name: "test_error_handling",
        description: "Fails.",
        arguments: &[],
        run: |_, _| {
            Err(ToolError::Failed(
                "This tool intentionally returns an error for testing".to_owned(),
            ))
        },
    },
    Fixture {
        name: CUSTOM_HEADER,
        description: "Says which region it was asked for, which the request's headers say as well.",
        arguments: &[("region", "A region")],
        run: |arguments, _| done([text(&format!("The region is {}.", arguments["region"]))]),
    },
    Fixture {
        name: "test_tool_with_progress",
        description: "Tells three times how far it is.",
        arguments: &[],
        run: |_, _| {
            for (done, message) in [(0, "Begun"), (50, "Halfway"), (100, "Done")] {
                host::progress(done, Some(100), message);
            }
            done([text("Progress was told.")])
        },
    },
    Fixture {
        name: "test_tool_with_logging",
        description: "Logs three lines.",
        arguments: &[],
        run: |_, _| {
            for line in [
                "Tool execution started",
                "Tool processing data",
                "Tool execution completed",
            ] {
                host::log(Level::Info, line);
            }
            done([text("Three lines were logged.")])
        },
    },
    Fixture {
        name: "test_logging_tool",
        description: "Logs a line of each level.",
        arguments: &[],
        run: |_, _| {
            for level in [Level::Debug, Level::Info, Level::Warn, Level::Error] {
                host::log(level, "A line for whoever asked for it");
            }
            done([text("A line of each level was logged.")])
        },
    },
];

fn fixtures() -> impl Iterator<Item = &'static Fixture> {
    FIXTURES.iter().chain(&input::FIXTURES)
}

pub(crate) fn text(text: &str) -> Block {
    Block::Text(text.to_owned())
}

pub(crate) fn document(uri: &str, mime_type: &str, text: &str) -> Block {
    Block::Document(Document {
        uri: uri.to_owned(),
        mime_type: Some(mime_type.to_owned()),
        body: Body::Text(text.to_owned()),
    })
}

pub(crate) fn done<const N: usize>(content: [Block; N]) -> Result<Outcome, ToolError> {
    Ok(Outcome::Done(Output {
        structured: None,
        content: content.into(),
    }))
}

impl Fixture {
    fn describe(&self) -> Tool {
        let arguments = self.arguments.iter().map(|(name, description)| {
            let mut schema = serde_json::json!({"type": "string", "description": description});
            if self.name == CUSTOM_HEADER {
                schema["x-mcp-header"] = "Region".into();
            }
            ((*name).to_owned(), schema)
        });
        let properties: serde_json::Map<String, Value> = arguments.collect();
        let required: Vec<&str> = self.arguments.iter().map(|(name, _)| *name).collect();
        let schema = serde_json::json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        Tool {
            name: self.name.to_owned(),
            title: self.name.replace('_', " "),
            description: self.description.to_owned(),
            input_schema: schema.to_string(),
            output_schema: None,
        }
    }
}

impl Guest for Conformance {
    fn describe() -> Vec<Tool> {
        fixtures().map(Fixture::describe).collect()
    }

    fn call(
        name: String,
        arguments: String,
        resumed: Option<Answers>,
    ) -> Result<Outcome, ToolError> {
        let arguments = serde_json::from_str(&arguments)
            .map_err(|error| ToolError::InvalidArguments(error.to_string()))?;
        match fixtures().find(|fixture| fixture.name == name) {
            Some(fixture) => (fixture.run)(&arguments, resumed.as_ref()),
            None => Err(ToolError::Failed(format!("there is no tool {name}"))),
        }
    }
}
