//! A server that asks for tokens, and its issuer.

use serde_json::{Value, json};

use crate::Site;
use crate::issuer::{AUDIENCE, Issuer, Key, SCOPE};
use crate::support::http::Reply;

pub struct Protected {
    pub site: Site,
    pub issuer: Issuer,
}

impl Protected {
    /// A server whose IAM group may use everything.
    pub async fn start(flags: &[&str]) -> Self {
        let rules = json!([{"groups": ["IAM"], "plugins": ["*"]}]);
        Self::with(flags, vec![Key::ec("first")], rules).await
    }

    pub async fn with(flags: &[&str], keys: Vec<Key>, rules: Value) -> Self {
        let issuer = Issuer::start(keys).await;
        let config = config(&issuer, rules);
        let site = Site::with(flags, config).await;
        Self { site, issuer }
    }

    /// Lists the tools with this `Authorization`.
    pub async fn list(&self, authorization: &str) -> Reply {
        let headers = [("Authorization", authorization)];
        self.site
            .server
            .modern(&headers, "tools/list", json!({}))
            .await
    }

    /// Lists the tools with this token.
    pub async fn list_with(&self, token: &str) -> Reply {
        self.list(&format!("Bearer {token}")).await
    }

    /// Calls a tool with this token.
    pub async fn call_with(&self, token: &str, tool: &str, arguments: Value) -> Reply {
        let headers = [("Authorization", &*format!("Bearer {token}"))];
        let params = json!({"name": tool, "arguments": arguments});
        self.site
            .server
            .modern(&headers, "tools/call", params)
            .await
    }

    /// A good token is still taken.
    pub async fn still_serving(&self) {
        let reply = self.list_with(&self.issuer.token(json!({}))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

/// The settings that trust `issuer`.
pub fn config(issuer: &Issuer, rules: Value) -> Value {
    json!({"http": {
        "auth": {"issuer": issuer.url, "audience": AUDIENCE, "requiredScopes": [SCOPE]},
        "access": rules,
    }})
}

/// The names of the tools in the answer to `tools/list`.
pub fn names(reply: &Reply) -> Vec<String> {
    let tools = reply.message()["result"]["tools"].clone();
    let tools = tools.as_array().unwrap_or_else(|| panic!("{reply:?}"));
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Refused with 401 and this description, and told how to get a token.
pub fn assert_invalid(reply: &Reply, says: &str) {
    assert_eq!(reply.status, 401, "{says}: {reply:?}");
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(
        challenge.starts_with(
            "Bearer resource_metadata=\"http://localhost/.well-known/oauth-protected-resource/mcp\""
        ) && challenge.contains(&format!("scope=\"{SCOPE}\""))
            && challenge.contains("error=\"invalid_token\"")
            && challenge.contains(says),
        "{says}: {challenge}"
    );
}
