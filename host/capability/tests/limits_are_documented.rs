//! The table that people read says what the table of the code says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use std::path::Path;

use capability::limits::Limits;

#[test]
fn every_limit_is_in_the_documentation_with_its_default_and_its_place() {
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(host.join("README.md")).unwrap();
    let mut rows = text.lines().filter(|line| line.starts_with("| `"));
    for (key, default) in Limits::DEFAULT.written() {
        let row = rows.next().unwrap_or_default();
        assert!(
            row.starts_with(&format!("| `{key}` | {default} | ")),
            "`{key}`, {default}: {row}"
        );
        let places = row
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'));
        for (place, _) in places {
            assert!(host.join(place).is_file(), "{place}");
        }
    }
    assert_eq!(rows.next(), None);
}
