//! Applications as Okta shows them. The common fields and their order follow the recordings; a
//! kind adds its credentials and its links here, its settings in [`super::app_settings`].

use super::app_settings::settings;
use super::catalogue::{APPS, Kind};
use super::fixtures::SECRET_MARKER;
use crate::id::id;
use crate::json::{Json, list, object};
use crate::random::{BASE62, BASE64URL, Random};

const DAY: i64 = 86_400;
const LOGO: &str =
    "https://ok12static.oktacdn.com/assets/img/logos/default.00000000000000000000000000000000.png";

/// One application. `object` is Okta's whole object.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) object: Json,
    pub(crate) oidc: bool,
    /// What `GET /apps/{id}/credentials/secrets` answers: client secrets in clear. Empty for
    /// applications without one.
    pub(crate) secrets: Json,
}

impl App {
    /// The label that people see.
    pub(crate) fn label(&self) -> &str {
        self.object.text_at("label")
    }

    /// The technical name.
    pub(crate) fn name(&self) -> &str {
        self.object.text_at("name")
    }
}

/// What all applications of one org share.
pub(super) struct Surroundings<'a> {
    pub(super) seed: u64,
    pub(super) now: i64,
    pub(super) org_id: &'a str,
    /// The policies that applications link to.
    pub(super) access_policy: &'a str,
    pub(super) profile_enrollment_policy: &'a str,
}

/// The id of the application at `index` of [`APPS`]; groups need it before the application itself
/// exists.
pub(super) fn app_id(seed: u64, index: usize) -> String {
    id("0oa", index, &mut Random::stream(seed, "app id", index))
}

/// The applications in the order of their ids.
pub(super) fn generate(surroundings: &Surroundings<'_>) -> Vec<App> {
    APPS.iter()
        .enumerate()
        .map(|(index, (label, kind, _, active))| app(index, label, *kind, *active, surroundings))
        .collect()
}

fn app(
    index: usize,
    label: &'static str,
    kind: Kind,
    active: bool,
    surroundings: &Surroundings<'_>,
) -> App {
    let Surroundings {
        seed, now, org_id, ..
    } = *surroundings;
    let app_id = app_id(seed, index);
    let random = &mut Random::stream(seed, "app", index);
    let name = technical_name(kind, label, index);
    let created = now - random.between(60 * DAY, 900 * DAY);
    let updated = random.between(created + 60, now - DAY);
    let mode = sign_on_mode(kind);
    let oidc = mode == Some("OPENID_CONNECT");
    let link_name = match kind {
        Kind::Bookmark | Kind::Swa | Kind::SwaThreeFields | Kind::AutoLogin => "login".to_owned(),
        _ => format!("{name}_link"),
    };
    let mut object = object! {
        "id": app_id.clone(),
        "orn": format!("orn:okta:idp:{org_id}:apps:{name}:{app_id}"),
        "name": name.clone(),
        "label": label,
        "status": if active { "ACTIVE" } else { "INACTIVE" },
        "lastUpdated": Json::Time(updated),
        "created": Json::Time(created),
        "accessibility": object! {
            "selfService": false, "errorRedirectUrl": Json::Null, "loginRedirectUrl": Json::Null,
        },
        "visibility": object! {
            "autoLaunch": false,
            "autoSubmitToolbar": false,
            "hide": object! { "iOS": false, "web": false },
            "appLinks": Json::Object(vec![(link_name.clone().into(), Json::Bool(true))]),
        },
        "features": features(kind),
        "signOnMode": mode,
        "credentials": credentials(kind, &app_id, random),
        "universalLogout": universal_logout(kind),
        "settings": settings(kind, label, random),
    };
    object.push(
        "_links",
        links(
            kind,
            &app_id,
            &name,
            &link_name,
            active,
            surroundings,
            random,
        ),
    );
    let secrets = if has_client_secret(kind) {
        secrets(&app_id, created, random)
    } else {
        list![]
    };
    App {
        id: app_id,
        object,
        oidc,
        secrets,
    }
}

