use super::*;
use std::collections::HashMap;

use capability::limits::{LimitWish, Limits};
use serde_json::json;

/// Settings from a `config.json` in a directory of its own (named with `--config` or not) and an environment.
fn load(file: Option<&str>, named: bool, env: &[(&str, &str)]) -> Result<Settings, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("okta-mcp/config.json");
    let mut given = Given::default();
    let mut variables: HashMap<String, String> = env
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    variables.insert("XDG_CONFIG_HOME".into(), dir.path().display().to_string());
    if let Some(text) = file {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::write(dir.path().join("okta-mcp/token"), "00token-from-file\n").unwrap();
        if named {
            given.config = Some(path);
        }
    }
    Settings::load(&given, &|name| variables.get(name).cloned()).map_err(|error| {
        error
            .to_string()
            .replace(&dir.path().display().to_string(), "DIR")
    })
}

fn problem(file: &str) -> String {
    load(Some(file), true, &[]).unwrap_err()
}

#[test]
fn the_environment_alone_is_enough() {
    let settings = load(
        None,
        false,
        &[
            ("OKTA_ORG_URL", "https://a.okta.com"),
            ("OKTA_API_TOKEN", "00abc"),
        ],
    )
    .unwrap();
    assert!(
        matches!(settings.okta, Okta::Ready { org, .. } if org.origin() == "https://a.okta.com")
    );
}

