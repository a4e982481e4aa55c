//! The clients: where each keeps its file, and what it looks like.

use std::path::PathBuf;

use clap::ValueEnum;

use super::InstallError;

/// A client whose file is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// Anthropic's desktop application
    ClaudeDesktop,
    /// Anthropic's command line, for all projects of this user
    ClaudeCode,
    /// Visual Studio Code, for this user
    Vscode,
    /// Cursor, for this user
    Cursor,
    /// OpenAI's Codex
    Codex,
    /// Google's Gemini command line
    Gemini,
}

/// How a client writes its servers down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON, with comments where there are some.
    Json(Shape),
    /// A table `mcp_servers` in TOML.
    Toml,
}

/// The JSON of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// The member of the root that holds the servers by name.
    pub(super) servers: &'static str,
    /// Whether a server says `"type": "stdio"`.
    pub(super) typed: bool,
    /// Whether the client can ask its user for a value and keep it in its own store.
    pub(super) asks: bool,
}

const PLAIN: Shape = Shape {
    servers: "mcpServers",
    typed: false,
    asks: false,
};

impl Client {
    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "Claude Desktop",
            Self::ClaudeCode => "Claude Code",
            Self::Vscode => "VS Code",
            Self::Cursor => "Cursor",
            Self::Codex => "Codex",
            Self::Gemini => "Gemini CLI",
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// What its user does for the change to take effect.
    #[must_use]
    pub fn next_step(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "Quit Claude Desktop and start it again.",
            Self::ClaudeCode => "Start a new session; `claude mcp list` shows whether it connects.",
            Self::Vscode => "Open the command palette, `MCP: List Servers`, and start okta there.",
            Self::Cursor => "Open Settings > MCP and switch okta on.",
            Self::Codex => "Start a new session; `codex mcp list` shows the entry.",
            Self::Gemini => "Start a new session; `gemini mcp list` shows whether it connects.",
        }
    }

    /// Whether the client itself asks for the credential, so that nothing else needs to hold it.
    #[must_use]
    pub fn asks_for_secrets(self) -> bool {
        matches!(self.format(), Format::Json(Shape { asks: true, .. }))
    }

    pub(super) fn format(self) -> Format {
        match self {
            Self::ClaudeDesktop | Self::Cursor | Self::Gemini => Format::Json(PLAIN),
            Self::ClaudeCode => Format::Json(Shape {
                typed: true,
                ..PLAIN
            }),
            Self::Vscode => Format::Json(Shape {
                servers: "servers",
                typed: true,
                asks: true,
            }),
            Self::Codex => Format::Toml,
        }
    }

    /// Its file on this system; each is where the client's own documentation says.
    pub(super) fn file(
        self,
        env: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<PathBuf, InstallError> {
        let below = |variable: &'static str, path: &str| {
            env(variable)
                .filter(|base| base.is_absolute())
                .map(|base| base.join(path))
                .ok_or(InstallError::NoHome {
                    client: self.title(),
                    variable,
                })
        };
        let home = |path: &str| below(if cfg!(windows) { "USERPROFILE" } else { "HOME" }, path);
        // Where applications keep what belongs to their user.
        let application = |path: &str| {
            if cfg!(windows) {
                below("APPDATA", path)
            } else if cfg!(target_os = "macos") {
                home(&format!("Library/Application Support/{path}"))
            } else {
                below("XDG_CONFIG_HOME", path).or_else(|_| home(&format!(".config/{path}")))
            }
        };
        match self {
            Self::ClaudeDesktop => application("Claude/claude_desktop_config.json"),
            Self::ClaudeCode => home(".claude.json"),
            Self::Vscode => application("Code/User/mcp.json"),
            Self::Cursor => home(".cursor/mcp.json"),
            Self::Codex => {
                below("CODEX_HOME", "config.toml").or_else(|_| home(".codex/config.toml"))
            }
            Self::Gemini => home(".gemini/settings.json"),
        }
    }
}
