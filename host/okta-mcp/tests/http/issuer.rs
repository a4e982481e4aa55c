//! An authorization server: it publishes keys, signs what it is told to, and goes down when it should.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The audience of this server's tokens.
pub const AUDIENCE: &str = "https://okta-mcp.example.com/mcp";

/// The scope that the tests' configuration requires.
pub const SCOPE: &str = "mcp.read";

pub const PERSON: &str = "amira.haddad@northwind.example.com";

/// A key and the name that it is published under.
#[derive(Clone)]
pub struct Key {
    pub id: String,
    pair: Arc<Pair>,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    /// A new key on P-256.
    pub fn ec(id: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self {
            id: id.to_owned(),
            pair: Arc::new(Pair::Ec(pair)),
        }
    }

    /// The tests' RSA key.
    pub fn rsa(id: &str) -> Self {
        let pem = include_str!("../../../gateway/tests/keys/rsa-2048.pem");
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(lines).unwrap()).unwrap();
        Self {
            id: id.to_owned(),
            pair: Arc::new(Pair::Rsa(pair)),
        }
    }

    pub fn algorithm(&self) -> &'static str {
        match &*self.pair {
            Pair::Ec(_) => "ES256",
            Pair::Rsa(_) => "RS256",
        }
    }

    /// The public half, as a JWK.
    pub fn jwk(&self) -> Value {
        match &*self.pair {
            Pair::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "use": "sig", "alg": "ES256", "kid": self.id, "crv": "P-256", "x": encode(x), "y": encode(y)})
            }
            Pair::Rsa(pair) => {
                let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "n": encode(&public.n), "e": encode(&public.e)})
            }
        }
    }

    /// The public half's bytes, which everybody has.
    pub fn public(&self) -> Vec<u8> {
        match &*self.pair {
            Pair::Ec(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Rsa(pair) => pair.public().as_ref().to_vec(),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &*self.pair {
            Pair::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signed)
                    .unwrap();
                signed
            }
        }
    }
}

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Header and claims as they are signed.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

/// A token with this header and these claims, signed with `key`.
pub fn signed(header: &Value, claims: &Value, key: &Key) -> String {
    let message = unsigned(header, claims);
    let signature = encode(&key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// Seconds since the Unix epoch.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// The authorization server, on a port of its own.
pub struct Issuer {
    pub url: String,
    seen: Arc<Seen>,
}

struct Seen {
    keys: Mutex<Vec<Key>>,
    status: AtomicU16,
    asked: AtomicUsize,
}

impl Issuer {
    pub async fn start(keys: Vec<Key>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/oauth2/default", listener.local_addr().unwrap());
        let seen = Arc::new(Seen {
            keys: Mutex::new(keys),
            status: AtomicU16::new(200),
            asked: AtomicUsize::new(0),
        });
        let own = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let seen = Arc::clone(&own);
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => request.push(byte),
                            Err(_) => return,
                        }
                    }
                    let answer = seen.answer(&String::from_utf8(request).unwrap());
                    if seen.status.load(Ordering::SeqCst) == 0 {
                        std::future::pending::<()>().await;
                    }
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { url, seen }
    }

    /// Publishes these keys from now on.
    pub fn publish(&self, keys: Vec<Key>) {
        *self.seen.keys.lock().unwrap() = keys;
    }

    /// Takes requests from now on and answers none.
    pub fn stall(&self) {
        self.answer_with(0);
    }

    /// Answers with this status from now on.
    pub fn answer_with(&self, status: u16) {
        self.seen.status.store(status, Ordering::SeqCst);
    }

    /// How often the keys were fetched.
    pub fn asked(&self) -> usize {
        self.seen.asked.load(Ordering::SeqCst)
    }

    /// The claims of a good token, with `changes` over them; null takes one out.
    pub fn claims(&self, changes: Value) -> Value {
        let mut claims = json!({
            "iss": self.url, "aud": AUDIENCE, "sub": PERSON, "cid": "0oaNorthwindClient01",
            "iat": now(), "exp": now() + 3600, "scp": [SCOPE], "groups": ["IAM"],
        });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims
                    .as_object_mut()
                    .unwrap()
                    .insert(name.clone(), value.clone()),
            };
        }
        claims
    }

    /// A token as this server issues it, with `changes` to its claims.
    pub fn token(&self, changes: Value) -> String {
        let key = self.seen.keys.lock().unwrap()[0].clone();
        self.token_with(&key, changes)
    }

    /// The same, signed with `key`.
    pub fn token_with(&self, key: &Key, changes: Value) -> String {
        let header = json!({"alg": key.algorithm(), "kid": key.id});
        signed(&header, &self.claims(changes), key)
    }
}

impl Seen {
    fn answer(&self, request: &str) -> String {
        let known = request.starts_with("GET /oauth2/default/v1/keys HTTP/1.1\r\n");
        // A caller's token is nobody's business but the server's that it was shown to.
        assert!(
            !request.to_lowercase().contains("authorization"),
            "{request}"
        );
        self.asked.fetch_add(1, Ordering::SeqCst);
        let status = if known {
            self.status.load(Ordering::SeqCst)
        } else {
            404
        };
        let keys: Vec<Value> = self.keys.lock().unwrap().iter().map(Key::jwk).collect();
        let body = json!({"keys": keys}).to_string();
        format!(
            "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}
