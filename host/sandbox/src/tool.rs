//! A tool's name, texts and schemas, as they are written into a package.
//!
//! All of it reaches the model, so all of it is looked at: nothing hidden, nothing endless. What a
//! reviewer approves is what was written when the plugin was packed; a guest is never asked again.

use capability::manifest::{MAX_TOOL_NAME, is_tool_name};
use capability::snapshot::{Kind, ToolText};
use capability::surface::ToolSurface;
use capability::text::{clean, is_hidden};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bindings::exports::okta::plugin::tools as wit;
use crate::limits::{MAX_DESCRIPTION, MAX_SCHEMA_BYTES, MAX_TITLE, MAX_TOOLS};

/// One MCP tool of a package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tool {
    /// `[a-z][a-z0-9_]*`, at most 48 characters, unique in the package.
    pub name: String,
    /// For people; one line of at most 80 characters.
    pub title: String,
    /// For the model; one line of at most 1,200 characters.
    pub description: String,
    /// JSON Schema of the arguments; its `type` is `object`.
    pub input_schema: Map<String, Value>,
    /// JSON Schema of the structured result; its `type` is `object`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Map<String, Value>>,
}

/// What is wrong with a package's tools: which, where, and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ToolError(String);

impl ToolError {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }
}

impl Tool {
    /// A tool as the guest described it.
    pub(crate) fn described(tool: wit::Tool) -> Result<Self, ToolError> {
        let place = clean(&tool.name, MAX_TOOL_NAME);
        let input_schema = schema(&place, "input-schema", &tool.input_schema)?;
        let output_schema = tool
            .output_schema
            .map(|text| schema(&place, "output-schema", &text))
            .transpose()?;
        Ok(Self {
            name: tool.name,
            title: tool.title,
            description: tool.description,
            input_schema,
            output_schema,
        })
    }

    /// The tool as a client gets it, for the checks of [`capability::surface`].
    #[must_use]
    pub fn surface(&self) -> ToolSurface<'_> {
        ToolSurface {
            name: &self.name,
            title: &self.title,
            description: &self.description,
            input_schema: &self.input_schema,
            output_schema: self.output_schema.as_ref(),
        }
    }

    fn check(&self) -> Result<(), ToolError> {
        let place = clean(&self.name, MAX_TOOL_NAME);
        if !is_tool_name(&self.name) {
            // Some letters of other scripts look like ours: the name alone would not show what is wrong with it.
            let foreign = self.name.chars().find(|c| !c.is_ascii());
            let foreign = foreign.map_or_else(String::new, |c| {
                format!(" (it contains U+{:04X})", u32::from(c))
            });
            return Err(ToolError(format!(
                "`{place}` is no tool's name{foreign}; it must match [a-z][a-z0-9_]* and have at most {MAX_TOOL_NAME} characters"
            )));
        }
        text(&place, "title", &self.title, MAX_TITLE)?;
        text(&place, "description", &self.description, MAX_DESCRIPTION)?;
        check_schema(&place, "input-schema", &self.input_schema)?;
        if let Some(output) = &self.output_schema {
            check_schema(&place, "output-schema", output)?;
        }
        Ok(())
    }
}

impl From<&Tool> for ToolText {
    fn from(tool: &Tool) -> Self {
        Self {
            kind: Kind::Tool,
            name: tool.name.clone(),
            title: tool.title.clone(),
            description: tool.description.clone(),
            input_schema: tool.input_schema.clone(),
            output_schema: tool.output_schema.clone(),
        }
    }
}

/// Checks each tool, and the list as a whole.
pub(crate) fn check(tools: &[Tool]) -> Result<(), ToolError> {
    if tools.len() > MAX_TOOLS {
        return Err(ToolError(format!(
            "there are {} tools; a plugin has at most {MAX_TOOLS}",
            tools.len()
        )));
    }
    for (index, tool) in tools.iter().enumerate() {
        tool.check()?;
        if tools
            .iter()
            .take(index)
            .any(|other| other.name == tool.name)
        {
            return Err(ToolError(format!("there are two tools `{}`", tool.name)));
        }
    }
    Ok(())
}

fn text(tool: &str, part: &str, text: &str, limit: usize) -> Result<(), ToolError> {
    shown_text(&format!("tool `{tool}`"), part, text, limit)
}

/// A text of whatever is at `place`: there, not too long, and nothing of it hidden.
pub(crate) fn shown_text(
    place: &str,
    part: &str,
    text: &str,
    limit: usize,
) -> Result<(), ToolError> {
    if text.trim().is_empty() {
        return Err(ToolError(format!("{place}: the {part} is empty")));
    }
    let length = text.chars().count();
    if length > limit {
        return Err(ToolError(format!(
            "{place}: the {part} has {length} characters; at most {limit} are accepted"
        )));
    }
    nothing_hidden(place, part, text)
}

/// A reviewer must see what the model reads.
fn shown(tool: &str, part: &str, text: &str) -> Result<(), ToolError> {
    nothing_hidden(&format!("tool `{tool}`"), part, text)
}

fn nothing_hidden(place: &str, part: &str, text: &str) -> Result<(), ToolError> {
    match text.chars().find(|c| is_hidden(*c)) {
        None => Ok(()),
        Some(hidden) => Err(ToolError(format!(
            "{place}: the {part} contains U+{:04X}, which a reader cannot see; line breaks are not accepted either",
            u32::from(hidden)
        ))),
    }
}

