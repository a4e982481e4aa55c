//! `init`: from answers, piped or as flags, to a file that works, and to none where a question is left open.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::assert_one_line;
use crate::support::{Ended, Home, Simulator, bounded};

/// Where it writes unless it is told otherwise.
fn usual(home: &Home) -> PathBuf {
    home.path().join(".config/okta-mcp/config.json")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs it with these lines for answers; then they end.
async fn answered(mut command: Command, answers: &str) -> Ended {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that ends before the last answer closes the pipe.
    let _ = stdin.write_all(answers.as_bytes()).await;
    drop(stdin);
    let output = bounded("init", child.wait_with_output()).await.unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn answers_make_a_file_that_the_server_then_serves_with() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    home.write_secret("okta-token", &org.token);
    let answers = format!("{}\n2\n1\nokta-token\nusers,groups\n", org.url);
    let ended = answered(home.command(["init"]), &answers).await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ended.stdout
    );
    for part in [
        "The org's URL, such as https://your-org.okta.com: ",
        "1  service-app  an app with a private key",
        "Where the API token is kept",
        "ok       credential: Okta takes the API token",
        "ok       access.users: ",
        "no problem was found",
        "Next: okta-mcp install claude-desktop\n",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    let path = usual(&home);
    assert!(
        ended.stdout.contains(&format!("Wrote {}.", path.display())),
        "{}",
        ended.stdout
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&org.token) && !ended.stdout.contains(&org.token));
    assert_eq!(
        read(&path),
        json!({
            "okta": {
                "orgUrl": org.url,
                "apiTokenFile": std::fs::canonicalize(home.path()).unwrap().join("okta-token"),
            },
            "plugins": {"apps": {"enabled": false}, "factors": {"enabled": false}, "policies": {"enabled": false}},
        })
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // It is found without being named, as a client will start the server.
    let called = home.run(["call", "list_users", "{\"limit\": 1}"]).await;
    assert_eq!(called.code, Some(0), "{}", called.stderr);
    let tools = home.run(["tools"]).await;
    assert!(tools.stdout.contains("list_groups") && !tools.stdout.contains("list_applications"));
}

#[tokio::test]
async fn flags_answer_everything_and_nothing_is_asked() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    home.write_secret("okta-token", &org.token);
    let arguments = [
        "init",
        "--yes",
        "--org-url",
        &org.url,
        "--api-token-file",
        "okta-token",
        "--config",
        "mine.json",
    ];
    let ended = home.run(arguments).await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ended.stdout
    );
    assert!(!ended.stdout.contains("The org's URL"), "{}", ended.stdout);
    let path = home.path().join("mine.json");
    assert!(
        read(&path)["okta"]["apiTokenFile"]
            .as_str()
            .unwrap()
            .ends_with("okta-token")
    );
    assert!(
        ended.stdout.contains("install claude-desktop --config /"),
        "{}",
        ended.stdout
    );

    // A second time nothing is lost, unless it is given up.
    let before = std::fs::read(&path).unwrap();
    let again = home.run(arguments).await;
    assert_one_line(
        &again,
        2,
        "is there already, and was left as it is; --replace replaces it",
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let toolsets = arguments
        .into_iter()
        .chain(["--replace", "--toolsets", "users"]);
    let replaced = home.run(toolsets).await;
    assert_eq!(replaced.code, Some(0), "{}", replaced.stderr);
    assert_eq!(
        std::fs::read(home.path().join("mine.json.before-init")).unwrap(),
        before
    );
    assert_eq!(read(&path)["plugins"]["groups"]["enabled"], false);
}

