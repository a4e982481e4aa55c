//! Guests that ask for what is not theirs. The text is the host's own, which the guest passes on as its error.

use capability::cursor::CursorKey;
use capability::grant::{Grants, Request};
use capability::manifest::Manifest;
use capability::org::OrgUrl;

use crate::attack::{Aftermath, Attack};

/// Nothing of the attack was sent.
fn stopped(attack: Attack, seen: &str) -> Aftermath {
    let aftermath = attack.ends_in(seen);
    assert!(aftermath.sent.is_empty(), "{:?}", aftermath.sent);
    aftermath
}

/// As [`stopped`], and the audit hears of every attempt.
fn denied(name: &'static str, seen: &str) {
    let aftermath = stopped(Attack::by(name), seen);
    let denials = aftermath.heard.denials.lock().unwrap();
    assert_eq!(*denials, vec![seen; aftermath.rounds]);
}

fn invalid(name: &'static str, seen: &str) {
    let aftermath = stopped(Attack::by(name), seen);
    assert!(aftermath.heard.denials.lock().unwrap().is_empty());
}

#[test]
fn an_endpoint_that_nobody_declares_is_denied() {
    denied(
        "undeclared-endpoint",
        "plugin `hostile` does not declare GET /api/v1/logs; tool `attack` may use /api/v1/groups, /api/v1/groups/{groupId}/users, /api/v1/users/{id}/groups; to change that, declare it in plugin.toml and have the plugin approved",
    );
}

#[test]
fn an_endpoint_of_another_tool_is_denied() {
    denied(
        "endpoint-of-another-tool",
        "plugin `hostile` declares GET /api/v1/users for other, not for tool `attack`; to change that, add the tool to the endpoint in plugin.toml and have the plugin approved",
    );
}

#[test]
fn an_endpoint_of_another_plugin_is_denied() {
    denied(
        "endpoint-of-another-plugin",
        "plugin `hostile` does not declare GET /api/v1/users/{id}; tool `attack` may use /api/v1/groups, /api/v1/groups/{groupId}/users, /api/v1/users/{id}/groups; to change that, declare it in plugin.toml and have the plugin approved",
    );
}

#[test]
fn an_endpoint_is_a_template_letter_for_letter() {
    for (asked, shown) in [
        ("", ""),
        (
            "https://evil.example.com/api/v1/groups",
            "https://evil.example.com/api/v1/groups",
        ),
        (
            "//evil.example.com/api/v1/groups",
            "//evil.example.com/api/v1/groups",
        ),
        ("/api/v1/groups/", "/api/v1/groups/"),
        ("/api/v1/groups?limit=10000", "/api/v1/groups?limit=10000"),
        ("/api/v1/groups/../users", "/api/v1/groups/../users"),
        ("/api/v1/Groups", "/api/v1/Groups"),
        (
            "/api/v1/groups/00g00000000000000001/users",
            "/api/v1/groups/00g00000000000000001/users",
        ),
        (
            "/api/v1/groups\r\nHost: evil.example.com",
            "/api/v1/groupsHost: evil.example.com",
        ),
    ] {
        let seen = format!(
            "plugin `hostile` does not declare GET {shown}; tool `attack` may use /api/v1/groups, /api/v1/groups/{{groupId}}/users, /api/v1/users/{{id}}/groups; to change that, declare it in plugin.toml and have the plugin approved"
        );
        stopped(Attack::by("endpoint-as-argument").arguments(asked), &seen);
    }
}

/// Values that other ways of building a URL let climb, split, or end the path. Each once where an id belongs,
/// and once where a login may stand, which is the widest form that a path has.
macro_rules! parameters {
    ($($name:ident: $value:expr => $shown:expr;)*) => {
        mod no_parameter_leaves_its_place {
            $(#[test]
            fn $name() {
                super::no_parameter($value, $shown);
            })*
        }
    };
}

