//! The suite's resources.

use crate::bindings::exports::okta::plugin::resources::{Catalogue, Entry, Guest, ReadError};
use crate::bindings::okta::plugin::content::{Body, Document};
use crate::{Conformance, media};

fn entry(uri: &str, name: &str, mime_type: &str, description: &str) -> Entry {
    Entry {
        uri: uri.to_owned(),
        name: name.to_owned(),
        title: name.replace('_', " "),
        description: description.to_owned(),
        mime_type: Some(mime_type.to_owned()),
    }
}

impl Guest for Conformance {
    fn describe() -> Catalogue {
        Catalogue {
            resources: vec![
                entry("test://static-text", "static_text", "text/plain", "A text."),
                entry(
                    "test://static-binary",
                    "static_binary",
                    "image/png",
                    "A picture.",
                ),
                entry(
                    "test://watched-resource",
                    "watched_resource",
                    "text/plain",
                    "A text to subscribe to.",
                ),
            ],
            templates: vec![entry(
                "test://template/{id}/data",
                "template_data",
                "application/json",
                "Data about an id.",
            )],
        }
    }

    fn read(uri: String) -> Result<Vec<Document>, ReadError> {
        let (mime_type, body) = match uri.as_str() {
            "test://static-text" => (
                "text/plain",
                Body::Text("This is the content of the static text resource.".to_owned()),
            ),
            "test://static-binary" => ("image/png", Body::Blob(media::picture().data)),
            "test://watched-resource" => {
                ("text/plain", Body::Text("It stays as it is.".to_owned()))
            }
            _ => {
                let id = uri
                    .strip_prefix("test://template/")
                    .and_then(|rest| rest.strip_suffix("/data"))
                    .ok_or(ReadError::NotFound)?;
                let data = serde_json::json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
                ("application/json", Body::Text(data.to_string()))
            }
        };
        Ok(vec![Document {
            uri,
            mime_type: Some(mime_type.to_owned()),
            body,
        }])
    }

    fn complete(_: String, _: String, typed: String, _: Vec<(String, String)>) -> Vec<String> {
        let ids = ["1", "2", "12"].into_iter();
        ids.filter(|id| id.starts_with(&typed))
            .map(str::to_owned)
            .collect()
    }
}