#[test]
fn both_spellings_of_the_org_s_variable_are_read_and_the_first_wins() {
    let env = [
        ("OKTA_CLIENT_ORGURL", "https://b.okta.com"),
        ("OKTA_API_TOKEN", "00abc"),
    ];
    assert!(
        matches!(load(None, false, &env).unwrap().okta, Okta::Ready { org, .. } if org.origin() == "https://b.okta.com")
    );
    let both = [env[0], env[1], ("OKTA_ORG_URL", "https://a.okta.com")];
    assert!(
        matches!(load(None, false, &both).unwrap().okta, Okta::Ready { org, .. } if org.origin() == "https://a.okta.com")
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let file =
        r#"{"okta": {"orgUrl": "https://file.okta.com", "apiTokenFile": "token"}, "log": "info"}"#;
    let settings = load(
        Some(file),
        true,
        &[
            ("OKTA_ORG_URL", "https://env.okta.com"),
            ("OKTA_MCP_LOG", "debug"),
        ],
    )
    .unwrap();
    assert!(
        matches!(settings.okta, Okta::Ready { org, .. } if org.origin() == "https://env.okta.com")
    );
    assert_eq!(settings.log, "debug");
}

#[test]
fn without_credentials_the_text_says_what_to_set() {
    let missing = |env: &[(&str, &str)]| match load(None, false, env).unwrap().okta {
        Okta::Missing(text) => text,
        Okta::Ready { .. } => panic!("nothing was set"),
    };
    assert!(missing(&[]).contains("set OKTA_ORG_URL"));
    assert!(missing(&[("OKTA_ORG_URL", "https://a.okta.com")]).contains("set OKTA_API_TOKEN"));
    assert!(
        missing(&[("OKTA_API_TOKEN", "00abc"), ("OKTA_ORG_URL", "")]).contains("set OKTA_ORG_URL")
    );
}

#[test]
fn unknown_keys_are_errors_with_a_suggestion_at_every_depth() {
    assert_eq!(
        problem(r#"{"okta": {"orgURL": "x"}}"#),
        "DIR/okta-mcp/config.json: there is no setting `okta.orgURL`; did you mean `orgUrl`?"
    );
    assert!(
        problem(r#"{"plugin": {}}"#)
            .ends_with("there is no setting `plugin`; did you mean `plugins`?")
    );
    assert!(
        problem(r#"{"plugins": {"users": {"tool": []}}}"#)
            .ends_with("`plugins.users.tool`; did you mean `tools`?")
    );
    assert!(
        problem(r#"{"plugins": {"users": {"limits": {"cpus": "1 s"}}}}"#)
            .ends_with("did you mean `cpu`?")
    );
    assert!(
        problem(r#"{"zzz": 1}"#)
            .contains("accepted here: $schema, okta, plugins, http, audit, lock, ")
    );
}

#[test]
fn a_key_of_the_time_before_the_lock_says_what_to_do_now() {
    for key in ["sha256", "allowWasi"] {
        let text = problem(&format!(
            r#"{{"plugins": {{"x": {{"package": "a.wasm", "{key}": "12"}}}}}}"#
        ));
        assert_eq!(
            text,
            format!(
                "DIR/okta-mcp/config.json: there is no setting `plugins.x.{key}` any more: take it out, review the package, and run `okta-mcp approve FILE`, which writes its digest into plugins.lock and asks about WASI"
            )
        );
    }
}

#[test]
fn a_wrong_type_gives_the_line() {
    assert_eq!(
        problem("{\n  \"okta\": {\n    \"orgUrl\": 7\n  }\n}"),
        "DIR/okta-mcp/config.json, line 3: invalid type: integer `7`, expected a string"
    );
    assert!(problem("{").contains("line 1: EOF"));
}

#[test]
fn values_that_serde_cannot_check_name_their_key() {
    for (file, expected) in [
        (
            r#"{"lock": {"requireSignatureBy": ["RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", "RWQ"]}}"#,
            "lock.requireSignatureBy[1]: is not a public key of minisign",
        ),
        (
            r#"{"boundary": "nowhere.toml"}"#,
            "DIR/okta-mcp/nowhere.toml cannot be read",
        ),
        (
            r#"{"acceptedFindings": "token"}"#,
            "DIR/okta-mcp/token: line 1: ",
        ),
        (
            r#"{"plugins": {"users": {"hide": ["a..b"]}}}"#,
            "plugins.users.hide: `a..b` is not a field",
        ),
        (
            r#"{"plugins": {"users": {"limits": {"memory": "1GB"}}}}"#,
            "plugins.users.limits.memory: write it as in `32 MiB`",
        ),
        (
            r#"{"okta": {"orgUrl": "http://a.okta.com", "apiTokenFile": "token"}}"#,
            "okta.orgUrl in DIR/okta-mcp/config.json: `http://a.okta.com` is not https",
        ),
        (
            r#"{"okta": {"apiToken": "a", "apiTokenFile": "token"}}"#,
            "okta.apiToken in DIR/okta-mcp/config.json: is there beside",
        ),
        (
            r#"{"okta": {"apiTokenFile": "nowhere"}}"#,
            "okta.apiTokenFile in DIR/okta-mcp/config.json: DIR/okta-mcp/nowhere cannot be read",
        ),
    ] {
        assert!(
            problem(file).starts_with(expected),
            "{file}: {}",
            problem(file)
        );
    }
}

#[test]
fn a_file_in_the_user_s_own_directory_is_found_and_a_relative_one_is_not_his() {
    let file = r#"{"okta": {"orgUrl": "https://file.okta.com", "apiTokenFile": "token"}}"#;
    assert!(matches!(
        load(Some(file), false, &[]).unwrap().okta,
        Okta::Ready { .. }
    ));
    let env = |name: &str| (name == "XDG_CONFIG_HOME").then(String::new);
    assert_eq!(own_file(&env), None, "an empty variable names no directory");
}

#[test]
fn a_setting_for_a_plugin_that_is_nowhere_is_an_error_and_not_a_restriction_that_does_nothing() {
    assert_eq!(
        problem(r#"{"plugins": {"user": {"hide": ["profile.ssn"]}}}"#),
        "plugins.user: there is no such plugin; did you mean `users`?"
    );
    assert!(
        problem(r#"{"plugins": {"zzz": {"enabled": false}}}"#)
            .contains("built in are users, groups, apps, factors, policies")
    );
}

#[test]
fn an_array_is_no_configuration_at_any_level() {
    for (file, place) in [
        ("[]", "the file"),
        (r#"{"okta": ["https://a.okta.com"]}"#, "okta"),
        (r#"{"plugins": {"users": [true]}}"#, "plugins.users"),
        (
            r#"{"plugins": {"users": {"limits": []}}}"#,
            "plugins.users.limits",
        ),
    ] {
        assert!(
            problem(file).ends_with(&format!("{place}: an array where an object is expected")),
            "{}",
            problem(file)
        );
    }
}

#[test]
fn a_malformed_org_is_told_without_a_token_too() {
    assert!(
        load(None, false, &[("OKTA_ORG_URL", "x")])
            .unwrap_err()
            .starts_with("OKTA_ORG_URL: `x` is not a URL")
    );
}

#[test]
fn the_command_line_wins_over_the_environment() {
    let given = Given {
        org_url: Some("https://flag.okta.com".into()),
        ..Given::default()
    };
    let env = |name: &str| match name {
        "OKTA_ORG_URL" => Some("https://env.okta.com".to_owned()),
        "OKTA_API_TOKEN" => Some("00abc".to_owned()),
        _ => None,
    };
    let settings = Settings::load(&given, &env).unwrap();
    assert!(
        matches!(settings.okta, Okta::Ready { org, .. } if org.origin() == "https://flag.okta.com")
    );
}

#[test]
fn what_a_file_says_cannot_write_to_the_terminal() {
    let error = problem("{\"okta\": {\"apiTokenFile\": \"\\u001b]0;x\\u0007\"}}");
    assert!(!error.chars().any(char::is_control), "{error:?}");
}

#[test]
fn a_token_is_in_no_error_and_no_debug_text() {
    let secret = "00sEcReT with blanks";
    let error = load(
        None,
        false,
        &[
            ("OKTA_ORG_URL", "https://a.okta.com"),
            ("OKTA_API_TOKEN", secret),
        ],
    )
    .unwrap_err();
    assert!(
        error.starts_with("OKTA_API_TOKEN: ") && !error.contains("00sEcReT"),
        "{error}"
    );
    let file = File::parse(r#"{"okta": {"apiToken": "00sEcReT"}}"#, "x").unwrap();
    assert!(!format!("{file:?}").contains("00sEcReT"));
}

#[test]
fn every_limit_has_a_ceiling_in_the_file() {
    for ((key, camel), (_, default)) in LimitWish::KEYS.iter().zip(Limits::DEFAULT.written()) {
        let value = default
            .parse::<u32>()
            .map_or_else(|_| json!(default), |number| json!(number));
        let text = json!({"plugins": {"users": {"limits": {(*camel): value}}}}).to_string();
        let file = File::parse(&text, "x").unwrap();
        let wish = file.plugins["users"].limits.wish().unwrap();
        assert_ne!(wish, LimitWish::default(), "{key} is read");
        assert_eq!(Limits::DEFAULT.least(&wish), Limits::DEFAULT, "{key}");
    }
}

#[test]
fn the_committed_schema_is_the_types_own_and_the_example_fits_it() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = std::fs::read_to_string(here.join("config.schema.json")).unwrap();
    let current = serde_json::to_string_pretty(&File::json_schema()).unwrap() + "\n";
    assert!(
        committed == current,
        "run `okta-mcp config schema > host/okta-mcp/config.schema.json`"
    );
    let example = std::fs::read_to_string(here.join("../../config.example.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&example).unwrap();
    jsonschema::validate(&File::json_schema(), &value).unwrap();
    File::parse(&example, "config.example.json").unwrap();
}

#[test]
fn the_pace_is_taken_within_its_bounds_and_refused_beyond_with_an_example() {
    for good in [
        r#"{"okta": {"pace": {"reserve": 0, "concurrency": 1}, "cacheTtl": "60 min"}}"#,
        r#"{"okta": {"pace": {"reserve": 90, "concurrency": 32}, "cacheTtl": "1 ms"}}"#,
        r#"{"okta": {"pace": {}}}"#,
    ] {
        assert!(load(Some(good), true, &[]).is_ok(), "{good}");
    }
    for (okta, told) in [
        (
            r#"{"pace": {"reserve": 91}}"#,
            "okta.pace.reserve: a reserve is from 0 to 90 percent, such as 10",
        ),
        (
            r#"{"pace": {"concurrency": 0}}"#,
            "okta.pace.concurrency: a concurrency is from 1 to 32 requests, such as 8",
        ),
        (
            r#"{"pace": {"concurrency": 33}}"#,
            "okta.pace.concurrency: a concurrency is from 1 to 32 requests, such as 8",
        ),
        (
            r#"{"cacheTtl": "61 min"}"#,
            "okta.cacheTtl: write a time of up to `60 min`, such as `60 s`",
        ),
        (
            r#"{"cacheTtl": "60"}"#,
            "okta.cacheTtl: write a time of up to `60 min`, such as `60 s`",
        ),
        (
            r#"{"pace": []}"#,
            "DIR/okta-mcp/config.json: okta.pace: an array where an object is expected",
        ),
        (
            r#"{"pace": {"reserv": 1}}"#,
            "DIR/okta-mcp/config.json: there is no setting `okta.pace.reserv`; did you mean `reserve`?",
        ),
    ] {
        assert_eq!(problem(&format!("{{\"okta\": {okta}}}")), told);
    }
}

#[test]
fn a_cursor_key_has_enough_in_it_and_the_environment_s_wins() {
    let file = r#"{"cursorKeyFile": "token"}"#;
    assert_eq!(
        problem(file),
        "DIR/okta-mcp/token: has 17 characters, and a key has 32 or more; make one with `openssl rand -base64 32`"
    );
    let with = |key: &str| load(Some(file), true, &[("OKTA_MCP_CURSOR_KEY", key)]);
    assert!(with(&"k".repeat(32)).unwrap().cursor_key.is_some());
    let short = with(&"k".repeat(31)).unwrap_err();
    assert!(
        short.starts_with("OKTA_MCP_CURSOR_KEY: has 31 characters"),
        "{short}"
    );
    assert!(!short.contains("kk"), "a key is not shown: {short}");
    assert!(load(None, false, &[]).unwrap().cursor_key.is_none());
    assert!(problem(r#"{"cursorKeyFile": "missing"}"#).contains("cannot be read"));
}
