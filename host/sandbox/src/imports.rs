//! What a component may import: our two interfaces, the types they share, and nothing else.
//!
//! The one exception is the world `compat`, for languages whose runtime needs WASI: it may import those
//! interfaces of WASI 0.2, too, behind which a guest finds [nothing](crate::wasi). Sockets, HTTP and
//! whatever else WASI has or will have are not among them: what is not on the list is refused.
//!
//! Judged by name, version included, before anything is compiled. That what is imported under these
//! names has the contract's types is the linker's check, later; it knows no other function.

use std::fmt;

use capability::manifest::World;

use crate::outline::Outline;
use crate::package::PackageError;

/// What a plugin may import. `content` holds types only; compilers list it where types come from it.
pub(crate) const ALLOWED: [&str; 3] = [
    "okta:plugin/directory@0.1.0",
    "okta:plugin/host@0.1.0",
    "okta:plugin/content@0.1.0",
];

/// What a plugin of the world `compat` may import besides, at any version of [`WASI_VERSION`].
const WASI: [&str; 20] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// How the version of a [`WASI`] import begins; only a number follows.
const WASI_VERSION: &str = "0.2.";

/// What a plugin must export. Other exports are nobody's business: nobody calls them.
pub(crate) const REQUIRED: &str = "okta:plugin/tools@0.1.0";

/// What a plugin may export besides, for MCP's prompts and resources.
pub(crate) const PROMPTS: &str = "okta:plugin/prompts@0.1.0";
/// As [`PROMPTS`].
pub(crate) const RESOURCES: &str = "okta:plugin/resources@0.1.0";

/// Refuses a component that imports what its world does not hold, or does not export its tools.
pub(crate) fn check(outline: &Outline<'_>, world: World) -> Result<(), PackageError> {
    for import in &outline.imports {
        if !import.is_instance || !holds(world, &import.name) {
            return Err(PackageError::Import {
                name: crate::error::line(&import.name, 120),
                allowed: Allowed(world).to_string(),
            });
        }
    }
    if outline.exports.iter().any(|name| name == REQUIRED) {
        Ok(())
    } else {
        Err(PackageError::NoTools { required: REQUIRED })
    }
}

fn holds(world: World, name: &str) -> bool {
    ALLOWED.contains(&name)
        || match world {
            World::Plugin => false,
            World::Compat => is_wasi(name),
        }
}

/// Whether `name` is one of [`WASI`] at a released version of 0.2.
fn is_wasi(name: &str) -> bool {
    let Some((interface, version)) = name.split_once('@') else {
        return false;
    };
    let patch = version.strip_prefix(WASI_VERSION).unwrap_or_default();
    WASI.contains(&interface)
        && (patch == "0" || !patch.starts_with('0'))
        && (1..=3).contains(&patch.len())
        && patch.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a world holds, for a text.
struct Allowed(World);

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&ALLOWED.join(", "))?;
        match self.0 {
            World::Plugin => f.write_str(
                " (with `world = \"compat\"` in plugin.toml also the WASI of a language runtime, which grants nothing)",
            ),
            World::Compat => write!(f, ", and at {WASI_VERSION}x {}", WASI.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasi_is_a_closed_list_at_a_released_version() {
        for name in [
            "wasi:io/error@0.2.0",
            "wasi:cli/stdout@0.2.12",
            "wasi:random/insecure-seed@0.2.999",
        ] {
            assert!(holds(World::Compat, name), "{name}");
            assert!(!holds(World::Plugin, name), "{name}");
        }
        for name in [
            "wasi:io/error",
            "wasi:io/error@",
            "wasi:io/error@0.2",
            "wasi:io/error@0.2.",
            "wasi:io/error@0.2.00",
            "wasi:io/error@0.2.1000",
            "wasi:io/error@0.2.0-rc-2023-11-10",
            "wasi:io/error@0.2.0+build",
            "wasi:io/error@0.20.1",
            "wasi:io/error@0.3.0",
            "wasi:io/error@1.0.0",
            "wasi:io@0.2.0",
            "wasi:cli/run@0.2.0",
            "wasi:clocks/timezone@0.2.0",
            "wasi:filesystem/types@0.3.0",
            "wasi:sockets/tcp@0.2.0",
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:keyvalue/store@0.2.0",
            "Wasi:io/error@0.2.0",
            "x-wasi:io/error@0.2.0",
        ] {
            assert!(!holds(World::Compat, name), "{name}");
        }
        assert!(ALLOWED.iter().all(|name| holds(World::Compat, name)));
    }
}
