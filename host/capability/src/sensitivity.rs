//! What is too dangerous to hand out by a pattern: endpoints and fields that carry credentials.
//!
//! Reading is not harmless. Some of Okta's GETs answer with client secrets, refresh tokens or shared
//! secrets in clear, and catalogue apps keep keys under names of their own. Such endpoints and fields
//! are refused unless the manifest says `sensitive = true` with a `why` of its own; a `*` never
//! reaches such a field. The lists are ours and closed: a manifest cannot shorten them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::field::{FieldPath, Step};

/// What kind of data a field holds, or the worst that an endpoint, tool or plugin can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// Set-up, ids, states and times.
    Ordinary,
    /// It names a person, or leads to one: names, addresses, phone numbers, devices.
    Personal,
    /// A secret, or what acts like one.
    Credential,
}

impl Sensitivity {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Personal => "personal",
            Self::Credential => "credential",
        }
    }
}

/// Operations whose answer is a credential, or whose reading acts on one.
///
/// Sources: Okta's reference of each operation; recorded answers for the first two families.
const CREDENTIAL_ENDPOINTS: &[&str] = &[
    "/api/v1/apps/{appId}/credentials/secrets",
    "/api/v1/apps/{appId}/credentials/secrets/{secretId}",
    "/api/v1/idps",
    "/api/v1/idps/{idpId}",
    "/api/v1/users/{id}/idps",
    "/api/v1/idps/{idpId}/users/{userId}/credentials/tokens",
    "/integrations/api/v1/api-services/{apiServiceId}/credentials/secrets",
    "/api/v1/authenticators",
    "/api/v1/authenticators/{authenticatorId}",
    "/api/v1/email-servers",
    "/api/v1/email-servers/{emailServerId}",
    "/api/v1/api-tokens",
    "/api/v1/api-tokens/{apiTokenId}",
    "/api/v1/apps/{appId}/tokens",
    "/api/v1/apps/{appId}/tokens/{tokenId}",
    "/api/v1/authorizationServers/{authServerId}/clients/{clientId}/tokens",
    "/api/v1/authorizationServers/{authServerId}/clients/{clientId}/tokens/{tokenId}",
    "/api/v1/users/{userId}/clients/{clientId}/tokens",
    "/api/v1/users/{userId}/clients/{clientId}/tokens/{tokenId}",
    "/api/v1/users/{userId}/factors/{factorId}/transactions/{transactionId}",
    "/api/v1/sessions/{sessionId}",
    "/api/v1/eventHooks",
    "/api/v1/eventHooks/{eventHookId}",
    "/api/v1/inlineHooks",
    "/api/v1/inlineHooks/{inlineHookId}",
    "/api/v1/org/factors/yubikey_token/tokens",
    "/api/v1/org/factors/yubikey_token/tokens/{tokenId}",
];

/// Whether `template` is one of the operations whose answer carries credentials.
#[must_use]
pub fn is_credential_endpoint(template: &str) -> bool {
    CREDENTIAL_ENDPOINTS.contains(&template)
}

/// Whether a field called `name` holds a secret, whatever object it is in.
///
/// Compared without regard to case, `_` and `-`, so that `client_secret`, `clientSecret` and
/// `CLIENT-SECRET` are one name.
#[must_use]
pub fn is_secret_field(name: &str) -> bool {
    /// Names that are secrets as a whole.
    const WHOLE: &[&str] = &[
        "password",
        "answer",
        "passcode",
        "authtoken",
        "devicetoken",
        "recoveryquestion",
        "x5c",
        "k",
        "d",
        "p",
        "q",
        "dp",
        "dq",
        "qi",
        // An enrolment that is not finished: its shared secret and its QR code.
        "activation",
        // The link of an action carries its token: activation, recovery, QR codes.
        "href",
    ];
    /// Parts of names that make them secrets.
    const PARTS: &[&str] = &[
        "secret",
        "privatekey",
        "apikey",
        "accesskey",
        "accesstoken",
        "refreshtoken",
        "idtoken",
        "authtoken",
        "apitoken",
        "devicetoken",
        "activationtoken",
        "recoverytoken",
        "sharedkey",
        "passphrase",
        "qrcode",
        "bearertoken",
        "activationurl",
        "activationlink",
        "recoveryurl",
        "recoverylink",
        "resetpasswordurl",
    ];
    let folded = folded(name);
    WHOLE.contains(&folded.as_str())
        || PARTS.iter().any(|part| folded.contains(part))
        || ["password", "token", "signingkey", "encryptionkey"]
            .iter()
            .any(|end| folded.ends_with(end))
}

