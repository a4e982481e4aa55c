//! What Okta knows this server by. It enters here and leaves in one header, marked sensitive.
//!
//! The type prints `[redacted]`, has no serde, and wipes its memory when it is dropped. What the HTTP
//! stack copies on the way to the socket is beyond its reach.

use std::fmt;

use reqwest::header::{HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A credential for one org.
pub struct Credential(Kind);

enum Kind {
    /// An API token: `Authorization: SSWS …`.
    ApiToken(SecretString),
}

/// Why a text cannot be a credential. No variant holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Nothing was given.
    #[error("the API token is empty")]
    Empty,
    /// Longer than any token.
    #[error("the API token has {0} bytes; at most {MAX_TOKEN} are accepted")]
    TooLong(usize),
    /// A blank, a line break, a control or a non-ASCII character.
    #[error(
        "the API token has a blank or a character that is not printable ASCII at byte {0}; \
         give the token alone, without `SSWS` and without quotes or line breaks"
    )]
    Form(usize),
}

/// The longest API token that is taken, in bytes. Okta's have 42; the rest is room for a longer kind.
const MAX_TOKEN: usize = 200;

impl Credential {
    /// An [Okta API token](https://developer.okta.com/docs/guides/create-an-api-token/main/):
    /// 1 to 200 bytes of printable ASCII without blanks.
    ///
    /// # Errors
    /// When `token` does not have this form. The error does not contain it.
    pub fn api_token(token: SecretString) -> Result<Self, CredentialError> {
        let text = token.expose_secret();
        if text.is_empty() {
            return Err(CredentialError::Empty);
        }
        if text.len() > MAX_TOKEN {
            return Err(CredentialError::TooLong(text.len()));
        }
        if let Some(at) = text.bytes().position(|b| !b.is_ascii_graphic()) {
            return Err(CredentialError::Form(at));
        }
        Ok(Self(Kind::ApiToken(token)))
    }

    /// The value of `Authorization`, marked so that no layer below prints or compresses it.
    pub(crate) fn authorization(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        let Kind::ApiToken(token) = &self.0;
        let text = Zeroizing::new(format!("SSWS {}", token.expose_secret()));
        let mut value = HeaderValue::from_str(&text)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Result<Credential, CredentialError> {
        Credential::api_token(text.into())
    }

    #[test]
    fn a_token_of_1_to_200_printable_bytes_is_taken() {
        for good in ["0", "00aB-_c", &"x".repeat(200)] {
            assert!(token(good).is_ok(), "{good}");
        }
        assert_eq!(token("").unwrap_err(), CredentialError::Empty);
        assert_eq!(
            token(&"x".repeat(201)).unwrap_err(),
            CredentialError::TooLong(201)
        );
    }

    #[test]
    fn blanks_line_breaks_and_foreign_characters_are_refused_without_being_shown() {
        for bad in [
            "SSWS 00secret",
            "00secret\n",
            " 00secret",
            "00sécret",
            "00secret\u{200b}",
        ] {
            let error = token(bad).unwrap_err();
            assert!(matches!(error, CredentialError::Form(_)), "{bad}");
            for shown in [error.to_string(), format!("{error:?}")] {
                assert!(!shown.contains("00s"), "{shown}");
            }
        }
    }

    #[test]
    fn a_credential_prints_as_redacted_and_its_header_as_sensitive() {
        let credential = token("00secret").unwrap();
        assert_eq!(
            format!("{credential:?} {credential}"),
            "[redacted] [redacted]"
        );
        let header = credential.authorization().unwrap();
        assert_eq!(header.as_bytes(), b"SSWS 00secret");
        assert_eq!(format!("{header:?}"), "Sensitive");
    }
}
