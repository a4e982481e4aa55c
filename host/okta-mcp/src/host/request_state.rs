//! What a plugin wants back with its answers, on its way through the client.
//!
//! MCP's `requestState` goes to the client and comes back with the next call. It is encrypted and authenticated
//! (ChaCha20-Poly1305), so that no client can read or alter it, and it opens for one thing only: the same call of
//! the same package by the same caller, and not for longer than a person takes to answer. There is nothing to keep
//! on this side: any process that has the key can go on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::{Map, Value};

use crate::state_key;

/// How long a state is good for: a person may first have to look something up.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The file with the key.
const KEY: &str = "request-state.key";

/// The longest state that is looked at: what a plugin may keep, as it is written here, and then some.
const MAX_LENGTH: usize = 100 << 10;

/// What a state is bound to.
pub struct Binding<'a> {
    /// The plugin's package.
    pub digest: &'a str,
    /// The tool or prompt.
    pub name: &'a str,
    /// With which arguments.
    pub arguments: &'a Map<String, Value>,
    /// Whose call it is, where the transport knows.
    pub caller: Option<&'a str>,
}

/// It was not made here for this call, or is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "requestState was not made by this server for this very call, was altered, or is older than an hour; call again without requestState and inputResponses"
)]
pub struct NotOurs;

/// The key that seals states.
pub(super) struct StateKey(LessSafeKey);

impl StateKey {
    /// The key in the user's state directory, made if there is none; a passing one where that cannot be. None
    /// where the system gives no random bytes.
    pub(super) fn load() -> Option<Self> {
        let bytes = state_key::keep(KEY).or_else(|| state_key::random().ok())?;
        Self::new(&bytes)
    }

    fn new(bytes: &[u8; state_key::LENGTH]) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// None where the system gives no random bytes.
    pub(super) fn seal(&self, binding: &Binding<'_>, state: &[u8]) -> Option<String> {
        self.seal_until(binding, state, now() + LIFETIME)
    }

    fn seal_until(&self, binding: &Binding<'_>, state: &[u8], expires: Duration) -> Option<String> {
        // 96 random bits: two of a million states share them with a chance of one in 10^17.
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).ok()?;
        let mut sealed = expires.as_secs().to_le_bytes().to_vec();
        sealed.extend_from_slice(state);
        let aad = Aad::from(binding.bytes());
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(unique, aad, &mut sealed)
            .ok()?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Some(URL_SAFE_NO_PAD.encode(whole))
    }

    pub(super) fn open(&self, binding: &Binding<'_>, text: &str) -> Result<Vec<u8>, NotOurs> {
        if text.len() > MAX_LENGTH {
            return Err(NotOurs);
        }
        let whole = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotOurs)?;
        let (nonce, sealed) = whole.split_at_checked(NONCE_LEN).ok_or(NotOurs)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOurs)?;
        let mut sealed = sealed.to_vec();
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(binding.bytes()), &mut sealed)
            .map_err(|_| NotOurs)?;
        let (expires, state) = opened.split_first_chunk::<8>().ok_or(NotOurs)?;
        if Duration::from_secs(u64::from_le_bytes(*expires)) < now() {
            return Err(NotOurs);
        }
        Ok(state.to_vec())
    }
}

impl Binding<'_> {
    /// Each part behind its length, so that no two bindings have the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut part = |text: &str| {
            bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        part("okta-mcp request state 1");
        part(self.digest);
        part(self.name);
        part(&sorted(&Value::Object(self.arguments.clone())).to_string());
        part(if self.caller.is_some() { "caller" } else { "" });
        part(self.caller.unwrap_or_default());
        bytes
    }
}

/// The same JSON with every object's members in the order of their names: a client may write them in another one.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            let members = members.into_iter();
            Value::Object(members.map(|(n, v)| (n.clone(), sorted(v))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        plain => plain.clone(),
    }
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key() -> StateKey {
        StateKey::new(&[7; 32]).unwrap()
    }

    fn arguments(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn binding(arguments: &Map<String, Value>) -> Binding<'_> {
        Binding {
            digest: "d1",
            name: "get_user",
            arguments,
            caller: None,
        }
    }

    #[test]
    fn a_state_opens_for_the_call_it_was_sealed_for_and_no_other() {
        let (key, own) = (key(), arguments(&json!({"user": "a", "limit": 1})));
        let sealed = key.seal(&binding(&own), b"step 2").unwrap();
        assert_eq!(key.open(&binding(&own), &sealed).unwrap(), b"step 2");
        let reordered = arguments(&json!({"limit": 1, "user": "a"}));
        assert!(key.open(&binding(&reordered), &sealed).is_ok());
        let other = arguments(&json!({"user": "b", "limit": 1}));
        for wrong in [
            binding(&other),
            Binding {
                digest: "d2",
                ..binding(&own)
            },
            Binding {
                name: "get_group",
                ..binding(&own)
            },
            Binding {
                caller: Some("mara"),
                ..binding(&own)
            },
            Binding {
                caller: Some(""),
                ..binding(&own)
            },
        ] {
            assert_eq!(key.open(&wrong, &sealed), Err(NotOurs));
        }
        let other_key = StateKey::new(&[8; 32]).unwrap();
        assert_eq!(other_key.open(&binding(&own), &sealed), Err(NotOurs));
    }

    #[test]
    fn a_state_that_was_altered_anywhere_or_cut_short_does_not_open() {
        let (key, own) = (key(), Map::new());
        let sealed = key.seal(&binding(&own), b"step 2").unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            let other = if sealed.as_bytes()[at] == b'A' {
                "B"
            } else {
                "A"
            };
            altered.replace_range(at..=at, other);
            assert_eq!(key.open(&binding(&own), &altered), Err(NotOurs), "{at}");
            let cut: String = sealed.chars().take(at).collect();
            assert_eq!(key.open(&binding(&own), &cut), Err(NotOurs));
        }
        let longer = format!("{sealed}-TAMPERED");
        assert_eq!(key.open(&binding(&own), &longer), Err(NotOurs));
    }

    #[test]
    fn a_client_cannot_read_it_and_two_of_the_same_differ() {
        let (key, own) = (key(), Map::new());
        let seal = || key.seal(&binding(&own), b"a secret word").unwrap();
        let sealed = seal();
        assert_ne!(sealed, seal());
        let raw = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        assert!(!raw.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn a_state_is_good_until_it_expires_and_not_a_second_longer() {
        let (key, own) = (key(), Map::new());
        let seal = |expires| key.seal_until(&binding(&own), b"x", expires).unwrap();
        let minute = Duration::from_secs(60);
        assert!(key.open(&binding(&own), &seal(now() + minute)).is_ok());
        assert_eq!(
            key.open(&binding(&own), &seal(now() - minute)),
            Err(NotOurs)
        );
    }
}
