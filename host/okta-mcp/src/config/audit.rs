//! How the audit log is kept, from flag, environment and file.

use std::path::{Path, PathBuf};

use audit::log::{OnFailure, Settings};
use capability::limits::parse_size;

use super::ConfigError;
use super::file::{AuditSection, OnFailureSetting};

/// When a log is put away, unless the file says otherwise: some 120,000 rows.
const MAX_BYTES: u64 = 64 << 20;

/// The least that is accepted: below it a file would hold a few calls and nothing could be found.
const LEAST_BYTES: u64 = 64 << 10;

/// Logs that were put away and are kept.
const KEEP: u32 = 10;

/// The settings of the audit log; none where nobody names one.
pub(super) fn settings(
    section: &AuditSection,
    flag: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
    base: &Path,
) -> Result<Option<Settings>, ConfigError> {
    let max_bytes = match section.max_bytes.as_deref().map(parse_size) {
        None => MAX_BYTES,
        Some(Some(bytes @ LEAST_BYTES..)) => bytes,
        Some(_) => {
            return Err(ConfigError::Value {
                place: "audit.maxBytes".to_owned(),
                problem: "write it as in `64 MiB`, and at least `64 KiB`".to_owned(),
            });
        }
    };
    let named = flag
        .map(Path::to_owned)
        .or_else(|| {
            env("OKTA_MCP_AUDIT_LOG")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from)
        })
        .or_else(|| section.log.as_ref().map(|path| base.join(path)));
    let Some(path) = named else {
        if section.on_failure.is_some() {
            // Whoever asks for calls to fail must not get calls that pass.
            return Err(ConfigError::Value {
                place: "audit.log".to_owned(),
                problem: "is missing beside audit.onFailure; name the file, such as `audit.jsonl`"
                    .to_owned(),
            });
        }
        return Ok(None);
    };
    Ok(Some(Settings {
        on_failure: match section.on_failure {
            None | Some(OnFailureSetting::Deny) => OnFailure::Deny,
            Some(OnFailureSetting::Allow) => OnFailure::Allow,
        },
        keep: usize::try_from(section.keep.unwrap_or(KEEP)).unwrap_or(usize::MAX),
        values: section.values,
        sync: section.sync,
        ..Settings::new(
            path,
            max_bytes,
            concat!("okta-mcp ", env!("CARGO_PKG_VERSION")),
        )
    }))
}
