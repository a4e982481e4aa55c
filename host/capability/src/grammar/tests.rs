use super::*;
use proptest::prelude::*;

/// The values that made other URL builders read another endpoint.
const HOSTILE: &[&str] = &[
    "..",
    ".",
    "...",
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
    "a/b",
    "a%2Fb",
    "a\\b",
    "a\r\nb",
    "a\tb",
    "a?b",
    "a#b",
    "..;",
    "a;b",
    "%",
    "%zz",
    "\0",
    "／",
    "．．",
    "é",
    "\u{202e}",
    "a b",
    "../groups/00g1engineerEfGh5f6x",
    "..%2fgroups",
    "me",
    "rules",
    "00u1/../..",
    "https://evil.example",
];

const PATH_GRAMMARS: &[Grammar] = &[
    Grammar::OktaId,
    Grammar::OktaLogin,
    Grammar::OktaUser,
    Grammar::PolicyType,
];

#[test]
fn every_hostile_path_value_is_refused_by_every_path_grammar() {
    for value in HOSTILE {
        for grammar in PATH_GRAMMARS {
            assert!(!grammar.accepts(value), "{grammar:?} accepts {value:?}");
        }
    }
}

#[test]
fn ids_and_logins_as_okta_makes_them_are_accepted() {
    assert!(Grammar::OktaId.accepts("00u11qxw8mzK7RtPd5f6"));
    assert!(Grammar::OktaId.accepts("IFIFAX2BIRGUSTQ"));
    for login in [
        "mara.lind@northwind.example.com",
        "o'brien+x@a.co",
        "a&b@c.d",
    ] {
        assert!(Grammar::OktaLogin.accepts(login), "{login}");
        assert!(Grammar::OktaUser.accepts(login), "{login}");
    }
    assert!(!Grammar::OktaUser.accepts("@.."));
}

#[test]
fn lengths_are_limited_on_both_sides() {
    assert!(Grammar::OktaId.accepts(&"a".repeat(15)) && !Grammar::OktaId.accepts(&"a".repeat(14)));
    assert!(Grammar::OktaId.accepts(&"a".repeat(36)) && !Grammar::OktaId.accepts(&"a".repeat(37)));
    let login = |n: usize| format!("{}@b", "a".repeat(n - 2));
    assert!(Grammar::OktaLogin.accepts(&login(100)) && !Grammar::OktaLogin.accepts(&login(101)));
    assert!(Grammar::Text(4).accepts("abcd") && !Grammar::Text(4).accepts("abcde"));
}

#[test]
fn a_number_has_one_spelling_and_keeps_its_bounds() {
    let grammar = Grammar::Integer { min: 0, max: 200 };
    for good in ["0", "1", "200"] {
        assert!(grammar.accepts(good));
    }
    for bad in [
        "",
        "00",
        "01",
        "+1",
        "-1",
        " 1",
        "1 ",
        "201",
        "1.0",
        "1e2",
        "99999999999",
        "１",
    ] {
        assert!(!grammar.accepts(bad), "{bad:?}");
    }
}

#[test]
fn an_expression_must_close_what_it_opens() {
    let grammar = Grammar::Expression {
        max: 200,
        names: vec![],
    };
    for good in [
        r#"status eq "ACTIVE""#,
        r#"profile.x eq "a \" b" and (id pr)"#,
        r#"profile.x eq ")(""#,
    ] {
        assert!(grammar.accepts(good), "{good}");
    }
    for bad in [
        r#"status eq "ACTIVE"#,
        "(id pr",
        "id pr)",
        ")(",
        "a\nb",
        r#"x eq "a\""#,
    ] {
        assert!(!grammar.accepts(bad), "{bad}");
    }
}

#[test]
fn times_are_utc_and_complete() {
    for good in ["2026-01-31T00:00:00.000Z", "2026-01-31T23:59:59Z"] {
        assert!(Grammar::Timestamp.accepts(good));
    }
    for bad in [
        "2026-01-31",
        "2026-01-31T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-01-31T00:00:00+01:00",
        "26-1-3T0:0:0Z",
    ] {
        assert!(!Grammar::Timestamp.accepts(bad), "{bad}");
    }
}

proptest! {
    #[test]
    fn what_a_path_grammar_accepts_holds_no_delimiter_and_is_not_only_dots(value in "\\PC{0,60}|[A-Za-z0-9@.%/+-]{0,60}") {
        for grammar in PATH_GRAMMARS {
            if grammar.accepts(&value) {
                prop_assert!(value.is_ascii() && !value.contains(['/', '\\', '?', '#', '%', ';', ' ']));
                prop_assert!(value.bytes().any(|b| b != b'.'));
            }
        }
    }
}
