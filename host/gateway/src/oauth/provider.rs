//! ring behind `jsonwebtoken`.
//!
//! The library leaves cryptography to a provider. Its own two would bring a second implementation of
//! everything into the process: one in C, or one whose RSA is not constant-time
//! ([RUSTSEC-2023-0071](https://rustsec.org/advisories/RUSTSEC-2023-0071)). ring is there for TLS
//! already. Signatures are checked for RS256 and ES256, which Okta signs access tokens with; there is
//! nothing for shared secrets, so that a public key can never be taken for one.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{EllipticCurve, ThumbprintHash};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use sec1::EcPrivateKey;

/// Makes ring the provider of this process. Does nothing when one was set before.
pub(crate) fn install() {
    let _ = PROVIDER.install_default();
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: rsa_public,
        rsa_pub_components_from_public_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ec_pub_components_from_private_key: ec_public,
        ed_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        compute_digest,
    },
};

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    let encoding: &'static dyn RsaEncoding = match algorithm {
        Algorithm::RS256 => &RSA_PKCS1_SHA256,
        Algorithm::RS384 => &RSA_PKCS1_SHA384,
        Algorithm::RS512 => &RSA_PKCS1_SHA512,
        Algorithm::ES256 | Algorithm::ES384 => {
            return Ok(Box::new(Ec {
                pair: ec_pair(key.as_bytes(), *algorithm)?,
                algorithm: *algorithm,
            }));
        }
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    Ok(Box::new(Rsa {
        pair: rsa_pair(key.as_bytes())?,
        encoding,
        algorithm: *algorithm,
    }))
}

struct Rsa {
    pair: RsaKeyPair,
    encoding: &'static dyn RsaEncoding,
    algorithm: Algorithm,
}

impl Signer<Vec<u8>> for Rsa {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut signed = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(self.encoding, &SystemRandom::new(), message, &mut signed)
            .map_err(|_| signature::Error::new())?;
        Ok(signed)
    }
}

impl JwtSigner for Rsa {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

struct Ec {
    pair: EcdsaKeyPair,
    algorithm: Algorithm,
}

impl Signer<Vec<u8>> for Ec {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        self.pair
            .sign(&SystemRandom::new(), message)
            .map(|signed| signed.as_ref().to_vec())
            .map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Ec {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// A public key that checks signatures.
enum Public {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A point on P-256, uncompressed.
    Ec(UnparsedPublicKey<Vec<u8>>),
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    // An RSA key comes from a JWK and has its components; of the others only a curve's is taken.
    match (algorithm, key.kind(), key.family()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }, _) => {
            Ok(Box::new(Public::Rsa(RsaPublicKeyComponents {
                n: n.clone(),
                e: e.clone(),
            })))
        }
        (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point), AlgorithmFamily::Ec) => {
            Ok(Box::new(Public::Ec(UnparsedPublicKey::new(
                &ECDSA_P256_SHA256_FIXED,
                point.clone(),
            ))))
        }
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

impl Verifier<Vec<u8>> for Public {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> Result<(), signature::Error> {
        match self {
            Self::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signed),
            Self::Ec(key) => key.verify(message, signed),
        }
        .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Public {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::RS256,
            Self::Ec(_) => Algorithm::ES256,
        }
    }
}

/// An RSA key in PKCS #8 or PKCS #1, of 2,048 bits or more.
pub(super) fn rsa_pair(der: &[u8]) -> Result<RsaKeyPair, Error> {
    RsaKeyPair::from_pkcs8(der)
        .or_else(|_| RsaKeyPair::from_der(der))
        .map_err(|error| ErrorKind::InvalidRsaKey(error.to_string()).into())
}

/// A key on P-256 or P-384 in PKCS #8 or SEC1, its public part included.
pub(super) fn ec_pair(der: &[u8], algorithm: Algorithm) -> Result<EcdsaKeyPair, Error> {
    let curve: &'static EcdsaSigningAlgorithm = match algorithm {
        Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    let random = SystemRandom::new();
    if let Ok(pair) = EcdsaKeyPair::from_pkcs8(curve, der, &random) {
        return Ok(pair);
    }
    EcPrivateKey::try_from(der)
        .ok()
        .and_then(|key| {
            EcdsaKeyPair::from_private_key_and_public_key(
                curve,
                key.private_key,
                key.public_key?,
                &random,
            )
            .ok()
        })
        .ok_or_else(|| ErrorKind::InvalidEcdsaKey.into())
}

fn rsa_public(der: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let pair = rsa_pair(der)?;
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
    Ok((public.n, public.e))
}

fn ec_public(der: &[u8], algorithm: Algorithm) -> Result<(EllipticCurve, Vec<u8>, Vec<u8>), Error> {
    let curve = match algorithm {
        Algorithm::ES384 => EllipticCurve::P384,
        _ => EllipticCurve::P256,
    };
    let pair = ec_pair(der, algorithm)?;
    // Uncompressed: the byte 4, then both coordinates.
    let point = pair.public_key().as_ref().get(1..).unwrap_or_default();
    let (x, y) = point
        .split_at_checked(point.len() / 2)
        .ok_or(ErrorKind::InvalidEcdsaKey)?;
    Ok((curve, x.to_vec(), y.to_vec()))
}

fn compute_digest(data: &[u8], hash: ThumbprintHash) -> Result<Vec<u8>, Error> {
    let algorithm = match hash {
        ThumbprintHash::SHA256 => &digest::SHA256,
        ThumbprintHash::SHA384 => &digest::SHA384,
        ThumbprintHash::SHA512 => &digest::SHA512,
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    Ok(digest::digest(algorithm, data).as_ref().to_vec())
}
