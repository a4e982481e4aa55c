//! What shells, manual readers and bug reports take: completions, pages, versions.

use crate::run;
use crate::support::{repository, sha256};

const SHORT: &str = concat!("okta-mcp ", env!("CARGO_PKG_VERSION"));

#[tokio::test]
async fn the_short_version_is_a_line_and_the_long_one_names_every_built_in_package() {
    assert_eq!(run(&["-V"]).await.stdout, format!("{SHORT}\n"));
    let long = run(&["--version"]).await;
    assert_eq!((long.code, long.stderr.as_str()), (Some(0), ""));
    let mut lines = long.stdout.lines();
    assert_eq!(lines.next(), Some(SHORT));
    for name in ["users", "groups", "apps", "factors", "policies"] {
        let package = repository("plugins")
            .join(name)
            .join(format!("{name}.wasm"));
        let digest = sha256(&std::fs::read(package).unwrap());
        let line = format!("  {name:<9} 0.1.0  sha256 {digest}");
        assert!(
            long.stdout.lines().any(|own| own == line),
            "{}",
            long.stdout
        );
    }
}

#[tokio::test]
async fn completions_are_printed_for_every_shell_and_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = run(&["completions", shell]).await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        for word in ["doctor", "install", "toolsets"] {
            assert!(ended.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(run(&["completions", "tcsh"]).await.code, Some(2));
}

/// Sourced by the shell itself: a script that it cannot read completes nothing.
#[cfg(unix)]
#[tokio::test]
async fn bash_completes_commands_and_clients() {
    let script = run(&["completions", "bash"]).await.stdout;
    let home = crate::support::Home::new();
    let file = home.write("okta-mcp.bash", &script);
    let ask = |words: &'static str, at: &'static str| {
        let file = file.clone();
        async move {
            let mut bash = tokio::process::Command::new("bash");
            bash.args(["--norc", "-c"])
                .arg(
                    "source \"$1\"; COMP_WORDS=($2); COMP_CWORD=$3; \
                     _okta__mcp okta-mcp \"${COMP_WORDS[$3]}\" \"${COMP_WORDS[$3-1]}\"; echo \"${COMPREPLY[@]}\"",
                )
                .arg("bash")
                .arg(&file)
                .args([words, at]);
            crate::support::Ended::of(bash).await
        }
    };
    let commands = ask("okta-mcp doc", "1").await;
    assert_eq!(commands.stdout.trim(), "doctor", "{}", commands.stderr);
    let clients = ask("okta-mcp install c", "2").await;
    for client in ["claude-desktop", "claude-code", "cursor", "codex"] {
        assert!(
            clients.stdout.contains(client),
            "{}{}",
            clients.stdout,
            clients.stderr
        );
    }
}

#[tokio::test]
async fn there_is_a_manual_page_for_the_program_and_for_each_command() {
    let page = run(&["man"]).await;
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""));
    for part in [
        ".TH okta-mcp 1",
        ".SH NAME",
        ".SH SYNOPSIS",
        "okta\\-mcp\\-doctor(1)",
    ] {
        assert!(page.stdout.contains(part), "{part}: {}", page.stdout);
    }
    let page = run(&["man", "audit", "verify"]).await;
    assert_eq!(page.code, Some(0), "{}", page.stderr);
    assert!(
        page.stdout.contains(".TH okta-mcp-audit-verify 1"),
        "{}",
        page.stdout
    );
    assert!(page.stdout.contains("chain\\-only"), "{}", page.stdout);
    crate::assert_one_line(
        &run(&["man", "audit", "verfiy"]).await,
        2,
        "there is no command `audit verfiy`; `okta-mcp --help` lists them",
    );
}
