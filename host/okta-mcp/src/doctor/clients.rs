//! The clients that have an entry for this program, and whether what the entry names is there.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;

use crate::findings::Findings;
use crate::install::{self, Client, InstallError, Installed};

/// Looks at every client whose file is known.
pub(super) fn look(findings: &mut Findings) {
    let mut entered = false;
    for client in Client::value_variants() {
        let check = format!("client.{}", client.word());
        match install::entries(*client, None) {
            Ok(entries) => {
                for entry in entries {
                    entered = true;
                    one(*client, &check, &entry, findings);
                }
            }
            // Where it is not known where a client's file is, there is none that it could have read.
            Err(InstallError::NoHome { .. }) => {}
            Err(error) => findings.problem(
                check,
                error.to_string(),
                format!(
                    "{} does not start before its file can be read",
                    client.title()
                ),
            ),
        }
    }
    if !entered {
        findings.ok(
            "clients",
            "no client has an entry for this program; `okta-mcp install CLIENT` makes one",
        );
    }
}

fn one(client: Client, check: &str, entry: &Installed, findings: &mut Findings) {
    let Installed {
        name,
        command,
        arguments,
    } = entry;
    let title = client.title();
    let Some(program) = program(command) else {
        findings.problem(
            check,
            format!("{title} starts `{name}` with {command}, which is no program here"),
            format!("run `okta-mcp install {}` again", client.word()),
        );
        return;
    };
    let missing = [("--config", "settings"), ("--api-token-file", "token")]
        .iter()
        .find_map(|(flag, what)| {
            let at = arguments.iter().position(|argument| argument == flag)?;
            let file = arguments.get(at + 1)?;
            (!Path::new(file).is_file()).then_some((file, what))
        });
    if let Some((file, what)) = missing {
        findings.problem(
            check,
            format!("{title} starts `{name}` with the {what} in {file}, which is not there"),
            format!(
                "write that file, or run `okta-mcp install {}` with another",
                client.word()
            ),
        );
        return;
    }
    let same = std::env::current_exe().is_ok_and(|own| same_file(&own, &program));
    findings.ok(
        check,
        format!(
            "{title} starts `{name}`: {}",
            if same {
                "this program".to_owned()
            } else {
                format!("{}, which is another one than this", program.display())
            }
        ),
    );
}

/// The program that a client would start: a path, or a name that is looked for as a shell does.
fn program(command: &str) -> Option<PathBuf> {
    let path = Path::new(command);
    if path.components().count() > 1 || path.is_absolute() {
        return is_program(path).then(|| path.to_owned());
    }
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths)
        .map(|folder| folder.join(command))
        .find(|path| is_program(path))
}

fn same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    real(a).is_some() && real(a) == real(b)
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
