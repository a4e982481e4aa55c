//! What a tool answered, in types of our own, checked.
//!
//! What is checked here is size and form: whether the structured result satisfies the tool's schema is
//! for the caller, who has the schema compiled.

use serde_json::{Map, Value};

use crate::bindings::exports::okta::plugin::tools as wit;
use crate::bindings::okta::plugin::content;
use crate::error::{CallError, line};
use crate::limits;

/// How a call of a tool ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With an answer.
    Done(Output),
    /// With questions; the call is to be made again with their [`Answers`](crate::Answers).
    NeedsInput(Pause),
}

/// A tool's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// The structured result.
    pub structured: Option<Map<String, Value>>,
    /// What is shown; empty where `structured` says it all.
    pub content: Vec<Block>,
}

/// One of MCP's content blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Text.
    Text(String),
    /// A picture.
    Image(Blob),
    /// A sound.
    Audio(Blob),
    /// An embedded document.
    Document(Document),
    /// A link to a resource.
    Link(Link),
}

/// Bytes with a media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The bytes, not encoded.
    pub data: Vec<u8>,
    /// Their media type.
    pub mime_type: String,
}

/// A resource that is sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its URI, as the plugin wrote it.
    pub uri: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// What is in it.
    pub body: Body,
}

/// The inside of a [`Document`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Text.
    Text(String),
    /// Bytes, not encoded.
    Blob(Vec<u8>),
}

/// A resource that can be read elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its URI, as the plugin wrote it.
    pub uri: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its media type.
    pub mime_type: Option<String>,
}

/// What a plugin wants to know before it can answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Pause {
    /// The questions; never empty.
    pub questions: Vec<Question>,
    /// What it wants back with the answers. It passes through the client: whoever sends it seals it.
    pub state: Option<Vec<u8>>,
}

/// One question of a [`Pause`].
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The plugin's own name for it.
    pub key: String,
    /// An MCP input request.
    pub request: Map<String, Value>,
}

impl Outcome {
    /// `most`: bytes of structured result and content blocks together.
    pub(crate) fn of(
        result: Result<wit::Outcome, wit::ToolError>,
        most: usize,
    ) -> Result<Self, CallError> {
        match result {
            Ok(wit::Outcome::Done(output)) => Ok(Self::Done(Output::of(output, most)?)),
            Ok(wit::Outcome::NeedsInput(pause)) => Ok(Self::NeedsInput(Pause::of(pause)?)),
            Err(wit::ToolError::InvalidArguments(text)) => {
                Err(CallError::InvalidArguments(said(&text)))
            }
            Err(wit::ToolError::Failed(text)) => Err(CallError::failed(&text)),
            Err(wit::ToolError::NeedsCapability(name)) => {
                Err(CallError::NeedsCapability(line(&name, 100)))
            }
        }
    }
}

/// What stands for the words of a plugin that fails without any.
pub const SAID_NOTHING: &str = "the plugin failed and did not say why";

/// A plugin's words; an empty text would leave the model with nothing to go by.
fn said(text: &str) -> String {
    let text = line(text, limits::MAX_ERROR_TEXT);
    if text.trim().is_empty() {
        SAID_NOTHING.to_owned()
    } else {
        text
    }
}

impl Output {
    fn of(output: wit::Output, most: usize) -> Result<Self, CallError> {
        let bytes = output.structured.as_ref().map_or(0, String::len);
        let structured = output
            .structured
            .map(|text| object("structured", &text, most))
            .transpose()?;
        at_most(
            "content",
            output.content.len(),
            limits::MAX_BLOCKS,
            "blocks",
        )?;
        let content = Block::within("content", output.content, bytes, most)?;
        Ok(Self {
            structured,
            content,
        })
    }
}

impl CallError {
    /// A plugin's own words for its failure.
    pub(crate) fn failed(text: &str) -> Self {
        Self::Failed(said(text))
    }
}

impl Block {
    /// The blocks in the list called `list`, which together may have `most` bytes.
    pub(crate) fn all(
        list: &str,
        blocks: Vec<content::Block>,
        most: usize,
    ) -> Result<Vec<Self>, CallError> {
        Self::within(list, blocks, 0, most)
    }

    /// Documents, checked as blocks are.
    pub(crate) fn documents(
        documents: Vec<content::Document>,
        most: usize,
    ) -> Result<Vec<Document>, CallError> {
        let blocks = documents.into_iter().map(content::Block::Document);
        let checked = Self::all("documents", blocks.collect(), most)?;
        Ok(checked
            .into_iter()
            .filter_map(|block| match block {
                Self::Document(document) => Some(document),
                _ => None,
            })
            .collect())
    }

