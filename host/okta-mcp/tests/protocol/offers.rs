//! Prompts, resources and completions: the program's own and those of a plugin that has some.

use serde_json::{Value, json};

use crate::Session;
use crate::support::raw::{MODERN, Raw, meta};
use crate::support::with_conformance;

const TASKS: [&str; 5] = [
    "clean_up_groups",
    "find_mfa_gaps",
    "review_app_access",
    "review_user_access",
    "triage_lockout",
];

/// The members called `name` of the list called `list` in an answer.
fn each<'a>(answer: &'a Value, list: &str, name: &str) -> Vec<&'a str> {
    let items = answer["result"][list].as_array();
    let items = items.unwrap_or_else(|| panic!("{answer}")).iter();
    items.map(|item| item[name].as_str().unwrap()).collect()
}

async fn ask(server: &mut Raw, method: &str, params: Value) -> Value {
    let mut params = params;
    params["_meta"] = meta();
    server.request(method, params).await
}

#[tokio::test]
async fn the_programs_prompts_are_listed_in_order_and_say_what_to_do_with_which_tools() {
    let mut session = Session::start("warn").await;
    let server = &mut session.server;
    let list = ask(server, "prompts/list", json!({})).await;
    assert_eq!(each(&list, "prompts", "name"), TASKS);
    assert_eq!(list["result"]["ttlMs"], 3_600_000);
    assert_eq!(list["result"]["cacheScope"], "private");
    let arguments = json!({"user": "mara.okonkwo@northwind.example.com"});
    let params = json!({"name": "review_user_access", "arguments": arguments});
    let answer = ask(server, "prompts/get", params).await;
    let message = &answer["result"]["messages"][0];
    assert_eq!(message["role"], "user");
    let text = message["content"]["text"].as_str().unwrap();
    assert!(
        text.contains("\"mara.okonkwo@northwind.example.com\""),
        "{text}"
    );
    assert!(text.contains("get_user_groups"), "{text}");
}

#[tokio::test]
async fn a_prompt_names_no_tool_that_is_switched_off_and_is_gone_without_the_one_it_needs() {
    let flags = ["--tools", "get_user,list_groups"];
    let mut session = Session::offering(&flags).await;
    let server = &mut session.server;
    let list = ask(server, "prompts/list", json!({})).await;
    let left = ["clean_up_groups", "review_user_access", "triage_lockout"];
    assert_eq!(each(&list, "prompts", "name"), left);
    let params = json!({"name": "triage_lockout", "arguments": {"user": "x"}});
    let answer = ask(server, "prompts/get", params).await;
    let text = answer["result"]["messages"][0]["content"]["text"].to_string();
    assert!(text.contains("get_user,"), "{text}");
    assert!(!text.contains("list_policies") && !text.contains("search_users"));
    let gone = ask(server, "prompts/get", json!({"name": "find_mfa_gaps"})).await;
    assert_eq!(gone["error"]["code"], -32602, "{gone}");
}

#[tokio::test]
async fn the_programs_resources_are_how_to_search_and_what_was_reviewed() {
    let mut session = Session::start("warn").await;
    let server = &mut session.server;
    let list = ask(server, "resources/list", json!({})).await;
    let uris = each(&list, "resources", "uri");
    assert_eq!(uris.len(), 8, "{uris:?}");
    for uri in uris {
        let read = ask(server, "resources/read", json!({"uri": uri})).await;
        let content = &read["result"]["contents"][0];
        assert_eq!(content["uri"], uri);
        assert!(content["text"].as_str().unwrap().len() > 200, "{uri}");
        assert_eq!(read["result"]["ttlMs"], 3_600_000, "{uri}");
    }
    let manifest = json!({"uri": "okta-mcp://plugins/groups/plugin.toml"});
    let manifest = ask(server, "resources/read", manifest).await;
    let manifest = manifest["result"]["contents"][0]["text"].as_str().unwrap();
    assert!(manifest.contains("get = \"/api/v1/groups/{groupId}/users\""));
}

#[tokio::test]
async fn a_plugins_prompts_and_resources_stand_beside_the_programs() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    let prompts = ask(server, "prompts/list", json!({})).await;
    let names = each(&prompts, "prompts", "name");
    assert!(names.is_sorted(), "{names:?}");
    assert!(names.contains(&"test_simple_prompt") && names.contains(&TASKS[0]));
    let resources = ask(server, "resources/list", json!({})).await;
    assert!(each(&resources, "resources", "uri").contains(&"test://static-text"));
    let templates = ask(server, "resources/templates/list", json!({})).await;
    let template = ["test://template/{id}/data"];
    assert_eq!(
        each(&templates, "resourceTemplates", "uriTemplate"),
        template
    );
    let read = json!({"uri": "test://template/123/data"});
    let read = ask(server, "resources/read", read).await;
    assert!(
        read["result"]["contents"][0]["text"]
            .as_str()
            .unwrap()
            .contains("123")
    );
    assert_eq!(
        read["result"]["ttlMs"], 0,
        "it may be another one next time"
    );
    let params =
        json!({"name": "test_prompt_with_arguments", "arguments": {"arg1": "a", "arg2": "b"}});
    let answer = ask(server, "prompts/get", params).await;
    let text = &answer["result"]["messages"][0]["content"]["text"];
    assert_eq!(text, "Prompt with arguments: arg1='a', arg2='b'");
}

