//! What the compiler costs at the bounds of what it is given: `cargo bench -p sandbox --bench compile`.
//!
//! A function's length alone does not say how long it takes: each place where paths meet needs a value for
//! each variable that is set on them. The shapes below are the worst that are known of each kind, at several
//! lengths. Each is compiled in a process of its own; prints its time, and its memory at most.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    dead_code,
    reason = "a driver that cannot go on says why"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use capability::limits::Limits;
use sandbox::{Engine, Package, Plugin};
use support::Guest;

/// What a function's body is made of, for about so many bytes.
type Shape = fn(usize) -> String;

const SHAPES: [(&str, Shape); 5] = [
    ("straight on, arithmetic", straight),
    ("a jump over each statement", jumps),
    ("loops in each other, a variable for each", loops),
    (
        "loops one after the other, a variable for each",
        loops_in_a_row,
    ),
    ("jump tables to blocks in each other", tables),
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
        let number = |n: usize| arguments[at + n].parse::<usize>().unwrap();
        one(SHAPES[number(1)].1, number(2));
        return;
    }
    for (at, (name, _)) in SHAPES.iter().enumerate() {
        for kilobytes in [16, 64, 128, 256, 500] {
            let child = Command::new(std::env::current_exe().unwrap())
                .args(["--one", &at.to_string(), &(kilobytes << 10).to_string()])
                .output()
                .unwrap();
            let told = String::from_utf8(child.stdout).unwrap();
            println!("{name:<48} {kilobytes:>4} KiB: {}", told.trim());
        }
    }
}

/// Compiles one function of that shape and length.
fn one(shape: Shape, bytes: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let guest = Guest::trivial().fields(&shape(bytes));
        let engine = Engine::new().unwrap();
        let package: Package = guest.pack(&engine).await;
        let plugin = Plugin::new(&engine, package, Limits::DEFAULT);
        let began = Instant::now();
        let outcome = plugin.prepare().await;
        let took = began.elapsed().as_secs_f64() * 1e3;
        let verdict = outcome.map_or_else(|error| error.to_string(), |()| "compiled".to_owned());
        println!("{took:>9.1} ms, {:>6.0} MiB at most, {verdict}", peak());
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
    format!("(func (export \"long\") (param i32 i32) (local{locals}) {body})")
}

fn straight(bytes: usize) -> String {
    let one = "(local.set 0 (i32.add (i32.load (local.get 0)) (local.get 1)))";
    function(1, &one.repeat(bytes / 10))
}

fn jumps(bytes: usize) -> String {
    let one = "(block (br_if 0 (local.get 0)) (local.set 1 (i32.add (i32.load (local.get 0)) (local.get 1))))";
    function(1, &one.repeat(bytes / 17))
}

/// A statement for each variable, inside of as many loops.
fn loops(bytes: usize) -> String {
    let count = (bytes / 15).min(49_000);
    let mut body = "(loop ".repeat(count);
    for local in 2..count + 2 {
        write!(
            body,
            "(local.set {local} (i32.add (local.get {local}) (local.get 0)))"
        )
        .unwrap();
    }
    body.push_str(&"(br_if 0 (local.get 1)))".repeat(count));
    function(count, &body)
}

/// As many loops as variables, each of which goes through all of them.
fn loops_in_a_row(bytes: usize) -> String {
    let count = (bytes / 20).min(49_000);
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

/// Half of the bytes are blocks in each other with a variable set in each, half are tables of jumps to all of them.
fn tables(bytes: usize) -> String {
    let blocks = 500;
    let targets: String = (0..blocks).fold(String::new(), |mut text, n| {
        write!(text, " {n}").unwrap();
        text
    });
    let tables = bytes / (blocks * 2 + 4);
    let mut body = "(block ".repeat(blocks);
    for table in 0..tables {
        write!(
            body,
            "(local.set {} (i32.add (local.get 1) (i32.const {table}))) (if (local.get 1) (then (br_table{targets} (local.get 0))))",
            2 + table % 400
        )
        .unwrap();
    }
    for local in 0..blocks {
        write!(
            body,
            " (local.set 1 (i32.add (local.get 1) (local.get {}))))",
            2 + local % 400
        )
        .unwrap();
    }
    function(400, &body)
}
