//! What must not be told: a token or a private key, on its way from where it is kept to Okta.
//!
//! [`Secret`] can be made anywhere and read in this crate only. It prints `[redacted]`, has no serde,
//! and wipes its memory when it is dropped. What the HTTP stack copies on the way to the socket, and
//! what the system keeps of an environment variable, is beyond its reach.

pub(crate) mod keyring;
pub(crate) mod source;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A text that only this crate reads.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
