use serde_json::Value;
use simulator::fixtures;

use crate::client::{column, encoded, start};

/// A condition of [`assert_search`] on the raw data.
type Condition = fn(&Value) -> bool;

#[tokio::test]
async fn the_plain_list_leaves_out_deprovisioned_users_and_pages_by_id() {
    let served = start().await;
    let first = served.get("/api/v1/users").await;
    let url = served.handle.url();
    let last = first.json()[199]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        first.link("self"),
        Some(format!("{url}/api/v1/users?limit=200").as_str())
    );
    assert_eq!(
        first.link("next"),
        Some(format!("{url}/api/v1/users?after=2{last}&limit=200").as_str())
    );

    let (rows, pages) = served.all("/api/v1/users").await;
    let users = served.data["users"].as_array().unwrap();
    let expected: Vec<Value> = users
        .iter()
        .filter(|user| user["status"] != "DEPROVISIONED")
        .cloned()
        .collect();
    assert_eq!(column(&rows, "/id"), column(&expected, "/id"));
    assert_eq!(pages, expected.len().div_ceil(200));
    assert!(
        rows.iter()
            .all(|row| row["_links"].as_object().unwrap().keys().eq(["self"]))
    );
}

#[tokio::test]
async fn a_full_last_page_has_no_next_link() {
    let served = start().await;
    let target = format!(
        "/api/v1/users?search={}",
        encoded(r#"profile.lastName eq "kim""#)
    );
    let reply = served.get(&format!("{target}&limit=2")).await;
    assert_eq!(reply.json().as_array().unwrap().len(), 2);
    assert_eq!(reply.link("next"), None);
    assert_eq!(served.all(&format!("{target}&limit=1")).await.1, 2);
}

#[tokio::test]
async fn search_agrees_with_the_raw_data() {
    let served = start().await;
    let cases: [(&str, Condition); 7] = [
        (r#"status eq "deprovisioned""#, |user| {
            user["status"] == "DEPROVISIONED"
        }),
        (
            r#"profile.department eq "Engineering" and status eq "ACTIVE""#,
            |user| user["profile"]["department"] == "Engineering" && user["status"] == "ACTIVE",
        ),
        (
            r#"status eq "SUSPENDED" or status eq "ACTIVE" and profile.badgeColour eq "red""#,
            |user| {
                user["status"] == "SUSPENDED"
                    || user["status"] == "ACTIVE" && user["profile"]["badgeColour"] == "red"
            },
        ),
        (
            r#"(status eq "SUSPENDED" or status eq "ACTIVE") and profile.badgeColour eq "red""#,
            |user| {
                (user["status"] == "SUSPENDED" || user["status"] == "ACTIVE")
                    && user["profile"]["badgeColour"] == "red"
            },
        ),
        (r#"profile.skills eq "RUST""#, |user| {
            user["profile"]["skills"]
                .as_array()
                .is_some_and(|skills| skills.contains(&Value::from("rust")))
        }),
        (
            "profile.deskNumber le 100 and profile.remote eq true",
            |user| {
                user["profile"]["deskNumber"]
                    .as_i64()
                    .is_some_and(|desk| desk <= 100)
                    && user["profile"]["remote"] == true
            },
        ),
        (r#"created lt "2024-01-01T00:00:00.000Z""#, |user| {
            user["created"].as_str().unwrap() < "2024"
        }),
    ];
    for (text, holds) in cases {
        let users = served.data["users"].as_array().unwrap();
        let expected: Vec<Value> = users.iter().filter(|user| holds(user)).cloned().collect();
        assert!(!expected.is_empty(), "{text}");
        let (rows, _) = served
            .all(&format!("/api/v1/users?limit=50&search={}", encoded(text)))
            .await;
        assert_eq!(column(&rows, "/id"), column(&expected, "/id"), "{text}");
    }
}

#[tokio::test]
async fn search_rejects_what_okta_lacks_with_e0000031() {
    let served = start().await;
    for text in [
        r#"status ne "ACTIVE""#,
        r#"not (status eq "ACTIVE")"#,
        r#"profile.login ew "com""#,
        r#"profile.department co "ng""#,
        r#"profile.nope eq "x""#,
        r#"PROFILE.login eq "x""#,
        "status eq",
        r#"status eq "x"#,
        "status eq ACTIVE",
        r#"profile.deskNumber eq "7""#,
    ] {
        let reply = served
            .get(&format!("/api/v1/users?search={}", encoded(text)))
            .await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "E0000031"),
            "{text}"
        );
        assert!(!reply.json()["errorCauses"].as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn search_and_filter_together_are_e0000033() {
    let served = start().await;
    let reply = served
        .get("/api/v1/users?search=status+pr&filter=status+eq+%22ACTIVE%22")
        .await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "E0000033"));
}

