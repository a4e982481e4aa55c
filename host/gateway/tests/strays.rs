//! A stream of hostile requests, through the proof and the one door, to a server that writes down what
//! arrives: it hears declared templates with typed values, byte for byte, and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "the helpers of tests may stop where they stand, as the tests themselves may"
)]

#[path = "../../capability/tests/support/hostile.rs"]
#[allow(dead_code, reason = "the layers' own tests use the rest")]
mod hostile;
#[path = "support/mod.rs"]
mod support;

use capability::cursor::CursorKey;
use capability::grant::{Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;

use support::{Response, Server, TOKEN, gateway, plenty};

/// One case in twenty of those that the proof alone is held to: each that is let through is a real request.
fn cases() -> u64 {
    hostile::cases() / 20
}

#[tokio::test]
async fn a_server_hears_declared_templates_with_typed_values_and_nothing_else() {
    let server = Server::always(Response::json("{}")).await;
    let gateway = gateway(&server.origin);
    let manifest = Manifest::parse(hostile::MANIFEST).unwrap();
    let org = OrgUrl::parse(&server.origin).unwrap();
    let grant = Grants::new(&manifest, org, CursorKey::new([1; 32]), &[]).of_tool("read");
    let mut may_arrive = Vec::new();
    for case in 0..cases() {
        let asked = hostile::asked(&mut fastrand::Rng::with_seed(case));
        let may_send = asked.may_send();
        let request = Request {
            endpoint: asked.endpoint,
            path: asked.path,
            query: asked.query,
            cursor: asked.cursor,
        };
        // Whatever the proof lets through is sent; whether it should have been is judged by what arrives.
        if let Ok(get) = grant.authorize(&request) {
            gateway.get(&get, plenty()).await.unwrap();
            may_arrive.push(may_send.unwrap_or_else(|| format!("nothing for {request:?}")));
        }
    }
    let host = server.origin.trim_start_matches("http://");
    for (number, target) in may_arrive.iter().enumerate() {
        let head = server.head(number);
        let (line, headers) = head.split_once("\r\n").unwrap();
        assert_eq!(line, format!("GET {target} HTTP/1.1"));
        // No value became a header, and the token went to nobody else.
        let named = |name: &str| {
            let lines = headers.lines().filter_map(|line| line.split_once(": "));
            lines
                .filter(|(found, _)| *found == name)
                .map(|(_, value)| value)
                .collect::<Vec<_>>()
        };
        assert_eq!(named("host"), [host]);
        assert_eq!(named("authorization"), [format!("SSWS {TOKEN}")]);
        assert!(headers.trim_end().lines().count() <= 6, "{headers}");
    }
    assert_eq!(
        server.requests(),
        may_arrive.len(),
        "a stray request arrived"
    );
    assert!(
        may_arrive.len() as u64 > cases() / 5,
        "hardly anything was sent: {}",
        may_arrive.len()
    );
}
