//! An answer that a client would cut is not sent: a model that sees the beginning takes it for the whole.
//!
//! The SDK's lists end before this and go on with a cursor. What comes here all the same is one long object, or the
//! list of a plugin that does not keep count; only the caller can ask for less of it.

use sandbox::{Block, Body};
use serde_json::{Map, Value};

use crate::registry::Offered;

/// Characters of text that one answer may have. Claude Code shows a model 50,000 whole and of more than that the
/// first 2,000; other clients are less exact about it.
const LONGEST: usize = 45_000;

/// Refuses an answer with too much text, and says how to ask for less.
pub(super) fn check(
    offered: &Offered,
    arguments: &Value,
    structured: Option<&Map<String, Value>>,
    content: &[Block],
) -> Result<(), String> {
    let structured = structured.map_or(0, written);
    let shown = content.iter().map(text).sum();
    let length = structured.max(shown);
    if length <= LONGEST {
        return Ok(());
    }
    Err(format!(
        "{} found {length} characters, and an answer ends at {LONGEST}. {}",
        offered.tool.name,
        advice(offered, arguments)
    ))
}

fn advice(offered: &Offered, arguments: &Value) -> &'static str {
    let properties = offered.tool.input_schema.get("properties");
    let takes = |name: &str| properties.is_some_and(|known| known.get(name).is_some());
    let full = takes("detail")
        && arguments
            .get("detail")
            .is_some_and(|detail| detail == "full");
    match (full, takes("limit")) {
        (true, true) => "Call it again with detail=concise, or with a smaller limit.",
        (true, false) => "Call it again with detail=concise.",
        (false, true) => "Call it again with a smaller limit, or with a narrower question.",
        (false, false) => "Ask for less: a narrower question, or one part at a time.",
    }
}

/// Characters of an object as JSON, without writing it anywhere.
fn written(object: &Map<String, Value>) -> usize {
    let mut count = Characters(0);
    // Counting does not fail, and an object of JSON values can be written.
    let _ = serde_json::to_writer(&mut count, object);
    count.0
}

fn text(block: &Block) -> usize {
    match block {
        Block::Text(text) => text.chars().count(),
        Block::Document(document) => match &document.body {
            Body::Text(text) => text.chars().count(),
            Body::Blob(_) => 0,
        },
        Block::Image(_) | Block::Audio(_) | Block::Link(_) => 0,
    }
}

struct Characters(usize);

impl std::io::Write for Characters {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // Every byte but those that go on with a letter begins one.
        self.0 += bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn letters_are_counted_and_not_their_bytes() {
        let value = json!({"name": "größer 開発 \u{1f600}\n"});
        let object = value.as_object().unwrap();
        assert_eq!(written(object), value.to_string().chars().count());
    }
}
