use super::*;
use proptest::prelude::*;
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

/// The same rules written down again, over a tree, slowly.
fn reference(fields: &[Vec<&str>], value: &Value, at: &[&str]) -> Option<Value> {
    let ends = fields.iter().any(|field| matches(field, at));
    let goes_on = fields
        .iter()
        .any(|field| field.len() > at.len() && matches(&field[..at.len()], at));
    match value {
        Value::Array(items) => Some(
            items
                .iter()
                .filter_map(|item| reference(fields, item, at))
                .collect(),
        ),
        Value::Object(map) if goes_on => Some(
            map.iter()
                .filter_map(|(key, value)| {
                    let mut below = at.to_vec();
                    below.push(key);
                    let reached = fields.iter().any(|field| {
                        field.len() >= below.len() && matches(&field[..below.len()], &below)
                    });
                    reached
                        .then(|| reference(fields, value, &below))
                        .flatten()
                        .map(|value| (key.clone(), value))
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
        ),
        Value::Object(_) => None,
        Value::String(text) => ends.then(|| crate::text::value(text).into()),
        scalar => ends.then(|| scalar.clone()),
    }
}

fn matches(field: &[&str], at: &[&str]) -> bool {
    field.len() == at.len()
        && field
            .iter()
            .zip(at)
            .all(|(step, key)| *step == "*" || step == key)
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[abc]", inner), 0..4)
                .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn one_pass_agrees_with_the_rules_written_over_a_tree(
        value in any_value(),
        fields in prop::collection::vec(prop::collection::vec("[abc*]", 1..4), 1..5),
    ) {
        let body = json!({"a": value.clone(), "b": [value]});
        let texts: Vec<String> = fields.iter().map(|field| field.join(".")).collect();
        let steps: Vec<Vec<&str>> = fields.iter().map(|field| field.iter().map(String::as_str).collect()).collect();
        let names: Vec<&str> = texts.iter().map(String::as_str).collect();
        let expected = reference(&steps, &body, &[]).unwrap_or(json!({}));
        prop_assert_eq!(project(&names, &[], &body), expected);
    }
}
