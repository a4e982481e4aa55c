//! Every way to change a log afterwards, and what the check says of each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod support;

use std::path::PathBuf;

use audit::SealKey;
use audit::chain::{BEGINNING, Hash, Line};
use audit::log::Settings;
use audit::verify::{Against, Anchor, Checked, Kind, verify};
use support::{Folder, call, key};

/// A log of 12 rows: start, open, and five calls with one GET each.
async fn log() -> Folder {
    let folder = Folder::new();
    let log = folder.start();
    for _ in 0..5 {
        call(&log, 1).await;
    }
    folder
}

fn write(folder: &Folder, lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(folder.log(), text).unwrap();
}

#[track_caller]
fn finds(checked: &Checked, kind: Kind, line: Option<u64>, text: &str) {
    let finding = checked.finding.as_ref().expect("a finding");
    assert_eq!(
        (finding.kind, finding.line),
        (kind, line),
        "{}",
        finding.text
    );
    assert!(finding.text.contains(text), "{}", finding.text);
    assert!(!finding.text.contains('\n'));
}

/// Gives every row from `from` on the hash that fits: what somebody does who may write the file.
fn rehash(lines: &mut [String], from: usize) {
    for at in from..lines.len() {
        let before = match at {
            0 => BEGINNING,
            _ => Line::parse(lines[at - 1].as_bytes()).unwrap().hash,
        };
        let line = Line::parse(lines[at].as_bytes()).unwrap();
        let hash = Hash::of(before, line.text);
        lines[at] = format!(
            "{},\"hash\":\"{hash}\"}}",
            str::from_utf8(line.text).unwrap()
        );
    }
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole() {
    let folder = log().await;
    let checked = folder.check();
    assert_eq!(
        (checked.finding, checked.rows, checked.first),
        (None, 12, Some(0))
    );
    assert_eq!(checked.last.unwrap().seq, 11);
    assert_eq!(checked.notes, [""; 0]);
}

#[tokio::test]
async fn an_altered_row_is_found_whatever_was_altered() {
    let folder = log().await;
    let lines = folder.lines();
    for (from, to) in [
        ("\"get_user\"", "\"list_users\""),
        ("\"rows\":1", "\"rows\":0"),
        ("\"time\":\"2", "\"time\":\"3"),
        ("\"call\":\"", "\"call\":\"0"),
    ] {
        let mut altered = lines.clone();
        altered[6] = altered[6].replace(from, to);
        assert_ne!(altered[6], lines[6]);
        write(&folder, &altered);
        finds(
            &folder.check(),
            Kind::Altered,
            Some(7),
            "row 6 does not follow",
        );
    }
    let mut altered = lines.clone();
    altered[0] = altered[0].replace("\"chain\":\"", "\"chain\":\"0");
    write(&folder, &altered);
    finds(&folder.check(), Kind::Altered, Some(1), "row 0 was altered");
    write(&folder, &lines);
    assert_eq!(folder.check().finding, None, "put back as it was");
}

#[tokio::test]
async fn a_row_that_was_altered_and_given_a_new_hash_is_found_at_the_next() {
    let folder = log().await;
    let mut lines = folder.lines();
    lines[6] = lines[6].replace("get_user", "get_usr");
    rehash(&mut lines[..7], 6);
    write(&folder, &lines);
    finds(
        &folder.check(),
        Kind::Altered,
        Some(8),
        "or the one before was and got a new hash",
    );
}

#[tokio::test]
async fn removed_rows_are_found_and_counted() {
    let folder = log().await;
    let lines = folder.lines();
    for (removed, line, text) in [
        (
            4..5,
            5,
            "row 4 should stand here and row 5 does: 1 row is missing",
        ),
        (3..8, 4, "5 rows are missing"),
    ] {
        let mut rest = lines.clone();
        rest.drain(removed);
        write(&folder, &rest);
        finds(&folder.check(), Kind::Removed, Some(line), text);
    }
    write(&folder, &lines[1..]);
    finds(
        &folder.check(),
        Kind::Removed,
        Some(1),
        "a log begins with a row `start`",
    );
}

#[tokio::test]
async fn rows_in_another_order_and_repeated_rows_are_found() {
    let folder = log().await;
    let lines = folder.lines();
    let mut swapped = lines.clone();
    swapped.swap(4, 9);
    write(&folder, &swapped);
    finds(
        &folder.check(),
        Kind::Moved,
        Some(5),
        "row 4 should stand here and stands at line 10",
    );
    let mut repeated = lines.clone();
    repeated.insert(5, lines[4].clone());
    write(&folder, &repeated);
    finds(
        &folder.check(),
        Kind::Moved,
        Some(6),
        "row 4 stands here, where row 5 should",
    );
}

#[tokio::test]
async fn lines_that_are_no_rows_are_found() {
    let folder = log().await;
    let lines = folder.lines();
    for foreign in [
        "",
        "{}",
        "# a note",
        &lines[3].to_uppercase(),
        &format!(" {}", lines[3]),
        &"x".repeat(2 << 20),
    ] {
        let mut put = lines.clone();
        put.insert(3, foreign.to_owned());
        write(&folder, &put);
        let checked = folder.check();
        let finding = checked.finding.unwrap();
        assert_eq!(finding.line, Some(4));
        assert!(
            matches!(finding.kind, Kind::Foreign | Kind::CutOff),
            "{finding:?}"
        );
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found_by_the_head() {
    let folder = log().await;
    let lines = folder.lines();
    write(&folder, &lines[..9]);
    finds(
        &folder.check(),
        Kind::CutOff,
        None,
        "the head tells of row 11: 3 rows are missing at the end",
    );
    std::fs::write(folder.log(), "").unwrap();
    finds(&folder.check(), Kind::CutOff, None, "12 rows are missing");
    std::fs::remove_file(folder.log()).unwrap();
    finds(&folder.check(), Kind::CutOff, None, "12 rows are missing");
    std::fs::write(folder.log(), lines.join("\n")).unwrap();
    finds(
        &folder.check(),
        Kind::CutOff,
        Some(12),
        "the line breaks off",
    );
}

#[tokio::test]
async fn a_chain_that_was_made_anew_is_found_by_the_head() {
    let folder = log().await;
    let mut lines = folder.lines();
    lines[6] = lines[6].replace("get_user", "get_usr");
    rehash(&mut lines, 6);
    write(&folder, &lines);
    finds(
        &folder.check(),
        Kind::Rewritten,
        None,
        "row 11 is another one than the head tells of",
    );
    lines[0] = lines[0].replace("\"chain\":\"", "\"chain\":\"0");
    rehash(&mut lines, 0);
    write(&folder, &lines);
    finds(
        &folder.check(),
        Kind::Rewritten,
        Some(1),
        "another chain than the head's",
    );
}

#[tokio::test]
async fn a_head_that_was_changed_removed_or_made_by_others_proves_nothing() {
    let folder = log().await;
    let path = folder.path().join("audit.jsonl.head");
    let head = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, head.replace("\"seq\":11", "\"seq\":10")).unwrap();
    finds(
        &folder.check(),
        Kind::Unsealed,
        None,
        "its seal does not hold",
    );
    std::fs::remove_file(&path).unwrap();
    finds(&folder.check(), Kind::Unsealed, None, "it is not there");
    std::fs::write(&path, "nonsense").unwrap();
    finds(
        &folder.check(),
        Kind::Unsealed,
        None,
        "no head that this program writes",
    );
    std::fs::write(&path, "").unwrap();
    finds(&folder.check(), Kind::Unsealed, None, "it is empty");
    std::fs::write(&path, &head).unwrap();
    for key in [None, Some(SealKey::new([8; 32]))] {
        let against = Against {
            key,
            ..Against::default()
        };
        finds(
            &verify(&folder.log(), &against).unwrap(),
            Kind::Unsealed,
            None,
            "another key",
        );
    }
    let chain_only = Against {
        chain_only: true,
        ..Against::default()
    };
    let checked = verify(&folder.log(), &chain_only).unwrap();
    assert_eq!(checked.finding, None);
    assert!(
        checked.notes[0].starts_with("the head was not looked at"),
        "{:?}",
        checked.notes
    );
}

#[tokio::test]
async fn a_row_that_was_noted_elsewhere_proves_what_no_key_can() {
    let folder = log().await;
    let noted = folder.check().last.unwrap();
    assert_eq!(noted.to_string().parse::<Anchor>(), Ok(noted));
    let against = |key: Option<SealKey>| Against {
        key,
        anchor: Some(noted),
        ..Against::default()
    };
    call(&folder.start(), 1).await;
    assert_eq!(
        verify(&folder.log(), &against(Some(key())))
            .unwrap()
            .finding,
        None
    );
    let without_key = verify(&folder.log(), &against(None)).unwrap();
    assert_eq!(without_key.finding, None);
    assert!(
        without_key.notes[0].contains("after 11"),
        "{:?}",
        without_key.notes
    );
    // Whoever has the key makes all of it anew, head included.
    let old = Folder::new();
    for _ in 0..9 {
        call(&old.start(), 1).await;
    }
    for (from, to) in [
        ("audit.jsonl", "audit.jsonl"),
        ("audit.jsonl.head", "audit.jsonl.head"),
    ] {
        std::fs::copy(old.path().join(from), folder.path().join(to)).unwrap();
    }
    assert_eq!(
        folder.check().finding,
        None,
        "the key's owner can forge a log"
    );
    finds(
        &verify(&folder.log(), &against(Some(key()))).unwrap(),
        Kind::Rewritten,
        None,
        "row 11 is another one than was noted",
    );
    write(&folder, &old.lines()[..5]);
    finds(
        &verify(
            &folder.log(),
            &Against {
                chain_only: true,
                ..against(None)
            },
        )
        .unwrap(),
        Kind::CutOff,
        None,
        "row 11, which was noted, is not there: 7 rows are missing",
    );
    for bad in ["", "11", "11:", "x:00", "11:zz"] {
        assert!(bad.parse::<Anchor>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn rows_after_the_head_are_told() {
    let folder = log().await;
    let mut lines = folder.lines();
    lines.push(lines[11].replace("\"seq\":11", "\"seq\":12"));
    rehash(&mut lines, 12);
    write(&folder, &lines);
    let checked = folder.check();
    assert_eq!(checked.finding, None);
    assert!(
        checked.notes[0].starts_with("the last row is not in the head yet"),
        "{:?}",
        checked.notes
    );
}

/// A log in several files.
async fn rotated() -> (Folder, Vec<PathBuf>) {
    let folder = Folder::new();
    let log = folder.start_with(Settings {
        max_bytes: 4_000,
        keep: 100,
        ..folder.settings()
    });
    for _ in 0..20 {
        call(&log, 1).await;
    }
    drop(log);
    let files = folder.check().files;
    assert!(files.len() > 4, "{files:?}");
    (folder, files)
}

#[tokio::test]
async fn the_chain_goes_on_from_file_to_file() {
    let (folder, files) = rotated().await;
    let checked = folder.check();
    assert_eq!((checked.finding, checked.first), (None, Some(0)));
    assert_eq!(checked.rows as usize, folder.lines().len());
    // Each older file can be checked on its own.
    for file in &files[..files.len() - 1] {
        let own = verify(
            file,
            &Against {
                chain_only: true,
                ..Against::default()
            },
        )
        .unwrap();
        assert_eq!((own.finding, own.files.len()), (None, 1), "{file:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_missing_or_exchanged_is_found() {
    let (folder, files) = rotated().await;
    let middle = std::fs::read(&files[2]).unwrap();
    std::fs::remove_file(&files[2]).unwrap();
    let checked = folder.check();
    finds(&checked, Kind::Removed, Some(1), "missing");
    assert_eq!(checked.finding.unwrap().file, files[3]);
    std::fs::copy(&files[1], &files[2]).unwrap();
    finds(
        &folder.check(),
        Kind::Moved,
        Some(1),
        "it is there twice, or was moved",
    );
    std::fs::write(&files[2], middle).unwrap();
    assert_eq!(folder.check().finding, None);
    std::fs::remove_file(&files[0]).unwrap();
    finds(
        &folder.check(),
        Kind::Removed,
        Some(1),
        "the log should begin with row 0",
    );
    std::fs::remove_file(files.last().unwrap()).unwrap();
    let against = Against {
        key: Some(key()),
        ..Against::default()
    };
    finds(
        &verify(&folder.log(), &against).unwrap(),
        Kind::Removed,
        Some(1),
        "the log should begin with row 0",
    );
}

#[tokio::test]
async fn what_is_not_there_or_cannot_be_read_is_an_error_and_no_finding() {
    let folder = Folder::new();
    let error = verify(&folder.log(), &Against::default()).unwrap_err();
    assert!(
        error.to_string().contains("there is no log of this name"),
        "{error}"
    );
    std::fs::create_dir(folder.log()).unwrap();
    assert!(verify(&folder.log(), &Against::default()).is_err());
}
