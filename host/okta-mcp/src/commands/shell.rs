//! `okta-mcp completions` and `okta-mcp man`: what shells and manual readers take, made from the command line's own
//! description.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

/// Prints the completions for `shell`.
pub(super) fn completions(shell: Shell) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "okta-mcp", &mut text);
    let text = String::from_utf8(text)?;
    // For bash the library writes a hyphen of the program's name in two ways, and then no command's own flags are
    // completed (https://github.com/clap-rs/clap/issues/6421). Where it is mended, nothing is replaced.
    print(text.replace("okta__subcmd__mcp", "okta__mcp").as_bytes())
}

/// Prints the manual page of the command that `words` name; of the whole program without any.
pub(super) fn manual(words: &[String]) -> anyhow::Result<()> {
    let mut root = Cli::command();
    // Gives every command its full name.
    root.build();
    let mut command = &root;
    for word in words {
        command = command.find_subcommand(word).ok_or_else(|| {
            anyhow::anyhow!(
                "there is no command `{}`; `okta-mcp --help` lists them",
                capability::text::clean(&words.join(" "), 60)
            )
        })?;
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    print(&text)
}

/// A reader such as `head` may have enough before the end.
fn print(text: &[u8]) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
