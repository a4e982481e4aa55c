//! What a call may reach, what it leaves behind, and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

mod support;

use std::time::Duration;

use capability::answer::{Failure, Refusal};
use capability::grant::Class;
use capability::limits::Limits;
use sandbox::{Allocation, Call, CallError, Outcome};
use support::Guest;
use support::world::{Gate, Prompt, World};

#[tokio::test]
async fn a_tool_reaches_its_own_endpoint_and_no_other_tools() {
    let world = World::of(&Guest::call("(call $get_users) (call $outcome)")).await;
    let directory = Prompt::empty();
    assert_eq!(world.report(directory.clone()).await, (1, 0), "denied");
    assert_eq!(directory.asked(), 0, "nothing was sent");
    let denials = world.reporter.denials.lock().unwrap().clone();
    assert_eq!(denials.len(), 1);
    assert!(
        denials[0].contains("for list_users, not for tool `list_groups`"),
        "{denials:?}"
    );

    let own = world.call_tool("list_users", directory.clone()).await;
    assert_eq!(support::world::numbers(&own), (0, 0));
    assert_eq!(directory.asked(), 1);
}

#[tokio::test]
async fn a_malformed_request_is_invalid_and_not_sent() {
    // A cursor that nobody sealed.
    let guest = Guest::call(
        "(call $get (i32.const 2048) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
           (i32.const 1) (i32.const 2048) (i32.const 14) (i32.const 4096))
         (call $outcome)",
    );
    let world = World::of(&guest).await;
    let directory = Prompt::empty();
    assert_eq!(world.report(directory.clone()).await, (1, 1), "invalid");
    assert_eq!(directory.asked(), 0);
    let refused = world.reporter.refused.lock().unwrap().clone();
    let [(endpoint, class)] = refused.as_slice() else {
        panic!("{refused:?}")
    };
    assert!(endpoint.starts_with("/api/v1/"), "{endpoint}");
    assert_eq!(*class, Class::Invalid);
}

#[tokio::test]
async fn denials_cost_requests_so_that_they_cannot_flood_the_audit() {
    let guest = Guest::call(
        "(loop $more
           (call $get_users)
           (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
           (br_if $more (i32.lt_u (global.get $counter) (i32.const 500))))
         (call $outcome)",
    );
    let world = World::of(&guest).await;
    assert_eq!(world.report(Prompt::empty()).await, (1, 7), "exhausted");
    assert_eq!(world.reporter.denials.lock().unwrap().len(), 50);
}

#[tokio::test]
async fn every_failure_reaches_the_guest_as_itself() {
    let refusal = || Refusal {
        status: 400,
        code: "E0000001".to_owned(),
        summary: "no".to_owned(),
        request_id: Some("id".to_owned()),
    };
    let world = World::of(&Guest::call("(call $get_groups) (call $outcome)")).await;
    for (failure, case) in [
        (Failure::NotFound(refusal()), 2),
        (Failure::Forbidden(refusal()), 3),
        (Failure::RateLimited { seconds: 9 }, 4),
        (Failure::Refused(refusal()), 5),
        (Failure::Unavailable("dns".to_owned()), 6),
        (Failure::Exhausted("bytes".to_owned()), 7),
    ] {
        assert_eq!(world.report(Prompt::new(Err(failure))).await, (1, case));
    }
}

#[tokio::test]
async fn nothing_survives_in_a_guest_from_one_call_to_the_next() {
    let guest = Guest::call(
        "(global.set $counter (i32.add (global.get $counter) (i32.const 1)))
         (i32.store8 (i32.const 3000) (i32.add (i32.load8_u (i32.const 3000)) (i32.const 1)))
         (call $report (global.get $counter) (i32.load8_u (i32.const 3000)))",
    );
    for allocation in [Allocation::OnDemand, Allocation::Pooled] {
        let world = World::on(allocation, &guest, Limits::DEFAULT).await;
        for _ in 0..3 {
            assert_eq!(world.report(Prompt::empty()).await, (1, 1));
        }
    }
}

#[tokio::test]
async fn a_cancelled_call_takes_its_request_along() {
    let world = World::of(&Guest::call("(call $get_groups) (call $outcome)")).await;
    let (gate, mut watch) = Gate::new();
    {
        let mut call = std::pin::pin!(world.call(gate));
        tokio::select! {
            outcome = &mut call => panic!("{outcome:?}"),
            came = watch.came.recv() => assert!(came.is_some()),
        }
        assert!(watch.dropped.try_recv().is_err(), "still waiting");
    }
    assert!(watch.dropped.try_recv().is_ok(), "gone with its call");
    assert_eq!(world.reporter.usage.lock().unwrap()[0].requests, 1);
    assert_eq!(world.report(Prompt::empty()).await, (0, 0));
}

