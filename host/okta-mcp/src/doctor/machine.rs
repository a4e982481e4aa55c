//! What is kept on this machine: the configuration file, keys, compiled code, the audit log.

use std::fs::OpenOptions;
use std::path::Path;

use crate::config::Settings;
use crate::findings::Findings;
use crate::host::code_cache::{self, NotKept};
use crate::{AUDIT_KEY, state_key};

/// The key that seals cursors, which every server keeps.
const CURSOR_KEY: &str = "cursor.key";

/// Where the settings come from.
pub(super) fn config(settings: &Settings, findings: &mut Findings) {
    match &settings.file {
        None => findings.ok("config", "no file is read; the settings are flags and the environment's"),
        Some(path) if others_can_write(path) => findings.problem(
            "config",
            format!("{} can be changed by other users of this machine: whoever changes it decides where a token goes", path.display()),
            format!("run `chmod go-w {}`", path.display()),
        ),
        Some(path) => findings.ok("config", format!("{} is read", path.display())),
    }
}

/// Looks at the rest.
pub(super) fn look(settings: &Settings, findings: &mut Findings) {
    keys(settings, findings);
    match code_cache::try_open(&settings.sandbox) {
        Ok(None) => findings.ok("cache", "compiled code is not kept: every start compiles"),
        Ok(Some(_)) => {
            let dir = settings.sandbox.cache_dir.as_deref().unwrap_or(Path::new(""));
            findings.ok("cache", format!("compiled code is kept in {}", dir.display()));
        }
        Err(NotKept::Key(_)) => findings.untried("cache", "its key has to be kept first: see state"),
        Err(error) => findings.problem(
            "cache",
            error.to_string(),
            "until then every start compiles; mend it, name another directory in sandbox.cacheDir, or set sandbox.cache to false",
        ),
    }
    audit(settings, findings);
}

fn keys(settings: &Settings, findings: &mut Findings) {
    let names = std::iter::once(CURSOR_KEY).chain(settings.audit.as_ref().map(|_| AUDIT_KEY));
    for name in names {
        if let Err(error) = state_key::kept(name) {
            findings.problem(
                "state",
                format!("{name} cannot be kept: {error}"),
                "without it cursors do not outlive the process and the audit log is not sealed; make the directory \
                 writable for this user, or name another in XDG_STATE_HOME",
            );
            return;
        }
    }
    let dir = state_key::state_dir().unwrap_or_default();
    findings.ok(
        "state",
        format!("{} holds this machine's keys", dir.display()),
    );
}

fn audit(settings: &Settings, findings: &mut Findings) {
    let Some(audit) = &settings.audit else {
        findings.ok(
            "audit",
            "no audit log is kept; --audit-log FILE or audit.log keeps one",
        );
        return;
    };
    let path = audit.path.display();
    match writable(&audit.path) {
        Ok(()) => findings.ok("audit", format!("{path} can be written; `okta-mcp audit verify {path}` checks what is in it")),
        Err(error) => findings.problem(
            "audit",
            format!("{path} cannot be written: {error}"),
            match audit.on_failure {
                ::audit::log::OnFailure::Deny => "until then every call fails; make the directory and let this user write it",
                ::audit::log::OnFailure::Allow => "until then calls pass unrecorded; make the directory and let this user write it",
            },
        ),
    }
}

/// Whether a row could be added, without adding one.
fn writable(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().append(true).open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // Its head is made anew beside it, and full parts are renamed.
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    tempfile::NamedTempFile::new_in(folder).map(drop)
}

#[cfg(unix)]
fn others_can_write(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o022 != 0)
}

/// Elsewhere a file's permissions are lists of their own kind, which are not read.
#[cfg(not(unix))]
fn others_can_write(_: &Path) -> bool {
    false
}
