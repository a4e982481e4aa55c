//! `private_key_jwt`: the token that a service app authenticates with.
//! ([Okta's guide](https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/),
//! [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523).)

use jsonwebtoken::errors::Error;
use serde::Serialize;

use super::key::PrivateKey;
use super::unique;

/// Seconds that an assertion is good for. Okta takes up to an hour; it is used at once and only once.
const VALIDITY: i64 = 300;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

/// An assertion of `client_id` for the token endpoint at `audience`, made `now`. Each is another one:
/// Okta takes an id once, in a request that it refuses as well.
pub(super) fn sign(
    key: &PrivateKey,
    client_id: &str,
    audience: &str,
    now: i64,
) -> Result<String, Error> {
    let claims = Claims {
        iss: client_id,
        sub: client_id,
        aud: audience,
        iat: now,
        exp: now.saturating_add(VALIDITY),
        jti: unique(),
    };
    key.sign(&key.header(), &claims)
}
