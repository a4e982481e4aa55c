//! Okta on a bad day: what it refuses, what it does not answer, and what the model is told to do.
//!
//! The org is in this process, so that it can be told to misbehave.

use serde_json::{Value, json};
use simulator::{Fault, FaultKind, Handle, Options, PathPrefix};

use crate::support::client::Client;
use crate::support::oracle::seed;
use crate::support::{Home, org, rows as row};
use crate::{assert_complete, assert_rows, items, rows};

/// A server, and an org that can be told to misbehave.
pub(crate) struct BadDay {
    pub(crate) client: Client,
    pub(crate) org: Handle,
    _home: Home,
}

impl BadDay {
    pub(crate) async fn start() -> Self {
        Self::with(&json!({})).await
    }

    /// With these settings of the operator.
    pub(crate) async fn with(settings: &Value) -> Self {
        let (home, org) = (Home::new(), org().await);
        let config = home.write("settings.json", &settings.to_string());
        let mut command = home.command(["serve", "--log", "off", "--config"]);
        command.arg(config);
        command
            .env("OKTA_ORG_URL", org.url())
            .env("OKTA_API_TOKEN", Options::DEMO_TOKEN);
        Self {
            client: Client::start(command).await,
            org,
            _home: home,
        }
    }

    fn has(&self, kind: FaultKind, times: u32) {
        self.org.inject(Fault {
            on: PathPrefix(String::new()),
            times,
            kind,
        });
    }

    /// The day is over: the next call works.
    pub(crate) async fn is_over(&self) {
        let seed = seed().await;
        let mara = "mara.okonkwo@northwind.example.com";
        let found = self.client.ok("get_user", json!({"user": mara})).await;
        assert_eq!(found, row::user(seed.user(mara), false));
    }
}

#[tokio::test]
async fn a_refusal_is_told_with_what_to_do_and_okta_s_own_words() {
    let day = BadDay::start().await;
    for (status, code, summary, advice) in [
        (
            403,
            "E0000006",
            "You do not have permission",
            "The credential of this server may not read this",
        ),
        (
            401,
            "E0000011",
            "Invalid token provided",
            "Okta rejects this server's credential",
        ),
        (
            401,
            "E0000015",
            "You do not have permission to access the feature",
            "This Okta org does not have the feature",
        ),
        (
            400,
            "E0000001",
            "Api validation failed",
            "Okta found an argument invalid",
        ),
    ] {
        day.has(
            FaultKind::Refuse {
                status,
                code,
                summary,
            },
            1,
        );
        let text = day.client.error("list_groups", json!({})).await;
        assert!(text.starts_with(advice), "{text}");
        assert!(
            text.contains(&format!("(Okta {status}, {code}, {summary}")),
            "{text}"
        );
        day.is_over().await;
    }
}

#[tokio::test]
async fn a_rate_limit_that_outlasts_the_call_is_told_in_seconds_and_not_retried() {
    let day = BadDay::start().await;
    day.has(FaultKind::RateLimited { reset_after: 600 }, 1);
    let text = day
        .client
        .error("search_users", json!({"department": "Sales"}))
        .await;
    assert!(
        text.starts_with("Okta's rate limit is used up and resets in 601 s."),
        "{text}"
    );
    assert_eq!(day.org.request_count(), 1);
    day.is_over().await;
}

#[tokio::test]
async fn a_trouble_that_passes_is_not_even_noticed() {
    let day = BadDay::start().await;
    let html = Fault::html_503("", 1).kind;
    for trouble in [FaultKind::Disconnect, FaultKind::TooManyConcurrent, html] {
        day.org.clear_requests();
        day.has(trouble, 1);
        day.is_over().await;
        assert_eq!(day.org.request_count(), 2);
    }
}

#[tokio::test]
async fn a_trouble_that_lasts_is_told_after_a_few_attempts() {
    let day = BadDay::start().await;
    day.has(FaultKind::Disconnect, 3);
    let text = day.client.error("list_groups", json!({})).await;
    assert!(text.starts_with("No usable answer from Okta: "), "{text}");
    assert!(
        !text.contains("/api/v1"),
        "no address, which may hold a name: {text}"
    );
    assert_eq!(day.org.request_count(), 3);
    day.is_over().await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_none_is_not_taken_for_one() {
    let day = BadDay::start().await;
    let answer = |content_type: &str, body: &str| FaultKind::Respond {
        status: 200,
        content_type: content_type.to_owned(),
        body: body.to_owned(),
    };
    for trouble in [
        FaultKind::Truncate,
        answer("application/json", "[{\"id\": "),
        answer("application/json", "\"a text\""),
        answer("text/html", "<html>Sign in</html>"),
    ] {
        day.has(trouble, 1);
        let text = day.client.error("list_groups", json!({})).await;
        assert!(
            text.starts_with("No usable answer from Okta: Okta's answer "),
            "{text}"
        );
    }
    day.is_over().await;
}

#[tokio::test]
async fn a_page_whose_way_on_leads_elsewhere_is_thrown_away() {
    let day = BadDay::start().await;
    for host in [
        "https://evil.example",
        "http://127.0.0.1:9",
        "//evil.example",
    ] {
        day.org.clear_requests();
        day.has(FaultKind::NextLinkOnHost(host.to_owned()), 1);
        let text = day.client.error("list_users", json!({})).await;
        assert!(
            text.starts_with("No usable answer from Okta: Okta's Link header "),
            "{text}"
        );
        assert!(text.contains("the page was thrown away"), "{text}");
        assert_eq!(day.org.request_count(), 1);
    }
    day.is_over().await;
}

#[tokio::test]
async fn a_last_page_that_is_empty_ends_the_list() {
    let (day, seed) = (BadDay::start().await, seed().await);
    day.has(FaultKind::EmptyLastPage, 10);
    let (tool, recovery) = ("search_users", json!({"status": "RECOVERY", "limit": 200}));
    let expected = rows(
        &seed.users_who(|user| user["status"] == "RECOVERY"),
        |user| row::user(user, false),
    );
    let first = day.client.ok(tool, recovery.clone()).await;
    assert_rows(
        items(&first),
        &expected,
        "the page that seemed not to be the last",
    );
    let mut more = recovery;
    more["cursor"] = first["next_cursor"].clone();
    assert_complete(&day.client.ok(tool, more).await, &[], "the last page");
}

#[tokio::test]
async fn many_calls_at_once_are_each_answered_with_their_own_answer() {
    let (day, seed) = (BadDay::start().await, seed().await);
    let users: Vec<_> = seed.listed_users().into_iter().take(100).collect();
    let calls = users
        .iter()
        .map(|user| day.client.ok("get_user", json!({"user": user["id"]})));
    let found = futures::future::join_all(calls).await;
    assert_rows(
        &found,
        &rows(&users, |user| row::user(user, false)),
        "a hundred at once",
    );
    assert_eq!(day.org.request_count(), 100);
}
