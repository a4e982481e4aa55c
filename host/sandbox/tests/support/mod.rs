//! Guests written in WebAssembly text, and a program for them to run in.
//!
//! A guest is a core module that speaks the contract's canonical ABI by hand: enough for an endless
//! loop or a greedy allocation, and free of any toolchain but the test's own.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file is a crate of its own and uses a part of this"
)]

pub mod assemble;
pub mod world;

use std::fmt::Write as _;
use std::path::Path;

use sandbox::{BuildRecord, Engine, Package, pack};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::ComponentEncoder;

pub const MANIFEST: &str = r#"manifest = 1
name = "groups"
version = "0.1.0"
summary = "Find groups and users"

[[endpoint]]
get = "/api/v1/groups"
tools = ["list_groups"]
why = "List groups"
query.limit = { integer = [1, 200] }
fields = ["id"]

[[endpoint]]
get = "/api/v1/users"
tools = ["list_users"]
why = "List users"
fields = ["id"]
"#;

/// The pieces of a guest that differ from test to test, as WebAssembly text.
#[derive(Clone)]
pub struct Guest {
    /// The body of `call`: ten `i32` parameters, the answer's address as result.
    pub call: String,
    /// The body of `describe`.
    pub describe: String,
    /// Imports besides the contract's, as module fields.
    pub imports: String,
    /// WIT of what those are of, unless they are of preview 1: a world `guest` and its packages.
    pub wit: Option<String>,
    /// More module fields.
    pub fields: String,
    /// Runs in every `cabi_realloc`.
    pub realloc: String,
    /// Name, title, description, input schema.
    pub tools: Vec<[String; 4]>,
}

impl Guest {
    /// A guest whose `call` has this body.
    pub fn call(body: &str) -> Self {
        let tool = |name: &str| {
            [name, "A title", "A description.", r#"{"type":"object"}"#].map(str::to_owned)
        };
        Self {
            call: body.to_owned(),
            describe: "(call $tools)".to_owned(),
            imports: String::new(),
            wit: None,
            fields: String::new(),
            realloc: String::new(),
            tools: vec![tool("list_groups"), tool("list_users")],
        }
    }

    /// A guest that answers `{"a":"000","b":"000"}`.
    pub fn trivial() -> Self {
        Self::call("(call $report (i32.const 0) (i32.const 0))")
    }

    pub fn fields(mut self, fields: &str) -> Self {
        self.fields.push_str(fields);
        self
    }

    pub fn imports(mut self, imports: &str) -> Self {
        self.imports.push_str(imports);
        self
    }

    pub fn wit(mut self, wit: &str) -> Self {
        self.wit = Some(wit.to_owned());
        self
    }

    pub fn describe(mut self, body: &str) -> Self {
        self.describe = body.to_owned();
        self
    }

    pub fn realloc(mut self, body: &str) -> Self {
        self.realloc = body.to_owned();
        self
    }

    /// The core module, with the contract's metadata.
    pub fn module(&self) -> Vec<u8> {
        assemble::module(&self.text(), self.wit.as_deref())
    }

    /// The component, without any section of a package's. Preview 1 is adapted as toolchains do it.
    pub fn component(&self) -> Vec<u8> {
        let mut encoder = ComponentEncoder::default()
            .validate(true)
            .module(&self.module())
            .unwrap();
        if self.imports.contains(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME) {
            let (name, adapter) = (
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            );
            encoder = encoder.adapter(name, adapter).unwrap();
        }
        encoder.encode().unwrap()
    }

    pub async fn pack(&self, engine: &Engine) -> Package {
        let bytes = pack(engine, &self.module(), MANIFEST, &record())
            .await
            .unwrap();
        Package::parse(bytes).unwrap()
    }

    fn text(&self) -> String {
        // Texts from 16 KiB on, tool records of 44 bytes from 12 KiB on.
        let (mut texts, mut records) = (Data::at(16 << 10), Data::at(12 << 10));
        for tool in &self.tools {
            for text in tool {
                let at = texts.push(text.as_bytes());
                records.push(&at.to_le_bytes());
                records.push(&(text.len() as u32).to_le_bytes());
            }
            records.push(&[0; 12]);
        }
        PRELUDE
            .replace("%CALL%", &self.call)
            .replace("%DESCRIBE%", &self.describe)
            .replace("%REALLOC%", &self.realloc)
            .replace("%IMPORTS%", &self.imports)
            .replace("%FIELDS%", &self.fields)
            .replace("%COUNT%", &self.tools.len().to_string())
            .replace("%DATA%", &format!("{}\n{}", texts.text(), records.text()))
    }
}

/// The probe, a guest that a real compiler made of the real SDK; none where it is not built.
/// `SANDBOX_PROBE` names a core module or a package to take instead.
pub async fn probe(engine: &Engine) -> Option<Package> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/probe");
    let path = std::env::var_os("SANDBOX_PROBE").map_or(home.join("probe.wasm"), Into::into);
    let bytes = std::fs::read(path).unwrap_or_default();
    if bytes.is_empty() {
        eprintln!("the probe is not built");
        return None;
    }
    if let Ok(package) = Package::parse(bytes.as_slice()) {
        return Some(package);
    }
    let manifest = std::fs::read_to_string(home.join("plugin.toml")).unwrap();
    let packed = pack(engine, &bytes, &manifest, &record()).await.unwrap();
    Some(Package::parse(packed).unwrap())
}

