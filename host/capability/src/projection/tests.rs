//! What is left of a body, rule by rule.

mod against_the_rules;

use super::*;
use serde_json::{Value, json};

fn paths(texts: &[&str]) -> Vec<FieldPath> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn project(fields: &[&str], hidden: &[&str], body: &Value) -> Value {
    let projection = Projection::new(&paths(fields), &paths(hidden));
    let projected = projection.apply(body.to_string().as_bytes()).unwrap();
    serde_json::from_str(&projected.body).unwrap()
}

#[test]
fn only_declared_fields_are_left() {
    let body = json!([{"id": "1", "status": "ACTIVE", "profile": {"login": "a@b", "ssn": "078"}, "_links": {"self": {"href": "x"}}}]);
    assert_eq!(
        project(&["id", "profile.login"], &[], &body),
        json!([{"id": "1", "profile": {"login": "a@b"}}])
    );
}

#[test]
fn a_path_grants_scalars_and_arrays_of_scalars_but_no_object() {
    let body = json!({"a": {"b": 1}, "c": [1, "x", null, true, 2.5], "d": [{"e": 1}], "f": null});
    assert_eq!(
        project(&["a", "c", "d", "f"], &[], &body),
        json!({"c": [1, "x", null, true, 2.5], "d": [], "f": null})
    );
}

#[test]
fn arrays_on_the_way_are_passed_through() {
    let body = json!({"people": {"groups": {"include": ["a", "b"], "exclude": ["c"]}}, "rules": [{"id": 1, "x": 2}, {"id": 3}]});
    assert_eq!(
        project(&["people.groups.include", "rules.id"], &[], &body),
        json!({"people": {"groups": {"include": ["a", "b"]}}, "rules": [{"id": 1}, {"id": 3}]})
    );
}

#[test]
fn the_fields_that_held_a_value_are_told_by_their_places() {
    let fields = paths(&[
        "id",
        "profile.*",
        "profile.login",
        "lastLogin",
        "tags",
        "profile.ssn",
    ]);
    let projection = Projection::new(&fields, &paths(&["profile.ssn"]));
    let seen = |body: Value| {
        let seen = projection.apply(body.to_string().as_bytes()).unwrap().seen;
        (0..fields.len())
            .filter(|place| seen.contains(*place))
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(json!([])), [0; 0]);
    assert_eq!(seen(json!([{"id": "1"}, {"tags": ["a"]}])), [0, 4]);
    assert_eq!(
        seen(json!({"profile": {"login": "a"}})),
        [1, 2],
        "a star and a name that lead to one value"
    );
    assert_eq!(seen(json!({"profile": {"shoe": 44}})), [1]);
    assert_eq!(
        seen(
            json!({"id": null, "lastLogin": {}, "tags": [], "profile": {"ssn": "0", "apiKey": "k"}})
        ),
        [0; 0]
    );
}

#[test]
fn a_star_takes_one_segment_and_never_a_secret() {
    let body = json!({"profile": {"login": "a", "badgeColour": "red", "sharedSecret": "S", "api_key": "S", "deep": {"x": 1}}});
    assert_eq!(
        project(&["profile.*"], &[], &body),
        json!({"profile": {"login": "a", "badgeColour": "red"}})
    );
    let named = project(&["profile.*", "profile.deep.x"], &[], &body);
    assert_eq!(
        named,
        json!({"profile": {"login": "a", "badgeColour": "red", "deep": {"x": 1}}})
    );
}

