//! DPoP proofs ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)), checked as section 4.3 lists it.

use std::collections::HashSet;

use serde_json::Value;

use super::Wrong;
use super::jwt::{Jwt, PublicKey, sha256};
use crate::random::{BASE64URL, Random};
use crate::wire::Request;

/// Seconds that a proof is good for after its `iat`: Okta says five minutes.
const MAX_AGE: i64 = 300;

/// Seconds after which Okta's nonce changes.
const NONCE_LIFE: i64 = 24 * 3_600;

/// What a proof has to be about.
pub(super) struct Expected<'a> {
    pub(super) method: &'a str,
    /// Without query and fragment.
    pub(super) url: &'a str,
    /// The access token beside it.
    pub(super) token: Option<&'a str>,
    pub(super) nonce: Option<String>,
}

/// The nonce of today.
pub(super) fn nonce(seed: u64, now: i64) -> String {
    let day = usize::try_from(now.div_euclid(NONCE_LIFE)).unwrap_or(0);
    Random::stream(seed, "nonce", day).text(BASE64URL, 22)
}

/// Checks the proof of a request and returns its key's thumbprint.
pub(super) fn check(
    request: &Request,
    expected: &Expected<'_>,
    now: i64,
    used: &mut HashSet<(String, String)>,
) -> Result<String, Wrong> {
    let mut sent = request.headers("dpop");
    let text = sent
        .next()
        .ok_or(Wrong::proof("The DPoP proof JWT header is missing."))?;
    if sent.next().is_some() {
        return Err(Wrong::proof("Multiple DPoP proof headers are not allowed."));
    }
    let jwt = Jwt::parse(text).ok_or(Wrong::proof("The DPoP proof is not a valid JWT."))?;
    if jwt.head("typ") != Some("dpop+jwt") {
        return Err(Wrong::proof("The DPoP proof JWT header 'typ' is invalid."));
    }
    let key = PublicKey::of(jwt.header.get("jwk").unwrap_or(&Value::Null))
        .map_err(|_| Wrong::proof("The DPoP proof JWT header 'jwk' is invalid."))?;
    if !jwt.is_signed_by(&key) {
        return Err(Wrong::proof("The DPoP proof signature is invalid."));
    }
    if jwt.claim("htm") != Some(expected.method) {
        return Err(Wrong::proof(
            "The DPoP proof 'htm' claim does not match the HTTP method.",
        ));
    }
    if jwt.claim("htu") != Some(expected.url) {
        return Err(Wrong::proof(
            "The DPoP proof 'htu' claim does not match the URI.",
        ));
    }
    match jwt.time("iat") {
        Some(iat) if iat > now => {
            return Err(Wrong::proof("The DPoP proof was issued in the future."));
        }
        Some(iat) if iat < now - MAX_AGE => {
            return Err(Wrong::proof("The DPoP proof has expired."));
        }
        Some(_) => {}
        None => return Err(Wrong::proof("The DPoP proof 'iat' claim is missing.")),
    }
    let thumbprint = key.thumbprint().to_owned();
    let jti = jwt
        .claim("jti")
        .ok_or(Wrong::proof("The DPoP proof 'jti' claim is missing."))?;
    if !used.insert((thumbprint.clone(), jti.to_owned())) {
        return Err(Wrong::proof("The DPoP proof has already been used."));
    }
    if jwt.claim("ath")
        != expected
            .token
            .map(|token| sha256(token.as_bytes()))
            .as_deref()
    {
        return Err(Wrong::proof(
            "The DPoP proof 'ath' claim does not match the access token.",
        ));
    }
    if let Some(nonce) = &expected.nonce
        && jwt.claim("nonce") != Some(nonce)
    {
        return Err(Wrong {
            nonce: Some(nonce.clone()),
            ..Wrong::new(
                400,
                "use_dpop_nonce",
                "Authorization server requires nonce in DPoP proof.",
            )
        });
    }
    Ok(thumbprint)
}
