//! Tools whose names or texts mislead whoever reads them: the reviewer, or the model.

use crate::attack::Attack;

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
    a_name_has_no_foreign_letter: "tool-name-with-a-foreign-letter" => "`list_usеrs` is no tool's name (it contains U+0435); it must match [a-z][a-z0-9_]* and have at most 40 characters";
    a_name_has_no_capital: "tool-name-in-another-case" => "`List_users` is no tool's name; it must match [a-z][a-z0-9_]* and have at most 40 characters";
    a_name_is_short: "over-long-tool-name" => "`get_user_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` is no tool's name; it must match [a-z][a-z0-9_]* and have at most 40 characters";
    a_name_is_no_path: "tool-name-that-is-a-path" => "`../../bin/sh` is no tool's name; it must match [a-z][a-z0-9_]* and have at most 40 characters";
    tools_are_few: "too-many-tools" => "there are 65 tools; a plugin has at most 64";
    a_description_is_short: "over-long-description" => "tool `attack`: the description has 1201 characters; at most 1200 are accepted";
    a_description_reads_in_one_direction: "description-with-direction-marks" => "tool `attack`: the description contains U+202E, which a reader cannot see; line breaks are not accepted either";
    a_description_has_no_letters_without_width: "description-with-zero-widths" => "tool `attack`: the description contains U+200B, which a reader cannot see; line breaks are not accepted either";
    a_description_has_no_invisible_tags: "description-with-invisible-tags" => "tool `attack`: the description contains U+E0073, which a reader cannot see; line breaks are not accepted either";
    a_description_is_one_line: "description-with-line-breaks" => "tool `attack`: the description contains U+000A, which a reader cannot see; line breaks are not accepted either";
    a_schemas_texts_are_seen: "schema-with-a-hidden-text" => "tool `attack`: the input-schema contains U+2060, which a reader cannot see; line breaks are not accepted either";
    a_schema_does_not_double: "schema-that-doubles" => "tool `attack`: the input-schema uses `$ref`; write the schema out, references are not accepted";
}
