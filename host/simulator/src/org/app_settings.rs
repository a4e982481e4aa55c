//! The settings of applications, which differ most from kind to kind.

use super::apps::secret;
use super::catalogue::Kind;
use super::fixtures::PORTAL_APP;
use crate::id::id;
use crate::json::{Json, list, object};
use crate::random::{BASE64URL, Random};

/// The member `settings` of an application.
pub(super) fn settings(kind: Kind, label: &'static str, random: &mut Random) -> Json {
    let slug: String = label
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let site = format!(
        "https://{}.northwind.example.com",
        if slug.is_empty() { "app" } else { &slug }
    );
    let note =
        (label == PORTAL_APP).then_some("Ask the platform team before changing the redirect URIs.");
    let mut settings = object! {
        "app": app_settings(kind, &site, random),
        "notifications": object! {
            "vpn": object! {
                "network": object! { "connection": "DISABLED" }, "message": Json::Null, "helpUrl": Json::Null,
            },
        },
        "manualProvisioning": false,
        "implicitAssignment": false,
        "emOptInStatus": "NONE",
        "notes": object! { "admin": note, "enduser": Json::Null },
    };
    match kind {
        Kind::OidcWeb | Kind::OidcWebWithSecret => {
            settings.push("oauthClient", oauth_client("web", &site, random))
        }
        Kind::OidcBrowser => settings.push("oauthClient", oauth_client("browser", &site, random)),
        Kind::OidcNative => settings.push("oauthClient", oauth_client("native", &site, random)),
        Kind::OidcService => settings.push("oauthClient", oauth_client("service", &site, random)),
        Kind::Saml2 => settings.push("signOn", saml(&site, true)),
        Kind::Saml1 => settings.push("signOn", saml(&site, false)),
        _ => {}
    }
    settings
}

/// `settings.app` is free-form: each catalogue application brings names of its own.
fn app_settings(kind: Kind, site: &str, random: &mut Random) -> Json {
    match kind {
        Kind::Bookmark => object! { "requestIntegration": false, "url": site.to_owned() },
        Kind::Swa => object! {
            "loginUrlRegex": Json::Null, "usernameField": "user", "redirectUrl": Json::Null,
            "buttonField": "login", "checkbox": Json::Null, "passwordField": "pass",
            "url": format!("{site}/login"),
        },
        Kind::SwaThreeFields => object! {
            "loginUrlRegex": Json::Null, "targetURL": format!("{site}/login"), "buttonSelector": "#go",
            "userNameSelector": "#user", "passwordSelector": "#pass", "extraFieldSelector": "#company",
            "extraFieldValue": "northwind",
        },
        Kind::AutoLogin => object! {},
        Kind::SecurePasswordStore => object! {
            "url": format!("{site}/session"), "passwordField": "pass", "usernameField": "user",
            "optionalField1": "company", "optionalField1Value": "northwind",
            "optionalField2": Json::Null, "optionalField2Value": Json::Null,
            "optionalField3": Json::Null, "optionalField3Value": Json::Null,
        },
        Kind::BasicAuth => object! { "authURL": format!("{site}/auth"), "url": site.to_owned() },
        Kind::WsFederation => object! {
            "audienceRestriction": format!("urn:{site}"), "authnContextClassRef":
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            "groupValueFormat": "windowsDomainQualifiedName", "nameIDFormat":
                "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            "siteURL": site.to_owned(), "usernameAttribute": "username", "wReplyOverride": false,
            "wReplyURL": format!("{site}/_trust"), "realm": Json::Null,
        },
        Kind::CatalogueWithSecret(_) => object! {
            "subdomain": "northwind",
            "region": "eu-north",
            "apiKey": secret(random),
            "authToken": secret(random),
            "webhookUrl": format!("https://hooks.example.net/in/{}", secret(random)),
        },
        Kind::CatalogueWithoutMode("active_directory") => object! {
            "namingContext": "northwind.example.com", "filterGroupsByOU": false, "jitGroupsAcrossDomains": false,
            "password": Json::Null, "scanRate": Json::Null, "login": Json::Null,
        },
        Kind::Catalogue(name, _) | Kind::CatalogueWithoutMode(name) => object! {
            "domain": "northwind", "instanceType": "PRODUCTION", "siteId": format!("{name}-{}", random.below(1000)),
        },
        _ => object! {},
    }
}

fn oauth_client(kind: &'static str, site: &str, random: &mut Random) -> Json {
    let service = kind == "service";
    let list_of = |path: &str| {
        if service {
            list![]
        } else {
            list![format!("{site}{path}")]
        }
    };
    let mut client = object! {
        "client_uri": Json::Null,
        "logo_uri": Json::Null,
        "redirect_uris": list_of("/callback"),
    };
    if !service {
        client.push("post_logout_redirect_uris", list![site.to_owned()]);
    }
    client.push(
        "response_types",
        if service {
            list!["token"]
        } else {
            list!["code"]
        },
    );
    let grants = if service {
        list!["client_credentials"]
    } else {
        list!["authorization_code", "refresh_token"]
    };
    client.push("grant_types", grants);
    client.push("application_type", kind);
    client.push("consent_method", "TRUSTED");
    client.push("issuer_mode", "DYNAMIC");
    if !service {
        client.push("refresh_token", object! { "rotation_type": "STATIC" });
    }
    client.push(
        "idp_initiated_login",
        object! { "mode": "DISABLED", "default_scope": list![] },
    );
    client.push("wildcard_redirect", "DISABLED");
    if service {
        let key = object! {
            "kty": "RSA", "id": id("pks", 1, random), "status": "ACTIVE", "kid": "nw-service-1", "use": "sig",
            "e": "AQAB", "n": random.text(BASE64URL, 342),
        };
        client.push("jwks", object! { "keys": list![key] });
    }
    client.push("dpop_bound_access_tokens", service);
    client.push("participate_slo", false);
    client
}

fn saml(site: &str, second: bool) -> Json {
    let acs = format!("{site}/saml/acs");
    let statement = object! {
        "type": "EXPRESSION", "name": "email",
        "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", "values": list!["user.email"],
    };
    let mut sign_on = object! {
        "defaultRelayState": Json::Null,
        "ssoAcsUrl": acs.clone(),
        "idpIssuer": "http://www.okta.com/${org.externalKey}",
        "audience": site.to_owned(),
        "recipient": acs.clone(),
        "destination": acs,
        "subjectNameIdTemplate": "${user.userName}",
        "subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        "responseSigned": true,
        "assertionSigned": true,
        "signatureAlgorithm": "RSA_SHA256",
        "digestAlgorithm": "SHA256",
        "honorForceAuthn": true,
        "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "spIssuer": Json::Null,
        "requestCompressed": false,
        "attributeStatements": list![statement],
        "inlineHooks": list![],
    };
    if second {
        sign_on.push("assertionEncryption", object! { "enabled": false });
        sign_on.push("allowMultipleAcsEndpoints", false);
        sign_on.push("acsEndpoints", list![]);
        sign_on.push("samlSignedRequestEnabled", false);
        sign_on.push("slo", object! { "enabled": false });
    }
    sign_on
}
