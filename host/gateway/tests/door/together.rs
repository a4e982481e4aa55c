//! What is asked twice at the same time is sent once; what is asked twice in turn, twice.

use std::pin::pin;
use std::time::Duration;

use capability::answer::Failure;
use futures::poll;
use gateway::Budget;

use crate::support::{
    Reply, Response, Server, authorized, authorized_for, gateway, plenty, within,
};

const GROUPS: &str = "/api/v1/groups";

#[tokio::test]
async fn the_same_get_at_the_same_time_is_sent_once() {
    let server = Server::always(Response::json(r#"[{"id":"1"}]"#)).await;
    let (gateway, get) = (gateway(&server.origin), authorized(&server.origin, GROUPS));
    // The grant is the same only where it is the very same: this is how a plugin's calls come in.
    let again = get.clone();
    let (one, other) = futures::join!(gateway.get(&get, plenty()), gateway.get(&again, plenty()));
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(server.requests(), 1);
    gateway.get(&get, plenty()).await.unwrap();
    assert_eq!(server.requests(), 2, "an answer is not kept");
}

#[tokio::test]
async fn another_plugin_grant_or_url_is_another_request() {
    let server = Server::always(Response::json("[]")).await;
    let gateway = gateway(&server.origin);
    let gets = [
        authorized(&server.origin, GROUPS),
        // The same plugin under a grant of its own: it may see other fields.
        authorized(&server.origin, GROUPS),
        authorized_for("other", &server.origin, GROUPS),
        authorized(&server.origin, "/api/v1/users"),
    ];
    let answers =
        futures::future::join_all(gets.iter().map(|get| gateway.get(get, plenty()))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn who_asked_first_may_leave_and_the_others_get_their_answer() {
    let server = Server::always(Response::json("[]")).await;
    let (gateway, get) = (gateway(&server.origin), authorized(&server.origin, GROUPS));
    let mut first = Box::pin(gateway.get(&get, plenty()));
    let mut second = pin!(gateway.get(&get, plenty()));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    drop(first);
    assert!(second.await.is_ok());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_is_given_up() {
    let server = Server::start(|asked| match asked.number {
        0 => Reply::Silence,
        _ => Reply::Keep(Response::json("[]").bytes(asked.origin)),
    })
    .await;
    let (gateway, get) = (gateway(&server.origin), authorized(&server.origin, GROUPS));
    let waited = gateway.get(&get, within(Duration::from_millis(100))).await;
    assert!(matches!(waited, Err(Failure::Unavailable(_))));
    // If it were still under way, this one would join it and wait for ever.
    assert!(gateway.get(&get, plenty()).await.is_ok());
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_small_budget_of_one_does_not_cost_the_other_its_answer() {
    let body = format!("[{}]", " ".repeat(1_000));
    let server = Server::always(Response::json(&body)).await;
    let (gateway, get) = (gateway(&server.origin), authorized(&server.origin, GROUPS));
    let small = Budget {
        bytes: 100,
        ..plenty()
    };
    let large = Budget {
        bytes: 10_000,
        ..small
    };
    let (poor, rich) = futures::join!(gateway.get(&get, small), gateway.get(&get, large));
    assert!(matches!(poor, Err(Failure::Exhausted(_))), "{poor:?}");
    assert!(rich.is_ok(), "{rich:?}");
    let (rich, poor) = futures::join!(gateway.get(&get, large), gateway.get(&get, small));
    assert!(matches!(poor, Err(Failure::Exhausted(_))), "{poor:?}");
    assert!(rich.is_ok(), "{rich:?}");
}

#[tokio::test(start_paused = true)]
async fn a_page_is_used_again_only_where_and_as_long_as_the_operator_says() {
    let server = Server::always(Response::json(r#"[{"id":"1"}]"#)).await;
    let get = authorized(&server.origin, GROUPS);
    let other = authorized_for("other", &server.origin, GROUPS);
    let keeping = gateway(&server.origin).caching(Duration::from_secs(10));
    let first = keeping.get(&get, plenty()).await.unwrap();
    assert_eq!(keeping.get(&get, plenty()).await.unwrap(), first);
    assert_eq!(server.requests(), 1);
    keeping.get(&other, plenty()).await.unwrap();
    assert_eq!(server.requests(), 2, "another plugin's page is not used");
    tokio::time::advance(Duration::from_secs(11)).await;
    keeping.get(&get, plenty()).await.unwrap();
    assert_eq!(server.requests(), 3);
    let tight = Budget {
        bytes: 3,
        ..plenty()
    };
    let failure = keeping.get(&get, tight).await.unwrap_err();
    assert!(matches!(failure, Failure::Exhausted(_)), "{failure:?}");
}

#[tokio::test]
async fn a_refusal_is_never_kept() {
    let server = Server::start(|asked| {
        let response = match asked.number {
            0 => Response::new(404),
            _ => Response::json("[]"),
        };
        Reply::Keep(response.bytes(asked.origin))
    })
    .await;
    let get = authorized(&server.origin, GROUPS);
    let keeping = gateway(&server.origin).caching(Duration::from_secs(3_600));
    assert!(keeping.get(&get, plenty()).await.is_err());
    assert!(keeping.get(&get, plenty()).await.is_ok());
}
