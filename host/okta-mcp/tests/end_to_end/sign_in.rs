//! A person signs in while an assistant waits: the whole way, with the program's own processes.

use std::time::Duration;

use serde_json::json;
use simulator::{Clock, OAuthApp, Options, Org, Plan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::items;
use crate::support::client::Client;
use crate::support::{Home, bounded};

const NATIVE: &str = "0oaNorthwindPerson01";

#[tokio::test]
async fn tools_are_listed_at_once_and_answer_once_the_person_has_signed_in() {
    let options = Options {
        clock: Clock::system(),
        plan: Plan::Unmetered,
        apps: vec![OAuthApp::native(NATIVE).granted([
            "okta.apps.read",
            "okta.groups.read",
            "okta.policies.read",
            "okta.users.read",
        ])],
        ..Options::default()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let data = Org::generate(options.seed, Options::DEMO_TIME);
    let org = simulator::serve(listener, data.into(), options)
        .await
        .unwrap();
    let home = Home::new();
    let mut command = home.command(["serve", "--log", "off"]);
    command
        .env("OKTA_ORG_URL", org.url())
        .env("OKTA_CLIENT_ID", NATIVE);
    let client = Client::start(command).await;
    assert_eq!(client.names().len(), 13);
    assert_eq!(org.request_count(), 0, "a list of tools asks nobody");

    let told = client.error("list_users", json!({"limit": 1})).await;
    assert!(
        told.starts_with("list_users was not run: sign in to Okta first: open "),
        "{told}"
    );
    let again = client.error("list_groups", json!({"limit": 1})).await;
    let page = |text: &str| {
        text.split(' ')
            .find(|word| word.starts_with("http"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(page(&told), page(&again), "one sign-in for all plugins");

    let mut browser = tokio::net::TcpStream::connect(org.addr()).await.unwrap();
    let target = page(&told).replace(&org.url(), "");
    let head = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    browser.write_all(head.as_bytes()).await.unwrap();
    let mut shown = String::new();
    browser.read_to_string(&mut shown).await.unwrap();
    assert!(shown.contains("Device activated"), "{shown}");

    // The server asks every five seconds whether he is done.
    bounded("the sign-in", async {
        while !client.succeeds("list_users", json!({"limit": 1})).await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    for tool in ["list_users", "list_groups", "list_applications"] {
        let answer = client.ok(tool, json!({"limit": 1})).await;
        assert_eq!(items(&answer).len(), 1, "{tool}");
    }
}
