//! Every revision of MCP that is in use, with and without a handshake.

use serde_json::{Value, json};

use crate::support::raw::{MODERN, meta};
use crate::{ENGINEER, Session, names};

/// The revisions that begin with a handshake.
const WITH_HANDSHAKE: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

#[tokio::test]
async fn every_revision_with_a_handshake_is_spoken_as_it_was_asked_for() {
    for version in WITH_HANDSHAKE {
        let Session {
            mut server,
            _simulator,
            _home,
        } = Session::start("warn").await;
        let hello = server.initialize(version).await;
        assert_eq!(hello["protocolVersion"], version);
        assert_eq!(hello["serverInfo"]["name"], "okta-mcp");
        assert_eq!(hello["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
        assert!(hello["capabilities"]["tools"].is_object(), "{hello}");
        assert!(
            hello["instructions"]
                .as_str()
                .unwrap()
                .starts_with("Read-only"),
            "{hello}"
        );
        let list = server.request("tools/list", json!({})).await;
        assert_eq!(names(&list).len(), 13, "{version}");
        let answer = server.call("get_user", json!({"user": ENGINEER})).await;
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(text).unwrap()["login"],
            ENGINEER,
            "{version}"
        );
        assert!(
            server.request("ping", json!({})).await["result"].is_object(),
            "{version}"
        );
        assert_eq!(server.leave().await.status.code(), Some(0), "{version}");
    }
}

#[tokio::test]
async fn a_revision_that_nobody_knows_is_answered_with_one_that_is_known() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::start("warn").await;
    let hello = server.initialize("2099-01-01").await;
    assert!(
        WITH_HANDSHAKE.contains(&hello["protocolVersion"].as_str().unwrap()),
        "{hello}"
    );
    assert_eq!(
        names(&server.request("tools/list", json!({})).await).len(),
        13
    );
}

#[tokio::test]
async fn the_revision_without_a_handshake_can_ask_who_is_there() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::start("warn").await;
    let found = server
        .request("server/discover", json!({"_meta": meta()}))
        .await;
    let result = &found["result"];
    assert!(
        result["supportedVersions"]
            .as_array()
            .unwrap()
            .contains(&json!(MODERN)),
        "{found}"
    );
    assert!(
        result["instructions"]
            .as_str()
            .unwrap()
            .starts_with("Read-only"),
        "{found}"
    );
    assert!(result["capabilities"]["tools"].is_object(), "{found}");
    assert_eq!(result["ttlMs"], 3_600_000);
    assert_eq!(server.leave().await.status.code(), Some(0));
}

#[tokio::test]
async fn the_revision_without_a_handshake_lists_and_calls_at_once() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::start("warn").await;
    let list = server.request("tools/list", json!({"_meta": meta()})).await;
    assert_eq!(names(&list).len(), 13, "{list}");
    assert!(
        list["result"]["ttlMs"].as_u64().unwrap() > 0 && list["result"]["cacheScope"] == "private",
        "{list}"
    );
    let call = json!({"name": "get_user", "arguments": {"user": ENGINEER}, "_meta": meta()});
    let answer = server.request("tools/call", call).await;
    assert_eq!(
        answer["result"]["structuredContent"]["login"], ENGINEER,
        "{answer}"
    );
    for answer in [&list, &answer] {
        assert_eq!(
            answer["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "okta-mcp",
            "{answer}"
        );
        assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    }
}

#[tokio::test]
async fn a_request_of_the_new_revision_without_its_metadata_is_refused() {
    let Session {
        mut server,
        _simulator,
        _home,
    } = Session::start("warn").await;
    server
        .request("server/discover", json!({"_meta": meta()}))
        .await;
    let mut lacking = meta();
    lacking
        .as_object_mut()
        .unwrap()
        .remove("io.modelcontextprotocol/clientCapabilities");
    let answer = server
        .request("tools/list", json!({"_meta": lacking}))
        .await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert_eq!(
        names(&server.request("tools/list", json!({"_meta": meta()})).await).len(),
        13
    );
}
