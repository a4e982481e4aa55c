//! Signing in at Okta: what each mistake is told as, and what a person sees who signs in himself.

use std::path::PathBuf;

use serde_json::json;

use crate::assert_one_line;
use crate::support::{Home, Simulator, repository};

const ORG: &str = "http://127.0.0.1:9";
const CLIENT: &str = "0oaNorthwindService1";

fn key(name: &str) -> PathBuf {
    repository("host/gateway/tests/keys").join(name)
}

/// The public half of a JWK, in a file.
fn public(home: &Home, name: &str) -> PathBuf {
    let text = std::fs::read_to_string(key(name)).unwrap();
    let mut jwk: serde_json::Value = serde_json::from_str(&text).unwrap();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        jwk.as_object_mut().unwrap().remove(private);
    }
    home.write("public.jwk", &jwk.to_string())
}

#[tokio::test]
async fn a_mistake_in_a_setting_is_one_line_and_exit_code_2_and_nothing_is_sent() {
    let pem = std::fs::read_to_string(key("rsa-2048.pem")).unwrap();
    let broken = pem.replace("-----END", "");
    for (settings, line) in [
        (
            vec![("OKTA_PRIVATE_KEY", pem.as_str())],
            "OKTA_PRIVATE_KEY: needs a client id beside it",
        ),
        (
            vec![("OKTA_CLIENT_ID", CLIENT), ("OKTA_PRIVATE_KEY", &broken)],
            "OKTA_PRIVATE_KEY: the private key is PEM that ends too early",
        ),
        (
            vec![
                ("OKTA_CLIENT_ID", CLIENT),
                ("OKTA_SCOPES", "okta.group.read"),
            ],
            "did you mean `okta.groups.read`?",
        ),
        (
            vec![("OKTA_CLIENT_ID", CLIENT), ("OKTA_API_TOKEN", "00token")],
            "OKTA_API_TOKEN: is there beside OKTA_CLIENT_ID; keep one of them",
        ),
        (
            vec![("OKTA_CLIENT_ID", "my app")],
            "OKTA_CLIENT_ID: `my app` is not a client id",
        ),
    ] {
        let home = Home::new();
        let mut command = home.command(["call", "list_users"]);
        // Nobody listens there: what was sent would be told as such.
        command.env("OKTA_ORG_URL", ORG).envs(settings);
        assert_one_line(&crate::support::Ended::of(command).await, 2, line);
    }
}

#[tokio::test]
async fn a_service_app_reads_with_its_key_from_a_file_and_a_command() {
    let home = Home::new();
    let public = public(&home, "rsa-2048.jwk.json");
    let org = Simulator::start_with(
        &home,
        ["--service-app", public.to_str().unwrap(), "--require-dpop"],
    )
    .await;
    let pem = key("rsa-2048.pem");
    for auth in [
        json!({"clientId": CLIENT, "privateKeyFile": pem}),
        json!({"clientId": CLIENT, "privateKeyCommand": ["cat", pem]}),
    ] {
        home.write(
            "config.json",
            &json!({"okta": {"orgUrl": org.url, "auth": auth}}).to_string(),
        );
        let ended = home
            .run([
                "call",
                "list_users",
                "{\"limit\": 2}",
                "--json",
                "--config",
                "config.json",
            ])
            .await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let answer: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(answer["returned"], 2);
    }
}

