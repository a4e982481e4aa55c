//! What the log costs a call: `cargo bench -p audit`.
//!
//! * `row, built and queued`: what every row costs the call that it belongs to.
//! * `call of three rows`: from the first row until the answer may leave, with nothing else running, where calls that
//!   cannot be recorded fail (`deny`, the wait for the disk included) and where they pass (`allow`).
#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark that cannot go on says why"
)]

mod call;

use std::hint::black_box;

use audit::SealKey;
use audit::log::OnFailure;
use criterion::{Criterion, criterion_group, criterion_main};

fn rows(criterion: &mut Criterion) {
    let (get, page) = (call::get(), call::page());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for (name, on_failure) in [("deny", OnFailure::Deny), ("allow", OnFailure::Allow)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = call::log(
            call::settings(folder.path(), on_failure),
            &SealKey::new([7; 32]),
        );
        if on_failure == OnFailure::Allow {
            let record = call::record(&log);
            criterion.bench_function("row, built and queued", |bencher| {
                // A hundred, and then a pause until they are written: a queue that is full would measure nothing.
                bencher.iter_batched(
                    || runtime.block_on(log.flush()),
                    |()| record.get(&get).finish(black_box(&page)),
                    criterion::BatchSize::NumIterations(100),
                );
            });
        }
        criterion.bench_function(&format!("call of three rows, {name}"), |bencher| {
            bencher
                .to_async(&runtime)
                .iter(|| call::call(&log, &get, black_box(&page)));
        });
    }
}

criterion_group!(benches, rows);
criterion_main!(benches);
