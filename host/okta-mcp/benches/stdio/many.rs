//! Packages for a server with many plugins: the test plugin under other names.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use wasm_encoder::{CustomSection, Encode as _, Section as _};

/// The test plugin, whose `echo` asks nothing of Okta.
pub(crate) fn probe() -> Vec<u8> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/probe/probe.wasm");
    std::fs::read(package).expect("the test plugin")
}

/// The package under the `n`th name, with tools of its own names: a plugin and a tool have one name each.
pub(crate) fn renamed(package: &[u8], n: usize) -> (String, Vec<u8>) {
    let parsed = sandbox::Package::parse(package).expect("a package");
    let word = word(n);
    let (name, prefix) = (format!("plugin-{word}"), format!("{word}_"));
    let mut manifest = parsed
        .manifest_text()
        .replace("name = \"probe\"", &format!("name = \"{name}\""));
    let mut tools = serde_json::to_value(parsed.tools()).expect("JSON");
    for tool in parsed.tools() {
        manifest = manifest.replace(
            &format!("\"{}\"", tool.name),
            &format!("\"{prefix}{}\"", tool.name),
        );
    }
    for tool in tools.as_array_mut().into_iter().flatten() {
        let own = format!("{prefix}{}", tool["name"].as_str().expect("a name"));
        tool["title"] = json!(format!(
            "{}, {word}",
            tool["title"].as_str().expect("a title")
        ));
        tool["name"] = json!(own);
    }
    let mut bytes = component(package);
    for (name, data) in [
        ("okta:plugin/manifest", manifest.into_bytes()),
        ("okta:plugin/tools", tools.to_string().into_bytes()),
        (
            "okta:plugin/build",
            serde_json::to_vec(parsed.build_record()).expect("JSON"),
        ),
    ] {
        let section = CustomSection {
            name: name.into(),
            data: data.into(),
        };
        bytes.push(section.id());
        section.encode(&mut bytes);
    }
    (name, bytes)
}

/// A word for each number: names that differ by one letter are asked about.
fn word(n: usize) -> String {
    let letters = b"bcdfghjklmnpqrstvwxz";
    let mut rest = n.wrapping_add(1).wrapping_mul(0x9E37_79B9) & 0xFFFF_FFFF;
    (0..6)
        .map(|_| {
            let letter = letters[rest % letters.len()];
            rest /= letters.len();
            char::from(letter)
        })
        .collect()
}

/// The package without the sections that make it one.
fn component(package: &[u8]) -> Vec<u8> {
    let mut bytes = package[..8].to_vec();
    let mut at = 8;
    while at < package.len() {
        let start = at;
        at += 1;
        let size = number(package, &mut at);
        let mut inside = at;
        at += size;
        let ours = package[start] == 0 && {
            let length = number(package, &mut inside);
            package[inside..inside + length].starts_with(b"okta:plugin/")
        };
        if !ours {
            bytes.extend_from_slice(&package[start..at]);
        }
    }
    bytes
}

/// An unsigned LEB128 number.
fn number(bytes: &[u8], at: &mut usize) -> usize {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}

/// Writes a configuration with these packages beside it, each approved.
pub(crate) fn write_config(path: &Path, packages: &[(String, Vec<u8>)]) {
    let file = |name: &str| path.with_file_name(format!("{name}.wasm"));
    let mut plugins = Value::Object(serde_json::Map::new());
    for (name, bytes) in packages {
        std::fs::write(file(name), bytes).expect("a package");
        plugins[name] = json!({"package": file(name)});
    }
    std::fs::write(path, json!({"plugins": plugins}).to_string()).expect("the configuration");
    for (name, _) in packages {
        let approved = Command::new(env!("CARGO_BIN_EXE_okta-mcp"))
            .args(["approve", "--no-cache", "--by", "bench", "--config"])
            .args([path, &file(name)])
            .stdout(Stdio::null())
            .status()
            .expect("the program");
        assert!(approved.success(), "{name} is approved");
    }
}
