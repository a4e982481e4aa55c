//! The world `compat`: WASI is linked, and there is nothing behind it.
//!
//! The guests speak preview 1 and become components by the adapter that toolchains use, so that what is
//! shown here is what a C or Go program would find.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use capability::limits::Limits;
use capability::manifest;
use sandbox::{CallError, Engine, Level, PackError, Package, PackageError, pack};
use support::assemble::with_sections;
use support::world::{Prompt, World};
use support::{Guest, MANIFEST, record};

const BADF: u32 = 8;

/// The functions of preview 1 that the guests here call, as far as they call them.
const PREVIEW1: [(&str, &str); 17] = [
    ("args_sizes_get", "(param i32 i32) (result i32)"),
    ("clock_res_get", "(param i32 i32) (result i32)"),
    ("clock_time_get", "(param i32 i64 i32) (result i32)"),
    ("environ_sizes_get", "(param i32 i32) (result i32)"),
    ("fd_prestat_get", "(param i32 i32) (result i32)"),
    ("fd_read", "(param i32 i32 i32 i32) (result i32)"),
    ("fd_readdir", "(param i32 i32 i32 i64 i32) (result i32)"),
    ("fd_write", "(param i32 i32 i32 i32) (result i32)"),
    ("path_create_directory", "(param i32 i32 i32) (result i32)"),
    (
        "path_open",
        "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
    ),
    ("poll_oneoff", "(param i32 i32 i32 i32) (result i32)"),
    ("proc_exit", "(param i32)"),
    ("random_get", "(param i32 i32) (result i32)"),
    ("sched_yield", "(result i32)"),
    ("sock_accept", "(param i32 i32 i32) (result i32)"),
    ("sock_send", "(param i32 i32 i32 i32 i32) (result i32)"),
    ("sock_shutdown", "(param i32 i32) (result i32)"),
];

/// A guest whose `call` has this body; what it names of preview 1 is imported. At 6000 is a list of one
/// buffer for streams: the 17 bytes at 2400. `$fresh` gives 128 KiB that the adapter does not use.
fn guest(body: &str) -> Guest {
    with_preview1(Guest::call(body), body)
}

fn with_preview1(guest: Guest, body: &str) -> Guest {
    let mut imports = String::new();
    for (name, signature) in PREVIEW1 {
        if body.contains(&format!("${name}")) {
            imports.push_str(&format!(
                "(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} {signature}))"
            ));
        }
    }
    guest
        .imports(&imports)
        .fields("(func $fresh (result i32) (i32.shl (memory.grow (i32.const 2)) (i32.const 16)))")
        .fields("(data (i32.const 6000) \"\\60\\09\\00\\00\\11\\00\\00\\00\")")
}

fn manifest() -> String {
    MANIFEST.replace("summary", "world = \"compat\"\nsummary")
}

async fn try_pack(guest: &Guest) -> Result<Vec<u8>, PackError> {
    let engine = Engine::new().unwrap();
    pack(&engine, &guest.component(), &manifest(), &record()).await
}

async fn world(guest: &Guest, change: impl FnOnce(&mut Limits)) -> World {
    let mut limits = Limits::DEFAULT;
    change(&mut limits);
    let engine = Engine::new().unwrap();
    let bytes = pack(&engine, &guest.component(), &manifest(), &record())
        .await
        .unwrap();
    World::new(&engine, Package::parse(bytes).unwrap(), limits)
}

/// What the guest with this `call` reports.
async fn report(body: &str) -> (u32, u32) {
    let world = world(&guest(body), |_| {}).await;
    world.report(Prompt::empty()).await
}

/// How the guest with this `call` ends without an answer.
async fn failure(body: &str, change: impl FnOnce(&mut Limits)) -> CallError {
    let world = world(&guest(body), change).await;
    world.call(Prompt::empty()).await.unwrap_err()
}

