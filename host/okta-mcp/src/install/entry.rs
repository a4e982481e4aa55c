//! What a client needs to start this server.

/// One server in a client's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name that the client shows, and the key of the entry.
    pub name: String,
    /// The program, by its full path: a desktop client has no shell's `PATH`.
    pub command: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables of its environment; never a secret.
    pub environment: Vec<(String, String)>,
    /// Variables that the client is to ask its user for, where it can.
    pub asked: Vec<Asked>,
}

/// A value that a client asks for and keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The variable that it becomes.
    pub variable: &'static str,
    /// What the client's prompt says.
    pub prompt: &'static str,
    /// Whether it is hidden while it is typed.
    pub secret: bool,
}

/// The org's URL, where it is not known.
pub const ORG_URL: Asked = Asked {
    variable: "OKTA_ORG_URL",
    prompt: "Okta org URL, such as https://your-org.okta.com",
    secret: false,
};

/// The token.
pub const API_TOKEN: Asked = Asked {
    variable: "OKTA_API_TOKEN",
    prompt: "Okta API token",
    secret: true,
};

impl Entry {
    /// The client's own name for a value that it asks for.
    pub(super) fn input(&self, asked: &Asked) -> String {
        format!("{}_{}", self.name, asked.variable.to_ascii_lowercase())
    }
}