#[tokio::test]
async fn what_is_not_there_or_does_not_fit_is_refused_with_the_code_of_the_clients_revision() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    for (method, params) in [
        ("prompts/get", json!({"name": "no_such_prompt"})),
        (
            "prompts/get",
            json!({"name": "test_prompt_with_arguments", "arguments": {"arg1": "a"}}),
        ),
        (
            "prompts/get",
            json!({"name": "test_simple_prompt", "arguments": {"arg9": "a"}}),
        ),
        ("prompts/get", json!({"nom": "test_simple_prompt"})),
        ("resources/read", json!({"url": "test://static-text"})),
        ("resources/read", json!({"uri": "test://nothing"})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "nobody"}, "argument": {"name": "x", "value": ""}}),
        ),
        ("completion/complete", json!({"ref": 1})),
    ] {
        let answer = ask(server, method, params.clone()).await;
        assert_eq!(
            answer["error"]["code"], -32602,
            "{method} {params}: {answer}"
        );
    }
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    server.initialize("2025-11-25").await;
    let read = json!({"uri": "test://nothing"});
    let answer = server.request("resources/read", read).await;
    assert_eq!(answer["error"]["code"], -32002, "{answer}");
    assert_eq!(answer["error"]["data"]["uri"], "test://nothing");
}

#[tokio::test]
async fn arguments_and_variables_are_completed_by_whoever_offers_them() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    for (reference, argument, typed, values) in [
        (
            json!({"type": "ref/prompt", "name": "test_prompt_with_arguments"}),
            "arg1",
            "par",
            json!(["paris", "park", "party"]),
        ),
        (
            json!({"type": "ref/resource", "uri": "test://template/{id}/data"}),
            "id",
            "1",
            json!(["1", "12"]),
        ),
        (
            json!({"type": "ref/prompt", "name": "clean_up_groups"}),
            "type",
            "app",
            json!(["APP_GROUP"]),
        ),
        (
            json!({"type": "ref/prompt", "name": "review_user_access"}),
            "user",
            "m",
            json!([]),
        ),
    ] {
        let params = json!({"ref": reference, "argument": {"name": argument, "value": typed}});
        let answer = ask(server, "completion/complete", params).await;
        assert_eq!(answer["result"]["completion"]["values"], values, "{answer}");
    }
}

#[tokio::test]
async fn every_result_says_who_answers() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    for (method, params) in [
        ("server/discover", json!({})),
        ("tools/list", json!({})),
        ("tools/call", json!({"name": "test_simple_text"})),
        ("prompts/list", json!({})),
        ("prompts/get", json!({"name": "test_simple_prompt"})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "test://static-text"})),
        ("resources/read", json!({"uri": "okta-mcp://guide/search"})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "clean_up_groups"}, "argument": {"name": "type", "value": ""}}),
        ),
    ] {
        let answer = ask(server, method, params).await;
        let server = &answer["result"]["_meta"]["io.modelcontextprotocol/serverInfo"];
        assert_eq!(server["name"], "okta-mcp", "{method} at {MODERN}: {answer}");
    }
}

#[tokio::test]
async fn log_lines_of_a_plugin_reach_a_client_that_asked_for_their_level_and_no_other() {
    let mut session = Session::with("error", with_conformance()).await;
    let server = &mut session.server;
    let lines = |server: &Raw| {
        let all = server.aside.iter();
        let lines = all.filter(|message| message["method"] == "notifications/message");
        lines
            .map(|line| line["params"]["level"].clone())
            .collect::<Vec<_>>()
    };
    server.initialize("2025-11-25").await;
    server.call("test_logging_tool", json!({})).await;
    assert!(lines(server).is_empty(), "nobody asked yet");
    let set = server
        .request("logging/setLevel", json!({"level": "warning"}))
        .await;
    assert_eq!(set["result"], json!({}));
    server.call("test_logging_tool", json!({})).await;
    assert_eq!(lines(server), ["warning", "error"]);

    let mut session = Session::with("error", with_conformance()).await;
    let server = &mut session.server;
    ask(server, "tools/call", json!({"name": "test_logging_tool"})).await;
    assert!(lines(server).is_empty(), "nobody asked yet");
    let mut params = json!({"name": "test_logging_tool", "_meta": meta()});
    params["_meta"]["io.modelcontextprotocol/logLevel"] = json!("info");
    server.request("tools/call", params).await;
    assert_eq!(lines(server), ["info", "warning", "error"]);
    let set = ask(server, "logging/setLevel", json!({"level": "debug"})).await;
    assert_eq!(set["error"]["code"], -32601, "{set}");
}

#[tokio::test]
async fn a_clients_trace_stands_on_every_line_that_its_request_is_logged_with() {
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mut session = Session::start("info").await;
    let server = &mut session.server;
    let mut params = json!({"name": "list_groups", "arguments": {"limit": 1}, "_meta": meta()});
    params["_meta"]["traceparent"] = json!(TRACE);
    server.request("tools/call", params).await;
    let arguments = json!({"name": "list_groups", "arguments": {"limit": 1}});
    ask(server, "tools/call", arguments).await;
    let log = session.server.leave().await.stderr;
    let of_calls = |event: &str| {
        let event = format!("event=\"{event}\"");
        let lines = log.lines().filter(|line| line.contains(&event));
        lines.map(|line| line.contains(TRACE)).collect::<Vec<_>>()
    };
    assert_eq!(of_calls("call"), [true, false], "{log}");
    assert_eq!(of_calls("get"), [true, false], "{log}");
}
