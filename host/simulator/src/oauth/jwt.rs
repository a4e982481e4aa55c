//! JSON Web Tokens as a receiver reads them: taken apart, and their signature checked.
//!
//! Written against ring alone and not against the library that clients sign with: what both sides
//! got wrong in the same way would otherwise look right.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Map, Value};
use thiserror::Error;

/// A key that clients sign with, as they register it or send it in a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    /// `kid`, where the key has one.
    pub(crate) id: Option<String>,
    kind: Kind,
    thumbprint: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// Uncompressed points.
    P256(Vec<u8>),
    P384(Vec<u8>),
}

/// A text that holds no public key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not JSON.
    #[error("it is not JSON; a public key is a JWK ({{\"kty\": \"RSA\", \"n\": …}}) or a JWKS")]
    NotJson,
    /// Neither an RSA key nor an EC key on P-256 or P-384.
    #[error("it is not a JWK of type RSA, or of type EC on P-256 or P-384")]
    NotAKey,
    /// `d` is there.
    #[error("it is a private key; register the public one, which has no `d`")]
    Private,
    /// `{"keys": []}`.
    #[error("it has no keys")]
    Empty,
}

impl PublicKey {
    /// The keys of a JWK or a JWKS.
    pub(crate) fn all(text: &str) -> Result<Vec<Self>, KeyError> {
        let value: Value = serde_json::from_str(text).map_err(|_| KeyError::NotJson)?;
        let keys = match value.get("keys").and_then(Value::as_array) {
            Some(keys) => keys.iter().map(Self::of).collect::<Result<Vec<_>, _>>()?,
            None => vec![Self::of(&value)?],
        };
        if keys.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(keys)
    }

    /// The key of one JWK.
    pub(crate) fn of(jwk: &Value) -> Result<Self, KeyError> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        if jwk.get("d").is_some() {
            return Err(KeyError::Private);
        }
        let point = |length: usize| match (bytes("x"), bytes("y")) {
            (Some(x), Some(y)) if x.len() == length && y.len() == length => {
                Some([vec![4], x, y].concat())
            }
            _ => None,
        };
        let kind = match (text("kty"), text("crv")) {
            (Some("RSA"), _) => match (bytes("n"), bytes("e")) {
                (Some(n), Some(e)) => Some(Kind::Rsa { n, e }),
                _ => None,
            },
            (Some("EC"), Some("P-256")) => point(32).map(Kind::P256),
            (Some("EC"), Some("P-384")) => point(48).map(Kind::P384),
            _ => None,
        };
        let kind = kind.ok_or(KeyError::NotAKey)?;
        // RFC 7638: the required members only, sorted by name, without blanks.
        let members: &[&str] = match kind {
            Kind::Rsa { .. } => &["e", "kty", "n"],
            _ => &["crv", "kty", "x", "y"],
        };
        let canonical: Vec<String> = members
            .iter()
            .map(|name| format!("\"{name}\":\"{}\"", text(name).unwrap_or_default()))
            .collect();
        Ok(Self {
            id: text("kid").map(str::to_owned),
            kind,
            thumbprint: sha256(format!("{{{}}}", canonical.join(",")).as_bytes()),
        })
    }

    /// The key's JWK thumbprint, which DPoP calls `jkt`
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)).
    pub(crate) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

/// SHA-256 in base64url.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, bytes))
}

/// A token that was taken apart; nothing of it is proven yet.
#[derive(Debug)]
pub(crate) struct Jwt<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    /// Header and claims as they were signed.
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Takes a token apart; none when it is not one.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// A text of the header.
    pub(crate) fn head(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A text of the claims.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A time of the claims, in epoch seconds.
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|s| s as i64))
    }

    /// Whether `key` signed this token with the algorithm that the header names. `none`, the
    /// symmetric ones and an algorithm of another type of key never do.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        let message = self.signed.as_bytes();
        match (&key.kind, self.head("alg")) {
            (Kind::Rsa { n, e }, Some(algorithm)) => {
                let parameters = match algorithm {
                    "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                    "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
                    "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                    _ => return false,
                };
                let key = RsaPublicKeyComponents { n, e };
                key.verify(parameters, message, &self.signature).is_ok()
            }
            (Kind::P256(point), Some("ES256")) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, &self.signature)
                    .is_ok()
            }
            (Kind::P384(point), Some("ES384")) => {
                UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point)
                    .verify(message, &self.signature)
                    .is_ok()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7638, section 3.1.
    const EXAMPLE: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;

    #[test]
    fn a_thumbprint_is_the_published_one() {
        let keys = PublicKey::all(EXAMPLE).unwrap();
        assert_eq!(
            keys[0].thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        assert_eq!(keys[0].id.as_deref(), Some("2011-04-29"));
    }

    #[test]
    fn what_is_no_public_key_is_not_registered() {
        for (text, error) in [
            ("PEM", KeyError::NotJson),
            ("{}", KeyError::NotAKey),
            (r#"{"keys":[]}"#, KeyError::Empty),
            (r#"{"kty":"oct","k":"c2VjcmV0"}"#, KeyError::NotAKey),
            (
                r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
                KeyError::NotAKey,
            ),
            (
                r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}"#,
                KeyError::Private,
            ),
        ] {
            assert_eq!(PublicKey::all(text), Err(error), "{text}");
        }
    }

    #[test]
    fn neither_none_nor_a_symmetric_signature_counts() {
        let key = PublicKey::all(EXAMPLE).unwrap().remove(0);
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for algorithm in ["none", "HS256", "ES256", "PS256", "RS256"] {
            let header = part(&format!(r#"{{"alg":"{algorithm}"}}"#));
            let text = format!("{header}.{}.{}", part("{}"), part(""));
            assert!(
                !Jwt::parse(&text).unwrap().is_signed_by(&key),
                "{algorithm}"
            );
        }
    }
}
