use super::*;

const MANIFEST: &str = r#"manifest = 1
name = "probe"
version = "0.1.0"
summary = "A plugin that asks for what it should not"

[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["read"]
why = "test"
path.id = "okta-user"
fields = ["id"]

[[endpoint]]
get = "/api/v1/users"
tools = ["read"]
why = "test"
query.limit = { integer = [1, 200] }
query.search = { expression = 200, names = ["type.id"] }
fields = ["id", "status", "profile.*"]

[[endpoint]]
get = "/api/v1/groups/{groupId}"
tools = ["other"]
why = "test"
path.groupId = "name"
fields = ["id"]
"#;

const ID: &str = "00u11qxw8mzK7RtPd5f6";

fn grant(tool: &str) -> Grant {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let org = OrgUrl::parse("https://example.okta.com").unwrap();
    Grants::new(&manifest, org, CursorKey::new([1; 32]), &[]).of_tool(tool)
}

fn request(endpoint: &str, path: &[(&str, &str)], query: &[(&str, &str)]) -> Request {
    let own = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    };
    Request {
        endpoint: endpoint.to_owned(),
        path: own(path),
        query: own(query),
        cursor: None,
    }
}

fn denial(tool: &str, request: &Request) -> Denial {
    grant(tool).authorize(request).unwrap_err()
}

