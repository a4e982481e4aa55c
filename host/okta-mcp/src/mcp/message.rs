//! A client's message out of its bytes, or what is to be answered where there is none in them.
//!
//! rmcp's transport is silent where a line is no JSON, so that two programs that answer each other's errors with errors
//! cannot go on for ever. Our answer is a message that nobody answers, and a client that waits for one is told why
//! there is none. [JSON-RPC 2.0, error object](https://www.jsonrpc.org/specification#error_object).

use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData, RequestId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The longest message. The largest real ones, a call's arguments, have a few kB.
pub(crate) const LONGEST: usize = 4 * 1024 * 1024;

/// Why bytes are no message.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The sender waits for an answer, under this id if there is one.
    Answer(Option<RequestId>, Box<ErrorData>),
    /// A notification that nobody knows: it is never answered.
    Silence,
}

/// Reads a message.
///
/// # Errors
/// What to do instead of handling it.
pub(crate) fn read(bytes: &[u8]) -> Result<ClientJsonRpcMessage, Unread> {
    // RFC 8259 lets a reader ignore a byte order mark.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|_| unread(bytes))
}

/// The answer to a message over [`LONGEST`]. Its id may be anywhere in it.
pub(crate) fn too_long() -> Unread {
    let error = ErrorData::invalid_request("the message is over 4 MiB", None);
    Unread::Answer(None, Box::new(error))
}

/// What can be told of JSON that is no message.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    #[serde(deserialize_with = "present")]
    id: Option<Value>,
    method: Value,
}

impl Envelope {
    fn read(bytes: &[u8]) -> Self {
        // A list would be read too, its first element as the id.
        if bytes.trim_ascii_start().starts_with(b"{") {
            serde_json::from_slice(bytes).unwrap_or_default()
        } else {
            Self::default()
        }
    }
}

/// The id of what may be a request, where it has one that JSON-RPC allows.
pub(crate) fn id(bytes: &[u8]) -> Option<RequestId> {
    serde_json::from_value(Envelope::read(bytes).id?).ok()
}

/// Whether bytes are JSON at all, which is UTF-8 throughout.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

#[cold]
fn unread(bytes: &[u8]) -> Unread {
    if !is_json(bytes) {
        let error = ErrorData::new(ErrorCode::PARSE_ERROR, "the message is not JSON", None);
        return Unread::Answer(None, Box::new(error));
    }
    let id = match Envelope::read(bytes) {
        Envelope { id: None, method } if method.is_string() => return Unread::Silence,
        Envelope { id, .. } => id.and_then(|id| serde_json::from_value(id).ok()),
    };
    let error = ErrorData::invalid_request(
        "this is no JSON-RPC 2.0 message of MCP; batches are not accepted",
        None,
    );
    Unread::Answer(id, Box::new(error))
}

/// A member that is there, be it null: `Option` alone cannot tell null from nothing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(text: &str) -> Option<(i32, Option<RequestId>)> {
        match read(text.as_bytes()) {
            Err(Unread::Answer(id, error)) => Some((error.code.0, id)),
            Err(Unread::Silence) => None,
            Ok(message) => panic!("{message:?}"),
        }
    }

    #[test]
    fn what_is_no_json_is_a_parse_error_without_an_id() {
        let deep = "[".repeat(100_000);
        for text in ["not json", "{\"id\": 1", "[1, 2", "\u{0}", "{}{}", &deep] {
            assert_eq!(answered(text), Some((-32700, None)), "{text:.20}");
        }
        assert!(matches!(
            read(b"{\"id\": 1, \"method\": \"\xff\"}"),
            Err(Unread::Answer(None, error)) if error.code == ErrorCode::PARSE_ERROR
        ));
    }

    #[test]
    fn json_that_is_no_message_is_an_invalid_request_under_its_own_id() {
        for (text, id) in [
            ("{}", None),
            ("7", None),
            ("[1, \"ping\"]", None),
            (
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\",\"params\":7}",
                Some(RequestId::Number(5)),
            ),
            ("\"tools/list\"", None),
            ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", None),
            (
                "{\"jsonrpc\":\"1.0\",\"id\":4,\"method\":\"ping\"}",
                Some(RequestId::Number(4)),
            ),
            (
                "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":7}",
                Some(RequestId::String("x".into())),
            ),
            (
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
                None,
            ),
            ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", None),
            ("{\"id\":1,\"id\":2}", None),
        ] {
            assert_eq!(answered(text), Some((-32600, id)), "{text}");
        }
    }

    #[test]
    fn a_notification_is_never_answered_and_a_mark_at_the_beginning_is_no_fault() {
        assert_eq!(answered("{\"method\":\"$/cancelRequest\"}"), None);
        assert!(
            read("\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".as_bytes()).is_ok()
        );
    }
}