#[tokio::test]
async fn a_package_says_its_world_and_what_it_imports() {
    let world = world(&guest("(drop (call $sched_yield)) (call $fd_write (i32.const 1) (i32.const 6000) (i32.const 1) (i32.const 6008)) drop (call $report (i32.const 0) (i32.const 0))"), |_| {}).await;
    let package = world.plugin.package();
    assert_eq!(package.manifest().world, manifest::World::Compat);
    let imports = package.imports();
    assert!(
        imports
            .iter()
            .any(|name| name.starts_with("wasi:cli/stdout@0.2.")),
        "{imports:?}"
    );
    assert!(
        imports.iter().all(|name| !name.starts_with("wasi:sockets")),
        "{imports:?}"
    );
}

const WRITES_TO_STDOUT: &str =
    "(call $report (call $fd_write (i32.const 1) (i32.const 6000) (i32.const 1) (i32.const 6008))
                   (i32.load (i32.const 6008)))";

/// In a process of its own, whose stdout can be looked at.
#[tokio::test]
async fn what_a_guest_writes_to_stdout_goes_nowhere() {
    const CHILD: &str = "SANDBOX_STDOUT_CHILD";
    const NAME: &str = "what_a_guest_writes_to_stdout_goes_nowhere";
    if std::env::var_os(CHILD).is_some() {
        let world = world(&guest(WRITES_TO_STDOUT), |_| {}).await;
        assert_eq!(world.report(Prompt::empty()).await, (0, 17));
        assert!(world.reporter.lines.lock().unwrap().is_empty());
        println!("the guest has written");
        return;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&child.stdout),
        String::from_utf8_lossy(&child.stderr),
    );
    assert!(child.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("the guest has written"), "{stdout}");
    for text in [stdout, stderr] {
        assert!(!text.contains("of a log"), "{text}");
    }
}

#[tokio::test]
async fn stderr_comes_out_in_the_log_line_by_line_and_the_last_one_without_its_end_too() {
    let body = "(drop (call $fd_write (i32.const 2) (i32.const 6000) (i32.const 1) (i32.const 6008)))
                (drop (call $fd_write (i32.const 2) (i32.const 6000) (i32.const 1) (i32.const 6008)))";
    let lines = ["one line", "of a logone line", "of a log"].map(|l| (Level::Warn, l.to_owned()));
    let answers = format!("{body} (call $report (i32.const 0) (i32.const 0))");
    let crashes = format!("{body} unreachable");
    for body in [answers, crashes] {
        let world = world(&guest(&body), |_| {}).await;
        let _ = world.call(Prompt::empty()).await;
        assert_eq!(*world.reporter.lines.lock().unwrap(), lines);
    }
}

#[tokio::test]
async fn stderr_and_the_log_share_one_cap_and_are_cleaned_alike() {
    // "a<ESC>[1m<RLO>b\n" on stderr and a line of the log's, over and over.
    let body = "(loop $more
          (drop (call $fd_write (i32.const 2) (i32.const 6100) (i32.const 1) (i32.const 6008)))
          (call $log (i32.const 3) (i32.const 2400) (i32.const 17))
          (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
          (br_if $more (i32.lt_u (global.get $counter) (i32.const 300))))
        (call $report (i32.const 0) (i32.const 0))";
    let guest = guest(body)
        .fields("(data (i32.const 6100) \"\\00\\18\\00\\00\\0a\\00\\00\\00\")")
        .fields("(data (i32.const 6144) \"a\\1b[1m\\e2\\80\\aeb\\0a\")");
    let world = world(&guest, |_| {}).await;
    world.report(Prompt::empty()).await;
    let lines = world.reporter.lines.lock().unwrap();
    assert_eq!(lines[0], (Level::Warn, "a[1mb".to_owned()));
    assert_eq!(lines[1], (Level::Error, "one line of a log".to_owned()));
    assert_eq!(lines.len(), 201);
    assert!(lines[200].1.contains("logs too much"));
}

