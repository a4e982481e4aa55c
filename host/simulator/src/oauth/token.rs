//! `POST /oauth2/v1/token`.

use serde_json::json;

use super::device::State;
use super::jwt::Jwt;
use super::{Access, AppKind, Issued, LIFETIME, OAuthApp, Wrong, proof};
use crate::envelope::Content;
use crate::query_string::Parameters;
use crate::server::{Shared, lock};
use crate::wire::Request;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Seconds ahead that an assertion's `exp` may be.
const MAX_VALIDITY: i64 = 3_600;

pub(super) fn answer(shared: &Shared, request: &Request, now: i64) -> Result<Content, Wrong> {
    let form = form(request)?;
    let access = &mut *lock(&shared.access);
    match form.get("grant_type") {
        Some("client_credentials") => {
            let app = client(shared, &form, now, access)?;
            let scopes = granted(app, form.get("scope").unwrap_or_default())?;
            let key = binding(shared, app, request, now, access)?;
            Ok(issue(shared, app, scopes, key, now, access, None))
        }
        Some(DEVICE_CODE) => {
            let app = native(shared, &form)?;
            let code = form.get("device_code").unwrap_or_default().to_owned();
            let key = binding(shared, app, request, now, access)?;
            let device = access
                .devices
                .get_mut(&code)
                .filter(|device| device.client_id == app.client_id)
                .ok_or(Wrong::new(
                    400,
                    "invalid_grant",
                    "The device code is invalid.",
                ))?;
            match device.poll(now) {
                State::Approved => {}
                State::Pending => {
                    return Err(Wrong::new(
                        400,
                        "authorization_pending",
                        "The device authorization is pending. Please try again later.",
                    ));
                }
                State::TooFast => {
                    return Err(Wrong::new(
                        400,
                        "slow_down",
                        "The client is polling too quickly.",
                    ));
                }
                State::Denied => {
                    return Err(Wrong::new(
                        400,
                        "access_denied",
                        "The resource owner or authorization server denied the request.",
                    ));
                }
                State::Expired => {
                    return Err(Wrong::new(
                        400,
                        "expired_token",
                        "The device code is invalid or has expired.",
                    ));
                }
            }
            let scopes = device.scopes.clone();
            access.devices.remove(&code);
            let offline = scopes.iter().any(|scope| scope == "offline_access");
            let keep = offline.then(|| scopes.clone());
            Ok(issue(shared, app, scopes, key, now, access, keep))
        }
        Some("refresh_token") => {
            let app = native(shared, &form)?;
            let key = binding(shared, app, request, now, access)?;
            // A refresh token is used once; its successor comes with the answer.
            let held = form
                .get("refresh_token")
                .and_then(|sent| access.refresh.remove(sent))
                .filter(|held| held.client_id == app.client_id && held.key == key)
                .ok_or(Wrong::new(
                    400,
                    "invalid_grant",
                    "The refresh token is invalid or expired.",
                ))?;
            let scopes = match form.filled("scope") {
                None => held.scopes.clone(),
                Some(asked) => {
                    let asked: Vec<String> = asked.split(' ').map(str::to_owned).collect();
                    if !asked.iter().all(|scope| held.scopes.contains(scope)) {
                        return Err(Wrong::new(
                            400,
                            "invalid_scope",
                            "The requested scope exceeds the scope that was granted.",
                        ));
                    }
                    asked
                }
            };
            // RFC 6749, section 6: what a refresh token is good for does not shrink with its use.
            Ok(issue(
                shared,
                app,
                scopes,
                key,
                now,
                access,
                Some(held.scopes),
            ))
        }
        Some(_) => Err(Wrong::new(
            400,
            "unsupported_grant_type",
            "The grant type is not supported by this server.",
        )),
        None => Err(Wrong::new(
            400,
            "invalid_request",
            "The 'grant_type' parameter is missing.",
        )),
    }
}

/// The parameters of a request's body.
pub(super) fn form(request: &Request) -> Result<Parameters, Wrong> {
    let content_type = request.header("content-type").unwrap_or_default();
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return Err(Wrong::new(
            400,
            "invalid_request",
            "Accept and/or Content-Type headers are likely not set.",
        ));
    }
    Ok(Parameters::parse(&String::from_utf8_lossy(&request.body)))
}

