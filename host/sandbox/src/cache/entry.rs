//! One entry: compiled code, and the proof that this program wrote it on this machine for this package.
//!
//! A head of fixed length, then the code. The head is a line that says what the file is, and an
//! HMAC-SHA256 over the [label](Label) and the code.

use std::fmt;
use std::hash::{Hash as _, Hasher};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;

use super::SUFFIX;
use crate::digest::Digest;

/// What a file of this format begins with; another format has another number.
const MAGIC: &[u8; 16] = b"okta-mcp code 1\n";
/// Bytes of the MAC.
const MAC: usize = 32;
/// Bytes before the code.
const HEAD: usize = MAGIC.len() + MAC;

/// The key that entries are authenticated with: 32 random bytes that stay on this machine.
#[derive(Clone)]
pub struct CodeKey([u8; 32]);

/// What an entry is of.
pub(super) struct Label {
    package: Digest,
    engine: [u8; 32],
}

/// A whole entry whose MAC was right. Only [`open`] makes one.
pub(super) struct Authentic(Vec<u8>);

impl CodeKey {
    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn mac(&self, label: &Label, code: &[u8]) -> Option<Hmac<Sha256>> {
        // A key of any length is one; there is no error to be met.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        // All but the last have a fixed length: no two labels and codes run into the same bytes.
        mac.update(MAGIC);
        mac.update(label.package.as_bytes());
        mac.update(&label.engine);
        mac.update(code);
        Some(mac)
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey([redacted])")
    }
}

impl Label {
    /// The package with this digest, compiled by an engine of these settings and this version for this
    /// processor and operating system.
    pub(super) fn of(engine: &Engine, package: &Digest) -> Self {
        let mut hash = Hash256(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hash);
        std::env::consts::ARCH.hash(&mut hash);
        std::env::consts::OS.hash(&mut hash);
        Self {
            package: *package,
            engine: hash.0.finalize().into(),
        }
    }

    /// The name of its file: for finding it, and proof of nothing.
    pub(super) fn file_name(&self) -> String {
        let engine: String = self
            .engine
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{}-{engine}{SUFFIX}", self.package)
    }
}

/// The head of an entry.
pub(super) fn seal(key: &CodeKey, label: &Label, code: &[u8]) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    if let Some(mac) = key.mac(label, code) {
        head.extend_from_slice(&mac.finalize().into_bytes());
    }
    head
}

/// The entry, if this key sealed exactly these bytes under this label.
pub(super) fn open(key: &CodeKey, label: &Label, entry: Vec<u8>) -> Option<Authentic> {
    let (head, code) = entry.split_at_checked(HEAD)?;
    let (magic, mac) = head.split_at_checked(MAGIC.len())?;
    if magic != MAGIC {
        return None;
    }
    // In constant time.
    key.mac(label, code)?.verify_slice(mac).ok()?;
    Some(Authentic(entry))
}

impl Authentic {
    /// The compiled code.
    pub(super) fn code(&self) -> &[u8] {
        self.0.get(HEAD..).unwrap_or_default()
    }
}

/// Takes what is to be hashed into 256 bits: with `finish`'s 64, somebody could look for two settings of
/// the same hash.
struct Hash256(Sha256);

impl Hasher for Hash256 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not used: the whole digest is taken.
    fn finish(&self) -> u64 {
        0
    }
}
