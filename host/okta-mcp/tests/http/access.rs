//! Who may call what: groups, scopes and subjects of the organisation's own.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::issuer::{AUDIENCE, Issuer, Key, PERSON, SCOPE};
use crate::protected::{Protected, config, names};
use crate::support::http::{Served, answer, request};
use crate::support::{Home, Simulator};
use crate::{ENGINEER, Site, call, initialize};

fn rules() -> Value {
    json!([
        {"groups": ["IAM"], "plugins": ["*"]},
        {"groups": ["Helpdesk"], "plugins": ["users"], "tools": ["list_groups"]},
        {"groups": ["Audit"], "scopes": ["mcp.policies"], "plugins": ["policies"]},
        {"subjects": ["0oaReportingRobot001"], "tools": ["list_applications"]},
    ])
}

async fn protected(flags: &[&str]) -> Protected {
    Protected::with(flags, vec![Key::ec("first")], rules()).await
}

/// What everybody is told of a tool that is not theirs, whether it exists or not.
fn assert_unknown(reply: &crate::support::http::Reply, tool: &str) {
    let message = reply.message();
    assert_eq!(message["error"]["code"], -32602, "{message}");
    assert_eq!(
        message["error"]["message"],
        format!("there is no tool `{tool}`"),
        "{message}"
    );
}

#[tokio::test]
async fn each_caller_sees_and_calls_what_groups_and_scopes_open() {
    let protected = protected(&[]).await;
    for (changes, tools) in [
        (
            json!({"groups": ["Helpdesk"]}),
            &["get_user", "list_groups", "list_users", "search_users"][..],
        ),
        (json!({"groups": ["Audit"]}), &[]),
        (
            json!({"groups": ["Audit"], "scp": [SCOPE, "mcp.policies"]}),
            &["get_policy", "list_policies"],
        ),
        (json!({"groups": [], "scp": [SCOPE, "mcp.policies"]}), &[]),
        (
            json!({"groups": ["Helpdesk", "Audit"], "scp": [SCOPE, "mcp.policies"]}),
            &[
                "get_policy",
                "get_user",
                "list_groups",
                "list_policies",
                "list_users",
                "search_users",
            ],
        ),
        (
            json!({"sub": "0oaReportingRobot001", "groups": null}),
            &["list_applications"],
        ),
        (json!({"groups": ["helpdesk", "IAM ", "*"]}), &[]),
        (json!({"groups": null}), &[]),
    ] {
        let token = protected.issuer.token(changes.clone());
        let listed = protected.list_with(&token).await;
        assert_eq!(names(&listed), tools, "{changes}");
        assert_eq!(listed.message()["result"]["cacheScope"], "private");
        for tool in ["get_user", "list_policies", "list_groups"] {
            let reply = protected.call_with(&token, tool, json!({})).await;
            if tools.contains(&tool) {
                assert!(
                    reply.message()["result"].is_object(),
                    "{changes}: {tool}: {reply:?}"
                );
            } else {
                assert_unknown(&reply, tool);
            }
        }
    }
}

#[tokio::test]
async fn a_tool_of_others_is_told_apart_from_none_by_nothing() {
    let protected = protected(&[]).await;
    let token = protected.issuer.token(json!({"groups": ["Helpdesk"]}));
    // `list_policies` exists, `list_policiez` does not, and neither is hinted at.
    for tool in ["list_policies", "list_policiez", "get_usr", "no_such"] {
        assert_unknown(&protected.call_with(&token, tool, json!({})).await, tool);
    }
}

#[tokio::test]
async fn a_call_of_a_tool_of_others_is_a_row_with_its_caller() {
    let issuer = Issuer::start(vec![Key::ec("first")]).await;
    let home = Home::new();
    let file = home.write("settings.json", &config(&issuer, rules()).to_string());
    let mut command = home.command([
        "serve",
        "--http",
        "127.0.0.1:0",
        "--audit-log",
        "audit.jsonl",
        "--config",
        file.to_str().unwrap(),
    ]);
    command
        .env("OKTA_ORG_URL", "http://127.0.0.1:1")
        .env("OKTA_API_TOKEN", "00token");
    let server = Served::start(command).await;
    let bearer = format!("Bearer {}", issuer.token(json!({"groups": ["Helpdesk"]})));
    let params = json!({"name": "list_policies", "arguments": {"type": "PASSWORD"}});
    let reply = server
        .modern(&[("Authorization", &bearer)], "tools/call", params)
        .await
        .message();
    let told = reply["error"]["message"].as_str().unwrap();
    server.terminate();
    server.ended().await;
    let log = std::fs::read_to_string(home.path().join("audit.jsonl")).unwrap();
    let row: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&row["event"], &row["outcome"], &row["tool"]),
        (
            &json!("call"),
            &json!("unknown-tool"),
            &json!("list_policies")
        ),
        "{row}"
    );
    assert_eq!(row["client"]["subject"], PERSON);
    assert_eq!(row["client"]["transport"], "http");
    assert!(told.contains(row["call"].as_str().unwrap()), "{told}");
}

