//! `okta-mcp call`: one tool, one answer, for people and for programs.

use serde_json::{Value, json};

use crate::support::oracle::seed;
use crate::support::{Ended, Home, Simulator, rows};
use crate::{assert_one_line, run};

const ENGINEER: &str = "{\"user\": \"mara.okonkwo@northwind.example.com\"}";

#[tokio::test]
async fn a_call_prints_a_table_for_people() {
    let ended = run(&["call", "get_user", ENGINEER, "--demo"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let row = |name: &str| {
        ended
            .stdout
            .lines()
            .map(|line| {
                line.trim_start_matches(|character: char| !character.is_ascii_alphanumeric())
            })
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("no row {name}: {}", ended.stdout))
    };
    assert!(
        row("login").contains("mara.okonkwo@northwind.example.com"),
        "{}",
        ended.stdout
    );
    assert!(
        row("department").contains("Engineering") && row("status").contains("ACTIVE"),
        "{}",
        ended.stdout
    );
    assert!(
        !ended.stdout.contains('\u{1b}'),
        "a pipe gets no colours: {:?}",
        ended.stdout
    );
}

#[tokio::test]
async fn a_list_is_a_table_with_a_row_for_each_item_and_the_way_to_more() {
    let ended = run(&["call", "list_users", "{\"limit\": 3}", "--demo"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let seed = seed().await;
    for user in &seed.listed_users()[..3] {
        assert!(
            ended.stdout.contains(user["id"].as_str().unwrap()),
            "{}",
            ended.stdout
        );
    }
    for part in ["returned: 3", "next_cursor: ", "hint: More follow"] {
        assert!(ended.stdout.contains(part), "{}", ended.stdout);
    }
}

#[tokio::test]
async fn a_hostile_name_cannot_move_the_cursor_or_forge_a_row() {
    let seed = seed().await;
    let hostile = seed.users_who(|user| user["profile"].to_string().contains("\\u001b"));
    let id = hostile.first().unwrap()["id"].as_str().unwrap();
    let arguments = json!({"user": id, "detail": "full"}).to_string();
    let ended = run(&["call", "get_user", &arguments, "--demo"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let hidden = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    assert!(!ended.stdout.contains(hidden), "{:?}", ended.stdout);
    assert!(
        !ended
            .stdout
            .lines()
            .any(|line| line.starts_with("Line two")),
        "{}",
        ended.stdout
    );
}

#[tokio::test]
async fn a_call_prints_json_for_programs() {
    let ended = run(&["call", "get_user", ENGINEER, "--demo", "--json"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let seed = seed().await;
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        answer,
        rows::user(seed.user("mara.okonkwo@northwind.example.com"), false)
    );
    assert_eq!(
        ended.stdout.lines().count(),
        1,
        "one line, as programs read it"
    );
}

#[tokio::test]
async fn a_call_reaches_the_org_that_flags_or_the_environment_name() {
    let home = Home::new();
    let simulator = Simulator::start(&home).await;
    home.write("token", &format!("{}\n", simulator.token));
    let flags = [
        "call",
        "list_groups",
        "{\"limit\": 1}",
        "--json",
        "--org-url",
        &simulator.url,
        "--api-token-file",
        "token",
    ];
    let by_flags = home.run(flags).await;
    assert_eq!(by_flags.code, Some(0), "{}", by_flags.stderr);
    let mut command = home.command(["call", "list_groups", "{\"limit\": 1}", "--json"]);
    simulator.configure(&mut command);
    let by_environment = Ended::of(command).await;
    let items =
        |ended: &Ended| serde_json::from_str::<Value>(&ended.stdout).unwrap()["items"].clone();
    assert_eq!(items(&by_environment), items(&by_flags));
}

#[tokio::test]
async fn a_tool_that_fails_gives_exit_code_1_and_one_that_was_not_run_2() {
    let ended = run(&[
        "call",
        "get_user",
        "{\"user\": \"nobody@northwind.example.com\"}",
        "--demo",
    ])
    .await;
    assert_one_line(
        &ended,
        1,
        "No user \"nobody@northwind.example.com\". Call search_users ",
    );
    let ended = run(&[
        "call",
        "get_user",
        "{\"user\": \"x\", \"limit\": 3}",
        "--demo",
    ])
    .await;
    assert_one_line(&ended, 2, "The arguments of get_user do not fit: ");
    let ended = run(&["call", "list_users"]).await;
    assert_one_line(&ended, 2, "no Okta org is configured: set OKTA_ORG_URL");
}

#[tokio::test]
async fn a_token_that_okta_rejects_is_no_secret_and_no_success() {
    let home = Home::new();
    let simulator = Simulator::start(&home).await;
    let mut command = home.command(["call", "list_users"]);
    simulator.configure(&mut command).env(
        "OKTA_API_TOKEN",
        "00wrongWrongWrongWrongWrongWrongWrongWrong",
    );
    let ended = Ended::of(command).await;
    assert_one_line(&ended, 1, "Okta rejects this server's credential");
    assert!(!ended.stderr.contains("00wrong"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_mistake_in_the_arguments_gives_exit_code_2_and_an_example() {
    for (arguments, line) in [
        (
            ["call", "get_user", "user=mara", "--demo"],
            "the arguments are not JSON; write an object, such as '{\"user\": ",
        ),
        (
            ["call", "get_user", "[1]", "--demo"],
            "the arguments must be a JSON object, such as '{\"limit\": 5}'",
        ),
        (
            ["call", "get_usr", "{}", "--demo"],
            "there is no tool `get_usr`; did you mean `get_user`? (`okta-mcp tools` lists them)",
        ),
        (
            ["call", "list_users", "--demo", "--log=a=b=c"],
            "`a=b=c` is not a log filter; try warn, info or debug",
        ),
    ] {
        assert_one_line(&run(&arguments).await, 2, line);
    }
    for arguments in [
        &["frobnicate"][..],
        &["call"],
        &["call", "get_user", "{}", "--demo", "--config", "x.json"],
        &["--no-such-flag"],
    ] {
        let ended = run(arguments).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        assert!(ended.stderr.contains("error: "), "{}", ended.stderr);
    }
}