fn schema(tool: &str, part: &str, text: &str) -> Result<Map<String, Value>, ToolError> {
    if text.len() > MAX_SCHEMA_BYTES {
        return Err(too_large(tool, part, text.len()));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(schema)) => Ok(schema),
        Ok(_) => Err(ToolError(format!(
            "tool `{tool}`: the {part} is not a JSON object"
        ))),
        Err(error) => Err(ToolError(format!(
            "tool `{tool}`: the {part} is not JSON ({error})"
        ))),
    }
}

fn check_schema(tool: &str, part: &str, schema: &Map<String, Value>) -> Result<(), ToolError> {
    let size = serde_json::to_vec(schema).map_or(usize::MAX, |text| text.len());
    if size > MAX_SCHEMA_BYTES {
        return Err(too_large(tool, part, size));
    }
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err(ToolError(format!(
            "tool `{tool}`: the {part} must say \"type\": \"object\""
        )));
    }
    schema.iter().try_for_each(|(key, value)| {
        no_reference(tool, part, key)?;
        shown(tool, part, key)?;
        shown_in(tool, part, value)
    })
}

/// Looks at every text of a schema. JSON is read to 128 levels only: the recursion ends.
fn shown_in(tool: &str, part: &str, value: &Value) -> Result<(), ToolError> {
    match value {
        Value::String(text) => shown(tool, part, text),
        Value::Array(items) => items.iter().try_for_each(|item| shown_in(tool, part, item)),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| {
            no_reference(tool, part, key)?;
            shown(tool, part, key)?;
            shown_in(tool, part, value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Forty definitions that each refer twice to the next are 2 KiB of schema and 2^40 steps to check: a schema
/// without references costs what its size says. Clients of several kinds drop tools that have them anyway.
fn no_reference(tool: &str, part: &str, key: &str) -> Result<(), ToolError> {
    match key {
        "$ref" | "$dynamicRef" | "$recursiveRef" => Err(ToolError(format!(
            "tool `{tool}`: the {part} uses `{key}`; write the schema out, references are not accepted"
        ))),
        _ => Ok(()),
    }
}

fn too_large(tool: &str, part: &str, size: usize) -> ToolError {
    ToolError(format!(
        "tool `{tool}`: the {part} has {size} bytes; at most {MAX_SCHEMA_BYTES} are accepted"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool() -> Tool {
        Tool {
            name: "list_groups".to_owned(),
            title: "List groups".to_owned(),
            description: "Lists groups.".to_owned(),
            input_schema: serde_json::from_str(r#"{"type":"object"}"#).unwrap(),
            output_schema: None,
        }
    }

    fn problem(change: impl FnOnce(&mut Tool)) -> String {
        let mut tool = tool();
        change(&mut tool);
        check(&[tool]).unwrap_err().to_string()
    }

    #[test]
    fn texts_are_there_bounded_and_visible() {
        assert_eq!(check(&[tool()]), Ok(()));
        assert!(problem(|t| t.name = "List".into()).starts_with("`List` is no tool's name"));
        assert!(problem(|t| t.title = " ".into()).contains("title is empty"));
        assert!(problem(|t| t.title = "x".repeat(81)).contains("81 characters"));
        assert!(problem(|t| t.description = "x".repeat(1_201)).contains("at most 1200"));
        assert!(problem(|t| t.description = "a\u{200b}b".into()).contains("U+200B"));
        assert!(problem(|t| t.description = "a\nb".into()).contains("U+000A"));
        let mut longest = tool();
        longest.title = "x".repeat(80);
        longest.description = "ä".repeat(1_200);
        assert_eq!(check(&[longest]), Ok(()));
    }

    #[test]
    fn schemas_are_objects_bounded_and_visible_to_the_last_text() {
        let set = |text: &str| {
            let schema: Map<String, Value> = serde_json::from_str(text).unwrap();
            problem(|t| t.output_schema = Some(schema))
        };
        assert!(set("{}").contains("\"type\": \"object\""));
        assert!(set(r#"{"type":"array"}"#).contains("output-schema must say"));
        assert!(
            set(r#"{"type":"object","properties":{"a":{"enum":["\u202e"]}}}"#).contains("U+202E")
        );
        assert!(set(r#"{"type":"object","\u00ad":1}"#).contains("U+00AD"));
        let long = format!(
            r#"{{"type":"object","x":"{}"}}"#,
            "x".repeat(MAX_SCHEMA_BYTES)
        );
        assert!(set(&long).contains("at most 32768"));
    }

    #[test]
    fn a_schema_that_refers_to_itself_again_and_again_is_refused() {
        for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let text = format!(
                r##"{{"type":"object","properties":{{"a":{{"{key}":"#/properties/a"}}}}}}"##
            );
            let schema: Map<String, Value> = serde_json::from_str(&text).unwrap();
            assert!(problem(|t| t.input_schema = schema).contains("write the schema out"));
        }
    }

    #[test]
    fn names_are_unique_and_few() {
        assert!(
            check(&[tool(), tool()])
                .unwrap_err()
                .to_string()
                .contains("two tools")
        );
        let many: Vec<Tool> = (0..=MAX_TOOLS)
            .map(|n| Tool {
                name: format!("t{n}"),
                ..tool()
            })
            .collect();
        assert!(check(&many[..MAX_TOOLS]).is_ok());
        assert!(check(&many).unwrap_err().to_string().contains("65 tools"));
    }
}
