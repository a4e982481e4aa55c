//! From a file to code that runs: what is read is what runs, compiling is bounded, and what was compiled is
//! kept for the next process and never taken from anybody else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers of tests"
)]

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use capability::limits::Limits;
use sandbox::{
    CallError, CodeCache, CodeKey, Engine, EngineOptions, Package, PackageError, TooMuch,
};
use support::Guest;
use support::world::{Prompt, World};

/// A guest that reports this number.
fn reports(number: u32) -> Guest {
    Guest::call(&format!(
        "(call $report (i32.const {number}) (i32.const 0))"
    ))
}

/// What `package` reports in an engine of its own.
async fn runs(package: &Package) -> u32 {
    let engine = Engine::new().unwrap();
    let world = World::new(&engine, package.clone(), Limits::DEFAULT);
    world.report(Prompt::empty()).await.0
}

async fn bytes_of(guest: &Guest) -> Vec<u8> {
    guest.pack(&Engine::new().unwrap()).await.bytes().to_vec()
}

#[tokio::test]
async fn a_file_that_is_swapped_after_it_was_read_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let dir = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
    let (reviewed, hostile) = (bytes_of(&reports(1)).await, bytes_of(&reports(2)).await);
    dir.write("groups.wasm", &reviewed).unwrap();
    let package = Package::read(&dir, "groups.wasm").unwrap();
    let digest = *package.digest();
    // In place, as a whole, and away: between reading and compiling.
    dir.write("groups.wasm", &hostile).unwrap();
    assert_eq!(runs(&package).await, 1);
    dir.write("other.wasm", &hostile).unwrap();
    dir.rename("other.wasm", &dir, "groups.wasm").unwrap();
    assert_eq!(runs(&package).await, 1);
    dir.remove_file("groups.wasm").unwrap();
    assert_eq!(runs(&package).await, 1);
    assert_eq!(package.digest(), &digest);
    // And whoever reads it anew sees other bytes.
    dir.write("groups.wasm", &hostile).unwrap();
    assert_ne!(
        Package::read(&dir, "groups.wasm").unwrap().digest(),
        &digest
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_leads_nowhere_outside_and_what_it_led_to_is_what_runs() {
    let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
    let outside = elsewhere.path().join("groups.wasm");
    std::fs::write(&outside, bytes_of(&reports(1)).await).unwrap();
    std::os::unix::fs::symlink(&outside, place.path().join("out.wasm")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), place.path().join("dir")).unwrap();
    for path in ["out.wasm", "dir/groups.wasm"] {
        let error = Package::read(&dir, path).unwrap_err();
        assert!(matches!(error, PackageError::Unreadable { .. }), "{error}");
    }
    dir.write("one.wasm", bytes_of(&reports(1)).await).unwrap();
    dir.write("two.wasm", bytes_of(&reports(2)).await).unwrap();
    dir.symlink("one.wasm", "groups.wasm").unwrap();
    let package = Package::read(&dir, "groups.wasm").unwrap();
    dir.remove_file("groups.wasm").unwrap();
    dir.symlink("two.wasm", "groups.wasm").unwrap();
    assert_eq!(runs(&package).await, 1);
}

#[test]
fn what_is_no_file_is_not_opened() {
    let place = tempfile::tempdir().unwrap();
    let dir = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
    dir.create_dir("groups.wasm").unwrap();
    let error = Package::read(&dir, "groups.wasm").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the package `groups.wasm`: it is not a file"
    );
}

#[tokio::test]
async fn what_is_too_much_for_the_compiler_is_refused_before_it_is_compiled() {
    let deep = |levels: usize| format!("{}{}", "(component ".repeat(levels), ")".repeat(levels));
    let mut bytes = Guest::trivial().component();
    let bomb = wat::parse_str(deep(9)).unwrap();
    // A section of its own, behind the others.
    bytes.push(4);
    use wasm_encoder::Encode as _;
    bomb.as_slice().encode(&mut bytes);
    let error = sandbox::pack(
        &Engine::new().unwrap(),
        &bytes,
        support::MANIFEST,
        &support::record(),
    )
    .await
    .unwrap_err();
    let sandbox::PackError::Package(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error, PackageError::TooMuch(TooMuch::Nesting(9)));
    assert_eq!(
        error.to_string(),
        "the component has modules that lie 9 deep in components; at most 8 levels are compiled; leave out what the plugin does not use, or make two plugins of it"
    );
}

