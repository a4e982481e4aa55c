//! The same promises, kept for a guest that a real compiler made of the real SDK.
//!
//! The probe is a committed package of the plugins' workspace, so these tests need no toolchain; without it
//! they fail.

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
use sandbox::{CallError, Engine, Level, Outcome};
use support::world::{Prompt, World};

async fn probe(limits: Limits) -> World {
    let engine = Engine::new().unwrap();
    let package = support::probe(&engine)
        .await
        .expect("plugins/probe/probe.wasm is committed");
    World::new(&engine, package, limits)
}

fn structured(outcome: Result<Outcome, CallError>) -> String {
    let Ok(Outcome::Done(output)) = outcome else {
        panic!("{outcome:?}")
    };
    serde_json::to_string(&output.structured.unwrap()).unwrap()
}

#[tokio::test]
async fn it_answers_and_keeps_nothing() {
    let world = probe(Limits::DEFAULT).await;
    let echo = r#"{"text":"grüße"}"#;
    let answer = world.call_with("echo", echo, Prompt::empty()).await;
    assert_eq!(structured(answer), echo);
    for value in ["a", "b"] {
        let arguments = format!("{{\"value\":\"{value}\"}}");
        let answer = world.call_with("stash", &arguments, Prompt::empty()).await;
        assert_eq!(structured(answer), "{}");
    }
}

#[tokio::test]
async fn it_is_stopped_and_its_next_call_works() {
    let cpu = Duration::from_millis(50);
    let limits = Limits {
        cpu,
        ..Limits::DEFAULT
    };
    let world = probe(limits).await;
    let spun = world.call_tool("spin", Prompt::empty()).await;
    assert_eq!(spun, Err(CallError::CpuExhausted { limit: cpu }));
    still_answers(&world).await;
}

#[tokio::test]
async fn it_is_kept_small_and_its_next_call_works() {
    // Touching all that memory takes a loaded machine longer than a tool usually has.
    let limits = Limits {
        cpu: Limits::DEFAULT.time,
        ..Limits::DEFAULT
    };
    let world = probe(limits).await;
    let grown = world.call_tool("grow", Prompt::empty()).await;
    let limit = limits.memory;
    assert_eq!(grown, Err(CallError::MemoryExhausted { limit }));
    still_answers(&world).await;
}

async fn still_answers(world: &World) {
    let echo = r#"{"text":"still here"}"#;
    let answer = world.call_with("echo", echo, Prompt::empty()).await;
    assert_eq!(structured(answer), echo);
}

#[tokio::test]
async fn its_panic_message_is_logged_and_its_trap_is_short() {
    let world = probe(Limits::DEFAULT).await;
    let result = world.call_tool("panic", Prompt::empty()).await;
    assert!(
        matches!(result, Err(CallError::Trapped { .. })),
        "{result:?}"
    );
    let lines = world.reporter.lines.lock().unwrap();
    assert!(
        lines.iter().any(|(level, text)| *level == Level::Error
            && text.contains("the probe panics because it was asked to")),
        "{lines:?}"
    );
}
