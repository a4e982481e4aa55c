use super::*;
use proptest::prelude::*;

const GOOD: &str = r#"manifest = 1
name = "groups"
version = "0.1.0"
summary = "Find groups and their members"

[[endpoint]]
get = "/api/v1/groups/{groupId}/users"
tools = ["get_group_members"]
why = "List who is in a group"
path.groupId = "okta-id"
query.limit = { integer = [1, 1000] }
fields = ["id", "status", "profile.login", "profile.*"]

[limits]
memory = "32 MiB"
cpu = "500 ms"
time = "30 s"
requests = 50
bytes = "16 MiB"
"#;

/// The error that `GOOD` gives once `from` is replaced by `to`.
fn broken(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    Manifest::parse(&GOOD.replace(from, to))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_manifest_becomes_checked_types() {
    let manifest = Manifest::parse(GOOD).unwrap();
    assert_eq!(manifest.tools(), ["get_group_members"]);
    let endpoint = &manifest.endpoints[0];
    assert_eq!(endpoint.operation.id, "listGroupUsers");
    assert_eq!(endpoint.operation.scopes, ["okta.groups.read"]);
    assert_eq!(
        endpoint.query["limit"],
        Grammar::Integer { min: 1, max: 1000 }
    );
    assert_eq!(manifest.limits.requests, Some(50));
}

#[test]
fn an_unknown_key_gives_its_line_and_what_is_accepted() {
    let message = broken("why =", "because =");
    assert!(
        message.starts_with("line 9: unknown field `because`, expected one of"),
        "{message}"
    );
}

#[test]
fn the_world_is_the_narrow_one_unless_the_manifest_names_the_other() {
    assert_eq!(Manifest::parse(GOOD).unwrap().world, World::Plugin);
    for world in [World::Plugin, World::Compat] {
        let named = GOOD.replace("summary =", &format!("world = \"{world}\"\nsummary ="));
        assert_eq!(Manifest::parse(&named).unwrap().world, world);
    }
}

#[test]
fn an_unknown_world_gives_its_line_and_what_is_accepted() {
    for unknown in ["wasi", "Compat", "plugin ", ""] {
        let message = broken("summary =", &format!("world = \"{unknown}\"\nsummary ="));
        assert_eq!(
            message,
            format!(
                "line 4: `{unknown}` is not a world; accepted: `plugin`, which needs no WASI and is meant where none is named, and `compat`, for a runtime that does not start without WASI"
            )
        );
    }
    // Neither a list nor a switch: worlds do not add up.
    for odd in ["true", "[\"compat\"]"] {
        let message = broken("summary =", &format!("world = {odd}\nsummary ="));
        assert!(message.starts_with("line 4: "), "{message}");
    }
}

#[test]
fn a_duplicate_key_is_an_error() {
    assert!(
        broken("name = \"groups\"", "name = \"groups\"\nname = \"x\"")
            .starts_with("line 3: duplicate key")
    );
}

#[test]
fn a_template_that_okta_does_not_have_is_corrected() {
    assert_eq!(
        broken(
            "/api/v1/groups/{groupId}/users",
            "/api/v1/group/{groupId}/users"
        ),
        format!(
            "line 7: `/api/v1/group/{{groupId}}/users` is not a GET of Okta's management API {}; did you mean `/api/v1/groups/{{groupId}}/users`?",
            crate::catalogue::SOURCE
        )
    );
}

#[test]
fn every_parameter_of_a_template_needs_a_grammar_and_no_other_has_one() {
    assert_eq!(
        broken("path.groupId = \"okta-id\"\n", ""),
        "line 7: say what `{groupId}` may be: path.groupId = \"okta-id\""
    );
    assert_eq!(
        broken("path.groupId", "path.id"),
        "line 10: the template has no parameter `id`; it has groupId"
    );
}

#[test]
fn a_grammar_is_one_of_the_closed_set() {
    for bad in [
        "\"[0-9]+\"",
        "{ regex = \".*\" }",
        "{ integer = [5, 1] }",
        "{ integer = [1] }",
        "{ one-of = [] }",
        "{ text = 0 }",
        "{ text = 99999 }",
        "7",
    ] {
        let message = broken("{ integer = [1, 1000] }", bad);
        assert!(
            message.starts_with("line 11: not a grammar; accepted: okta-id,"),
            "{bad}: {message}"
        );
    }
}

#[test]
fn free_text_cannot_stand_in_a_path() {
    assert!(
        broken("path.groupId = \"okta-id\"", "path.groupId = { text = 10 }")
            .starts_with("line 10: free text")
    );
}

#[test]
fn query_parameters_are_those_that_okta_documents_and_never_after() {
    assert_eq!(
        broken("query.limit", "query.after"),
        "line 11: `after` is never declared: pages are followed with the cursor that the host seals"
    );
    assert_eq!(
        broken("query.limit", "query.search"),
        "line 11: `listGroupUsers` takes no query parameter `search`; it takes limit"
    );
}

#[test]
fn a_search_is_an_expression_and_an_order_one_of_a_list() {
    let users = GOOD
        .replace("/api/v1/groups/{groupId}/users", "/api/v1/users")
        .replace("path.groupId = \"okta-id\"\n", "");
    for (good, bad) in [
        (
            "query.search = { expression = 9 }",
            "query.search = { text = 9 }",
        ),
        (
            "query.search = { expression = 9, names = [\"type.id\"] }",
            "query.search = { expression = 9, names = [\"*\"] }",
        ),
        (
            "query.filter = { expression = 9 }",
            "query.filter = \"name\"",
        ),
        (
            "query.sortBy = { one-of = [\"status\"] }",
            "query.sortBy = \"name\"",
        ),
    ] {
        let with = |query: &str| {
            Manifest::parse(&users.replace("query.limit = { integer = [1, 1000] }", query))
        };
        assert!(with(good).is_ok(), "{good}");
        assert!(with(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_number_of_fields_is_limited_on_both_sides() {
    let with = |n: usize| {
        let fields: Vec<String> = (0..n).map(|i| format!("\"f{i}\"")).collect();
        Manifest::parse(&GOOD.replace(
            "\"id\", \"status\", \"profile.login\", \"profile.*\"",
            &fields.join(", "),
        ))
    };
    assert!(with(256).is_ok());
    assert!(
        with(257)
            .unwrap_err()
            .problem
            .contains("more than 256 fields")
    );
}

#[test]
fn a_secret_needs_to_be_called_sensitive() {
    let secret = GOOD.replace("\"status\"", "\"credentials.password.value\"");
    assert!(
        Manifest::parse(&secret)
            .unwrap_err()
            .problem
            .contains("`password` holds a secret")
    );
    assert!(Manifest::parse(&secret.replace("why =", "sensitive = true\nwhy =")).is_ok());
}

#[test]
fn an_endpoint_that_answers_with_credentials_needs_to_be_called_sensitive() {
    let manifest = GOOD
        .replace(
            "/api/v1/groups/{groupId}/users",
            "/api/v1/apps/{appId}/credentials/secrets",
        )
        .replace("path.groupId", "path.appId")
        .replace("query.limit = { integer = [1, 1000] }\n", "");
    assert!(
        Manifest::parse(&manifest)
            .unwrap_err()
            .problem
            .contains("answers with credentials")
    );
    assert!(Manifest::parse(&manifest.replace("why =", "sensitive = true\nwhy =")).is_ok());
}

#[test]
fn one_template_twice_for_one_tool_is_an_error() {
    let (head, rest) = GOOD.split_once("[[endpoint]]").unwrap();
    let (endpoint, limits) = rest.split_once("[limits]").unwrap();
    let twice = format!("{head}[[endpoint]]{endpoint}[[endpoint]]{endpoint}[limits]{limits}");
    let error = Manifest::parse(&twice).unwrap_err();
    assert!(
        error
            .problem
            .contains("declared twice for tool `get_group_members`"),
        "{error}"
    );
    let other = twice.replacen("get_group_members", "count_members", 1);
    assert!(Manifest::parse(&other).is_ok());
}

#[test]
fn names_limits_and_sentences_are_checked_with_their_line() {
    assert!(broken("\"groups\"", "\"Groups\"").starts_with("line 2: a plugin's name"));
    assert!(broken("\"32 MiB\"", "\"32MB\"").starts_with("line 15: write it as in `32 MiB`"));
    assert!(
        broken("requests = 50", "requests = 0")
            .starts_with("line 18: write it as in `50`, and at least 1")
    );
    assert!(broken("requests = 50", "requests = -1").starts_with("line 18: write it as in `50`"));
    assert!(
        broken("requests = 50", "requests = \"50\"").starts_with("line 18: write it as in `50`")
    );
    assert!(
        broken("requests = 50", "request = 50")
            .starts_with("line 18: there is no such limit; there are memory, cpu, time, requests")
    );
    assert!(broken("requests = 50", "cpu = \"1 s\"").starts_with("line 18: duplicate key"));
    assert!(broken("\"List who is in a group\"", "\"\"").starts_with("line 9: `why` is one line"));
    assert!(
        broken("manifest = 1", "manifest = 2").starts_with("line 1: this host reads manifest = 1")
    );
    assert!(broken("[\"get_group_members\"]", "[]").starts_with("line 8: name the tools"));
    assert!(
        broken("\"profile.*\"", "\"profile.**\"")
            .starts_with("line 12: `profile.**` is not a field")
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", at in 0..GOOD.len()) {
        let _ = Manifest::parse(&text);
        let mut mixed = GOOD.to_owned();
        mixed.insert_str(at, &text);
        if let Err(error) = Manifest::parse(&mixed) {
            prop_assert!(!error.problem.contains('\n'));
        }
    }
}
