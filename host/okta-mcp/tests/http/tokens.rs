//! Attacks on the door: what is no good token of the organisation's, and what happens to its keys.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::issuer::{AUDIENCE, Issuer, Key, PERSON, SCOPE, encode, now, signed, unsigned};
use crate::protected::{Protected, assert_invalid, names};
use crate::support::bounded;
use crate::support::http::{answer, request};
use crate::{ENGINEER, initialize};

#[tokio::test]
async fn a_good_token_of_either_algorithm_opens_the_tools() {
    let keys = vec![Key::ec("curve"), Key::rsa("primes")];
    let rules = json!([{"groups": ["IAM"], "plugins": ["*"]}]);
    let protected = Protected::with(&[], keys.clone(), rules).await;
    for key in &keys {
        let token = protected.issuer.token_with(key, json!({}));
        assert_eq!(
            names(&protected.list_with(&token).await).len(),
            13,
            "{}",
            key.id
        );
        let reply = protected
            .call_with(&token, "get_user", json!({"user": ENGINEER}))
            .await;
        assert_eq!(
            reply.message()["result"]["structuredContent"]["login"],
            ENGINEER,
            "{reply:?}"
        );
    }
    // Both by one fetch, and the revisions with a handshake by the same door.
    assert_eq!(protected.issuer.asked(), 1);
    let token = protected
        .issuer
        .token(json!({"scp": null, "scope": format!("x {SCOPE}"), "aud": ["other", AUDIENCE]}));
    let bearer = format!("bearer {token}");
    let hello = protected
        .site
        .server
        .post(&[("Authorization", &bearer)], &initialize("2025-06-18"))
        .await;
    assert_eq!(hello.status, 200, "{hello:?}");
}