/// Names of fields that are about a person, whatever object they are in; compared as secrets' names are.
///
/// Sources: Okta's reference of users, factors, devices and the System Log.
const PERSONAL: &[&str] = &[
    "login",
    "username",
    "email",
    "secondemail",
    "firstname",
    "lastname",
    "middlename",
    "nickname",
    "displayname",
    "mobilephone",
    "primaryphone",
    "phonenumber",
    "phoneextension",
    "streetaddress",
    "postaladdress",
    "zipcode",
    "employeenumber",
    "manager",
    "managerid",
    "profileurl",
    "alternateid",
    "credentialid",
    "ipaddress",
    "useragent",
    "rawuseragent",
    "externalsessionid",
    "serialnumber",
    "udid",
    "imei",
    "meid",
    "lastlogin",
];

/// The class of the field `path` in the answers of `template`.
///
/// `profile.*` is personal wherever it stands: an org puts into profiles what it likes.
#[must_use]
pub fn of_field(template: &str, path: &FieldPath) -> Sensitivity {
    if path.secret(template).is_some() {
        return Sensitivity::Credential;
    }
    let personal = match path.steps() {
        [Step::Key(first), Step::Any] => first == "profile",
        [.., Step::Key(last)] => PERSONAL.contains(&folded(last).as_str()),
        _ => false,
    };
    if personal {
        Sensitivity::Personal
    } else {
        Sensitivity::Ordinary
    }
}

/// `name` without regard to case, `_`, `-` and blanks.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Names below which a secret's name is not one: they configure something that is called so.
///
/// `settings.password` of a policy is how long a password must be, not a password
/// ([Okta: policies](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/)).
const CONFIGURATION: &[(&str, &[&str])] = &[
    ("/api/v1/policies", &["settings", "password"]),
    ("/api/v1/policies/{policyId}", &["settings", "password"]),
];

/// The first key of the path `keys` that names a secret in the answers of `template`. A `*` is none, but
/// for one that takes the settings of a catalogue app's own.
#[must_use]
pub fn secret_on_the_way<'k>(template: &str, keys: &[&'k str]) -> Option<&'k str> {
    let known = CONFIGURATION
        .iter()
        .filter(|(at, prefix)| {
            *at == template && keys.len() > prefix.len() && keys.starts_with(prefix)
        })
        .map(|(_, prefix)| prefix.len())
        .max()
        .unwrap_or(0);
    // A catalogue app keeps its keys and tokens there, under names of its own.
    if let ["settings", "app", below @ ..] = keys
        && let Some(star) = below.iter().copied().find(|key| *key == "*")
    {
        return Some(star);
    }
    keys.iter()
        .skip(known)
        .copied()
        .find(|key| is_secret_field(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_s_password_settings_are_configuration_and_their_secrets_still_secrets() {
        let policy = "/api/v1/policies/{policyId}";
        let found = |template, path: &str| {
            secret_on_the_way(template, &path.split('.').collect::<Vec<_>>()).map(str::to_owned)
        };
        assert_eq!(
            found(policy, "settings.password.complexity.minLength"),
            None
        );
        assert_eq!(found(policy, "settings.password"), Some("password".into()));
        assert_eq!(
            found(policy, "settings.password.clientSecret"),
            Some("clientSecret".into())
        );
        assert_eq!(
            found("/api/v1/users/{id}", "settings.password.complexity"),
            Some("password".into())
        );
        assert_eq!(
            found("/api/v1/users/{id}", "credentials.password.value"),
            Some("password".into())
        );
    }

    #[test]
    fn every_credential_endpoint_is_one_of_okta_s() {
        for template in CREDENTIAL_ENDPOINTS {
            assert!(crate::catalogue::find(template).is_some(), "{template}");
        }
    }

    #[test]
    fn secrets_are_known_by_any_spelling_of_their_name() {
        for name in [
            "client_secret",
            "clientSecret",
            "sharedSecret",
            "SECRET-KEY",
            "privateKey",
            "apiKey",
            "secret_hash",
            "password",
            "Password",
            "smtpPassword",
            "encryptedAuthToken",
            "passCode",
            "answer",
            "recovery_question",
            "adminApiKey",
            "x5c",
            "href",
            "activation",
            "activationLink",
            "resetPasswordUrl",
        ] {
            assert!(is_secret_field(name), "{name}");
        }
    }

    #[test]
    fn ordinary_names_are_not_secrets() {
        for name in [
            "id",
            "status",
            "passwordChanged",
            "department",
            "kid",
            "displayName",
            "token_endpoint_auth_method",
            "question",
            "secondEmail",
            "factorType",
            "keys",
            "passwordPolicy",
            "lastLogin",
            "activated",
            "activationRequirements",
            "profileUrl",
        ] {
            assert!(!is_secret_field(name), "{name}");
        }
    }
}
