//! Each limit from both sides; and after each, the next call works.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use capability::answer::Failure;
use capability::limits::Limits;
use sandbox::{Allocation, CallError, Engine, EngineOptions, Outcome};
use support::Guest;
use support::world::{Gate, Prompt, World, page};

const SPIN: &str = "(call $spin) unreachable";

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::DEFAULT;
    change(&mut limits);
    limits
}

/// Runs `test` on a runtime of its own, and fails where a guest holds a thread for good: such a guest
/// would keep an ordinary test from ever ending.
fn guarded<F: Future<Output = ()> + Send + 'static>(test: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    runtime.spawn(async move {
        let result = tokio::spawn(test).await;
        done.send(result).unwrap();
    });
    let ended = ended.recv_timeout(Duration::from_secs(60));
    runtime.shutdown_background();
    ended
        .expect("the guest was never stopped: is the ticker running?")
        .unwrap();
}

#[test]
fn a_loop_is_stopped_when_its_processor_time_is_spent_wherever_it_is() {
    let cpu = Duration::from_millis(30);
    let spinning = [
        ("call", Guest::call(SPIN)),
        ("realloc", Guest::trivial().realloc("(call $spin)")),
        (
            "post-return",
            Guest::trivial().fields(
                r#"(func (export "cabi_post_okta:plugin/tools@0.1.0#call") (param i32) (call $spin))"#,
            ),
        ),
    ];
    for (place, guest) in spinning {
        guarded(async move {
            let world = World::with(&guest, limits(|l| l.cpu = cpu)).await;
            for _ in 0..2 {
                let result = world.call(Prompt::empty()).await;
                assert_eq!(
                    result,
                    Err(CallError::CpuExhausted { limit: cpu }),
                    "{place}"
                );
            }
            let usage = world.reporter.usage.lock().unwrap().clone();
            assert_eq!(usage.len(), 2, "{place}");
            assert!(usage.iter().all(|u| u.cpu >= cpu), "{place}");
        });
    }
}

#[test]
fn a_loop_in_the_start_function_is_stopped() {
    guarded(async {
        let guest = Guest::trivial().fields("(start $spin)");
        let engine = Engine::new().unwrap();
        let error = sandbox::pack(
            &engine,
            &guest.module(),
            support::MANIFEST,
            &support::record(),
        )
        .await
        .unwrap_err();
        assert!(
            error.to_string().contains("500 ms of processor time"),
            "{error}"
        );
    });
}

#[test]
fn a_busy_guest_lets_others_run_and_its_time_end() {
    guarded(async {
        let time = Duration::from_millis(60);
        let world = World::with(
            &Guest::call(SPIN),
            limits(|l| {
                l.time = time;
                l.cpu = Duration::from_secs(3_600);
            }),
        )
        .await;
        world.plugin.prepare().await.unwrap();
        let result = world.call(Prompt::empty()).await;
        assert_eq!(result, Err(CallError::TimedOut { limit: time }));
    });
}

struct Slow(Duration);

impl sandbox::Directory for Slow {
    fn get<'a>(
        &'a self,
        _: &'a capability::grant::AuthorizedGet,
        _: sandbox::Budget,
    ) -> futures::future::BoxFuture<'a, Result<capability::answer::Page, Failure>> {
        Box::pin(async {
            tokio::time::sleep(self.0).await;
            Ok(page(2))
        })
    }
}

#[tokio::test]
async fn waiting_for_the_directory_costs_no_processor_time() {
    let cpu = Duration::from_millis(300);
    let guest = Guest::call("(call $get_groups) (call $outcome)");
    let world = World::with(&guest, limits(|l| l.cpu = cpu)).await;
    let result = world.report(Arc::new(Slow(cpu * 2))).await;
    assert_eq!(result, (0, 0));
    assert!(world.reporter.usage.lock().unwrap()[0].cpu < cpu);
}

#[test]
fn a_wait_does_not_let_a_loop_go_free() {
    guarded(async {
        let cpu = Duration::from_millis(30);
        let guest = Guest::call(&format!("(call $get_groups) {SPIN}"));
        let world = World::with(&guest, limits(|l| l.cpu = cpu)).await;
        let result = world.call(Arc::new(Slow(cpu * 2))).await;
        assert_eq!(result, Err(CallError::CpuExhausted { limit: cpu }));
    });
}

/// Grows to `pages` in all (four are there at the start) and fails hard when it may not.
fn grow(pages: u32) -> Guest {
    Guest::call(&format!(
        "(if (i32.eq (memory.grow (i32.const {})) (i32.const -1)) (then unreachable))
         (call $report (i32.const 0) (i32.const 0))",
        pages - 4
    ))
}