#[tokio::test]
async fn filter_counts_letter_case_and_reaches_deprovisioned_users() {
    let served = start().await;
    let filtered = async |text: &str| {
        served
            .all(&format!("/api/v1/users?filter={}", encoded(text)))
            .await
            .0
    };
    let gone = filtered(r#"status eq "DEPROVISIONED""#).await;
    assert!(column(&gone, "/profile/login").contains(&fixtures::DEPROVISIONED_USER.to_owned()));
    assert!(filtered(r#"status eq "deprovisioned""#).await.is_empty());
    let refused = served
        .get(&format!(
            "/api/v1/users?filter={}",
            encoded(r#"profile.login sw "m""#)
        ))
        .await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "E0000094"));
}

#[tokio::test]
async fn q_is_a_prefix_of_names_and_email_without_pages() {
    let served = start().await;
    let reply = served.get("/api/v1/users?q=MARA").await;
    let logins = column(reply.json().as_array().unwrap(), "/profile/login");
    assert!(logins.contains(&fixtures::ENGINEER.to_owned()) && logins.len() <= 10);
    let many = served.get("/api/v1/users?q=a").await;
    assert_eq!(many.json().as_array().unwrap().len(), 10);
    assert_eq!(many.link("next"), None);
    assert_eq!(
        served.json("/api/v1/users?q=lena.sato").await,
        Value::Array(vec![])
    );
}

#[tokio::test]
async fn sort_by_needs_search_and_pages_stay_complete() {
    let served = start().await;
    let search = encoded(r#"status eq "ACTIVE""#);
    let target =
        format!("/api/v1/users?limit=100&sortBy=profile.lastName&sortOrder=desc&search={search}");
    let (rows, pages) = served.all(&target).await;
    assert!(pages > 5);
    let names: Vec<String> = column(&rows, "/profile/lastName")
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    assert!(names.is_sorted_by(|left, right| left >= right));
    let mut ids = column(&rows, "/id");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), rows.len());
    let unsorted = served
        .get("/api/v1/users?sortBy=profile.lastName&sortOrder=0&limit=5")
        .await;
    assert_eq!(unsorted.status, 200);
    let refused = served.get(&target.replace("desc", "0")).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "E0000001"));
}

#[tokio::test]
async fn a_user_is_found_by_id_login_short_login_and_me() {
    let served = start().await;
    let id = served.user(fixtures::ENGINEER)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for key in [
        id.as_str(),
        fixtures::ENGINEER,
        "mara.okonkwo%40northwind.example.com",
        "mara.okonkwo",
        "me",
    ] {
        let reply = served.get(&format!("/api/v1/users/{key}")).await;
        assert_eq!(reply.json()["id"], id.as_str(), "{key}");
        let tag = reply.header("etag").unwrap();
        assert!(tag.starts_with("W/\"") && tag.len() == 68, "{tag}");
    }
}

#[tokio::test]
async fn absent_and_ambiguous_users_are_e0000007() {
    let served = start().await;
    let slash = encoded(fixtures::LOGIN_WITH_SLASH);
    for key in [
        "00uAbsent00000000000",
        fixtures::AMBIGUOUS_SHORT_LOGIN,
        "..",
        "%2e%2e",
        &slash,
    ] {
        let reply = served.get(&format!("/api/v1/users/{key}")).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (404, "E0000007"),
            "{key}"
        );
    }
    let reply = served.get("/api/v1/users/00uAbsent00000000000").await;
    assert_eq!(
        reply.json()["errorSummary"],
        "Not found: Resource not found: 00uAbsent00000000000 (User)"
    );
}

#[tokio::test]
async fn a_single_user_has_the_links_of_its_status() {
    let served = start().await;
    let cases = [
        (fixtures::ENGINEER, 11, "changePassword"),
        (fixtures::SUSPENDED_USER, 6, "unsuspend"),
        (fixtures::DEPROVISIONED_USER, 6, "delete"),
        ("ana.ferreira@northwind.example.com", 5, "activate"),
        ("teo.lindqvist@northwind.example.com", 8, "reactivate"),
    ];
    for (login, count, link) in cases {
        let user = served.json(&format!("/api/v1/users/{login}")).await;
        let links = user["_links"].as_object().unwrap();
        assert_eq!(links.len(), count, "{login}");
        assert!(links.contains_key(link), "{login}");
    }
}

