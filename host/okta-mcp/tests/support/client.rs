//! The official Rust client, and what must hold for every answer whatever was asked.

use std::collections::BTreeMap;

use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::RunningService;
use rmcp::transport::TokioChildProcess;
use rmcp::{RoleClient, ServiceError, ServiceExt};
use serde_json::{Value, json};
use tokio::process::Command;

use super::{SECRET, bounded};

/// Characters of the longest answer: clients cut longer ones.
pub const LONGEST: usize = 45_000;

/// A client and the server that it started.
pub struct Client {
    service: RunningService<RoleClient, ()>,
    tools: BTreeMap<String, Value>,
    outputs: BTreeMap<String, jsonschema::Validator>,
}

impl Client {
    /// Starts `command` and makes its acquaintance.
    pub async fn start(command: Command) -> Self {
        let service = bounded(
            "the handshake",
            ().serve(TokioChildProcess::new(command).unwrap()),
        )
        .await
        .unwrap();
        let listed = bounded("tools/list", service.list_all_tools())
            .await
            .unwrap();
        let tools: BTreeMap<String, Value> = listed
            .iter()
            .map(|tool| (tool.name.to_string(), serde_json::to_value(tool).unwrap()))
            .collect();
        let outputs = tools
            .iter()
            .filter_map(|(name, tool)| {
                Some((
                    name.clone(),
                    jsonschema::validator_for(tool.get("outputSchema")?).unwrap(),
                ))
            })
            .collect();
        Self {
            service,
            tools,
            outputs,
        }
    }

    /// The tools as JSON, by name.
    pub fn tools(&self) -> &BTreeMap<String, Value> {
        &self.tools
    }

    /// The tools' names.
    pub fn names(&self) -> Vec<&str> {
        self.tools.keys().map(String::as_str).collect()
    }

    /// The tools in the order in which the server lists them.
    pub async fn listed(&self) -> Vec<Value> {
        let tools = bounded("tools/list", self.service.list_all_tools())
            .await
            .unwrap();
        tools
            .iter()
            .map(|tool| serde_json::to_value(tool).unwrap())
            .collect()
    }

    /// The server's name, version and instructions.
    pub fn server(&self) -> Value {
        serde_json::to_value(&*self.service.peer_info().unwrap()).unwrap()
    }

    async fn send(&self, tool: &str, arguments: Value) -> Result<CallToolResult, ServiceError> {
        let Value::Object(arguments) = arguments else {
            panic!("{arguments} is no object")
        };
        let call = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        bounded(tool, self.service.call_tool(call)).await
    }

    /// A call that must succeed. Its structured answer is valid and the same as its text.
    pub async fn ok(&self, tool: &str, arguments: Value) -> Value {
        let shown = format!("{tool} {arguments}");
        let result = self
            .send(tool, arguments)
            .await
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
        let text = only_text(&result, &shown);
        assert_ne!(result.is_error, Some(true), "{shown}: {text}");
        let structured = result
            .structured_content
            .unwrap_or_else(|| panic!("{shown}: no structured answer"));
        assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            structured,
            "{shown}: text and structure differ"
        );
        if let Err(error) = self
            .outputs
            .get(tool)
            .expect("every tool has an output schema")
            .validate(&structured)
        {
            panic!("{shown}: {error} at {}", error.instance_path());
        }
        structured
    }

    /// A call that must fail as a tool: the text that the model reads.
    pub async fn error(&self, tool: &str, arguments: Value) -> String {
        let shown = format!("{tool} {arguments}");
        let result = self
            .send(tool, arguments)
            .await
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
        let text = only_text(&result, &shown);
        assert_eq!(result.is_error, Some(true), "{shown} must fail: {text}");
        assert!(
            result.structured_content.is_none(),
            "{shown}: an error has no structured answer"
        );
        assert!(
            !text.is_empty() && !text.contains('\n'),
            "{shown}: an error is one line: {text:?}"
        );
        text
    }

    /// Whether a call succeeds.
    pub async fn succeeds(&self, tool: &str, arguments: Value) -> bool {
        let result = self.send(tool, arguments).await;
        result.is_ok_and(|result| result.is_error != Some(true))
    }

    /// A call that must fail as a request: code and message.
    pub async fn refused(&self, tool: &str, arguments: Value) -> (i32, String) {
        match self.send(tool, arguments).await {
            Err(ServiceError::McpError(error)) => (error.code.0, error.message.to_string()),
            other => panic!("{tool}: {other:?}"),
        }
    }

    /// All rows of a list, page by page. Every page but the last is followed by a cursor.
    pub async fn pages(&self, tool: &str, arguments: Value, limit: usize) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), None);
        loop {
            let mut arguments = arguments.clone();
            arguments["limit"] = json!(limit);
            if let Some(cursor) = &cursor {
                arguments["cursor"] = json!(cursor);
            }
            let mut page = self.ok(tool, arguments).await;
            let items = page["items"].take();
            let Value::Array(items) = items else {
                panic!("{items} are no rows")
            };
            assert!(
                items.len() <= limit,
                "{tool}: {} rows where {limit} were asked for",
                items.len()
            );
            assert_eq!(page["returned"], items.len(), "{tool}");
            rows.extend(items);
            match page["next_cursor"].take() {
                Value::Null => return rows,
                Value::String(next) => {
                    assert!(
                        page["hint"].as_str().unwrap().starts_with("More follow"),
                        "{page}"
                    );
                    assert_ne!(
                        Some(&next),
                        cursor.as_ref(),
                        "{tool}: a cursor that leads nowhere"
                    );
                    cursor = Some(next);
                }
                other => panic!("{tool}: {other}"),
            }
        }
    }

    /// Ends the session and the server.
    pub async fn close(self) {
        bounded("the server's end", self.service.cancel())
            .await
            .unwrap();
    }
}

fn only_text(result: &CallToolResult, shown: &str) -> String {
    let content = serde_json::to_value(&result.content).unwrap();
    assert!(
        !content.to_string().contains(SECRET),
        "{shown} tells a secret: {content}"
    );
    let [block] = content.as_array().unwrap().as_slice() else {
        panic!("{shown}: {content}")
    };
    assert_eq!(block["type"], "text", "{shown}");
    let text = block["text"].as_str().unwrap();
    let length = text.chars().count();
    assert!(length <= LONGEST, "{shown}: {length} characters");
    text.to_owned()
}
