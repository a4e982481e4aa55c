//! What a manifest or an operator can lower, from both sides: the last that is allowed, the first that is
//! not, how the call ends then, and that the next call works.
//!
//! Processor time, wall time, memory, requests and bytes are in `limits.rs`; handles, which only a guest of
//! the world `compat` can have, in `compat.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

mod support;

use std::time::Duration;

use capability::limits::Limits;
use sandbox::{CallError, Engine, EngineOptions, Outcome};
use support::Guest;
use support::world::{Ears, Gate, Prompt, World, numbers};

const DONE: &str = "(call $report (i32.const 0) (i32.const 0))";

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::DEFAULT;
    change(&mut limits);
    limits
}

/// How two calls of `guest` end under `limits`: the same way both times.
async fn ends(guest: &Guest, limits: Limits) -> Result<Outcome, CallError> {
    let world = World::with(guest, limits).await;
    let first = world.call(Prompt::empty()).await;
    assert_eq!(world.call(Prompt::empty()).await, first);
    first
}

fn too_much(result: Result<Outcome, CallError>) -> String {
    match result {
        Err(CallError::TooMuch { what }) => what,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn table_elements_are_counted_over_all_tables() {
    let guest = |elements: u32| {
        Guest::call(&format!(
            "(if (i32.eq (table.grow $t (ref.null func) (i32.const {elements})) (i32.const -1))
               (then unreachable)) {DONE}"
        ))
        .fields("(table $t 0 funcref) (table 500 funcref)")
    };
    let limits = limits(|l| l.table_elements = 1_100);
    // wit-component's shim has a table of a few elements.
    assert_eq!(numbers(&ends(&guest(500), limits).await), (0, 0));
    let what = too_much(ends(&guest(601), limits).await);
    assert_eq!(what, "1100 table elements");
}

#[tokio::test]
async fn instances_are_counted() {
    let mut allowed = Vec::new();
    for instances in 1..=8 {
        let result = ends(&Guest::trivial(), limits(|l| l.instances = instances)).await;
        match result {
            Ok(_) => allowed.push(instances),
            Err(CallError::TooMuch { what }) => {
                assert_eq!(what, format!("{instances} instances"));
                assert!(
                    allowed.is_empty(),
                    "{instances} are too few, and less was enough"
                );
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!((2..8).contains(&allowed.len()), "{allowed:?}");
}

#[tokio::test]
async fn what_the_guest_hands_over_in_one_go_is_bounded() {
    let guest = |bytes: u32| {
        Guest::call(&format!(
            "(call $log (i32.const 0) (i32.const 65536) (i32.const {bytes})) {DONE}"
        ))
    };
    let limits = limits(|l| l.hostcall = 8 << 10);
    assert_eq!(numbers(&ends(&guest(8 << 10), limits).await), (0, 0));
    let what = too_much(ends(&guest((8 << 10) + 1), limits).await);
    assert_eq!(what, "8 KiB in one exchange with the server");
}

#[tokio::test]
async fn an_answer_has_as_many_bytes_as_it_may() {
    // The report has 21 bytes.
    let result = ends(&Guest::trivial(), limits(|l| l.output = 21)).await;
    assert_eq!(numbers(&result), (0, 0));
    let error = ends(&Guest::trivial(), limits(|l| l.output = 20)).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "the plugin gave an answer that cannot be used: structured has 21 bytes, and at most 20 are taken; tell the plugin's author"
    );
}

#[tokio::test]
async fn get_all_takes_as_many_as_it_may() {
    let guest = |n: u32| Guest::call(&format!("(call $get_groups_at_once (i32.const {n}))"));
    let limits = limits(|l| l.at_once = 3);
    assert_eq!(numbers(&ends(&guest(3), limits).await), (3, 0));
    // None of them is sent: each is `invalid`.
    assert_eq!(numbers(&ends(&guest(4), limits).await), (0, 1));
}

/// Logs a line of 17 bytes and reports progress, `n` times each.
fn talkative(n: u32) -> Guest {
    Guest::call(&format!(
        "(loop $more
           (call $log (i32.const 3) (i32.const 2400) (i32.const 17))
           (call $progress (global.get $counter) (i32.const 1) (i32.const 9) (i32.const 2400) (i32.const 8))
           (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
           (br_if $more (i32.lt_u (global.get $counter) (i32.const {n}))))
         {DONE}"
    ))
}

/// Log lines and progress messages of one call and of the next.
async fn said(n: u32, limits: Limits) -> [(usize, usize); 2] {
    let world = World::with(&talkative(n), limits).await;
    let mut said = [(0, 0); 2];
    for said in &mut said {
        assert_eq!(world.report(Prompt::empty()).await, (0, 0));
        let lines = std::mem::take(&mut *world.reporter.lines.lock().unwrap());
        let progress = std::mem::take(&mut *world.reporter.progress.lock().unwrap());
        *said = (lines.len(), progress.len());
    }
    said
}

#[tokio::test]
async fn log_lines_and_their_bytes_and_progress_are_bounded_for_each_call() {
    // One more line says that the rest is dropped.
    assert_eq!(said(5, limits(|l| l.log_lines = 5)).await, [(5, 5); 2]);
    assert_eq!(said(6, limits(|l| l.log_lines = 5)).await, [(6, 6); 2]);
    assert_eq!(said(9, limits(|l| l.log_lines = 5)).await, [(6, 9); 2]);
    assert_eq!(said(3, limits(|l| l.log_bytes = 51)).await, [(3, 3); 2]);
    assert_eq!(said(3, limits(|l| l.log_bytes = 50)).await, [(3, 3); 2]);
    assert_eq!(said(9, limits(|l| l.log_bytes = 50)).await, [(3, 9); 2]);
    assert_eq!(said(9, limits(|l| l.progress = 4)).await, [(9, 4); 2]);
}

#[tokio::test]
async fn a_plugin_runs_as_many_calls_at_once_as_it_may_and_the_next_waits() {
    let guest = Guest::call("(call $get_groups) (call $outcome)");
    let world = World::with(&guest, limits(|l| l.calls = 2)).await;
    let (gate, mut watch) = Gate::new();
    let calls = futures::future::join_all((0..3).map(|_| world.call(gate.clone())));
    let watching = async {
        for _ in 0..2 {
            watch.came.recv().await.unwrap();
        }
        tokio::task::yield_now().await;
        assert!(watch.came.try_recv().is_err(), "a third runs");
        gate.open.add_permits(1);
        watch.came.recv().await.unwrap();
        gate.open.add_permits(2);
    };
    let (outcomes, ()) = tokio::join!(calls, watching);
    for outcome in outcomes {
        assert_eq!(numbers(&outcome), (0, 0));
    }
}

#[tokio::test]
async fn a_flood_of_one_plugin_does_not_make_the_others_wait() {
    let engine = Engine::with(EngineOptions {
        concurrent_calls: 4,
        queue_wait: Duration::from_secs(3_600),
        ..EngineOptions::default()
    })
    .unwrap();
    let guest = Guest::call("(call $get_groups) (call $outcome)");
    let package = guest.pack(&engine).await;
    let [loud, quiet] = [package.clone(), package].map(|p| World::new(&engine, p, Limits::DEFAULT));
    let (gate, mut watch) = Gate::new();
    let flood = futures::future::join_all((0..100).map(|_| loud.call(gate.clone())));
    let others = async {
        watch.came.recv().await.unwrap();
        watch.came.recv().await.unwrap();
        for _ in 0..3 {
            assert_eq!(quiet.report(Prompt::empty()).await, (0, 0));
        }
        gate.open.add_permits(100);
    };
    let (outcomes, ()) = tokio::join!(flood, others);
    assert!(outcomes.iter().all(Result::is_ok), "and all had their turn");
}

/// Nothing but the cancellation can end this guest before the test gives up: it has an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_computes_is_stopped_when_its_call_is_taken_back() {
    let an_hour = Duration::from_secs(3_600);
    let guest = Guest::call("(call $get_groups) (call $spin) unreachable");
    let world = World::with(
        &guest,
        limits(|l| {
            l.cpu = an_hour;
            l.time = an_hour;
        }),
    )
    .await;
    let (gate, mut watch) = Gate::new();
    gate.open.add_permits(1);
    let (ears, mut gone) = Ears::new();
    let call = sandbox::Call {
        grant: world.grants.of_tool("list_groups"),
        directory: gate,
        reporter: ears,
        resumed: None,
    };
    let running = tokio::spawn(async move { world.plugin.call("list_groups", "{}", call).await });
    watch.dropped.recv().await.unwrap();
    assert!(gone.try_recv().is_err(), "it computes");
    running.abort();
    let usage = tokio::time::timeout(Duration::from_secs(60), gone.recv())
        .await
        .expect("the guest was never stopped: is the ticker running?")
        .unwrap();
    assert_eq!(usage.requests, 1);
    assert!(running.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn of_a_thousand_calls_at_once_each_is_answered_or_told_that_the_host_is_busy() {
    let engine = Engine::with(EngineOptions {
        concurrent_calls: 8,
        waiting_calls: 100,
        queue_wait: Duration::from_secs(3_600),
        ..EngineOptions::default()
    })
    .unwrap();
    let guest = Guest::call("(call $get_groups) (call $outcome)");
    let world = World::new(&engine, guest.pack(&engine).await, Limits::DEFAULT);
    world.plugin.prepare().await.unwrap();
    let (gate, mut watch) = Gate::new();
    let calls = futures::future::join_all((0..1_000).map(|_| world.call(gate.clone())));
    let opening = async {
        watch.came.recv().await.unwrap();
        gate.open.add_permits(1_000);
    };
    let (outcomes, ()) = tokio::join!(calls, opening);
    let (done, busy): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), busy.len()), (108, 892));
    let error = busy[0].as_ref().unwrap_err();
    assert_eq!(*error, CallError::Busy);
    assert_eq!(
        error.to_string(),
        "too many calls are running; wait for one of them to end and try again"
    );
    assert_eq!(world.report(Prompt::empty()).await, (0, 0));
}
