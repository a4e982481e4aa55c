//! What the compiler costs at the bounds of what it is given: `cargo bench -p sandbox --bench compile`.
//!
//! A function's length alone does not say how long it takes: each place where paths meet needs a value for
//! each variable that is set on them. The shapes below are the worst that are known of each kind, as large as
//! [effort.rs](../src/effort.rs) lets them be. Each is compiled in a process of its own; prints its time, and its
//! memory at most.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    dead_code,
    reason = "a driver that cannot go on says why"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use sandbox::{Engine, pack};
use support::Guest;

/// A function, or several.
type Shape = fn() -> String;

const SHAPES: [(&str, Shape); 9] = [
    ("500 KiB straight on", || straight(500 << 10)),
    ("10,000 statements to jump over", || jumps(10_000)),
    ("24 loops in each other, 2,000 variables", || {
        nests(1, 2_000)
    }),
    ("9 nests of 24 loops, 210 variables", || nests(9, 210)),
    ("75 nests of 24 loops, 12 variables", || nests(75, 12)),
    ("210 loops in a row, a variable for each", || in_a_row(210)),
    ("jump tables over 500 blocks, 400 variables", || {
        tables(500, 400, 2)
    }),
    ("jump tables over 100 blocks, 100 variables", || {
        tables(100, 100, 40)
    }),
    ("40 functions of 210 loops in a row", || {
        in_a_row(210).repeat(40)
    }),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments
        .iter()
        .any(|argument| argument == "--list" || argument == "--test")
    {
        return;
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--one") {
        one(SHAPES[arguments[at + 1].parse::<usize>().unwrap()].1);
        return;
    }
    for (at, (name, _)) in SHAPES.iter().enumerate() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--one", &at.to_string()])
            .output()
            .unwrap();
        let told = String::from_utf8(child.stdout).unwrap();
        println!("{name:<46} {}", told.trim());
    }
}

/// Compiles a component with that in it.
fn one(shape: Shape) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let guest = Guest::trivial().fields(&shape());
        let module = guest.module();
        let engine = Engine::new().unwrap();
        let began = Instant::now();
        // Packing compiles a component, to ask it for its tools.
        let outcome = pack(&engine, &module, support::MANIFEST, &support::record()).await;
        let took = began.elapsed().as_secs_f64() * 1e3;
        let verdict = outcome.map_or_else(|error| error.to_string(), |_| "compiled".to_owned());
        println!("{took:>9.1} ms, {:>5.0} MiB at most, {verdict}", peak());
    });
}

/// The process' memory at most, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

fn function(locals: usize, body: &str) -> String {
    let locals = " i32".repeat(locals);
    format!("(func (param i32 i32) (local{locals}) {body})")
}

fn straight(bytes: usize) -> String {
    let one = "(local.set 0 (i32.add (i32.load (local.get 0)) (local.get 1)))";
    function(1, &one.repeat(bytes / 10))
}

fn jumps(statements: usize) -> String {
    let one = "(block (br_if 0 (local.get 0)) (local.set 1 (i32.add (i32.load (local.get 0)) (local.get 1))))";
    function(1, &one.repeat(statements - 1))
}

/// A statement for each variable.
fn each(variables: usize) -> String {
    (2..variables + 2).fold(String::new(), |mut text, local| {
        write!(
            text,
            "(local.set {local} (i32.add (local.get {local}) (local.get 0)))"
        )
        .unwrap();
        text
    })
}

/// In the innermost of each nest of loops, a statement for each variable.
fn nests(nests: usize, variables: usize) -> String {
    let depth = 24;
    let nest = format!(
        "{}{}{}",
        "(loop ".repeat(depth),
        each(variables),
        "(br_if 0 (local.get 1)))".repeat(depth)
    );
    function(variables, &nest.repeat(nests))
}

/// As many loops as variables in one around them, which goes through all of them.
fn in_a_row(count: usize) -> String {
    let mut body = String::new();
    for local in 2..count + 2 {
        write!(
            body,
            "(loop (local.set {local} (i32.add (local.get {local}) (local.get 0))) (br_if 0 (local.get 1)))"
        )
        .unwrap();
    }
    // Used at the end: each has a value on every way.
    for local in 2..count + 2 {
        write!(
            body,
            "(local.set 0 (i32.add (local.get 0) (local.get {local})))"
        )
        .unwrap();
    }
    function(count, &format!("(loop {body} (br_if 0 (local.get 1)))"))
}

/// Blocks in each other with a variable set after each, and tables of jumps to all of them.
fn tables(blocks: usize, variables: usize, tables: usize) -> String {
    let targets = (0..blocks).fold(String::new(), |mut text, n| {
        write!(text, " {n}").unwrap();
        text
    });
    let mut body = "(block ".repeat(blocks);
    for table in 0..tables {
        write!(
            body,
            "(local.set {} (i32.add (local.get 1) (i32.const {table}))) (if (local.get 1) (then (br_table{targets} (local.get 0))))",
            2 + table % variables
        )
        .unwrap();
    }
    for block in 0..blocks {
        write!(
            body,
            " (local.set 1 (i32.add (local.get 1) (local.get {}))))",
            2 + block % variables
        )
        .unwrap();
    }
    function(variables, &body)
}
