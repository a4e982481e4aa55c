//! What went wrong on the wire, in one line that names no value of the request.
//!
//! The HTTP client's errors print the whole URL, and a URL holds logins and search texts. So only the
//! innermost cause is told (`Connection refused`, `certificate expired`), which knows nothing of it.

use std::error::Error;
use std::io;

use capability::answer::Failure;
use capability::text::clean;

use crate::pace::Setback;

/// The longest cause that is told, in characters: one line of a terminal or two.
const MAX_CAUSE: usize = 200;

/// How far a request got that has no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody took the connection, or the name has no address.
    Connection,
    /// Something answered that does not speak TLS, or not with this client.
    Tls,
    /// The certificate is not one that is trusted.
    Trust,
    /// There was a connection, and it broke.
    Broken,
}

/// An error that came before the response's head: how far the request got, and the innermost cause.
pub(crate) fn stage(error: reqwest::Error) -> (Stage, String) {
    let error = error.without_url();
    let stage = match find::<rustls::Error>(&error) {
        Some(rustls::Error::InvalidCertificate(_)) => Stage::Trust,
        Some(_) => Stage::Tls,
        None if error.is_connect() => Stage::Connection,
        None => Stage::Broken,
    };
    (stage, innermost(&error))
}

/// Judges an error that came before the response's head.
pub(crate) fn no_response(error: reqwest::Error) -> Setback {
    let (stage, cause) = stage(error);
    let unavailable = Failure::Unavailable;
    match stage {
        // The same handshake would end in the same way.
        Stage::Trust => Setback::Final(unavailable(format!(
            "Okta's server could not be trusted over TLS: {cause}; behind an inspecting proxy, \
             name its CA file in SSL_CERT_FILE or okta.caFile"
        ))),
        Stage::Tls => Setback::Final(unavailable(format!(
            "no TLS connection to Okta could be made: {cause}"
        ))),
        Stage::Connection => {
            Setback::Passing(unavailable(format!("Okta could not be reached: {cause}")))
        }
        Stage::Broken => Setback::Passing(unavailable(format!(
            "the connection to Okta broke before it answered: {cause}"
        ))),
    }
}

/// An error in the middle of a body. It is final: the bytes so far are spent.
pub(crate) fn body_broke(error: reqwest::Error) -> Failure {
    Failure::Unavailable(format!(
        "Okta's answer broke off: {}",
        innermost(&error.without_url())
    ))
}

/// What an error came from, in a line that does not name where the request went.
pub(crate) fn cause(error: reqwest::Error) -> String {
    innermost(&error.without_url())
}

fn innermost(error: &reqwest::Error) -> String {
    let last = chain(error).last();
    clean(
        &last.map_or_else(|| "unknown cause".to_owned(), ToString::to_string),
        MAX_CAUSE,
    )
}

fn find<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// The error, what caused it, and so on. An I/O error leaves what it wraps out of its `source`, and
/// rustls' errors travel in one: there the wrapped error comes next.
fn chain<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let first: &'e (dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
        match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
