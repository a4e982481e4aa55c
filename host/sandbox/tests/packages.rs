//! What is a package, what is not, and what packing makes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

mod support;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use capability::limits::Limits;
use proptest::prelude::*;
use sandbox::{
    BuildRecord, CallError, Digest, Engine, LoadError, MAX_PACKAGE_BYTES, PackError, Package,
    PackageError, Plugin, pack,
};
use support::assemble::with_sections;
use support::world::{Prompt, World};
use support::{Guest, MANIFEST, record};

const TOOLS: &str = r#"[
  {"name":"list_groups","title":"t","description":"d","inputSchema":{"type":"object"}},
  {"name":"list_users","title":"t","description":"d","inputSchema":{"type":"object"}}]"#;
const RECORD: &str = r#"{"toolchain":"wat","sources":"0000000000000000000000000000000000000000000000000000000000000000"}"#;

fn sections<'a>() -> [(&'static str, &'a [u8]); 3] {
    [
        ("okta:plugin/manifest", MANIFEST.as_bytes()),
        ("okta:plugin/tools", TOOLS.as_bytes()),
        ("okta:plugin/build", RECORD.as_bytes()),
    ]
}

fn refusal(bytes: Vec<u8>) -> PackageError {
    Package::parse(bytes).unwrap_err()
}

/// A component in text, with the sections of a package.
fn component(text: &str) -> Vec<u8> {
    with_sections(&wat::parse_str(text).unwrap(), &sections())
}

async fn try_pack(guest: &Guest) -> Result<Vec<u8>, PackError> {
    pack(
        &Engine::new().unwrap(),
        &guest.module(),
        MANIFEST,
        &record(),
    )
    .await
}

#[tokio::test]
async fn what_is_packed_can_be_parsed_and_says_the_same() {
    let mut guest = Guest::trivial();
    guest.tools[0][3] = r#"{"type":"object","properties":{"z":{},"a":{}}}"#.to_owned();
    let bytes = try_pack(&guest).await.unwrap();
    let package = Package::parse(bytes.clone()).unwrap();
    assert_eq!(package.manifest().name, "groups");
    assert_eq!(package.manifest_text(), MANIFEST);
    let names: Vec<&str> = package.tools().iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["list_groups", "list_users"]);
    let properties = package.tools()[0].input_schema["properties"]
        .as_object()
        .unwrap();
    assert_eq!(
        properties.keys().collect::<Vec<_>>(),
        ["z", "a"],
        "in the author's order"
    );
    assert_eq!(package.imports()[0], "okta:plugin/directory@0.1.0");
    assert_eq!(package.build_record(), &record());
    assert_eq!(package.bytes(), bytes);
    assert_eq!(
        bytes,
        try_pack(&guest).await.unwrap(),
        "the same input gives the same bytes"
    );
}

#[tokio::test]
async fn the_digest_is_of_the_exact_bytes() {
    let bytes = try_pack(&Guest::trivial()).await.unwrap();
    let package = Package::parse(bytes.clone()).unwrap();
    assert_eq!(package.digest(), &Digest::of(&bytes));
    let longer = with_sections(&bytes, &[("note", b"")]);
    let other = Package::parse(longer.clone()).unwrap();
    assert_eq!(other.digest(), &Digest::of(&longer));
    assert_ne!(other.digest(), package.digest());
}

#[test]
fn only_the_contract_is_imported() {
    for name in [
        "wasi:cli/environment@0.2.0",
        "wasi:io/error@0.2.6",
        "evil:private/door@1.0.0",
        "okta:plugin/host@0.2.0",
        "okta:plugin/host@0.1.1",
        "okta:plugin/host",
        "okta:plugin/tools@0.1.0",
    ] {
        let refused = refusal(component(&format!(
            "(component (import \"{name}\" (instance)))"
        )));
        assert!(
            matches!(&refused, PackageError::Import { name: found, .. } if found == name),
            "{name}: {refused}"
        );
    }
    let function = refusal(component("(component (import \"run\" (func)))"));
    assert!(matches!(function, PackageError::Import { name, .. } if name == "run"));
}

