//! Sessions of Streamable HTTP that are their opener's alone.
//!
//! The MCP library remembers a session by its id and asks nobody whose it is. So the id that a client gets has a seal
//! behind it, a MAC over the id and its caller's subject, and one that comes back without the seal of whoever shows the
//! token now is as unknown as an invented one. Nothing is remembered for it. The key lives as long as the sessions:
//! as long as the process.
//! [MCP, security: session hijacking](https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices#session-hijacking).

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::access::Caller;

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// The key of the seals.
#[derive(Clone)]
pub(super) struct Seal([u8; 32]);

impl Seal {
    /// A seal that nobody else has.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub(super) fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    fn mac(&self, id: &str, caller: &Caller) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        let subject = caller.subject().unwrap_or_default();
        // With its length before it: where the one ends and the other begins is part of what is sealed.
        mac.update(&(subject.len() as u64).to_be_bytes());
        mac.update(subject.as_bytes());
        mac.update(id.as_bytes());
        Some(mac)
    }

    /// `id` as `caller` gets it.
    fn close(&self, id: &str, caller: &Caller) -> Option<String> {
        let seal = self.mac(id, caller)?.finalize().into_bytes();
        Some(format!("{id}.{}", URL_SAFE_NO_PAD.encode(seal)))
    }

    /// The id in `sealed`, if it is `caller`'s.
    fn open<'s>(&self, sealed: &'s str, caller: &Caller) -> Option<&'s str> {
        let (id, seal) = sealed.rsplit_once('.')?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        self.mac(id, caller)?.verify_slice(&seal).ok()?;
        Some(id)
    }
}

/// The layer between the caller's token and the sessions.
pub(super) async fn check(
    State(seal): State<Seal>,
    Extension(caller): Extension<Caller>,
    mut request: Request,
    next: Next,
) -> Response {
    let shown: Vec<HeaderValue> = request.headers().get_all(SESSION).iter().cloned().collect();
    if !shown.is_empty() {
        let only = match shown.as_slice() {
            [only] => only.to_str().ok(),
            _ => None,
        };
        let id = only
            .and_then(|sealed| seal.open(sealed, &caller))
            .and_then(|id| HeaderValue::from_str(id).ok());
        let Some(id) = id else {
            return (
                StatusCode::NOT_FOUND,
                "there is no such session; initialize again\n",
            )
                .into_response();
        };
        request.headers_mut().insert(SESSION, id);
    }
    let mut response = next.run(request).await;
    let sealed = response
        .headers()
        .get(SESSION)
        .and_then(|id| seal.close(id.to_str().ok()?, &caller))
        .and_then(|sealed| HeaderValue::try_from(sealed).ok());
    // A session whose id cannot be sealed is not told of.
    match sealed {
        Some(sealed) => response.headers_mut().insert(SESSION, sealed),
        None => response.headers_mut().remove(SESSION),
    };
    response
}

#[cfg(test)]
mod tests {
    use super::super::access::Opened;
    use super::*;

    fn caller(subject: &str) -> Caller {
        Caller::bearer(subject, Opened::default())
    }

    #[test]
    fn a_sealed_id_opens_for_its_own_caller_only_and_unaltered_only() {
        let seal = Seal::new().unwrap();
        let sealed = seal.close("a-1", &caller("mara")).unwrap();
        assert_eq!(seal.open(&sealed, &caller("mara")), Some("a-1"));
        assert_eq!(seal.open(&sealed, &caller("maraa")), None);
        assert_eq!(seal.open(&sealed, &Caller::local()), None);
        let other = sealed.replace("a-1", "a-2");
        let mut cut = sealed.clone();
        cut.pop();
        for altered in ["a-1", "a-1.", &other, &cut] {
            assert_eq!(seal.open(altered, &caller("mara")), None, "{altered}");
        }
        assert_eq!(Seal::new().unwrap().open(&sealed, &caller("mara")), None);
    }

    #[test]
    fn what_is_subject_and_what_is_id_cannot_be_shifted() {
        let seal = Seal::new().unwrap();
        let sealed = seal.close("b", &caller("a")).unwrap();
        let shifted = format!("ab.{}", sealed.split_once('.').unwrap().1);
        assert_eq!(seal.open(&shifted, &caller("")), None);
    }
}
