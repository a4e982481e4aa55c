//! A plugin that loops, eats memory, crashes, remembers or lies: it is stopped, and the next call works.

use serde_json::json;

use crate::bench::Bench;
use crate::support::with_probe;

/// The next call finds everything in order.
async fn all_is_well(bench: &Bench) {
    let echo = bench
        .client
        .ok("echo", json!({"text": "all is well"}))
        .await;
    assert_eq!(echo["text"], "all is well");
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn a_loop_ends_with_its_processor_time() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        let text = bench.client.error("spin", json!({})).await;
        assert_eq!(
            text,
            "spin did not finish: the plugin was stopped after 500 ms of processor time (limits.cpu); ask for less"
        );
    }
    all_is_well(&bench).await;
}

#[tokio::test]
async fn an_operator_can_give_less_time_than_the_manifest_asks_for_and_never_more() {
    for (wish, granted) in [("50 ms", "50 ms"), ("5 s", "500 ms")] {
        let mut config = with_probe();
        config["plugins"]["probe"]["limits"] = json!({"cpu": wish});
        let bench = Bench::with(config).await;
        let text = bench.client.error("spin", json!({})).await;
        assert!(
            text.contains(&format!("stopped after {granted} of processor time")),
            "{wish}: {text}"
        );
        all_is_well(&bench).await;
    }
}

#[tokio::test]
async fn a_glutton_does_not_get_more_memory_than_it_may_have() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        let text = bench.client.error("grow", json!({})).await;
        assert_eq!(
            text,
            "grow did not finish: the plugin needs more than 32768 KiB of memory (limits.memory); ask for less"
        );
    }
    all_is_well(&bench).await;
}

#[tokio::test]
async fn a_crash_is_the_plugin_s_alone() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        let text = bench.client.error("panic", json!({})).await;
        assert!(
            text.starts_with("panic did not finish: the plugin crashed ("),
            "{text}"
        );
        assert!(
            !text.contains("backtrace") && !text.contains(".rs"),
            "no innards for the model: {text}"
        );
    }
    all_is_well(&bench).await;
}

#[tokio::test]
async fn nothing_that_a_call_keeps_is_there_in_the_next() {
    let bench = Bench::start().await;
    for value in ["one", "two", "three"] {
        assert_eq!(
            bench.client.ok("stash", json!({"value": value})).await,
            json!({}),
            "somebody remembered"
        );
    }
    all_is_well(&bench).await;
}

#[tokio::test]
async fn an_answer_that_breaks_its_own_promise_is_thrown_away() {
    let bench = Bench::start().await;
    let text = bench.client.error("bad_output", json!({})).await;
    assert_eq!(
        text,
        "bad_output answered something that breaks its own output schema (count: \"three\" is not of type \"integer\"). \
         This is a fault of the plugin; the answer was thrown away."
    );
    all_is_well(&bench).await;
}

#[tokio::test]
async fn an_answer_longer_than_clients_show_is_refused_and_one_as_long_is_not() {
    let bench = Bench::start().await;
    let letters = 45_000 - "{\"text\":\"\"}".len();
    // Characters, not bytes.
    let longest = "ü".repeat(letters);
    let echo = bench.client.ok("echo", json!({"text": longest})).await;
    assert_eq!(echo["text"], longest);
    let text = bench
        .client
        .error("echo", json!({"text": longest + "ü"}))
        .await;
    assert_eq!(
        text,
        "echo found 45001 characters, and an answer ends at 45000. Ask for less: a narrower question, or one part at a time."
    );
    all_is_well(&bench).await;
}