#[tokio::test]
async fn a_plugin_whose_scope_the_app_does_not_hold_says_which_to_grant_and_the_others_answer() {
    let home = Home::new();
    let public = public(&home, "rsa-2048.jwk.json");
    let org = Simulator::start_with(
        &home,
        [
            "--service-app",
            public.to_str().unwrap(),
            "--scope",
            "okta.users.read",
        ],
    )
    .await;
    let pem = std::fs::read_to_string(key("rsa-2048.pem")).unwrap();
    let pem = home.write_secret("key.pem", &pem);
    let config =
        json!({"okta": {"orgUrl": org.url, "auth": {"clientId": CLIENT, "privateKeyFile": pem}}});
    home.write("config.json", &config.to_string());
    let call = |tool: &'static str, arguments: &'static str| {
        home.run(["call", tool, arguments, "--config", "config.json"])
    };
    assert_one_line(
        &call("list_policies", r#"{"type": "OKTA_SIGN_ON"}"#).await,
        2,
        &format!(
            "list_policies was not run: the app {CLIENT} does not hold okta.policies.read; grant it in the Okta"
        ),
    );
    let users = call("list_users", "{}").await;
    assert_eq!(users.code, Some(0), "{}", users.stderr);
}

#[tokio::test]
async fn a_person_is_given_the_page_and_the_code() {
    let home = Home::new();
    let org = Simulator::start_with(&home, []).await;
    let mut command = home.command(["call", "list_users"]);
    command
        .env("OKTA_ORG_URL", &org.url)
        .env("OKTA_CLIENT_ID", "0oaNorthwindPerson01");
    assert_one_line(
        &crate::support::Ended::of(command).await,
        2,
        &format!(
            "list_users was not run: sign in to Okta first: open {}/activate?user_code=",
            org.url
        ),
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let pem = std::fs::read_to_string(key("rsa-2048.pem")).unwrap();
    let path = home.write("key.pem", &pem);
    home.write("config.json", &json!({"okta": {"orgUrl": ORG, "auth": {"clientId": CLIENT, "privateKeyFile": "key.pem"}}}).to_string());
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let ended = home.run(["tools", "--config", "config.json"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(
            ended.stderr.contains("run `chmod 600 "),
            warned,
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn the_list_of_tools_needs_no_secret_and_no_network() {
    let home = Home::new();
    let mark = home.path().join("asked");
    let config = json!({"okta": {"orgUrl": ORG, "auth": {"tokenCommand": ["touch", mark]}}});
    home.write("config.json", &config.to_string());
    let ended = home.run(["tools", "--config", "config.json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        !mark.exists(),
        "the password manager is not asked for a list of tools"
    );
    let ended = home
        .run(["call", "list_users", "--config", "config.json"])
        .await;
    assert!(mark.exists());
    assert_one_line(
        &ended,
        2,
        "list_users was not run: what the command `touch` printed is empty",
    );
}

/// `scopes` with the service app that holds `scopes` at the example org.
async fn scopes_of_app(scopes: &[&str], arguments: &[&str]) -> crate::support::Ended {
    let home = Home::new();
    let public = public(&home, "rsa-2048.jwk.json");
    let mut simulate = vec!["--service-app", public.to_str().unwrap(), "--require-dpop"];
    simulate.extend(scopes.iter().flat_map(|scope| ["--scope", *scope]));
    let org = Simulator::start_with(&home, simulate).await;
    let pem = home.write_secret(
        "key.pem",
        &std::fs::read_to_string(key("rsa-2048.pem")).unwrap(),
    );
    let config =
        json!({"okta": {"orgUrl": org.url, "auth": {"clientId": CLIENT, "privateKeyFile": pem}}});
    home.write("config.json", &config.to_string());
    let own = ["scopes", "--config", "config.json"];
    home.run(own.into_iter().chain(arguments.iter().copied()))
        .await
}

#[tokio::test]
async fn the_scopes_are_compared_with_what_the_app_really_holds() {
    let exact = scopes_of_app(
        &["okta.users.read", "okta.groups.read"],
        &["--toolsets", "users,groups"],
    )
    .await;
    assert_eq!(exact.code, Some(0), "{}", exact.stderr);
    assert_eq!(exact.stdout, "okta.groups.read\nokta.users.read\n");
    assert!(
        exact.stderr.starts_with(&format!(
            "The app {CLIENT} holds what the tools need, and no other scope to read.\n"
        )),
        "{}",
        exact.stderr
    );

    let other = scopes_of_app(
        &["okta.users.read", "okta.logs.read"],
        &["--toolsets", "users,groups"],
    )
    .await;
    assert_eq!(other.code, Some(3), "{}", other.stderr);
    assert_eq!(other.stdout, exact.stdout, "the list is the same");
    for line in [
        format!("Missing: the app {CLIENT} does not hold okta.groups.read; grant it"),
        format!("Surplus: the app {CLIENT} also holds okta.logs.read, which no enabled tool needs"),
        "Not known: whether it holds a scope as .manage".to_owned(),
    ] {
        assert!(other.stderr.contains(&line), "{line}: {}", other.stderr);
    }
}

#[tokio::test]
async fn the_list_of_scopes_needs_no_answer_of_okta_s() {
    let home = Home::new();
    let pem = home.write_secret(
        "key.pem",
        &std::fs::read_to_string(key("rsa-2048.pem")).unwrap(),
    );
    // Nobody listens there.
    let auth = json!({"clientId": CLIENT, "privateKeyFile": pem});
    home.write(
        "config.json",
        &json!({"okta": {"orgUrl": ORG, "auth": auth}}).to_string(),
    );
    let list = "okta.apps.read\nokta.groups.read\nokta.policies.read\nokta.users.read\n";
    let asked = home.run(["scopes", "--config", "config.json"]).await;
    assert_eq!((asked.code, asked.stdout.as_str()), (Some(2), list));
    assert!(
        asked.stderr.contains("what the app holds is not known: "),
        "{}",
        asked.stderr
    );
    assert_eq!(asked.stderr.lines().count(), 1, "{}", asked.stderr);
    let offline = home
        .run(["scopes", "--offline", "--config", "config.json"])
        .await;
    assert_eq!(
        (
            offline.code,
            offline.stdout.as_str(),
            offline.stderr.as_str()
        ),
        (Some(0), list, "")
    );

    // An API token has no scopes: there is nothing to ask for.
    let home = Home::new();
    let mut command = home.command(["scopes"]);
    command
        .env("OKTA_ORG_URL", ORG)
        .env("OKTA_API_TOKEN", "00token");
    let token = crate::support::Ended::of(command).await;
    assert_eq!(
        (token.code, token.stdout.as_str(), token.stderr.as_str()),
        (Some(0), list, "")
    );
}
