//! The factors that users have enrolled.

use super::fixtures;
use super::users::{Status, User};
use crate::id::id;
use crate::json::{Json, list, object};
use crate::random::{BASE64URL, Random};

const DAY: i64 = 86_400;

/// Type, provider, vendor and id prefix of each factor that the simulator knows. The prefixes of
/// `token` are `rsa`/`ufv` by vendor; `web` has no recorded prefix.
const KINDS: &[(&str, &str, &str, &str)] = &[
    ("push", "OKTA", "OKTA", "opf"),
    ("token:software:totp", "OKTA", "OKTA", "ost"),
    ("webauthn", "FIDO", "FIDO", "fwf"),
    ("question", "OKTA", "OKTA", "ufs"),
    ("sms", "OKTA", "OKTA", "mbl"),
    ("call", "OKTA", "OKTA", "clf"),
    ("email", "OKTA", "OKTA", "emf"),
    ("token:software:totp", "GOOGLE", "GOOGLE", "uft"),
    ("signed_nonce", "OKTA", "OKTA", "opf"),
    ("u2f", "FIDO", "FIDO", "fuf"),
    ("token:hotp", "CUSTOM", "Acme Tokens", "chf"),
    ("token:hardware", "YUBICO", "YUBICO", "ykf"),
    ("token", "RSA", "RSA", "rsa"),
    ("token", "SYMANTEC", "SYMANTEC", "ufv"),
    // Choice [?]: no id of a Duo factor is recorded.
    ("web", "DUO", "DUO", "dsf"),
];

/// The factors of each user, in the order of the users.
pub(super) fn generate(seed: u64, now: i64, users: &[User]) -> Vec<Vec<Json>> {
    users
        .iter()
        .enumerate()
        .map(|(index, user)| {
            let mut random = Random::stream(seed, "factors", index);
            chosen(user, &mut random)
                .into_iter()
                .enumerate()
                .map(|(place, kind)| factor(index * 8 + place, kind, user, now, &mut random))
                .collect()
        })
        .collect()
}

/// Positions in [`KINDS`], ascending. The first four are the popular ones.
fn chosen(user: &User, random: &mut Random) -> Vec<usize> {
    if user.login() == fixtures::ENGINEER {
        return vec![0, 1, 2, 3];
    }
    if matches!(user.status, Status::Staged | Status::Deprovisioned) {
        return Vec::new();
    }
    let mut kinds: Vec<usize> = (0..random.below(5))
        .map(|_| match random.below(3) {
            0 => random.below(KINDS.len() as u64) as usize,
            _ => random.below(7) as usize,
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn factor(serial: usize, kind: usize, user: &User, now: i64, random: &mut Random) -> Json {
    let (factor_type, provider, vendor, prefix) = KINDS.get(kind).copied().unwrap_or_default();
    let factor_id = id(prefix, serial, random);
    let pending = factor_type == "sms" && random.chance(12);
    let status = match factor_type {
        _ if pending => "PENDING_ACTIVATION",
        _ if user.login() == fixtures::ENGINEER => "ACTIVE",
        _ => match random.below(30) {
            0 => "INACTIVE",
            1 => "EXPIRED",
            _ => "ACTIVE",
        },
    };
    let created = now - random.between(3 * DAY, 39 * DAY);
    let mut object = object! {
        "id": factor_id.clone(),
        "factorType": factor_type,
        "provider": provider,
        "vendorName": vendor,
        "status": status,
    };
    // The recorded email factor has no time stamps.
    if factor_type != "email" {
        object.push("created", Json::Time(created));
        object.push("lastUpdated", Json::Time(created + 90));
    }
    object.push("profile", profile(factor_type, provider, user, random));
    object.push("_links", links(factor_type, pending, &factor_id, user));
    object
}

fn profile(factor_type: &str, provider: &str, user: &User, random: &mut Random) -> Json {
    let login = || Json::text(user.login());
    let mut phone = || format!("+1555{:03}{:04}", random.below(1000), random.below(10_000));
    match factor_type {
        "push" | "signed_nonce" => {
            let key = if factor_type == "push" {
                object! {
                    "kty": "PKIX", "use": "sig", "kid": "default", "x5c": list![random.text(BASE64URL, 160)],
                }
            } else {
                object! {
                    "kty": "EC", "use": "sig", "kid": "default", "jwkType": "proofOfPossession",
                    "x": random.text(BASE64URL, 43), "y": random.text(BASE64URL, 43), "crv": "P-256",
                }
            };
            let name = format!("{}'s phone", user.object.text_at("profile.firstName"));
            let mut profile =
                object! { "credentialId": login(), "deviceType": "SmartPhone_IPhone" };
            // The two types differ in the place of `keys`.
            if factor_type == "push" {
                profile.push("keys", list![key.clone()]);
            }
            profile.push("name", name);
            profile.push("platform", "IOS");
            profile.push("version", "18.5");
            if factor_type != "push" {
                profile.push("keys", list![key]);
            }
            profile
        }
        "sms" | "call" => object! { "phoneNumber": phone() },
        "email" => object! { "email": login() },
        "question" => object! {
            "question": "disliked_food", "questionText": "What is the food you least liked as a child?",
        },
        "webauthn" => object! {
            "credentialId": random.text(BASE64URL, 64), "authenticatorName": "Security key",
        },
        "u2f" => object! { "credentialId": random.text(BASE64URL, 64), "version": "U2F_V2" },
        // The document has a `sharedSecret` here.
        "token:hotp" => {
            object! { "sharedSecret": format!("{}-{}", fixtures::SECRET_MARKER, random.text(BASE64URL, 32)) }
        }
        "token:hardware" => {
            object! { "credentialId": format!("{:012}", random.below(1_000_000_000)) }
        }
        "token" if provider == "SYMANTEC" => {
            object! { "credentialId": format!("VSST{:08}", random.below(100_000_000)) }
        }
        _ => object! { "credentialId": login() },
    }
}

fn links(factor_type: &str, pending: bool, factor_id: &str, user: &User) -> Json {
    let user_path = format!("/api/v1/users/{}", user.id);
    let link = |path: String, allow: Json| object! { "href": Json::Href(path), "hints": object! { "allow": allow } };
    let factor_path = format!("{user_path}/factors/{factor_id}");
    let mut links = object! {};
    if pending {
        let mut resend = object! { "name": "sms" };
        resend.push("href", Json::Href(format!("{factor_path}/resend")));
        resend.push("hints", object! { "allow": list!["POST"] });
        links.push("resend", list![resend]);
        links.push(
            "activate",
            link(format!("{factor_path}/lifecycle/activate"), list!["POST"]),
        );
    }
    if factor_type == "question" {
        links.push(
            "questions",
            link(format!("{user_path}/factors/questions"), list!["GET"]),
        );
    }
    let allow = if pending {
        list!["GET"]
    } else {
        list!["GET", "DELETE"]
    };
    links.push("self", link(factor_path.clone(), allow));
    if !pending && factor_type != "question" {
        links.push(
            "verify",
            link(format!("{factor_path}/verify"), list!["POST"]),
        );
    }
    links.push("user", link(user_path, list!["GET"]));
    links
}
