//! Private keys as people have them: PEM, PEM with `\n` written out, or a JWK.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use pkcs1::{RsaPrivateKey, UintRef};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use sec1::EcPrivateKey;
use sec1::der::Encode as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::provider;
use crate::secret::Secret;

/// A private key that signs for a client, or proves possession.
pub(crate) struct PrivateKey {
    key: EncodingKey,
    algorithm: Algorithm,
    /// `kid`, by which Okta finds the public key among several.
    id: Option<String>,
    /// The public part.
    jwk: Jwk,
    /// RFC 7638, SHA-256.
    thumbprint: String,
}

/// Why a text is not a private key that can sign. No variant holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error(
        "is neither PEM (-----BEGIN PRIVATE KEY-----, line breaks as they are or as \\n) nor a JWK ({{\"kty\": \"RSA\", …}})"
    )]
    Form,
    #[error("is a public key; the private one is needed, and it is the public one that Okta has")]
    Public,
    #[error(
        "is encrypted with a password; write it out without one: openssl pkcs8 -topk8 -nocrypt -in KEY -out key.pem"
    )]
    Encrypted,
    #[error("is in quotes; remove them")]
    Quoted,
    #[error(
        "is PEM that ends too early or holds no private key; is a line missing, or were the line breaks lost?"
    )]
    Broken,
    #[error(
        "is not an RSA key of 2048 to 4096 bits, nor an EC key on P-256 or P-384; Okta takes RS256 and ES256: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem"
    )]
    Kind,
    #[error("is a JWK that lacks `{0}`, or has another form of it than base64url")]
    Member(&'static str),
    #[error("is a JWK of another type than RSA, or EC on P-256 or P-384")]
    JwkType,
}

impl PrivateKey {
    /// Reads a key; `id` wins over the JWK's own `kid`.
    ///
    /// # Errors
    /// [`KeyError`], which contains nothing of the text.
    pub(crate) fn parse(secret: &Secret, id: Option<String>) -> Result<Self, KeyError> {
        let text = secret.expose().trim();
        if text.starts_with('{') {
            let jwk: PrivateJwk = serde_json::from_str(text).map_err(|_| KeyError::Form)?;
            let own = jwk.kid.clone();
            let (key, algorithm) = jwk.key()?;
            return Self::new(key, algorithm, id.or(own));
        }
        if text.starts_with(['"', '\'']) {
            return Err(KeyError::Quoted);
        }
        let (key, algorithm) = pem(text)?;
        Self::new(key, algorithm, id)
    }

    /// A new key on P-256 that lives as long as the process.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let der =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| KeyError::Kind)?;
        Self::new(
            EncodingKey::from_ec_der(der.as_ref()),
            Algorithm::ES256,
            None,
        )
    }

    fn new(key: EncodingKey, algorithm: Algorithm, id: Option<String>) -> Result<Self, KeyError> {
        provider::install();
        let jwk = Jwk::from_encoding_key(&key, algorithm).map_err(|_| KeyError::Kind)?;
        let thumbprint = jwk
            .thumbprint(ThumbprintHash::SHA256)
            .map_err(|_| KeyError::Kind)?;
        Ok(Self {
            key,
            algorithm,
            id,
            jwk,
            thumbprint,
        })
    }

    /// The public part.
    pub(super) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// What names the key without telling it.
    pub(super) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// `kid`, where there is one.
    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// A header with the key's algorithm, its `kid` and no `typ`.
    pub(super) fn header(&self) -> Header {
        let mut header = Header::new(self.algorithm);
        header.kid.clone_from(&self.id);
        header
    }

    /// A signed token.
    pub(super) fn sign(
        &self,
        header: &Header,
        claims: &impl Serialize,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(header, claims, &self.key)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({:?}, {})", self.algorithm, self.thumbprint)
    }
}