#[tokio::test]
async fn memory_up_to_the_limit_is_given_and_beyond_it_is_not() {
    let memory = 16 << 16;
    let limits = limits(|l| l.memory = memory);
    for allocation in [Allocation::OnDemand, Allocation::Pooled] {
        let fits = World::on(allocation, &grow(16), limits).await;
        assert_eq!(fits.report(Prompt::empty()).await, (0, 0));
        assert_eq!(fits.reporter.usage.lock().unwrap()[0].memory, memory);
        let greedy = World::on(allocation, &grow(17), limits).await;
        for _ in 0..2 {
            let result = greedy.call(Prompt::empty()).await;
            assert_eq!(result, Err(CallError::MemoryExhausted { limit: memory }));
        }
    }
}

#[tokio::test]
async fn a_guest_that_gets_by_with_less_memory_may() {
    let guest = Guest::call(
        "(drop (memory.grow (i32.const 1000))) (call $report (i32.const 0) (i32.const 0))",
    );
    let world = World::with(&guest, limits(|l| l.memory = 16 << 16)).await;
    assert_eq!(world.report(Prompt::empty()).await, (0, 0));
}

#[tokio::test]
async fn a_guest_that_begins_too_large_does_not_begin() {
    let world = World::with(&Guest::trivial(), limits(|l| l.memory = 3 << 16)).await;
    let result = world.call(Prompt::empty()).await;
    assert_eq!(result, Err(CallError::MemoryExhausted { limit: 3 << 16 }));
}

#[tokio::test]
async fn tables_are_bounded() {
    let guest = |elements: u32| {
        Guest::call(&format!(
            "(if (i32.eq (table.grow $t (ref.null func) (i32.const {elements})) (i32.const -1))
               (then unreachable))
             (call $report (i32.const 0) (i32.const 0))"
        ))
        .fields("(table $t 0 funcref)")
    };
    // wit-component's shim has a small table of its own.
    let fits = World::of(&guest(99_000)).await;
    assert_eq!(fits.report(Prompt::empty()).await, (0, 0));
    let greedy = World::of(&guest(100_001)).await;
    assert_eq!(
        greedy.call(Prompt::empty()).await,
        Err(CallError::TooMuch {
            what: "100000 table elements".to_owned()
        })
    );
}

#[tokio::test]
async fn a_stack_overflow_is_a_crash_of_the_guest_alone() {
    let guest = Guest::call(
        "(drop (call $deep (i32.const 0))) (call $report (i32.const 0) (i32.const 0))",
    )
    .fields(
        "(func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (local.get 0))))",
    );
    let world = World::of(&guest).await;
    for _ in 0..2 {
        let Err(CallError::Trapped { what }) = world.call(Prompt::empty()).await else {
            panic!()
        };
        assert!(what.contains("call stack exhausted"), "{what}");
    }
}

