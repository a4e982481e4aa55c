use std::collections::HashMap;

use crate::config::{Given, Okta, Settings};

const KEY: &str = include_str!("../../../../gateway/tests/keys/rsa-2048.pem");
const JWK: &str = include_str!("../../../../gateway/tests/keys/ec-p256.jwk.json");
const ORG: (&str, &str) = ("OKTA_ORG_URL", "https://a.okta.com");
const CLIENT: (&str, &str) = ("OKTA_CLIENT_ID", "0oa1abCDefGHijKL2d7");

/// What an environment and the `okta` section of a file come to: none when nothing is configured.
fn load(env: &[(&str, &str)], okta: &str) -> Result<bool, String> {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::write(at("key.pem"), KEY).unwrap();
    std::fs::write(at("token"), "00token\n").unwrap();
    std::fs::write(at("empty"), "\n").unwrap();
    std::fs::write(at("config.json"), format!("{{\"okta\": {okta}}}")).unwrap();
    let given = Given {
        config: Some(at("config.json")),
        ..Given::default()
    };
    let env: HashMap<String, String> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let shown = dir.path().display().to_string();
    Settings::load(&given, &|name| env.get(name).cloned())
        .map(|settings| matches!(settings.okta, Okta::Ready { .. }))
        .map_err(|error| {
            let text = error.to_string();
            assert!(!text.contains('\n'), "one line: {text}");
            text.replace(&shown, "DIR")
        })
}

fn problem(env: &[(&str, &str)], okta: &str) -> String {
    load(env, okta).unwrap_err()
}

#[test]
fn each_way_to_authenticate_is_ready_from_environment_and_file() {
    let escaped = KEY.replace('\n', "\\n");
    for env in [
        vec![ORG, ("OKTA_API_TOKEN", "00token")],
        vec![ORG, CLIENT, ("OKTA_PRIVATE_KEY", KEY)],
        vec![ORG, CLIENT, ("OKTA_PRIVATE_KEY", escaped.as_str())],
        vec![
            ORG,
            CLIENT,
            ("OKTA_PRIVATE_KEY", JWK),
            ("OKTA_KEY_ID", "my-key"),
        ],
        vec![
            ORG,
            CLIENT,
            ("OKTA_PRIVATE_KEY", KEY),
            ("OKTA_SCOPES", "okta.users.read okta.groups.read"),
        ],
        vec![ORG, CLIENT],
    ] {
        assert_eq!(load(&env, "{}"), Ok(true), "{env:?}");
    }
    for okta in [
        r#"{"apiTokenFile": "token"}"#,
        r#"{"auth": {"tokenCommand": ["op", "read", "op://vault/okta/token"]}}"#,
        r#"{"auth": {"keyring": {"account": "acme"}}}"#,
        r#"{"auth": {"clientId": "0oa1", "privateKeyFile": "key.pem", "keyId": "k", "scopes": ["okta.users.read"], "dpop": false}}"#,
        r#"{"auth": {"clientId": "0oa1", "privateKeyCommand": ["pass", "okta"]}}"#,
        r#"{"auth": {"clientId": "0oa1", "keyring": {"service": "okta", "account": "acme"}}}"#,
        r#"{"auth": {"clientId": "0oa1"}}"#,
        r#"{"apiTokenFile": "token", "auth": {"clientId": "0oa1", "method": "apiToken"}}"#,
        r#"{"apiTokenFile": "token", "auth": {"clientId": "0oa1", "method": "person"}}"#,
    ] {
        assert_eq!(load(&[ORG], okta), Ok(true), "{okta}");
    }
    assert_eq!(load(&[ORG], "{}"), Ok(false));
}

#[test]
fn the_nearest_credential_is_meant_and_two_at_one_place_are_a_question() {
    // The environment wins over the file, whichever way it names.
    let file = r#"{"auth": {"clientId": "0oa 1"}}"#;
    assert_eq!(load(&[ORG, ("OKTA_API_TOKEN", "00token")], file), Ok(true));
    let file = r#"{"apiToken": "00 token"}"#;
    assert_eq!(load(&[ORG, CLIENT], file), Ok(true));
    assert_eq!(
        problem(&[ORG, CLIENT, ("OKTA_API_TOKEN", "00token")], "{}"),
        "OKTA_API_TOKEN: is there beside OKTA_CLIENT_ID; keep one of them, or say okta.auth.method: apiToken, \
         serviceApp or person"
    );
    assert!(
        problem(
            &[ORG],
            r#"{"apiTokenFile": "token", "auth": {"tokenCommand": ["x"]}}"#
        )
        .contains(
            "okta.apiTokenFile in DIR/config.json: is there beside okta.auth.tokenCommand; keep one"
        )
    );
}

