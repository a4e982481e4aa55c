//! The commands that messages tell people to run, so that pasting them works.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// How this process was told where its settings are.
#[derive(Debug, Clone, Default)]
pub struct CommandLine {
    config: Option<PathBuf>,
}

impl CommandLine {
    /// For a process that reads `config`; none where the settings are found without being named.
    #[must_use]
    pub fn new(config: Option<&Path>) -> Self {
        Self {
            config: config.map(absolute),
        }
    }

    /// Approves the package at `path`.
    #[must_use]
    pub fn approve(&self, path: &str) -> String {
        let path = absolute(Path::new(path)).display().to_string();
        format!("{} approve {}", self.program(), quoted(&path))
    }

    /// Accepts the lock as it is.
    #[must_use]
    pub fn accept(&self) -> String {
        format!("{} lock accept", self.program())
    }

    fn program(&self) -> String {
        match &self.config {
            Some(config) => format!(
                "okta-mcp --config {}",
                quoted(&config.display().to_string())
            ),
            None => "okta-mcp".to_owned(),
        }
    }
}

/// A command is pasted in another directory than the one that this process was started in.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// `text` as one word of a POSIX shell's command line.
pub(super) fn quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-:=@%+,".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_says_to_run_can_be_pasted() {
        let commands = CommandLine::new(Some(Path::new("/home/a b/config.json")));
        assert_eq!(
            commands.approve("/it's.wasm"),
            r"okta-mcp --config '/home/a b/config.json' approve '/it'\''s.wasm'"
        );
        assert_eq!(CommandLine::default().accept(), "okta-mcp lock accept");
    }
}
