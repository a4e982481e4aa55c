//! The token is sent, and shown to nobody: not in an error, not in a debug text, not in a log line.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may stop where they stand, as the tests themselves may"
)]

#[path = "support/capture.rs"]
mod capture;
#[path = "support/mod.rs"]
mod support;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use capability::org::OrgUrl;
use gateway::{Credential, Settings};

use capture::Capture;
use support::{Reply, Response, Server, TOKEN, gateway, plenty, with_path};

/// A value of a request: it may be sent, and no more told than the token.
const LOGIN: &str = "mara.lind@northwind.example.com";

#[tokio::test(start_paused = true)]
async fn neither_the_token_nor_a_value_is_in_any_error_or_log_line_at_trace() {
    let capture = Capture::start();
    let mut shown = String::new();
    let replies: [fn(&str) -> Reply; 8] = [
        |_| Reply::Reset,
        |_| {
            Reply::Close(
                b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ncontent-type: application/json\r\n\r\n{"
                    .to_vec(),
            )
        },
        |_| Reply::Close(b"no HTTP\r\n\r\n".to_vec()),
        |origin| Reply::Keep(Response::json("{}").bytes(origin)),
        |origin| {
            Reply::Keep(
                Response::new(401)
                    .header("www-authenticate", "SSWS")
                    .bytes(origin),
            )
        },
        |origin| {
            Reply::Keep(
                Response::new(302)
                    .header("location", "{origin}/?login=x")
                    .bytes(origin),
            )
        },
        |origin| Reply::Keep(Response::new(429).bytes(origin)),
        |origin| Reply::Keep(Response::new(503).body("<html>").bytes(origin)),
    ];
    for reply in replies {
        let server = Server::start(move |asked| reply(asked.origin)).await;
        let gateway = gateway(&server.origin);
        let get = with_path(&server.origin, "/api/v1/users/{id}", &[("id", LOGIN)]);
        let outcome = gateway.get(&get, plenty()).await;
        shown += &format!("{outcome:?} {get:?}\n");
        if let Err(failure) = outcome {
            shown += &format!("{failure}\n");
        }
        assert!(server.head(0).contains(TOKEN));
    }
    let settings = Settings {
        org: OrgUrl::parse("https://a.okta.com").unwrap(),
        credential: Credential::api_token(TOKEN.into()).unwrap(),
        user_agent: String::new(),
    };
    shown += &format!("{settings:?} {}", settings.credential);

    let logged = capture.text();
    assert!(logged.contains("/api/v1/users/{id}"), "{logged}");
    assert!(logged.contains("status=503"), "{logged}");
    assert!(logged.contains("starting new connection"), "{logged}");
    for text in [&shown, &logged] {
        for secret in [TOKEN, LOGIN, "mara.lind", "SSWS 00"] {
            assert!(!text.contains(secret), "{secret} is in: {text}");
        }
    }
}

#[test]
fn a_panic_that_shows_what_holds_the_token_does_not_tell_it() {
    let origin = "https://a.okta.com";
    let settings = Settings {
        org: OrgUrl::parse(origin).unwrap(),
        credential: Credential::api_token(TOKEN.into()).unwrap(),
        user_agent: String::new(),
    };
    let holders: [Box<dyn Debug>; 4] = [
        Box::new(Credential::api_token(TOKEN.into()).unwrap()),
        Box::new(settings),
        Box::new(gateway(origin)),
        Box::new(with_path(origin, "/api/v1/users/{id}", &[("id", LOGIN)])),
    ];
    let failed = |holder| -> Result<(), Box<dyn Debug>> { Err(holder) };
    for holder in holders {
        // As `unwrap` panics: with the error's debug text.
        let panic = catch_unwind(AssertUnwindSafe(|| failed(holder).unwrap())).unwrap_err();
        let message = panic.downcast_ref::<String>().unwrap();
        assert!(
            message.starts_with("called `Result::unwrap()`"),
            "{message}"
        );
        assert!(
            !message.contains(TOKEN) && !message.contains(LOGIN),
            "{message}"
        );
    }
}
