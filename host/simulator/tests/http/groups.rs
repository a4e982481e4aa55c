use serde_json::Value;
use simulator::fixtures;

use crate::client::{column, encoded, start};

#[tokio::test]
async fn groups_are_listed_by_name_with_the_recorded_default_limit() {
    let served = start().await;
    let reply = served.get("/api/v1/groups").await;
    assert!(
        reply
            .link("self")
            .unwrap()
            .ends_with("/api/v1/groups?limit=10000")
    );
    let rows = reply.json();
    let names: Vec<String> = column(rows.as_array().unwrap(), "/profile/name")
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    assert_eq!(names.len(), 90);
    assert!(names.is_sorted());
    let (paged, pages) = served.all("/api/v1/groups?limit=25").await;
    assert_eq!((paged, pages), (rows.as_array().unwrap().clone(), 4));
}

#[tokio::test]
async fn search_and_filter_find_groups_by_type_and_name() {
    let served = start().await;
    let imported = served
        .all(&format!(
            "/api/v1/groups?filter={}",
            encoded(r#"type eq "APP_GROUP""#)
        ))
        .await
        .0;
    assert!(
        imported.len() > 10
            && imported
                .iter()
                .all(|group| group["source"]["id"].is_string())
    );
    let found = served
        .all(&format!(
            "/api/v1/groups?search={}",
            encoded(r#"profile.name co "GINEER""#)
        ))
        .await
        .0;
    assert_eq!(
        column(&found, "/profile/name"),
        [fixtures::ENGINEERING_GROUP]
    );
    let both = format!(
        "/api/v1/groups?q=plant&filter={}",
        encoded(r#"type eq "APP_GROUP""#)
    );
    assert_eq!(served.json(&both).await.as_array().unwrap().len(), 6);
    for (parameter, text, code) in [
        ("search", r#"profile.name ne "x""#, "E0000031"),
        ("search", r#"type co "APP""#, "E0000031"),
        ("filter", r#"profile.name eq "x""#, "E0000094"),
        ("filter", "type eq", "E0000031"),
        ("search", r#"created gt "soon""#, "E0000030"),
    ] {
        let reply = served
            .get(&format!("/api/v1/groups?{parameter}={}", encoded(text)))
            .await;
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{text}");
    }
}

#[tokio::test]
async fn exact_hits_of_q_come_first() {
    let served = start().await;
    let rows = served.json("/api/v1/groups?q=project%2001").await;
    assert_eq!(rows[0]["profile"]["name"], "Project 01");
}

#[tokio::test]
async fn members_are_whole_users_by_id() {
    let served = start().await;
    let id = served.id_of("groups", "/profile/name", fixtures::EVERYONE_GROUP);
    let (rows, pages) = served.all(&format!("/api/v1/groups/{id}/users")).await;
    assert_eq!(pages, 2);
    let users = served.data["users"].as_array().unwrap();
    let expected: Vec<Value> = users
        .iter()
        .filter(|user| user["status"] != "DEPROVISIONED")
        .cloned()
        .collect();
    assert_eq!(column(&rows, "/id"), column(&expected, "/id"));
    let empty = served.id_of("groups", "/profile/name", fixtures::EMPTY_GROUP);
    assert_eq!(
        served.json(&format!("/api/v1/groups/{empty}/users")).await,
        Value::Array(vec![])
    );
    let absent = served
        .get("/api/v1/groups/00gAbsent00000000000/users")
        .await;
    assert_eq!(
        absent.json()["errorSummary"],
        "Not found: Resource not found: 00gAbsent00000000000 (UserGroup)"
    );
}

#[tokio::test]
async fn stats_count_members_and_applications() {
    let served = start().await;
    let rows = served
        .json("/api/v1/groups?q=Engineering&expand=stats")
        .await;
    let stats = &rows[0]["_embedded"]["stats"];
    let id = rows[0]["id"].as_str().unwrap();
    let members = served.data["memberships"][id].as_array().unwrap().len();
    assert_eq!(stats["usersCount"], members);
    let (apps, _) = served
        .all(&format!("/api/v1/groups/{id}/apps?limit=5"))
        .await;
    assert_eq!(stats["appsCount"], apps.len());
    assert!(column(&apps, "/id").is_sorted());
}

#[tokio::test]
async fn group_rules_are_listed_and_read() {
    let served = start().await;
    let rules = served.json("/api/v1/groups/rules").await;
    assert_eq!(rules.as_array().unwrap().len(), 11);
    let id = rules[0]["id"].as_str().unwrap();
    assert_eq!(
        served.json(&format!("/api/v1/groups/rules/{id}")).await,
        rules[0]
    );
    assert_eq!(
        served.get("/api/v1/groups/rules/0prAbsent").await.code(),
        "E0000007"
    );
}
