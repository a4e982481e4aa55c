//! The files that hand the program on: they say what it is, ask for what it needs, and hide what is secret.
//!
//! What they make is held to its own tools by `.ci/bundles`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::repository;

fn text(name: &str) -> String {
    std::fs::read_to_string(repository("host/okta-mcp/dist").join(name)).unwrap()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

#[test]
fn the_templates_have_this_version_and_ask_for_the_same_two_values() {
    let (manifest, server) = (json("manifest.json"), json("server.json"));
    let package = &server["packages"][0];
    for own in [
        &manifest["version"],
        &server["version"],
        &package["version"],
    ] {
        assert_eq!(own, env!("CARGO_PKG_VERSION"));
    }
    let asked: BTreeSet<&str> = manifest["server"]["mcp_config"]["env"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let variables = package["environmentVariables"].as_array().unwrap();
    let named = variables.iter().map(|own| own["name"].as_str().unwrap());
    assert_eq!(asked, named.collect());
    assert_eq!(asked, BTreeSet::from(["OKTA_ORG_URL", "OKTA_API_TOKEN"]));
}

#[test]
fn the_token_is_hidden_wherever_it_is_asked_for() {
    let (manifest, server) = (json("manifest.json"), json("server.json"));
    let config = manifest["user_config"].as_object().unwrap();
    for (name, value) in config {
        assert_eq!(value["sensitive"] == true, name.contains("token"), "{name}");
    }
    for variable in server["packages"][0]["environmentVariables"]
        .as_array()
        .unwrap()
    {
        let secret = variable["name"] == "OKTA_API_TOKEN";
        assert_eq!(variable["isSecret"] == true, secret, "{variable}");
    }
}

#[test]
fn the_registry_s_limits_are_kept() {
    let server = json("server.json");
    let length = server["description"].as_str().unwrap().chars().count();
    assert!((1..=100).contains(&length), "{length}");
    let name = server["name"].as_str().unwrap();
    let (space, own) = name.split_once('/').unwrap();
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    assert!(plain(space, b".-") && plain(own, b"._-"), "{name}");
}

#[test]
fn the_image_is_one_program_without_root() {
    let recipe = text("Dockerfile");
    let stages: Vec<&str> = recipe
        .lines()
        .filter(|line| line.starts_with("FROM "))
        .collect();
    let build = concat!(
        "FROM rust:",
        env!("CARGO_PKG_RUST_VERSION"),
        "-alpine AS build"
    );
    assert_eq!(stages, [build, "FROM scratch"]);
    let last = recipe.split("FROM scratch").last().unwrap();
    for line in ["USER 65532:65532", "ENTRYPOINT [\"/okta-mcp\"]"] {
        assert!(last.lines().any(|own| own == line), "{line}");
    }
    assert!(!last.contains("TOKEN"), "no secret is baked in");
    let left_out = text("Dockerfile.dockerignore");
    assert_eq!(
        left_out.lines().find(|line| !line.starts_with('#')),
        Some("*"),
        "what is not named stays outside"
    );
}
