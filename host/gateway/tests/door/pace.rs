//! Rate limits that are seen coming: left in time, shared fairly, whatever the clocks say.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use capability::answer::Failure;
use capability::grant::AuthorizedGet;
use gateway::{Gateway, Pacing, Run, Wait, Why};
use tokio::time::Instant;

use crate::support::{Reply, Response, Server, authorized, authorized_for, gateway, within};

/// How far Okta's clock is from this machine's: a long way.
const ELSEWHEN: u64 = 784_111_777;

/// An Okta with one bucket of `limit` requests in a window that begins with the first.
struct Bucket {
    server: Server,
    /// 429s that it had to give.
    refused: Arc<AtomicU64>,
}

impl Bucket {
    async fn of(limit: u64, window: u64) -> Self {
        let refused = Arc::new(AtomicU64::new(0));
        let (counted, start) = (Arc::clone(&refused), Instant::now());
        let state = Mutex::new((0, 0));
        let server = Server::start(move |asked| {
            let now = start.elapsed().as_secs();
            let mut state = state.lock().unwrap();
            if now >= state.0 {
                *state = (now + window, 0);
            }
            let within = state.1 < limit;
            if within {
                state.1 += 1;
            } else {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            let date = SystemTime::UNIX_EPOCH + Duration::from_secs(ELSEWHEN + now);
            let response = if within {
                Response::json("[]")
            } else {
                Response::new(429)
            };
            Reply::Keep(
                response
                    .header("date", &httpdate::fmt_http_date(date))
                    .header("x-rate-limit-limit", &limit.to_string())
                    .header("x-rate-limit-remaining", &(limit - state.1).to_string())
                    .header("x-rate-limit-reset", &(ELSEWHEN + state.0).to_string())
                    .bytes(asked.origin),
            )
        })
        .await;
        Self { server, refused }
    }

    fn groups(&self) -> AuthorizedGet {
        authorized(&self.server.origin, "/api/v1/groups")
    }

    /// Asks until the gateway says that the limit outlasts the call; how often it was asked.
    async fn ask_until_held_back(&self, gateway: &Gateway, get: &AuthorizedGet) -> usize {
        let before = self.server.requests();
        loop {
            match gateway.get(get, within(Duration::from_secs(5))).await {
                Ok(_) => {}
                Err(Failure::RateLimited { .. }) => return self.server.requests() - before,
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_left_before_it_is_empty_and_no_429_is_met() {
    let okta = Bucket::of(50, 60).await;
    let gateway = gateway(&okta.server.origin);
    let sent = okta.ask_until_held_back(&gateway, &okta.groups()).await;
    // A tenth of 50 is the reserve, and a tenth of the rest is for a plugin that comes only now.
    assert_eq!(sent, 40);
    let other = authorized_for("newcomer", &okta.server.origin, "/api/v1/groups");
    assert_eq!(okta.ask_until_held_back(&gateway, &other).await, 5);
    assert_eq!(okta.server.requests(), 45, "the reserve is left to others");
    assert_eq!(okta.refused.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn the_reserve_is_what_the_operator_says() {
    for (percent, sent) in [(0, 45), (50, 22), (90, 4)] {
        let okta = Bucket::of(50, 60).await;
        let pacing = Pacing::default().reserve(percent).unwrap();
        let gateway = gateway(&okta.server.origin).paced(pacing);
        let got = okta.ask_until_held_back(&gateway, &okta.groups()).await;
        assert_eq!(got, sent, "{percent} %");
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_run_goes_on_in_window_after_window_without_a_429() {
    let okta = Bucket::of(20, 10).await;
    let (gateway, get) = (gateway(&okta.server.origin), okta.groups());
    let begun = Instant::now();
    for _ in 0..70 {
        gateway
            .get(&get, within(Duration::from_secs(60)))
            .await
            .unwrap();
    }
    assert_eq!(okta.refused.load(Ordering::SeqCst), 0);
    // 16 in each window: a reserve of 2, and a tenth of 18 for others.
    let windows = begun.elapsed().as_secs() / 10;
    assert!((4..=6).contains(&windows), "{windows}");
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_asks_for_everything_starves_no_other() {
    let okta = Bucket::of(40, 60).await;
    let gateway = gateway(&okta.server.origin);
    let (greedy, modest) = (
        okta.groups(),
        authorized_for("modest", &okta.server.origin, "/api/v1/groups"),
    );
    okta.ask_until_held_back(&gateway, &greedy).await;
    gateway
        .get(&modest, within(Duration::from_secs(5)))
        .await
        .unwrap();
    // In the next window half of what may be used is kept for it, whoever comes first.
    tokio::time::advance(Duration::from_secs(62)).await;
    assert_eq!(okta.ask_until_held_back(&gateway, &greedy).await, 18);
    let left = okta.ask_until_held_back(&gateway, &modest).await;
    assert!(left >= 14, "{left}");
    assert_eq!(okta.refused.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_over_a_second_is_told_when_it_begins() {
    let okta = Bucket::of(10, 30).await;
    let (gateway, get) = (gateway(&okta.server.origin), okta.groups());
    okta.ask_until_held_back(&gateway, &get).await;
    let told = Arc::new(Mutex::new(Vec::<(Instant, Wait)>::new()));
    let hears = Arc::clone(&told);
    let run = Run::new(move |wait| hears.lock().unwrap().push((Instant::now(), wait)));
    let begun = Instant::now();
    gateway
        .get_in(&run, &get, within(Duration::from_secs(60)))
        .await
        .unwrap();
    let told = told.lock().unwrap();
    let [(at, wait)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(*at - begun < Duration::from_millis(100));
    assert_eq!(wait.why, Why::Window);
    let length = wait.length.unwrap();
    assert!(begun.elapsed() >= length && begun.elapsed() < length + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_operator_s_number_are_under_way() {
    let server = Server::start(|_| Reply::Silence).await;
    let gateway = gateway(&server.origin).paced(Pacing::default().concurrency(3).unwrap());
    let gets: Vec<_> = (0..9)
        .map(|number| {
            let plugin = format!("plugin-{number}");
            authorized_for(&plugin, &server.origin, "/api/v1/groups")
        })
        .collect();
    let calls = gets
        .iter()
        .map(|get| gateway.get(get, within(Duration::from_secs(20))));
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(server.requests(), 3);
}
