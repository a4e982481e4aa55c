//! The URL that clients know this server by.

use std::fmt;
use std::str::FromStr;

use capability::text::clean;
use url::Url;

/// Scheme, host and port of this server behind whatever stands in front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// The text is no such URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no URL of a server; write it without a path, as in https://okta-mcp.example.com")]
pub struct NoPublicUrl(String);

impl FromStr for PublicUrl {
    type Err = NoPublicUrl;

    fn from_str(text: &str) -> Result<Self, NoPublicUrl> {
        let wrong = || NoPublicUrl(clean(text, 80));
        let url = Url::parse(text).map_err(|_| wrong())?;
        let bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if bare { Ok(Self(url)) } else { Err(wrong()) }
    }
}

impl PublicUrl {
    /// The name that stands in `Host`, without a port.
    #[must_use]
    pub fn host(&self) -> String {
        self.0.host_str().unwrap_or_default().to_owned()
    }
}

/// As an origin: without a slash at the end.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_s_url_has_a_scheme_and_a_host_and_nothing_behind_it() {
        for (text, origin) in [
            ("https://MCP.example.com", "https://mcp.example.com"),
            ("https://mcp.example.com:443/", "https://mcp.example.com"),
            ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().to_string(), origin);
        }
        for text in [
            "mcp.example.com",
            "ftp://mcp.example.com",
            "https://mcp.example.com/mcp",
            "https://mcp.example.com?x",
            "https://me@mcp.example.com",
            "",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
