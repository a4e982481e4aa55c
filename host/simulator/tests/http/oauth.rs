//! Access tokens: how they are got, and what they open. Signed here with ring, without a JOSE library.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use simulator::{OAuthApp, Options, Plan};

use crate::client::{Reply, Served, start_with};

const SERVICE: &str = "0oaTestService000005";
const NATIVE: &str = "0oaTestNative0000005";
const ENGINEER: &str = "mara.okonkwo@northwind.example.com";
const NOW: i64 = Options::DEMO_TIME;

struct Key {
    pair: EcdsaKeyPair,
    jwk: Value,
}

impl Key {
    fn new() -> Self {
        let random = SystemRandom::new();
        let curve = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(curve, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(curve, pkcs8.as_ref(), &random).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        Self { pair, jwk }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message.as_bytes())
            .unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A DPoP proof with `changes` to its claims.
    fn proof(&self, served: &Served, method: &str, path: &str, changes: Value) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk});
        let claims = json!({
            "htm": method, "htu": format!("{}{path}", served.handle.url()),
            "iat": NOW, "jti": unique(),
        });
        self.sign(&header, &changed(claims, changes))
    }
}

fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("jti-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Members of `changes` set; null takes one away.
fn changed(mut value: Value, changes: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, new) in changes.as_object().unwrap() {
        if new.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), new.clone());
        }
    }
    value
}

async fn org(key: &Key, dpop: bool) -> Served {
    let app = OAuthApp::service(SERVICE, &key.jwk.to_string()).unwrap();
    let app = app.granted(["okta.users.read", "okta.groups.manage"]);
    let native = OAuthApp::native(NATIVE).granted(["okta.users.read", "okta.apps.read"]);
    start_with(Options {
        plan: Plan::Unmetered,
        apps: vec![if dpop { app.requiring_dpop() } else { app }, native],
        ..Options::default()
    })
    .await
}

async fn post(served: &Served, path: &str, form: &[(&str, &str)], headers: &str) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}{headers}\r\n\r\n{body}",
        body.len()
    );
    served.send(&head).await
}

fn assertion(served: &Served, key: &Key, changes: Value) -> String {
    let claims = json!({
        "iss": SERVICE, "sub": SERVICE, "aud": format!("{}/oauth2/v1/token", served.handle.url()),
        "iat": NOW, "exp": NOW + 300, "jti": unique(),
    });
    key.sign(&json!({"alg": "ES256"}), &changed(claims, changes))
}

async fn ask(served: &Served, assertion: &str, scope: &str, headers: &str) -> Reply {
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", scope),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", assertion),
    ];
    post(served, "/oauth2/v1/token", &form, headers).await
}

async fn get(served: &Served, path: &str, authorization: &str) -> Reply {
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {authorization}"
    );
    served.send(&head).await
}

fn error(reply: &Reply) -> (u16, String) {
    let code = reply.json()["error"].as_str().unwrap().to_owned();
    (reply.status, code)
}

#[tokio::test]
async fn an_assertion_that_the_key_signed_gets_a_token_for_an_hour() {
    let key = Key::new();
    let served = org(&key, false).await;
    let reply = ask(
        &served,
        &assertion(&served, &key, json!({})),
        "okta.users.read",
        "",
    )
    .await;
    let token = reply.json();
    assert_eq!(
        (
            reply.status,
            &token["token_type"],
            &token["expires_in"],
            &token["scope"]
        ),
        (
            200,
            &json!("Bearer"),
            &json!(3600),
            &json!("okta.users.read")
        )
    );
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    assert_eq!(
        get(&served, "/api/v1/users?limit=1", &bearer).await.status,
        200
    );
    served.clock.advance(3_599);
    assert_eq!(
        get(&served, "/api/v1/users?limit=1", &bearer).await.status,
        200
    );
    served.clock.advance(1);
    let ended = get(&served, "/api/v1/users?limit=1", &bearer).await;
    assert_eq!((ended.status, ended.body.as_str()), (401, ""));
    assert!(
        ended
            .header("www-authenticate")
            .unwrap()
            .contains("error=\"invalid_token\"")
    );
}