#[tokio::test]
async fn one_endless_line_on_stderr_is_cut() {
    // 64 KiB of `A` in one piece, as often as the processor time lasts, never a line's end.
    let body =
        "(local.set 0 (call $fresh)) (memory.fill (local.get 0) (i32.const 65) (i32.const 65536))
        (i32.store (i32.const 6000) (local.get 0))
        (i32.store (i32.const 6004) (i32.const 65536))
        (loop $more
          (drop (call $fd_write (i32.const 2) (i32.const 6000) (i32.const 1) (i32.const 6008)))
          (br $more)) unreachable";
    let world = world(&guest(body), |l| l.cpu = Duration::from_millis(50)).await;
    let error = world.call(Prompt::empty()).await.unwrap_err();
    assert!(matches!(error, CallError::CpuExhausted { .. }), "{error}");
    let lines = world.reporter.lines.lock().unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].1, format!("{}…", "A".repeat(2_000)));
}

#[tokio::test]
async fn there_is_no_environment_and_no_argument() {
    for function in ["environ_sizes_get", "args_sizes_get"] {
        // What was there before is overwritten: 7 and 7.
        let body = format!(
            "(i32.store (i32.const 6016) (i32.const 7)) (i32.store (i32.const 6020) (i32.const 7))
             (if (call ${function} (i32.const 6016) (i32.const 6020)) (then unreachable))
             (call $report (i32.load (i32.const 6016)) (i32.load (i32.const 6020)))"
        );
        assert_eq!(report(&body).await, (0, 0), "{function}");
    }
}

#[tokio::test]
async fn stdin_is_at_its_end() {
    let body = "(call $report
        (call $fd_read (i32.const 0) (i32.const 6000) (i32.const 1) (i32.const 6008))
        (i32.load (i32.const 6008)))";
    assert_eq!(report(body).await, (0, 0));
}

#[tokio::test]
async fn no_directory_is_open() {
    // The lowest descriptor that a preopened directory could have, and some more.
    for descriptor in 3..8 {
        let body = format!(
            "(call $report (call $fd_prestat_get (i32.const {descriptor}) (i32.const 6016)) (i32.const 0))"
        );
        assert_eq!(report(&body).await, (BADF, 0), "{descriptor}");
    }
}

#[tokio::test]
async fn nothing_can_be_opened_listed_or_made() {
    // The texts at 6200 are the paths.
    let path_open = "(call $path_open (local.get 0) (i32.const 0) (i32.const 6200) (local.get 1)
        (i32.const 0) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 6016))";
    let create = "(call $path_create_directory (local.get 0) (i32.const 6200) (local.get 1))";
    let list = "(call $fd_readdir (local.get 0) (i32.const 8192) (i32.const 64) (i64.const 0) (i32.const 6016))";
    for path in [".", "/", "..", "/etc/passwd", ""] {
        for what in [path_open, create, list] {
            // Counts the descriptors below ten on which it works.
            let body = format!(
                "(local.set 1 (i32.const {})) (local.set 0 (i32.const 0))
                 (loop $more
                   (if (i32.eqz {what})
                     (then (global.set $counter (i32.add (global.get $counter) (i32.const 1)))))
                   (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                   (br_if $more (i32.lt_u (local.get 0) (i32.const 10))))
                 (call $report (global.get $counter) (i32.const 0))",
                path.len()
            );
            let guest = guest(&body).fields(&format!("(data (i32.const 6200) \"{path}\")"));
            let world = world(&guest, |_| {}).await;
            assert_eq!(world.report(Prompt::empty()).await, (0, 0), "{path} {what}");
        }
    }
}

#[tokio::test]
async fn there_are_no_sockets() {
    for call in [
        "(call $sock_accept (i32.const 3) (i32.const 0) (i32.const 6016))",
        "(call $sock_send (i32.const 3) (i32.const 6000) (i32.const 1) (i32.const 0) (i32.const 6016))",
        "(call $sock_shutdown (i32.const 3) (i32.const 2))",
    ] {
        let body = format!("(call $report {call} (i32.const 0))");
        let world = world(&guest(&body), |_| {}).await;
        let imports = world.plugin.package().imports();
        assert!(
            !imports.iter().any(|name| name.contains("sockets")),
            "{imports:?}"
        );
        // The adapter has nothing to answer with: it crashes, or says so.
        match world.call(Prompt::empty()).await {
            Err(error) => assert!(matches!(error, CallError::Trapped { .. }), "{error}"),
            outcome => assert_ne!(support::world::numbers(&outcome).0, 0, "{call}"),
        }
    }
}

