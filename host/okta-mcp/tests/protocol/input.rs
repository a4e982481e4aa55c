//! A plugin that asks for something before it answers, and clients of both ages.

use serde_json::{Value, json};

use crate::Session;
use crate::support::raw::{Raw, meta_with};
use crate::support::with_conformance;

const STATEFUL: &str = "test_input_required_result_request_state";

/// A call by a client of 2026-07-28 that can do what `capabilities` say.
async fn call(server: &mut Raw, capabilities: Value, params: Value) -> Value {
    let mut params = params;
    params["_meta"] = meta_with(capabilities);
    server.request("tools/call", params).await
}

fn form() -> Value {
    json!({"elicitation": {}})
}

fn accepted(content: Value) -> Value {
    json!({"action": "accept", "content": content})
}

#[tokio::test]
async fn a_client_of_today_gets_the_questions_and_brings_the_answers_with_its_next_call() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    let asked = call(server, form(), json!({"name": STATEFUL})).await;
    let asked = &asked["result"];
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let question = &asked["inputRequests"]["confirm"];
    assert_eq!(question["method"], "elicitation/create");
    let params = json!({
        "name": STATEFUL,
        "inputResponses": {"confirm": accepted(json!({"ok": true})), "nobody_asked": accepted(json!({}))},
        "requestState": asked["requestState"],
    });
    let done = call(server, form(), params).await;
    assert_eq!(done["result"]["content"][0]["text"], "state-ok", "{done}");
}

#[tokio::test]
async fn a_state_that_was_altered_or_belongs_to_another_call_is_refused_before_the_plugin_runs() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    let asked = call(server, form(), json!({"name": STATEFUL})).await;
    let state = asked["result"]["requestState"].as_str().unwrap().to_owned();
    let other = "test_input_required_result_tampered_state";
    for (name, state) in [
        (STATEFUL, format!("{state}A")),
        (STATEFUL, state.chars().rev().collect()),
        (STATEFUL, String::new()),
        (other, state),
    ] {
        let params = json!({"name": name, "requestState": state, "inputResponses": {"confirm": accepted(json!({"ok": true}))}});
        let answer = call(server, form(), params).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        let text = answer["error"]["message"].as_str().unwrap();
        assert!(text.contains("call again without requestState"), "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_object_is_refused_and_a_missing_one_is_asked_for_again() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    let tool = "test_input_required_result_elicitation";
    let wrong = json!({"name": tool, "inputResponses": {"user_name": 12_345}});
    let wrong = call(server, form(), wrong).await;
    assert_eq!(wrong["error"]["code"], -32602, "{wrong}");
    let other = json!({"name": tool, "inputResponses": {"other": accepted(json!({}))}});
    let again = call(server, form(), other).await;
    assert_eq!(again["result"]["resultType"], "input_required", "{again}");
}

#[tokio::test]
async fn only_what_a_client_can_answer_is_asked_and_what_it_lacks_is_named() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    let both = json!({"name": "test_input_required_result_capabilities"});
    let asked = call(server, json!({"sampling": {}}), both).await;
    let asked = asked["result"]["inputRequests"].as_object().unwrap();
    assert_eq!(asked.keys().collect::<Vec<_>>(), ["greeting"]);
    let lacking = json!({"name": "test_missing_capability"});
    let lacking = call(server, form(), lacking).await;
    assert_eq!(lacking["error"]["code"], -32021, "{lacking}");
    let required = &lacking["error"]["data"]["requiredCapabilities"];
    assert_eq!(*required, json!({"sampling": {}}));
}

#[tokio::test]
async fn an_older_client_is_asked_while_its_call_waits() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    server.initialize_with("2025-11-25", form()).await;
    let params = json!({"name": "test_input_required_result_multi_round", "arguments": {}});
    let id = server.send("tools/call", params).await;
    for (field, value) in [("name", "Mara"), ("color", "blue")] {
        let question = server.receive().await.unwrap();
        assert_eq!(question["method"], "elicitation/create", "{question}");
        let schema = &question["params"]["requestedSchema"]["properties"];
        assert!(schema[field].is_object(), "{question}");
        let answer = accepted(json!({field: value}));
        let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": answer});
        server.line(&answer.to_string()).await;
    }
    let done = server.answer(id).await;
    let text = done["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("blue"), "{done}");
}

#[tokio::test]
async fn an_older_client_that_cannot_be_asked_is_told_why_in_the_tools_answer() {
    let mut session = Session::with("warn", with_conformance()).await;
    let server = &mut session.server;
    server.initialize("2025-06-18").await;
    let answer = server.call(STATEFUL, json!({})).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("does not declare elicitation"), "{text}");
}
