//! What a checked token says of its bearer.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::TokenError;

/// The longest subject, in bytes: Okta's logins have 100 characters at most, client ids 20.
const MAX_SUBJECT: usize = 512;

/// Whoever shows a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bearer {
    /// `sub`: a person's login, or the client id of a program that acts for itself.
    pub subject: String,
    /// The groups in the claim that the operator names.
    pub groups: BTreeSet<String>,
    /// `scp` as Okta has it, or `scope` as RFC 9068 has it.
    pub scopes: BTreeSet<String>,
}

/// Reads the claims of a token whose signature, issuer, audience and time are right.
pub(super) fn read(claims: &Map<String, Value>, groups_claim: &str) -> Result<Bearer, TokenError> {
    if claims.contains_key("cnf") {
        return Err(TokenError::Bound);
    }
    let subject = claims
        .get("sub")
        .and_then(Value::as_str)
        .filter(|subject| !subject.is_empty() && subject.len() <= MAX_SUBJECT)
        .ok_or(TokenError::Claim("sub"))?;
    let scopes = match (claims.get("scp"), claims.get("scope")) {
        (Some(list), _) => words(list).ok_or(TokenError::Claim("scp"))?,
        (None, Some(Value::String(text))) => {
            text.split_ascii_whitespace().map(str::to_owned).collect()
        }
        (None, Some(_)) => return Err(TokenError::Claim("scope")),
        (None, None) => BTreeSet::new(),
    };
    let groups = match claims.get(groups_claim) {
        Some(list) => words(list).ok_or(TokenError::Claim("of groups"))?,
        None => BTreeSet::new(),
    };
    Ok(Bearer {
        subject: subject.to_owned(),
        groups,
        scopes,
    })
}

/// A list of texts and nothing else.
fn words(list: &Value) -> Option<BTreeSet<String>> {
    list.as_array()?
        .iter()
        .map(|word| word.as_str().map(str::to_owned))
        .collect()
}

/// A claim's name from a list of ours: a token's own words are not repeated.
pub(super) fn name(claim: &str) -> &'static str {
    ["exp", "nbf", "iss", "aud", "sub"]
        .into_iter()
        .find(|known| *known == claim)
        .unwrap_or("exp")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(claims: &Value) -> Result<Bearer, TokenError> {
        read(claims.as_object().unwrap(), "groups")
    }

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn scopes_are_okta_s_list_or_the_standard_s_text() {
        let bearer = of(&json!({"sub": "a", "scp": ["x", "y"], "groups": ["IAM"]})).unwrap();
        assert_eq!(
            (bearer.scopes, bearer.groups),
            (set(&["x", "y"]), set(&["IAM"]))
        );
        let bearer = of(&json!({"sub": "a", "scope": "x y"})).unwrap();
        assert_eq!((bearer.scopes, bearer.groups), (set(&["x", "y"]), set(&[])));
    }

    #[test]
    fn a_claim_of_another_form_is_no_empty_one() {
        for (claims, claim) in [
            (json!({}), "sub"),
            (json!({"sub": ""}), "sub"),
            (json!({"sub": ["a"]}), "sub"),
            (json!({"sub": "a".repeat(513)}), "sub"),
            (json!({"sub": "a", "scp": "x"}), "scp"),
            (json!({"sub": "a", "scp": ["x", 1]}), "scp"),
            (json!({"sub": "a", "scope": ["x"]}), "scope"),
            (json!({"sub": "a", "groups": "IAM"}), "of groups"),
            (json!({"sub": "a", "groups": {"IAM": true}}), "of groups"),
        ] {
            assert_eq!(of(&claims), Err(TokenError::Claim(claim)), "{claims}");
        }
        assert!(of(&json!({"sub": "a".repeat(512)})).is_ok());
    }

    #[test]
    fn a_token_that_is_bound_to_a_key_is_worth_nothing_without_a_proof() {
        let bound = json!({"sub": "a", "cnf": {"jkt": "x"}});
        assert_eq!(of(&bound), Err(TokenError::Bound));
    }
}