fn no_parameter(value: &str, shown: &str) {
    stopped(
        Attack::by("path-parameter").arguments(value),
        &format!(
            "path.groupId of /api/v1/groups/{{groupId}}/users must be an Okta id (15 to 36 letters and digits); got `{shown}`"
        ),
    );
    stopped(
        Attack::by("login-parameter").arguments(value),
        &format!(
            "path.id of /api/v1/users/{{id}}/groups must be a user's id (15 to 36 letters and digits) or login (up to 100 characters with an @); got `{shown}`"
        ),
    );
}

parameters! {
    two_dots: ".." => "..";
    two_dots_and_a_tab: "..\t" => "..";
    a_tab_and_two_dots: "\t.." => "..";
    a_tab_between_dots: ".\t." => "..";
    two_dots_and_a_line_feed: "..\n" => "..";
    two_dots_and_a_carriage_return: "..\r" => "..";
    one_dot: "." => ".";
    encoded_dots: "%2e%2e" => "%2e%2e";
    encoded_dots_in_both_cases: "%2E%2e" => "%2E%2e";
    one_encoded_dot: ".%2e" => ".%2e";
    nothing: "" => "";
    only_a_tab: "\t" => "";
    a_slash: "a/b" => "a/b";
    an_encoded_slash: "a%2Fb" => "a%2Fb";
    a_backslash: "a\\b" => "a\\b";
    a_line_break: "a\r\nb" => "ab";
    a_tab: "a\tb" => "ab";
    a_question_mark: "a?b" => "a?b";
    a_number_sign: "a#b" => "a#b";
    dots_and_a_semicolon: "..;" => "..;";
    a_semicolon: "a;b" => "a;b";
    an_ampersand: "a&b" => "a&b";
    a_plus: "a+b" => "a+b";
    a_percent_sign: "%" => "%";
    an_escape_that_is_none: "%zz" => "%zz";
    a_nul: "a\0b" => "ab";
    a_full_width_slash: "a\u{ff0f}b" => "a\u{ff0f}b";
    full_width_dots: "\u{ff0e}\u{ff0e}" => "\u{ff0e}\u{ff0e}";
    a_foreign_letter: "é" => "é";
    a_direction_mark: "a\u{202e}b" => "ab";
    a_climb_to_another_endpoint: "../users" => "../users";
    a_longer_path: "00g00000000000000001/users/../../00g00000000000000002" => "00g00000000000000001/users/../../00g00000000000000002";
    a_slash_behind_a_login: "a@b.example/../.." => "a@b.example/../..";
    an_encoded_slash_in_a_login: "a@b%2F..%2F.." => "a@b%2F..%2F..";
}

/// The one row of that table that is a value after all: it is a login, and goes where a login goes.
#[test]
fn a_value_that_looks_like_a_host_stays_a_login() {
    let aftermath = Attack::by("login-parameter")
        .arguments("@evil.com")
        .ends_in("a page came");
    let url = "https://example.okta.com/api/v1/users/%40evil.com/groups";
    assert_eq!(aftermath.sent, vec![url; aftermath.rounds]);
}

#[test]
fn a_value_of_a_megabyte_is_shown_in_part() {
    let seen = format!(
        "path.groupId of /api/v1/groups/{{groupId}}/users must be an Okta id (15 to 36 letters and digits); got `{}…`",
        "a".repeat(60)
    );
    let value = "a".repeat(1 << 20);
    // In the arguments, in the guest, lifted from it.
    stopped(
        Attack::by("path-parameter").arguments(&value).room(4 << 20),
        &seen,
    );
}

#[test]
fn a_parameter_of_another_name_is_invalid() {
    invalid(
        "parameter-of-another-name",
        "there is no path.userId of /api/v1/groups/{groupId}/users; the template has groupId",
    );
}

#[test]
fn a_parameter_twice_is_invalid() {
    invalid(
        "parameter-twice",
        "path.groupId of /api/v1/groups/{groupId}/users is given twice",
    );
}

#[test]
fn a_parameter_left_out_is_invalid() {
    invalid(
        "parameter-left-out",
        "path.groupId of /api/v1/groups/{groupId}/users is missing",
    );
}