#[tokio::test]
async fn sockets_http_and_the_rest_are_refused_by_name_before_compilation() {
    let refused = |manifest: &str, name: &str| {
        // This would not compile: it is never tried.
        let text =
            format!("(component (import \"{name}\" (instance)) (core module (func (result i32))))");
        let sections = [("okta:plugin/manifest", manifest.as_bytes())];
        Package::parse(with_sections(&wat::parse_str(text).unwrap(), &sections)).unwrap_err()
    };
    for name in [
        "wasi:sockets/tcp@0.2.0",
        "wasi:sockets/instance-network@0.2.12",
        "wasi:http/outgoing-handler@0.2.0",
        "wasi:clocks/timezone@0.2.0",
        "wasi:cli/stdout@0.3.0",
        "wasi:keyvalue/store@0.2.0",
        "evil:private/door@0.2.0",
    ] {
        let error = refused(&manifest(), name);
        assert!(
            matches!(&error, PackageError::Import { name: found, .. } if found == name),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .contains("at 0.2.x wasi:cli/environment, "),
            "{error}"
        );
    }
    // What `compat` allows, `plugin` refuses, and tells the way.
    let error = refused(MANIFEST, "wasi:cli/stdout@0.2.0");
    assert!(
        error.to_string().starts_with(
            "the component imports `wasi:cli/stdout@0.2.0`; a plugin may import nothing but okta:plugin/directory@0.1.0, "
        ),
        "{error}"
    );
    assert!(
        error.to_string().contains("`world = \"compat\"`"),
        "{error}"
    );
    // And only an instance is an interface.
    let function = wat::parse_str("(component (import \"wasi-run\" (func)))").unwrap();
    let sections = [("okta:plugin/manifest", manifest().into_bytes())];
    let sections = [(sections[0].0, sections[0].1.as_slice())];
    let error = Package::parse(with_sections(&function, &sections)).unwrap_err();
    assert!(matches!(error, PackageError::Import { .. }), "{error}");
}

#[tokio::test]
async fn a_wasi_component_that_does_not_say_so_is_not_packed() {
    let component = guest(WRITES_TO_STDOUT).component();
    let engine = Engine::new().unwrap();
    let error = pack(&engine, &component, MANIFEST, &record())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, PackError::Package(PackageError::Import { name, .. }) if name.starts_with("wasi:")),
        "{error}"
    );
}

#[tokio::test]
async fn clocks_tell_whole_seconds() {
    // Clock 0 is the wall's, 1 the monotonic one. Seconds, and nanoseconds beyond them.
    let read = |clock: u32, of: &str| {
        format!(
            "(if (call $clock_{of} (i32.const {clock}) {} (i32.const 6016)) (then unreachable))
             (call $report
               (i32.wrap_i64 (i64.rem_u (i64.div_u (i64.load (i32.const 6016)) (i64.const 1000000000)) (i64.const 1000)))
               (i32.wrap_i64 (i64.rem_u (i64.load (i32.const 6016)) (i64.const 1000))))",
            if of == "time_get" { "(i64.const 1)" } else { "" }
        )
    };
    // 1,800,000,000 s, which is what the reporter says.
    assert_eq!(report(&read(0, "time_get")).await, (0, 0));
    // Never zero, which Go's runtime takes for a broken clock.
    assert_eq!(report(&read(1, "time_get")).await, (1, 0));
    assert_eq!(report(&read(0, "res_get")).await, (1, 0));
    assert_eq!(report(&read(1, "res_get")).await, (1, 0));
}

#[tokio::test]
async fn the_wall_clock_is_the_reporter_s() {
    let body = "(if (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 6016)) (then unreachable))
        (call $report
          (i64.eq (i64.load (i32.const 6016)) (i64.const 1800000000000000000))
          (i64.eq (i64.mul (call $now) (i64.const 1000000000)) (i64.load (i32.const 6016))))";
    assert_eq!(report(body).await, (1, 1));
}

