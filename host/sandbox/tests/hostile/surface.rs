//! Tools whose names or texts mislead whoever reads them: the reviewer, or the model.

use capability::surface::{self, Origin};
use sandbox::Package;

use crate::attack::{Attack, turn};
use crate::guests;

macro_rules! refused {
    ($($name:ident: $guest:literal => $seen:expr;)*) => {
        $(#[test]
        fn $name() {
            Attack::by($guest).ends_in(&format!("left out: the package's tools: {}", $seen));
        })*
    };
}

refused! {
    a_tool_is_there_once: "duplicate-tool-names" => "there are two tools `attack`";
    a_name_has_no_foreign_letter: "tool-name-with-a-foreign-letter" => "`list_usеrs` is no tool's name (it contains U+0435); it must match [a-z][a-z0-9_]* and have at most 48 characters";
    a_name_has_no_capital: "tool-name-in-another-case" => "`List_users` is no tool's name; it must match [a-z][a-z0-9_]* and have at most 48 characters";
    a_name_is_short: "over-long-tool-name" => "`get_user_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` is no tool's name; it must match [a-z][a-z0-9_]* and have at most 48 characters";
    a_name_is_no_path: "tool-name-that-is-a-path" => "`../../bin/sh` is no tool's name; it must match [a-z][a-z0-9_]* and have at most 48 characters";
    tools_are_few: "too-many-tools" => "there are 65 tools; a plugin has at most 64";
    a_description_is_short: "over-long-description" => "tool `attack`: the description has 1201 characters; at most 1200 are accepted";
    a_description_reads_in_one_direction: "description-with-direction-marks" => "tool `attack`: the description contains U+202E, which a reader cannot see; line breaks are not accepted either";
    a_description_has_no_letters_without_width: "description-with-zero-widths" => "tool `attack`: the description contains U+200B, which a reader cannot see; line breaks are not accepted either";
    a_description_has_no_invisible_tags: "description-with-invisible-tags" => "tool `attack`: the description contains U+E0073, which a reader cannot see; line breaks are not accepted either";
    a_description_is_one_line: "description-with-line-breaks" => "tool `attack`: the description contains U+000A, which a reader cannot see; line breaks are not accepted either";
    a_schemas_texts_are_seen: "schema-with-a-hidden-text" => "tool `attack`: the input-schema contains U+2060, which a reader cannot see; line breaks are not accepted either";
    a_schema_does_not_double: "schema-that-doubles" => "tool `attack`: the input-schema uses `$ref`; write the schema out, references are not accepted";
}

/// What a package says can be harmless to a machine and still be written to steer a model: it is let in, and a
/// reviewer is told of it. What no honest package needs keeps it from being loaded beside others.
fn told_to_the_reviewer(guest: &str, expected: &[&str]) {
    let _turn = turn();
    let package = Package::parse(guests::package(guest)).unwrap();
    let found: Vec<String> = surface::check(&[package.surface(Origin::Added)])
        .iter()
        .map(|finding| {
            let refused = if finding.refuses() { "refused, " } else { "" };
            format!("{refused}{}: {finding}", finding.category)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_comment_in_a_description_is_shown() {
    told_to_the_reviewer(
        "description-with-an-html-comment",
        &[
            "markup: tool `attack`, description: an HTML comment (`<!--`)",
            "instruction: tool `attack`, description: compel: `Before any other tool`; it orders calls instead of describing one",
        ],
    );
}

#[test]
fn instructions_in_a_description_are_shown() {
    told_to_the_reviewer(
        "description-with-instructions",
        &[
            "instruction: tool `attack`, description: override: `ignore all previous instructions`; it sets aside what the model was told by others",
        ],
    );
}

#[test]
fn instructions_over_two_tools_are_put_together() {
    told_to_the_reviewer(
        "instructions-over-two-tools",
        &[
            "split-instruction: tool `other`, description, read after that of `attack`: override: `ignore all previous instructions`; it sets aside what the model was told by others",
        ],
    );
}

#[test]
fn a_name_that_looks_like_its_neighbours_is_refused() {
    told_to_the_reviewer(
        "tool-names-that-look-alike",
        &[
            "refused, confusable-name: tool `attack_al1`, name: `attack_al1` looks like the tool `attack_all` of the same plugin",
        ],
    );
}
