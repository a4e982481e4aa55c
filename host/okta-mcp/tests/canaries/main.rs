//! A secret of its own in every place that Okta keeps one in, and in what this server knows Okta by; and
//! then a search for all of them in everything that comes out: answers, errors, the log at trace. That they
//! are not in a guest's memory either is shown in `sandbox/tests/guest_memory.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod planted;
mod relay;
#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};

use planted::{MARK, TOKEN};
use relay::Relay;
use support::Home;
use support::raw::{Left, Raw};

/// A server whose log tells everything, on the org behind `relay`, that says who it is with `credential`.
fn server(home: &Home, relay: &Relay, credential: &[(&str, &str)]) -> Raw {
    let mut command = home.command(["serve", "--log", "trace"]);
    command
        .env("OKTA_ORG_URL", &relay.origin)
        .envs(credential.iter().copied());
    Raw::start(command)
}

const BY_TOKEN: &[(&str, &str)] = &[("OKTA_API_TOKEN", TOKEN)];

/// Fails where a canary came out: on stdout, which is `said`, or in the log.
fn assert_no_canary(said: &[String], left: &Left) {
    let last = left.messages.iter().map(Value::to_string);
    let log = left.stderr.lines().map(str::to_owned);
    for line in said.iter().cloned().chain(last).chain(log) {
        if let Some(at) = line.find(MARK) {
            let tail: String = line.chars().skip(at.saturating_sub(60)).take(200).collect();
            panic!("a canary came out: …{tail}…");
        }
        assert!(!line.contains("panicked"), "{line}");
    }
}

#[tokio::test]
async fn no_tool_s_answer_and_no_log_line_at_trace_holds_a_secret() {
    let (home, relay) = (Home::new(), Relay::start().await);
    let mut server = server(&home, &relay, BY_TOKEN);
    server.initialize("2025-06-18").await;
    let mut said = Vec::new();
    let mut ask = async |tool: &str, mut arguments: Value| -> Vec<String> {
        arguments["detail"] = json!("full");
        let answer = server.call(tool, arguments).await;
        said.push(answer.to_string());
        let result = &answer["result"];
        assert_ne!(result["isError"], true, "{tool}: {result}");
        let items = result["structuredContent"]["items"].as_array();
        let rows = items.into_iter().flatten();
        rows.map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let users = ask("list_users", json!({"limit": 200})).await;
    ask("search_users", json!({"status": "ACTIVE"})).await;
    ask("get_user", json!({"user": users[0]})).await;
    ask("get_user_groups", json!({"user": users[0]})).await;
    let groups = ask("list_groups", json!({"limit": 200})).await;
    ask("get_group_members", json!({"group_id": groups[0]})).await;
    let apps = ask("list_applications", json!({"limit": 200})).await;
    for app in &apps {
        ask("get_application", json!({"app_id": app})).await;
    }
    ask("get_application_users", json!({"app_id": apps[0]})).await;
    let mut factors = 0;
    for user in &users[..20] {
        for factor in ask("list_user_factors", json!({"user": user})).await {
            ask("get_factor", json!({"user": user, "factor_id": factor})).await;
            factors += 1;
        }
    }
    assert!(factors >= 5, "{factors} factors were looked at");
    for kind in ["PASSWORD", "OKTA_SIGN_ON", "MFA_ENROLL", "ACCESS_POLICY"] {
        for policy in ask("list_policies", json!({"type": kind})).await {
            ask("get_policy", json!({"policy_id": policy})).await;
        }
    }
    let left = server.leave().await;
    assert!(
        left.stderr.contains("/api/v1/policies/{policyId}/rules"),
        "the log tells of the requests"
    );
    assert_no_canary(&said, &left);
    // They were there to be told: the org sent thousands, and the token arrived with each request.
    assert!(relay.planted() > 10_000, "{}", relay.planted());
    assert!(relay.requests() >= 18, "{}", relay.requests());
}

#[tokio::test]
async fn no_error_s_text_holds_a_secret_of_what_okta_said() {
    let (home, relay) = (Home::new(), Relay::start().await);
    let mut server = server(&home, &relay, BY_TOKEN);
    server.initialize("2025-06-18").await;
    let mut said = Vec::new();
    let mut told = 0;
    for answer in planted::BROKEN {
        relay.answer_with(answer);
        for (tool, arguments) in [
            (
                "get_user",
                json!({"user": "mara.lind@northwind.example.com"}),
            ),
            ("list_applications", json!({})),
        ] {
            let answer = server.call(tool, arguments).await;
            assert_eq!(answer["result"]["isError"], true, "{answer}");
            said.push(answer.to_string());
            told += 1;
        }
    }
    let left = server.leave().await;
    assert_eq!(told, 2 * planted::BROKEN.len());
    assert!(left.stderr.contains("status=401"), "{}", left.stderr);
    assert_no_canary(&said, &left);
}

#[tokio::test]
async fn no_answer_error_or_log_line_holds_a_service_app_s_key_its_proofs_or_its_tokens() {
    let pem = support::repository("host/gateway/tests/keys/rsa-2048.pem");
    let pem = std::fs::read_to_string(pem).unwrap();
    let (home, relay) = (Home::new(), Relay::start().await);
    let mut server = server(
        &home,
        &relay,
        &[
            ("OKTA_CLIENT_ID", "0oaNorthwindService1"),
            ("OKTA_PRIVATE_KEY", &pem),
        ],
    );
    server.initialize("2025-06-18").await;
    let mut said = Vec::new();
    for (tool, arguments) in [
        ("list_users", json!({"limit": 200})),
        ("list_groups", json!({})),
        ("list_applications", json!({})),
        ("list_policies", json!({"type": "OKTA_SIGN_ON"})),
    ] {
        let answer = server.call(tool, arguments).await;
        assert_ne!(answer["result"]["isError"], true, "{answer}");
        said.push(answer.to_string());
    }
    for broken in planted::BROKEN {
        relay.answer_with(broken);
        let answer = server.call("list_groups", json!({})).await;
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        said.push(answer.to_string());
    }
    let left = server.leave().await;
    assert!(left.stderr.contains("status=401"), "{}", left.stderr);
    assert_no_canary(&said, &left);
    // Proofs are made anew for each plugin's token: what they are signed with is searched for as well.
    let proofs = relay.assertions();
    assert!(proofs.len() >= 4, "{}", proofs.len());
    let signatures = proofs.iter().filter_map(|proof| proof.rsplit('.').next());
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    for secret in signatures.chain(lines).map(|text| &text[..16]) {
        for text in said.iter().chain([&left.stderr]) {
            assert!(!text.contains(secret), "{secret} came out");
        }
    }
}