#[tokio::test]
async fn rules_open_what_is_offered_and_nothing_else() {
    let protected = protected(&["--toolsets", "groups"]).await;
    let all = protected.issuer.token(json!({"groups": ["IAM"]}));
    assert_eq!(
        names(&protected.list_with(&all).await),
        ["get_group_members", "get_user_groups", "list_groups"]
    );
    let helpdesk = protected.issuer.token(json!({"groups": ["Helpdesk"]}));
    assert_eq!(
        names(&protected.list_with(&helpdesk).await),
        ["list_groups"]
    );
}

#[tokio::test]
async fn groups_are_in_the_claim_that_the_operator_names() {
    let issuer = Issuer::start(vec![Key::ec("first")]).await;
    let mut config = config(&issuer, rules());
    config["http"]["auth"]["groupsClaim"] = json!("mcp_groups");
    let protected = Protected {
        site: Site::with(&[], config).await,
        issuer,
    };
    let token = protected
        .issuer
        .token(json!({"groups": ["IAM"], "mcp_groups": ["Helpdesk"]}));
    assert_eq!(names(&protected.list_with(&token).await).len(), 4);
}

#[tokio::test]
async fn attack_a_session_of_somebody_else_s() {
    let protected = protected(&["--http-sessions"]).await;
    let (server, issuer) = (&protected.site.server, &protected.issuer);
    let bearer = |changes: Value| format!("Bearer {}", issuer.token(changes));
    let own = bearer(json!({}));
    let hello = server
        .post(&[("Authorization", &own)], &initialize("2025-06-18"))
        .await;
    let session = hello.header("mcp-session-id").unwrap().to_owned();
    let in_session = |bearer: &str, session: &str, body: String| {
        let headers = [
            ("MCP-Protocol-Version".to_owned(), "2025-06-18".to_owned()),
            ("Mcp-Session-Id".to_owned(), session.to_owned()),
            ("Authorization".to_owned(), bearer.to_owned()),
        ];
        async move {
            let headers: Vec<_> = headers.iter().map(|(n, v)| (&**n, &**v)).collect();
            server.post(&headers, &body).await
        }
    };
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    assert_eq!(in_session(&own, &session, ready).await.status, 202);
    let ask = || call(2, "get_user", json!({"user": ENGINEER}));
    let other = bearer(json!({"sub": "joe.doe@northwind.example.com"}));
    let (bare, _) = session.rsplit_once('.').unwrap();
    for (who, session) in [
        (&other, &*session),
        (&own, bare),
        (&own, "no-such-session"),
        (&own, "a.b"),
    ] {
        let reply = in_session(who, session, ask()).await;
        assert_eq!(reply.status, 404, "{reply:?}");
    }
    for method in ["GET", "DELETE"] {
        let headers = [
            ("Accept", "text/event-stream"),
            ("Mcp-Session-Id", &*session),
            ("Authorization", &*other),
        ];
        let reply = server.send(method, "/mcp", &headers, "").await;
        assert_eq!(reply.status, 404, "{method}: {reply:?}");
    }
    // It is its opener's still, with another token and with what that one opens.
    let reply = in_session(&bearer(json!({"jti": "another"})), &session, ask()).await;
    assert_eq!(
        reply.message()["result"]["structuredContent"]["login"],
        ENGINEER,
        "{reply:?}"
    );
    let fewer = bearer(json!({"groups": ["Audit"]}));
    assert_unknown(&in_session(&fewer, &session, ask()).await, "get_user");
}

