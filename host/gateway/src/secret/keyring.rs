//! The system's keyring, through the crate `keyring`.
//!
//! On Linux it speaks to the desktop's Secret Service (GNOME Keyring, KWallet) over D-Bus, in Rust; on
//! macOS and Windows to the system's own store. It blocks, and a locked keyring asks its person for a
//! password, so each reading has a thread of its own and no deadline but the call's.

use zeroize::Zeroizing;

use super::Secret;
use super::source::{self, SourceError};

/// The secret that the keyring has for `service` and `account`.
pub(super) async fn read(service: &str, account: &str) -> Result<Secret, SourceError> {
    let entry = (service.to_owned(), account.to_owned());
    let looked = tokio::task::spawn_blocking(move || look(&entry.0, &entry.1)).await;
    let told = match looked {
        Ok(told) => told,
        Err(_) => Err("the server is shutting down".to_owned()),
    };
    let secret = told.map_err(|cause| SourceError::Keyring {
        service: service.to_owned(),
        account: account.to_owned(),
        cause: capability::text::clean(&cause, 200),
    })?;
    source::text(secret, "the keyring's entry")
}

#[cfg(feature = "keyring")]
fn look(service: &str, account: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    keyring::Entry::store_status()
        .as_ref()
        .map_err(|error| format!("there is no keyring to ask: {error}"))?;
    in_default_store(service, account)
}

#[cfg(feature = "keyring")]
fn in_default_store(service: &str, account: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    keyring_core::Entry::new(service, account)
        .and_then(|entry| entry.get_secret())
        .map(Zeroizing::new)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "keyring"))]
fn look(_: &str, _: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    Err("this program was built without the feature `keyring`".to_owned())
}

#[cfg(all(test, feature = "keyring"))]
mod tests {
    use super::*;

    /// With the store that the library has for tests: what a desktop's own store does is its affair.
    #[test]
    fn an_entry_is_read_and_a_missing_one_is_told() {
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
        let entry = keyring_core::Entry::new("okta-mcp", "acme.okta.com").unwrap();
        let missing = in_default_store("okta-mcp", "acme.okta.com").unwrap_err();
        assert!(missing.contains("No matching credential"), "{missing}");
        entry.set_password("00token").unwrap();
        let found = in_default_store("okta-mcp", "acme.okta.com").unwrap();
        assert_eq!(*found, b"00token");
    }
}