fn technical_name(kind: Kind, label: &str, index: usize) -> String {
    let name = match kind {
        Kind::OidcWeb
        | Kind::OidcWebWithSecret
        | Kind::OidcBrowser
        | Kind::OidcNative
        | Kind::OidcService => "oidc_client",
        Kind::Bookmark => "bookmark",
        Kind::Swa => "template_swa",
        Kind::SwaThreeFields => "template_swa3field",
        Kind::SecurePasswordStore => "template_sps",
        Kind::BasicAuth => "template_basic_auth",
        Kind::WsFederation => "template_wsfed",
        Kind::Catalogue(name, _)
        | Kind::CatalogueWithoutMode(name)
        | Kind::CatalogueWithSecret(name) => name,
        Kind::Saml2 | Kind::Saml1 | Kind::AutoLogin => {
            let letters: String = label
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|letter| letter.to_ascii_lowercase())
                .collect();
            return format!("northwind_{letters}_{}", index + 1);
        }
    };
    name.to_owned()
}

fn sign_on_mode(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::OidcWeb
        | Kind::OidcWebWithSecret
        | Kind::OidcBrowser
        | Kind::OidcNative
        | Kind::OidcService => "OPENID_CONNECT",
        Kind::Saml2 => "SAML_2_0",
        Kind::Saml1 => "SAML_1_1",
        Kind::Bookmark => "BOOKMARK",
        Kind::AutoLogin => "AUTO_LOGIN",
        Kind::Swa | Kind::SwaThreeFields | Kind::CatalogueWithSecret(_) => "BROWSER_PLUGIN",
        Kind::SecurePasswordStore => "SECURE_PASSWORD_STORE",
        Kind::BasicAuth => "BASIC_AUTH",
        Kind::WsFederation => "WS_FEDERATION",
        Kind::Catalogue(_, mode) => mode,
        Kind::CatalogueWithoutMode(_) => return None,
    })
}

fn has_client_secret(kind: Kind) -> bool {
    matches!(kind, Kind::OidcWeb | Kind::OidcWebWithSecret)
}

fn features(kind: Kind) -> Json {
    match kind {
        Kind::CatalogueWithoutMode("active_directory") => {
            list!["IMPORT_NEW_USERS", "OUTBOUND_DEL_AUTH"]
        }
        Kind::CatalogueWithoutMode(_) => {
            list!["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "GROUP_PUSH"]
        }
        Kind::Catalogue("salesforce" | "slack", _) => list!["PUSH_NEW_USERS"],
        _ => list![],
    }
}

fn universal_logout(kind: Kind) -> Json {
    match sign_on_mode(kind) {
        Some("OPENID_CONNECT" | "SAML_2_0") => object! {
            "status": "DISABLED", "supportType": "FULL", "identityStack": "NOT_SHARED",
            "protocol": "GLOBAL_TOKEN_REVOCATION",
        },
        _ => Json::Null,
    }
}

fn credentials(kind: Kind, app_id: &str, random: &mut Random) -> Json {
    let template = object! { "template": "${source.login}", "type": "BUILT_IN" };
    let kid = format!("kid-northwind-{}", random.text(BASE62, 28));
    let oauth = |method: &'static str, pkce: bool| {
        object! {
            "autoKeyRotation": true,
            "client_id": app_id.to_owned(),
            "token_endpoint_auth_method": method,
            "pkce_required": pkce,
        }
    };
    let signed = |oauth: Option<Json>| {
        let mut value = object! { "userNameTemplate": template.clone(), "signing": object! { "kid": kid.clone() } };
        if let Some(oauth) = oauth {
            value.push("oauthClient", oauth);
        }
        value
    };
    match kind {
        Kind::OidcWeb => signed(Some(oauth("client_secret_basic", true))),
        Kind::OidcWebWithSecret => {
            // Okta's document allows the secret here; no recording of a GET shows it.
            let mut client = oauth("client_secret_post", true);
            client.push("client_secret", secret(random));
            signed(Some(client))
        }
        Kind::OidcBrowser | Kind::OidcNative => signed(Some(oauth("none", true))),
        Kind::OidcService => signed(Some(oauth("private_key_jwt", false))),
        Kind::Saml2 | Kind::Saml1 | Kind::WsFederation | Kind::Catalogue(_, _) => signed(None),
        Kind::Bookmark => object! { "userNameTemplate": template, "signing": object! {} },
        Kind::CatalogueWithoutMode(_) => {
            object! { "userNameTemplate": template, "signing": object! {} }
        }
        Kind::Swa
        | Kind::SwaThreeFields
        | Kind::AutoLogin
        | Kind::SecurePasswordStore
        | Kind::BasicAuth
        | Kind::CatalogueWithSecret(_) => object! {
            "scheme": "EDIT_USERNAME_AND_PASSWORD",
            "userNameTemplate": template,
            "revealPassword": false,
            "signing": object! {},
        },
    }
}

