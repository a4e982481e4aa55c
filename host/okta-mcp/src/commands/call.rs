//! `okta-mcp call`: one tool, one answer.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sandbox::Block;
use serde_json::{Map, Value};

use super::{BAD_INPUT, TOOL_FAILED, progress};
use crate::cli::Options;
use crate::host::Answer;
use crate::table;

pub(super) async fn run(
    options: &Options,
    tool: &str,
    arguments: &str,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let arguments = parse(arguments)?;
    let started = super::start(options).await?;
    let called = started
        .host
        .call(
            super::own_client(),
            tool,
            arguments,
            progress::on_terminal(),
        )
        .await;
    started.host.settle_audit().await;
    let answer = match called {
        Ok(answer) => answer,
        Err(unknown) => {
            anstream::eprintln!("okta-mcp: {unknown} (`okta-mcp tools` lists them)");
            return Ok(ExitCode::from(BAD_INPUT));
        }
    };
    match answer {
        Answer::Refused(text) => {
            anstream::eprintln!("okta-mcp: {text}");
            Ok(ExitCode::from(BAD_INPUT))
        }
        Answer::Failed(text) | Answer::NeedsCapability { text, .. } => {
            anstream::eprintln!("okta-mcp: {text}");
            Ok(ExitCode::from(TOOL_FAILED))
        }
        Answer::NeedsInput(_) => {
            anstream::eprintln!(
                "okta-mcp: {tool} asks for something first, which only an MCP client can answer"
            );
            Ok(ExitCode::from(TOOL_FAILED))
        }
        Answer::Done {
            structured,
            content,
        } => {
            print(structured, &content, json)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn parse(arguments: &str) -> anyhow::Result<Map<String, Value>> {
    match serde_json::from_str(arguments).with_context(|| {
        "the arguments are not JSON; write an object, such as '{\"user\": \"mara.okonkwo@northwind.example.com\"}'"
    })? {
        Value::Object(arguments) => Ok(arguments),
        _ => bail!("the arguments must be a JSON object, such as '{{\"limit\": 5}}'"),
    }
}

fn print(
    structured: Option<Map<String, Value>>,
    content: &[Block],
    json: bool,
) -> anyhow::Result<()> {
    match structured {
        Some(structured) if json => anstream::println!("{}", table::json(&structured)?),
        Some(structured) => anstream::println!("{}", table::render(&structured)),
        None => {}
    }
    for block in content {
        match block {
            Block::Text(text) => anstream::println!("{}", capability::text::clean(text, 45_000)),
            _ => anstream::println!("(a block that a terminal cannot show)"),
        }
    }
    Ok(())
}
