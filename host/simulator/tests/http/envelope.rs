use simulator::{Options, Plan, fixtures};

use crate::client::{start, start_on};

#[tokio::test]
async fn a_200_has_the_recorded_headers() {
    let served = start().await;
    let reply = served.get("/api/v1/users?limit=2").await;
    for (name, value) in [
        ("content-type", "application/json"),
        ("cache-control", "no-cache, no-store"),
        ("pragma", "no-cache"),
        ("expires", "0"),
        ("vary", "Accept-Encoding"),
        ("p3p", "CP=\"HONK\""),
        ("x-content-type-options", "nosniff"),
        (
            "strict-transport-security",
            "max-age=315360000; includeSubDomains",
        ),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("date", "Mon, 01 Jun 2026 08:00:00 GMT"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let id = reply.header("x-okta-request-id").unwrap();
    assert!(
        id.len() == 32
            && id
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
        "{id}"
    );
    assert_eq!(reply.all_headers("set-cookie").len(), 3);
    assert_eq!(reply.all_headers("link").len(), 2);
}

#[tokio::test]
async fn an_error_has_oktas_envelope() {
    let served = start().await;
    let reply = served.get("/api/v1/groups/nope").await;
    let error = reply.json();
    assert_eq!(error["errorCode"], error["errorLink"]);
    let id = error["errorId"].as_str().unwrap();
    assert!(id.starts_with("oae") && id.len() == 25, "{id}");
    assert_eq!(error["errorCauses"], serde_json::json!([]));
    assert!(
        reply
            .body
            .starts_with(r#"{"errorCode":"E0000007","errorSummary":""#)
    );
}

#[tokio::test]
async fn a_bad_or_missing_token_is_e0000011() {
    let served = start().await;
    for header in ["", "\r\nAuthorization: SSWS wrong"] {
        let head = format!("GET /api/v1/users HTTP/1.1\r\nHost: x\r\nConnection: close{header}");
        let reply = served.send(&head).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (401, "E0000011"),
            "{header}"
        );
        assert_eq!(reply.header("www-authenticate"), Some("SSWS"));
        assert!(reply.header("x-rate-limit-limit").is_some());
    }
    assert!(
        served
            .handle
            .requests()
            .iter()
            .all(|request| !request.authorized && request.status == 401)
    );
}

#[tokio::test]
async fn unknown_paths_and_other_methods_are_refused() {
    let served = start().await;
    for path in [
        "/api/v1/nope",
        "/api/v1/users/",
        "/api/v1//users",
        "/",
        "/api/v2/users",
        "/api/v1/users/%zz",
    ] {
        let reply = served.get(path).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (404, "E0000008"),
            "{path}"
        );
    }
    let token = Options::DEMO_TOKEN;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let head = format!(
            "{method} /api/v1/users HTTP/1.1\r\nConnection: close\r\nAuthorization: SSWS {token}\r\nContent-Length: 0"
        );
        let reply = served.send(&head).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (405, "E0000022"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn the_rate_limit_ends_with_429_and_the_clock_opens_a_new_window() {
    let served = start_on(Plan::Free).await;
    for remaining in (0..20).rev() {
        let reply = served.get("/api/v1/apps?limit=1").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("x-rate-limit-limit"), Some("20"));
        assert_eq!(
            reply.header("x-rate-limit-remaining"),
            Some(remaining.to_string().as_str())
        );
        assert_eq!(
            reply.header("x-rate-limit-reset"),
            Some((Options::DEMO_TIME + 60).to_string().as_str())
        );
    }
    let reply = served.get("/api/v1/apps?limit=1").await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "E0000047"));
    assert_eq!(reply.header("x-rate-limit-remaining"), Some("0"));
    assert_eq!(reply.header("retry-after"), None);
    assert_eq!(served.get("/api/v1/groups?limit=1").await.status, 200);
    served.clock.advance(60);
    assert_eq!(served.get("/api/v1/apps?limit=1").await.status, 200);
}

#[tokio::test]
async fn answers_are_byte_identical_for_the_same_seed_and_clock() {
    let targets = [
        "/api/v1/users?limit=5".to_owned(),
        format!("/api/v1/users/{}", fixtures::ENGINEER),
        "/api/v1/apps".to_owned(),
        "/api/v1/policies?type=PASSWORD".to_owned(),
        "/api/v1/groups/nope".to_owned(),
    ];
    let (one, two) = (start().await, start().await);
    for target in targets {
        let (first, second) = (one.get(&target).await, two.get(&target).await);
        let address = |text: &str, served: &crate::client::Served| {
            text.replace(&served.handle.addr().to_string(), "ADDRESS")
        };
        // The port may differ in length, and with it the length of the body.
        let length = |text: String| {
            text.lines()
                .filter(|line| !line.starts_with("content-length"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(
            length(address(&first.raw, &one)),
            length(address(&second.raw, &two)),
            "{target}"
        );
    }
}

#[tokio::test]
async fn an_org_says_what_it_is_to_whoever_asks() {
    let served = start().await;
    let reply = served
        .send("GET /.well-known/okta-organization HTTP/1.1\r\nHost: org\r\nConnection: close")
        .await;
    assert_eq!(reply.status, 200, "{}", reply.raw);
    let document = reply.json();
    assert!(
        document["id"].as_str().unwrap().starts_with("00o"),
        "{document}"
    );
    assert_eq!(
        document["_links"]["organization"]["href"],
        served.handle.url()
    );
    assert_eq!(document["pipeline"], "idx");
    let posted = served
        .send("POST /.well-known/okta-organization HTTP/1.1\r\nHost: org\r\nConnection: close")
        .await;
    assert_eq!(posted.status, 401, "{}", posted.raw);
}
