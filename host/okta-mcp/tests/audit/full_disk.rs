//! A disk that is really full: the server may write no file beyond some kilobytes (`RLIMIT_FSIZE`), and later it may.
//!
//! The system then takes a part of a row and refuses the rest, as a full disk does.

use serde_json::json;
use tokio::process::Command;

use crate::support::client::Client;
use crate::support::{Home, PROGRAM};
use crate::{of, rows};

/// Calls until the log has no room: 16 blocks of the shell's hold some twenty rows.
const ENOUGH: usize = 200;

/// A server on the example org, whose files may have 16 blocks; its own process id is in the file `pid`, and what it
/// says on stderr in the file `stderr`.
async fn start(home: &Home, on_failure: &str) -> Client {
    let settings = json!({"audit": {"log": "audit.jsonl", "onFailure": on_failure},
        "okta": {"orgUrl": "http://127.0.0.1:9", "apiToken": "00token"}});
    home.write("settings.json", &settings.to_string());
    // Without the trap the signal that comes with the refusal would end the process.
    let script = "echo $$ > pid; trap '' XFSZ; ulimit -S -f 16; exec \"$@\" 2>stderr";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, "sh", PROGRAM])
        .args(["serve", "--config", "settings.json", "--no-cache"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .current_dir(home.path())
        .kill_on_drop(true);
    Client::start(command).await
}

/// The disk has room again.
async fn make_room(home: &Home) {
    let pid = std::fs::read_to_string(home.path().join("pid")).unwrap();
    let ended = Command::new("prlimit")
        .args(["--pid", pid.trim(), "--fsize=unlimited:"])
        .output()
        .await
        .unwrap();
    assert!(ended.status.success(), "{ended:?}");
}

fn stderr(home: &Home) -> String {
    std::fs::read_to_string(home.path().join("stderr")).unwrap()
}

const CUT_OFF: &str = "the audit log cannot be written, and this server is set to answer no call that it cannot record: ";

/// A call that reads nothing: its arguments do not fit, which is recorded like any other.
async fn misfit(client: &Client) -> String {
    client.error("list_groups", json!({"limt": 1})).await
}

#[tokio::test]
async fn a_full_disk_fails_calls_until_there_is_room_and_loses_no_row_that_was_answered_for() {
    let home = Home::new();
    let client = start(&home, "deny").await;
    let mut answered = 0;
    let told = loop {
        let text = misfit(&client).await;
        if text.contains(CUT_OFF) {
            break text;
        }
        answered += 1;
        assert!(answered < ENOUGH, "{text}");
    };
    assert!(answered > 0);
    assert!(
        told.contains("audit.jsonl cannot be written: File too large"),
        "{told}"
    );
    // It stays so, and what is in the log is whole: no half of a row, and every call that was answered.
    assert!(misfit(&client).await.contains(CUT_OFF));
    assert_eq!(of(&rows(&home), "call").len(), answered);
    let verified = home.run(["audit", "verify", "audit.jsonl"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);

    make_room(&home).await;
    let text = misfit(&client).await;
    assert!(!text.contains(CUT_OFF), "{text}");
    client.close().await;
    let rows = rows(&home);
    // Of the two calls that were refused a row tells that there were such.
    let gaps = of(&rows, "gap");
    let lost: u64 = gaps.iter().map(|gap| gap["lost"].as_u64().unwrap()).sum();
    assert!(lost == 1 || lost == 2, "{gaps:?}");
    for gap in gaps {
        assert!(
            gap["reason"].as_str().unwrap().contains("File too large"),
            "{gap}"
        );
    }
    assert_eq!(of(&rows, "call").len(), answered + 1);
    let verified = home.run(["audit", "verify", "audit.jsonl"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
    let stderr = stderr(&home);
    for line in [
        "the audit log fails: ",
        "the audit log can be written again",
    ] {
        assert!(stderr.contains(line), "{line}: {stderr}");
    }
}

#[tokio::test]
async fn a_full_disk_lets_calls_pass_where_the_operator_says_so_and_tells_what_was_lost() {
    let home = Home::new();
    let client = start(&home, "allow").await;
    let mut calls = 0;
    while !stderr(&home).contains("the audit log fails: ") {
        let text = misfit(&client).await;
        assert!(!text.contains("cannot record"), "{text}");
        calls += 1;
        assert!(calls < 20 * ENOUGH, "the disk is never full");
    }
    for _ in 0..3 {
        misfit(&client).await;
        calls += 1;
    }
    make_room(&home).await;
    misfit(&client).await;
    calls += 1;
    client.close().await;
    let rows = rows(&home);
    let lost: u64 = of(&rows, "gap")
        .iter()
        .map(|gap| gap["lost"].as_u64().unwrap())
        .sum();
    // Every call is either there or counted as lost.
    assert_eq!(of(&rows, "call").len() as u64 + lost, calls as u64);
    assert!(lost >= 1, "{rows:?}");
    let verified = home.run(["audit", "verify", "audit.jsonl"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
}