/// A text to be redacted.
pub(super) fn secret(random: &mut Random) -> String {
    format!("{SECRET_MARKER}-{}", random.text(BASE64URL, 46))
}

fn secrets(app_id: &str, created: i64, random: &mut Random) -> Json {
    let mut entry = |status: &'static str, link: &'static str| {
        let secret_id = id("ocs", 1, random);
        let at = format!("/api/v1/apps/{app_id}/credentials/secrets/{secret_id}/lifecycle/{link}");
        let link_object =
            object! { "href": Json::Href(at), "hints": object! { "allow": list!["POST"] } };
        object! {
            "id": secret_id,
            "status": status,
            "client_secret": secret(random),
            "secret_hash": random.text(BASE64URL, 22),
            "created": Json::Time(created),
            "lastUpdated": Json::Time(created),
            "_links": Json::Object(vec![(link.into(), link_object)]),
        }
    };
    list![entry("ACTIVE", "deactivate"), entry("INACTIVE", "activate")]
}

fn links(
    kind: Kind,
    app_id: &str,
    name: &str,
    link_name: &str,
    active: bool,
    surroundings: &Surroundings<'_>,
    random: &mut Random,
) -> Json {
    let at = |path: &str| Json::Href(format!("/api/v1/apps/{app_id}{path}"));
    let mut links = object! {};
    if kind == Kind::Saml2 {
        links.push(
            "metadata",
            object! { "href": at("/sso/saml/metadata"), "type": "application/xml" },
        );
    }
    links.push(
        "uploadLogo",
        object! { "href": at("/logo"), "hints": object! { "allow": list!["POST"] } },
    );
    let assignment = format!("aln1{}5d7", random.text(BASE62, 13));
    let home = Json::Href(format!("/home/{name}/{app_id}/{assignment}"));
    links.push(
        "appLinks",
        list![object! { "name": link_name.to_owned(), "href": home, "type": "text/html" }],
    );
    let policy =
        |policy_id: &str| object! { "href": Json::Href(format!("/api/v1/policies/{policy_id}")) };
    links.push(
        "profileEnrollment",
        policy(surroundings.profile_enrollment_policy),
    );
    links.push(
        "policies",
        object! { "href": at("/policies"), "hints": object! { "allow": list!["PUT"] } },
    );
    links.push("groups", object! { "href": at("/groups") });
    links.push(
        "logo",
        list![object! { "name": "medium", "href": LOGO, "type": "image/png" }],
    );
    if has_client_secret(kind) {
        let secrets = object! { "name": "secrets", "href": at("/credentials/secrets") };
        links.push("clientCredentials", list![secrets]);
    }
    links.push("accessPolicy", policy(surroundings.access_policy));
    links.push("users", object! { "href": at("/users") });
    let (action, path) = if active {
        ("deactivate", "/lifecycle/deactivate")
    } else {
        ("activate", "/lifecycle/activate")
    };
    links.push(action, object! { "href": at(path) });
    links
}
