use std::collections::BTreeSet;

use serde_json::Value;
use simulator::fixtures;

use crate::client::{column, encoded, start};

#[tokio::test]
async fn applications_come_by_id_twenty_at_a_time_and_cover_every_sign_on_mode() {
    let served = start().await;
    let (rows, pages) = served.all("/api/v1/apps").await;
    assert_eq!((rows.len(), pages), (60, 3));
    assert!(column(&rows, "/id").is_sorted());
    let modes: BTreeSet<String> = column(&rows, "/signOnMode").into_iter().collect();
    let expected = [
        "",
        "AUTO_LOGIN",
        "BASIC_AUTH",
        "BOOKMARK",
        "BROWSER_PLUGIN",
        "OPENID_CONNECT",
        "SAML_1_1",
        "SAML_2_0",
        "SECURE_PASSWORD_STORE",
        "WS_FEDERATION",
    ];
    assert!(modes.iter().map(String::as_str).eq(expected), "{modes:?}");
    assert!(rows.iter().any(|app| app["signOnMode"] == Value::Null));
}

#[tokio::test]
async fn q_is_a_prefix_of_name_or_label_and_goes_with_a_filter() {
    let served = start().await;
    let label = served.json("/api/v1/apps?q=northwind%20p").await;
    assert_eq!(label[0]["label"], fixtures::PORTAL_APP);
    let name = served.json("/api/v1/apps?q=template_s").await;
    assert!(
        column(name.as_array().unwrap(), "/name")
            .iter()
            .all(|name| name.starts_with("template_s"))
    );
    let target = format!(
        "/api/v1/apps?filter={}&limit=1&q=template_s",
        encoded(r#"status eq "ACTIVE""#)
    );
    let reply = served.get(&target).await;
    let own = format!(
        "{}/api/v1/apps?limit=1&q=template_s&filter=status+eq+%22ACTIVE%22",
        served.handle.url()
    );
    assert_eq!(reply.link("self"), Some(own.as_str()));
    assert!(
        reply
            .link("next")
            .unwrap()
            .contains("/api/v1/apps?after=0oa")
    );
}

#[tokio::test]
async fn a_filter_is_one_expression_with_eq() {
    let served = start().await;
    let filtered = async |text: &str| {
        served
            .get(&format!("/api/v1/apps?limit=200&filter={}", encoded(text)))
            .await
    };
    let inactive = filtered(r#"status eq "INACTIVE""#).await.json();
    assert!(
        inactive
            .as_array()
            .unwrap()
            .iter()
            .all(|app| app["status"] == "INACTIVE")
    );
    assert!(!inactive.as_array().unwrap().is_empty());
    for text in [
        r#"status eq "ACTIVE" and name eq "bookmark""#,
        r#"status eq "ACTIVE" or name eq "bookmark""#,
        r#"label eq "x""#,
        r#"status sw "A""#,
    ] {
        let reply = filtered(text).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "E0000094"),
            "{text}"
        );
    }
    let user = served.user(fixtures::ENGINEER)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let expression = format!("user.id eq \"{user}\"");
    let target = format!(
        "/api/v1/apps?limit=200&expand=user/{user}&filter={}",
        encoded(&expression)
    );
    let mine = served.json(&target).await;
    assert!(
        mine.as_array()
            .unwrap()
            .iter()
            .all(|app| app["_embedded"]["user"]["id"] == user.as_str())
    );
    assert!(
        mine.as_array()
            .unwrap()
            .iter()
            .any(|app| app["label"] == fixtures::PORTAL_APP)
    );
    let malformed = served
        .get(&format!("/api/v1/apps?expand=user/{user}"))
        .await;
    assert_eq!(
        malformed.json()["errorCauses"][0]["errorSummary"],
        "Expand query is malformed."
    );
}

#[tokio::test]
async fn a_bad_cursor_is_e0000029() {
    let served = start().await;
    for target in [
        "/api/v1/apps?after=nonsense",
        "/api/v1/users?after=00uAbsent00000000000",
        "/api/v1/groups?after=x",
        "/api/v1/users?after=2short",
        "/api/v1/users?search=status+pr&after=x",
    ] {
        let reply = served.get(target).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "E0000029"),
            "{target}"
        );
        assert_eq!(
            reply.json()["errorCauses"][0]["errorSummary"],
            "Invalid cursor."
        );
    }
}

#[tokio::test]
async fn application_users_have_internal_cursors_and_both_scopes() {
    let served = start().await;
    let id = served.id_of("apps", "/label", fixtures::PORTAL_APP);
    let reply = served.get(&format!("/api/v1/apps/{id}/users")).await;
    assert!(reply.link("self").unwrap().ends_with("/users?limit=50"));
    assert!(reply.link("next").unwrap().contains("?after=0ua"));
    let (rows, _) = served
        .all(&format!("/api/v1/apps/{id}/users?limit=500"))
        .await;
    assert_eq!(
        column(&rows, "/id"),
        column(served.data["appUsers"][&id].as_array().unwrap(), "/id")
    );
    let scopes: BTreeSet<String> = column(&rows, "/scope").into_iter().collect();
    assert!(scopes.iter().eq(["GROUP", "USER"]));
    let found = served
        .json(&format!(
            "/api/v1/apps/{id}/users?q=MARA.OKONKWO&expand=user"
        ))
        .await;
    assert_eq!(found[0]["scope"], "USER");
    assert_eq!(
        found[0]["_embedded"]["user"]["profile"]["login"],
        fixtures::ENGINEER
    );
    assert!(found[0]["_links"].get("group").is_none());
}

#[tokio::test]
async fn application_groups_come_by_priority() {
    let served = start().await;
    let id = served.id_of("apps", "/label", fixtures::PORTAL_APP);
    let rows = served.json(&format!("/api/v1/apps/{id}/groups")).await;
    let priorities: Vec<i64> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["priority"].as_i64().unwrap())
        .collect();
    assert_eq!(priorities, [0, 1]);
    assert_eq!(
        served.get("/api/v1/apps/0oaAbsent/groups").await.json()["errorSummary"],
        "Not found: Resource not found: 0oaAbsent (AppInstance)"
    );
}

#[tokio::test]
async fn secrets_are_where_a_redaction_has_to_find_them() {
    let served = start().await;
    let secret = fixtures::SECRET_MARKER;
    let holds = |value: &Value| value.as_str().is_some_and(|text| text.contains(secret));
    let id = served.id_of("apps", "/label", fixtures::APP_WITH_SECRET_SETTING);
    assert!(holds(
        &served.json(&format!("/api/v1/apps/{id}")).await["settings"]["app"]["apiKey"]
    ));
    let id = served.id_of("apps", "/label", fixtures::APP_WITH_CLIENT_SECRET);
    let app = served.json(&format!("/api/v1/apps/{id}")).await;
    assert!(holds(&app["credentials"]["oauthClient"]["client_secret"]));
    let secrets = served
        .json(&format!("/api/v1/apps/{id}/credentials/secrets"))
        .await;
    assert!(holds(&secrets[0]["client_secret"]));
}
