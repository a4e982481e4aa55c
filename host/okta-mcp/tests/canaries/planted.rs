//! The canaries and the places that they sit in.

use serde_json::{Map, Value, json};

/// In every canary and nowhere else. Eight bytes, so that a guest can look for it with one comparison.
pub const MARK: &str = "CaNaRy0x";

/// The API token.
pub const TOKEN: &str = "00CaNaRy0xTokenThatOpensTheOrgAndIsTold_01";

/// The access token that the app's key is answered with.
pub const ACCESS_TOKEN: &str = "eyJCaNaRy0xAccessTokenOfTheServiceApp_01";

/// Members that hold a secret wherever they stand: credentials, keys and their private members, one-time and
/// bearer tokens, answers.
const SECRETS: [&str; 30] = [
    "password",
    "client_secret",
    "clientSecret",
    "secret_hash",
    "sharedSecret",
    "privateKey",
    "private_key",
    "apiKey",
    "api_key",
    "authToken",
    "accessKey",
    "secretKey",
    "encryptedAuthToken",
    "deviceToken",
    "passCode",
    "answer",
    "accessToken",
    "refresh_token",
    "idToken",
    "activationToken",
    "recoveryToken",
    "stateToken",
    "sessionToken",
    "d",
    "p",
    "q",
    "dp",
    "dq",
    "qi",
    "k",
];

/// Plants canaries in `value` and below, and says how many. `kind` is the path that was asked.
pub fn plant(value: &mut Value, path: &str) -> usize {
    let mut planter = Planter { path, planted: 0 };
    planter.visit(value);
    planter.planted
}

struct Planter<'a> {
    path: &'a str,
    planted: usize,
}

impl Planter<'_> {
    /// A secret that nothing else has.
    fn canary(&mut self, name: &str) -> Value {
        self.planted += 1;
        Value::from(format!(
            "{MARK}{}-{name}-{}",
            self.planted,
            self.path.replace('/', ".")
        ))
    }

    fn visit(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(item)),
            Value::Object(object) => self.object(object),
            _ => {}
        }
    }

    fn object(&mut self, object: &mut Map<String, Value>) {
        for (name, value) in object.iter_mut() {
            // An action's link carries its token in the query: activation, recovery, QR codes.
            if name == "href" {
                let canary = self.canary("link");
                *value = json!(format!(
                    "https://example.okta.com/a?token={}",
                    canary.as_str().unwrap()
                ));
            }
            self.visit(value);
        }
        for name in SECRETS {
            // Not in the place of a policy's settings, which are called `password` and are none.
            if !object.get(name).is_some_and(Value::is_object) {
                let canary = self.canary(name);
                object.insert(name.to_owned(), canary);
            }
        }
        let (question, answer, certificate) = (
            self.canary("question"),
            self.canary("answer"),
            self.canary("x5c"),
        );
        object.insert(
            "recovery_question".into(),
            json!({"question": question, "answer": answer}),
        );
        object.insert("x5c".into(), json!([certificate]));
        if object.contains_key("id") {
            self.resource(object);
        }
    }

    /// What whole objects of Okta's hold beside their fields.
    fn resource(&mut self, object: &mut Map<String, Value>) {
        let activation = json!({
            "sharedSecret": self.canary("activation"),
            "_links": {"qrcode": {"href": self.canary("qrcode")}},
        });
        let embedded = object.entry("_embedded").or_insert_with(|| json!({}));
        embedded["activation"] = activation;
        let links = object.entry("_links").or_insert_with(|| json!({}));
        links["resetPassword"] = json!({"href": self.canary("reset")});
        if object.contains_key("signOnMode") {
            // A catalogue app keeps its keys under names of its own.
            let settings = object.entry("settings").or_insert_with(|| json!({}));
            settings["app"] = json!({"someVendorsOwnName": self.canary("settings.app")});
        }
        if object.contains_key("factorType") {
            let profile = object.entry("profile").or_insert_with(|| json!({}));
            for name in ["phoneNumber", "credentialId", "email", "sharedSecret"] {
                profile[name] = self.canary(name);
            }
        }
    }
}

/// An answer that no tool can use: status, headers, body. What is wrong with it must be told without it.
pub type Broken = (u16, &'static str, &'static str);

pub const BROKEN: &[Broken] = &[
    (400, JSON, REFUSAL),
    (401, JSON, REFUSAL),
    (403, JSON, REFUSAL),
    (
        403,
        "www-authenticate: Bearer error=\"insufficient_scope\", secret=\"CaNaRy0x\"\r\n",
        "",
    ),
    (404, JSON, REFUSAL),
    (409, JSON, "CaNaRy0x"),
    (
        500,
        "content-type: text/html\r\n",
        "<html><body>CaNaRy0x</body></html>",
    ),
    (
        302,
        "location: https://evil.example/?token=CaNaRy0x\r\n",
        "",
    ),
    (200, JSON, r#"[{"id":"00u1","client_secret":"CaNaRy0x"#),
    (200, JSON, r#"{"id":"00u1","client_secret":"CaNaRy0x" x}"#),
    (200, JSON, r#"{"id":CaNaRy0x}"#),
    (200, JSON, "\"CaNaRy0x\""),
    (200, JSON, "{\"CaNaRy0x\u{1}\":1}"),
    (
        200,
        "content-type: text/html\r\n",
        "<html><body>CaNaRy0x</body></html>",
    ),
    (200, "content-type: text/plain; x=CaNaRy0x\r\n", "CaNaRy0x"),
    (
        200,
        "content-type: application/json\r\ncontent-encoding: gzip\r\n",
        "CaNaRy0x",
    ),
];

const JSON: &str =
    "content-type: application/json\r\nset-cookie: sid=CaNaRy0x\r\nx-canary: CaNaRy0x\r\n";

/// A refusal as Okta writes one, with what a careless server could add to it.
const REFUSAL: &str = r#"{"errorCode":"E0000001","errorSummary":"Api validation failed: login","errorLink":"E0000001",
    "errorId":"oaeCaNaRy0x","errorCauses":[],"token":"CaNaRy0x","password":"CaNaRy0x","request":{"authorization":"SSWS CaNaRy0x"}}"#;
