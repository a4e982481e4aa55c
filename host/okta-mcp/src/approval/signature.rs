//! Signatures in minisign's format, so that `minisign -Vm plugins.lock -P KEY` checks what this program signs,
//! and this program what `minisign -Sm plugins.lock` does.
//!
//! [The format](https://jedisct1.github.io/minisign/#signature-format). Only hashed signatures are taken, which
//! every `minisign` since 0.10 makes. What a start needs is the small verifier; the crate that reads secret keys
//! is used by `approve` alone.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign_verify::{PublicKey, Signature};

/// Keys whose signature counts; without any, none is asked for.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys(Vec<TrustedKey>);

#[derive(Debug, Clone)]
struct TrustedKey {
    id: String,
    key: PublicKey,
}

/// A signature that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The id of the key, as `minisign` shows it.
    pub key: String,
    /// What was signed along: `minisign`'s trusted comment.
    pub comment: String,
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is none.
    #[error(
        "it is not signed, and lock.requireSignatureBy asks for a signature; sign it with `minisign -Sm` or approve with --sign-key"
    )]
    Missing,
    /// It is not one of minisign's.
    #[error("its signature is not one of minisign's (0.10 or newer): {0}")]
    Malformed(String),
    /// It is of another key.
    #[error("it is signed by the key {found}; lock.requireSignatureBy names {trusted}")]
    Stranger {
        /// The key's id, as `minisign` shows it.
        found: String,
        /// The trusted ones.
        trusted: String,
    },
    /// It does not fit the bytes.
    #[error(
        "its signature by the key {0} does not fit it: the one or the other was changed afterwards"
    )]
    Wrong(String),
}

impl TrustedKeys {
    /// The keys that `texts` hold, each the line of a `minisign.pub` that begins with `RW`.
    ///
    /// # Errors
    /// The position of the first that is none.
    pub fn parse(texts: &[String]) -> Result<Self, usize> {
        texts
            .iter()
            .enumerate()
            .map(|(position, text)| {
                let key = PublicKey::from_base64(text).map_err(|_| position)?;
                let id = key_id(text).ok_or(position)?;
                Ok(TrustedKey { id, key })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the key called `id` is one of them.
    #[must_use]
    pub fn know(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id == id)
    }

    /// The ids, for a message.
    #[must_use]
    pub fn ids(&self) -> String {
        let ids: Vec<&str> = self.0.iter().map(|key| key.id.as_str()).collect();
        ids.join(", ")
    }

    /// Checks `signature` over `bytes` and tells whose it is.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(
        &self,
        bytes: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<Verified, SignatureError> {
        let malformed = |why: String| SignatureError::Malformed(why);
        let text = signature.ok_or(SignatureError::Missing)?;
        let text = std::str::from_utf8(text).map_err(|_| malformed("it is not text".to_owned()))?;
        let signature = Signature::decode(text).map_err(|error| malformed(error.to_string()))?;
        let found = text
            .lines()
            .nth(1)
            .and_then(key_id)
            .ok_or_else(|| malformed("it has no key".to_owned()))?;
        let key =
            self.0
                .iter()
                .find(|key| key.id == found)
                .ok_or_else(|| SignatureError::Stranger {
                    found: found.clone(),
                    trusted: self.ids(),
                })?;
        key.key
            .verify(bytes, &signature, false)
            .map_err(|_| SignatureError::Wrong(found.clone()))?;
        Ok(Verified {
            key: found,
            comment: signature.trusted_comment().to_owned(),
        })
    }
}

/// The id in a key's or a signature's line, as `minisign` shows it: 8 bytes after the two of the algorithm,
/// the last one first.
fn key_id(line: &str) -> Option<String> {
    let bytes = STANDARD.decode(line.trim()).ok()?;
    let id: [u8; 8] = bytes.get(2..10)?.try_into().ok()?;
    Some(format!("{:016X}", u64::from_le_bytes(id)))
}

/// A secret key that signs.
pub struct SigningKey {
    secret: minisign::SecretKey,
    public: minisign::PublicKey,
}

/// Why a key cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("the key {0} cannot be read: {1}")]
    Unreadable(String, String),
    /// It is none, or its password is wrong.
    #[error("the key {0} cannot be used: {1}; `minisign -G` makes one")]
    Unusable(String, String),
}

impl SigningKey {
    /// The secret key in the file at `path`. One that is encrypted has its password asked for on the terminal.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let shown = path.display().to_string();
        let unusable =
            |error: minisign::PError| KeyError::Unusable(shown.clone(), error.to_string());
        let text = std::fs::read_to_string(path)
            .map_err(|error| KeyError::Unreadable(shown.clone(), error.to_string()))?;
        let open = |text: &str| minisign::SecretKeyBox::from_string(text).map_err(unusable);
        // A box is used up by opening it, and only opening it tells whether it needs a password.
        let secret = match open(&text)?.into_unencrypted_secret_key() {
            Ok(secret) => secret,
            Err(_) => open(&text)?.into_secret_key(None).map_err(unusable)?,
        };
        let public = minisign::PublicKey::from_secret_key(&secret).map_err(unusable)?;
        Ok(Self { secret, public })
    }

