//! Bodies: too large, too slow, packed, cut, deep, or not what they say.

use std::io::Write as _;
use std::time::{Duration, Instant};

use capability::answer::{Failure, Page};
use flate2::Compression;
use flate2::write::GzEncoder;
use gateway::Budget;

use crate::support::{Reply, Response, Server, plenty, unavailable, within};

const MIB: u64 = 1 << 20;

fn budget(bytes: u64) -> Budget {
    Budget { bytes, ..plenty() }
}

/// A JSON array of exactly `bytes` bytes.
fn array(bytes: usize) -> String {
    format!("[{}]", " ".repeat(bytes - 2))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn exhausted(result: Result<Page, Failure>) -> String {
    match result {
        Err(Failure::Exhausted(text)) => text,
        other => panic!("expected Exhausted, got {other:?}"),
    }
}

#[tokio::test]
async fn a_page_may_use_its_budget_to_the_last_byte() {
    let server = Server::always(Response::json(&array(1_000))).await;
    assert_eq!(server.list(budget(1_000)).await.unwrap().received, 1_000);
    let text = exhausted(server.list(budget(999)).await);
    assert!(text.contains("larger than the 999 bytes"), "{text}");
}

#[tokio::test]
async fn no_budget_buys_a_page_of_more_than_8_mib() {
    let exact = Server::always(Response::json(&array(8 << 20))).await;
    assert!(exact.list(budget(64 * MIB)).await.is_ok());
    let more = Server::always(Response::json(&array((8 << 20) + 1))).await;
    let text = unavailable(more.list(budget(64 * MIB)).await);
    assert!(text.contains("larger than 8388608 bytes"), "{text}");
    unavailable(more.list(budget(8 * MIB)).await);
    exhausted(exact.list(budget(8 * MIB - 1)).await);
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_begun() {
    let server = Server::start(|asked| {
        // Nothing follows the head: whoever waits for the body waits for ever.
        let head = Response::json("").header("content-length", "9000000000");
        Reply::Keep(head.bytes(asked.origin))
    })
    .await;
    let text = unavailable(server.list(budget(64 * MIB)).await);
    assert!(text.contains("larger than 8388608 bytes"), "{text}");
    unavailable(server.list(budget(1_000)).await);
}

#[tokio::test]
async fn a_page_that_does_not_fit_the_budget_is_told_from_one_that_is_too_large_for_any() {
    let chunked = |size: usize| {
        let chunk = format!("{size:x}\r\n{}\r\n0\r\n\r\n", array(size));
        Response::json("")
            .header("transfer-encoding", "chunked")
            .body(chunk)
    };
    let server = Server::always(chunked(2_000)).await;
    assert!(server.list(budget(2_000)).await.is_ok());
    exhausted(server.list(budget(1_999)).await);
    let server = Server::always(chunked((8 << 20) + 1)).await;
    unavailable(server.list(budget(1_999)).await);
}

#[tokio::test]
async fn a_body_that_is_longer_or_shorter_than_it_says_is_no_page() {
    for (length, said) in [
        ("5", "Okta's answer cannot be used"),
        ("500", "Okta's answer broke off"),
    ] {
        let server = Server::start(move |asked| {
            let lie = Response::json(r#"[{"id":"1"}]"#).header("content-length", length);
            Reply::Close(lie.bytes(asked.origin))
        })
        .await;
        let text = unavailable(server.list(plenty()).await);
        assert!(text.starts_with(said), "{length}: {text}");
    }
}

#[tokio::test]
async fn an_endless_chunked_body_ends_at_the_cap() {
    let server = Server::start(|asked| {
        let head = Response::json("[")
            .header("transfer-encoding", "chunked")
            .body("1\r\n[\r\n");
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        Reply::Forever(head.bytes(asked.origin), chunk.into_bytes(), Duration::ZERO)
    })
    .await;
    let begun = Instant::now();
    for bytes in [MIB, 64 * MIB] {
        let text = unavailable(server.list(budget(bytes)).await);
        assert!(text.contains("larger than 8388608 bytes"), "{text}");
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_slow_drip_ends_at_the_deadline() {
    let server = Server::start(|asked| {
        let head = Response::json("")
            .header("content-length", "1000")
            .body("[");
        Reply::Forever(
            head.bytes(asked.origin),
            b" ".to_vec(),
            Duration::from_millis(20),
        )
    })
    .await;
    let begun = Instant::now();
    let text = unavailable(server.list(within(Duration::from_millis(300))).await);
    assert!(text.starts_with("Okta did not answer within"), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn gzip_is_unpacked_and_counted_as_unpacked() {
    let plain = array(10_000);
    let server = Server::always(
        Response::json("")
            .header("content-encoding", "gzip")
            .body(gzip(plain.as_bytes())),
    )
    .await;
    assert_eq!(server.list(budget(10_000)).await.unwrap().received, 10_000);
    exhausted(server.list(budget(9_999)).await);
}

#[tokio::test]
async fn a_gzip_bomb_is_stopped_at_the_cap() {
    let packed = gzip(&vec![b' '; 64 << 20]);
    assert!(packed.len() < MIB as usize);
    let server = Server::always(
        Response::json("")
            .header("content-encoding", "gzip")
            .body(packed),
    )
    .await;
    for bytes in [MIB, 64 * MIB] {
        let text = unavailable(server.list(budget(bytes)).await);
        assert!(text.contains("larger than 8388608 bytes"), "{text}");
    }
}

#[tokio::test]
async fn gzip_that_unfolds_to_nothing_is_stopped_at_the_cap() {
    let server = Server::start(|asked| {
        let head = Response::json("")
            .header("content-encoding", "gzip")
            .header("transfer-encoding", "chunked")
            .body(b"a\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff\r\n");
        let blocks = [0, 0, 0, 0xff, 0xff].repeat(0x2000);
        let chunk = [b"a000\r\n", blocks.as_slice(), b"\r\n"].concat();
        Reply::Forever(head.bytes(asked.origin), chunk, Duration::ZERO)
    })
    .await;
    let text = unavailable(server.list(budget(64 * MIB)).await);
    assert!(text.contains("larger than 8388608 bytes"), "{text}");
}

#[tokio::test]
async fn gzip_that_is_none_is_a_broken_answer() {
    let server = Server::always(
        Response::json("")
            .header("content-encoding", "gzip")
            .body("[]"),
    )
    .await;
    assert!(unavailable(server.list(plenty()).await).starts_with("Okta's answer broke off"));
}

#[tokio::test]
async fn another_content_type_is_not_read() {
    for kind in ["text/html", "text/plain", "application/octet-stream"] {
        let server =
            Server::always(Response::new(200).header("content-type", kind).body("[]")).await;
        let text = unavailable(server.list(plenty()).await);
        assert!(
            text.contains("not JSON by its Content-Type"),
            "{kind}: {text}"
        );
    }
    let server = Server::always(Response::new(200).body("[]")).await;
    unavailable(server.list(plenty()).await);
    let old = Response::new(200)
        .header("content-type", "application/json;charset=UTF-8")
        .body("[]");
    assert!(Server::always(old).await.list(plenty()).await.is_ok());
}

#[tokio::test]
async fn truncated_deep_and_shapeless_json_is_no_page() {
    let deep = "[".repeat(100_000);
    for body in [
        "",
        "[{\"id\":\"1\"",
        "[1] [2]",
        "\"text\"",
        "17",
        "{'id':1}",
        "\u{feff}[]",
        &deep,
    ] {
        let server = Server::always(Response::json(body)).await;
        let text = unavailable(server.list(plenty()).await);
        assert!(text.starts_with("Okta's answer cannot be used"), "{text}");
        assert!(text.chars().count() <= 301, "{text}");
    }
}