#[tokio::test]
async fn a_mistake_in_the_settings_is_one_line_and_nothing_is_opened() {
    let home = Home::new();
    let all = json!([{"groups": ["IAM"], "plugins": ["*"]}]);
    let auth = json!({"issuer": "https://your.okta.com/oauth2/default", "audience": AUDIENCE});
    let with = |changes: Value| {
        let mut auth = auth.clone();
        for (name, value) in changes.as_object().unwrap() {
            auth[name] = value.clone();
        }
        json!({"auth": auth, "access": all.clone()})
    };
    let ruled = |rules: Value| json!({"auth": auth, "access": rules});
    for (http, line) in [
        (
            with(json!({"issuer": null})),
            "http.auth.issuer is missing; write your authorization server's",
        ),
        (
            with(json!({"audience": null})),
            "http.auth.audience is missing; write the one of",
        ),
        (
            with(json!({"audience": ""})),
            "http.auth.audience is missing",
        ),
        (
            with(json!({"issuer": "your.okta.com"})),
            "http.auth.issuer: `your.okta.com` is not a URL",
        ),
        (
            with(json!({"issuer": "http://your.okta.com/oauth2/default"})),
            "is not https",
        ),
        (
            with(json!({"issuer": "https://your.okta.com"})),
            "is the org's own authorization server, whose tokens only Okta itself can check",
        ),
        (
            with(json!({"issuer": "https://your-admin.okta.com/oauth2/default"})),
            "is the admin console",
        ),
        (
            with(json!({"jwksUri": "http://example.com/keys"})),
            "http.auth.jwksUri: `http://example.com` is not https",
        ),
        (
            with(json!({"requiredScopes": ["a b"]})),
            "http.auth.requiredScopes: `a b` is no scope",
        ),
        (
            with(json!({"groupsClaim": ""})),
            "http.auth.groupsClaim is empty",
        ),
        (
            with(json!({"isuer": "x"})),
            "there is no setting `http.auth.isuer`; did you mean `issuer`?",
        ),
        (
            with(json!({"audience": 5})),
            "line 1: invalid type: integer `5`, expected a string",
        ),
        (
            json!({"auth": auth}),
            "http.access is empty, so that no caller could use any tool",
        ),
        (json!({"access": all}), "http.access needs http.auth"),
        (
            json!({"auth": {}, "access": all}),
            "http.access needs http.auth",
        ),
        (
            ruled(json!([{"plugins": ["*"]}])),
            "http.access[0] says for whom it is neither by groups",
        ),
        (
            ruled(json!([{"groups": ["IAM"]}])),
            "http.access[0] opens nothing: name plugins or tools",
        ),
        (
            ruled(
                json!([{"groups": ["A"], "plugins": ["users"]}, {"groups": ["B"], "plugins": ["user"]}]),
            ),
            "http.access[1].plugins: there is no plugin `user`; did you mean `users`?",
        ),
        (
            ruled(json!([{"groups": ["A"], "plugins": ["zebra"]}])),
            "there is no plugin `zebra`; there are apps, factors, groups, policies, users",
        ),
        (
            ruled(json!([{"groups": ["A"], "tools": ["get_usr"]}])),
            "http.access[0].tools: no plugin has a tool `get_usr`; did you mean `get_user`?",
        ),
        (
            ruled(json!([{"groups": ["A"], "tools": ["zebra"]}])),
            "no plugin has a tool `zebra` (`okta-mcp tools` lists them)",
        ),
        (
            ruled(json!([{"group": ["A"], "plugins": ["users"]}])),
            "there is no setting `http.access.0.group`; did you mean `groups`?",
        ),
        (
            ruled(json!([[]])),
            "http.access[0]: an array where an object is expected",
        ),
        (
            ruled(json!([{"groups": "A", "plugins": ["users"]}])),
            "line 1: invalid type: string",
        ),
    ] {
        let file = home.write("wrong.json", &json!({"http": http}).to_string());
        let ended = home
            .run([
                "serve",
                "--http",
                "127.0.0.1:0",
                "--config",
                file.to_str().unwrap(),
            ])
            .await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{http}");
        assert!(
            ended.stderr.lines().count() == 1 && ended.stderr.contains(line),
            "{line}: {}",
            ended.stderr
        );
    }
    let file = home.write("public.json", &json!({"http": with(json!({}))}).to_string());
    let ended = home
        .run([
            "serve",
            "--http",
            "0.0.0.0:0",
            "--config",
            file.to_str().unwrap(),
        ])
        .await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("http.publicUrl is missing"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_tool_that_is_not_offered_is_no_mistake_in_a_rule() {
    let rules = json!([{"groups": ["IAM"], "plugins": ["factors"], "tools": ["get_policy"]}]);
    let protected = Protected::with(&["--toolsets", "users"], vec![Key::ec("first")], rules).await;
    let token = protected.issuer.token(json!({}));
    assert!(names(&protected.list_with(&token).await).is_empty());
}

#[tokio::test]
async fn a_person_of_the_example_org_comes_with_the_groups_that_they_are_in() {
    let home = Home::new();
    let simulator = Simulator::start(&home).await;
    let address = simulator.url.strip_prefix("http://").unwrap();
    let form = format!(
        "grant_type=password&client_id=0oaNorthwindPerson01&username={ENGINEER}&password=x&scope={SCOPE}"
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let asked = request("POST", "/oauth2/default/v1/token", &headers, &form);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(asked.as_bytes()).await.unwrap();
    let issued = answer(&mut stream).await.message();
    let bearer = format!("Bearer {}", issued["access_token"].as_str().unwrap());
    let settings = json!({"http": {
        "auth": {"issuer": format!("{}/oauth2/default", simulator.url), "audience": "api://default", "requiredScopes": [SCOPE]},
        "access": [{"groups": ["Everyone"], "tools": ["get_user"]}, {"groups": ["No such group"], "plugins": ["*"]}],
    }});
    let file = home.write("settings.json", &settings.to_string());
    let mut command = home.command([
        "serve",
        "--http",
        "127.0.0.1:0",
        "--config",
        file.to_str().unwrap(),
    ]);
    simulator.configure(&mut command);
    let server = Served::start(command).await;
    let own = [("Authorization", &*bearer)];
    let listed = server.modern(&own, "tools/list", json!({})).await;
    assert_eq!(names(&listed), ["get_user"]);
    let params = json!({"name": "get_user", "arguments": {"user": ENGINEER}});
    let reply = server.modern(&own, "tools/call", params).await.message();
    assert_eq!(
        reply["result"]["structuredContent"]["login"], ENGINEER,
        "{reply}"
    );
}
