//! How the log is written: by several processes, over crashes, rotations and failures.

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

use std::io::Write as _;

use audit::log::{Log, OnFailure, Settings};
use audit::row::{Event, Outcome, Row};
use audit::verify::{Against, verify};
use serde_json::json;
use std::sync::Arc;
use support::{Folder, call, record};

fn is_whole(folder: &Folder) {
    let checked = folder.check();
    assert_eq!((checked.finding, checked.notes), (None, vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_make_one_chain() {
    let folder = Folder::new();
    let settings = Settings {
        max_bytes: 30_000,
        keep: 1_000,
        ..folder.settings()
    };
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            // Each its own writer with its own files, as another process has.
            let log = folder.start_with(settings.clone());
            tokio::spawn(async move {
                for _ in 0..50 {
                    call(&log, 2).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    is_whole(&folder);
    let rows = folder.rows();
    let calls = rows
        .iter()
        .filter(|row| matches!(row.event, Event::Call(_)))
        .count();
    let gets = rows
        .iter()
        .filter(|row| matches!(row.event, Event::Get(_)))
        .count();
    assert_eq!((calls, gets), (400, 800));
    assert!(
        rows.iter()
            .any(|row| matches!(row.event, Event::Continue(_)))
    );
}

#[tokio::test]
async fn a_later_process_goes_on_where_the_first_ended() {
    let folder = Folder::new();
    for _ in 0..3 {
        call(&folder.start(), 1).await;
    }
    is_whole(&folder);
    assert_eq!(folder.rows().len(), 1 + 3 * 3);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let log = folder.start_with(Settings {
        max_bytes: 1_000,
        ..folder.settings()
    });
    for _ in 0..5 {
        call(&log, 1).await;
    }
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        files += 1;
    }
    assert!(files > 3);
}

#[tokio::test]
async fn old_files_go_when_there_are_too_many_and_the_check_knows_why() {
    let folder = Folder::new();
    let log = folder.start_with(Settings {
        max_bytes: 3_000,
        keep: 2,
        ..folder.settings()
    });
    for _ in 0..30 {
        call(&log, 1).await;
    }
    drop(log);
    let checked = folder.check();
    assert_eq!((checked.finding, checked.files.len()), (None, 3));
    let first = checked.first.unwrap();
    assert!(first > 0);
    assert_eq!(
        checked.notes,
        [format!(
            "rows 0 to {} are in older files, which are no longer kept",
            first - 1
        )]
    );
    for file in &checked.files {
        assert!(std::fs::metadata(file).unwrap().len() <= 3_000, "{file:?}");
    }
}

#[tokio::test]
async fn half_a_row_of_a_stopped_process_is_cut_off_and_told() {
    let folder = Folder::new();
    call(&folder.start(), 1).await;
    let whole = std::fs::read(folder.log()).unwrap();
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(folder.log())
        .unwrap();
    file.write_all(b"{\"v\":1,\"seq\":4,\"time\":\"20").unwrap();
    call(&folder.start(), 1).await;
    is_whole(&folder);
    let rows = folder.rows();
    let Event::Recovered(recovered) = &rows[4].event else {
        panic!("{:?}", rows[4])
    };
    assert_eq!((recovered.rows, recovered.cut), (0, 25));
    assert!(std::fs::read(folder.log()).unwrap().starts_with(&whole));
}

#[tokio::test]
async fn rows_that_the_head_does_not_know_yet_are_taken_over_and_told() {
    let folder = Folder::new();
    call(&folder.start(), 1).await;
    let head = std::fs::read(folder.path().join("audit.jsonl.head")).unwrap();
    call(&folder.start(), 1).await;
    std::fs::write(folder.path().join("audit.jsonl.head"), head).unwrap();
    call(&folder.start(), 1).await;
    is_whole(&folder);
    let rows = folder.rows();
    let Event::Recovered(recovered) = &rows[7].event else {
        panic!("{:?}", rows[7])
    };
    assert_eq!((recovered.rows, recovered.cut), (3, 0));
}

#[tokio::test]
async fn a_rotation_that_broke_off_is_finished_by_the_next_process() {
    for begun in [false, true] {
        let folder = Folder::new();
        call(&folder.start(), 1).await;
        std::fs::rename(folder.log(), folder.path().join("audit.jsonl.000000000000")).unwrap();
        if begun {
            std::fs::write(folder.log(), b"{\"v\":1").unwrap();
        }
        call(&folder.start(), 1).await;
        is_whole(&folder);
        let rows = folder.rows();
        assert!(matches!(rows[4].event, Event::Continue(_)), "{:?}", rows[4]);
        assert_eq!(rows.len(), 4 + 1 + 3);
    }
}

/// What a call's answer comes to when the log is in this state.
async fn refused(log: &Arc<Log>) -> String {
    let record = record(log, "get_user", json!({}));
    record.finish(Outcome::Done).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_log_that_was_lost_shortened_or_tampered_with_is_not_gone_on_with() {
    let folder = Folder::new();
    call(&folder.start(), 1).await;
    let (log, head) = (folder.log(), folder.path().join("audit.jsonl.head"));
    let (rows, sealed) = (std::fs::read(&log).unwrap(), std::fs::read(&head).unwrap());
    std::fs::remove_file(&log).unwrap();
    assert!(
        refused(&folder.start())
            .await
            .contains("is not as long as its head says")
    );
    assert!(!log.exists(), "nothing is begun beside the evidence");
    std::fs::write(&log, &rows[..rows.len() - 100]).unwrap();
    assert!(
        refused(&folder.start())
            .await
            .contains("is not as long as its head says")
    );
    std::fs::write(&log, &rows).unwrap();
    std::fs::remove_file(&head).unwrap();
    assert!(
        refused(&folder.start())
            .await
            .contains("is there without its head")
    );
    std::fs::write(
        &head,
        String::from_utf8(sealed.clone())
            .unwrap()
            .replace("\"seq\":3", "\"seq\":2"),
    )
    .unwrap();
    assert!(
        refused(&folder.start())
            .await
            .contains("its seal does not hold")
    );
    std::fs::write(&head, &sealed).unwrap();
    std::fs::write(&log, [&rows[..], b"{}\n"].concat()).unwrap();
    assert!(
        refused(&folder.start())
            .await
            .contains("has an end that this program did not write")
    );
    std::fs::write(&log, &rows).unwrap();
    call(&folder.start(), 1).await;
    is_whole(&folder);
}

#[tokio::test]
async fn where_the_log_cannot_be_written_calls_fail_until_it_can() {
    let folder = Folder::new();
    let missing = folder.path().join("not/yet");
    let log = folder.start_with(Settings {
        path: missing.join("audit.jsonl"),
        ..folder.settings()
    });
    let text = refused(&log).await;
    assert!(
        text.starts_with(
            "the audit log cannot be written, and this server is set to answer no call"
        ),
        "{text}"
    );
    assert!(
        text.contains("audit.jsonl.head cannot be written: No such file"),
        "{text}"
    );
    assert_eq!(
        log.admit().await.unwrap_err().to_string(),
        text,
        "the next call does not even begin"
    );
    std::fs::create_dir_all(&missing).unwrap();
    log.admit().await.unwrap();
    call(&log, 1).await;
    let text = std::fs::read_to_string(missing.join("audit.jsonl")).unwrap();
    let gap = text
        .lines()
        .find_map(|line| match Row::parse(line.as_bytes()).unwrap().event {
            Event::Gap(gap) => Some(gap),
            _ => None,
        });
    let gap = gap.expect("what was lost is told");
    assert_eq!(gap.lost, 1);
    assert!(gap.reason.contains("No such file"), "{}", gap.reason);
}

#[tokio::test]
async fn where_the_operator_says_so_calls_pass_and_the_gap_is_told() {
    let folder = Folder::new();
    let missing = folder.path().join("not/yet");
    let settings = Settings {
        path: missing.join("audit.jsonl"),
        on_failure: OnFailure::Allow,
        ..folder.settings()
    };
    let log = folder.start_with(settings);
    for _ in 0..3 {
        log.admit().await.unwrap();
        call(&log, 1).await;
    }
    // An id that was counted was also tried: a log in deny mode on the same thread would have waited for it.
    drop(log);
    std::fs::create_dir_all(&missing).unwrap();
    assert!(
        verify(&missing.join("audit.jsonl"), &Against::default()).is_err(),
        "nothing was written"
    );
}

/// A real full disk is in the program's own tests, which can be given one.
#[cfg(unix)]
#[tokio::test]
async fn a_device_in_the_place_of_the_log_is_no_log() {
    // A device that takes no byte.
    let folder = Folder::new();
    std::os::unix::fs::symlink("/dev/full", folder.log()).unwrap();
    let text = refused(&folder.start()).await;
    assert!(text.contains("not a file"), "a device is no log: {text}");
}

#[tokio::test]
async fn what_waits_is_written_when_the_process_ends() {
    let folder = Folder::new();
    let log = folder.start_with(Settings {
        on_failure: OnFailure::Allow,
        ..folder.settings()
    });
    for _ in 0..100 {
        call(&log, 1).await;
    }
    drop(log);
    is_whole(&folder);
    assert_eq!(folder.rows().len(), 2 + 200);
}

#[tokio::test]
async fn the_rows_of_a_call_that_still_runs_are_written_though_nobody_waits_for_them() {
    let folder = Folder::new();
    let log = folder.start();
    let record = record(&log, "get_user", json!({}));
    let get = support::authorized(support::LOGIN);
    record.get(&get).finish(&support::page());
    let written = async {
        let text = || std::fs::read_to_string(folder.log()).unwrap_or_default();
        while !text().contains("\"event\":\"get\"") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), written)
        .await
        .expect("a row that nobody waits for is written");
    record.finish(Outcome::Done).await.unwrap();
    is_whole(&folder);
}