#[tokio::test]
async fn a_call_gives_up_waiting_for_the_compiler_and_the_compiler_goes_on() {
    let package = Guest::trivial().pack(&Engine::new().unwrap()).await;
    let engine = Engine::with(EngineOptions {
        compile_wait: Duration::ZERO,
        ..EngineOptions::default()
    })
    .unwrap();
    let world = World::new(&engine, package, Limits::DEFAULT);
    let error = world.call(Prompt::empty()).await.unwrap_err();
    assert_eq!(
        error,
        CallError::Compiling {
            waited: Duration::ZERO
        }
    );
    assert_eq!(
        error.to_string(),
        "the plugin is still being compiled after 0 s; that goes on, so try again in a minute, and if it stays so, it is too large for this machine"
    );
    assert!(world.reporter.usage.lock().unwrap().is_empty());
    world.plugin.prepare().await.unwrap();
    assert_eq!(world.report(Prompt::empty()).await, (0, 0));
}

#[tokio::test]
async fn what_is_compiled_ahead_is_what_a_call_finds() {
    let world = World::of(&Guest::trivial()).await;
    world.plugin.prepare_ahead().await.unwrap();
    assert_eq!(world.report(Prompt::empty()).await, (0, 0));
}

/// A cache, and the processes that use it one after the other.
struct Machine {
    place: tempfile::TempDir,
    package: Package,
}

impl Machine {
    async fn new() -> Self {
        Self {
            place: tempfile::tempdir().unwrap(),
            package: reports(7).pack(&Engine::new().unwrap()).await,
        }
    }

    fn dir(&self) -> PathBuf {
        self.place.path().join("code")
    }

    /// A process: it starts, calls the plugin once, and keeps what it compiled.
    async fn process(&self) {
        let cache = CodeCache::open(&self.dir(), CodeKey::new([7; 32]), 1 << 30).unwrap();
        let engine = Engine::with(EngineOptions {
            cache: Some(cache),
            ..EngineOptions::default()
        })
        .unwrap();
        let world = World::new(&engine, self.package.clone(), Limits::DEFAULT);
        assert_eq!(world.report(Prompt::empty()).await, (7, 0));
    }

    fn entry(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(self.dir()).unwrap();
        let entry = entries.next().expect("something is kept").unwrap().path();
        assert!(entries.next().is_none(), "and nothing else");
        entry
    }
}

/// Which file it is, not only what is in it: written anew it is another.
#[cfg(unix)]
fn identity(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).unwrap().ino()
}

#[cfg(unix)]
#[tokio::test]
async fn what_one_process_compiled_the_next_one_loads() {
    let machine = Machine::new().await;
    machine.process().await;
    let (entry, written) = (machine.entry(), identity(&machine.entry()));
    machine.process().await;
    assert_eq!(identity(&entry), written, "it was compiled again");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_damaged_forged_or_cut_short_is_compiled_again_and_the_call_works() {
    let machine = Machine::new().await;
    machine.process().await;
    let entry = machine.entry();
    let whole = std::fs::read(&entry).unwrap();
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    let foreign = whole[48..].to_vec();
    for damage in [
        altered,
        whole[..whole.len() / 2].to_vec(),
        foreign,
        Vec::new(),
    ] {
        std::fs::write(&entry, &damage).unwrap();
        machine.process().await;
        assert_eq!(std::fs::read(&entry).unwrap().len(), whole.len());
        assert_ne!(std::fs::read(&entry).unwrap(), damage);
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_costs_nothing_but_the_cache() {
    let machine = Machine::new().await;
    let cache = CodeCache::open(&machine.dir(), CodeKey::new([7; 32]), 1 << 30).unwrap();
    std::fs::remove_dir(machine.dir()).unwrap();
    let engine = Engine::with(EngineOptions {
        cache: Some(cache),
        ..EngineOptions::default()
    })
    .unwrap();
    let world = World::new(&engine, machine.package.clone(), Limits::DEFAULT);
    for _ in 0..2 {
        assert_eq!(world.report(Prompt::empty()).await, (7, 0));
    }
}

#[test]
fn compiled_code_is_no_package_whatever_it_is_called() {
    // An ELF file, as wasmtime's compiled code is one.
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(4_096, 0);
    assert!(matches!(
        Package::parse(elf),
        Err(PackageError::Malformed(_))
    ));
}