pub fn record() -> BuildRecord {
    BuildRecord {
        toolchain: "wat".to_owned(),
        sources: "0".repeat(64),
    }
}

struct Data {
    base: u32,
    bytes: Vec<u8>,
}

impl Data {
    fn at(base: u32) -> Self {
        Self {
            base,
            bytes: Vec::new(),
        }
    }

    fn push(&mut self, bytes: &[u8]) -> u32 {
        let at = self.base + self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        at
    }

    fn text(&self) -> String {
        let mut text = format!("(data (i32.const {}) \"", self.base);
        for byte in &self.bytes {
            write!(text, "\\{byte:02x}").unwrap();
        }
        text + "\")"
    }
}

/// Addresses: answers at 1024, the endpoints' names at 2048, the report at 2304, answers of imports at
/// 4096, requests of `get-all` at 5120; the heap begins at 64 KiB.
const PRELUDE: &str = r#"(module
  (import "okta:plugin/directory@0.1.0" "get"
    (func $get (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "okta:plugin/directory@0.1.0" "get-all" (func $get_all (param i32 i32 i32)))
  (import "okta:plugin/host@0.1.0" "log" (func $log (param i32 i32 i32)))
  (import "okta:plugin/host@0.1.0" "progress" (func $progress (param i32 i32 i32 i32 i32)))
  (import "okta:plugin/host@0.1.0" "now" (func $now (result i64)))
  %IMPORTS%
  (memory (export "memory") 4)
  (global $heap (mut i32) (i32.const 65536))
  (global $counter (mut i32) (i32.const 0))
  (data (i32.const 2048) "/api/v1/groups")
  (data (i32.const 2112) "/api/v1/users")
  (data (i32.const 2304) "{\"a\":\"000\",\"b\":\"000\"}")
  (data (i32.const 2400) "one line\nof a log")
  %DATA%

  (func (export "cabi_realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32)
    (result i32) (local $at i32)
    %REALLOC%
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get $size)))
    (if (i32.gt_u (global.get $heap) (i32.shl (memory.size) (i32.const 16)))
      (then (drop (memory.grow
        (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1))))))
    (local.get $at))

  ;; ok(done({ structured: some(text), content: [] }))
  (func $done (param $at i32) (param $size i32) (result i32)
    (i32.store8 (i32.const 1024) (i32.const 0))
    (i32.store8 (i32.const 1028) (i32.const 0))
    (i32.store8 (i32.const 1032) (i32.const 1))
    (i32.store (i32.const 1036) (local.get $at))
    (i32.store (i32.const 1040) (local.get $size))
    (i32.store (i32.const 1044) (i32.const 0))
    (i32.store (i32.const 1048) (i32.const 0))
    (i32.const 1024))

  ;; err(tool-error of this case with this text)
  (func $fail (param $case i32) (param $at i32) (param $size i32) (result i32)
    (i32.store8 (i32.const 1024) (i32.const 1))
    (i32.store8 (i32.const 1028) (local.get $case))
    (i32.store (i32.const 1032) (local.get $at))
    (i32.store (i32.const 1036) (local.get $size))
    (i32.const 1024))

  (func $decimal (param $at i32) (param $n i32)
    (i32.store8 (local.get $at)
      (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $n) (i32.const 100)) (i32.const 10))))
    (i32.store8 offset=1 (local.get $at)
      (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $n) (i32.const 10)) (i32.const 10))))
    (i32.store8 offset=2 (local.get $at)
      (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10)))))

  (func $report (param $a i32) (param $b i32) (result i32)
    (call $decimal (i32.const 2310) (local.get $a))
    (call $decimal (i32.const 2320) (local.get $b))
    (call $done (i32.const 2304) (i32.const 21)))

  (func $get_groups
    (call $get (i32.const 2048) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096)))

  (func $get_users
    (call $get (i32.const 2112) (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096)))

  ;; 0 for a page, 1 and the error's number otherwise
  (func $outcome (result i32)
    (call $report (i32.load8_u (i32.const 4096))
      (i32.mul (i32.load8_u (i32.const 4096)) (i32.load8_u (i32.const 4100)))))

  ;; Gets the groups n times at once and reports how many pages came, and the last one's error.
  (func $get_groups_at_once (param $n i32) (result i32)
    (local $i i32) (local $at i32) (local $pages i32) (local $error i32)
    (local.set $at (i32.const 5120))
    (loop $more
      (i32.store (local.get $at) (i32.const 2048))
      (i32.store offset=4 (local.get $at) (i32.const 14))
      (local.set $at (i32.add (local.get $at) (i32.const 36)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (local.get $n))))
    (call $get_all (i32.const 5120) (local.get $n) (i32.const 4096))
    (local.set $at (i32.load (i32.const 4096)))
    (local.set $i (i32.const 0))
    (loop $more
      (if (i32.load8_u (local.get $at))
        (then (local.set $error (i32.load8_u offset=4 (local.get $at))))
        (else (local.set $pages (i32.add (local.get $pages) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 40)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.load (i32.const 4100)))))
    (call $report (local.get $pages) (local.get $error)))

  (func $tools (result i32)
    (i32.store (i32.const 1024) (i32.const 12288))
    (i32.store (i32.const 1028) (i32.const %COUNT%))
    (i32.const 1024))

  (func $spin (loop (br 0)))

  %FIELDS%

  (func (export "okta:plugin/tools@0.1.0#describe") (result i32) %DESCRIBE%)
  (func (export "okta:plugin/tools@0.1.0#call")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    %CALL%)
)"#;
