//! Manifests that are narrowed to what was used, and widened by what was denied.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod support;

use audit::learn::{Candidate, Lesson, Refused};
use audit::narrow::narrow;
use audit::report::{Loaded, Report};
use audit::row::Outcome;
use audit::usage::Usage;
use capability::cursor::CursorKey;
use capability::grant::{Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;
use serde_json::json;
use support::{Folder, LOGIN, USER, USERS, authorized, grant, page, record, request};

const COMMENTED: &str = r#"# The team's own plugin.
manifest = 1
name = "users"
version = "0.1.0"
summary = "Users"

# Reads one user.
[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["get_user"]   # for the help desk
why = "Read one user"
path.id = "okta-user" # by either
fields = [
    "id",            # always
    "status",
    "profile.login", # whom
    "profile.*",
]

[[endpoint]]
get = "/api/v1/users"
tools = ["get_user", "list_users"]
why = "Find users"
query = { limit = { integer = [1, 200] }, search = { expression = 200 } }
fields = ["id", "profile.department"]

[[endpoint]]
get = "/api/v1/groups"
tools = ["list_users"]
why = "Never used"
query.limit = { integer = [1, 200] }
fields = ["id"]

[limits]
requests = 7 # enough
"#;

/// The usage of a log with one GET of a user, by login, and one search.
async fn usage() -> Usage {
    let folder = Folder::new();
    let log = folder.start();
    let call = record(&log, "get_user", json!({}));
    call.get(&authorized(LOGIN)).finish(&page());
    call.finish(Outcome::Done).await.unwrap();
    let call = record(&log, "list_users", json!({}));
    let asked = request(USERS, &[], &[("search", "profile.department pr")]);
    let get = grant("list_users").authorize(&asked).unwrap();
    call.get(&get).finish(&page());
    call.finish(Outcome::Done).await.unwrap();
    let mut usage = Usage::default();
    for line in folder.lines() {
        usage.add_line(line.as_bytes(), None);
    }
    assert_eq!(usage.unreadable, 0);
    usage
}

#[tokio::test]
async fn what_was_not_used_is_taken_out_and_everything_else_stays_as_it_was_written() {
    let text = narrow(COMMENTED, &usage().await).unwrap();
    let manifest = Manifest::parse(&text).unwrap();
    let [user, users] = manifest.endpoints.as_slice() else {
        panic!("{text}")
    };
    assert_eq!(
        (user.template.as_str(), user.path["id"].word()),
        (USER, "okta-login")
    );
    let fields: Vec<String> = user.fields.iter().map(ToString::to_string).collect();
    assert_eq!(
        fields,
        ["id", "profile.login", "profile.*"],
        "`status` never held a value"
    );
    assert_eq!(
        (users.template.as_str(), users.tools.as_slice()),
        (USERS, &["list_users".to_owned()][..])
    );
    assert_eq!(users.query.keys().collect::<Vec<_>>(), ["search"]);
    let fields: Vec<String> = users.fields.iter().map(ToString::to_string).collect();
    assert_eq!(
        fields,
        ["id", "profile.department"],
        "what was searched by is used"
    );
    for comment in [
        "# The team's own plugin.",
        "# Reads one user.",
        "# for the help desk",
        "# by either",
        "# always",
        "# enough",
    ] {
        assert!(text.contains(comment), "{comment}: {text}");
    }
    assert!(text.contains("tools = [\"list_users\"]\n"), "{text}");
    assert!(
        text.starts_with("# Narrowed to what an audit log shows from 2"),
        "{text}"
    );
    let again = narrow(&text, &usage().await).unwrap();
    assert_eq!(
        Manifest::parse(&again).unwrap(),
        manifest,
        "narrowed already"
    );
}

#[tokio::test]
async fn a_plugin_that_was_never_called_needs_nothing() {
    let text = narrow(COMMENTED, &Usage::default()).unwrap();
    let manifest = Manifest::parse(&text).unwrap();
    assert_eq!(
        (manifest.endpoints.len(), manifest.limits.requests),
        (0, Some(7))
    );
}

#[tokio::test]
async fn an_answer_without_values_tells_nothing_about_fields() {
    let mut usage = usage().await;
    for tool in usage.tools.values_mut() {
        for endpoint in tool.endpoints.values_mut() {
            endpoint.fields.clear();
            endpoint.names.clear();
        }
    }
    let manifest = Manifest::parse(&narrow(COMMENTED, &usage).unwrap()).unwrap();
    assert_eq!(manifest.endpoints[0].fields.len(), 4);
}

#[tokio::test]
async fn the_report_tells_used_from_unused_and_when_last() {
    let usage = usage().await;
    let manifest = Manifest::parse(COMMENTED).unwrap();
    let digest = "cd".repeat(32);
    let loaded = [Loaded {
        manifest: &manifest,
        digest: &digest,
    }];
    let report = Report::of(&usage, &usage, &loaded, None, None);
    let [plugin] = report.plugins.as_slice() else {
        panic!()
    };
    assert_eq!(
        plugin.other_digests,
        ["ab".repeat(32)],
        "another package of this name ran"
    );
    let unused: Vec<bool> = plugin
        .endpoints
        .iter()
        .map(audit::report::Declared::is_unused)
        .collect();
    assert_eq!(unused, [false, false, true]);
    let later = Report::of(
        &Usage::default(),
        &usage,
        &loaded,
        Some("2999-01-01T00:00:00.000Z"),
        None,
    );
    let tool = &later.plugins[0].endpoints[0].tools[0];
    assert_eq!(
        (tool.used, tool.last.is_some()),
        (0, true),
        "its last use was before"
    );
    assert_eq!((report.rows, later.rows), (6, 0));
}

#[tokio::test]
async fn a_line_that_is_no_row_is_counted_and_told() {
    let mut usage = usage().await;
    usage.add_line(b"{}", None);
    let report = Report::of(&usage, &usage, &[], None, None);
    assert_eq!(
        report.broken.as_deref(),
        Some("1 lines are no rows that this version reads")
    );
}

/// What the candidate makes of a request that it does not allow.
fn learn(candidate: &mut Candidate, tool: &str, asked: Request) -> Lesson {
    let org = OrgUrl::parse("https://example.okta.com").unwrap();
    let grants = Grants::new(candidate.manifest(), org, CursorKey::new([1; 32]), &[]);
    let denial = grants
        .of_tool(tool)
        .authorize(&asked)
        .map(|_| ())
        .unwrap_err();
    candidate.learn(&Refused {
        tool: tool.to_owned(),
        request: asked,
        denial,
    })
}

fn allows(candidate: &Candidate, tool: &str, asked: &Request) -> bool {
    let org = OrgUrl::parse("https://example.okta.com").unwrap();
    let grants = Grants::new(candidate.manifest(), org, CursorKey::new([1; 32]), &[]);
    grants.of_tool(tool).authorize(asked).is_ok()
}

#[test]
fn each_denial_becomes_a_change_that_allows_just_that() {
    let id = "00g1engineerEfGh5f6x";
    for (tool, asked, wider) in [
        (
            "get_user",
            request("/api/v1/apps/{appId}", &[("appId", id)], &[]),
            request("/api/v1/apps/{appId}", &[("appId", "a_name")], &[]),
        ),
        (
            "list_users",
            request(USER, &[("id", LOGIN)], &[]),
            request(USER, &[("id", "..")], &[]),
        ),
        (
            "list_users",
            request("/api/v1/groups", &[], &[("q", "Eng")]),
            request("/api/v1/groups", &[], &[("filter", "id pr")]),
        ),
        (
            "list_users",
            request("/api/v1/groups", &[], &[("limit", "500")]),
            request("/api/v1/groups", &[], &[("limit", "501")]),
        ),
        (
            "list_users",
            request(USERS, &[], &[("search", "profile.title pr")]),
            request(USERS, &[], &[("search", "profile.ssn pr")]),
        ),
        (
            "list_users",
            request(USERS, &[], &[("sortBy", "status")]),
            request(USERS, &[], &[("sortBy", "created")]),
        ),
    ] {
        let mut candidate = Candidate::new(COMMENTED).unwrap();
        let lesson = learn(&mut candidate, tool, asked.clone());
        assert!(matches!(lesson, Lesson::Learned(_)), "{lesson:?}");
        assert!(allows(&candidate, tool, &asked), "{}", candidate.text());
        assert!(!allows(&candidate, tool, &wider), "{}", candidate.text());
        for comment in [
            "# The team's own plugin.",
            "# for the help desk",
            "# whom",
            "# enough",
        ] {
            assert!(candidate.text().contains(comment), "{}", candidate.text());
        }
    }
}

#[test]
fn a_new_endpoint_asks_its_author_for_the_why_and_the_fields() {
    let mut candidate = Candidate::new(COMMENTED).unwrap();
    let asked = request(
        "/api/v1/policies",
        &[],
        &[("type", "PASSWORD"), ("limit", "20")],
    );
    learn(&mut candidate, "get_user", asked);
    let end = candidate
        .text()
        .split("[[endpoint]]")
        .last()
        .unwrap()
        .split("[limits]")
        .next()
        .unwrap()
        .trim();
    assert_eq!(
        end,
        "get = \"/api/v1/policies\"\ntools = [\"get_user\"]\nwhy = \"TODO: say what this is needed for\"\n\
         query.type = \"policy-type\"\nquery.limit = { integer = [1, 20] }\nfields = [\"id\"] # add the fields that the plugin reads"
    );
}

#[test]
fn the_deny_classes_hold_and_the_candidate_stays_as_it_was() {
    let id = "0oa1exampleExampl5d7";
    for (asked, why) in [
        (
            request(
                "/api/v1/apps/{appId}/credentials/secrets",
                &[("appId", id)],
                &[],
            ),
            "answers with credentials",
        ),
        (
            request("/api/v1/authenticators", &[], &[]),
            "answers with credentials",
        ),
        (request("/api/v1/nothing", &[], &[]), "is none of Okta's"),
        (
            request(USERS, &[], &[("search", "credentials.password.value pr")]),
            "would tell a secret",
        ),
        (
            request(USERS, &[], &[("after", "x")]),
            "takes no query parameter `after`",
        ),
        (
            request("/api/v1/apps/{appId}", &[("appId", "../x")], &[]),
            "no form of a parameter takes the value",
        ),
        (
            request(USER, &[("id", "a b")], &[]),
            "no form of a parameter takes the value",
        ),
        (request(USER, &[], &[]), "it is malformed"),
    ] {
        let mut candidate = Candidate::new(COMMENTED).unwrap();
        match learn(&mut candidate, "get_user", asked) {
            Lesson::Denied(text) => assert!(text.contains(why) && !text.contains('\n'), "{text}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(candidate.text(), COMMENTED);
    }
}