#[tokio::test]
async fn a_wrong_assertion_is_refused_for_its_reason() {
    let (key, other) = (Key::new(), Key::new());
    let served = org(&key, false).await;
    for (changes, reason) in [
        (json!({"iss": "0oaNobody"}), "issuer"),
        (json!({"sub": "0oaNobody"}), "subject"),
        (
            json!({"aud": "https://other.okta.com/oauth2/v1/token"}),
            "audience",
        ),
        (json!({"aud": null}), "audience"),
        (json!({"exp": NOW}), "expired"),
        (json!({"exp": NOW + 3_601}), "too far"),
        (json!({"exp": null}), "expiration"),
        (json!({"iat": NOW + 1}), "future"),
    ] {
        let text = assertion(&served, &key, changes.clone());
        let reply = ask(&served, &text, "okta.users.read", "").await;
        assert_eq!(
            error(&reply),
            (401, "invalid_client".to_owned()),
            "{changes}"
        );
        assert!(reply.body.contains(reason), "{changes}: {}", reply.body);
    }
    let foreign = assertion(&served, &other, json!({}));
    let unsigned = assertion(&served, &key, json!({}))
        .rsplit_once('.')
        .unwrap()
        .0
        .to_owned()
        + ".";
    for text in [foreign.as_str(), unsigned.as_str(), "no.jwt", ""] {
        let reply = ask(&served, text, "okta.users.read", "").await;
        assert_eq!(error(&reply), (401, "invalid_client".to_owned()), "{text}");
    }
    let kid = json!({"alg": "ES256", "kid": "another"});
    let claims = json!({"iss": SERVICE, "sub": SERVICE, "aud": format!("{}/oauth2/v1/token", served.handle.url()), "exp": NOW + 9});
    let reply = ask(&served, &key.sign(&kid, &claims), "okta.users.read", "").await;
    assert!(reply.body.contains("does not have"), "{}", reply.body);
}

#[tokio::test]
async fn an_assertion_is_good_once_and_a_secret_never() {
    let key = Key::new();
    let served = org(&key, false).await;
    let text = assertion(&served, &key, json!({}));
    assert_eq!(ask(&served, &text, "okta.users.read", "").await.status, 200);
    let again = ask(&served, &text, "okta.users.read", "").await;
    assert!(
        again.status == 401 && again.body.contains("already been used"),
        "{}",
        again.body
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "okta.users.read"),
        ("client_id", SERVICE),
        ("client_secret", "secret"),
    ];
    let reply = post(&served, "/oauth2/v1/token", &form, "").await;
    assert!(
        reply.status == 401 && reply.body.contains("private_key_jwt"),
        "{}",
        reply.body
    );
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_say_and_nothing_else() {
    let key = Key::new();
    let served = org(&key, false).await;
    let token = |scope: &'static str| {
        let text = assertion(&served, &key, json!({}));
        let served = &served;
        async move {
            let token = ask(served, &text, scope, "").await.json();
            format!("Bearer {}", token["access_token"].as_str().unwrap())
        }
    };
    let users = token("okta.users.read").await;
    assert_eq!(
        get(&served, "/api/v1/users?limit=1", &users).await.status,
        200
    );
    let refused = get(&served, "/api/v1/groups?limit=1", &users).await;
    assert_eq!((refused.status, refused.body.as_str()), (403, ""));
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("scope=\"okta.groups.read\", error=\"insufficient_scope\""),
        "{challenge}"
    );
    // To manage is to read.
    let groups = token("okta.groups.manage").await;
    assert_eq!(
        get(&served, "/api/v1/groups?limit=1", &groups).await.status,
        200
    );
    for (scope, code) in [
        ("okta.apps.read", "consent_required"),
        ("okta.users.read okta.apps.read", "consent_required"),
        ("okta.users.manage", "consent_required"),
        ("profile", "invalid_scope"),
        ("", "invalid_scope"),
    ] {
        let text = assertion(&served, &key, json!({}));
        let reply = ask(&served, &text, scope, "").await;
        assert_eq!(error(&reply), (400, code.to_owned()), "{scope}");
    }
}

