//! A plugin made up for the reports: delicate in every way that a report has to show.

use capability::review::Operator;
use capability::snapshot::{Kind, Snapshot, ToolText};
use okta_mcp::approval::Signature;
use okta_mcp::report::review::{LeftOut, Noticed, Review, Reviewed, Source};
use serde_json::{Map, Value, json};

pub const MANIFEST: &str = r#"manifest = 1
name = "example"
version = "1.2.0"
summary = "Reads a little of everything"

[[endpoint]]
get = "/api/v1/users"
tools = ["find_users"]
why = "Find people by name"
query.limit = { integer = [1, 100] }
query.search = { expression = 200 }
fields = ["id", "status", "profile.login"]

[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["get_secret"]
why = "Turn a login into an id"
path.id = "okta-id"
fields = ["id"]

[[endpoint]]
get = "/api/v1/apps/{appId}/credentials/secrets"
tools = ["get_secret"]
why = "Show which secrets an application has"
path.appId = "okta-id"
fields = ["id", "status", "client_secret"]
sensitive = true

[limits]
requests = 5
bytes = "2 MiB"
"#;

pub fn tool(name: &str, description: &str) -> ToolText {
    let Value::Object(input_schema) = json!({
        "type": "object",
        "properties": {"name": {"type": "string", "description": "How the name begins."}},
        "required": ["name"],
    }) else {
        panic!("an object")
    };
    ToolText {
        kind: Kind::Tool,
        name: name.to_owned(),
        title: "An example".to_owned(),
        description: description.to_owned(),
        input_schema,
        output_schema: Some(Map::from_iter([("type".to_owned(), json!("object"))])),
    }
}

pub fn snapshot() -> Snapshot {
    Snapshot {
        digest: "0123456789abcdef".repeat(4),
        manifest: MANIFEST.to_owned(),
        tools: vec![
            tool("find_users", "Finds users whose name begins with a text."),
            tool("get_secret", "Shows an application's secrets."),
            tool("say_hello", "Says hello and reads nothing."),
        ],
        imports: vec![
            "okta:plugin/directory@0.1.0".to_owned(),
            "okta:plugin/host@0.1.0".to_owned(),
        ],
        signer: None,
    }
}

pub fn review(snapshot: &Snapshot) -> Review {
    review_with(snapshot, Vec::new())
}

/// The review where these things were found in the tools' texts.
pub fn review_with(snapshot: &Snapshot, noticed: Vec<Noticed>) -> Review {
    Review::new(
        vec![Reviewed {
            source: Source::File("plugins/example.wasm".to_owned()),
            signature: Signature::None,
            built_with: "rustc 1.95.0 target wasm32-unknown-unknown".to_owned(),
            facts: snapshot.facts(&Operator::default()).unwrap(),
            noticed,
        }],
        vec![LeftOut {
            plugin: "other".to_owned(),
            problem: "its file is not the one that was approved".to_owned(),
        }],
    )
}