/// `poll_oneoff` on a relative sleep of so many nanoseconds, by the monotonic clock. The subscription is at
/// 6300: its user data, the tag of a clock, the clock, the time-out, the precision, flags.
fn sleep(nanoseconds: u64) -> String {
    format!(
        "(i32.store8 (i32.const 6308) (i32.const 0))
         (i32.store (i32.const 6316) (i32.const 1))
         (i64.store (i32.const 6324) (i64.const {nanoseconds}))
         (drop (call $poll_oneoff (i32.const 6300) (i32.const 6400) (i32.const 1) (i32.const 6016)))"
    )
}

#[tokio::test]
async fn a_sleep_ends_with_a_second_and_costs_no_processor_time() {
    let body = format!(
        "{} {} (call $report (i32.const 1) (i32.const 0))",
        sleep(1_000_000),
        sleep(1_000_000)
    );
    let world = world(&guest(&body), |l| l.cpu = Duration::from_millis(400)).await;
    world.plugin.prepare().await.unwrap();
    let before = Instant::now();
    assert_eq!(world.report(Prompt::empty()).await, (1, 0));
    // Its clock began with the first sleep, and both lasted until the next second.
    assert!(
        before.elapsed() >= Duration::from_millis(1_900),
        "{:?}",
        before.elapsed()
    );
    assert!(world.reporter.usage.lock().unwrap()[0].cpu < Duration::from_millis(400));
}

#[tokio::test]
async fn a_guest_that_sleeps_for_ever_is_ended_by_its_time() {
    let time = Duration::from_millis(80);
    let body = format!("{} unreachable", sleep(u64::MAX >> 1));
    let world = world(&guest(&body), |l| l.time = time).await;
    world.plugin.prepare().await.unwrap();
    for _ in 0..2 {
        let result = world.call(Prompt::empty()).await;
        assert_eq!(result, Err(CallError::TimedOut { limit: time }));
    }
}

#[tokio::test]
async fn loops_through_wasi_are_charged_and_stopped() {
    let cpu = Duration::from_millis(40);
    for step in [
        "(drop (call $sched_yield))",
        "(drop (call $fd_write (i32.const 1) (i32.const 6000) (i32.const 1) (i32.const 6008)))",
        "(drop (call $random_get (local.get 0) (i32.const 65536)))",
        "(drop (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 6016)))",
        // A time-out of zero: it never waits.
        "(drop (call $poll_oneoff (i32.const 6300) (i32.const 6400) (i32.const 1) (i32.const 6016)))",
    ] {
        let body =
            format!("(local.set 0 (call $fresh)) (loop $more {step} (br $more)) unreachable");
        let error = failure(&body, |l| l.cpu = cpu).await;
        assert_eq!(error, CallError::CpuExhausted { limit: cpu }, "{step}");
    }
}

#[tokio::test]
async fn memory_is_bounded_as_ever() {
    let memory = 16 << 16;
    let body = "(drop (call $sched_yield))
        (if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then unreachable)) unreachable";
    let error = failure(body, |l| l.memory = memory).await;
    assert_eq!(error, CallError::MemoryExhausted { limit: memory });
}

#[tokio::test]
async fn random_numbers_differ_from_call_to_call_and_come_in_pieces() {
    let body = "(local.set 0 (call $fresh)) (if (call $random_get (local.get 0) (i32.const 65536)) (then unreachable))
        (call $report
          (i32.rem_u (i32.load (local.get 0)) (i32.const 1000))
          (i32.rem_u (i32.load offset=65532 (local.get 0)) (i32.const 1000)))";
    let world = world(&guest(body), |_| {}).await;
    let (a, b) = (
        world.report(Prompt::empty()).await,
        world.report(Prompt::empty()).await,
    );
    // One time in a million they would not.
    assert_ne!(a, b);
    let greedy = "(drop (call $random_get (call $fresh) (i32.const 65537))) unreachable";
    let error = failure(greedy, |_| {}).await;
    assert!(
        matches!(&error, CallError::Trapped { what } if what.contains("65537")),
        "{error}"
    );
}

