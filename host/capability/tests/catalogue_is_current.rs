//! The generated table and the extract it is made from are one thing in two forms.

#[path = "../examples/generate_catalogue.rs"]
#[allow(dead_code, reason = "its `main` is not called here")]
mod generator;

#[test]
fn the_table_is_what_the_generator_writes() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(here.join("catalogue/okta-gets.json")).unwrap();
    let table = std::fs::read_to_string(here.join("src/catalogue/table.rs")).unwrap();
    assert!(
        generator::render(&serde_json::from_str(&source).unwrap()) == table,
        "run `cargo run -p capability --example generate_catalogue`"
    );
}
