//! Whom to trust: the system's certificates, checked by rustls with ring.
//!
//! The configuration is handed to the client complete. That names the cryptography at the one place
//! that uses it, where a process-wide default would be set by whoever comes first. The roots come
//! through `rustls-native-certs` rather than the platform's verifier, because it gives one rule on
//! every platform: `SSL_CERT_FILE` and `SSL_CERT_DIR`, where set, *replace* the system's store. That
//! is what an operator behind an inspecting proxy expects. A [`CaFile`] adds to whatever there is. No
//! certificate is built in, and nothing here can be told to skip verification.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use capability::text::clean;

/// Why there is nothing to check a server's certificate against.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    /// The store is empty or could not be read.
    #[error(
        "no root certificate could be loaded{0}; install the system's CA certificates, or name a PEM \
         file in SSL_CERT_FILE or okta.caFile"
    )]
    NoRoots(String),
    /// The provider does not do TLS 1.2 or 1.3.
    #[error("TLS cannot be set up: {0}")]
    Protocol(#[from] rustls::Error),
}

/// TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1, no client certificate; servers that chain to one of
/// `roots` are trusted, and with no roots none is.
pub(crate) fn config(roots: RootCertStore) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Certificates of private authorities, from a PEM file.
#[derive(Clone)]
pub struct CaFile(Vec<CertificateDer<'static>>);

/// Why a file has no authorities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaFileError {
    /// It cannot be read.
    #[error("{} cannot be read: {}", clean(.0, 300), clean(.1, 200))]
    Unreadable(String, String),
    /// It has no certificate, or one that cannot be an authority's.
    #[error("{} has no certificate in PEM (-----BEGIN CERTIFICATE-----), or one that is broken", clean(.0, 300))]
    NoCertificate(String),
}

impl CaFile {
    /// Reads the certificates in `path`, all of them.
    ///
    /// # Errors
    /// [`CaFileError`], which names the file.
    pub fn read(path: &Path) -> Result<Self, CaFileError> {
        let shown = path.display().to_string();
        let text = std::fs::read(path)
            .map_err(|error| CaFileError::Unreadable(shown.clone(), error.to_string()))?;
        let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let sound = all.ok().filter(|all| {
            let mut store = RootCertStore::empty();
            !all.is_empty() && all.iter().all(|one| store.add(one.clone()).is_ok())
        });
        sound.map(Self).ok_or(CaFileError::NoCertificate(shown))
    }
}

impl fmt::Debug for CaFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaFile({})", self.0.len())
    }
}

/// The certificates of the system's store, or of `SSL_CERT_FILE` and `SSL_CERT_DIR` where they are
/// set, and `own` beside them. Reads files: call it where blocking is allowed.
pub(crate) fn roots(own: Option<CaFile>) -> Result<RootCertStore, TrustError> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // A store may hold certificates that no longer parse; they are nobody's root then.
    roots.add_parsable_certificates(loaded.certs);
    roots.add_parsable_certificates(own.into_iter().flat_map(|file| file.0));
    if roots.is_empty() {
        let why = loaded.errors.first().map_or_else(String::new, |error| {
            format!(" ({})", clean(&error.to_string(), 200))
        });
        return Err(TrustError::NoRoots(why));
    }
    Ok(roots)
}
