//! Writes a log of a million rows and checks it: `cargo run --release -p audit --example million`.
//!
//! Prints how long each took, and asserts nothing about time. The rows are those of 333,333 calls with two GETs each,
//! written by the log itself, so that the files are what a server would have written.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a driver that cannot go on says why"
)]

#[path = "../benches/call/mod.rs"]
mod call;

use std::time::Instant;

use audit::SealKey;
use audit::log::OnFailure;
use audit::verify::{Against, verify};

/// Calls of three rows each.
const CALLS: usize = 333_333;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = SealKey::new([7; 32]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let settings = call::settings(folder.path(), OnFailure::Deny);
    let path = settings.path.clone();
    let log = call::log(settings, &key);
    let (get, page) = (call::get(), call::page());
    let started = Instant::now();
    runtime.block_on(async {
        for _ in 0..CALLS / 100 {
            // A hundred at once, as a busy server would have them: they share commits.
            let calls = (0..100).map(|_| call::call(&log, &get, &page));
            for call in calls.collect::<Vec<_>>() {
                call.await;
            }
        }
    });
    drop(log);
    println!("written in {:.2} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let checked = verify(
        &path,
        &Against {
            key: Some(key),
            ..Against::default()
        },
    )
    .expect("a log");
    let seconds = started.elapsed().as_secs_f64();
    let bytes: u64 = checked
        .files
        .iter()
        .map(|file| file.metadata().map_or(0, |found| found.len()))
        .sum();
    assert_eq!(checked.finding, None);
    println!(
        "{} rows in {} files, {:.0} MB: checked in {seconds:.2} s, {:.1} million rows a second",
        checked.rows,
        checked.files.len(),
        bytes as f64 / 1e6,
        checked.rows as f64 / seconds / 1e6
    );
}