    /// `spent`: bytes of the answer that are elsewhere in it.
    fn within(
        list: &str,
        blocks: Vec<content::Block>,
        spent: usize,
        most: usize,
    ) -> Result<Vec<Self>, CallError> {
        let mut bytes = spent;
        let mut checked = Vec::with_capacity(blocks.len());
        for (index, block) in blocks.into_iter().enumerate() {
            let block = Self::of(block);
            for (name, label) in block.labels() {
                at_most(
                    &format!("{list}[{index}].{name}"),
                    label.len(),
                    limits::MAX_LABEL_BYTES,
                    "bytes",
                )?;
            }
            bytes += block.bytes();
            checked.push(block);
        }
        at_most("the answer", bytes, most, "bytes")?;
        Ok(checked)
    }

    fn of(block: content::Block) -> Self {
        match block {
            content::Block::Text(text) => Self::Text(text),
            content::Block::Image(blob) => Self::Image(blob.into()),
            content::Block::Audio(blob) => Self::Audio(blob.into()),
            content::Block::Document(document) => Self::Document(Document {
                uri: document.uri,
                mime_type: document.mime_type,
                body: match document.body {
                    content::Body::Text(text) => Body::Text(text),
                    content::Body::Blob(data) => Body::Blob(data),
                },
            }),
            content::Block::Link(link) => Self::Link(Link {
                uri: link.uri,
                name: link.name,
                description: link.description,
                mime_type: link.mime_type,
            }),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Image(blob) | Self::Audio(blob) => blob.data.len(),
            Self::Document(document) => match &document.body {
                Body::Text(text) => text.len(),
                Body::Blob(data) => data.len(),
            },
            Self::Link(_) => 0,
        }
    }

    /// The short texts of the block, by name.
    fn labels(&self) -> Vec<(&'static str, &str)> {
        let (uri, name, description, mime_type) = match self {
            Self::Text(_) => (None, None, None, None),
            Self::Image(blob) | Self::Audio(blob) => {
                (None, None, None, Some(blob.mime_type.as_str()))
            }
            Self::Document(document) => (
                Some(document.uri.as_str()),
                None,
                None,
                document.mime_type.as_deref(),
            ),
            Self::Link(link) => (
                Some(link.uri.as_str()),
                Some(link.name.as_str()),
                link.description.as_deref(),
                link.mime_type.as_deref(),
            ),
        };
        [
            ("uri", uri),
            ("name", name),
            ("description", description),
            ("mime-type", mime_type),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
        .collect()
    }
}

impl From<content::Blob> for Blob {
    fn from(blob: content::Blob) -> Self {
        Self {
            data: blob.data,
            mime_type: blob.mime_type,
        }
    }
}

impl Pause {
    pub(crate) fn of(pause: content::Pause) -> Result<Self, CallError> {
        if pause.questions.is_empty() {
            return Err(bad("questions is empty"));
        }
        at_most(
            "questions",
            pause.questions.len(),
            limits::MAX_QUESTIONS,
            "questions",
        )?;
        if let Some(state) = &pause.state {
            at_most("state", state.len(), limits::MAX_STATE_BYTES, "bytes")?;
        }
        let mut questions: Vec<Question> = Vec::with_capacity(pause.questions.len());
        for (index, question) in pause.questions.into_iter().enumerate() {
            let place = format!("questions[{index}]");
            at_most(
                &format!("{place}.key"),
                question.key.len(),
                limits::MAX_LABEL_BYTES,
                "bytes",
            )?;
            if questions.iter().any(|other| other.key == question.key) {
                return Err(bad(&format!("{place}.key is that of an earlier question")));
            }
            let request = object(
                &format!("{place}.request"),
                &question.request,
                limits::MAX_QUESTION_BYTES,
            )?;
            questions.push(Question {
                key: question.key,
                request,
            });
        }
        Ok(Self {
            questions,
            state: pause.state,
        })
    }
}

fn object(place: &str, text: &str, limit: usize) -> Result<Map<String, Value>, CallError> {
    at_most(place, text.len(), limit, "bytes")?;
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(bad(&format!("{place} is not a JSON object"))),
        Err(error) => Err(bad(&format!("{place} is not JSON ({error})"))),
    }
}

fn at_most(place: &str, found: usize, limit: usize, unit: &str) -> Result<(), CallError> {
    if found <= limit {
        Ok(())
    } else {
        Err(bad(&format!(
            "{place} has {found} {unit}, and at most {limit} are taken"
        )))
    }
}

fn bad(what: &str) -> CallError {
    CallError::BadResult(line(what, 300))
}

#[cfg(test)]
mod tests;
