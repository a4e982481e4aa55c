use super::*;

const RSA: &str = include_str!("../../../tests/keys/rsa-2048.pem");
const RSA_PKCS1: &str = include_str!("../../../tests/keys/rsa-2048-pkcs1.pem");
const RSA_JWK: &str = include_str!("../../../tests/keys/rsa-2048.jwk.json");
const P256_SEC1: &str = include_str!("../../../tests/keys/ec-p256-sec1.pem");
const P256_JWK: &str = include_str!("../../../tests/keys/ec-p256.jwk.json");
const P384: &str = include_str!("../../../tests/keys/ec-p384.pem");

fn parse(text: &str) -> Result<PrivateKey, KeyError> {
    PrivateKey::parse(&text.into(), None)
}

#[test]
fn one_key_is_the_same_in_every_form_that_people_have_it_in() {
    let escaped = RSA.replace('\n', "\\n");
    let padded = format!("\n  {RSA}\n\n");
    let windows = RSA.replace('\n', "\r\n");
    let forms = [RSA, RSA_PKCS1, RSA_JWK, &escaped, &padded, &windows];
    for text in forms {
        let key = parse(text).unwrap();
        assert_eq!(key.algorithm, Algorithm::RS256);
        assert_eq!(
            key.thumbprint,
            "xtRSTv8Tc3Co0lneIS7-qQkI3jFybvxlFu92es_8WO0"
        );
    }
    for text in [P256_SEC1, P256_JWK, &P256_SEC1.replace('\n', "\\n")] {
        let key = parse(text).unwrap();
        assert_eq!(key.algorithm, Algorithm::ES256);
        assert_eq!(
            key.thumbprint,
            "4pjB-VT0oXC3U-0yZkunJ8lfCFR_UUo1OwJTAWNhNhM"
        );
    }
    assert_eq!(parse(P384).unwrap().algorithm, Algorithm::ES384);
}

#[test]
fn a_key_s_id_is_the_one_that_is_set_or_the_jwk_s_own() {
    assert_eq!(parse(RSA_JWK).unwrap().id(), Some("test-rsa-2048"));
    let set = PrivateKey::parse(&RSA_JWK.into(), Some("mine".to_owned())).unwrap();
    assert_eq!(set.header().kid.as_deref(), Some("mine"));
    assert_eq!(parse(RSA).unwrap().header().kid, None);
}

#[test]
fn what_is_no_key_is_told_by_what_it_is_instead() {
    let cut: String = RSA
        .lines()
        .take(5)
        .map(|line| format!("{line}\n"))
        .collect();
    let one_line = RSA.replace('\n', " ");
    for (text, error) in [
        ("", KeyError::Form),
        ("00token", KeyError::Form),
        ("{", KeyError::Form),
        ("/home/me/key.pem", KeyError::Form),
        ("\"-----BEGIN PRIVATE KEY-----\"", KeyError::Quoted),
        (
            include_str!("../../../tests/keys/rsa-2048-public.pem"),
            KeyError::Public,
        ),
        (
            include_str!("../../../tests/keys/encrypted.pem"),
            KeyError::Encrypted,
        ),
        (
            include_str!("../../../tests/keys/rsa-1024.pem"),
            KeyError::Kind,
        ),
        (
            include_str!("../../../tests/keys/ed25519.pem"),
            KeyError::Kind,
        ),
        (&cut, KeyError::Broken),
        (&one_line, KeyError::Broken),
        (r#"{"kty":"oct","k":"AA"}"#, KeyError::JwkType),
        (
            r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA","d":"AA"}"#,
            KeyError::JwkType,
        ),
        (r#"{"kty":"RSA","n":"AA","e":"AQAB"}"#, KeyError::Public),
        (
            r#"{"kty":"RSA","n":"AA","e":"AQAB","d":"AA"}"#,
            KeyError::Member("p"),
        ),
        (
            r#"{"kty":"RSA","n":"A A","e":"AQAB","d":"AA"}"#,
            KeyError::Member("n"),
        ),
    ] {
        assert_eq!(parse(text).unwrap_err(), error, "{text}");
    }
}

#[test]
fn neither_a_key_nor_its_error_tells_the_key() {
    let secret = RSA.lines().nth(3).unwrap();
    let broken = RSA.replacen("-----END", "----END", 1);
    for text in [
        format!("{:?}", parse(RSA).unwrap()),
        format!("{0} {0:?}", parse(&broken).unwrap_err()),
    ] {
        assert!(
            !text.contains(secret) && !text.contains(secret.get(..16).unwrap()),
            "{text}"
        );
    }
}

#[test]
fn a_public_part_has_no_private_member() {
    for key in [
        parse(RSA).unwrap(),
        parse(P256_JWK).unwrap(),
        PrivateKey::generate().unwrap(),
    ] {
        let jwk = serde_json::to_value(key.jwk()).unwrap();
        for member in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(jwk.get(member).is_none(), "{jwk}");
        }
    }
}

#[test]
fn each_generated_key_is_another_one() {
    let (one, two) = (
        PrivateKey::generate().unwrap(),
        PrivateKey::generate().unwrap(),
    );
    assert_ne!(one.thumbprint, two.thumbprint);
}
