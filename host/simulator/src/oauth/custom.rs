//! A custom authorization server, `/oauth2/default`, as every org has one: it issues JWTs that others can check.
//!
//! * `GET …/v1/keys`: the key that it signs with, made when the org is served.
//! * `GET …/.well-known/oauth-authorization-server`: where everything is.
//! * `POST …/v1/token` with the grant type `password`: an access token for a person of the org, whose groups are in the
//!   claim `groups`. There are no passwords here, so any is right.
//!
//! Choice [?]: any scope is known that Okta does not keep for itself.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::jwt::sha256;
use super::token::{form, native};
use super::{LIFETIME, Wrong};
use crate::envelope::Content;
use crate::org::users::Status;
use crate::server::{Shared, lock};
use crate::wire::Request;

/// The server's path.
const SERVER: &str = "/oauth2/default";

/// The audience of its tokens, as in every new org.
const AUDIENCE: &str = "api://default";

/// What it signs with.
#[derive(Debug)]
pub(crate) struct Signer {
    pair: EcdsaKeyPair,
    id: String,
}

impl Signer {
    /// A new key.
    pub(crate) fn new() -> io::Result<Self> {
        let random = SystemRandom::new();
        let curve = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let no_key = || io::Error::other("the system gives no random bytes for a key");
        let document = EcdsaKeyPair::generate_pkcs8(curve, &random).map_err(|_| no_key())?;
        let pair =
            EcdsaKeyPair::from_pkcs8(curve, document.as_ref(), &random).map_err(|_| no_key())?;
        let id = sha256(pair.public_key().as_ref());
        Ok(Self { pair, id })
    }

    fn jwk(&self) -> Value {
        // Uncompressed: the byte 4, then both coordinates.
        let point = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = point.split_at(point.len() / 2);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "status": "ACTIVE",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    fn sign(&self, claims: &Value) -> Option<String> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"kid": self.id, "alg": "ES256"});
        let message = format!("{}.{}", part(&header), part(claims));
        let signed = self
            .pair
            .sign(&SystemRandom::new(), message.as_bytes())
            .ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signed)))
    }
}

/// The answer of this server's endpoint that a request is for; none when it is for none.
pub(super) fn endpoint(
    shared: &Shared,
    request: &Request,
    now: i64,
) -> Option<Result<Content, Wrong>> {
    let (path, _) = request.path_and_query();
    let below = path.strip_prefix(SERVER)?;
    let issuer = format!("{}{SERVER}", shared.base);
    Some(match (request.method.as_str(), below) {
        ("GET", "/v1/keys") => {
            let keys = json!({"keys": [shared.signer.jwk()]});
            Ok(Content::json(200, keys.to_string()))
        }
        ("GET", "/.well-known/oauth-authorization-server") => {
            let metadata = json!({
                "issuer": issuer,
                "token_endpoint": format!("{issuer}/v1/token"),
                "jwks_uri": format!("{issuer}/v1/keys"),
                "grant_types_supported": ["password"],
                "response_types_supported": [],
            });
            Ok(Content::json(200, metadata.to_string()))
        }
        ("POST", "/v1/token") => token(shared, request, &issuer, now),
        _ => return None,
    })
}

fn token(shared: &Shared, request: &Request, issuer: &str, now: i64) -> Result<Content, Wrong> {
    let form = form(request)?;
    if form.get("grant_type") != Some("password") {
        return Err(Wrong::new(
            400,
            "unsupported_grant_type",
            "The grant type is not supported by this server.",
        ));
    }
    let app = native(shared, &form)?;
    let scopes: Vec<&str> = form
        .get("scope")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    if scopes.is_empty() || scopes.iter().any(|scope| scope.starts_with("okta.")) {
        return Err(Wrong::new(
            400,
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ));
    }
    let login = form.get("username").unwrap_or_default();
    let people = shared.org.users.iter().enumerate();
    let (position, person) = people
        .filter(|(_, user)| user.status == Status::Active)
        .find(|(_, user)| user.login() == login)
        .ok_or(Wrong::new(
            400,
            "invalid_grant",
            "The credentials provided were invalid.",
        ))?;
    let groups: Vec<&str> = shared
        .org
        .groups
        .iter()
        .filter(|group| group.members.contains(&position))
        .map(|group| group.name())
        .collect();
    let id = lock(&shared.access).next(shared.options.seed, "token id", 43);
    let claims = json!({
        "ver": 1, "jti": format!("AT.{id}"), "iss": issuer, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME,
        "cid": app.client_id, "uid": person.id, "scp": scopes, "auth_time": now, "sub": login, "groups": groups,
    });
    let signed = shared.signer.sign(&claims).ok_or(Wrong::new(
        500,
        "server_error",
        "The token could not be signed.",
    ))?;
    let body = json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "access_token": signed,
        "scope": scopes.join(" "),
    });
    Ok(Content::json(200, body.to_string()))
}