#[tokio::test]
async fn a_flag_that_is_missing_is_named_and_one_that_is_wrong_is_told() {
    let home = Home::new();
    for (arguments, line) in [
        (
            vec![],
            "--yes asks nothing, so --org-url has to say it; nothing was written",
        ),
        (
            vec!["--org-url", "company"],
            "--org-url: `company` is not a URL",
        ),
        (
            vec!["--org-url", "https://company-admin.okta.com"],
            "the API is at https://company.okta.com",
        ),
        (
            vec!["--org-url", "https://a.okta.com"],
            "so --auth has to say it",
        ),
        (
            vec!["--org-url", "https://a.okta.com", "--auth", "person"],
            "so --client-id has to say it",
        ),
        (
            vec![
                "--org-url",
                "https://a.okta.com",
                "--auth",
                "person",
                "--client-id",
                "my app",
            ],
            "--client-id: `my app` is not a client id",
        ),
        (
            vec![
                "--org-url",
                "https://a.okta.com",
                "--auth",
                "api-token",
                "--secret-command",
                "sh -c 'x'",
            ],
            "--secret-command: quotes mean nothing without a shell",
        ),
        (
            vec![
                "--org-url",
                "https://a.okta.com",
                "--auth",
                "api-token",
                "--secret",
                "env",
                "--toolsets",
                "user",
            ],
            "--toolsets: there is no plugin `user`; there are users, groups",
        ),
        (vec!["--demo"], "the example org needs no configuration"),
    ] {
        let ended = home
            .run(["init", "--yes"].into_iter().chain(arguments))
            .await;
        assert_one_line(&ended, 2, line);
        assert!(!usual(&home).exists());
    }
}

#[tokio::test]
async fn each_way_to_sign_in_and_each_place_of_a_secret_has_its_keys() {
    let home = Home::new();
    let org = "https://northwind.okta.com";
    let key = home.path().join("key.pem");
    for (arguments, okta) in [
        (
            vec!["--auth", "api-token", "--secret", "env"],
            json!({"orgUrl": org}),
        ),
        (
            vec![
                "--auth",
                "api-token",
                "--secret-command",
                "op read op://vault/okta/token",
            ],
            json!({"orgUrl": org, "auth": {"tokenCommand": ["op", "read", "op://vault/okta/token"]}}),
        ),
        (
            vec!["--auth", "api-token", "--keyring-account", "ada"],
            json!({"orgUrl": org, "auth": {"keyring": {"account": "ada"}}}),
        ),
        (
            vec![
                "--auth",
                "service-app",
                "--client-id",
                "0oa1",
                "--key-id",
                "k1",
                "--secret-file",
                key.to_str().unwrap(),
            ],
            json!({"orgUrl": org, "auth": {"method": "serviceApp", "clientId": "0oa1", "keyId": "k1", "privateKeyFile": key}}),
        ),
        (
            vec![
                "--auth",
                "service-app",
                "--client-id",
                "0oa1",
                "--secret",
                "env",
            ],
            json!({"orgUrl": org, "auth": {"method": "serviceApp", "clientId": "0oa1"}}),
        ),
        (
            vec!["--auth", "person", "--client-id", "0oa1"],
            json!({"orgUrl": org, "auth": {"method": "person", "clientId": "0oa1"}}),
        ),
    ] {
        let common = [
            "init",
            "--yes",
            "--no-test",
            "--org-url",
            org,
            "--config",
            "c.json",
        ];
        let ended = home.run(common.into_iter().chain(arguments)).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let path = home.path().join("c.json");
        assert_eq!(read(&path), json!({"okta": okta}));
        // What it wrote is what the published schema takes.
        let schema: Value =
            serde_json::from_str(&home.run(["config", "schema"]).await.stdout).unwrap();
        jsonschema::validate(&schema, &read(&path)).unwrap();
        std::fs::remove_file(path).unwrap();
    }
}