#[test]
fn a_star_reaches_no_link_of_an_action_and_no_setting_of_an_app_s_own() {
    let body = json!({
        "id": "1",
        "_links": {"activate": {"href": "https://a.okta.com/a?token=S", "name": "n"}},
        "_embedded": {"activation": {"x": "S"}, "user": {"x": 1}},
        "settings": {"app": {"vendorsName": "S", "url": "u"}, "notes": {"admin": "x"}},
    });
    for broad in [
        &["*", "*.*", "*.*.*"][..],
        &["settings.*.*", "*.*.*"],
        &["*.app.*", "*.*.*"],
    ] {
        let left = project(broad, &[], &body).to_string();
        assert!(
            !left.contains("S\"") && !left.contains("=S"),
            "{broad:?}: {left}"
        );
        assert!(
            left.contains(r#""notes":{"admin":"x"}"#) && left.contains(r#""name":"n""#),
            "{left}"
        );
    }
    let named = project(&["*.*.*", "settings.app.url"], &[], &body);
    assert_eq!(
        named["settings"],
        json!({"app": {"url": "u"}, "notes": {"admin": "x"}})
    );
}

#[test]
fn a_secret_is_seen_only_when_it_is_declared_by_name() {
    let body = json!({"client_secret": "S", "label": "x"});
    assert_eq!(project(&["*"], &[], &body), json!({"label": "x"}));
    assert_eq!(
        project(&["client_secret"], &[], &body),
        json!({"client_secret": "S"})
    );
}

#[test]
fn what_the_operator_hides_is_hidden_from_names_and_stars() {
    let body = json!({"id": 1, "profile": {"login": "a", "ssn": "078", "team": {"lead": "b"}}});
    for fields in [
        &["id", "profile.*", "profile.team.lead"][..],
        &["id", "profile.login", "profile.ssn", "profile.team.lead"],
    ] {
        assert_eq!(
            project(fields, &["profile.ssn"], &body),
            json!({"id": 1, "profile": {"login": "a", "team": {"lead": "b"}}})
        );
    }
    assert_eq!(
        project(&["id", "profile.*"], &["profile"], &body),
        json!({"id": 1})
    );
    assert_eq!(
        project(&["id", "profile.*"], &["profile.*"], &body),
        json!({"id": 1, "profile": {}})
    );
}

#[test]
fn letters_numbers_and_escapes_come_through_unchanged() {
    let body =
        json!({"a": "Zoë \"x\" \\ Ž", "b": -7, "c": 18_446_744_073_709_551_615_u64, "e": 0.1});
    assert_eq!(project(&["*"], &[], &body), body);
}

#[test]
fn what_steers_a_reader_unseen_does_not_come_through() {
    let body =
        json!({"a": "x\u{202e}y\u{200b}\u{1b}[2J\nz", "b": ["\u{e0041}q"], "e\u{202e}": "k"});
    assert_eq!(
        project(&["*"], &[], &body),
        json!({"a": "xy[2J z", "b": ["q"]})
    );
}

#[test]
fn keys_with_escapes_are_compared_decoded() {
    let projection = Projection::new(&paths(&["id"]), &[]);
    let projected = projection.apply(br#"{"\u0069d":"1","x":2}"#).unwrap();
    assert_eq!(projected.body, r#"{"id":"1"}"#);
}

#[test]
fn rows_are_the_elements_of_the_outermost_array() {
    let projection = Projection::new(&paths(&["id"]), &[]);
    assert_eq!(
        projection
            .apply(br#"[{"id":[1,2]},{"id":3}]"#)
            .unwrap()
            .rows,
        2
    );
    assert_eq!(projection.apply(br#"{"id":1}"#).unwrap().rows, 1);
    assert_eq!(projection.apply(b"[]").unwrap().rows, 0);
}

#[test]
fn broken_cut_short_deep_and_scalar_bodies_are_errors() {
    let projection = Projection::new(&paths(&["id"]), &[]);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for bad in [
        "",
        "{",
        r#"{"id":1"#,
        "[1,]",
        "<html>",
        "\"id\"",
        "1",
        "null",
        &deep,
        r#"{"id":1} x"#,
    ] {
        assert!(projection.apply(bad.as_bytes()).is_err(), "{bad}");
    }
    assert!(projection.apply(b"{\"id\":\"\xff\"}").is_err());
}

#[test]
fn what_is_skipped_is_checked_for_being_json_and_costs_no_depth() {
    let projection = Projection::new(&paths(&["id"]), &[]);
    let project =
        |skipped: &str| projection.apply(format!(r#"{{"x":{skipped},"id":1}}"#).as_bytes());
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for good in [&deep, "1e999", r#""\ud800""#, r#"{"id":2}"#] {
        assert_eq!(project(good).unwrap().body, r#"{"id":1}"#, "{good}");
    }
    for bad in [
        "[", "{]", "01", "tru", "\"\n\"", r#""\x""#, "'x'", "NaN", "[1,]", "",
    ] {
        assert!(project(bad).is_err(), "{bad}");
    }
}

#[test]
fn depth_on_the_way_to_a_field_is_limited_on_both_sides() {
    let projection = Projection::new(&paths(&["id"]), &[]);
    let nested = |depth: usize| {
        let body = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        projection.apply(format!(r#"{{"id":{body}}}"#).as_bytes())
    };
    assert!(nested(126).is_ok());
    let error = nested(127).unwrap_err().to_string();
    assert!(error.contains("recursion limit"), "{error}");
}

#[test]
fn a_key_given_twice_is_passed_on_twice_and_no_secret_slips_in_by_it() {
    let projection = Projection::new(&paths(&["*", "a.b"]), &paths(&["hid"]));
    let body = br#"{"a":1,"password":"S","a":{"b":2,"c":"S"},"hid":"S","hid":"S","a":[{"c":"S"}]}"#;
    assert_eq!(
        projection.apply(body).unwrap().body,
        r#"{"a":1,"a":{"b":2},"a":[{}]}"#
    );
}

#[test]
fn a_byte_that_is_no_utf_8_makes_a_body_unreadable_wherever_it_stands() {
    let projection = Projection::new(&paths(&["id"]), &[]);
    for body in [
        &b"{\"id\":\"\xff\"}"[..],
        b"{\"x\":\"\xc3\"}",
        b"{\"\x80\":1}",
    ] {
        let error = projection.apply(body).unwrap_err().to_string();
        assert!(
            error.starts_with("the body is not JSON that can be read"),
            "{error}"
        );
    }
}