fn pem(text: &str) -> Result<(EncodingKey, Algorithm), KeyError> {
    if !text.starts_with("-----BEGIN ") {
        return Err(KeyError::Form);
    }
    // An environment variable has one line: there the breaks are written out.
    let lines = if text.contains('\n') {
        Zeroizing::new(text.to_owned())
    } else {
        Zeroizing::new(text.replace("\\n", "\n"))
    };
    if lines.starts_with("-----BEGIN ENCRYPTED") || lines.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(KeyError::Encrypted);
    }
    if lines.starts_with("-----BEGIN PUBLIC KEY") || lines.starts_with("-----BEGIN RSA PUBLIC KEY")
    {
        return Err(KeyError::Public);
    }
    match PrivateKeyDer::from_pem_slice(lines.as_bytes()).map_err(|_| KeyError::Broken)? {
        PrivateKeyDer::Pkcs1(der) => rsa(der.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(der) => ec(der.secret_sec1_der()),
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            rsa(der).or_else(|_| ec(der))
        }
        _ => Err(KeyError::Kind),
    }
}

fn rsa(der: &[u8]) -> Result<(EncodingKey, Algorithm), KeyError> {
    provider::rsa_pair(der).map_err(|_| KeyError::Kind)?;
    Ok((EncodingKey::from_rsa_der(der), Algorithm::RS256))
}

fn ec(der: &[u8]) -> Result<(EncodingKey, Algorithm), KeyError> {
    [Algorithm::ES256, Algorithm::ES384]
        .into_iter()
        .find(|algorithm| provider::ec_pair(der, *algorithm).is_ok())
        .map(|algorithm| (EncodingKey::from_ec_der(der), algorithm))
        .ok_or(KeyError::Kind)
}

/// A JWK with its private members ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
#[derive(Deserialize)]
struct PrivateJwk {
    kty: String,
    kid: Option<String>,
    x: Option<Member>,
    y: Option<Member>,
    d: Option<Member>,
    n: Option<Member>,
    e: Option<Member>,
    p: Option<Member>,
    q: Option<Member>,
    dp: Option<Member>,
    dq: Option<Member>,
    qi: Option<Member>,
}

type Member = SecretString;

impl PrivateJwk {
    fn key(&self) -> Result<(EncodingKey, Algorithm), KeyError> {
        match self.kty.as_str() {
            "RSA" => self.rsa(),
            "EC" => self.ec(),
            _ => Err(KeyError::JwkType),
        }
    }

    fn rsa(&self) -> Result<(EncodingKey, Algorithm), KeyError> {
        let (n, e) = (bytes("n", &self.n)?, bytes("e", &self.e)?);
        if self.d.is_none() {
            return Err(KeyError::Public);
        }
        let (d, p, q) = (
            bytes("d", &self.d)?,
            bytes("p", &self.p)?,
            bytes("q", &self.q)?,
        );
        let (dp, dq, qi) = (
            bytes("dp", &self.dp)?,
            bytes("dq", &self.dq)?,
            bytes("qi", &self.qi)?,
        );
        let number = |bytes| UintRef::new(bytes).map_err(|_| KeyError::Kind);
        let der = RsaPrivateKey {
            modulus: number(&n)?,
            public_exponent: number(&e)?,
            private_exponent: number(&d)?,
            prime1: number(&p)?,
            prime2: number(&q)?,
            exponent1: number(&dp)?,
            exponent2: number(&dq)?,
            coefficient: number(&qi)?,
            other_prime_infos: None,
        }
        .to_der()
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Kind)?;
        rsa(&der)
    }

    fn ec(&self) -> Result<(EncodingKey, Algorithm), KeyError> {
        let (x, y) = (bytes("x", &self.x)?, bytes("y", &self.y)?);
        if self.d.is_none() {
            return Err(KeyError::Public);
        }
        let d = bytes("d", &self.d)?;
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        let der = EcPrivateKey {
            private_key: &d,
            parameters: None,
            public_key: Some(&point),
        }
        .to_der()
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Kind)?;
        ec(&der).map_err(|_| KeyError::JwkType)
    }
}

fn bytes(name: &'static str, member: &Option<Member>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    member
        .as_ref()
        .and_then(|text| URL_SAFE_NO_PAD.decode(text.expose_secret()).ok())
        .map(Zeroizing::new)
        .ok_or(KeyError::Member(name))
}

#[cfg(test)]
mod tests;
