//! What a component may import: our two interfaces, the types they share, and nothing else.
//!
//! Judged by name, version included, before anything is compiled. That what is imported under these
//! names has the contract's types is the linker's check, later; it knows no other function.

use crate::outline::Outline;
use crate::package::PackageError;

/// What a plugin may import. `content` holds types only; compilers list it where types come from it.
pub(crate) const ALLOWED: [&str; 3] = [
    "okta:plugin/directory@0.1.0",
    "okta:plugin/host@0.1.0",
    "okta:plugin/content@0.1.0",
];

/// What a plugin must export. Other exports are nobody's business: nobody calls them.
pub(crate) const REQUIRED: &str = "okta:plugin/tools@0.1.0";

/// Refuses a component that imports anything else, or does not export its tools.
pub(crate) fn check(outline: &Outline<'_>) -> Result<(), PackageError> {
    for import in &outline.imports {
        if !import.is_instance || !ALLOWED.contains(&import.name.as_str()) {
            return Err(PackageError::Import {
                name: crate::error::line(&import.name, 120),
                allowed: ALLOWED.join(", "),
            });
        }
    }
    if outline.exports.iter().any(|name| name == REQUIRED) {
        Ok(())
    } else {
        Err(PackageError::NoTools { required: REQUIRED })
    }
}
