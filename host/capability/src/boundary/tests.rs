use super::*;
use crate::manifest::Manifest;
use crate::review::Operator;

const MANIFEST: &str = r#"
manifest = 1
name = "mine"
version = "0.1.0"
summary = "For tests"

[[endpoint]]
get = "/api/v1/users"
tools = ["find"]
why = "Find users"
query.search = { expression = 100, names = ["profile.badge"] }
fields = ["id", "profile.login", "profile.*"]

[[endpoint]]
get = "/api/v1/apps/{appId}/credentials/secrets"
tools = ["secrets"]
why = "Tell when a secret was made"
path.appId = "okta-id"
fields = ["id", "created"]
sensitive = true
"#;

fn reach(tools: &[&str], hidden: &[&str]) -> Reach {
    let operator = Operator {
        tools: Some(tools.iter().map(|tool| (*tool).to_owned()).collect()),
        hidden: hidden.iter().map(|field| field.parse().unwrap()).collect(),
        limits: LimitWish::default(),
    };
    Reach::new(
        &Manifest::parse(MANIFEST).unwrap(),
        ["find", "secrets"],
        &operator,
    )
}

fn crossed(boundary: &str, tools: &[&str], hidden: &[&str]) -> Option<String> {
    Boundary::parse(&format!("boundary = 1\n{boundary}\n"))
        .unwrap()
        .contains(&reach(tools, hidden))
        .err()
        .map(|crossing| crossing.to_string())
}

const ALL: &[&str] = &["find", "secrets"];

#[test]
fn a_boundary_that_says_nothing_bounds_nothing() {
    assert_eq!(crossed("", ALL, &[]), None);
    assert!(Boundary::default().contains(&reach(ALL, &[])).is_ok());
}

#[test]
fn an_endpoint_beyond_the_line_is_named_with_the_line() {
    for (rule, shown) in [
        ("never-endpoints = [\"/api/v1/users\"]", "/api/v1/users"),
        (
            "never-endpoints = [\n\"/api/v1/users/**\"]",
            "/api/v1/users/**",
        ),
        ("never-endpoints = [\"/api/v1/**\"]", "/api/v1/**"),
    ] {
        let line = 2 + rule.matches('\n').count();
        assert_eq!(
            crossed(rule, &["find"], &[]),
            Some(format!(
                "line {line} (never-endpoints \"{shown}\") is crossed: it declares GET /api/v1/users; leave find out with plugins.mine.tools"
            ))
        );
    }
    assert_eq!(
        crossed("never-endpoints = [\"/api/v1/users/{id}\"]", ALL, &[]),
        None
    );
}

#[test]
fn a_tool_that_is_not_offered_crosses_nothing() {
    let rule = "never-endpoints = [\"/api/v1/apps/{appId}/credentials/**\"]\ncredentials = false";
    assert!(crossed(rule, ALL, &[]).is_some());
    assert_eq!(crossed(rule, &["find"], &[]), None);
}

#[test]
fn credentials_are_a_line_of_their_own() {
    assert_eq!(
        crossed("credentials = false", ALL, &[]).unwrap(),
        "line 2 (credentials = false) is crossed: it asks for credentials from GET /api/v1/apps/{appId}/credentials/secrets; leave secrets out with plugins.mine.tools"
    );
    assert_eq!(crossed("credentials = true", ALL, &[]), None);
}

#[test]
fn scopes_are_at_most_the_ones_that_are_listed() {
    let rule = "only-scopes = [\"okta.users.read\"]";
    assert_eq!(crossed(rule, &["find"], &[]), None);
    assert!(
        crossed(rule, ALL, &[])
            .unwrap()
            .contains("needs okta.apps.read")
    );
    assert!(crossed("only-scopes = []", &["find"], &[]).is_some());
}

#[test]
fn a_star_reaches_a_forbidden_field_until_the_operator_hides_it() {
    let rule = "never-fields = [\"profile.ssn\"]";
    assert_eq!(
        crossed(rule, ALL, &[]).unwrap(),
        "line 2 (never-fields \"profile.ssn\") is crossed: it may read `profile.*` from GET /api/v1/users; hide it with plugins.mine.hide = [\"profile.ssn\"]"
    );
    for hidden in ["profile.ssn", "profile.*", "profile", "Profile.SSN"] {
        assert_eq!(crossed(rule, ALL, &[hidden]), None, "{hidden}");
    }
    assert!(crossed(rule, ALL, &["profile.login"]).is_some());
    assert_eq!(
        crossed("never-fields = [\"credentials.password\"]", ALL, &[]),
        None
    );
}

#[test]
fn a_field_that_may_only_be_searched_for_is_read_all_the_same() {
    let rule = "never-fields = [\"profile.badge\"]";
    assert!(
        crossed(rule, ALL, &["profile.*"]).is_none(),
        "hidden from searches as well"
    );
    let rule = "[only-fields]\n\"/api/v1/users\" = [\"id\", \"profile.login\"]";
    assert!(
        crossed(rule, ALL, &[])
            .unwrap()
            .contains("it may read `profile.*` there")
    );
    assert_eq!(crossed(rule, ALL, &["profile.*"]), None);
}

#[test]
fn a_limit_above_the_line_is_named() {
    assert_eq!(
        crossed("[limits]\nrequests = 20", ALL, &[]).unwrap(),
        "line 3 (limits.requests) is crossed: its limit is 50; set plugins.mine.limits.requests to 20"
    );
    assert_eq!(
        crossed("[limits]\nrequests = 50\nmemory = \"32 MiB\"", ALL, &[]),
        None
    );
}

#[test]
fn mistakes_are_named_with_their_line_and_what_is_accepted() {
    for (text, line, problem) in [
        ("boundary = 2", 1, "this host reads boundary = 1"),
        ("never-endpoints = []", 1, "missing field `boundary`"),
        (
            "boundary = 1\nnever-endpoint = []",
            2,
            "unknown field `never-endpoint`",
        ),
        (
            "boundary = 1\nnever-endpoints = [\n\"/api/v1/user\"]",
            3,
            "did you mean `/api/v1/users`?",
        ),
        (
            "boundary = 1\nnever-endpoints = [\"/api/v1/nothing/**\"]",
            2,
            "is not a GET",
        ),
        (
            "boundary = 1\nnever-endpoints = [\"/api/v1/us**\"]",
            2,
            "is not a GET",
        ),
        (
            "boundary = 1\nonly-scopes = [\"okta.user.read\"]",
            2,
            "is not a scope",
        ),
        (
            "boundary = 1\nnever-fields = [\"a..b\"]",
            2,
            "is not a field",
        ),
        (
            "boundary = 1\n[only-fields]\n\"/api/v1/users/**\" = []",
            3,
            "is not a GET",
        ),
        (
            "boundary = 1\n[limits]\nmemory = \"32MB\"",
            3,
            "write it as in `32 MiB`",
        ),
        ("boundary = 1\nboundary = 1", 2, "duplicate key"),
        ("boundary = ", 1, ""),
    ] {
        let error = Boundary::parse(text).expect_err(text);
        assert_eq!(error.line, line, "{error}");
        assert!(error.problem.contains(problem), "{text}: {error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}
