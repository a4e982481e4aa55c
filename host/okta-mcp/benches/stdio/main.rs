//! The built program as a client meets it, over its pipes: `cargo bench -p okta-mcp --bench stdio`.
//!
//! Prints start-up, call times and memory; asserts nothing about time. The example org runs in a process of
//! its own, so that its work is not counted as the server's.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a driver that cannot go on says why"
)]

mod many;
mod server;

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use server::{Org, Server};

/// Processes started for the start-up figures, and calls made for the others.
const STARTS: usize = 40;
const CALLS: usize = 2_000;
const LISTS: usize = 400;
const AT_ONCE: usize = 1_000;
const PLUGINS: usize = 100;

fn main() {
    // `cargo test --benches` and `cargo bench -- --list` must not run for a minute.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let org = Org::start();
    let place = tempfile::tempdir().expect("a directory");
    let probe = many::probe();
    let config = place.path().join("probe.json");
    many::write_config(&config, &[("probe".to_owned(), probe.clone())]);

    start_up(&org, &config, "");
    first_calls(&org, &config);
    calls(&org, &config);
    many_at_once(&org, &config);
    many_plugins(&org, place.path(), &probe);
}

fn start_up(org: &Org, config: &Path, what: &str) -> Duration {
    let mut to_initialize = Vec::new();
    let mut to_tools = Vec::new();
    for _ in 0..STARTS {
        let mut server = Server::start(org, config);
        server.initialize();
        to_initialize.push(server.started.elapsed());
        server.request("tools/list", &json!({}));
        to_tools.push(server.started.elapsed());
        server.stop();
    }
    report(
        &format!("start to initialize answered{what}"),
        &mut to_initialize,
    );
    report(
        &format!("start to tools/list answered{what}"),
        &mut to_tools,
    );
    to_initialize[0]
}

fn first_calls(org: &Org, config: &Path) {
    for (what, cache) in [
        ("cold", "first call, nothing compiled"),
        ("warm", "first call, compiled before"),
    ] {
        let mut times = Vec::new();
        for _ in 0..STARTS / 4 {
            if what == "cold" {
                org.forget_compiled();
            }
            let mut server = Server::start(org, config);
            server.initialize();
            times.push(server.timed_call("list_users", &json!({"limit": 1})));
            server.stop();
        }
        report(cache, &mut times);
    }
}

fn calls(org: &Org, config: &Path) {
    let mut server = Server::start(org, config);
    server.initialize();
    server.request("tools/list", &json!({}));
    rss("memory after tools/list (RSS)", server.rss());
    server.settle();
    rss("memory, all plugins compiled before", server.rss());
    server.timed_call("echo", &json!({"text": "x"}));
    let mut trivial: Vec<_> = (0..CALLS)
        .map(|_| server.timed_call("echo", &json!({"text": "x"})))
        .collect();
    report("trivial call", &mut trivial);
    server.timed_call("list_users", &json!({"limit": 200}));
    let mut lists: Vec<_> = (0..LISTS)
        .map(|_| server.timed_call("list_users", &json!({"limit": 200})))
        .collect();
    report("200 users, from Okta's 185 kB", &mut lists);
    let bytes = server
        .call("list_users", &json!({"limit": 200}))
        .to_string()
        .len();
    println!("{:<38} {bytes} bytes", "200 users, the whole answer");
    rss("memory after 2,400 calls (RSS)", server.rss());
    for _ in 0..LISTS * 2 + LISTS / 2 {
        server.call("list_users", &json!({"limit": 200}));
    }
    rss("memory after 1,000 calls more (RSS)", server.rss());
    server.stop();
}

/// A client that sends a thousand calls and then reads: each is answered, or told that the host is busy.
fn many_at_once(org: &Org, config: &Path) {
    for (tool, arguments) in [
        ("echo", json!({"text": "x"})),
        ("list_users", json!({"limit": 200})),
        ("spin", json!({})),
    ] {
        let mut server = Server::start(org, config);
        server.initialize();
        server.settle();
        let before = server.rss();
        let started = Instant::now();
        let answers = server.call_at_once(tool, &arguments, AT_ONCE);
        let took = started.elapsed();
        let mut kinds: HashMap<&str, usize> = HashMap::new();
        for answer in &answers {
            *kinds.entry(kind(answer)).or_default() += 1;
        }
        let mut kinds: Vec<String> = kinds
            .iter()
            .map(|(kind, n)| format!("{n} {kind}"))
            .collect();
        kinds.sort();
        println!(
            "{:<38} {} in {:.1} s, RSS {before:.1} MiB before, {:.1} at most, {:.1} after",
            format!("1,000 calls of {tool} at once"),
            kinds.join(", "),
            took.as_secs_f64(),
            server.peak_rss(),
            server.rss()
        );
        // And the next one is served.
        server.timed_call("echo", &json!({"text": "x"}));
        server.stop();
    }
}

fn kind(answer: &Value) -> &'static str {
    let text = answer["content"][0]["text"].as_str().unwrap_or_default();
    match answer["isError"] == json!(false) {
        true => "done",
        false if text.contains("too many calls are running") => "busy",
        false if text.contains("of processor time") => "stopped",
        // The example org allows 600 of these requests a minute, of which a tenth is left to others.
        false if text.contains("rate limit is used up") => "told to wait for Okta",
        false => "failed",
    }
}

fn many_plugins(org: &Org, place: &Path, probe: &[u8]) {
    let (none, many) = (place.join("none.json"), place.join("many.json"));
    std::fs::write(&none, "{}").expect("the configuration");
    let packages: Vec<_> = (0..PLUGINS).map(|n| many::renamed(probe, n)).collect();
    println!("{PLUGINS} plugins of {} bytes each", packages[0].1.len());
    many::write_config(&many, &packages);
    let without = start_up(org, &none, ", built-in plugins");
    let with = start_up(org, &many, ", 100 more");
    println!(
        "{:<38} {:.3} ms",
        "start-up grows by, for each plugin",
        (with.as_secs_f64() - without.as_secs_f64()) * 1e3 / PLUGINS as f64
    );
    let mut server = Server::start(org, &many);
    server.initialize();
    server.request("tools/list", &json!({}));
    rss("memory after tools/list, 100 more", server.rss());
    server.stop();
}

fn rss(what: &str, mib: f64) {
    println!("{what:<38} {mib:.1} MiB");
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let ms = |index: usize| times[index.min(times.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{what:<38} median {:>8.3} ms   min {:>8.3}   p95 {:>8.3}   n {}",
        ms(times.len() / 2),
        ms(0),
        ms(times.len() * 95 / 100),
        times.len()
    );
}
