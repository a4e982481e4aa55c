//! What the file says of HTTP.

use schemars::JsonSchema;
use serde::Deserialize;

/// HTTP: where it listens and who may ask.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct HttpSection {
    /// The address to listen on, as `--http` takes it, such as 127.0.0.1:8080. `--http ADDR` wins.
    pub listen: Option<String>,
    /// The URL that clients know this server by, such as https://okta-mcp.example.com; its name is then answered to.
    pub public_url: Option<String>,
    /// More names that may stand in `Host`, without a port. IP addresses and localhost always may.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may talk to this server, such as https://app.example.com. Pages of this machine always may.
    pub allowed_origins: Vec<String>,
    /// Where Prometheus finds `/metrics`, as `--metrics` takes it, such as 127.0.0.1:9464. `--metrics ADDR` wins. Nobody
    /// is asked for a token there.
    pub metrics: Option<String>,
    /// Whose access tokens are asked for. Without it nobody is asked for one, and only this machine is served.
    pub auth: HttpAuthSection,
    /// Which callers may use which plugins and tools; with `auth`, nobody may use what no rule opens to them.
    pub access: Vec<AccessSection>,
}

/// The authorization server whose access tokens callers show.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct HttpAuthSection {
    /// The issuer, letter for letter as its tokens say it, such as https://your-org.okta.com/oauth2/default: a custom
    /// authorization server (Okta admin console: Security > API).
    pub issuer: Option<String>,
    /// The audience of this server's tokens, as that authorization server has it, such as https://okta-mcp.example.com/mcp.
    pub audience: Option<String>,
    /// Scopes that every token must carry.
    pub required_scopes: Vec<String>,
    /// Where the issuer publishes its keys; `/v1/keys` below the issuer, as Okta has it, when left out.
    pub jwks_uri: Option<String>,
    /// The claim that lists the caller's groups; `groups` when left out.
    pub groups_claim: Option<String>,
}

/// One rule of access: whoever it is for may use what it opens.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct AccessSection {
    /// The caller is in one of these groups, letter for letter.
    pub groups: Vec<String>,
    /// The token carries one of these scopes. A rule with groups and scopes wants one of each.
    pub scopes: Vec<String>,
    /// The token's subject is one of these: a login or, for a program, its client id; `*` is everybody with a token.
    pub subjects: Vec<String>,
    /// Plugins, all of whose tools this opens; `*` is every plugin.
    pub plugins: Vec<String>,
    /// Single tools that this opens.
    pub tools: Vec<String>,
}