#[tokio::test]
async fn a_crash_gives_its_reason_in_one_short_line() {
    let world = World::of(&Guest::call("unreachable")).await;
    let Err(error) = world.call(Prompt::empty()).await else {
        panic!()
    };
    let text = error.to_string();
    assert!(
        text.contains("`unreachable` instruction executed"),
        "{text}"
    );
    assert!(
        !text.contains('\n') && !text.contains("backtrace"),
        "{text}"
    );
    assert_eq!(world.reporter.usage.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_request_is_sent_and_the_next_is_not() {
    let guest = Guest::call("(call $get_groups) (call $get_groups) (call $outcome)");
    for (requests, report) in [(2, (0, 0)), (1, (1, 7))] {
        let world = World::with(&guest, limits(|l| l.requests = requests)).await;
        for _ in 0..2 {
            let directory = Prompt::empty();
            assert_eq!(world.report(directory.clone()).await, report);
            assert_eq!(directory.asked(), requests as usize);
        }
    }
}

#[tokio::test]
async fn the_last_byte_is_taken_and_the_next_is_not() {
    let guest = Guest::call("(call $get_groups) (call $get_groups) (call $outcome)");
    for (bytes, report) in [(100, (0, 0)), (99, (1, 7))] {
        let world = World::with(&guest, limits(|l| l.bytes = bytes)).await;
        assert_eq!(world.report(Prompt::new(Ok(page(50)))).await, report);
    }
}

#[tokio::test]
async fn many_gets_at_once_share_one_budget() {
    let guest = Guest::call("(call $get_groups_at_once (i32.const 10))");
    let world = World::with(&guest, limits(|l| l.requests = 10)).await;
    assert_eq!(world.report(Prompt::empty()).await, (10, 0));
    let world = World::with(&guest, limits(|l| l.requests = 7)).await;
    let directory = Prompt::empty();
    assert_eq!(world.report(directory.clone()).await, (7, 7));
    assert_eq!(directory.asked(), 7);
}

#[tokio::test]
async fn more_than_a_hundred_at_once_are_refused_before_the_first_is_sent() {
    let limits = limits(|l| l.requests = 1_000);
    for (n, report, asked) in [(100, (100, 0), 100), (101, (0, 1), 0)] {
        let guest = Guest::call(&format!("(call $get_groups_at_once (i32.const {n}))"));
        let world = World::with(&guest, limits).await;
        let directory = Prompt::empty();
        assert_eq!(world.report(directory.clone()).await, report);
        assert_eq!(directory.asked(), asked);
    }
}

#[tokio::test]
async fn eight_are_in_flight_at_once_and_their_budgets_never_add_up_to_more_than_there_is() {
    let guest = Guest::call("(call $get_groups_at_once (i32.const 20))");
    let world = World::with(&guest, limits(|l| l.bytes = 8_000)).await;
    let (gate, mut watch) = Gate::new();
    let call = world.call(gate.clone());
    let watching = async {
        let mut shares = Vec::new();
        for _ in 0..8 {
            shares.push(watch.came.recv().await.unwrap().bytes);
        }
        assert_eq!(shares, [1_000; 8]);
        tokio::task::yield_now().await;
        assert!(watch.came.try_recv().is_err(), "a ninth came");
        gate.open.add_permits(20);
    };
    let (outcome, ()) = tokio::join!(call, watching);
    assert_eq!(support::world::numbers(&outcome), (20, 0));
}

#[tokio::test]
async fn a_request_knows_when_its_call_ends() {
    let world = World::of(&Guest::call("(call $get_groups) (call $outcome)")).await;
    let (gate, mut watch) = Gate::new();
    gate.open.add_permits(1);
    let before = tokio::time::Instant::now();
    let outcome = world.call(gate).await;
    assert!(outcome.is_ok());
    let budget = watch.came.recv().await.unwrap();
    assert!(budget.deadline >= before + Limits::DEFAULT.time);
    assert!(budget.deadline <= tokio::time::Instant::now() + Limits::DEFAULT.time);
    assert_eq!(budget.bytes, Limits::DEFAULT.bytes);
}

#[tokio::test]
async fn a_result_beyond_its_cap_is_refused() {
    // The structured text is all zero bytes of fresh memory: its size is judged before its form.
    let guest = |bytes: u32| {
        Guest::call(&format!(
            "(drop (memory.grow (i32.const 64))) (call $done (i32.const 262144) (i32.const {bytes}))"
        ))
    };
    let result = |bytes| async move {
        World::of(&guest(bytes))
            .await
            .call(Prompt::empty())
            .await
            .unwrap_err()
    };
    assert!(
        matches!(result(1 << 20).await, CallError::BadResult(what) if what.contains("not JSON"))
    );
    assert!(
        matches!(result((1 << 20) + 1).await, CallError::BadResult(what) if what.contains("at most"))
    );
    // Beyond what is lifted at all, the host does not even copy it.
    assert!(
        matches!(result((3 << 20) + 1).await, CallError::TooMuch { what } if what == "3072 KiB in one exchange with the server")
    );
}

#[tokio::test]
async fn log_lines_are_clean_and_few() {
    let guest = Guest::call(
        "(loop $more
           (call $log (i32.const 3) (i32.const 2400) (i32.const 17))
           (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
           (br_if $more (i32.lt_u (global.get $counter) (i32.const 1000))))
         (call $report (i32.const 0) (i32.const 0))",
    );
    let world = World::of(&guest).await;
    world.report(Prompt::empty()).await;
    let lines = world.reporter.lines.lock().unwrap();
    assert_eq!(
        lines[0],
        (sandbox::Level::Error, "one line of a log".to_owned())
    );
    assert_eq!(lines.len(), 201);
    assert!(lines[200].1.contains("logs too much"));
}

#[tokio::test]
async fn progress_is_passed_on_and_bounded() {
    let guest = Guest::call(
        "(loop $more
           (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
           (call $progress (global.get $counter) (i32.const 1) (i32.const 9) (i32.const 2400) (i32.const 8))
           (br_if $more (i32.lt_u (global.get $counter) (i32.const 1000))))
         (call $report (i32.const 0) (i32.const 0))",
    );
    let world = World::of(&guest).await;
    world.report(Prompt::empty()).await;
    let progress = world.reporter.progress.lock().unwrap();
    assert_eq!(progress[0], (1, Some(9), "one line".to_owned()));
    assert_eq!(progress.len(), 200);
}

#[tokio::test]
async fn a_full_engine_is_busy_and_then_is_not() {
    let engine = Engine::with(EngineOptions {
        concurrent_calls: 1,
        queue_wait: Duration::ZERO,
        ..EngineOptions::default()
    })
    .unwrap();
    let package = Guest::call("(call $get_groups) (call $outcome)")
        .pack(&engine)
        .await;
    let world = World::new(&engine, package, Limits::DEFAULT);
    let (gate, mut watch) = Gate::new();
    let first = world.call(gate.clone());
    let others = async {
        watch.came.recv().await.unwrap();
        for _ in 0..3 {
            assert_eq!(world.call(Prompt::empty()).await, Err(CallError::Busy));
        }
        gate.open.add_permits(1);
    };
    let (outcome, ()) = tokio::join!(first, others);
    assert!(matches!(outcome, Ok(Outcome::Done(_))));
    assert_eq!(world.report(Prompt::empty()).await, (0, 0));
}