#[test]
fn a_declared_request_becomes_the_url_that_is_sent() {
    let get = grant("read")
        .authorize(&request(
            "/api/v1/users",
            &[],
            &[("search", r#"status eq "ACTIVE""#), ("limit", "20")],
        ))
        .unwrap();
    assert_eq!(
        get.url().as_str(),
        "https://example.okta.com/api/v1/users?search=status%20eq%20%22ACTIVE%22&limit=20"
    );
    let get = grant("read")
        .authorize(&request("/api/v1/users/{id}", &[("id", "a+b@c.d")], &[]))
        .unwrap();
    assert_eq!(
        get.url().as_str(),
        "https://example.okta.com/api/v1/users/a%2Bb%40c.d"
    );
    assert_eq!(get.operation().scopes, ["okta.users.read"]);
}

#[test]
fn an_undeclared_endpoint_is_denied_and_the_text_says_what_is_allowed() {
    let denial = denial("read", &request("/api/v1/logs", &[], &[]));
    assert_eq!(denial.class(), Class::Denied);
    assert_eq!(
        denial.to_string(),
        "plugin `probe` does not declare GET /api/v1/logs; tool `read` may use /api/v1/users/{id}, /api/v1/users; \
         to change that, declare it in plugin.toml and have the plugin approved"
    );
}

#[test]
fn the_endpoint_of_another_tool_is_denied() {
    let denial = denial(
        "read",
        &request("/api/v1/groups/{groupId}", &[("groupId", ID)], &[]),
    );
    assert_eq!(denial.class(), Class::Denied);
    assert_eq!(
        denial.to_string(),
        "plugin `probe` declares GET /api/v1/groups/{groupId} for other, not for tool `read`; \
         to change that, add the tool to the endpoint in plugin.toml and have the plugin approved"
    );
}

#[test]
fn a_tool_that_no_endpoint_names_can_ask_for_nothing() {
    assert!(
        denial("echo", &request("/api/v1/users", &[], &[]))
            .to_string()
            .contains("for read, not for tool `echo`")
    );
    assert!(
        denial("echo", &request("/api/v1/logs", &[], &[]))
            .to_string()
            .contains("may use no endpoint")
    );
}

#[test]
fn a_template_that_is_almost_declared_is_another_template() {
    for endpoint in [
        "/api/v1/users/",
        "/api/v1/Users",
        "/api/v1/users/{userId}",
        "/api/v1/users/{id}?x",
        " /api/v1/users",
        "/api/v1/users/00u11qxw8mzK7RtPd5f6",
        "",
    ] {
        assert_eq!(
            denial("read", &request(endpoint, &[], &[])).class(),
            Class::Denied,
            "{endpoint}"
        );
    }
}

#[test]
fn undeclared_duplicate_and_malformed_query_parameters_are_refused() {
    let undeclared = denial(
        "read",
        &request("/api/v1/users", &[], &[("expand", "blocks")]),
    );
    assert_eq!(undeclared.class(), Class::Denied);
    assert_eq!(
        undeclared.to_string(),
        "plugin `probe` does not declare query.expand of /api/v1/users; declared are limit, search"
    );
    for after in ["after", "AFTER", "limit ", "limit\0"] {
        assert_eq!(
            denial("read", &request("/api/v1/users", &[], &[(after, "1")])).class(),
            Class::Denied,
            "{after}"
        );
    }
    let twice = denial(
        "read",
        &request("/api/v1/users", &[], &[("limit", "1"), ("limit", "2")]),
    );
    assert_eq!(
        twice.to_string(),
        "query.limit of /api/v1/users is given twice"
    );
    let value = denial("read", &request("/api/v1/users", &[], &[("limit", "201")]));
    assert_eq!(
        value.to_string(),
        "query.limit of /api/v1/users must be a whole number from 1 to 200; got `201`"
    );
}

#[test]
fn path_parameters_are_complete_known_and_given_once() {
    let of = |path: &[(&str, &str)]| {
        denial("read", &request("/api/v1/users/{id}", path, &[])).to_string()
    };
    assert_eq!(of(&[]), "path.id of /api/v1/users/{id} is missing");
    assert_eq!(
        of(&[("id", ID), ("id", ID)]),
        "path.id of /api/v1/users/{id} is given twice"
    );
    assert_eq!(
        of(&[("userId", ID)]),
        "there is no path.userId of /api/v1/users/{id}; the template has id"
    );
}

#[test]
fn every_row_of_the_parameter_table_is_refused() {
    for value in [
        "..",
        ".",
        "..\t",
        "\t..",
        ".\t.",
        "..\n",
        "..\r",
        "%2e%2e",
        "%2E%2e",
        ".%2e",
        "",
        "\t",
        "a/b@c",
        "a%2Fb@c",
        "a\\b@c",
        "a\r\nb@c",
        "a\tb@c",
        "a?b@c",
        "a#b@c",
        "..;@",
        "a;b@c",
        "%@a",
        "%zz@a",
        "\0@a",
        "／@a",
        "．．",
        "é@a",
        "\u{202e}@a",
        "me",
        "../groups/00g1engineerEfGh5f6x",
        "../../../groups@x",
    ] {
        let denial = denial(
            "read",
            &request("/api/v1/users/{id}", &[("id", value)], &[]),
        );
        assert_eq!(denial.class(), Class::Invalid, "{value:?}");
        assert!(
            !denial.to_string().chars().any(char::is_control),
            "{value:?}"
        );
    }
}

#[test]
fn a_value_that_names_a_literal_endpoint_is_refused() {
    // The grammar `name` lets `rules` through; Okta would answer from /api/v1/groups/rules.
    for value in ["rules", "RULES"] {
        let denial = denial(
            "other",
            &request("/api/v1/groups/{groupId}", &[("groupId", value)], &[]),
        );
        assert_eq!(
            denial.to_string(),
            "the values for /api/v1/groups/{groupId} name another endpoint, /api/v1/groups/rules"
        );
        assert_eq!(denial.class(), Class::Denied);
    }
}

#[test]
fn a_cursor_is_good_for_its_own_query_with_any_limit() {
    let grant = grant("read");
    let ask = |search: &str, limit: &str, cursor: Option<String>| {
        let mut request = request(
            "/api/v1/users",
            &[],
            &[("limit", limit), ("search", search)],
        );
        request.cursor = cursor;
        grant.authorize(&request)
    };
    let cursor = ask("id pr", "20", None)
        .unwrap()
        .next_cursor("200u1")
        .unwrap();
    let next = ask("id pr", "50", Some(cursor.clone())).unwrap();
    assert_eq!(
        next.url().as_str(),
        "https://example.okta.com/api/v1/users?search=id%20pr&limit=50&after=200u1"
    );
    let stolen = ask("status pr", "20", Some(cursor)).unwrap_err();
    assert_eq!(stolen.class(), Class::Invalid);
    assert!(
        ask("id pr", "20", Some("200u1".into())).is_err(),
        "Okta's own `after` is no cursor"
    );
}

#[test]
fn what_is_not_declared_cannot_be_searched_for_either() {
    let search = |expression| {
        grant("read")
            .authorize(&request("/api/v1/users", &[], &[("search", expression)]))
            .map(|_| ())
    };
    for declared in [
        r#"status eq "ACTIVE" and profile.city sw "O""#,
        r#"type.id eq "x""#,
        "id pr",
    ] {
        assert!(search(declared).is_ok(), "{declared}");
    }
    for guess in [
        r#"lastLogin gt "x""#,
        r#"profile.a.b eq "x""#,
        r#"profile.apiSecret sw "1""#,
        r#"credentials.provider.type eq "x""#,
    ] {
        assert_eq!(search(guess).unwrap_err().class(), Class::Denied, "{guess}");
    }
    assert_eq!(
        search(r#"realmId eq "x""#).unwrap_err().to_string(),
        "query.search of /api/v1/users names `realmId`, which plugin.toml does not declare; a search may name id, status, profile.*, type.id"
    );
}

#[test]
fn a_hidden_field_cannot_be_searched_for() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let org = OrgUrl::parse("https://example.okta.com").unwrap();
    let hidden = ["profile.ssn".parse().unwrap()];
    let grant = Grants::new(&manifest, org, CursorKey::new([1; 32]), &hidden).of_tool("read");
    let search = |expression| {
        grant
            .authorize(&request("/api/v1/users", &[], &[("search", expression)]))
            .map(|_| ())
    };
    for guess in [
        r#"profile.ssn sw "1""#,
        r#"(status eq "A") or(PROFILE.SSN pr)"#,
    ] {
        let denial = search(guess).unwrap_err();
        assert_eq!(denial.class(), Class::Denied);
        assert!(
            denial
                .to_string()
                .contains("which the operator of this server hides"),
            "{denial}"
        );
    }
    assert!(
        search(r#"profile.city eq "profile.ssn""#).is_ok(),
        "a value is no name"
    );
}

#[test]
fn a_cursor_for_an_endpoint_without_pages_is_refused() {
    let mut request = request("/api/v1/users/{id}", &[("id", ID)], &[]);
    request.cursor = Some("AAAA".into());
    assert_eq!(
        denial("read", &request).to_string(),
        "/api/v1/users/{id} has no pages; leave the cursor `AAAA` out"
    );
}

#[test]
fn a_proof_tells_the_form_of_each_parameter() {
    let forms = |get: &AuthorizedGet| -> Vec<(Place, String, &str, usize, Vec<String>)> {
        get.parameters()
            .map(|p| {
                let names = p.names().into_iter().map(str::to_owned).collect();
                (p.place, p.name.to_owned(), p.form(), p.value.len(), names)
            })
            .collect()
    };
    let grant = grant("read");
    for (user, form) in [(ID, "okta-id"), ("mara@example.com", "okta-login")] {
        let get = grant
            .authorize(&request("/api/v1/users/{id}", &[("id", user)], &[]))
            .unwrap();
        assert_eq!(
            forms(&get),
            [(Place::Path, "id".into(), form, user.len(), vec![])]
        );
        assert!(!get.continues());
    }
    let search = r#"profile.team eq "id" and type.id pr"#;
    let mut asked = request("/api/v1/users", &[], &[("search", search), ("limit", "7")]);
    let get = grant.authorize(&asked).unwrap();
    let names = vec!["profile.team".to_owned(), "type.id".to_owned()];
    let expected = [
        (
            Place::Query,
            "search".into(),
            "expression",
            search.len(),
            names,
        ),
        (Place::Query, "limit".into(), "integer", 1, vec![]),
    ];
    assert_eq!(forms(&get), expected);
    asked.cursor = get.next_cursor("00u1after");
    let next = grant.authorize(&asked).unwrap();
    assert!(next.continues());
    assert_eq!(
        forms(&next),
        expected,
        "`after` is no parameter of the manifest's"
    );
}

#[test]
fn a_proof_names_the_declared_fields_that_were_seen() {
    let get = grant("read")
        .authorize(&request("/api/v1/users", &[], &[]))
        .unwrap();
    let body = br#"[{"id": "1", "status": null, "profile": {"team": "x", "apiKey": "k"}}, {}]"#;
    let seen = get.projection().apply(body).unwrap().seen;
    assert_eq!(get.fields(&seen).collect::<Vec<_>>(), ["id", "profile.*"]);
}

#[test]
fn a_proof_prints_its_shape_and_no_values() {
    let get = grant("read")
        .authorize(&request("/api/v1/users/{id}", &[("id", "mara@x.y")], &[]))
        .unwrap();
    assert_eq!(
        format!("{get:?}"),
        "AuthorizedGet(/api/v1/users/{id} for probe)"
    );
}

#[test]
fn a_plugin_s_token_has_the_scopes_of_its_offered_tools_and_no_others() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let org = OrgUrl::parse("https://example.okta.com").unwrap();
    let all = Grants::new(&manifest, org, CursorKey::new([1; 32]), &[]);
    let scopes = |grants: &Grants| grants.scopes().iter().copied().collect::<Vec<_>>();
    assert_eq!(scopes(&all), ["okta.groups.read", "okta.users.read"]);
    let users = all.clone().offering(["read"]);
    assert_eq!(scopes(&users), ["okta.users.read"]);
    assert_eq!(scopes(&all.offering(["elsewhere"])), [""; 0]);
    let get = users
        .of_tool("read")
        .authorize(&request("/api/v1/users", &[], &[]))
        .unwrap();
    assert_eq!(get.scopes(), users.scopes());
    assert_eq!(users.of_tool("read").scopes(), Some(users.scopes()));
    assert_eq!(
        users.of_tool("elsewhere").scopes(),
        None,
        "a tool that may send nothing needs no token"
    );
}
