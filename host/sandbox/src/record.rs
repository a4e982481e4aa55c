//! Where a package's component came from.

use serde::{Deserialize, Serialize};

use capability::text::is_hidden;

/// What a component was built with and from. A claim of whoever packed it; it grants nothing, and
/// serves to tell a package that is older than its sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildRecord {
    /// The compiler and its target, such as `rustc 1.95.0 target wasm32-unknown-unknown`: one line of
    /// 1 to 200 characters.
    pub toolchain: String,
    /// SHA-256 of the sources, 64 lower-case hex digits.
    pub sources: String,
}

/// Why a build record is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("it is not the JSON that this program writes ({0})")]
    Json(String),
    #[error("`toolchain` must be one line of 1 to 200 characters")]
    Toolchain,
    #[error("`sources` must be a SHA-256 in 64 lower-case hex digits")]
    Sources,
}

impl BuildRecord {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_slice(bytes)
            .map_err(|error| RecordError::Json(crate::error::line(&error.to_string(), 200)))?;
        record.check()?;
        Ok(record)
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        let length = self.toolchain.chars().count();
        if !(1..=200).contains(&length) || self.toolchain.contains(is_hidden) {
            return Err(RecordError::Toolchain);
        }
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if self.sources.len() != 64 || !self.sources.bytes().all(hex) {
            return Err(RecordError::Sources);
        }
        Ok(())
    }
}
