//! What exactly this program is: its version, and the packages that are compiled into it.

use std::fmt::Write as _;

use sandbox::Package;

use crate::builtin;

/// The version, and each built-in plugin with its own and the SHA-256 of its package.
#[must_use]
pub(crate) fn long() -> String {
    let mut text = env!("CARGO_PKG_VERSION").to_owned();
    text.push_str("\n\nbuilt-in plugins:");
    for builtin in builtin::ALL {
        // Writing into a String cannot fail.
        let _ = match Package::built_in(builtin.bytes) {
            Ok(package) => write!(
                text,
                "\n  {:<9} {}  sha256 {}",
                builtin.name,
                package.manifest().version,
                package.digest()
            ),
            Err(error) => write!(text, "\n  {:<9} cannot be read: {error}", builtin.name),
        };
    }
    text
}