#[tokio::test]
async fn answers_that_end_early_write_nothing() {
    let home = Home::new();
    let all = "https://northwind.okta.com\n2\n3\ncat token\nusers\n";
    for lines in 0..=5 {
        let answers: String = all.split_inclusive('\n').take(lines).collect();
        // After the last one the connection is tried, and whether to write all the same is a question too.
        let ended = answered(home.command(["init"]), &answers).await;
        assert_eq!(ended.code, Some(2), "{lines}: {}", ended.stdout);
        assert!(
            ended.stderr.contains("nothing was written"),
            "{}",
            ended.stderr
        );
        assert!(!home.path().join(".config").exists());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_in_the_middle_of_the_questions_writes_nothing() {
    let home = Home::new();
    let mut child = home
        .command(["init"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"https://northwind.okta.com\n")
        .await
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The second question is on the screen.
    while let Some(line) = bounded("the questions", lines.next_line()).await.unwrap() {
        if line.contains("3  person") {
            break;
        }
    }
    let pid = child.id().unwrap().to_string();
    let killed = Command::new("kill")
        // Not INT: whoever runs the tests in the background has it ignored, and children inherit that.
        .args(["-TERM", &pid])
        .status()
        .await
        .unwrap();
    assert!(killed.success());
    let status = bounded("the end", child.wait()).await.unwrap();
    assert!(!status.success());
    assert!(!home.path().join(".config").exists());
}

#[tokio::test]
async fn a_connection_that_does_not_work_is_told_and_the_file_written_only_if_it_is_wanted() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    home.write_secret("okta-token", "00wrongWrongWrongWrongWrongWrongWrongWro0");
    let answers = format!("{}\n2\n1\nokta-token\n\n", org.url);
    for (last, code, written) in [("n\n", 1, false), ("y\n", 0, true)] {
        let ended = answered(home.command(["init"]), &format!("{answers}{last}")).await;
        assert_eq!(ended.code, Some(code), "{}", ended.stdout);
        assert!(
            ended
                .stdout
                .contains("problem  credential: Okta does not take the API token"),
            "{}",
            ended.stdout
        );
        assert_eq!(usual(&home).exists(), written);
    }
    let arguments = [
        "init",
        "--yes",
        "--org-url",
        &org.url,
        "--api-token-file",
        "okta-token",
        "--config",
        "c.json",
    ];
    let ended = home.run(arguments).await;
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("Nothing was written."),
        "{}",
        ended.stdout
    );
    let missing = [
        "init",
        "--yes",
        "--org-url",
        &org.url,
        "--api-token-file",
        "nowhere",
        "--config",
        "c.json",
    ];
    let ended = home.run(missing).await;
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("problem  config: ")
            && ended.stdout.contains("nowhere cannot be read"),
        "{}",
        ended.stdout
    );
    assert!(!home.path().join("c.json").exists());
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_after_a_yes() {
    let home = Home::new();
    std::fs::create_dir_all(usual(&home).parent().unwrap()).unwrap();
    std::fs::write(usual(&home), "{}").unwrap();
    let ended = answered(home.command(["init"]), "\n").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("is there already. Replace it"),
        "{}",
        ended.stdout
    );
    assert_eq!(std::fs::read_to_string(usual(&home)).unwrap(), "{}");
}

#[tokio::test]
async fn a_secret_in_the_environment_is_tried_there_and_named_for_later() {
    let home = Home::new();
    let org = Simulator::start(&home).await;
    let arguments = [
        "init",
        "--yes",
        "--org-url",
        &org.url,
        "--auth",
        "api-token",
        "--secret",
        "env",
    ];
    let ended = home.run(arguments).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .contains("untried  OKTA_API_TOKEN is not set here"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("has to set OKTA_API_TOKEN"),
        "{}",
        ended.stdout
    );
    std::fs::remove_file(usual(&home)).unwrap();
    let mut command = home.command(arguments);
    // Another org in this shell is not what the file says.
    command
        .env("OKTA_API_TOKEN", &org.token)
        .env("OKTA_ORG_URL", "https://other.okta.com");
    let ended = Ended::of(command).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .contains("ok       credential: Okta takes the API token"),
        "{}",
        ended.stdout
    );
    assert!(
        !std::fs::read_to_string(usual(&home))
            .unwrap()
            .contains(&org.token)
    );
}