#[tokio::test]
async fn a_call_whose_time_is_up_takes_its_request_along() {
    let time = Duration::from_millis(300);
    let limits = Limits {
        time,
        ..Limits::DEFAULT
    };
    let world = World::with(&Guest::call("(call $get_groups) (call $outcome)"), limits).await;
    world.plugin.prepare().await.unwrap();
    let (gate, mut watch) = Gate::new();
    assert_eq!(
        world.call(gate).await,
        Err(CallError::TimedOut { limit: time })
    );
    assert!(watch.dropped.try_recv().is_ok());
}

#[tokio::test]
async fn a_guest_that_waits_holds_up_nobody() {
    let world = World::of(&Guest::call("(call $get_groups) (call $outcome)")).await;
    let (gate, mut watch) = Gate::new();
    let waiting = world.call(gate.clone());
    let other = async {
        watch.came.recv().await.unwrap();
        assert_eq!(world.report(Prompt::empty()).await, (0, 0));
        gate.open.add_permits(1);
    };
    let (outcome, ()) = tokio::join!(waiting, other);
    assert!(outcome.is_ok());
}

#[tokio::test]
async fn the_plugins_own_errors_keep_their_kind_and_lose_their_controls() {
    let result = |case: u32| async move {
        let body = format!("(call $fail (i32.const {case}) (i32.const 2400) (i32.const 17))");
        World::of(&Guest::call(&body))
            .await
            .call(Prompt::empty())
            .await
    };
    let text = || "one line of a log".to_owned();
    assert_eq!(result(0).await, Err(CallError::InvalidArguments(text())));
    assert_eq!(result(1).await, Err(CallError::Failed(text())));
    assert_eq!(result(2).await, Err(CallError::NeedsCapability(text())));
}

#[tokio::test]
async fn an_unknown_tool_is_refused_before_anything_is_compiled() {
    let world = World::of(&Guest::trivial()).await;
    let error = world
        .call_tool("delete_everything", Prompt::empty())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin `groups` has no tool `delete_everything`; it has list_groups, list_users"
    );
    assert!(world.reporter.usage.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_pause_comes_out_and_its_answers_go_in() {
    // Asks when nothing was resumed, and answers with the number of answers otherwise.
    let guest = Guest::call(
        "(if (result i32) (local.get 4)
           (then (call $report (local.get 6) (local.get 9)))
           (else
             (i32.store8 (i32.const 1024) (i32.const 0))
             (i32.store8 (i32.const 1028) (i32.const 1))
             (i32.store (i32.const 1032) (i32.const 3072))
             (i32.store (i32.const 1036) (i32.const 1))
             (i32.store8 (i32.const 1040) (i32.const 1))
             (i32.store (i32.const 1044) (i32.const 2400))
             (i32.store (i32.const 1048) (i32.const 3))
             (i32.store (i32.const 3072) (i32.const 2400))
             (i32.store (i32.const 3076) (i32.const 3))
             (i32.store (i32.const 3080) (i32.const 2304))
             (i32.store (i32.const 3084) (i32.const 21))
             (i32.const 1024)))",
    );
    let world = World::of(&guest).await;
    let Ok(Outcome::NeedsInput(pause)) = world.call(Prompt::empty()).await else {
        panic!()
    };
    assert_eq!(pause.questions[0].key, "one");
    assert_eq!(pause.state.as_deref(), Some(b"one".as_slice()));
    let call = Call {
        grant: world.grants.of_tool("list_groups"),
        directory: Prompt::empty(),
        reporter: world.reporter.clone(),
        resumed: Some(sandbox::Answers {
            answers: vec![("one".to_owned(), "{}".to_owned())],
            state: pause.state,
        }),
    };
    let outcome = world.plugin.call("list_groups", "{}", call).await;
    assert_eq!(support::world::numbers(&outcome), (1, 3));
}

#[tokio::test]
async fn whoever_waits_for_the_compilation_gets_its_result() {
    let world = World::of(&Guest::trivial()).await;
    let (a, b, c) = tokio::join!(
        world.plugin.prepare(),
        world.plugin.prepare(),
        world.report(Prompt::empty())
    );
    assert_eq!((a, b, c), (Ok(()), Ok(()), (0, 0)));
}