#[tokio::test]
async fn an_app_that_requires_dpop_wants_a_proof_then_a_nonce() {
    let (key, own) = (Key::new(), Key::new());
    let served = org(&key, true).await;
    let path = "/oauth2/v1/token";
    let with = |header: String| {
        let text = assertion(&served, &key, json!({}));
        let served = &served;
        async move { ask(served, &text, "okta.users.read", &header).await }
    };
    let reply = with(String::new()).await;
    assert_eq!(error(&reply), (400, "invalid_dpop_proof".to_owned()));
    assert!(reply.body.contains("header is missing"), "{}", reply.body);

    let proof = own.proof(&served, "POST", path, json!({}));
    let reply = with(format!("\r\nDPoP: {proof}")).await;
    assert_eq!(error(&reply), (400, "use_dpop_nonce".to_owned()));
    let nonce = reply.header("dpop-nonce").unwrap().to_owned();

    for (changes, reason) in [
        (json!({"htm": "GET"}), "htm"),
        (
            json!({"htu": "https://other.okta.com/oauth2/v1/token"}),
            "htu",
        ),
        (json!({"iat": NOW + 1}), "future"),
        (json!({"iat": NOW - 301}), "expired"),
        (json!({"iat": null}), "iat"),
        (json!({"jti": null}), "jti"),
        (json!({"ath": "x"}), "ath"),
    ] {
        let mut changes = changes;
        changes["nonce"] = nonce.clone().into();
        let proof = own.proof(&served, "POST", path, changes.clone());
        let reply = with(format!("\r\nDPoP: {proof}")).await;
        assert_eq!(
            error(&reply),
            (400, "invalid_dpop_proof".to_owned()),
            "{changes}"
        );
        assert!(reply.body.contains(reason), "{changes}: {}", reply.body);
    }
    let header = json!({"typ": "JWT", "alg": "ES256", "jwk": own.jwk});
    for (text, reason) in [
        (own.sign(&header, &json!({})), "typ"),
        (
            own.sign(
                &json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk}),
                &json!({}),
            ),
            "signature",
        ),
        (
            own.sign(&json!({"typ": "dpop+jwt", "alg": "ES256"}), &json!({})),
            "jwk",
        ),
        ("x".to_owned(), "not a valid JWT"),
        (format!("{proof}\r\nDPoP: {proof}"), "Multiple"),
    ] {
        let reply = with(format!("\r\nDPoP: {text}")).await;
        assert!(
            reply.status == 400 && reply.body.contains(reason),
            "{reason}: {}",
            reply.body
        );
    }

    let proof = own.proof(&served, "POST", path, json!({"nonce": nonce}));
    let reply = with(format!("\r\nDPoP: {proof}")).await;
    assert_eq!(
        (reply.status, &reply.json()["token_type"]),
        (200, &json!("DPoP"))
    );
    let again = with(format!("\r\nDPoP: {proof}")).await;
    assert!(again.body.contains("already been used"), "{}", again.body);

    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let ath = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
    let users = "/api/v1/users";
    let asked = |scheme: &str, proof: String| format!("{scheme} {token}\r\nDPoP: {proof}");
    let good = own.proof(&served, "GET", users, json!({"ath": ath}));
    let target = "/api/v1/users?limit=1";
    assert_eq!(
        get(&served, target, &asked("DPoP", good.clone()))
            .await
            .status,
        200
    );
    for authorization in [
        format!("Bearer {token}"),
        format!("DPoP {token}"),
        asked("DPoP", good),
        asked("DPoP", own.proof(&served, "GET", users, json!({}))),
        asked(
            "DPoP",
            own.proof(&served, "GET", "/api/v1/groups", json!({"ath": ath})),
        ),
        asked(
            "DPoP",
            key.proof(&served, "GET", users, json!({"ath": ath})),
        ),
    ] {
        let reply = get(&served, target, &authorization).await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (401, ""),
            "{authorization}"
        );
    }
}

#[tokio::test]
async fn a_person_signs_in_and_the_device_is_told() {
    let key = Key::new();
    let served = org(&key, false).await;
    let scope = "okta.users.read okta.apps.read offline_access";
    let form = [("client_id", NATIVE), ("scope", scope)];
    let code = post(&served, "/oauth2/v1/device/authorize", &form, "")
        .await
        .json();
    assert_eq!(
        (&code["interval"], &code["expires_in"]),
        (&json!(5), &json!(600))
    );
    let device = code["device_code"].as_str().unwrap().to_owned();
    let poll = || {
        let (served, device) = (&served, device.clone());
        async move {
            let form = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", device.as_str()),
                ("client_id", NATIVE),
            ];
            post(served, "/oauth2/v1/token", &form, "").await
        }
    };
    assert_eq!(
        error(&poll().await),
        (400, "authorization_pending".to_owned())
    );
    assert_eq!(error(&poll().await), (400, "slow_down".to_owned()));
    served.clock.advance(10);
    assert_eq!(
        error(&poll().await),
        (400, "authorization_pending".to_owned())
    );
    served.clock.advance(10);
    let page = code["verification_uri_complete"].as_str().unwrap();
    let page = page.strip_prefix(&served.handle.url()).unwrap();
    assert_eq!(get(&served, page, "none").await.status, 200);
    let token = poll().await.json();
    assert_eq!(token["scope"], scope);
    let refresh = token["refresh_token"].as_str().unwrap().to_owned();
    let narrower = |scope: &'static str, refresh: String| {
        let served = &served;
        async move {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh.as_str()),
                ("scope", scope),
                ("client_id", NATIVE),
            ];
            post(served, "/oauth2/v1/token", &form, "").await
        }
    };
    let users = narrower("okta.users.read", refresh.clone()).await.json();
    let bearer = format!("Bearer {}", users["access_token"].as_str().unwrap());
    assert_eq!(
        get(&served, "/api/v1/users?limit=1", &bearer).await.status,
        200
    );
    assert_eq!(
        get(&served, "/api/v1/apps?limit=1", &bearer).await.status,
        403
    );
    let apps = narrower(
        "okta.apps.read",
        users["refresh_token"].as_str().unwrap().to_owned(),
    )
    .await;
    assert_eq!(apps.status, 200, "{}", apps.body);
    let used = narrower("okta.apps.read", refresh).await;
    assert_eq!(
        error(&used),
        (400, "invalid_grant".to_owned()),
        "a refresh token is good once"
    );
    let next = apps.json()["refresh_token"].as_str().unwrap().to_owned();
    let beyond = narrower("okta.groups.read", next).await;
    assert_eq!(error(&beyond), (400, "invalid_scope".to_owned()));
}

