//! Guests that flood whoever listens: the log, the person who waits, the audit, Okta.

use std::time::Duration;

use crate::attack::Attack;

/// An attack that has the time to do all it wants, also on a loaded machine: what ends it is not its time.
fn unhurried(name: &'static str) -> Attack {
    Attack::by(name).limits(|limits| {
        limits.cpu = Duration::from_secs(120);
        limits.time = Duration::from_secs(120);
    })
}

const DONE: &str = r#"answered {"answer":"001"}"#;

#[test]
fn a_log_flood_is_cut_off_and_cleaned() {
    let aftermath = unhurried("log-flood").ends_in(DONE);
    let lines = aftermath.heard.lines.lock().unwrap();
    assert_eq!(lines.len(), 201 * aftermath.rounds);
    assert_eq!(lines[0].1, "[2J INFO audit: everything is in order....");
    assert_eq!(
        lines[200].1,
        "the plugin logs too much; the rest of this call's lines are dropped"
    );
}

#[test]
fn a_log_of_megabytes_is_a_log_of_short_lines() {
    let aftermath = unhurried("log-of-megabytes").room(2 << 20).ends_in(DONE);
    let lines = aftermath.heard.lines.lock().unwrap();
    assert_eq!(lines.len(), 200 * aftermath.rounds);
    assert!(lines.iter().all(|(_, line)| line.chars().count() <= 2_001));
}

#[test]
fn a_progress_flood_is_cut_off() {
    let aftermath = unhurried("progress-flood").ends_in(DONE);
    let progress = aftermath.heard.progress.lock().unwrap();
    assert_eq!(progress.len(), 200 * aftermath.rounds);
}

#[test]
fn a_denial_flood_is_fifty_denials() {
    let aftermath = unhurried("denial-flood").ends_in(
        "this call's 50 requests are spent; ask for larger pages, or have limits.requests raised",
    );
    let denials = aftermath.heard.denials.lock().unwrap();
    assert_eq!(denials.len(), 50 * aftermath.rounds);
    assert!(aftermath.sent.is_empty());
}

#[test]
fn ten_thousand_requests_at_once_are_none() {
    let aftermath = unhurried("get-all-of-ten-thousand")
        .room(4 << 20)
        .ends_in("get-all takes at most 100 requests at once, not 10000; nothing was sent");
    assert!(aftermath.sent.is_empty());
}
