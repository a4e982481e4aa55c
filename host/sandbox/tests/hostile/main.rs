//! A hostile plugin harms nothing but its own call.
//!
//! One guest for each attack (`guests/`), one test for each guest. A test runs its attack several times in a process
//! that serves a healthy plugin, and holds it to four things: the text that the client sees, the memory that the host
//! holds meanwhile and afterwards, the healthy plugin's answers, and that the attacker itself can be called again.
//!
//! `cargo test -p sandbox --test hostile -- --nocapture` prints a line for each: the attack, what the client saw, the
//! process' resident memory in MiB before, at the peak and afterwards, how often the attack was made, and how often
//! the healthy plugin answered meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "tests, and helpers of tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod attack;
mod directories;
mod floods;
mod guests;
mod healthy;
mod imports;
mod process;
mod requests;
mod space;
mod state;
mod surface;
mod time;

use std::collections::BTreeSet;

use support::assemble;

/// A guest that no test runs would be a promise that nobody keeps.
#[test]
fn every_guest_has_its_test() {
    let tests = [
        include_str!("answers.rs"),
        include_str!("floods.rs"),
        include_str!("imports.rs"),
        include_str!("requests.rs"),
        include_str!("space.rs"),
        include_str!("state.rs"),
        include_str!("surface.rs"),
        include_str!("time.rs"),
    ]
    .concat();
    let guests: BTreeSet<String> = std::fs::read_dir(guests::folder())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".wat").map(str::to_owned)
        })
        .collect();
    let idle: Vec<_> = guests
        .iter()
        .filter(|name| !tests.contains(&format!("\"{name}\"")))
        .collect();
    assert!(guests.len() >= 30 && idle.is_empty(), "{idle:?}");
}
