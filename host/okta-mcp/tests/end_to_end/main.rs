//! All tools, end to end: the built program as a server over its pipes, the built program as the org
//! over HTTP, and every answer compared with what the org's raw data say it must be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod apps;
mod arguments;
mod contract;
mod factors;
mod faults;
mod groups;
mod hostile;
mod policies;
mod refusals;
mod search;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
mod users;

use serde_json::Value;

/// An id that has the form of one and belongs to nobody.
fn nobody(prefix: &str) -> String {
    format!("{prefix}1nobodyNobodyX5d7")
}

/// The rows of a list.
fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap()
}

/// The rows that `row` makes of these objects.
fn rows(objects: &[&Value], row: impl Fn(&Value) -> Value) -> Vec<Value> {
    objects.iter().map(|object| row(object)).collect()
}

/// Compares two lists of rows, and shows the first difference rather than both lists.
fn assert_rows(found: &[Value], expected: &[Value], what: &str) {
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "{what}: row {place}");
    }
    assert_eq!(found.len(), expected.len(), "{what}: number of rows");
}

/// Checks the first page of a list that goes on: twenty rows and the way to more.
fn assert_first_page(list: &Value, expected: &[Value], what: &str) {
    assert!(
        expected.len() > 20,
        "{what}: the data have too few rows to show a page"
    );
    assert_rows(items(list), &expected[..20], what);
    assert_eq!(list["returned"], 20, "{what}");
    assert!(list["next_cursor"].is_string(), "{what}: {list}");
    assert!(
        list["hint"]
            .as_str()
            .unwrap()
            .starts_with("More follow: repeat the call with cursor = next_cursor.")
    );
}

/// Checks a list that is complete: no cursor, and a hint only where it is empty.
fn assert_complete(list: &Value, expected: &[Value], what: &str) {
    assert_rows(items(list), expected, what);
    assert_eq!(list["returned"], expected.len(), "{what}");
    assert!(list.get("next_cursor").is_none(), "{what}: {list}");
    assert_eq!(
        list.get("hint").is_some(),
        expected.is_empty(),
        "{what}: {list}"
    );
}
