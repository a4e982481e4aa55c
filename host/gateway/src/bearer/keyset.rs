//! The keys in an issuer's JWKS that a token may be signed with.
//!
//! A key says by itself which algorithm it is for, and a token's header has to agree: so a public RSA key is never
//! taken for a shared secret. Whatever is there besides is left out: keys for encryption, other curves, shared secrets.

use std::collections::HashMap;
use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// A public key and the one algorithm that it is for.
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// Keys by their `kid`.
pub(super) type KeySet = HashMap<String, Arc<Key>>;

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

/// The keys in the text of a JWKS; none when it is no JWKS or has no key that is of use.
pub(super) fn parse(text: &[u8]) -> Option<KeySet> {
    let set: Jwks = serde_json::from_slice(text).ok()?;
    let keys: KeySet = set.keys.into_iter().filter_map(key).collect();
    (!keys.is_empty()).then_some(keys)
}

fn key(value: Value) -> Option<(String, Arc<Key>)> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let id = jwk.common.key_id.clone()?;
    if !matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    ) {
        return None;
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        _ => return None,
    };
    let own = jwk.common.key_algorithm;
    if own.is_some_and(|own| own != KeyAlgorithm::from(algorithm)) {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some((id, Arc::new(Key { algorithm, key })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(keys: &[Value]) -> Vec<String> {
        let text = json!({"keys": keys}).to_string();
        let mut ids: Vec<_> = parse(text.as_bytes())
            .unwrap_or_default()
            .into_keys()
            .collect();
        ids.sort();
        ids
    }

    fn with(mut key: Value, name: &str, value: &str) -> Value {
        key[name] = value.into();
        key
    }

    #[test]
    fn keys_for_signatures_with_rs256_and_es256_are_taken_and_no_others() {
        let rsa = json!({"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"});
        let ec = json!({"kty": "EC", "kid": "e", "crv": "P-256", "x": "AQAB", "y": "AQAB"});
        assert_eq!(ids(&[rsa.clone(), ec.clone()]), ["e", "r"]);
        let said = [
            with(rsa.clone(), "alg", "RS256"),
            with(ec.clone(), "use", "sig"),
        ];
        assert_eq!(ids(&said), ["e", "r"]);
        let others = [
            with(rsa.clone(), "use", "enc"),
            with(rsa.clone(), "alg", "RS512"),
            with(rsa.clone(), "alg", "HS256"),
            with(rsa.clone(), "alg", "RSA-OAEP"),
            with(ec.clone(), "crv", "P-384"),
            json!({"kty": "oct", "kid": "o", "k": "c2VjcmV0"}),
            json!({"kty": "OKP", "kid": "d", "crv": "Ed25519", "x": "AQAB"}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
            json!({"kty": "new", "kid": "n"}),
            json!("key"),
        ];
        assert!(ids(&others).is_empty(), "{:?}", ids(&others));
    }

    #[test]
    fn what_is_no_jwks_has_no_keys() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            "{\"keys\": {}}",
            "{\"keys\": []}",
            "<html>",
        ] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
