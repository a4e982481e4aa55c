//! The head: a small file beside the log that tells its last row, under a MAC.
//!
//! It is also the lock: whoever writes the log holds it exclusively for that moment, and whoever checks it holds it
//! shared while he notes how long the log is. So any number of processes write one log, and its chain stays one.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::chain::Hash;

/// Bytes of the file, always: it is written in one piece in its place, within one sector of the disk.
const LENGTH: usize = 512;

/// Bytes of the key: the strength of the MAC.
const KEY_LENGTH: usize = 32;

/// The key that seals heads. It stays on the machine, away from the log.
#[derive(Clone)]
pub struct SealKey {
    bytes: [u8; KEY_LENGTH],
    /// See [`name`](Self::name): every head holds it.
    name: String,
}

impl SealKey {
    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; KEY_LENGTH]) -> Self {
        let digest = Sha256::new()
            .chain_update(b"okta-mcp audit key\0")
            .chain_update(bytes)
            .finalize();
        let name = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self { bytes, name }
    }

    /// A name for the key that tells nothing of it: to know a head that another key sealed.
    fn name(&self) -> &str {
        &self.name
    }

    fn mac(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.bytes).ok()?;
        Some(mac.chain_update(text.as_bytes()))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey([redacted])")
    }
}

/// Where the chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub(crate) v: u32,
    /// The chain's name.
    pub(crate) chain: String,
    /// The last row's number.
    pub(crate) seq: u64,
    /// The last row's hash.
    pub(crate) hash: String,
    /// The number of the log's first row: what its file will be called.
    pub(crate) first: u64,
    /// The log's length in bytes.
    pub(crate) bytes: u64,
    /// The first row that is kept; older ones were removed by `audit.keep`.
    pub(crate) kept: u64,
    /// The name of the key that seals it; empty where no key could be kept.
    pub(crate) key: String,
}

impl Head {
    pub(crate) fn hash(&self) -> Option<Hash> {
        Hash::parse(self.hash.as_bytes())
    }
}

/// What a head's seal is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    /// Ours.
    Good,
    /// Not what the key it names makes.
    Bad,
    /// Made with a key that is not at hand.
    OtherKey,
    /// None.
    None,
}

/// Writes `head` to its file: a line with its members, and a line with the MAC over the first.
pub(crate) fn write(file: &File, head: &Head, key: Option<&SealKey>) -> io::Result<()> {
    let mut head = head.clone();
    head.key = key.map(SealKey::name).unwrap_or_default().to_owned();
    let text = serde_json::to_string(&head)?;
    let mac: String = key
        .and_then(|key| key.mac(&text))
        .map(|mac| {
            mac.finalize()
                .into_bytes()
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect()
        })
        .unwrap_or_default();
    let mut bytes = format!("{text}\n{mac}").into_bytes();
    if bytes.len() >= LENGTH {
        return Err(io::Error::other("the head has become too long"));
    }
    bytes.resize(LENGTH - 1, b' ');
    bytes.push(b'\n');
    put(file, &bytes)
}

/// Writes `bytes` at the file's beginning, in one step where the system has it.
#[cfg(unix)]
fn put(file: &File, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, 0)
}

#[cfg(not(unix))]
fn put(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)
}

/// Reads the head from its file; none when the file is empty.
pub(crate) fn read(file: &mut File, key: Option<&SealKey>) -> io::Result<Option<(Head, Seal)>> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LENGTH as u64 + 1).read_to_string(&mut text)?;
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "it is no head that this program writes",
        )
    };
    let (text, mac) = text.split_once('\n').ok_or_else(bad)?;
    let head: Head = serde_json::from_str(text).map_err(|_| bad())?;
    if head.v != crate::row::VERSION || head.hash().is_none() {
        return Err(bad());
    }
    let seal = match key {
        _ if head.key.is_empty() => Seal::None,
        Some(key) if key.name() == head.key => {
            let told = bytes_of(mac.trim_end());
            let holds = key
                .mac(text)
                .is_some_and(|mac| mac.verify_slice(&told).is_ok());
            if holds { Seal::Good } else { Seal::Bad }
        }
        _ => Seal::OtherKey,
    };
    Ok(Some((head, seal)))
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let (pairs, _) = hex.as_bytes().as_chunks::<2>();
    pairs
        .iter()
        .filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn head() -> Head {
        Head {
            v: 1,
            chain: "ab".repeat(16),
            seq: u64::MAX,
            hash: "0a".repeat(32),
            first: u64::MAX,
            bytes: u64::MAX,
            kept: u64::MAX,
            key: String::new(),
        }
    }

    #[test]
    fn the_largest_head_fits_and_is_read_again() {
        let (own, other) = (SealKey::new([1; 32]), SealKey::new([2; 32]));
        for (key, reader, seal) in [
            (Some(&own), Some(&own), Seal::Good),
            (Some(&own), Some(&other), Seal::OtherKey),
            (Some(&own), None, Seal::OtherKey),
            (None, Some(&own), Seal::None),
        ] {
            let mut file = tempfile::tempfile().unwrap();
            assert_eq!(read(&mut file, reader).unwrap(), None);
            write(&file, &head(), key).unwrap();
            write(&file, &head(), key).unwrap();
            assert_eq!(file.metadata().unwrap().len(), LENGTH as u64);
            let (found, told) = read(&mut file, reader).unwrap().unwrap();
            assert_eq!(
                (
                    Head {
                        key: String::new(),
                        ..found
                    },
                    told
                ),
                (head(), seal)
            );
        }
    }

    #[test]
    fn a_head_that_was_changed_breaks_its_seal() {
        let key = SealKey::new([1; 32]);
        let mut file = tempfile::tempfile().unwrap();
        write(&file, &Head { seq: 41, ..head() }, Some(&key)).unwrap();
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_string(&mut text).unwrap();
        let text = text.replace("\"seq\":41", "\"seq\":40");
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let (found, seal) = read(&mut file, Some(&key)).unwrap().unwrap();
        assert_eq!((found.seq, seal), (40, Seal::Bad));
    }
}