#[test]
fn tools_are_exported() {
    let refused = refusal(component(
        "(component (import \"okta:plugin/host@0.1.0\" (instance)))",
    ));
    assert_eq!(
        refused,
        PackageError::NoTools {
            required: "okta:plugin/tools@0.1.0"
        }
    );
}

#[tokio::test]
async fn another_function_under_an_allowed_name_is_not_linked() {
    let package = Package::parse(component(
        r#"(component
            (import "okta:plugin/host@0.1.0" (instance (export "shell" (func))))
            (instance $tools)
            (export "okta:plugin/tools@0.1.0" (instance $tools)))"#,
    ))
    .unwrap();
    let plugin = Plugin::new(&Engine::new().unwrap(), package, Limits::DEFAULT);
    for _ in 0..2 {
        let error = plugin.prepare().await.unwrap_err();
        assert!(
            matches!(&error, CallError::Load(LoadError::Link(what)) if what.contains("shell")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_does_not_validate_is_not_compiled() {
    let package = Package::parse(component(
        r#"(component
            (core module (func (result i32)))
            (instance $tools)
            (export "okta:plugin/tools@0.1.0" (instance $tools)))"#,
    ))
    .unwrap();
    let plugin = Plugin::new(&Engine::new().unwrap(), package, Limits::DEFAULT);
    let error = plugin.prepare().await.unwrap_err();
    assert!(
        matches!(error, CallError::Load(LoadError::Compile(_))),
        "{error}"
    );
}

#[tokio::test]
async fn a_component_made_of_two_that_exchange_texts_compiles() {
    let package = Package::parse(component(
        r#"(component
            (component $callee
                (core module $m
                    (memory (export "memory") 1)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
                    (func (export "f") (param i32 i32)))
                (core instance $m (instantiate $m))
                (func (export "f") (param "s" string)
                    (canon lift (core func $m "f")
                        (memory $m "memory") (realloc (func $m "realloc")))))
            (component $caller
                (import "f" (func $f (param "s" string)))
                (core module $libc (memory (export "memory") 1))
                (core instance $libc (instantiate $libc))
                (core func $f (canon lower (func $f) (memory $libc "memory")))
                (core module $m (import "" "f" (func (param i32 i32))))
                (core instance (instantiate $m (with "" (instance (export "f" (func $f)))))))
            (instance $callee (instantiate $callee))
            (instance $caller (instantiate $caller (with "f" (func $callee "f"))))
            (instance $tools)
            (export "okta:plugin/tools@0.1.0" (instance $tools)))"#,
    ))
    .unwrap();
    let plugin = Plugin::new(&Engine::new().unwrap(), package, Limits::DEFAULT);
    let error = plugin.prepare().await.unwrap_err();
    // It compiles: what it lacks is the tools' functions.
    assert!(
        matches!(&error, CallError::Load(LoadError::Link(what)) if what.contains("describe")),
        "{error}"
    );
}

#[test]
fn every_section_is_there_once() {
    let component = Guest::trivial().component();
    assert!(Package::parse(with_sections(&component, &sections())).is_ok());
    for (index, (name, data)) in sections().into_iter().enumerate() {
        let mut without = sections().to_vec();
        without.remove(index);
        assert_eq!(
            refusal(with_sections(&component, &without)),
            PackageError::MissingSection(name)
        );
        let mut twice = sections().to_vec();
        twice.push((name, data));
        assert_eq!(
            refusal(with_sections(&component, &twice)),
            PackageError::DuplicateSection(name)
        );
    }
}

#[test]
fn a_section_counts_at_the_outermost_level_only() {
    let inner = with_sections(&Guest::trivial().component(), &sections());
    let mut nested = wasm_encoder::Component::new();
    nested.section(&wasm_encoder::RawSection {
        id: 4,
        data: &inner,
    });
    assert!(matches!(
        refusal(nested.finish()),
        PackageError::NoTools { .. }
    ));
    // Nor do the sections of a component inside disturb those outside.
    let outer = with_sections(&Guest::trivial().component(), &sections());
    let mut both = outer;
    both.push(4);
    wasm_encoder::Encode::encode(&inner.as_slice(), &mut both);
    assert!(Package::parse(both).is_ok());
}

#[test]
fn swapped_sections_are_not_understood() {
    let component = Guest::trivial().component();
    let [(manifest, a), (tools, b), record] = sections();
    let swapped = with_sections(&component, &[(manifest, b), (tools, a), record]);
    assert!(matches!(refusal(swapped), PackageError::Manifest(_)));
}

#[test]
fn manifest_and_tools_agree() {
    let component = Guest::trivial().component();
    let tools = TOOLS.replace("list_users", "find_users");
    let bytes = with_sections(
        &component,
        &[
            sections()[0],
            ("okta:plugin/tools", tools.as_bytes()),
            sections()[2],
        ],
    );
    assert_eq!(
        refusal(bytes).to_string(),
        "the manifest declares /api/v1/users for tool `list_users`, which the plugin does not have; it has list_groups, find_users"
    );
}

#[test]
fn tools_and_record_are_what_this_program_writes() {
    let component = Guest::trivial().component();
    let with = |tools: &str, record: &str| {
        refusal(with_sections(
            &component,
            &[
                sections()[0],
                ("okta:plugin/tools", tools.as_bytes()),
                ("okta:plugin/build", record.as_bytes()),
            ],
        ))
    };
    assert!(matches!(with("{}", RECORD), PackageError::Tools(_)));
    let hidden = TOOLS.replace("\"d\"", "\"d\\u200b\"");
    assert!(with(&hidden, RECORD).to_string().contains("U+200B"));
    let unknown = TOOLS.replace("\"title\"", "\"annotations\":{},\"title\"");
    assert!(with(&unknown, RECORD).to_string().contains("unknown field"));
    assert!(matches!(with(TOOLS, "{}"), PackageError::Record(_)));
    assert!(
        with(TOOLS, &RECORD.replace("\"0", "\"Z"))
            .to_string()
            .contains("64 lower-case")
    );
}

#[test]
fn a_core_module_is_no_package_and_says_what_makes_one() {
    let error = refusal(Guest::trivial().module());
    assert_eq!(error, PackageError::CoreModule);
    assert!(error.to_string().contains("plugin build"));
}

#[test]
fn a_package_has_a_largest_size() {
    assert_eq!(
        refusal(vec![0; MAX_PACKAGE_BYTES + 1]),
        PackageError::TooLarge
    );
    assert!(matches!(
        refusal(vec![0; MAX_PACKAGE_BYTES]),
        PackageError::Malformed(_)
    ));
}

#[test]
fn a_file_is_read_from_its_directory() {
    let place = tempfile::tempdir().unwrap();
    let dir = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
    let bytes = with_sections(&Guest::trivial().component(), &sections());
    dir.write("groups.wasm", &bytes).unwrap();
    assert_eq!(
        Package::read(&dir, "groups.wasm").unwrap().digest(),
        &Digest::of(&bytes)
    );
    for path in ["other.wasm", "../groups.wasm", "/etc/hostname"] {
        let error = Package::read(&dir, path).unwrap_err();
        assert!(
            matches!(&error, PackageError::Unreadable { path: p, .. } if p == path),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_describe_that_calls_an_import_is_not_packed() {
    let log = Guest::trivial()
        .describe("(call $log (i32.const 3) (i32.const 2400) (i32.const 17)) (call $tools)");
    let error = try_pack(&log).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`describe` called host.log with `one line of a log`; it must return the tools and call nothing"
    );
    let get = Guest::trivial().describe("(call $get_groups) (call $tools)");
    assert!(
        try_pack(&get)
            .await
            .unwrap_err()
            .to_string()
            .contains("called directory.get;")
    );
    let now = Guest::trivial().describe("(drop (call $now)) (call $tools)");
    assert!(
        try_pack(&now)
            .await
            .unwrap_err()
            .to_string()
            .contains("called host.now;")
    );
}

#[tokio::test]
async fn a_describe_that_crashes_is_not_packed() {
    let error = try_pack(&Guest::trivial().describe("unreachable"))
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        PackError::Describe(CallError::Trapped { .. })
    ));
}

#[tokio::test]
async fn tools_are_checked_when_they_are_packed() {
    let broken = |part: usize, text: &str| {
        let mut guest = Guest::trivial();
        guest.tools[0][part] = text.to_owned();
        async move { try_pack(&guest).await.unwrap_err().to_string() }
    };
    assert!(broken(0, "List-Groups").await.contains("no tool's name"));
    assert!(broken(1, "").await.contains("title is empty"));
    assert!(broken(2, "a\u{202e}b").await.contains("U+202E"));
    assert!(
        broken(3, "[]")
            .await
            .contains("input-schema is not a JSON object")
    );
    assert!(broken(3, "{").await.contains("input-schema is not JSON"));
    assert!(broken(3, "{}").await.contains("\"type\": \"object\""));
    assert!(
        broken(0, "list_other")
            .await
            .contains("which the plugin does not have")
    );
}

#[tokio::test]
async fn what_is_no_plugin_is_not_packed() {
    let engine = Engine::new().unwrap();
    let plain = wat::parse_str("(module)").unwrap();
    let error = pack(&engine, &plain, MANIFEST, &record())
        .await
        .unwrap_err();
    assert!(
        matches!(
            &error,
            PackError::Encode(_) | PackError::Package(PackageError::NoTools { .. })
        ),
        "{error}"
    );
    let wasi = wat::parse_str(
        r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))))"#,
    )
    .unwrap();
    let error = pack(&engine, &wasi, MANIFEST, &record()).await.unwrap_err();
    assert!(
        matches!(&error, PackError::Encode(what) if what.contains("wasi")),
        "{error}"
    );

    let module = Guest::trivial().module();
    let packed = pack(&engine, &module, MANIFEST, &record()).await.unwrap();
    let again = pack(&engine, &packed, MANIFEST, &record())
        .await
        .unwrap_err();
    assert_eq!(again, PackError::Packed("okta:plugin/manifest"));

    let error = pack(&engine, &module, "manifest = 2", &record())
        .await
        .unwrap_err();
    assert!(matches!(error, PackError::Manifest(_)));
    let record = BuildRecord {
        toolchain: String::new(),
        ..record()
    };
    let error = pack(&engine, &module, MANIFEST, &record).await.unwrap_err();
    assert!(matches!(error, PackError::Record(_)));
}

#[tokio::test]
async fn a_component_is_packed_as_a_module_is() {
    let engine = Engine::new().unwrap();
    let guest = Guest::trivial();
    let of_module = pack(&engine, &guest.module(), MANIFEST, &record())
        .await
        .unwrap();
    let of_component = pack(&engine, &guest.component(), MANIFEST, &record())
        .await
        .unwrap();
    assert_eq!(of_module, of_component);
    let world = World::new(
        &engine,
        Package::parse(of_component).unwrap(),
        Limits::DEFAULT,
    );
    assert_eq!(world.report(Prompt::empty()).await, (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_parsing_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        thread_local! {
            static GOOD: Vec<u8> = with_sections(&Guest::trivial().component(), &sections());
        }
        let mut bytes = GOOD.with(Clone::clone);
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(package) = Package::parse(bytes) {
            prop_assert!(package.imports().iter().all(|name| name.starts_with("okta:plugin/")));
        }
    }

    #[test]
    fn noise_is_no_package(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Package::parse(bytes).is_err());
    }
}
