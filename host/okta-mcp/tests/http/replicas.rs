//! Several servers behind one balancer, each a process with a home of its own.

use serde_json::{Value, json};

use crate::support::http::Served;
use crate::support::{Home, Simulator};

/// A server with these settings and nothing else in common with another.
async fn replica(simulator: &Simulator, config: &Value, key: Option<&str>) -> (Served, Home) {
    let home = Home::new();
    let file = home.write("settings.json", &config.to_string());
    home.write(
        "cursor.key",
        "the very same key in every one of the homes\n",
    );
    let mut command = home.command([
        "serve",
        "--http",
        "127.0.0.1:0",
        "--config",
        file.to_str().unwrap(),
    ]);
    simulator.configure(&mut command);
    command.envs(key.map(|key| ("OKTA_MCP_CURSOR_KEY", key)));
    (Served::start(command).await, home)
}

/// The next page after `cursor`, or the first.
async fn page(server: &Served, cursor: Option<&Value>) -> Value {
    let mut arguments = json!({"limit": 5});
    if let Some(cursor) = cursor {
        arguments["cursor"] = cursor.clone();
    }
    let params = json!({"name": "list_groups", "arguments": arguments});
    let reply = server.modern(&[], "tools/call", params).await;
    reply.message()["result"].clone()
}

#[tokio::test]
async fn servers_with_one_key_go_on_where_another_stopped() {
    let home = Home::new();
    let simulator = Simulator::start(&home).await;
    let config = json!({"cursorKeyFile": "cursor.key"});
    let (one, _one) = replica(&simulator, &config, None).await;
    let (two, _two) = replica(&simulator, &config, None).await;
    let first = page(&one, None).await;
    let second = page(&two, Some(&first["structuredContent"]["next_cursor"])).await;
    assert_eq!(second["structuredContent"]["returned"], 5, "{second}");
    let third = page(&one, Some(&second["structuredContent"]["next_cursor"])).await;
    let id = |page: &Value| page["structuredContent"]["items"][0]["id"].clone();
    assert!(id(&first) != id(&second) && id(&second) != id(&third));
}

#[tokio::test]
async fn servers_with_other_keys_refuse_each_other_s_cursors() {
    let home = Home::new();
    let simulator = Simulator::start(&home).await;
    let key = "0123456789abcdef0123456789abcdef";
    let shared = json!({"cursorKeyFile": "cursor.key"});
    let (one, _one) = replica(&simulator, &shared, None).await;
    // The environment's wins over the file's.
    let (two, _two) = replica(&simulator, &shared, Some(key)).await;
    let (three, _three) = replica(&simulator, &json!({}), None).await;
    let cursor = page(&one, None).await["structuredContent"]["next_cursor"].clone();
    for other in [&two, &three] {
        let refused = page(other, Some(&cursor)).await;
        assert_eq!(refused["isError"], true, "{refused}");
        let text = refused["content"][0]["text"].as_str().unwrap();
        assert!(text.contains("cursor"), "{text}");
    }
    let (four, _four) = replica(&simulator, &json!({}), Some(key)).await;
    let cursor = page(&two, None).await["structuredContent"]["next_cursor"].clone();
    let next = page(&four, Some(&cursor)).await;
    assert_eq!(next["structuredContent"]["returned"], 5, "{next}");
}
