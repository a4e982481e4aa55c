//! Guests that do not end.

use std::sync::Arc;
use std::time::Duration;

use crate::attack::Attack;
use crate::directories::Silent;

/// An attack whose guest may compute for a tenth of a second: several rounds of the usual half would be slow.
fn hurried(name: &'static str) -> Attack {
    Attack::by(name).limits(|limits| limits.cpu = Duration::from_millis(100))
}

const STOPPED: &str =
    "the plugin was stopped after 100 ms of processor time (limits.cpu); ask for less";

#[test]
fn an_endless_loop_in_a_call_is_stopped() {
    let aftermath = hurried("endless-loop-in-call").ends_in(STOPPED);
    let usage = aftermath.heard.usage.lock().unwrap();
    assert_eq!(usage.len(), aftermath.rounds);
    assert!(
        usage
            .iter()
            .all(|used| used.cpu >= Duration::from_millis(100))
    );
}

#[test]
fn an_endless_loop_before_the_call_is_stopped() {
    hurried("endless-loop-in-start").ends_in(STOPPED);
}

#[test]
fn an_endless_loop_while_the_host_hands_over_the_arguments_is_stopped() {
    hurried("endless-loop-in-realloc").ends_in(STOPPED);
}

#[test]
fn an_endless_loop_after_the_answer_is_stopped() {
    hurried("endless-loop-in-post-return").ends_in(STOPPED);
}

#[test]
fn an_endless_loop_of_host_calls_is_stopped() {
    hurried("endless-host-calls").ends_in(STOPPED);
}

#[test]
fn an_endless_loop_of_long_instructions_is_stopped() {
    hurried("endless-bulk-fills")
        .room(32 << 20)
        .ends_in(STOPPED);
}

#[test]
fn an_endless_loop_of_requests_is_stopped_and_sends_no_more_than_it_may() {
    let aftermath = hurried("endless-requests").ends_in(STOPPED);
    let sent = aftermath.sent.len();
    assert!((1..=50 * aftermath.rounds).contains(&sent), "{sent}");
}

#[test]
fn a_wait_for_a_page_that_never_comes_ends_with_the_calls_time() {
    let aftermath = Attack::by("waits-for-ever")
        .limits(|limits| limits.time = Duration::from_millis(300))
        .directory(Arc::new(Silent))
        .ends_in("the call was ended after 0.3 s (limits.time); ask for less");
    let usage = aftermath.heard.usage.lock().unwrap();
    assert!(
        usage
            .iter()
            .all(|used| used.cpu < Duration::from_millis(300))
    );
}
