//! `okta-mcp audit verify` and its exit codes.

use crate::support::Home;
use crate::{call, lines};

async fn verify(home: &Home, more: &[&str]) -> (Option<i32>, String) {
    let ended = home
        .run(["audit", "verify", "audit.jsonl"].iter().chain(more))
        .await;
    (ended.code, ended.stdout + &ended.stderr)
}

#[tokio::test]
async fn a_log_is_whole_until_somebody_touches_it() {
    let home = Home::new();
    for _ in 0..2 {
        let ended = call(&home, "list_groups", "{\"limit\": 2}").await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
    let (code, text) = verify(&home, &[]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with("7 rows in 1 file, none altered, removed or moved. The last one is\n6:"),
        "{text}"
    );
    let noted = text.lines().nth(1).unwrap().to_owned();
    assert_eq!(verify(&home, &["--expect", &noted]).await.0, Some(0));

    let whole = lines(&home);
    let mut altered = whole.clone();
    altered[3] = altered[3].replace("\"rows\":2", "\"rows\":1");
    assert_ne!(altered, whole);
    home.write("audit.jsonl", &(altered.join("\n") + "\n"));
    let (code, text) = verify(&home, &[]).await;
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.starts_with("audit.jsonl, line 4: row 3 does not follow from the row before it"),
        "{text}"
    );

    home.write("audit.jsonl", &(whole[..6].join("\n") + "\n"));
    let (code, text) = verify(&home, &[]).await;
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("the head tells of row 6: 1 row is missing at the end"),
        "{text}"
    );
    let (code, text) = verify(&home, &["--chain-only"]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with("Note: the head was not looked at"),
        "{text}"
    );
    let (code, text) = verify(&home, &["--chain-only", "--expect", &noted]).await;
    assert_eq!(code, Some(3), "{text}");
}

#[tokio::test]
async fn what_cannot_be_read_is_a_mistake_and_no_finding() {
    let home = Home::new();
    let (code, text) = verify(&home, &[]).await;
    assert_eq!(code, Some(2), "{text}");
    assert_eq!(
        text,
        "okta-mcp: audit.jsonl: there is no log of this name, nor an older part of one\n"
    );
    let (code, text) = verify(&home, &["--expect", "12"]).await;
    assert_eq!(code, Some(2));
    assert!(
        text.contains("write a row's number and hash as `audit verify` prints them"),
        "{text}"
    );
}