#[test]
fn a_mistake_is_one_line_that_names_the_setting_and_what_is_accepted() {
    for (env, okta, expected) in [
        (
            vec![ORG, ("OKTA_PRIVATE_KEY", KEY)],
            "{}",
            "OKTA_PRIVATE_KEY: needs a client id beside it: set OKTA_CLIENT_ID",
        ),
        (
            vec![ORG, CLIENT, ("OKTA_PRIVATE_KEY", "key.pem")],
            "{}",
            "OKTA_PRIVATE_KEY: the private key is neither PEM (-----BEGIN PRIVATE KEY-----",
        ),
        (
            vec![
                ORG,
                CLIENT,
                ("OKTA_PRIVATE_KEY", KEY),
                ("OKTA_KEY_ID", "a b"),
            ],
            "{}",
            "OKTA_KEY_ID: is not a key's id; Okta shows it",
        ),
        (
            vec![ORG, CLIENT, ("OKTA_SCOPES", "okta.user.read")],
            "{}",
            "OKTA_SCOPES: there is no scope `okta.user.read`; did you mean `okta.users.read`?",
        ),
        (
            vec![ORG, ("OKTA_CLIENT_ID", "{clientId}")],
            "{}",
            "OKTA_CLIENT_ID: `{clientId}` is not a client id; Okta's look like 0oa",
        ),
        (
            vec![ORG],
            r#"{"auth": {"clientId": "0oa1", "privateKeyFile": "nowhere.pem"}}"#,
            "okta.auth.privateKeyFile in DIR/config.json: DIR/nowhere.pem cannot be read: No such file",
        ),
        (
            vec![ORG],
            r#"{"auth": {"clientId": "0oa1", "privateKeyFile": "empty"}}"#,
            "okta.auth.privateKeyFile in DIR/config.json: DIR/empty is empty",
        ),
        (
            vec![ORG],
            r#"{"auth": {"tokenCommand": []}}"#,
            "okta.auth.tokenCommand in DIR/config.json: the command is empty; write it as a list, such as",
        ),
        (
            vec![ORG],
            r#"{"auth": {"clientId": "0oa1", "scopes": []}}"#,
            "okta.auth.scopes in DIR/config.json: there is no scope in it; leave it out",
        ),
        (
            vec![ORG],
            r#"{"auth": {"method": "serviceApp", "clientId": "0oa1"}}"#,
            "okta.auth.method in DIR/config.json: is serviceApp, but there is no key; set OKTA_PRIVATE_KEY",
        ),
        (
            vec![ORG],
            r#"{"auth": {"method": "apiToken"}}"#,
            "okta.auth.method in DIR/config.json: is apiToken, but there is no token; set OKTA_API_TOKEN",
        ),
        (
            vec![ORG],
            r#"{"auth": {"method": "sso"}}"#,
            "DIR/config.json, line 1: unknown variant `sso`, expected one of `apiToken`, `serviceApp`, `person`",
        ),
        (
            vec![ORG],
            r#"{"auth": {"clientID": "x"}}"#,
            "DIR/config.json: there is no setting `okta.auth.clientID`; did you mean `clientId`?",
        ),
        (
            vec![ORG],
            r#"{"auth": {"keyring": ["x"]}}"#,
            "DIR/config.json: okta.auth.keyring: an array where an object is expected",
        ),
        (
            vec![ORG, ("OKTA_API_TOKEN", "00token")],
            r#"{"caFile": "token"}"#,
            "okta.caFile in DIR/config.json: DIR/token has no certificate in PEM",
        ),
    ] {
        let told = problem(&env, okta);
        assert!(
            told.starts_with(expected),
            "{okta}\n  told: {told}\n  expected: {expected}"
        );
    }
}

#[test]
fn no_mistake_tells_a_secret() {
    let secret = KEY.lines().nth(2).unwrap();
    let cut = KEY.replace("-----END PRIVATE KEY-----", "");
    for env in [
        vec![ORG, CLIENT, ("OKTA_PRIVATE_KEY", cut.as_str())],
        vec![
            ORG,
            CLIENT,
            ("OKTA_PRIVATE_KEY", KEY),
            ("OKTA_API_TOKEN", "00token-that-is-secret"),
        ],
        vec![ORG, ("OKTA_API_TOKEN", "00token-that-is-secret and more")],
    ] {
        let told = problem(&env, "{}");
        assert!(
            !told.contains(secret.get(..12).unwrap()) && !told.contains("that-is-secret"),
            "{told}"
        );
    }
}
