//! Values in a path that make other URL builders read another endpoint. None of them may be sent.

use serde_json::json;

use crate::bench::{Ask, Bench};
use crate::{GROUP, USER};

/// What climbs, splits, ends or hides a path segment somewhere.
const HOSTILE: [&str; 52] = [
    "..",
    ".",
    "...",
    "..\t",
    "\t..",
    ".\t.",
    "..\n",
    "..\r",
    "\u{b}..",
    "%2e%2e",
    "%2E%2e",
    ".%2e",
    "%252e%252e",
    "",
    "\t",
    " ",
    "a/b",
    "a%2Fb",
    "a%2fb",
    "a%5Cb",
    "a\\b",
    "a\r\nb",
    "a\tb",
    "a?b",
    "a#b",
    "..;",
    "a;b",
    "a&b",
    "a+b",
    "a=b",
    "%",
    "%zz",
    "%00",
    "\0",
    "a\0b",
    "／",
    "．．",
    "。。",
    "é",
    "\u{202e}",
    "\u{200b}",
    "../groups/00g1engineerEfGh5f6x",
    "..%2fgroups",
    "00u1nobodyNobodyX5d7/../..",
    "00u1nobodyNobodyX5d7/groups",
    "00u1nobodyNobodyX5d7?expand=blocks",
    "00u1nobodyNobodyX5d7#",
    "00u1nobodyNobodyX5d7%0d%0aX: y",
    "00u1nobodyNobodyX5d7 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "https://evil.example",
    "//evil.example",
    "\\\\evil.example",
];

/// A login is one, whatever stands before it; as an id it is none.
const HOSTILE_IDS: [&str; 6] = [
    "@evil.example",
    "a@b",
    "user:password@evil.example",
    "00u1nobody-NobodyX5d",
    "00u1nobodyNobodyX5d7.",
    "00u1",
];

/// Names of Okta's own that stand where an id stands.
const LITERALS: [&str; 8] = [
    "me",
    "rules",
    "default",
    "types",
    "schemas",
    "templates",
    "lifecycle",
    "RULES",
];

#[tokio::test]
async fn no_value_leaves_its_segment_of_the_path() {
    let bench = Bench::start().await;
    for value in HOSTILE {
        let text = bench
            .invalid("raw_get", Ask::of(USER).path("id", value))
            .await;
        assert!(
            text.starts_with("path.id of /api/v1/users/{id} must be a user's id"),
            "{value:?}: {text}"
        );
        let text = bench
            .invalid("other_get", Ask::of(GROUP).path("groupId", value))
            .await;
        assert!(
            text.starts_with("path.groupId of /api/v1/groups/{groupId} must be an Okta id"),
            "{value:?}: {text}"
        );
    }
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn what_is_no_id_is_not_sent_as_one() {
    let bench = Bench::start().await;
    let long = "0".repeat(37);
    for value in HOSTILE_IDS.into_iter().chain([long.as_str()]) {
        bench
            .invalid("other_get", Ask::of(GROUP).path("groupId", value))
            .await;
    }
    let long = format!("{}@example.com", "a".repeat(100));
    for value in [
        "@",
        "@..",
        "..@",
        "a @b",
        "\"a\"@b",
        "a@b/c",
        "a@b?c",
        "a@b#c",
        "a@b%2fc",
        "a@b;c",
        "a@b\\c",
        "é@b",
        long.as_str(),
    ] {
        bench
            .invalid("raw_get", Ask::of(USER).path("id", value))
            .await;
    }
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn a_value_cannot_take_the_place_of_a_name_of_okta_s() {
    let bench = Bench::start().await;
    for literal in LITERALS {
        bench
            .invalid("raw_get", Ask::of(USER).path("id", literal))
            .await;
        bench
            .invalid("other_get", Ask::of(GROUP).path("groupId", literal))
            .await;
    }
    bench.heard_nothing_yet().await;
}

#[tokio::test]
async fn a_login_with_delimiters_is_sent_as_one_encoded_segment() {
    let bench = Bench::start().await;
    for (login, segment) in [
        ("@evil.example", "%40evil.example"),
        ("o'brien+x@a.co", "o%27brien%2Bx%40a.co"),
        ("a&b=c@d.e", "a%26b%3Dc%40d.e"),
        ("..a@b", "..a%40b"),
    ] {
        bench.forget();
        let report = bench.ask("raw_get", Ask::of(USER).path("id", login)).await;
        assert_eq!(report.kind, "not-found", "{report:?}");
        assert_eq!(bench.heard(), [format!("/api/v1/users/{segment}")]);
    }
}

#[tokio::test]
async fn what_a_model_writes_into_a_tool_s_argument_goes_the_same_way() {
    let bench = Bench::start().await;
    let arguments = [
        ("get_user", "user"),
        ("get_user_groups", "user"),
        ("list_user_factors", "user"),
        ("get_group_members", "group_id"),
        ("get_application", "app_id"),
        ("get_policy", "policy_id"),
    ];
    for (tool, argument) in arguments {
        for value in HOSTILE
            .into_iter()
            .filter(|value| !value.is_empty() && value.len() <= 40)
        {
            let text = bench.client.error(tool, json!({argument: value})).await;
            assert!(
                text.contains(" that this tool takes. Call ") && text.contains(" must be "),
                "{tool} {value:?}: {text}"
            );
        }
    }
    bench.heard_nothing_yet().await;
}