    /// The key's id, as `minisign` shows it.
    #[must_use]
    pub fn id(&self) -> String {
        key_id(&self.public.to_base64()).unwrap_or_default()
    }

    /// The signature over `bytes`, with `comment` signed along.
    pub(super) fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, KeyError> {
        let timestamp = jiff::Timestamp::now().as_second();
        let comment = format!("timestamp:{timestamp}\t{comment}");
        minisign::sign(
            Some(&self.public),
            &self.secret,
            bytes,
            Some(&comment),
            Some("signature of okta-mcp's approvals"),
        )
        .map(minisign::SignatureBox::into_string)
        .map_err(|error| KeyError::Unusable(self.id(), error.to_string()))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> (SigningKey, TrustedKeys) {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let keys = TrustedKeys::parse(&[pair.pk.to_base64()]).unwrap();
        let key = SigningKey {
            secret: pair.sk,
            public: pair.pk,
        };
        (key, keys)
    }

    #[test]
    fn what_was_signed_is_known_by_its_key() {
        let (key, keys) = key();
        let signature = key.sign(b"lock", "serial:1").unwrap();
        let verified = keys.verify(b"lock", Some(signature.as_bytes())).unwrap();
        assert_eq!(verified.key, key.id());
        assert!(verified.comment.ends_with("\tserial:1"), "{verified:?}");
        assert!(keys.know(&key.id()));
    }

    #[test]
    fn another_text_another_key_and_no_signature_are_told_apart() {
        let ((key, keys), (stranger, _)) = (key(), key());
        let own = key.sign(b"lock", "serial:1").unwrap();
        let foreign = stranger.sign(b"lock", "serial:1").unwrap();
        assert_eq!(keys.verify(b"lock", None), Err(SignatureError::Missing));
        assert_eq!(
            keys.verify(b"lock!", Some(own.as_bytes())),
            Err(SignatureError::Wrong(key.id()))
        );
        assert_eq!(
            keys.verify(b"lock", Some(foreign.as_bytes())),
            Err(SignatureError::Stranger {
                found: stranger.id(),
                trusted: key.id()
            })
        );
        let comment = own.replace("serial:1", "serial:2");
        assert_eq!(
            keys.verify(b"lock", Some(comment.as_bytes())),
            Err(SignatureError::Wrong(key.id())),
            "the comment is signed along"
        );
        for text in [
            "",
            "a\nb\nc\nd",
            "untrusted comment: x\nRWQ=\ntrusted comment: y\nAA==",
        ] {
            assert!(
                matches!(
                    keys.verify(b"lock", Some(text.as_bytes())),
                    Err(SignatureError::Malformed(_))
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn a_key_that_is_none_is_told_by_its_position() {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let keys = TrustedKeys::parse(&[pair.pk.to_base64(), "RWnonsense".to_owned()]);
        assert_eq!(keys.err(), Some(1));
    }
}
