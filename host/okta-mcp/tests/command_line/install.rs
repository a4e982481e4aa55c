//! `install` and `uninstall`: a client's own file, with everything else in it left as it was.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Home, PROGRAM};

const CLIENTS: [(&str, &str); 6] = [
    (
        "claude-desktop",
        ".config/Claude/claude_desktop_config.json",
    ),
    ("claude-code", ".claude.json"),
    ("vscode", ".config/Code/User/mcp.json"),
    ("cursor", ".cursor/mcp.json"),
    ("codex", ".codex/config.toml"),
    ("gemini", ".gemini/settings.json"),
];

async fn succeed(home: &Home, arguments: &[&str]) -> String {
    let ended = home.run(arguments).await;
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    ended.stdout
}

fn read(path: PathBuf) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn write(home: &Home, name: &str, text: &str) -> PathBuf {
    let path = home.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn every_client_gets_an_entry_where_it_looks_for_one_and_loses_it_again() {
    for (client, file) in CLIENTS {
        let home = Home::new();
        let said = succeed(&home, &["install", client, "--demo"]).await;
        assert!(
            said.contains("now starts `okta`") && said.contains("\nNext: "),
            "{said}"
        );
        assert!(
            !said.contains("Before that"),
            "the example org needs no credential: {said}"
        );
        let path = home.path().join(file);
        let text = read(path.clone());
        assert!(
            text.contains(PROGRAM) && text.contains("--demo"),
            "{client}: {text}"
        );
        let again = succeed(&home, &["install", client, "--demo"]).await;
        assert!(again.contains("has this entry already"), "{again}");
        let gone = succeed(&home, &["uninstall", client]).await;
        assert!(gone.contains("no longer starts `okta`"), "{gone}");
        let left = read(path);
        assert!(!left.contains("okta"), "{client}: {left}");
        let nothing = succeed(&home, &["uninstall", client]).await;
        assert!(nothing.contains("has no entry `okta`"), "{nothing}");
    }
}

#[tokio::test]
async fn what_else_is_in_a_client_s_json_keeps_every_byte() {
    let home = Home::new();
    let before = "{\n    // mine\n    \"zeta\": 1,\n    \"mcpServers\": {\n        \"other\": { \"command\": \"x\" } /* kept */\n    },\n    \"alpha\": [1,2 , 3]\n}\n";
    let path = write(&home, ".cursor/mcp.json", before);
    let said = succeed(&home, &["install", "cursor", "--demo"]).await;
    let after = read(path.clone());
    for line in [
        "    // mine\n",
        "    \"zeta\": 1,\n",
        "\"other\": { \"command\": \"x\" }",
        "/* kept */",
        "    \"alpha\": [1,2 , 3]\n",
    ] {
        assert!(after.contains(line), "{line:?} in {after}");
    }
    let backup = path.with_file_name("mcp.json.before-okta-mcp");
    assert!(said.contains(backup.to_str().unwrap()), "{said}");
    assert_eq!(read(backup), before);
    succeed(&home, &["uninstall", "cursor"]).await;
    assert_eq!(read(path), before);
}

#[tokio::test]
async fn what_else_is_in_codex_s_toml_keeps_every_byte() {
    let home = Home::new();
    let before = "# mine\nmodel = \"o\"   # really\n\n[mcp_servers.other]\ncommand = \"x\"\nargs = [ \"a\" ]\n\n[tui]\ntheme = 'dark'\n";
    let path = write(&home, ".codex/config.toml", before);
    succeed(&home, &["install", "codex", "--demo"]).await;
    let after = read(path.clone());
    assert!(
        after.contains("[mcp_servers.okta]") && after.contains("model = \"o\"   # really\n"),
        "{after}"
    );
    assert!(
        after.contains("args = [ \"a\" ]") && after.contains("theme = 'dark'"),
        "{after}"
    );
    succeed(&home, &["uninstall", "codex"]).await;
    assert_eq!(read(path), before);
}

#[tokio::test]
async fn an_entry_of_the_same_name_is_replaced_and_no_other() {
    let home = Home::new();
    let path = write(
        &home,
        ".claude.json",
        r#"{"mcpServers": {"okta": {"command": "old", "args": []}, "b": {"command": "b"}}}"#,
    );
    succeed(&home, &["install", "claude-code", "--demo"]).await;
    let now: Value = serde_json::from_str(&read(path.clone())).unwrap();
    assert_eq!(now["mcpServers"]["okta"]["command"], PROGRAM);
    assert_eq!(now["mcpServers"]["okta"]["type"], "stdio");
    assert_eq!(now["mcpServers"]["b"], json!({"command": "b"}));
    succeed(
        &home,
        &["install", "claude-code", "--demo", "--name", "okta-demo"],
    )
    .await;
    let now: Value = serde_json::from_str(&read(path)).unwrap();
    assert_eq!(now["mcpServers"].as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn no_secret_is_ever_written_and_the_client_asks_where_it_can() {
    let home = Home::new();
    for (client, file) in CLIENTS {
        let mut command = home.command(["install", client]);
        command
            .env("OKTA_ORG_URL", "https://acme.okta.com")
            .env("OKTA_API_TOKEN", "00-very-secret");
        let ended = crate::support::Ended::of(command).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let text = read(home.path().join(file));
        assert!(
            !text.contains("very-secret") && !ended.stdout.contains("very-secret"),
            "{client}"
        );
        assert!(text.contains("https://acme.okta.com"), "{client}: {text}");
        let asks = client == "vscode";
        assert_eq!(
            text.contains("${input:okta_okta_api_token}"),
            asks,
            "{client}: {text}"
        );
        assert_eq!(
            ended
                .stdout
                .contains("Before that: the client does not pass your shell's environment on"),
            !asks,
            "{}",
            ended.stdout
        );
    }
    let code: Value = serde_json::from_str(&read(home.path().join(CLIENTS[2].1))).unwrap();
    assert_eq!(
        code["inputs"],
        json!([{"type": "promptString", "id": "okta_okta_api_token", "description": "Okta API token", "password": true}])
    );
}

#[tokio::test]
async fn an_entry_names_the_configuration_by_its_full_path() {
    let home = Home::new();
    home.write("mine.json", "{}");
    let text = succeed(
        &home,
        &[
            "install",
            "claude-desktop",
            "--config",
            "mine.json",
            "--print",
        ],
    )
    .await;
    let entry: Value = serde_json::from_str(&text).unwrap();
    let named = entry["mcpServers"]["okta"]["args"][2].as_str().unwrap();
    assert_eq!(
        named,
        std::fs::canonicalize(home.path().join("mine.json"))
            .unwrap()
            .to_str()
            .unwrap()
    );
    assert!(
        !home.path().join(CLIENTS[0].1).exists(),
        "--print changes nothing"
    );
}

#[tokio::test]
async fn an_entry_starts_the_server_with_the_flags_that_were_given() {
    let home = Home::new();
    let arguments = [
        "install",
        "cursor",
        "--demo",
        "--toolsets",
        "users,groups",
        "--tools",
        "get_user,list_groups",
        "--audit-log",
        "audit.jsonl",
        "--no-cache",
        "--log",
        "info",
    ];
    succeed(&home, &arguments).await;
    let entry: Value = serde_json::from_str(&read(home.path().join(".cursor/mcp.json"))).unwrap();
    let entry = &entry["mcpServers"]["okta"];
    let log = std::fs::canonicalize(home.path())
        .unwrap()
        .join("audit.jsonl");
    assert_eq!(
        entry["args"],
        json!([
            "serve",
            "--audit-log",
            log,
            "--tools",
            "get_user,list_groups",
            "--toolsets",
            "users,groups",
            "--no-cache",
            "--log",
            "info",
            "--demo"
        ])
    );
    // As the client starts it.
    let words = entry["args"].as_array().unwrap().iter();
    let started = home.run(words.map(|word| word.as_str().unwrap())).await;
    assert_eq!(started.code, Some(0), "{}", started.stderr);
    let misspelt = home
        .run(["install", "cursor", "--demo", "--tools", "get_usr"])
        .await;
    assert!(
        misspelt.code == Some(2) && misspelt.stderr.contains("did you mean `get_user`?"),
        "{}",
        misspelt.stderr
    );
}

#[tokio::test]
async fn a_file_that_is_not_what_the_client_reads_is_left_alone() {
    let home = Home::new();
    for (client, file, text, line) in [
        (
            "cursor",
            ".cursor/mcp.json",
            "{\n  \"mcpServers\": {\n",
            "line ",
        ),
        (
            "cursor",
            ".cursor/mcp.json",
            "[]",
            "the file is not a JSON object",
        ),
        (
            "cursor",
            ".cursor/mcp.json",
            "{\"mcpServers\": []}",
            "`mcpServers` is not an object",
        ),
        (
            "vscode",
            ".config/Code/User/mcp.json",
            "{\"inputs\": {}}",
            "`inputs` is not an array",
        ),
        ("codex", ".codex/config.toml", "a = \n", "line 1: "),
        (
            "codex",
            ".codex/config.toml",
            "mcp_servers = 7\n",
            "`mcp_servers` is not a table",
        ),
    ] {
        let path = write(&home, file, text);
        let ended = home.run(["install", client]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{text}");
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("was left as it is") && ended.stderr.contains(line),
            "{text}: {}",
            ended.stderr
        );
        assert_eq!(read(path), text);
    }
    let wrong = home.run(["install", "cursor", "--name", "my okta"]).await;
    assert!(
        wrong.code == Some(2) && wrong.stderr.contains("1 to 40 letters, digits"),
        "{}",
        wrong.stderr
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_stays_a_link_and_a_mode_stays_a_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let real = write(&home, "dotfiles/mcp.json", "{}\n");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::create_dir_all(home.path().join(".cursor")).unwrap();
    let link = home.path().join(".cursor/mcp.json");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    succeed(&home, &["install", "cursor", "--demo"]).await;
    assert!(
        std::fs::symlink_metadata(&link)
            .unwrap()
            .file_type()
            .is_symlink()
    );
    assert!(read(real.clone()).contains("--demo"));
    assert_eq!(
        std::fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