#[tokio::test]
async fn a_device_hears_of_a_decline_and_of_a_code_that_has_expired() {
    let key = Key::new();
    let served = org(&key, false).await;
    for (page, advance, code) in [
        ("&deny=true", 0, "access_denied"),
        ("", 600, "expired_token"),
    ] {
        let form = [("client_id", NATIVE), ("scope", "okta.users.read")];
        let asked = post(&served, "/oauth2/v1/device/authorize", &form, "")
            .await
            .json();
        let target = format!(
            "/activate?user_code={}{page}",
            asked["user_code"].as_str().unwrap()
        );
        served.clock.advance(advance);
        assert_eq!(
            get(&served, &target, "none").await.status,
            if advance == 0 { 200 } else { 404 }
        );
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", asked["device_code"].as_str().unwrap()),
            ("client_id", NATIVE),
        ];
        let reply = post(&served, "/oauth2/v1/token", &form, "").await;
        assert_eq!(error(&reply), (400, code.to_owned()));
    }
}

/// The claims of a token that the custom authorization server's published key has signed.
async fn verified(served: &Served, token: &str) -> Value {
    // Anybody may have them.
    let head = "GET /oauth2/default/v1/keys HTTP/1.1\r\nHost: x\r\nConnection: close";
    let keys = served.send(head).await.json();
    let key = &keys["keys"][0];
    let bytes = |text: &Value| URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
    let point = [vec![4], bytes(&key["x"]), bytes(&key["y"])].concat();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let part = |text: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    assert_eq!(part(header), json!({"alg": "ES256", "kid": key["kid"]}));
    let curve = &ring::signature::ECDSA_P256_SHA256_FIXED;
    ring::signature::UnparsedPublicKey::new(curve, point)
        .verify(
            message.as_bytes(),
            &URL_SAFE_NO_PAD.decode(signature).unwrap(),
        )
        .unwrap();
    part(claims)
}

/// Asks the custom authorization server for a person's token.
async fn ask_for(served: &Served, changes: &[(&str, &str)]) -> Reply {
    let mut form = vec![
        ("grant_type", "password"),
        ("client_id", NATIVE),
        ("username", ENGINEER),
        ("password", "any"),
        ("scope", "mcp.read"),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    post(served, "/oauth2/default/v1/token", &form, "").await
}

#[tokio::test]
async fn the_custom_server_signs_a_person_s_token_with_the_groups_that_they_are_in() {
    let served = org(&Key::new(), false).await;
    let reply = ask_for(&served, &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let answer = reply.json();
    let claims = verified(&served, answer["access_token"].as_str().unwrap()).await;
    assert_eq!(
        claims["iss"],
        format!("{}/oauth2/default", served.handle.url())
    );
    assert_eq!(
        (&claims["aud"], &claims["sub"], &claims["scp"]),
        (
            &json!("api://default"),
            &json!(ENGINEER),
            &json!(["mcp.read"])
        )
    );
    assert_eq!(claims["exp"], NOW + 3_600);
    let path = format!("/api/v1/users/{ENGINEER}/groups");
    let groups = served.get(&path).await.json();
    let names: Vec<_> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| &group["profile"]["name"])
        .collect();
    assert!(names.len() > 1 && claims["groups"].as_array().unwrap().iter().eq(names));
    // It is for somebody else's API: Okta's own does not take it.
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    assert_eq!(get(&served, "/api/v1/users", &bearer).await.status, 401);
}

#[tokio::test]
async fn the_custom_server_refuses_strangers_and_scopes_that_are_okta_s_own() {
    let served = org(&Key::new(), false).await;
    for (change, wrong) in [
        (("username", "nobody@example.com"), (400, "invalid_grant")),
        (("client_id", "0oaNobody"), (401, "invalid_client")),
        (("client_id", SERVICE), (401, "invalid_client")),
        (("scope", ""), (400, "invalid_scope")),
        (
            ("scope", "mcp.read okta.users.read"),
            (400, "invalid_scope"),
        ),
        (
            ("grant_type", "client_credentials"),
            (400, "unsupported_grant_type"),
        ),
    ] {
        let (status, code) = error(&ask_for(&served, &[change]).await);
        assert_eq!((status, code.as_str()), wrong, "{change:?}");
    }
}
