use super::*;

const MIB: u64 = 1 << 20;

/// A cache in a directory of its own, an engine, and a component that is known by the answer of its compiler.
struct Bench {
    place: tempfile::TempDir,
    engine: Engine,
}

impl Bench {
    fn new() -> Self {
        Self {
            place: tempfile::tempdir().unwrap(),
            engine: Engine::default(),
        }
    }

    fn cache(&self) -> CodeCache {
        self.cache_of(1, MIB)
    }

    fn cache_of(&self, key: u8, most_bytes: u64) -> CodeCache {
        CodeCache::open(
            &self.place.path().join("code"),
            CodeKey::new([key; 32]),
            most_bytes,
        )
        .unwrap()
    }

    fn component(&self) -> Component {
        let wasm = wat::parse_str("(component (core module (func (export \"f\"))))").unwrap();
        Component::from_binary(&self.engine, &wasm).unwrap()
    }

    fn store(&self, package: &Digest) {
        self.cache().store(&self.engine, package, &self.component());
    }

    fn loads(&self, package: &Digest) -> bool {
        self.cache().load(&self.engine, package).is_some()
    }

    fn files(&self) -> Vec<std::path::PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(self.place.path().join("code"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }
}

fn package(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

#[test]
fn what_was_kept_is_found_again_under_its_digest_and_no_other() {
    let bench = Bench::new();
    assert!(!bench.loads(&package("a")));
    bench.store(&package("a"));
    assert!(bench.loads(&package("a")));
    assert!(!bench.loads(&package("b")));
    assert_eq!(bench.files().len(), 1, "and nothing is left beside it");
}

#[test]
fn an_altered_byte_anywhere_makes_it_no_entry() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let path = bench.files().remove(0);
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        std::fs::write(&path, altered).unwrap();
        assert!(!bench.loads(&package("a")), "byte {at}");
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(bench.loads(&package("a")));
}

#[test]
fn what_is_cut_short_or_longer_is_no_entry() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let path = bench.files().remove(0);
    let whole = std::fs::read(&path).unwrap();
    for length in [0, 1, 15, 16, 47, 48, 49, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(!bench.loads(&package("a")), "{length} bytes");
    }
    std::fs::write(&path, [whole.as_slice(), b"\0"].concat()).unwrap();
    assert!(!bench.loads(&package("a")));
}

#[test]
fn an_entry_of_another_package_is_none_under_this_name() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let file_of = |name| {
        let label = Label::of(&bench.engine, &package(name));
        bench.place.path().join("code").join(label.file_name())
    };
    std::fs::copy(file_of("a"), file_of("b")).unwrap();
    assert!(!bench.loads(&package("b")));
}

#[test]
fn what_another_machine_wrote_is_no_entry() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let other = bench.cache_of(2, MIB);
    assert!(other.load(&bench.engine, &package("a")).is_none());
}

#[test]
fn what_an_engine_of_other_settings_wrote_is_not_looked_at() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let mut config = wasmtime::Config::new();
    config.epoch_interruption(true);
    let other = Engine::new(&config).unwrap();
    assert!(bench.cache().load(&other, &package("a")).is_none());
    // Nor is it one under the other's name.
    let (own, name) = (
        bench.files().remove(0),
        Label::of(&other, &package("a")).file_name(),
    );
    std::fs::copy(&own, own.with_file_name(name)).unwrap();
    assert!(bench.cache().load(&other, &package("a")).is_none());
}

#[test]
fn compiled_code_that_somebody_hands_over_is_never_loaded() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let path = bench.files().remove(0);
    // As wasmtime writes it, and with a head that looks right.
    let foreign = bench.component().serialize().unwrap();
    std::fs::write(&path, &foreign).unwrap();
    assert!(!bench.loads(&package("a")));
    let mut dressed = b"okta-mcp code 1\n".to_vec();
    dressed.extend_from_slice(&[0; 32]);
    dressed.extend_from_slice(&foreign);
    std::fs::write(&path, dressed).unwrap();
    assert!(!bench.loads(&package("a")));
}

#[test]
fn what_is_no_entry_is_written_over() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let path = bench.files().remove(0);
    std::fs::write(&path, "nonsense").unwrap();
    assert!(!bench.loads(&package("a")));
    bench.store(&package("a"));
    assert!(bench.loads(&package("a")));
}

#[test]
fn the_cache_stays_within_its_size_and_keeps_what_was_used_last() {
    let bench = Bench::new();
    bench.store(&package("old"));
    let size = std::fs::metadata(bench.files().remove(0)).unwrap().len();
    let age = |name, days: u64| {
        let label = Label::of(&bench.engine, &package(name));
        let path = bench.place.path().join("code").join(label.file_name());
        let file = std::fs::File::open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(days * 86_400))
            .unwrap();
    };
    bench.store(&package("older"));
    age("older", 30);
    age("old", 20);
    // Its use counts.
    assert!(bench.loads(&package("older")));
    let small = bench.cache_of(1, 2 * size + size / 2);
    small.store(&bench.engine, &package("new"), &bench.component());
    assert_eq!(bench.files().len(), 2);
    assert!(bench.loads(&package("older")) && bench.loads(&package("new")));
    assert!(!bench.loads(&package("old")));
    // What is larger than the whole is not kept, and drives nothing out.
    let tiny = bench.cache_of(1, size - 1);
    assert!(
        tiny.write(&bench.engine, &package("huge"), &bench.component())
            .is_err()
    );
    assert_eq!(bench.files().len(), 2);
}

#[test]
fn other_files_in_the_directory_are_left_alone() {
    let bench = Bench::new();
    bench.store(&package("a"));
    let note = bench.place.path().join("code/README");
    std::fs::write(&note, "somebody's").unwrap();
    bench
        .cache_of(1, 0)
        .store(&bench.engine, &package("b"), &bench.component());
    assert_eq!(bench.files(), [note]);
}

#[cfg(unix)]
#[test]
fn the_directory_is_made_for_its_owner_alone_and_no_other_is_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new();
    let path = bench.place.path().join("code");
    let mode = |mode| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        CodeCache::open(&path, CodeKey::new([1; 32]), MIB)
    };
    bench.cache();
    let made = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(made & 0o777, 0o700);
    for open in [0o701, 0o750, 0o777] {
        let error = mode(open).unwrap_err();
        assert!(matches!(error, CacheError::Mode(m) if m == open), "{error}");
        assert!(error.to_string().contains("chmod 700"));
    }
    assert!(mode(0o700).is_ok());
}

#[test]
fn a_place_that_is_no_directory_is_an_error_and_not_a_panic() {
    let bench = Bench::new();
    let file = bench.place.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = CodeCache::open(&path, CodeKey::new([1; 32]), MIB).unwrap_err();
        assert!(matches!(error, CacheError::Directory(_)), "{error}");
    }
}

#[test]
fn a_directory_that_vanished_costs_the_cache_and_nothing_else() {
    let bench = Bench::new();
    let cache = bench.cache();
    std::fs::remove_dir(bench.place.path().join("code")).unwrap();
    cache.store(&bench.engine, &package("a"), &bench.component());
    assert!(cache.load(&bench.engine, &package("a")).is_none());
}

#[test]
fn the_key_is_not_shown() {
    let shown = format!("{:?}", CodeKey::new([0xab; 32]));
    assert_eq!(shown, "CodeKey([redacted])");
}
