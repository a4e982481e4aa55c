//! The tools of this plugin against a directory in memory.

use crate::TOOLS;
use okta_plugin::Error;
use okta_plugin::testing::{Bench, forbidden, not_found, refusal};
use serde_json::{Value, json};

const APPS: &str = "/api/v1/apps";
const APP: &str = "/api/v1/apps/{appId}";
const APP_USERS: &str = "/api/v1/apps/{appId}/users";
const USER: &str = "/api/v1/users/{id}";
const PORTAL: &str = "0oa1oidcwebAppCd5f6x";
const MARA: &str = "00u11qxw8mzK7RtPd5f6";

fn bench() -> Bench {
    Bench::new(TOOLS, include_str!("../plugin.toml"))
}

/// An OpenID Connect application as Okta sends it, with a secret that some orgs' answers may hold.
fn portal() -> Value {
    json!({
        "id": PORTAL, "name": "oidc_client", "label": "Northwind Portal", "status": "ACTIVE",
        "lastUpdated": "2026-02-03T11:00:00.000Z", "created": "2026-02-03T10:59:00.000Z",
        "accessibility": {"selfService": false, "errorRedirectUrl": null},
        "visibility": {"autoLaunch": false, "hide": {"iOS": true, "web": false}}, "features": [],
        "signOnMode": "OPENID_CONNECT", "universalLogout": null,
        "credentials": {
            "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"}, "signing": {"kid": "k1"},
            "oauthClient": {"client_id": PORTAL, "client_secret": "s3cr3t", "token_endpoint_auth_method": "client_secret_basic", "pkce_required": true}
        },
        "settings": {
            "app": {"apiToken": "s3cr3t"},
            "oauthClient": {"client_uri": null, "redirect_uris": ["https://portal.northwind.example.com/callback"],
                "grant_types": ["authorization_code"], "application_type": "web", "consent_method": null}
        }
    })
}

#[test]
fn texts_and_schemas_keep_the_rules_and_the_budget() {
    let size = bench().check_texts();
    assert!(size <= 2_500, "{size} bytes");
}

#[test]
fn a_concise_row_says_what_decides() {
    let bench = bench();
    let answer = bench
        .answers(APPS, &json!([portal()]))
        .answer("list_applications", json!({"q": "North"}));
    assert_eq!(
        answer["items"],
        json!([{"id": PORTAL, "label": "Northwind Portal", "status": "ACTIVE", "sign_on_mode": "OPENID_CONNECT", "name": "oidc_client"}])
    );
    assert!(answer["items"][0].to_string().len() <= 220);
    assert_eq!(
        (
            bench.request().query_value("q"),
            bench.request().query_value("filter")
        ),
        (Some("North"), None)
    );
}

#[test]
fn an_application_in_full_has_its_settings_and_no_secret() {
    let bench = bench();
    let answer = bench.answers(APP, &portal()).answer(
        "get_application",
        json!({"app_id": PORTAL, "detail": "full"}),
    );
    assert_eq!(
        answer["oauth_client"]["token_endpoint_auth_method"],
        "client_secret_basic"
    );
    assert_eq!(
        answer["oauth_settings"]["grant_types"],
        json!(["authorization_code"])
    );
    assert_eq!(
        (
            answer["hidden"]["iOS"].clone(),
            answer["self_service"].clone()
        ),
        (json!(true), json!(false))
    );
    assert!(answer["oauth_settings"].get("consent_method").is_none());
    assert!(answer.get("saml_settings").is_none() && answer.get("features").is_none());
    assert!(!answer.to_string().contains("s3cr3t"));
}

#[test]
fn saml_settings_are_told_for_saml() {
    let app = json!({"id": "0oa1samlcustomGh5f6x", "signOnMode": "SAML_2_0", "credentials": {"signing": {"kid": "k"}},
        "settings": {"signOn": {"ssoAcsUrl": "https://wiki.northwind.example.com/acs", "audience": "wiki", "spIssuer": null}}});
    let answer = bench().answers(APP, &app).answer(
        "get_application",
        json!({"app_id": "0oa1samlcustomGh5f6x", "detail": "full"}),
    );
    assert_eq!(
        answer["saml_settings"],
        json!({"ssoAcsUrl": "https://wiki.northwind.example.com/acs", "audience": "wiki"})
    );
}

