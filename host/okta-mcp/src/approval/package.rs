//! Who signed a package: `NAME.wasm.minisig` beside it, as `minisign -Sm NAME.wasm` makes it.
//!
//! A signature is no approval: what may run is what `plugins.lock` says, by its bytes. It tells a reviewer whose
//! package it is, and a comparison that it is somebody else's than before. Only keys that the operator names
//! (`packageKeys`) count; a signature by another key proves nothing, and one that does not fit is an error.

use std::path::Path;

use sandbox::Package;
use schemars::JsonSchema;
use serde::Serialize;

use super::file::{beside, signature_of};
use super::signature::{SignatureError, TrustedKeys, Verified};

/// Who signed a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "is")]
#[schemars(deny_unknown_fields)]
pub enum Signature {
    /// Nobody.
    #[default]
    None,
    /// A key that the settings do not name: whether it fits is not known.
    Unknown {
        /// The id that the signature claims.
        key: String,
    },
    /// A key that the settings name, and it fits.
    By {
        /// The key's id, as `minisign` shows it.
        key: String,
        /// What was signed along: `minisign`'s trusted comment.
        comment: String,
    },
}

/// A signature that cannot be taken for one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageSignatureError {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// It is not one of minisign's.
    #[error("{path} is not a signature of minisign's (0.10 or newer): {why}")]
    Malformed {
        /// The signature's file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// It does not fit the package.
    #[error(
        "{path}, by the key {key}, does not fit the package: the one or the other was changed afterwards; get both anew from whoever signed them"
    )]
    Wrong {
        /// The signature's file.
        path: String,
        /// The key.
        key: String,
    },
}

impl Signature {
    /// Who signed `package`, which was read from `file`.
    ///
    /// # Errors
    /// [`PackageSignatureError`].
    pub fn of(
        package: &Package,
        file: &Path,
        keys: &TrustedKeys,
    ) -> Result<Self, PackageSignatureError> {
        let path = || beside(file).display().to_string();
        let signature = signature_of(file)
            .map_err(|error| PackageSignatureError::Unreadable(error.to_string()))?;
        match keys.verify(package.bytes(), signature.as_deref()) {
            Ok(Verified { key, comment }) => Ok(Self::By { key, comment }),
            Err(SignatureError::Missing) => Ok(Self::None),
            Err(SignatureError::Stranger { found, .. }) => Ok(Self::Unknown { key: found }),
            Err(SignatureError::Malformed(why)) => {
                Err(PackageSignatureError::Malformed { path: path(), why })
            }
            Err(SignatureError::Wrong(key)) => {
                Err(PackageSignatureError::Wrong { path: path(), key })
            }
        }
    }

    /// The id of the key, where it is known to fit.
    #[must_use]
    pub fn signer(&self) -> Option<&str> {
        match self {
            Self::By { key, .. } => Some(key),
            Self::None | Self::Unknown { .. } => None,
        }
    }

    /// For a reader.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::None => "not signed".to_owned(),
            Self::Unknown { key } => {
                format!(
                    "not known: there is a signature by the key {key}, which packageKeys does not name"
                )
            }
            Self::By { key, comment } => format!("the key {key}: {comment}"),
        }
    }
}