#[test]
fn a_query_that_is_not_declared_is_denied() {
    denied(
        "undeclared-query",
        "plugin `hostile` does not declare query.expand of /api/v1/groups; declared are limit, q, search",
    );
}

#[test]
fn a_query_twice_is_invalid() {
    invalid(
        "duplicate-query",
        "query.limit of /api/v1/groups is given twice",
    );
}

#[test]
fn an_oversized_query_is_invalid() {
    let seen = format!(
        "query.q of /api/v1/groups must be text of at most 100 bytes without control characters; got `{}…`",
        "q".repeat(60)
    );
    stopped(
        Attack::by("oversized-query").arguments(&"q".repeat(101)),
        &seen,
    );
    let fits = Attack::by("oversized-query")
        .arguments(&"q".repeat(100))
        .ends_in("a page came");
    assert_eq!(fits.sent.len(), fits.rounds);
}

#[test]
fn a_query_in_a_value_stays_in_the_value() {
    let aftermath = Attack::by("query-in-a-value").ends_in("a page came");
    let url = "https://example.okta.com/api/v1/groups?q=a%26limit%3D10000%26expand%3Dstats%23";
    assert_eq!(aftermath.sent, vec![url; aftermath.rounds]);
}

#[test]
fn a_query_in_a_name_is_denied() {
    denied(
        "query-in-a-name",
        "plugin `hostile` does not declare query.q=a&expand of /api/v1/groups; declared are limit, q, search",
    );
}

#[test]
fn oktas_own_after_is_denied() {
    denied(
        "after-as-query",
        "plugin `hostile` does not declare query.after of /api/v1/groups; declared are limit, q, search",
    );
}

#[test]
fn a_search_for_what_may_not_be_seen_is_denied() {
    denied(
        "search-for-a-hidden-field",
        "query.search of /api/v1/groups names `profile.secret`, which plugin.toml does not declare; a search may name id, profile.name",
    );
}

const FORGED: &str = "the cursor does not belong to this query (the cursor was not made by this server, or was altered; start again without a cursor); a cursor is only good with the arguments of the call that returned it";

#[test]
fn a_cursor_of_another_plugin_is_invalid() {
    // Sealed by this very host for the plugin beside it, for the same endpoint.
    let manifest = std::fs::read_to_string(
        crate::guests::folder().join("../../../../../plugins/probe/plugin.toml"),
    )
    .unwrap();
    let org = OrgUrl::parse("https://example.okta.com").unwrap();
    let key = CursorKey::new([7; 32]);
    let cursor = |manifest: &Manifest, tool: &str| {
        let request = Request {
            endpoint: "/api/v1/groups".to_owned(),
            ..Request::default()
        };
        let grant = Grants::new(manifest, org.clone(), key.clone(), &[]).of_tool(tool);
        grant
            .authorize(&request)
            .unwrap()
            .next_cursor("00g1")
            .unwrap()
    };
    let stolen = cursor(&Manifest::parse(&manifest).unwrap(), "get_many");
    stopped(Attack::by("stolen-cursor").arguments(&stolen), FORGED);
    let own = cursor(&Manifest::parse(crate::guests::MANIFEST).unwrap(), "attack");
    let aftermath = Attack::by("stolen-cursor")
        .arguments(&own)
        .ends_in("a page came");
    assert_eq!(aftermath.sent.len(), aftermath.rounds, "its own is good");
}

#[test]
fn an_altered_cursor_is_invalid() {
    let aftermath = Attack::by("altered-cursor").ends_in(FORGED);
    assert_eq!(
        aftermath.sent.len(),
        aftermath.rounds,
        "the first page, and no second"
    );
}

#[test]
fn a_cursor_of_another_query_is_invalid() {
    let aftermath = Attack::by("cursor-of-another-query").ends_in(FORGED);
    assert_eq!(
        aftermath.sent.len(),
        aftermath.rounds,
        "the first page, and no second"
    );
}