#[tokio::test]
async fn okta_response_switches_leave_out_credentials() {
    let served = start().await;
    let header =
        "\r\nContent-Type: application/json; okta-response=omitCredentials,omitCredentialsLinks";
    let user = served
        .get_with(&format!("/api/v1/users/{}", fixtures::ENGINEER), header)
        .await
        .json();
    assert!(user.get("credentials").is_none());
    assert!(user["_links"].get("changePassword").is_none());
    assert!(user["_links"].get("suspend").is_some());
    let list = served
        .get_with("/api/v1/users?limit=3", header)
        .await
        .json();
    assert!(
        list.as_array()
            .unwrap()
            .iter()
            .all(|user| user.get("credentials").is_none())
    );
    assert!(
        served.json("/api/v1/users?limit=1").await[0]
            .get("credentials")
            .is_some()
    );
}

#[tokio::test]
async fn fields_reduce_a_user() {
    let served = start().await;
    let target = format!(
        "/api/v1/users/{}?fields=status,profile:(firstName,badgeColour)",
        fixtures::ENGINEER
    );
    let reply = served.get(&target).await;
    let id = served.user(fixtures::ENGINEER)["id"].as_str().unwrap();
    let colour = served.user(fixtures::ENGINEER)["profile"]["badgeColour"]
        .as_str()
        .unwrap();
    let expected = format!(
        r#"{{"id":"{id}","status":"ACTIVE","profile":{{"firstName":"Mara","badgeColour":"{colour}"}}}}"#
    );
    assert_eq!(reply.body, expected);
}

#[tokio::test]
async fn a_users_groups_include_everyone_and_page_when_asked() {
    let served = start().await;
    let target = format!("/api/v1/users/{}/groups", fixtures::USER_WITH_MANY_GROUPS);
    let reply = served.get(&target).await;
    assert_eq!(
        reply.link("self"),
        Some(format!("{}{target}?limit=200", served.handle.url()).as_str())
    );
    let groups = reply.json();
    let names = column(groups.as_array().unwrap(), "/profile/name");
    assert!(names.len() >= 80 && names.contains(&"Everyone".to_owned()));
    let (rows, pages) = served.all(&format!("{target}?limit=20")).await;
    assert_eq!((rows.len(), pages), (names.len(), names.len().div_ceil(20)));
}

#[tokio::test]
async fn factors_are_listed_without_links_headers_and_read_one_by_one() {
    let served = start().await;
    let target = format!("/api/v1/users/{}/factors", fixtures::ENGINEER);
    let reply = served.get(&target).await;
    assert!(reply.all_headers("link").is_empty());
    let factors = reply.json();
    let rows = factors.as_array().unwrap();
    assert_eq!(
        column(rows, "/factorType"),
        ["push", "token:software:totp", "webauthn", "question"]
    );
    for factor in rows {
        let one = served
            .json(&format!("{target}/{}", factor["id"].as_str().unwrap()))
            .await;
        assert_eq!(&one, factor);
    }
    let absent = served.get(&format!("{target}/opfAbsent00000000000")).await;
    assert_eq!(
        absent.json()["errorSummary"],
        "Not found: Resource not found: opfAbsent00000000000 (UserFactor)"
    );
}

#[tokio::test]
async fn limits_are_clamped_and_nonsense_is_refused() {
    let served = start().await;
    let reply = served.get("/api/v1/users?limit=1000").await;
    assert_eq!(reply.json().as_array().unwrap().len(), 200);
    assert!(reply.link("self").unwrap().ends_with("?limit=200"));
    for limit in ["0", "-1", "ten", "1.5"] {
        let reply = served.get(&format!("/api/v1/users?limit={limit}")).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "E0000001"),
            "{limit}"
        );
    }
}

#[tokio::test]
async fn app_links_name_the_users_applications() {
    let served = start().await;
    let links = served
        .json(&format!("/api/v1/users/{}/appLinks", fixtures::ENGINEER))
        .await;
    assert!(column(links.as_array().unwrap(), "/label").contains(&fixtures::PORTAL_APP.to_owned()));
}
