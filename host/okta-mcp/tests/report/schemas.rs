use std::path::PathBuf;

use capability::diff::Category;
use okta_mcp::report::{Format, diff, review::Review};
use serde_json::Value;

use crate::comparisons::compare;
use crate::{cases, plugin, reviews};

fn committed(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_committed_schemas_are_the_types_own() {
    assert_eq!(
        committed("review.schema.json"),
        Review::schema().unwrap(),
        "run `okta-mcp review --schema > host/okta-mcp/review.schema.json`"
    );
    assert_eq!(
        committed("diff.schema.json"),
        diff::schema().unwrap(),
        "run `okta-mcp diff --schema > host/okta-mcp/diff.schema.json`"
    );
}

#[test]
fn json_reports_fit_their_published_schemas() {
    let schema = json(&Review::schema().unwrap());
    for review in [reviews::built_in(), plugin::review(&plugin::snapshot())] {
        assert_valid(&schema, &json(&review.render(Format::Json).unwrap()));
    }
    let schema = json(&diff::schema().unwrap());
    for category in Category::ALL {
        let (old, new) = cases::of(category);
        let text = diff::render(&compare(&old, &new), Format::Json, None).unwrap();
        assert_valid(&schema, &json(&text));
    }
}

/// What the standard asks of a log, as far as these logs use it. Against the standard's own schema they
/// are checked by `.ci/sarif`.
fn assert_is_sarif(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"], "{result}");
        assert!(
            ["error", "warning", "note"].contains(&result["level"].as_str().unwrap()),
            "{result}"
        );
        assert!(result["message"]["text"].is_string(), "{result}");
        assert!(
            result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].is_string(),
            "{result}"
        );
    }
}

#[test]
fn sarif_reports_name_a_rule_a_place_and_a_level_for_every_result() {
    for review in [reviews::built_in(), plugin::review(&plugin::snapshot())] {
        let log = json(&review.render(Format::Sarif).unwrap());
        assert!(!log["runs"][0]["results"].as_array().unwrap().is_empty());
        assert_is_sarif(&log);
    }
    for category in Category::ALL {
        let (old, new) = cases::of(category);
        let text = diff::render(&compare(&old, &new), Format::Sarif, Some("a b/x.wasm")).unwrap();
        let log = json(&text);
        assert_is_sarif(&log);
        assert!(
            log["runs"][0]["results"]
                .as_array()
                .unwrap()
                .iter()
                .any(|result| result["ruleId"] == category.id()
                    && result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                        == "a%20b/x.wasm"),
            "{log:#}"
        );
    }
}