#[tokio::test]
async fn an_exit_ends_the_call_and_not_the_process() {
    for status in [0, 1] {
        let error = failure(
            &format!("(call $proc_exit (i32.const {status})) unreachable"),
            |_| {},
        )
        .await;
        assert!(
            matches!(&error, CallError::Trapped { what } if what.contains(&format!("exit status {status}"))),
            "{error}"
        );
    }
}

/// Preview 1 has no function that keeps a handle per call; preview 2 has.
#[tokio::test]
async fn handles_are_bounded() {
    let wit = "package test:guest;
        world guest {
            include okta:plugin/plugin@0.1.0;
            import wasi:clocks/monotonic-clock@0.2.0;
        }
        package wasi:io@0.2.0 { interface poll { resource pollable; } }
        package wasi:clocks@0.2.0 {
            interface monotonic-clock {
                use wasi:io/poll@0.2.0.{pollable};
                subscribe-duration: func(when: u64) -> pollable;
            }
        }";
    let body = |n: u32| {
        format!(
            "(loop $more
               (drop (call $subscribe (i64.const 1)))
               (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
               (br_if $more (i32.lt_u (global.get $counter) (i32.const {n}))))
             (call $report (i32.const 1) (i32.const 0))"
        )
    };
    for (limit, n, works) in [
        (256, 200, true),
        (256, 300, false),
        (256, 1_000_000, false),
        (100, 90, true),
        (100, 110, false),
    ] {
        let guest = Guest::call(&body(n)).wit(wit).imports(
            r#"(import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration"
                (func $subscribe (param i64) (result i32)))"#,
        );
        let world = world(&guest, |l| l.handles = limit).await;
        for _ in 0..2 {
            match world.call(Prompt::empty()).await {
                Ok(_) => assert!(works, "{n} of {limit}"),
                Err(error) => assert!(
                    !works
                        && error
                            == CallError::TooMuch {
                                what: format!("{limit} handles")
                            },
                    "{n} of {limit}: {error}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn describe_has_wasi_and_gives_the_same_answer_every_time() {
    // Random letters and the time's digits in the first tool's description, which is at 16402.
    let describe = "(drop (call $fd_write (i32.const 2) (i32.const 6000) (i32.const 1) (i32.const 6008)))
        (drop (call $random_get (i32.const 6016) (i32.const 4)))
        (i32.store (i32.const 16402)
          (i32.add (i32.const 0x61616161) (i32.and (i32.load (i32.const 6016)) (i32.const 0x0f0f0f0f))))
        (drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 6016)))
        (if (i64.ne (i64.load (i32.const 6016)) (i64.const 0)) (then unreachable))
        (call $tools)";
    let guest = with_preview1(Guest::trivial().describe(describe), describe);
    let first = try_pack(&guest).await.unwrap();
    let tool = Package::parse(first.clone()).unwrap().tools()[0].clone();
    assert!(
        tool.description.ends_with("scription."),
        "{}",
        tool.description
    );
    assert_ne!(tool.description, "A description.");
    assert_eq!(first, try_pack(&guest).await.unwrap());
}

#[tokio::test]
async fn the_contract_s_imports_stay_closed_in_describe() {
    let describe = "(drop (call $sched_yield)) (drop (call $now)) (call $tools)";
    let guest = with_preview1(Guest::trivial().describe(describe), describe);
    let error = try_pack(&guest).await.unwrap_err().to_string();
    assert!(error.starts_with("`describe` called host.now;"), "{error}");
}

#[tokio::test]
async fn a_describe_that_crashes_says_what_its_runtime_said() {
    let describe = "(drop (call $fd_write (i32.const 2) (i32.const 6000) (i32.const 1) (i32.const 6008))) unreachable";
    let guest = with_preview1(Guest::trivial().describe(describe), describe);
    let error = try_pack(&guest).await.unwrap_err();
    assert!(
        matches!(&error, PackError::Describe(CallError::Trapped { what }) if what.ends_with("after `of a log` on stderr")),
        "{error}"
    );
}