/// The service app that an assertion proves.
fn client<'a>(
    shared: &'a Shared,
    form: &Parameters,
    now: i64,
    access: &mut Access,
) -> Result<&'a OAuthApp, Wrong> {
    if form.get("client_secret").is_some() || form.get("client_assertion_type") != Some(ASSERTION) {
        return Err(Wrong::client(
            "Client Credentials requests to the Org Authorization Server must use the private_key_jwt \
             token_endpoint_auth_method.",
        ));
    }
    let jwt = form
        .get("client_assertion")
        .and_then(Jwt::parse)
        .ok_or(Wrong::client(
            "The client_assertion token is not a valid JWT.",
        ))?;
    let issuer = jwt.claim("iss").unwrap_or_default();
    let app = find(shared, issuer).ok_or(Wrong::client(
        "The issuer of the client_assertion is invalid.",
    ))?;
    let AppKind::Service(keys) = &app.kind else {
        return Err(Wrong::client("The client is not a service app."));
    };
    if jwt.claim("sub") != Some(issuer) {
        return Err(Wrong::client(
            "The subject of the client_assertion is invalid.",
        ));
    }
    let audience = jwt.claims.get("aud");
    let token_url = format!("{}/oauth2/v1/token", shared.base);
    let named = audience.is_some_and(|aud| {
        aud == token_url.as_str()
            || aud
                .as_array()
                .is_some_and(|all| all.iter().any(|aud| aud == token_url.as_str()))
    });
    if !named {
        return Err(Wrong::client(
            "The audience of the client_assertion is invalid.",
        ));
    }
    // Okta tries the key that the header names, or the only one there is.
    let key = match jwt.head("kid") {
        Some(id) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
        None => match keys.as_slice() {
            [only] => Some(only),
            _ => None,
        },
    };
    let key = key.ok_or(Wrong::client(
        "The client_assertion was signed with a key that the client does not have.",
    ))?;
    if !jwt.is_signed_by(key) {
        return Err(Wrong::client("The client_assertion signature is invalid."));
    }
    let expires = jwt.time("exp").ok_or(Wrong::client(
        "The client_assertion has no expiration time.",
    ))?;
    if expires <= now {
        return Err(Wrong::client("The client_assertion token is expired."));
    }
    if expires > now + MAX_VALIDITY {
        return Err(Wrong::client(
            "The client_assertion token has an expiration too far into the future.",
        ));
    }
    if jwt.time("iat").is_some_and(|iat| iat > now) {
        return Err(Wrong::client(
            "The client_assertion token has an issued-at time in the future.",
        ));
    }
    if let Some(jti) = jwt.claim("jti")
        && !access
            .assertions
            .insert((issuer.to_owned(), jti.to_owned()))
    {
        return Err(Wrong::client(
            "The client_assertion token has already been used.",
        ));
    }
    Ok(app)
}

pub(super) fn find<'a>(shared: &'a Shared, client_id: &str) -> Option<&'a OAuthApp> {
    shared
        .options
        .apps
        .iter()
        .find(|app| app.client_id == client_id)
}

/// The native app that a request names.
pub(super) fn native<'a>(shared: &'a Shared, form: &Parameters) -> Result<&'a OAuthApp, Wrong> {
    find(shared, form.get("client_id").unwrap_or_default())
        .filter(|app| matches!(app.kind, AppKind::Native))
        .ok_or(Wrong::client("Invalid value for 'client_id' parameter."))
}

/// The scopes that an app asks for, if it may have all of them.
///
/// Choice [?]: one that was not granted refuses the request; `openid` and `offline_access` need no grant.
pub(super) fn granted(app: &OAuthApp, asked: &str) -> Result<Vec<String>, Wrong> {
    let asked: Vec<String> = asked.split_ascii_whitespace().map(str::to_owned).collect();
    if asked.is_empty() {
        return Err(Wrong::new(
            400,
            "invalid_scope",
            "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
        ));
    }
    let free = ["openid", "offline_access"];
    for scope in asked.iter().filter(|scope| !free.contains(&scope.as_str())) {
        if !scope.starts_with("okta.") {
            return Err(Wrong::new(
                400,
                "invalid_scope",
                "One or more scopes are not configured for the authorization server resource.",
            ));
        }
        if !super::allows(&app.scopes, scope) {
            return Err(Wrong::new(
                400,
                "consent_required",
                "You are not allowed any of the requested scopes.",
            ));
        }
    }
    Ok(asked)
}

/// The key that a token is to be bound to, where the app is set so or a proof is there.
fn binding(
    shared: &Shared,
    app: &OAuthApp,
    request: &Request,
    now: i64,
    access: &mut Access,
) -> Result<Option<String>, Wrong> {
    if !app.dpop && request.header("dpop").is_none() {
        return Ok(None);
    }
    let expected = proof::Expected {
        method: "POST",
        url: &format!("{}/oauth2/v1/token", shared.base),
        token: None,
        nonce: Some(proof::nonce(shared.options.seed, now)),
    };
    proof::check(request, &expected, now, &mut access.proofs).map(Some)
}

fn issue(
    shared: &Shared,
    app: &OAuthApp,
    scopes: Vec<String>,
    key: Option<String>,
    now: i64,
    access: &mut Access,
    keep: Option<Vec<String>>,
) -> Content {
    let seed = shared.options.seed;
    let token = access.next(seed, "access token", 64);
    let mut body = json!({
        "token_type": if key.is_some() { "DPoP" } else { "Bearer" },
        "expires_in": LIFETIME,
        "access_token": token,
        "scope": scopes.join(" "),
    });
    let issued = Issued {
        client_id: app.client_id.clone(),
        scopes,
        expires: now + LIFETIME,
        key,
    };
    if let Some(scopes) = keep {
        let refresh = access.next(seed, "refresh token", 43);
        if let Some(body) = body.as_object_mut() {
            body.insert("refresh_token".to_owned(), refresh.clone().into());
        }
        access.refresh.insert(
            refresh,
            Issued {
                scopes,
                ..issued.clone()
            },
        );
    }
    access.tokens.insert(token, issued);
    Content::json(200, body.to_string())
}
