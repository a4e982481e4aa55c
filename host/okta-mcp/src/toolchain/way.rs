//! The three ways to a standard library for WebAssembly, and the choice between them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target: WebAssembly with nothing around it, so that nothing but our interfaces is imported.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// A way to compile a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The toolchain's own std for the target (`rustup target add`).
    Installed {
        /// `rustc --version`.
        version: String,
    },
    /// std built from the toolchain's own sources (`rustup component add rust-src`).
    RustSrc {
        /// `rustc --version`.
        version: String,
    },
    /// The distribution's pair of compiler and sources, which always fit each other.
    Debian {
        /// `rustc --version` of the distribution's compiler.
        version: String,
        /// The linker.
        linker: PathBuf,
    },
}

/// Which ways may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Wish {
    /// The first that is there.
    #[default]
    Auto,
    /// Only the toolchain's own std.
    Installed,
    /// Only std from the toolchain's sources.
    RustSrc,
    /// Only the distribution's pair.
    Debian,
}

/// Nothing here compiles for WebAssembly.
#[derive(Debug, thiserror::Error)]
pub enum WayError {
    /// No way, and how to get one.
    #[error(
        "nothing here compiles for {TARGET}; any of these brings it: `rustup target add {TARGET}`, \
         `rustup component add rust-src`, or on Debian `apt-get install rustc-web cargo-web rust-web-src` (--install does it)"
    )]
    None,
    /// The distribution's packages could not be installed.
    #[error(
        "the Debian packages rustc-web, cargo-web and rust-web-src could not be installed; apt-get has printed why"
    )]
    Install,
}

/// What a package records.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed { version } => write!(f, "{version}, installed std"),
            Self::RustSrc { version } => write!(f, "{version}, std from rust-src"),
            Self::Debian { version, .. } => write!(f, "{version}, std from rust-web-src"),
        }
    }
}

impl Way {
    /// The first way that `wish` allows and this machine has; installs the distribution's pair when
    /// `install` says so and nothing else is there.
    ///
    /// # Errors
    /// [`WayError`], which says what to install.
    pub fn choose(wish: Wish, install: bool) -> Result<Self, WayError> {
        let allowed = |way: Wish| wish == Wish::Auto || wish == way;
        let version = || print(rustc().arg("--version"));
        if allowed(Wish::Installed)
            && has_std()
            && let Some(version) = version()
        {
            return Ok(Self::Installed { version });
        }
        if allowed(Wish::RustSrc)
            && sysroot().is_some_and(|root| has_sources(&root))
            && let Some(version) = version()
        {
            return Ok(Self::RustSrc { version });
        }
        if allowed(Wish::Debian) {
            if let Some(way) = debian() {
                return Ok(way);
            }
            if install {
                install_debian()?;
                return debian().ok_or(WayError::Install);
            }
        }
        Err(WayError::None)
    }

    /// A cargo command of this way, without arguments.
    pub(super) fn cargo(&self) -> Command {
        match self {
            Self::Installed { .. } => {
                Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            }
            Self::RustSrc { .. } => {
                let mut cargo =
                    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
                cargo.env("RUSTC_BOOTSTRAP", "1");
                cargo
            }
            Self::Debian { linker, .. } => {
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo
                    .env("PATH", "/usr/bin:/bin")
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .env_remove("RUSTUP_TOOLCHAIN");
                cargo
            }
        }
    }

    /// Whether std has to be built along with the guest.
    pub(super) fn builds_std(&self) -> bool {
        !matches!(self, Self::Installed { .. })
    }

    /// Where its compiler lies, for remapping paths.
    pub(super) fn sysroot(&self) -> Option<PathBuf> {
        match self {
            Self::Debian { .. } => Some(PathBuf::from("/usr")),
            _ => sysroot(),
        }
    }
}

fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

fn print(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn sysroot() -> Option<PathBuf> {
    print(rustc().args(["--print", "sysroot"])).map(PathBuf::from)
}

fn has_std() -> bool {
    let Some(dir) = print(rustc().args(["--print", "target-libdir", "--target", TARGET])) else {
        return false;
    };
    std::fs::read_dir(dir).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn has_sources(sysroot: &Path) -> bool {
    sysroot
        .join("lib/rustlib/src/rust/library/std/Cargo.toml")
        .is_file()
}

fn debian() -> Option<Way> {
    if !has_sources(Path::new("/usr")) {
        return None;
    }
    let version = print(
        Command::new("/usr/bin/rustc")
            .arg("--version")
            .env_remove("RUSTUP_TOOLCHAIN"),
    )?;
    Some(Way::Debian {
        version,
        linker: linker()?,
    })
}

/// rust-lld of the active toolchain, or the distribution's.
fn linker() -> Option<PathBuf> {
    let own = sysroot().and_then(|root| {
        let host = print(rustc().arg("-vV"))?;
        let host = host
            .lines()
            .find_map(|line| line.strip_prefix("host: "))?
            .to_owned();
        Some(root.join("lib/rustlib").join(host).join("bin/rust-lld"))
    });
    let path = std::env::var_os("PATH").unwrap_or_default();
    own.into_iter()
        .chain(std::env::split_paths(&path).map(|dir| dir.join("wasm-ld")))
        .find(|candidate| candidate.is_file())
}

fn install_debian() -> Result<(), WayError> {
    let apt = |arguments: &[&str]| {
        Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            // stdout is for the answer; what apt-get says goes where the log goes.
            .stdout(std::process::Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let done = apt(&["update"])
        && apt(&[
            "install",
            "-y",
            "--no-install-recommends",
            "rustc-web",
            "cargo-web",
            "rust-web-src",
        ]);
    if done { Ok(()) } else { Err(WayError::Install) }
}
