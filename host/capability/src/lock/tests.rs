use jiff::civil::date;
use serde_json::Value;

use super::*;
use crate::limits::LimitWish;
use crate::manifest::Manifest;
use crate::review::Operator;

const PLAIN: &str = r#"
manifest = 1
name = "mine"
version = "0.1.0"
summary = "For tests"

[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["one_user", "other"]
why = "Read a user"
path.id = "okta-user"
fields = ["id", "profile.login", "profile.mobilePhone"]
"#;

const SENSITIVE: &str = r#"
manifest = 1
name = "mine"
version = "0.1.0"
summary = "For tests"
world = "compat"

[[endpoint]]
get = "/api/v1/apps/{appId}/credentials/secrets"
tools = ["one_user"]
why = "Tell when a secret was made"
path.appId = "okta-id"
fields = ["id", "created"]
sensitive = true

[[endpoint]]
get = "/api/v1/org/privacy/aerial"
tools = ["one_user"]
why = "Tell whether Okta may look"
fields = ["orgId"]
"#;

fn reach(manifest: &str, operator: &Operator) -> Reach {
    Reach::new(
        &Manifest::parse(manifest).unwrap(),
        ["one_user", "other"],
        operator,
    )
}

fn operator(tools: &[&str], hidden: &[&str], requests: u32) -> Operator {
    Operator {
        tools: Some(tools.iter().map(|tool| (*tool).to_owned()).collect()),
        hidden: hidden.iter().map(|field| field.parse().unwrap()).collect(),
        limits: LimitWish {
            requests: Some(requests),
            ..LimitWish::default()
        },
    }
}

fn approval(manifest: &str, operator: &Operator) -> Approval {
    Approval {
        by: "iam@example.com".to_owned(),
        on: date(2026, 11, 25),
        expires: Some(date(2027, 3, 1)),
        sensitive: Vec::new(),
        granted: Granted::of(&reach(manifest, operator)),
        snapshot: Snapshot {
            digest: digest(),
            manifest: manifest.to_owned(),
            tools: Vec::new(),
            imports: vec!["okta:plugin/directory@0.1.0".to_owned()],
            signer: None,
        },
    }
}

fn digest() -> String {
    "ab".repeat(32)
}

fn lock() -> Lock {
    Lock {
        serial: 7,
        plugins: BTreeMap::from([(
            "mine".to_owned(),
            approval(PLAIN, &operator(&["one_user"], &["profile.mobilePhone"], 5)),
        )]),
    }
}

#[test]
fn what_was_approved_is_covered_and_so_is_less() {
    let lock = lock();
    let today = date(2026, 12, 1);
    for operator in [
        operator(&["one_user"], &["profile.mobilePhone"], 5),
        operator(&[], &["profile.*"], 1),
    ] {
        assert!(
            lock.covers(&digest(), &reach(PLAIN, &operator), today)
                .is_ok()
        );
    }
}

#[test]
fn whatever_is_more_than_was_approved_is_a_gap_that_names_it() {
    let lock = lock();
    let today = date(2026, 12, 1);
    let gap = |digest: &str, tools: &[&str], hidden: &[&str], requests, today| {
        lock.covers(
            digest,
            &reach(PLAIN, &operator(tools, hidden, requests)),
            today,
        )
        .unwrap_err()
        .to_string()
    };
    let phone = &["profile.mobilePhone"][..];
    assert_eq!(
        gap(&digest(), &["one_user", "other"], phone, 5, today),
        "its settings give it more than was approved: the tool `other`"
    );
    assert_eq!(
        gap(&digest(), &["one_user"], &[], 5, today),
        "its settings give it more than was approved: the field `profile.mobilePhone`, which was hidden"
    );
    assert_eq!(
        gap(&digest(), &["one_user"], phone, 6, today),
        "its settings give it more than was approved: requests 6 instead of 5"
    );
    assert!(
        gap(&"cd".repeat(32), &["one_user"], phone, 5, today)
            .starts_with("it is not the package that was approved: its sha256 is cdcd")
    );
    assert_eq!(
        gap(&digest(), &["one_user"], phone, 5, date(2027, 3, 2)),
        "its approval expired on 2027-03-01"
    );
}

#[test]
fn an_approval_holds_to_the_end_of_its_day_and_one_without_an_end_for_good() {
    let mut lock = lock();
    let reach = reach(PLAIN, &operator(&["one_user"], &["profile.mobilePhone"], 5));
    assert!(lock.covers(&digest(), &reach, date(2027, 3, 1)).is_ok());
    assert!(lock.covers(&digest(), &reach, date(2027, 3, 2)).is_err());
    lock.plugins.get_mut("mine").unwrap().expires = None;
    assert!(lock.covers(&digest(), &reach, date(2099, 1, 1)).is_ok());
}

#[test]
fn a_plugin_that_nobody_approved_is_not_covered() {
    let reach = reach(PLAIN, &Operator::default());
    assert_eq!(
        Lock::empty().covers(&digest(), &reach, date(2026, 12, 1)),
        Err(Gap::Missing)
    );
}

#[test]
fn sensitive_items_are_approved_by_name_each() {
    let all = reach(SENSITIVE, &Operator::default());
    let items: Vec<String> = sensitive_items(&all.manifest)
        .into_iter()
        .map(|item| item.id)
        .collect();
    assert_eq!(
        items,
        [
            "credentials:/api/v1/apps/{appId}/credentials/secrets",
            "manage-scope:okta.orgs.manage",
            "world:compat"
        ]
    );
    let mut approval = approval(SENSITIVE, &Operator::default());
    for known in 0..=items.len() {
        approval.sensitive = items[..known].to_vec();
        let covered = approval.covers(&digest(), &all, date(2026, 12, 1));
        match items.get(known) {
            Some(missing) => assert_eq!(covered, Err(Gap::Sensitive(missing.clone()))),
            None => assert_eq!(covered, Ok(())),
        }
    }
}

#[test]
fn a_lock_is_written_the_same_each_time_and_read_as_it_was_written() {
    let lock = lock();
    let bytes = lock.to_bytes().unwrap();
    assert_eq!(Lock::parse(&bytes).unwrap(), lock);
    assert_eq!(Lock::parse(&bytes).unwrap().to_bytes().unwrap(), bytes);
    assert!(bytes.ends_with(b"}\n"));
}

#[test]
fn a_lock_that_is_not_one_is_refused_in_one_line_with_its_place() {
    let good = String::from_utf8(lock().to_bytes().unwrap()).unwrap();
    let parsed: Value = serde_json::from_str(&good).unwrap();
    let approval = parsed["plugins"]["mine"].to_string();
    for (text, problem) in [
        (String::new(), "line 1: EOF"),
        (
            good.replace("\"serial\"", "\"serail\""),
            "line 3: unknown field `serail`",
        ),
        (good.replace("\"by\"", "\"bye\""), "unknown field `bye`"),
        (good.replace("2027-03-01", "2027-02-30"), ""),
        (
            good.replace("\"lock\": 1", "\"lock\": 2"),
            "a lock of version 2",
        ),
        (
            good.replace(&digest(), "ab"),
            "the approval of `mine`: its digest",
        ),
        (good.replace("iam@example.com", ""), "`by` is one line"),
        (
            good.replace(
                "\"hidden\": [\n          \"profile",
                "\"hidden\": [\n          \"pro file",
            ),
            "not a field",
        ),
        (
            format!(r#"{{"lock":1,"serial":1,"plugins":{{"mine":{approval},"mine":{approval}}}}}"#),
            "`mine` is approved twice",
        ),
        (good.trim_end().trim_end_matches('}').to_owned(), "EOF"),
    ] {
        let error = Lock::parse(text.as_bytes()).expect_err(&text).to_string();
        assert!(error.contains(problem), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}
