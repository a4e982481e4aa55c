//! The five packages that are part of the program.
//!
//! They are committed and embedded, so that the program builds with a plain Rust toolchain and a desktop
//! client needs one file. CI rebuilds them from `plugins/` and compares.

/// A package that is compiled into the program.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// The plugin's name, as its manifest has it.
    pub name: &'static str,
    /// The package file.
    pub bytes: &'static [u8],
}

/// All of them, in the order in which a person meets them.
pub const ALL: [Builtin; 5] = [
    Builtin {
        name: "users",
        bytes: include_bytes!("../../../plugins/users/users.wasm"),
    },
    Builtin {
        name: "groups",
        bytes: include_bytes!("../../../plugins/groups/groups.wasm"),
    },
    Builtin {
        name: "apps",
        bytes: include_bytes!("../../../plugins/apps/apps.wasm"),
    },
    Builtin {
        name: "factors",
        bytes: include_bytes!("../../../plugins/factors/factors.wasm"),
    },
    Builtin {
        name: "policies",
        bytes: include_bytes!("../../../plugins/policies/policies.wasm"),
    },
];