#[test]
fn one_filter_at_a_time_and_a_login_is_resolved_for_it() {
    let bench = bench();
    bench
        .answers(APPS, &json!([]))
        .answer("list_applications", json!({"status": "INACTIVE"}));
    assert_eq!(
        bench.request().query_value("filter"),
        Some("status eq \"INACTIVE\"")
    );
    bench
        .answers(APPS, &json!([]))
        .answer("list_applications", json!({"group_id": "00g1\" or id pr"}));
    assert_eq!(
        bench.request().query_value("filter"),
        Some(r#"group.id eq "00g1\" or id pr""#)
    );
    bench
        .answers(USER, &json!({"id": MARA}))
        .answers(APPS, &json!([]));
    bench.answer(
        "list_applications",
        json!({"user": "mara@northwind.example.com"}),
    );
    assert_eq!(
        bench.requests()[1].query_value("filter"),
        Some("user.id eq \"00u11qxw8mzK7RtPd5f6\"")
    );
    let text = bench.failure(
        "list_applications",
        json!({"status": "ACTIVE", "user": MARA}),
    );
    assert!(text.starts_with("Okta takes only one of"), "{text}");
    assert_eq!(bench.requests(), []);
}

#[test]
fn assigned_users_say_how_they_are_assigned_and_pages_follow() {
    let bench = bench();
    let user = json!({"id": MARA, "externalId": null, "scope": "GROUP", "status": "ACTIVE", "syncState": "DISABLED",
        "credentials": {"userName": "mara@northwind.example.com", "password": {}}, "profile": {"phone_number": "555"}});
    let answer = bench
        .answers_page(APP_USERS, &json!([user]), "sealed")
        .answer("get_application_users", json!({"app_id": PORTAL}));
    assert_eq!(
        answer["items"],
        json!([{"id": MARA, "user_name": "mara@northwind.example.com", "status": "ACTIVE", "scope": "GROUP"}])
    );
    assert_eq!(answer["next_cursor"], "sealed");
    let arguments = json!({"app_id": PORTAL, "cursor": "sealed", "q": "Ma", "detail": "full"});
    let last = bench
        .answers(APP_USERS, &json!([]))
        .answer("get_application_users", arguments);
    assert_eq!(
        (
            bench.request().cursor_value(),
            bench.request().query_value("q")
        ),
        (Some("sealed"), Some("Ma"))
    );
    assert!(
        last["hint"]
            .as_str()
            .unwrap()
            .starts_with("Nobody is assigned")
    );
}

#[test]
fn failures_say_what_to_do_next() {
    let bench = bench();
    for (endpoint, tool) in [
        (APP, "get_application"),
        (APP_USERS, "get_application_users"),
    ] {
        let text = bench
            .fails(endpoint, not_found())
            .failure(tool, json!({"app_id": PORTAL}));
        assert!(
            text.starts_with("No application \"0oa1oidcwebAppCd5f6x\". Call list_applications"),
            "{text}"
        );
    }
    assert!(
        bench
            .fails(APPS, forbidden())
            .failure("list_applications", json!({}))
            .contains("ask the operator")
    );
    assert!(
        bench
            .fails(APPS, Error::RateLimited(5))
            .failure("list_applications", json!({}))
            .contains("5 s")
    );
    let cursor = Error::Refused(refusal(400, "E0000029", "Invalid paging request."));
    assert!(
        bench
            .fails(APPS, cursor)
            .failure("list_applications", json!({"cursor": "c"}))
            .contains("without cursor")
    );
}

#[test]
fn odd_records_do_not_break_the_answer() {
    let bench = bench();
    let odd = json!([{}, {"id": "0oa1", "signOnMode": null, "status": "NEW", "features": null, "label": "</x>\" \u{1f}"}]);
    let answer = bench
        .answers(APPS, &odd)
        .answer("list_applications", json!({"detail": "full"}));
    assert_eq!(
        answer["items"],
        json!([{}, {"id": "0oa1", "status": "NEW", "label": "</x>\" \u{1f}"}])
    );
    let nulls = json!({"accessibility": null, "visibility": {"hide": null}, "credentials": null, "settings": {"signOn": null}});
    assert_eq!(
        bench.answers(APP, &nulls).answer(
            "get_application",
            json!({"app_id": PORTAL, "detail": "full"})
        ),
        json!({})
    );
}
