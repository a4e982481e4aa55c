//! What a call costs beside the network: a fresh instance for a trivial tool, a page handed over, and
//! the one compilation that comes before.
//!
//! The guests are the tests' own, a few kilobytes of WebAssembly, and the probe where it is built.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use capability::answer::Page;
use capability::limits::Limits;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use sandbox::{Allocation, Call, CodeCache, CodeKey, Engine, EngineOptions, Package, Plugin};
use support::Guest;
use support::world::{Ears, Gate, Prompt, World, page};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn calls(criterion: &mut Criterion) {
    let runtime = runtime();
    let trivial = runtime.block_on(World::of(&Guest::trivial()));
    let directory = Prompt::empty();
    criterion.bench_function("call, trivial tool in a fresh instance", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| async { black_box(trivial.call(directory.clone()).await) });
    });

    allocations(criterion);
    let one_get = Guest::call("(call $get_groups) (call $outcome)");
    let one_get = runtime.block_on(World::of(&one_get));
    if let Some(probe) = runtime.block_on(support::probe(&Engine::new().unwrap())) {
        let probe = World::new(&Engine::new().unwrap(), probe, Limits::DEFAULT);
        criterion.bench_function("call, echo of the probe", |bencher| {
            bencher.to_async(&runtime).iter(|| async {
                let echo = probe.call_with("echo", r#"{"text":"hello"}"#, directory.clone());
                black_box(echo.await.unwrap())
            });
        });
    }
    let hundred_kilobytes = Prompt::new(Ok(Page {
        body: "x".repeat(100_000),
        ..page(100_000)
    }));
    criterion.bench_function("call, one page of 100 kB", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| async { black_box(one_get.call(hundred_kilobytes.clone()).await) });
    });
}

/// Where guests' memory comes from: one call after the other, as over stdio, and many at once, as over HTTP.
fn allocations(criterion: &mut Criterion) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    for allocation in [Allocation::OnDemand, Allocation::Pooled] {
        let engine = Engine::with(EngineOptions {
            allocation,
            ..EngineOptions::default()
        })
        .unwrap();
        let Some(probe) = runtime.block_on(support::probe(&engine)) else {
            return;
        };
        let probe = Arc::new(World::new(&engine, probe, Limits::DEFAULT));
        let echo = |probe: Arc<World>| async move {
            let directory = Prompt::empty();
            probe
                .call_with("echo", r#"{"text":"hello"}"#, directory)
                .await
                .unwrap()
        };
        for at_once in [1, 32] {
            let name = format!("{at_once} at once, echo of the probe, {allocation:?}");
            criterion.bench_function(&name, |bencher| {
                bencher.to_async(&runtime).iter(|| async {
                    let calls: Vec<_> = (0..at_once)
                        .map(|_| tokio::spawn(echo(Arc::clone(&probe))))
                        .collect();
                    for call in calls {
                        black_box(call.await.unwrap());
                    }
                });
            });
        }
    }
}

/// From taking a call back to its guest being gone, while it computes and would for an hour.
fn cancellation(criterion: &mut Criterion) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let an_hour = Duration::from_secs(3_600);
    let limits = Limits {
        cpu: an_hour,
        time: an_hour,
        ..Limits::DEFAULT
    };
    let guest = Guest::call("(call $get_groups) (call $spin) unreachable");
    let world = Arc::new(runtime.block_on(World::with(&guest, limits)));
    criterion.bench_function("call, taken back while its guest computes", |bencher| {
        bencher.to_async(&runtime).iter_custom(|times| {
            let world = Arc::clone(&world);
            async move {
                let mut took = Duration::ZERO;
                for _ in 0..times {
                    took += take_back(&world).await;
                }
                took
            }
        });
    });
}

async fn take_back(world: &Arc<World>) -> Duration {
    let (gate, mut watch) = Gate::new();
    gate.open.add_permits(1);
    let (ears, mut gone) = Ears::new();
    let call = Call {
        grant: world.grants.of_tool("list_groups"),
        directory: gate,
        reporter: ears,
        resumed: None,
    };
    let world = Arc::clone(world);
    let running = tokio::spawn(async move { world.plugin.call("list_groups", "{}", call).await });
    watch.dropped.recv().await.unwrap();
    let taken_back = Instant::now();
    running.abort();
    gone.recv().await.unwrap();
    taken_back.elapsed()
}

fn preparation(criterion: &mut Criterion) {
    let runtime = runtime();
    criterion.bench_function("engine, new", |bencher| {
        bencher.iter(|| black_box(Engine::new().unwrap()));
    });
    let engine = Engine::new().unwrap();
    let mut packages = vec![("small", runtime.block_on(Guest::trivial().pack(&engine)))];
    if let Some(probe) = runtime.block_on(support::probe(&engine)) {
        packages.push(("probe", probe));
    }
    for (name, package) in packages {
        criterion.bench_function(&format!("package, parse ({name})"), |bencher| {
            bencher.iter(|| Package::parse(black_box(package.bytes())).unwrap());
        });
        criterion.bench_function(&format!("plugin, prepare ({name})"), |bencher| {
            bencher.to_async(&runtime).iter_batched(
                || Plugin::new(&engine, package.clone(), Limits::DEFAULT),
                |plugin| async move { plugin.prepare().await.unwrap() },
                BatchSize::PerIteration,
            );
        });
        let place = tempfile::tempdir().unwrap();
        let cache = CodeCache::open(&place.path().join("code"), CodeKey::new([7; 32]), 1 << 30);
        let kept = Engine::with(EngineOptions {
            cache: Some(cache.unwrap()),
            ..EngineOptions::default()
        })
        .unwrap();
        criterion.bench_function(
            &format!("plugin, prepare from the cache ({name})"),
            |bencher| {
                bencher.to_async(&runtime).iter_batched(
                    || Plugin::new(&kept, package.clone(), Limits::DEFAULT),
                    |plugin| async move { plugin.prepare().await.unwrap() },
                    BatchSize::PerIteration,
                );
            },
        );
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = calls, cancellation, preparation
}
criterion_main!(benches);
