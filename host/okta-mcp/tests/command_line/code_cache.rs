//! What is kept of a compiler's work between two runs, where, and what becomes of it when somebody meddles.

use std::path::{Path, PathBuf};

use crate::support::{Ended, Home, Simulator};

/// A user with a home of his own, and an org.
struct User {
    home: Home,
    simulator: Simulator,
}

impl User {
    async fn new() -> Self {
        let home = Home::new();
        let simulator = Simulator::start(&home).await;
        Self { home, simulator }
    }

    /// One run of the program that calls a tool; it answers, whatever is in the cache.
    async fn calls(&self, more: &[&str]) -> Ended {
        let arguments = ["call", "list_groups", "{\"limit\": 1}", "--json"];
        let mut command = self.home.command(arguments.iter().chain(more));
        self.simulator.configure(&mut command);
        let ended = Ended::of(command).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stdout.contains("\"returned\":1"), "{}", ended.stdout);
        ended
    }

    fn cache(&self) -> PathBuf {
        self.home.path().join(".cache/okta-mcp/code")
    }

    fn key(&self) -> PathBuf {
        self.home.path().join(".local/state/okta-mcp/code.key")
    }

    /// The one file of compiled code.
    fn entry(&self) -> PathBuf {
        let files = files(&self.cache());
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Which file it is: written anew it is another.
#[cfg(unix)]
fn identity(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).unwrap().ino()
}

#[cfg(unix)]
#[tokio::test]
async fn compiled_code_is_kept_for_its_owner_alone_and_found_by_the_next_run() {
    let user = User::new().await;
    let first = user.calls(&[]).await;
    assert_eq!(first.stderr, "");
    let written = identity(&user.entry());
    assert_eq!((mode(&user.cache()), mode(&user.key())), (0o700, 0o600));
    let second = user.calls(&[]).await;
    assert_eq!(
        (second.stderr.as_str(), &second.stdout),
        ("", &first.stdout)
    );
    assert_eq!(identity(&user.entry()), written, "it was compiled again");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_somebody_changed_is_said_and_compiled_again() {
    let user = User::new().await;
    user.calls(&[]).await;
    let whole = std::fs::read(user.entry()).unwrap();
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    std::fs::write(user.entry(), altered).unwrap();
    let told = user.calls(&[]).await.stderr;
    assert!(told.contains("is not as it was written"), "{told}");
    assert_eq!(user.calls(&[]).await.stderr, "", "it is whole again");
    // Another machine's: it has another key.
    let before = identity(&user.entry());
    std::fs::remove_file(user.key()).unwrap();
    let told = user.calls(&[]).await.stderr;
    assert!(told.contains("is not as it was written"), "{told}");
    assert_ne!(identity(&user.entry()), before);
}

#[cfg(unix)]
#[tokio::test]
async fn a_place_that_others_can_enter_is_not_used_and_the_call_works() {
    let user = User::new().await;
    user.calls(&[]).await;
    set_mode(&user.cache(), 0o755);
    let told = user.calls(&[]).await.stderr;
    assert!(
        told.contains("others may enter the directory (mode 755); `chmod 700` it"),
        "{told}"
    );
    set_mode(&user.cache(), 0o700);
    set_mode(&user.key(), 0o644);
    let told = user.calls(&[]).await.stderr;
    assert!(
        told.contains("others may read or write it (mode 644)"),
        "{told}"
    );
}

#[tokio::test]
async fn nothing_is_kept_where_nothing_shall_be() {
    let user = User::new().await;
    user.calls(&["--no-cache"]).await;
    assert!(files(&user.cache()).is_empty());
    let config = user
        .home
        .write("settings.json", "{\"sandbox\": {\"cacheDir\": \"here\"}}");
    user.calls(&["--config", config.to_str().unwrap()]).await;
    assert!(files(&user.cache()).is_empty());
    assert_eq!(files(&user.home.path().join("here")).len(), 1);
}

/// The program in a mount namespace of its own, where a small file system lies over the cache's directory.
/// `prepare` is what a shell does there first. Only root may; elsewhere nothing is tried.
#[cfg(target_os = "linux")]
async fn over_a_small_file_system(user: &User, prepare: &str) -> Option<Ended> {
    use std::os::unix::fs::MetadataExt as _;
    let may = std::fs::metadata(user.home.path()).unwrap().uid() == 0;
    if !may && std::env::var_os("OKTA_MCP_NEEDS_MOUNTS").is_none() {
        eprintln!("only root can mount file systems: not tried");
        return None;
    }
    std::fs::create_dir_all(user.cache()).unwrap();
    let inner = user
        .home
        .command(["call", "list_groups", "{\"limit\": 1}", "--log", "info"]);
    let inner = inner.as_std();
    let mut command = tokio::process::Command::new("unshare");
    command
        .args(["--mount", "--", "sh", "-e", "-c"])
        .arg(format!(
            "dir=$1; shift
             mount -t tmpfs -o size=64k,mode=700 none \"$dir\"
             {prepare}
             code=0; \"$@\" || code=$?
             ls -A \"$dir\" | grep -v filler >&2 || true
             exit $code"
        ))
        .arg("sh")
        .arg(user.cache())
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear()
        .envs(
            inner
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true);
    user.simulator.configure(&mut command);
    Some(Ended::of(command).await)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_or_read_only_disk_costs_the_cache_and_not_the_call() {
    let user = User::new().await;
    for (prepare, told) in [
        // Compiled code has some hundred kilobytes: it does not fit, whether some space is left or none.
        ("", "compiled code is not kept: No space left on device"),
        (
            "dd if=/dev/zero of=\"$dir/filler\" 2>/dev/null || true",
            "compiled code is not kept: No space left on device",
        ),
        (
            "mount -o remount,ro \"$dir\"",
            "compiled code is not kept: Read-only file system",
        ),
    ] {
        let Some(ended) = over_a_small_file_system(&user, prepare).await else {
            return;
        };
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
        assert!(ended.stdout.contains("name"), "{}", ended.stdout);
        // No half of an entry stays behind.
        assert!(!ended.stderr.contains(".code"), "{}", ended.stderr);
        assert!(!ended.stderr.contains(".tmp"), "{}", ended.stderr);
    }
}