#[tokio::test]
async fn without_a_token_nothing_is_answered_but_where_to_get_one() {
    let protected = Protected::start(&["--sse", "--iunderstandtherisks"]).await;
    let server = &protected.site.server;
    for (method, path, metadata) in [
        ("POST", "/mcp", "mcp"),
        ("GET", "/mcp", "mcp"),
        ("DELETE", "/mcp", "mcp"),
        ("GET", "/sse", "sse"),
        ("POST", "/message?sessionId=1", "sse"),
    ] {
        let json = [("Content-Type", "application/json")];
        let reply = server
            .send(method, path, &json, &initialize("2025-06-18"))
            .await;
        assert_eq!(reply.status, 401, "{path}: {reply:?}");
        let url = format!("http://localhost/.well-known/oauth-protected-resource/{metadata}");
        assert_eq!(
            reply.header("www-authenticate"),
            Some(&*format!(
                "Bearer resource_metadata=\"{url}\", scope=\"{SCOPE}\""
            )),
        );
    }
    // Nobody's keys were needed to say so.
    assert_eq!(protected.issuer.asked(), 0);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(
            server.send("GET", path, &[], "").await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn attack_no_signature() {
    let protected = Protected::start(&[]).await;
    let claims = protected.issuer.claims(json!({}));
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        for kid in [json!("first"), Value::Null] {
            let message = unsigned(&json!({"alg": alg, "kid": kid}), &claims);
            assert_invalid(
                &protected.list_with(&format!("{message}.")).await,
                "not signed with",
            );
        }
    }
    let header = json!({"alg": "ES256", "kid": "first"});
    let bare = format!("{}.", unsigned(&header, &claims));
    assert_invalid(&protected.list_with(&bare).await, "signature is wrong");
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_the_public_key_as_a_shared_secret() {
    let key = Key::rsa("primes");
    let rules = json!([{"groups": ["IAM"], "plugins": ["*"]}]);
    let protected = Protected::with(&[], vec![key.clone()], rules).await;
    let pem = include_str!("../../../gateway/tests/keys/rsa-2048-public.pem");
    let jwk = key.jwk();
    let modulus = jwk["n"].as_str().unwrap();
    for secret in [
        pem.as_bytes(),
        pem.trim().as_bytes(),
        &key.public(),
        modulus.as_bytes(),
        b"",
    ] {
        for (alg, algorithm) in [
            ("HS256", ring::hmac::HMAC_SHA256),
            ("HS384", ring::hmac::HMAC_SHA384),
            ("HS512", ring::hmac::HMAC_SHA512),
        ] {
            let header = json!({"alg": alg, "kid": "primes"});
            let message = unsigned(&header, &protected.issuer.claims(json!({})));
            let secret = ring::hmac::Key::new(algorithm, secret);
            let tag = ring::hmac::sign(&secret, message.as_bytes());
            let token = format!("{message}.{}", encode(tag.as_ref()));
            assert_invalid(&protected.list_with(&token).await, "not signed with");
        }
    }
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_a_key_of_ones_own() {
    let protected = Protected::start(&[]).await;
    let own = Key::ec("first");
    let claims = protected.issuer.claims(json!({}));
    let elsewhere = Issuer::start(vec![own.clone()]).await;
    let keys = format!("{}/v1/keys", elsewhere.url);
    for header in [
        json!({"alg": "ES256", "kid": "first"}),
        json!({"alg": "ES256", "kid": "first", "jwk": own.jwk()}),
        json!({"alg": "ES256", "kid": "first", "jku": keys}),
        json!({"alg": "ES256", "kid": "first", "x5u": keys, "x5c": ["AAAA"]}),
    ] {
        let reply = protected.list_with(&signed(&header, &claims, &own)).await;
        assert_invalid(&reply, "signature is wrong");
    }
    for header in [
        json!({"alg": "ES256", "jwk": own.jwk()}),
        json!({"alg": "ES256", "kid": "../../attacker"}),
        json!({"alg": "ES256", "kid": keys}),
    ] {
        let reply = protected.list_with(&signed(&header, &claims, &own)).await;
        assert_invalid(&reply, "does not publish");
    }
    assert_eq!(elsewhere.asked(), 0, "a token cannot say where keys are");
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_another_algorithm_than_the_key_s() {
    let (ec, rsa) = (Key::ec("curve"), Key::rsa("primes"));
    let rules = json!([{"groups": ["IAM"], "plugins": ["*"]}]);
    let protected = Protected::with(&[], vec![ec.clone(), rsa.clone()], rules).await;
    let claims = protected.issuer.claims(json!({}));
    for (alg, kid, key) in [
        ("RS256", "curve", &rsa),
        ("ES256", "primes", &ec),
        ("ES384", "curve", &ec),
        ("RS512", "primes", &rsa),
        ("PS256", "primes", &rsa),
        ("EdDSA", "curve", &ec),
    ] {
        let token = signed(&json!({"alg": alg, "kid": kid}), &claims, key);
        assert_invalid(&protected.list_with(&token).await, "not signed with");
    }
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_a_token_of_somebody_else_s() {
    let protected = Protected::start(&[]).await;
    for (changes, says) in [
        (
            json!({"iss": "https://evil.example.com/oauth2/default"}),
            "another issuer",
        ),
        (
            json!({"iss": format!("{}/", protected.issuer.url)}),
            "another issuer",
        ),
        (json!({"iss": null}), "lacks the claim iss"),
        (json!({"aud": "api://default"}), "another audience"),
        (json!({"aud": ["a", "b"]}), "another audience"),
        (json!({"aud": format!("{AUDIENCE}/")}), "another audience"),
        (json!({"aud": []}), "another audience"),
        (json!({"aud": null}), "lacks the claim aud"),
        (json!({"sub": null}), "lacks the claim sub"),
        (json!({"cnf": {"jkt": "x"}}), "bound to a key"),
    ] {
        let reply = protected.list_with(&protected.issuer.token(changes)).await;
        assert_invalid(&reply, says);
    }
    // Another org's, with keys of its own under the same name.
    let other = Issuer::start(vec![Key::ec("first")]).await;
    let theirs = other.token(json!({}));
    assert_invalid(&protected.list_with(&theirs).await, "signature is wrong");
    let posing = other.token(json!({"iss": protected.issuer.url}));
    assert_invalid(&protected.list_with(&posing).await, "signature is wrong");
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_a_token_out_of_its_time() {
    let protected = Protected::start(&[]).await;
    for (changes, says) in [
        (json!({"exp": now() - 60}), "has expired"),
        (json!({"exp": 0}), "has expired"),
        (json!({"exp": null}), "lacks the claim exp"),
        (json!({"exp": "tomorrow"}), "lacks the claim exp"),
        (json!({"nbf": now() + 600}), "is not valid yet"),
        (json!({"nbf": "tomorrow"}), "lacks the claim nbf"),
    ] {
        let reply = protected.list_with(&protected.issuer.token(changes)).await;
        assert_invalid(&reply, says);
    }
    // Clocks that are a few seconds apart are no reason.
    let wavering = json!({"exp": now() - 5, "nbf": now() + 5});
    let reply = protected.list_with(&protected.issuer.token(wavering)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn attack_what_is_no_access_token() {
    let protected = Protected::start(&[]).await;
    let key = Key::ec("first");
    protected.issuer.publish(vec![key.clone()]);
    let claims = protected.issuer.claims(json!({}));
    for (header, says) in [
        (
            json!({"typ": "dpop+jwt"}),
            "header is not that of an access token",
        ),
        (
            json!({"typ": "secevent+jwt"}),
            "header is not that of an access token",
        ),
        (
            json!({"crit": ["exp"], "exp": 1}),
            "header is not that of an access token",
        ),
    ] {
        let mut whole = json!({"alg": "ES256", "kid": "first"});
        for (name, value) in header.as_object().unwrap() {
            whole[name] = value.clone();
        }
        assert_invalid(
            &protected.list_with(&signed(&whole, &claims, &key)).await,
            says,
        );
    }
    let good = protected.issuer.token(json!({}));
    let (front, _) = good.rsplit_once('.').unwrap();
    let (head, _) = front.split_once('.').unwrap();
    for token in [
        "x".to_owned(),
        "a.b".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        head.to_owned(),
        front.to_owned(),
        format!("{good}.x"),
        // An opaque token, as the org's own authorization server issues them.
        "00abcdefghijklmnopqrstuvwxyz0123456789ABCD".to_owned(),
    ] {
        assert_invalid(&protected.list_with(&token).await, "is not a JWT");
    }
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_claims_under_another_token_s_signature() {
    let protected = Protected::start(&[]).await;
    let good = protected.issuer.token(json!({"groups": []}));
    let (_, signature) = good.rsplit_once('.').unwrap();
    let header = json!({"alg": "ES256", "kid": "first"});
    for changes in [
        json!({}),
        json!({"sub": "ceo@northwind.example.com"}),
        json!({"exp": now() + 999_999}),
    ] {
        let message = unsigned(&header, &protected.issuer.claims(changes));
        let reply = protected.list_with(&format!("{message}.{signature}")).await;
        assert_invalid(&reply, "signature is wrong");
    }
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_a_token_without_the_scope() {
    let protected = Protected::start(&[]).await;
    for scopes in [
        json!([]),
        json!(["mcp"]),
        json!(["mcp.read.all"]),
        Value::Null,
    ] {
        let token = protected.issuer.token(json!({"scp": scopes}));
        let reply = protected.list_with(&token).await;
        assert_eq!(reply.status, 403, "{reply:?}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("error=\"insufficient_scope\"")
                && challenge.contains(&format!("scope=\"{SCOPE}\""))
                && challenge.contains("resource_metadata=\""),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn attack_an_oversized_token_and_a_header_without_end() {
    let protected = Protected::start(&[]).await;
    let padding = "x".repeat(20_000);
    let large = protected.issuer.token(json!({"padding": padding}));
    assert_invalid(
        &protected.list_with(&large).await,
        "longer than 16384 bytes",
    );
    let just = protected
        .issuer
        .token(json!({"padding": "x".repeat(10_000)}));
    assert!(just.len() < 16_384);
    assert_eq!(protected.list_with(&just).await.status, 200);
    let endless = protected.list_with(&"x".repeat(1_000_000)).await;
    assert!(matches!(endless.status, 401 | 431), "{endless:?}");
    // Whoever cannot show a token does not get four megabytes read either.
    let head = request("POST", "/mcp", &[("Content-Type", "application/json")], "");
    let head = head.replace("Content-Length: 0", "Content-Length: 4000000");
    let mut stream = protected.site.server.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 401);
    protected.still_serving().await;
}

#[tokio::test]
async fn attack_two_tokens_a_token_in_the_address_and_a_split_header() {
    let protected = Protected::start(&[]).await;
    let server = &protected.site.server;
    let good = protected.issuer.token(json!({}));
    let bearer = format!("Bearer {good}");
    let json = ("Content-Type", "application/json");
    let hello = initialize("2025-06-18");
    let twice = [
        json,
        ("Authorization", &*bearer),
        ("Authorization", &*bearer),
    ];
    let folded = format!("Bearer\r\n {good}");
    let spliced = format!("Bearer {good}\r\nAuthorization: {bearer}");
    let listed = format!("{bearer}, {bearer}");
    for headers in [
        &twice[..],
        &[json, ("Authorization", &*folded)],
        &[json, ("Authorization", &*spliced)],
        &[json, ("Authorization", &*listed)],
        &[json, ("Authorization", "Bearer a\u{0}b")],
        &[json, ("Authorization ", &*bearer)],
    ] {
        let reply = server.send("POST", "/mcp", headers, &hello).await;
        assert!(matches!(reply.status, 400 | 401), "{reply:?}");
    }
    for path in [
        format!("/mcp?access_token={good}"),
        format!("/mcp?x=1&access_token={good}"),
        format!("/mcp?access%5ftoken={good}"),
    ] {
        for headers in [&[json][..], &[json, ("Authorization", &*bearer)]] {
            let reply = server.send("POST", &path, headers, &hello).await;
            assert_eq!(reply.status, 400, "{reply:?}");
            let challenge = reply.header("www-authenticate").unwrap();
            assert!(challenge.contains("invalid_request"), "{challenge}");
        }
    }
    // In the body, as RFC 6750 allows and this server does not.
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let body = format!("access_token={good}");
    assert_eq!(server.send("POST", "/mcp", &form, &body).await.status, 401);
    protected.still_serving().await;
}

#[tokio::test]
async fn a_key_that_is_new_is_fetched_and_one_that_is_gone_is_not_taken() {
    let protected = Protected::start(&[]).await;
    protected.still_serving().await;
    let (first, second) = (protected.issuer.token(json!({})), Key::ec("second"));
    protected.issuer.publish(vec![second.clone()]);
    let token = protected.issuer.token_with(&second, json!({}));
    assert_eq!(protected.list_with(&token).await.status, 200);
    assert_invalid(&protected.list_with(&first).await, "does not publish");
}

#[tokio::test]
async fn attack_a_flood_of_invented_keys_fetches_a_handful_of_times() {
    let protected = Protected::start(&[]).await;
    protected.still_serving().await;
    let own = Key::ec("x");
    for count in 0..40 {
        let header = json!({"alg": "ES256", "kid": format!("invented-{count}")});
        let token = signed(&header, &protected.issuer.claims(json!({})), &own);
        assert_invalid(&protected.list_with(&token).await, "does not publish");
    }
    assert!(
        protected.issuer.asked() <= 6,
        "{}",
        protected.issuer.asked()
    );
    protected.still_serving().await;
}

#[tokio::test]
async fn while_the_keys_cannot_be_had_nobody_is_let_in_and_the_log_says_why() {
    let protected = Protected::start(&[]).await;
    let good = protected.issuer.token(json!({}));
    for status in [500, 302, 404] {
        protected.issuer.answer_with(status);
        let reply = protected.list_with(&good).await;
        assert_eq!(reply.status, 503, "{reply:?}");
        assert_eq!(reply.header("retry-after"), Some("30"));
        assert_eq!(
            reply.header("www-authenticate"),
            None,
            "no reason to sign in again"
        );
    }
    protected.issuer.answer_with(200);
    protected.still_serving().await;
    // What is known is used while the issuer is away, and what is not known is not guessed.
    protected.issuer.answer_with(500);
    protected.still_serving().await;
    protected.site.server.terminate();
    let (_, log) = protected.site.server.ended().await;
    for line in ["has status 500", "has status 302", "has status 404"] {
        assert!(log.contains(line), "{log}");
    }
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_holds_up_nobody_whose_key_is_known() {
    let protected = Arc::new(Protected::start(&[]).await);
    protected.still_serving().await;
    protected.issuer.stall();
    let token = protected.issuer.token_with(&Key::ec("new"), json!({}));
    let own = Arc::clone(&protected);
    let waiting = tokio::spawn(async move { own.list_with(&token).await });
    while protected.issuer.asked() < 2 {
        tokio::task::yield_now().await;
    }
    protected.still_serving().await;
    assert!(!waiting.is_finished());
    // A key that could not be looked up is none of the issuer's as far as is known.
    let reply = bounded("the end of the fetch", waiting).await.unwrap();
    assert_eq!(reply.status, 401, "{reply:?}");
    protected.still_serving().await;
}

#[tokio::test]
async fn a_caller_s_token_is_neither_logged_nor_sent_on() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let org = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        let mut bytes = vec![0; 4_096];
        let read = tokio::io::AsyncReadExt::read(&mut stream, &mut bytes)
            .await
            .unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    });
    let issuer = Issuer::start(vec![Key::ec("first")]).await;
    let rules = json!([{"groups": ["IAM"], "plugins": ["*"]}]);
    let config = crate::protected::config(&issuer, rules);
    let home = crate::support::Home::new();
    let file = home.write("settings.json", &config.to_string());
    let mut command = home.command([
        "serve",
        "--http",
        "127.0.0.1:0",
        "--log",
        "trace",
        "--config",
        file.to_str().unwrap(),
    ]);
    command
        .env("OKTA_ORG_URL", &org)
        .env("OKTA_API_TOKEN", "00tokenOfTheServer");
    let server = crate::support::http::Served::start(command).await;
    let good = issuer.token(json!({"jti": "CaNaRy0xInside"}));
    let bad = issuer.token(json!({"jti": "CaNaRy0xInside", "exp": 1}));
    for token in [&good, &bad] {
        let bearer = format!("Bearer {token}");
        let params = json!({"name": "get_user", "arguments": {"user": ENGINEER}});
        server
            .modern(&[("Authorization", &bearer)], "tools/call", params)
            .await;
    }
    server
        .send("GET", &format!("/mcp?access_token={good}"), &[], "")
        .await;
    let sent = asked.await.unwrap();
    server.terminate();
    let (_, log) = server.ended().await;
    assert!(sent.contains("SSWS 00tokenOfTheServer"), "{sent}");
    assert!(
        log.contains("the token has expired") && log.contains("get_user"),
        "{log}"
    );
    for token in [&good, &bad] {
        for part in token.split('.').skip(1) {
            assert!(!sent.contains(part) && !log.contains(part), "{part}");
        }
    }
    assert!(!log.contains("CaNaRy0x"), "{log}");
}

#[tokio::test]
async fn metadata_names_the_issuer_to_anybody_and_the_endpoint_as_it_was_asked_for() {
    let protected = Protected::start(&["--sse", "--iunderstandtherisks"]).await;
    let known = "/.well-known/oauth-protected-resource";
    for (path, resource) in [
        (known.to_owned(), "http://localhost:1234/mcp"),
        (format!("{known}/mcp"), "http://localhost:1234/mcp"),
        (format!("{known}/sse"), "http://localhost:1234/sse"),
    ] {
        let reply = protected
            .site
            .server
            .send("GET", &path, &[("Host", "localhost:1234")], "")
            .await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(
            reply.message(),
            json!({
                "resource": resource,
                "authorization_servers": [protected.issuer.url],
                "bearer_methods_supported": ["header"],
                "scopes_supported": [SCOPE],
                "resource_name": "Okta (read-only, sandboxed)",
            })
        );
    }
    let open = crate::Site::start(&[]).await;
    let reply = open.server.send("GET", known, &[], "").await;
    assert_eq!(
        reply.status, 404,
        "where no token is asked for, none is to be got"
    );
}

#[tokio::test]
async fn behind_a_balancer_metadata_has_the_public_url_and_pages_may_read_it() {
    let issuer = Issuer::start(vec![Key::ec("first")]).await;
    let mut config =
        crate::protected::config(&issuer, json!([{"groups": ["IAM"], "plugins": ["*"]}]));
    config["http"]["publicUrl"] = json!("https://mcp.example.com");
    config["http"]["allowedOrigins"] = json!(["https://app.example.com"]);
    let site = crate::Site::at("0.0.0.0:0", &[], config).await;
    let page = [
        ("Host", "mcp.example.com"),
        ("Origin", "https://app.example.com"),
    ];
    let path = "/.well-known/oauth-protected-resource/mcp";
    let reply = site.server.send("GET", path, &page, "").await;
    assert_eq!(reply.message()["resource"], "https://mcp.example.com/mcp");
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
    // A page is told of the refusal too, and asks first without a token.
    let refused = site.server.post(&page, &initialize("2025-06-18")).await;
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("\"https://mcp.example.com/.well-known"),
        "{refused:?}"
    );
    assert_eq!(
        refused.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
    assert!(
        refused
            .header("access-control-expose-headers")
            .unwrap()
            .contains("www-authenticate")
    );
    let mut preflight = page.to_vec();
    preflight.push(("Access-Control-Request-Method", "POST"));
    preflight.push((
        "Access-Control-Request-Headers",
        "authorization,mcp-protocol-version",
    ));
    let reply = site.server.send("OPTIONS", "/mcp", &preflight, "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let bearer = format!("Bearer {}", issuer.token(json!({"sub": PERSON})));
    let mut asked = page.to_vec();
    asked.push(("Authorization", &bearer));
    let listed = site.server.modern(&asked, "tools/list", json!({})).await;
    assert_eq!(names(&listed).len(), 13);
}
